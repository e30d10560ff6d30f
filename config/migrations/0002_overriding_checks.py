"""Managing editors may ask for a review that a check blocks."""

from importlib import import_module

from django.db import migrations

grant = import_module("config.migrations.0001_groups").grant


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0001_groups"),
        ("articles", "0004_retired_notices"),
        ("reviews", "0003_corrections_and_standing"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
