"""Our admin site: a dashboard as its home, and forms that survive an expired session."""

from django.contrib.admin import AdminSite, ModelAdmin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.admin import session_recovery
from articles.admin.autocomplete import RankedAutocompleteView
from articles.admin.pages import PageAdmin
from articles.admin.request_validation import add_request_validation
from articles.content import kinds
from articles.lists import Label
from articles.models import Article
from articles.reports import admin
from articles.scheduled_runs import RunStatus, list_neglected
from config.admin import renamed_models
from reviews.admin import dashboard

# Fields that name a page of any kind, where the model is the one of plain articles.
ANY_KIND_FIELDS = {"next_page"}
# Group → the models in it, in order. What is in none of them comes last, under its own name.
MODEL_GROUPS: dict[Label, tuple[str, ...]] = {
    "Pages": (
        "Symptom",
        "Article",
        "EmergencyPage",
        "PhraseEvent",
        "Cause",
        "Image",
        "AboutPage",
        "ImportRun",
    ),
    "Readers": ("ReaderReport", "HarmDecision", "ReaderTally"),
    _("Page settings"): ("Topic", "CopyrightNotice"),
    "Reviews": ("MedicalReview",),
    "People": ("Reviewer", "User", "Group"),
    _("Audit log"): (
        "Revision",
        "PublicationEvent",
        "LedgerEntry",
        "Expunction",
        "SignatureDispute",
        "Mail",
        "Redirect",
    ),
}


class AnyPageAdmin(PageAdmin):
    """Pages of every kind, for suggestions alone."""

    has_every_kind = True


class PageAutocompleteView(RankedAutocompleteView):
    """Suggests pages of every kind for the fields that name one, each with its kind."""

    def process_request(self, request):
        term, model_admin, field, to_field = super().process_request(request)
        self.names_any_kind = field.name in ANY_KIND_FIELDS
        if self.names_any_kind:
            model_admin = AnyPageAdmin(Article, self.admin_site)
        return term, model_admin, field, to_field

    def serialize_result(self, obj, to_field_name):
        result = super().serialize_result(obj, to_field_name)
        if self.names_any_kind:
            result["text"] = f"{obj} ({kinds.get_label(obj.kind)})"
        return result


class CountersignAdminSite(AdminSite):
    """Django's admin site, except for its home, the order of its lists, and forms that were
    submitted without a session.
    """

    index_title = "Your work"

    def register(self, model_or_iterable, admin_class=None, **options):
        super().register(
            model_or_iterable, add_request_validation(admin_class or ModelAdmin), **options
        )

    def index(self, request, extra_context=None):
        own = {
            "home": dashboard.build_dashboard(request.user),
            "neglected": _list_neglected(request.user),
            "reports": admin.list_reports_with_counts(request.user),
        }
        return super().index(request, own | (extra_context or {}))

    def get_urls(self):
        return [
            *admin.get_urls(self),
            *renamed_models.get_urls(self),
            *super().get_urls(),
        ]

    def admin_view(self, view, cacheable=False):
        """Save a page's form that was submitted after signing out, and ask the user to sign in."""
        guarded = super().admin_view(view, cacheable)
        if not getattr(getattr(view, "__self__", None), "recovers_forms", False):
            return guarded

        def keeping(request, *args, **kwargs):
            if (
                request.method == "POST"
                and request.user.is_anonymous
                and view.__name__ in ("add_view", "change_view")
            ):
                session_recovery.save_form(request)
            return guarded(request, *args, **kwargs)

        return keeping

    def autocomplete_view(self, request):
        return PageAutocompleteView.as_view(admin_site=self)(request)

    def get_app_list(self, request, app_label=None):
        apps = super().get_app_list(request, app_label)
        return apps if app_label else group_models(apps)


def _list_neglected(user) -> list[RunStatus]:
    """What does not run by itself as it should, for those who can have it mended."""
    return list_neglected() if user.has_perm("reviews.see_radar") else []


def group_models(apps: list[dict]) -> list[dict]:
    """The models that a user may see, grouped by purpose and not by app."""
    left: dict[str, dict] = {}
    for app in apps:
        left.update((model["object_name"], model) for model in app["models"])
    found = {}
    for group, names in MODEL_GROUPS.items():
        found[group] = [left.pop(name) for name in names if name in left]
    found["More"] = list(left.values())
    home = reverse("admin:index")
    return [
        {
            "name": group,
            "app_label": str(group).lower().replace(" ", "-"),
            "app_url": home,
            "models": models,
        }
        for group, models in found.items()
        if models
    ]
