"""What describes a cause, and which causes are catch-alls: on the cause and as it was signed.

No text that was signed before has either, so the empty values are those that the log gives.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0015_names"), ("symptoms", "0010_names")]

    operations = [
        migrations.AddField("publishedcause", "catch_all", models.BooleanField(default=False)),
        migrations.AddField("publishedcause", "description_uuid", models.UUIDField(null=True)),
        migrations.AddField(
            "cause",
            "catch_all",
            models.BooleanField(
                default=False,
                verbose_name="catch-all",
                help_text="It may cause almost anything, such as side effects of medicines. "
                "Lists of causes name it last among those that explain as many symptoms.",
            ),
        ),
        migrations.AddField(
            "cause",
            "description",
            models.ForeignKey(
                blank=True,
                null=True,
                limit_choices_to={"kind": "article"},
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="articles.article",
                verbose_name="description",
                help_text="The article that says what it is. "
                "Its signed text is shown on the page of the cause.",
            ),
        ),
    ]
