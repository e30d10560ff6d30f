"""Managing editors see the radar."""

from importlib import import_module

from django.db import migrations

grant = import_module("config.migrations.0001_groups").grant


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0004_reading_mail"),
        ("reviews", "0008_recall"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
