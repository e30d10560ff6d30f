"""CauseExternalId gets its name. Its table, columns, constraints and indexes keep theirs."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("symptoms", "0007_merging"),
        ("articles", "0012_rename_models"),
    ]
    operations = [
        migrations.AlterModelTable("causeorigin", "symptoms_causeorigin"),
        migrations.RenameModel("CauseOrigin", "CauseExternalId"),
        migrations.AlterModelOptions(
            "causeexternalid", {"ordering": ["source", "key"], "verbose_name": "cause origin"}
        ),
        migrations.AlterField(
            "causeexternalid",
            "cause",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="external_ids",
                to="symptoms.cause",
            ),
        ),
        migrations.AlterField(
            "causeexternalid",
            "said",
            models.CharField(max_length=64, db_column="said"),
        ),
        migrations.RenameField("causeexternalid", "said", "record_digest"),
    ]
