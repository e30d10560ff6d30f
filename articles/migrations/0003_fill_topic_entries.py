"""Files the pages that were published before there were topic pages, as their live frames print it."""

import json

from django.db import migrations


def fill(apps, schema_editor):
    database = schema_editor.connection.alias
    Article = apps.get_model("articles", "Article").objects.using(database)
    TopicEntry = apps.get_model("articles", "TopicEntry")
    live = Article.filter(live__isnull=False).order_by("pk")
    rows = live.values_list("pk", "live", "live__frame", "live__sort_key")
    TopicEntry.objects.using(database).bulk_create(
        (
            TopicEntry(
                article_id=article, publication_id=publication, slug=slug, name=filing["name"], sort_key=sort_key
            )
            for article, publication, frame, sort_key in rows.iterator(500)
            for slug, filing in {filing["slug"]: filing for filing in json.loads(frame)["filed_under"]}.items()
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [("articles", "0002_topic_entries")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
