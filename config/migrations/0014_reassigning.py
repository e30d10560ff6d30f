"""Managing editors reassign reviews, and read which signatures their signers dispute."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = ("reassign_review", "view_signaturedispute")


def grant(apps, schema_editor):
    """Add the rights to the group. Whoever changed the rights of a group keeps the others."""
    # Permissions are otherwise made only after the last migration.
    reviews = apps.get_app_config("reviews")
    reviews.models_module = True
    create_permissions(reviews, apps=apps, using=schema_editor.connection.alias, verbosity=0)
    reviews.models_module = None
    rights = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="reviews", codename__in=RIGHTS
    )
    for group in apps.get_model("auth", "Group").objects.filter(name="Managing editors"):
        group.permissions.add(*rights)


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0013_harm_decisions"),
        ("reviews", "0016_receipts"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
