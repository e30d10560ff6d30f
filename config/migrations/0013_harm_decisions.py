"""Editors read what was decided of reports that a page could harm somebody."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

GROUPS = ("Editors", "Managing editors")


def grant(apps, schema_editor):
    """Add the one right to both groups. Whoever changed the rights of a group keeps the others."""
    # Permissions are otherwise made only after the last migration.
    articles = apps.get_app_config("articles")
    articles.models_module = True
    create_permissions(articles, apps=apps, using=schema_editor.connection.alias, verbosity=0)
    articles.models_module = None
    right = apps.get_model("auth", "Permission").objects.get(
        content_type__app_label="articles", codename="view_harmdecision"
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.add(right)


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0012_emergencies"),
        ("articles", "0018_harm_decisions"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
