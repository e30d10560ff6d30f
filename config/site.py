"""The editors' room: Django's admin with a home that says what waits, and forms that outlast the session."""

from django.contrib.admin import AdminSite, ModelAdmin
from django.urls import reverse

from articles import admin_reports, held
from articles.admin_choices import NameFirst
from config.admin_guard import guarded
from reviews import dashboard

# Group → the models in it, in order. What is in none of them comes last, under its own name.
GROUPS = {
    "Pages": ("Symptom", "Article", "Cause", "Image", "AboutPage", "ImportRun"),
    "Readers": ("ReaderReport", "ReaderTally"),
    "Frame": ("Topic", "CopyrightNotice"),
    "Reviews": ("MedicalReview",),
    "People": ("Reviewer", "User", "Group"),
    "The log": ("Revision", "Publication", "Signature", "Expunction", "Mail", "Redirect"),
}


class Room(AdminSite):
    """Stock, save for its home, the order of its lists, and what becomes of a form that nobody signed in for."""

    index_title = "Your work"

    def register(self, model_or_iterable, admin_class=None, **options):
        super().register(model_or_iterable, guarded(admin_class or ModelAdmin), **options)

    def index(self, request, extra_context=None):
        own = {"home": dashboard.home(request.user), "reports": admin_reports.numbers(request.user)}
        return super().index(request, own | (extra_context or {}))

    def get_urls(self):
        return [*admin_reports.urls(self), *super().get_urls()]

    def admin_view(self, view, cacheable=False):
        """A page's form that comes from nobody is kept for whoever opened it, and they are asked to sign in."""
        guarded = super().admin_view(view, cacheable)
        if not getattr(getattr(view, "__self__", None), "holds_forms", False):
            return guarded

        def keeping(request, *args, **kwargs):
            if request.method == "POST" and request.user.is_anonymous and view.__name__ in ("add_view", "change_view"):
                held.hold(request)
            return guarded(request, *args, **kwargs)

        return keeping

    def autocomplete_view(self, request):
        return NameFirst.as_view(admin_site=self)(request)

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
