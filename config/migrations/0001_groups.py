"""Editors, reviewers and managing editors, with just their rights.

The rights are frozen here as migrations 0001 to 0009 gave them. Models were renamed since (see 0010).
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

EDITORS = "Editors"
REVIEWERS = "Reviewers"
MANAGING_EDITORS = "Managing editors"

EDITOR_RIGHTS = {
    "articles": {
        "article": ["view", "add", "change"],
        "aboutpage": ["view", "add", "change"],
        "readerreport": ["view", "change"],
        "readertally": ["view"],
        "reference": ["view", "add", "change", "delete"],
        "articletag": ["view", "add", "change", "delete"],
        "figure": ["view", "add", "change", "delete"],
        "image": ["view", "add"],
        "topic": ["view"],
        "copyrightnotice": ["view"],
        "revision": ["view"],
        "publication": ["view"],
        "redirect": ["view"],
    },
    "symptoms": {
        "symptom": ["view", "add", "change"],
        "cause": ["view", "add", "change"],
        "othername": ["view", "add", "change", "delete"],
        "symptomcause": ["view", "add", "change", "delete"],
        "relatedsymptom": ["view", "add", "change", "delete"],
        "code": ["view", "add", "change", "delete"],
    },
    "reviews": {
        "medicalreview": ["view"],
        "signature": ["view"],
    },
}
MANAGING_EDITOR_RIGHTS = {
    "articles": {
        "topic": ["add", "change", "delete"],
        "copyrightnotice": ["add", "change"],
        "importrun": ["view"],
        "origin": ["view"],
    },
    "symptoms": {"cause": ["delete"]},
    "reviews": {"reviewer": ["view", "add", "change"], "expunction": ["view"], "mail": ["view"]},
    "auth": {"user": ["view"]},
}


def expand(rights: dict) -> set[tuple[str, str]]:
    return {
        (app, f"{verb}_{model}") for app, models in rights.items() for model, verbs in models.items() for verb in verbs
    }


GROUP_RIGHTS = {
    EDITORS: expand(EDITOR_RIGHTS) | {("reviews", "request_review")},
    REVIEWERS: {("reviews", "sign_review"), ("articles", "view_image")},
    MANAGING_EDITORS: expand(EDITOR_RIGHTS)
    | expand(MANAGING_EDITOR_RIGHTS)
    | {
        ("articles", "change_address"),
        ("articles", "import_content"),
        ("articles", "withdraw_article"),
        ("reviews", "attest_legacy"),
        ("reviews", "expunge_revision"),
        ("reviews", "export_evidence"),
        ("reviews", "override_checks"),
        ("reviews", "request_review"),
        ("reviews", "see_radar"),
        ("reviews", "verify_reviewer"),
    },
}


def grant(apps, schema_editor):
    """Make the three groups. Rights that come with later migrations are left out until then."""
    # Permissions are otherwise made only after the last migration, too late for the groups that need them.
    for label in ("auth", "articles", "symptoms", "reviews"):
        app = apps.get_app_config(label)
        app.models_module = True
        create_permissions(app, apps=apps, using=schema_editor.connection.alias, verbosity=0)
        app.models_module = None
    rows = apps.get_model("auth", "Permission").objects.values_list("content_type__app_label", "codename", "pk")
    known = {(app, codename): pk for app, codename, pk in rows}
    for name, rights in GROUP_RIGHTS.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.set([known[right] for right in rights & known.keys()])


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0001_initial"),
        ("symptoms", "0001_initial"),
        ("reviews", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
