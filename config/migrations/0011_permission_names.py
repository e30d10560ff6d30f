"""The stored names of permissions follow the new labels. Their codenames, and who has them, stay."""

from django.db import migrations

RELABELLED_MODELS = {
    "articles": ("article", "externalid", "publicationevent", "readertally"),
    "symptoms": ("causeexternalid",),
    "reviews": ("expunction", "ledgerentry", "mail", "medicalreview", "reviewschedule"),
}
VERBS = ("add", "change", "delete", "view")


def rename_permissions(apps, schema_editor):
    """Name each permission as Django would name it now."""
    permissions = apps.get_model("auth", "Permission").objects
    for app, models in RELABELLED_MODELS.items():
        for model in models:
            options = apps.get_model(app, model)._meta
            names = {f"{verb}_{model}": f"Can {verb} {options.verbose_name}" for verb in VERBS}
            of_model = permissions.filter(content_type__app_label=app, content_type__model=model)
            for codename, name in (names | dict(options.permissions)).items():
                of_model.filter(codename=codename).update(name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0010_rename_permissions"),
        ("articles", "0013_labels"),
        ("symptoms", "0009_labels"),
        ("reviews", "0012_labels"),
    ]
    operations = [migrations.RunPython(rename_permissions, migrations.RunPython.noop)]
