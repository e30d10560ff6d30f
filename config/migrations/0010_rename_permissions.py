"""Permissions follow the models that were renamed: groups and people keep their rights."""

from django.db import migrations

RENAMED_MODELS = {
    "articles": {"publication": "publicationevent", "origin": "externalid"},
    "symptoms": {"causeorigin": "causeexternalid"},
    "reviews": {"signature": "ledgerentry", "standing": "reviewschedule"},
}
VERBS = ("add", "change", "delete", "view")


def rename_permissions(apps, schema_editor):
    for app, models in RENAMED_MODELS.items():
        for old, new in models.items():
            for verb in VERBS:
                _rename_permission(apps, app, f"{verb}_{old}", f"{verb}_{new}")


def restore_permissions(apps, schema_editor):
    for app, models in RENAMED_MODELS.items():
        for old, new in models.items():
            for verb in VERBS:
                _rename_permission(apps, app, f"{verb}_{new}", f"{verb}_{old}")


def _rename_permission(apps, app: str, old: str, new: str) -> None:
    """Rename a permission in place. Where both exist, give its holders the new one and delete the old."""
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label=app)
    old_permission = permissions.filter(codename=old).first()
    if old_permission is None:
        return
    new_permission = permissions.filter(codename=new).first()
    if new_permission is None:
        old_permission.codename = new
        old_permission.save(update_fields=["codename"])
        return
    # A migration that stopped between the renaming of the models and this one may have made it.
    for group in old_permission.group_set.all():
        group.permissions.add(new_permission)
    for user in old_permission.user_set.all():
        user.user_permissions.add(new_permission)
    old_permission.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0009_attestation"),
        ("articles", "0012_rename_models"),
        ("symptoms", "0008_rename_models"),
        ("reviews", "0011_rename_models"),
    ]
    operations = [migrations.RunPython(rename_permissions, restore_permissions)]
