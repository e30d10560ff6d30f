"""Editors write what the house says of itself, and deal with what readers report."""

from importlib import import_module

from django.db import migrations

grant = import_module("config.migrations.0001_groups").grant


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0006_images"),
        ("articles", "0008_feedback"),
        ("reviews", "0009_reported"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
