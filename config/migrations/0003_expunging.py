"""Managing editors may ask that a text be expunged, and take evidence out of the site."""

from importlib import import_module

from django.db import migrations

grant = import_module("config.migrations.0001_groups").grant


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0002_overriding_checks"),
        ("articles", "0005_expunged_texts"),
        ("reviews", "0005_expunging"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
