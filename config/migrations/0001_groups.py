"""Editors, reviewers and managing editors, with just their rights."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

from config import groups


def grant(apps, schema_editor, *, whole=True):
    # Permissions are otherwise made only after the last migration, too late for the groups that need them.
    for label in ("auth", "articles", "symptoms", "reviews"):
        app = apps.get_app_config(label)
        app.models_module = True
        create_permissions(app, apps=apps, using=schema_editor.connection.alias, verbosity=0)
        app.models_module = None
    groups.grant(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"), whole=whole)


def begin(apps, schema_editor):
    grant(apps, schema_editor, whole=False)  # some of the rights of today come with later migrations


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0001_initial"),
        ("symptoms", "0001_initial"),
        ("reviews", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
