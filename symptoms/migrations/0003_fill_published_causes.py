"""Projects the causes of the pages that were signed before there were cause pages, from the signed documents."""

import json

from django.db import migrations


def fill(apps, schema_editor):
    database = schema_editor.connection.alias
    Publication = apps.get_model("articles", "Publication").objects.using(database)
    PublishedCause = apps.get_model("symptoms", "PublishedCause")
    CauseAddress = apps.get_model("symptoms", "CauseAddress")
    signed = Publication.filter(kind__in=["publish", "re-sign"], article__kind="symptom").order_by("pk")
    shown, addresses, latest = {}, set(), {}
    rows = signed.values_list("pk", "article", "article__live", "sort_key", "revision__document")
    for publication, article, live, sort_key, document in rows.iterator(500):
        causes = {cause["uuid"]: cause for group in json.loads(document)["causes"] for cause in group["causes"]}
        addresses |= {(cause["slug"], uuid) for uuid, cause in causes.items()}
        if live:
            shown[article] = (publication, sort_key, causes)
    for publication, _, causes in shown.values():
        for uuid in causes:
            latest[uuid] = max(latest.get(uuid, 0), publication)
    PublishedCause.objects.using(database).bulk_create(
        (
            PublishedCause(
                article_id=article,
                publication_id=publication,
                cause_uuid=uuid,
                name=cause["name"],
                slug=cause["slug"],
                sort_key=sort_key,
                latest=latest[uuid] == publication,
            )
            for article, (publication, sort_key, causes) in shown.items()
            for uuid, cause in causes.items()
        ),
        batch_size=500,
    )
    CauseAddress.objects.using(database).bulk_create(
        (CauseAddress(slug=slug, cause_uuid=uuid) for slug, uuid in sorted(addresses)), batch_size=500
    )


class Migration(migrations.Migration):
    dependencies = [("symptoms", "0002_published_causes"), ("articles", "0003_fill_topic_entries")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
