"""Gives the pages that were published before there were standings theirs, as their review lines print it."""

import json

from django.db import migrations


def fill(apps, schema_editor):
    database = schema_editor.connection.alias
    Publication = apps.get_model("articles", "Publication").objects.using(database)
    Standing = apps.get_model("reviews", "Standing")
    reviewers = dict(apps.get_model("reviews", "Reviewer").objects.using(database).values_list("slug", "pk"))
    signed = Publication.filter(kind__in=["publish", "re-sign"], article__live__isnull=False)
    latest = {}
    for article, publication, line in signed.order_by("pk").values_list("article", "pk", "review_line").iterator(500):
        latest[article] = (publication, json.loads(line))
    Standing.objects.using(database).bulk_create(
        (
            Standing(
                article_id=article,
                publication_id=publication,
                reviewer_id=reviewers.get(line["reviewed_by"]["slug"]),
                last_reviewed=line["last_reviewed"],
                next_due=line["next_due"],
            )
            for article, (publication, line) in sorted(latest.items())
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [("reviews", "0003_corrections_and_standing")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
