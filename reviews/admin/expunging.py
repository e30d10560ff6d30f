"""The admin of expunging: one managing editor asks for it, another one confirms it."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from articles.admin.page_views import get_revision_or_404
from articles.admin.readonly import ReadOnlyAdmin
from articles.content import kinds
from articles.display import format_user_name, get_admin_url
from articles.publishing.actions import ActionRefused
from reviews.expunging import actions
from reviews.expunging.actions import PERMISSION
from reviews.expunging.forms import ExpunctionConfirmationForm, ExpunctionRequestForm
from reviews.models import Expunction


def build_expunge_link(page_admin, request, page) -> dict | None:
    if not request.user.has_perm(PERMISSION):
        return None
    url = page_admin.get_object_url("expunge", page)
    return {"template": "reviews/admin/_expunge_link.html", "url": url}


def get_expunctions(page) -> QuerySet:
    """The requests to expunge a revision of a page, for its timeline."""
    asked = Expunction.objects.filter(revision__article=page.pk)
    return asked.select_related("revision", "asked_by", "confirmed_by", "dropped_by")


def expunge_text(page_admin, request, page):
    """Ask to expunge one revision, confirm somebody else's request, or drop it."""
    number = request.POST.get("number") or request.GET.get("number", "")
    revision = get_revision_or_404(page, number)
    requests = Expunction.objects.filter(revision=revision, dropped_at__isnull=True)
    waiting = requests.select_related("asked_by").first()
    if waiting and not waiting.waiting:
        waiting = None
    step = request.POST.get("deed", "")
    if waiting:
        data = request.POST if step == "confirm" else None
        form = ExpunctionConfirmationForm(data, request=request)
    else:
        form = ExpunctionRequestForm(request.POST if step == "ask" else None)
    if request.method == "POST" and _perform_step(
        page_admin, request, step, revision, waiting, form
    ):
        return redirect(page_admin.get_object_url("revisions", page))
    confirmers = actions.get_other_confirmers(request.user)
    context = {
        "revision": revision,
        "expunction": waiting,
        "is_own_request": bool(waiting) and waiting.asked_by_id == request.user.pk,
        "expunge_error": actions.get_expunge_error(revision),
        "identical_revisions": actions.get_identical_revisions(revision),
        "possible_confirmers": [format_user_name(user) for user in confirmers],
        "form": form,
    }
    return page_admin.render_page(request, "reviews/admin/expunge.html", page, **context)


def _perform_step(page_admin, request, step, revision, waiting, form) -> bool:
    """Whether a step was done. Where a rule forbids it, a message or the form says why."""
    number, by = revision.number, request.user
    try:
        if step == "drop" and waiting:
            actions.drop_expunction(waiting, by=by)
            message = f"The request is cancelled. The text of revision {number} is kept."
        elif step == "confirm" and waiting and form.is_valid():
            actions.confirm_expunction(waiting, by=by, authentication=form.authentication)
            message = (
                f"The text of revision {number} is expunged. Remember copies outside this system."
            )
        elif step == "ask" and not waiting and form.is_valid():
            actions.request_expunction(
                revision,
                by=by,
                reason=form.cleaned_data["reason"],
                legal_basis=form.cleaned_data["legal_basis"],
            )
            message = (
                f"Requested. The text of revision {number} is expunged once another managing "
                "editor confirms it."
            )
        else:
            if not form.is_bound:
                messages.error(
                    request,
                    "Nothing was changed: somebody decided this meanwhile. Check it again.",
                )
            return False
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
        return False
    page_admin.log_change(request, revision.article, message)
    messages.success(request, message)
    return True


class ExpunctionAdmin(ReadOnlyAdmin):
    """Requests to expunge, where the second person finds those that wait."""

    list_display = (
        "page",
        "state",
        "reason",
        "legal_basis",
        "asked_by",
        "asked_at",
        "confirmed_by",
        "confirmed_at",
    )
    list_display_links = None
    list_select_related = ("revision__article", "asked_by", "confirmed_by")

    @admin.display(description=_("text"))
    def page(self, asked):
        page = asked.revision.article
        address = get_admin_url(kinds.get(page.kind), "expunge", page.pk)
        return format_html(
            '<a href="{}?number={}">{}, revision {}</a>',
            address,
            asked.revision.number,
            page,
            asked.revision.number,
        )

    @admin.display(description=_("status"))
    def state(self, asked):
        if asked.confirmed_at:
            return "Expunged"
        if asked.dropped_at:
            return "Cancelled"
        return "Waiting for confirmation"
