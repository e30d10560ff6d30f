"""LedgerEntry and ReviewSchedule get their names. Tables, columns, constraints and indexes keep theirs."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0010_attestation"),
        ("articles", "0012_rename_models"),
    ]
    operations = [
        migrations.AlterModelTable("signature", "reviews_signature"),
        migrations.RenameModel("Signature", "LedgerEntry"),
        migrations.AlterModelOptions(
            "ledgerentry",
            {
                "ordering": ["-sequence"],
                "permissions": [
                    ("export_evidence", "Can take an evidence pack out of the site"),
                    (
                        "attest_legacy",
                        "Can record reviews that were made in an earlier system, and so publish pages",
                    ),
                ],
                "verbose_name": "signature",
            },
        ),
        migrations.AlterField(
            "ledgerentry",
            "article",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ledger_entries",
                to="articles.article",
            ),
        ),
        migrations.AlterField(
            "ledgerentry",
            "revision",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ledger_entries",
                to="articles.revision",
            ),
        ),
        migrations.AlterField(
            "privatefield",
            "signature",
            models.ForeignKey(
                db_column="signature_id",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="private_fields",
                to="reviews.ledgerentry",
            ),
        ),
        # The constraint names columns, and the column keeps its name: only what Django knows of it changes.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("privatefield", "private_field_once_an_entry"),
                migrations.RenameField("privatefield", "signature", "entry"),
                migrations.AddConstraint(
                    "privatefield",
                    models.UniqueConstraint(
                        fields=["entry", "name"], name="private_field_once_an_entry"
                    ),
                ),
            ]
        ),
        migrations.AlterModelTable("standing", "reviews_standing"),
        migrations.RenameModel("Standing", "ReviewSchedule"),
        migrations.AlterModelOptions(
            "reviewschedule",
            {
                "ordering": ["next_due", "article"],
                "permissions": [
                    ("see_radar", "Can see what is due everywhere, plan reviews and recall pages")
                ],
                "verbose_name": "standing",
            },
        ),
    ]
