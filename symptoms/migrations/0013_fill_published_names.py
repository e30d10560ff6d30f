"""Projects titles and other names from the documents of pages signed before the A–Z listed both."""

import json
import string

from django.db import migrations
from django.db.models import Max

from articles.names import fold

BATCH = 500


def build_names(document):
    """The names of a document by their keys, each once, the title first."""
    names = {}
    for name in (document["title"], *document["other_names"]):
        names.setdefault(fold(name)[:200], name)
    return names


def find_letter(key):
    return key[0] if key and key[0] in string.ascii_lowercase else "other"


def fill(apps, schema_editor):
    database = schema_editor.connection.alias
    publications = apps.get_model("articles", "PublicationEvent").objects.using(database)
    PublishedName = apps.get_model("symptoms", "PublishedName")
    signed = publications.filter(
        kind__in=["publish", "re-sign"], article__kind="symptom", article__live__isnull=False
    )
    newest = signed.order_by().values("article").annotate(pk=Max("pk"))
    keys = list(newest.values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        some = publications.filter(pk__in=keys[start : start + BATCH]).order_by("pk")
        rows = []
        for pk, article, text in some.values_list("pk", "article", "revision__document"):
            for place, (key, name) in enumerate(build_names(json.loads(text)).items()):
                row = PublishedName(
                    article_id=article,
                    publication_id=pk,
                    name=name,
                    sort_key=key,
                    letter=find_letter(key),
                    is_title=place == 0,
                )
                rows.append(row)
        PublishedName.objects.using(database).bulk_create(rows, batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("symptoms", "0012_titles_and_names")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
