"""Each revision keeps a hash of its authorship and of the revision before it.

No text, name or digest changes. Triggers are installed again after ``migrate``.
"""

from collections import defaultdict
from itertools import islice

from django.db import migrations, models

from articles.audit.authorship import compute_hash
from articles.audit.chain import GENESIS_HASH

BATCH = 1000


def fill_hashes(apps, schema_editor):
    revisions = apps.get_model("articles", "Revision").objects.select_related("article")
    revisions = revisions.only("number", "digest", "saved_by", "saved_at", "article__uuid")
    rows = revisions.order_by("article", "number").iterator(BATCH)
    page_id, previous_hash = None, GENESIS_HASH
    with schema_editor.connection.cursor() as cursor:
        on = " ON articles_revision" if schema_editor.connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER IF EXISTS articles_revision_no_update{on}")
        while batch := list(islice(rows, BATCH)):
            authors = load_authors(apps, batch)
            values = []
            for revision in batch:
                if revision.article_id != page_id:
                    page_id, previous_hash = revision.article_id, GENESIS_HASH
                previous_hash = compute_hash(
                    revision,
                    revision.article.uuid,
                    authors=authors[revision.pk],
                    previous_hash=previous_hash,
                )
                values.append((previous_hash, revision.pk))
            cursor.executemany(
                "UPDATE articles_revision SET authorship_hash = %s WHERE id = %s", values
            )


def load_authors(apps, revisions):
    authors = defaultdict(list)
    keys = [revision.pk for revision in revisions]
    rows = apps.get_model("articles", "Authorship").objects.filter(revision__in=keys)
    for revision_id, user_id in rows.values_list("revision", "user"):
        authors[revision_id].append(user_id)
    return authors


class Migration(migrations.Migration):
    dependencies = [("articles", "0021_unsent_forms")]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="authorship_hash",
            field=models.CharField(default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(fill_hashes, migrations.RunPython.noop, elidable=False),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.CheckConstraint(
                condition=models.Q(("authorship_hash__length", 64)),
                name="revision_authorship_hash_is_64_digits",
            ),
        ),
    ]
