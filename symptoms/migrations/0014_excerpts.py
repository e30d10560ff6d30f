"""What the pages of causes show of each public page, from the documents that were signed before."""

import json

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Max

BATCH = 500
EXPUNGED = '{"expunged":true}'
FIELDS = (
    "advice",
    "further_advice",
    "same_for_everyone",
    "shows_crisis_line",
    "schema",
    "kind",
    "uuid",
    "language",
    "title",
    "headline",
    "phrase",
    "determiner",
)


def build_text(values):
    excerpt = {name: values[name] for name in FIELDS if name in values}
    causes = {}
    for group in values["causes"]:
        causes.update((cause["uuid"], cause) for cause in group["causes"])
    return json.dumps(
        {"page": excerpt, "causes": causes},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def fill(apps, schema_editor):
    database = schema_editor.connection.alias
    publications = apps.get_model("articles", "PublicationEvent").objects.using(database)
    PublishedExcerpt = apps.get_model("symptoms", "PublishedExcerpt")
    signed = publications.filter(
        kind__in=["publish", "re-sign"], article__kind="symptom", article__live__isnull=False
    )
    newest = signed.order_by().values("article").annotate(pk=Max("pk"))
    keys = sorted(newest.values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        some = publications.filter(pk__in=keys[start : start + BATCH]).order_by("pk")
        rows = []
        for article, revision, text in some.values_list(
            "article", "revision", "revision__document"
        ):
            if text != EXPUNGED:
                row = PublishedExcerpt(
                    article_id=article, revision_id=revision, text=build_text(json.loads(text))
                )
                rows.append(row)
        PublishedExcerpt.objects.using(database).bulk_create(rows, batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0028_scheduled_runs"),
        ("symptoms", "0013_fill_published_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublishedExcerpt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "article",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="articles.article",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="articles.revision",
                    ),
                ),
                ("text", models.TextField()),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
