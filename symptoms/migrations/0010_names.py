"""Keys of causes and other names by a fold that knows every letter. No name changes.

Two rows that are one name by today's fold stay two: the second keeps the key it has.
"""

from django.db import migrations

from articles.names import build_stored_key
from articles.publishing.stored_keys import KeyColumn, rebuild_column


def rebuild_keys(apps, schema_editor):
    columns = {"Cause": (True, ""), "MergedCause": (False, ""), "OtherName": (True, "symptom")}
    for model_name, (is_unique, once_in) in columns.items():
        model = apps.get_model("symptoms", model_name)
        rebuild_column(
            KeyColumn(
                model, "name", "folded", build_stored_key, is_unique=is_unique, once_in=once_in
            )
        )


class Migration(migrations.Migration):
    dependencies = [("symptoms", "0009_labels"), ("articles", "0015_names")]

    operations = [migrations.RunPython(rebuild_keys, migrations.RunPython.noop)]
