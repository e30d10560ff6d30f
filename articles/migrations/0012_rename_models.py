"""PublicationEvent and ExternalId get their names. Tables, columns, constraints and indexes keep theirs.

It comes after every migration of the other apps, as those name the models as they were called then.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0011_merging"),
        ("symptoms", "0007_merging"),
        ("reviews", "0010_attestation"),
        ("config", "0009_attestation"),
    ]
    operations = [
        migrations.AlterModelTable("publication", "articles_publication"),
        migrations.RenameModel("Publication", "PublicationEvent"),
        migrations.AlterModelOptions(
            "publicationevent", {"ordering": ["-id"], "verbose_name": "publication"}
        ),
        migrations.AlterField(
            "publicationevent",
            "frame",
            models.TextField(verbose_name="frame", db_column="frame"),
        ),
        migrations.RenameField("publicationevent", "frame", "metadata"),
        migrations.AlterModelTable("origin", "articles_origin"),
        migrations.RenameModel("Origin", "ExternalId"),
        migrations.AlterModelOptions(
            "externalid", {"ordering": ["source", "key"], "verbose_name": "origin"}
        ),
        migrations.AlterField(
            "externalid",
            "article",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="external_ids",
                to="articles.article",
            ),
        ),
        migrations.AlterField(
            "externalid",
            "said",
            models.CharField(max_length=64, blank=True, db_column="said"),
        ),
        migrations.RenameField("externalid", "said", "record_digest"),
        migrations.AlterField(
            "externalid",
            "edition",
            models.PositiveIntegerField(default=0, db_column="edition"),
        ),
        migrations.RenameField("externalid", "edition", "form_version"),
        migrations.AlterField(
            "article",
            "edition",
            models.PositiveIntegerField(default=0, editable=False, db_column="edition"),
        ),
        migrations.RenameField("article", "edition", "form_version"),
    ]
