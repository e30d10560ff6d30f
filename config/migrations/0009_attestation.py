"""Managing editors may record reviews that were made in an earlier system."""

from importlib import import_module

from django.db import migrations

grant = import_module("config.migrations.0001_groups").grant


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0008_imports"),
        ("reviews", "0010_attestation"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
