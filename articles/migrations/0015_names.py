"""Keys of names by a fold that knows every letter.

Only keys are computed again: no text, name or slug changes. After it ``migrate`` rebuilds the
projections if the fold changed any of them (``articles.search.fulltext``).
"""

import django.db.models.deletion
from django.db import migrations, models

from articles.names import fold
from articles.publishing.stored_keys import KeyColumn, rebuild_column


def fold_title(title):
    return fold(title)[:200]


def fold_topic(name):
    return fold(name)[:100]


def rebuild_keys(apps, schema_editor):
    rebuild_column(KeyColumn(apps.get_model("articles", "Article"), "title", "sort_key", fold_title))
    rebuild_column(KeyColumn(apps.get_model("articles", "Topic"), "name", "sort_key", fold_topic))


class Migration(migrations.Migration):
    dependencies = [("articles", "0014_page_links")]

    operations = [
        migrations.AddField(
            model_name="searchentry",
            name="language",
            field=models.CharField(default="en", max_length=12),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="searchentry",
            name="article",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="search_entries",
                to="articles.article",
            ),
        ),
        migrations.AddIndex(
            model_name="searchentry",
            index=models.Index(
                fields=["kind", "sort_key", "article"], name="search_entry_by_title"
            ),
        ),
        migrations.RunPython(rebuild_keys, migrations.RunPython.noop),
    ]
