"""Projects labels of causes and body systems from the documents of pages signed before there was a finder."""

import json
import unicodedata

from django.db import migrations
from django.db.models import Max

BATCH = 500
GRAVITY = {"": 0, "serious": 1, "life-threatening": 2}
RARITY = {"common": 1, "uncommon": 2, "rare": 3, "": 4}


def fold(text):
    bare = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in bare if not unicodedata.combining(c)).strip()


def fill(apps, schema_editor):
    database = schema_editor.connection.alias
    Publication = apps.get_model("articles", "Publication").objects.using(database)
    PublishedCause = apps.get_model("symptoms", "PublishedCause")
    PublishedRelation = apps.get_model("symptoms", "PublishedRelation")
    named = PublishedCause.objects.using(database)
    latest = set(named.filter(latest=True).values_list("cause_uuid", "publication"))
    signed = Publication.filter(
        kind__in=["publish", "re-sign"], article__kind="symptom", article__live__isnull=False
    )
    newest = list(signed.order_by().values("article").annotate(pk=Max("pk")).values_list("pk", flat=True))
    named.all().delete()  # made anew: they are many, and each would be an update
    for start in range(0, len(newest), BATCH):
        causes, relations = [], []
        some = Publication.filter(pk__in=newest[start : start + BATCH]).order_by("pk")
        for pk, article, sort_key, text in some.values_list("pk", "article", "sort_key", "revision__document"):
            document = json.loads(text)
            page = {"article_id": article, "publication_id": pk}
            causes += [
                PublishedCause(
                    **page,
                    cause_uuid=uuid,
                    name=cause["name"],
                    slug=cause["slug"],
                    name_key=fold(cause["name"])[:200],
                    sort_key=sort_key,
                    gravity=GRAVITY[cause["seriousness"]],
                    rarity=RARITY[cause["frequency"]],
                    latest=False,
                )
                for uuid, cause in {c["uuid"]: c for group in document["causes"] for c in group["causes"]}.items()
            ]
            related = {
                (group["key"], other["uuid"]): group["label"]
                for group in document["related"]
                if group["key"] != "serious"
                for other in group["symptoms"]
            }
            relations += [
                PublishedRelation(**page, system=system, label=label, other_uuid=uuid)
                for (system, uuid), label in related.items()
            ]
        for cause in causes:
            cause.latest = (PublishedCause._meta.get_field("cause_uuid").to_python(cause.cause_uuid), cause.publication_id) in latest
        named.bulk_create(causes, batch_size=BATCH)
        PublishedRelation.objects.using(database).bulk_create(relations, batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("symptoms", "0004_finder")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
