"""Managing editors import pages."""

from importlib import import_module

from django.db import migrations

grant = import_module("config.migrations.0001_groups").grant


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0007_feedback"),
        ("articles", "0010_imports"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
