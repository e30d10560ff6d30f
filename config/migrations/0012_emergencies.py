"""Editors write emergency pages; managing editors keep the table of phrases."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

EDITOR_RIGHTS = (
    "view_emergencypage",
    "add_emergencypage",
    "change_emergencypage",
    "view_phraseevent",
)
ADDED_RIGHTS = {
    "Editors": EDITOR_RIGHTS,
    "Managing editors": (
        *EDITOR_RIGHTS,
        "add_phraseevent",
        "change_phraseevent",
        "delete_phraseevent",
    ),
}


def grant(apps, schema_editor):
    # Permissions are otherwise made only after the last migration, too late for the groups.
    app = apps.get_app_config("articles")
    app.models_module = True
    create_permissions(app, apps=apps, using=schema_editor.connection.alias, verbosity=0)
    app.models_module = None
    permissions = apps.get_model("auth", "Permission").objects
    for name, rights in ADDED_RIGHTS.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.add(
            *permissions.filter(content_type__app_label="articles", codename__in=rights)
        )


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0011_permission_names"),
        ("articles", "0017_emergencies"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
