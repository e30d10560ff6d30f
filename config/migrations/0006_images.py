"""Editors upload images and put them on pages; reviewers see those that are not public yet."""

from importlib import import_module

from django.db import migrations

grant = import_module("config.migrations.0001_groups").grant


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0005_radar"),
        ("articles", "0007_images"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
