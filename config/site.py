"""The editors' room: Django's admin site with a home that says what waits, and its lists grouped as editors think."""

from django.contrib.admin import AdminSite
from django.urls import reverse

from reviews import dashboard

# Group → the models in it, in order. What is in none of them comes last, under its own name.
GROUPS = {
    "Pages": ("Symptom", "Article", "Cause"),
    "Frame": ("Topic", "CopyrightNotice"),
    "Reviews": ("MedicalReview",),
    "People": ("Reviewer", "User", "Group"),
    "The log": ("Revision", "Publication", "Signature", "Redirect"),
}


class Room(AdminSite):
    """Stock, save for its home and the order of its lists."""

    index_title = "Your work"

    def index(self, request, extra_context=None):
        return super().index(request, {"home": dashboard.home(request.user)} | (extra_context or {}))

    def get_app_list(self, request, app_label=None):
        apps = super().get_app_list(request, app_label)
        return apps if app_label else grouped(apps)


def grouped(apps: list[dict]) -> list[dict]:
    """The models that somebody may see, by what they are for rather than by where their code is."""
    left = {model["object_name"]: model for app in apps for model in app["models"]}
    found = {}
    for group, names in GROUPS.items():
        found[group] = [left.pop(name) for name in names if name in left]
    found["More"] = list(left.values())
    home = reverse("admin:index")
    return [
        {"name": group, "app_label": group.lower().replace(" ", "-"), "app_url": home, "models": models}
        for group, models in found.items()
        if models
    ]
