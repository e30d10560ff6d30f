"""Managing editors may read the list of mails."""

from importlib import import_module

from django.db import migrations

grant = import_module("config.migrations.0001_groups").grant


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0003_expunging"),
        ("reviews", "0006_mail"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
