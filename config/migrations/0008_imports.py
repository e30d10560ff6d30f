"""Managing editors import pages."""

from importlib import import_module

from django.db import migrations

begin = import_module("config.migrations.0001_groups").begin


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0007_feedback"),
        ("articles", "0010_imports"),
    ]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
