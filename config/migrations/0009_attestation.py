"""Managing editors may record reviews that were made in an earlier system."""

from importlib import import_module

from django.db import migrations

begin = import_module("config.migrations.0001_groups").begin


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0008_imports"),
        ("reviews", "0010_attestation"),
    ]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
