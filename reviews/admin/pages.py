"""What reviews brings to the admin of pages, in tuples; and the admins of its own models.

Nothing is registered here: ``config.admin.registration`` alone puts the admin together.
"""

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from articles import quality
from articles.admin.bulk_actions import BulkAction
from articles.admin.composition import POST_ONLY, ComposedAdmin, ObjectView
from articles.admin.pages import PageAdmin
from articles.admin.readonly import ReadOnlyAdmin
from articles.admin.timeline import TimelineSource
from articles.audit import recording
from articles.content import kinds
from articles.exports.admin import EXPORT_VIEW, ExportAction
from articles.publishing.actions import ActionRefused
from reviews.admin import evidence, expunging
from reviews.admin.bulk_actions import RequestReviewsAction, WithdrawPagesAction
from reviews.admin.comments import answer_comments, build_comments_panel
from reviews.admin.export_resources import MedicalReviewResource
from reviews.admin.forms import RequestReviewForm, ReviewerForm, WithdrawForm
from reviews.admin.imported_reviews import LEDGER_VIEWS, RecordImportedReviewsAction
from reviews.admin.reassigning import (
    OpenListFilter,
    ReassignReviewsAction,
    RestoreSigningAction,
    can_sign,
    read_along,
)
from reviews.admin.status_panel import build_status_panel
from reviews.models import LedgerEntry, MedicalReview, Reviewer
from reviews.signing import actions, unchanged_texts
from reviews.signing.eligibility import get_current_withdrawal


def get_requests(page) -> QuerySet:
    """The requests to review a page, for its timeline."""
    return page.medical_reviews.select_related("revision", "requested_by", "reviewer")


def get_entries(page) -> QuerySet:
    """The ledger entries of a page, for its timeline."""
    return page.ledger_entries.select_related("revision", "by", "review")


def request_review(page_admin, request, page):
    """Ask for a review of the page as it was last saved."""
    newest = page.medical_reviews.select_related("reviewer").order_by("-id").first()
    if newest and not newest.decided_at:
        messages.warning(
            request, "This page is in review already. Cancel that request to request again."
        )
        return redirect(page_admin.get_object_url("change", page))
    is_sent_back = newest and newest.outcome == MedicalReview.Outcome.CHANGES
    sent_back = newest if is_sent_back else None
    latest = page.get_latest_revision()
    loaded = _load(page_admin, request, page)
    document = kinds.get(page.kind).compose(loaded)
    problems = quality.find_problems(loaded, document)
    blocked = any(problem.blocking for problem in problems)
    is_unchanged = blocked and bool(unchanged_texts.find_reviewable({page.pk: document}))
    can_override = request.user.has_perm("reviews.override_checks")
    triggers = actions.get_possible_triggers(page, latest)
    if is_unchanged and not can_override:
        triggers = [MedicalReview.Trigger.ANNUAL]
    form = RequestReviewForm(
        request.POST or None,
        page=page,
        triggers=triggers,
        can_correct=actions.can_correct(page, latest),
        may_override=blocked and can_override,
        is_unchanged=is_unchanged,
        initial={"reviewer": sent_back.reviewer_id} if sent_back else None,
    )
    if request.method == "POST" and form.is_valid():
        review = _try_request(page_admin, request, page, form)
        if review:
            return _redirect_after_request(page_admin, request, page, review)
    context = {
        "form": form,
        "latest": latest,
        "problems": problems,
        "blocked": blocked,
        "sent_back": sent_back,
        "is_unchanged": is_unchanged,
        "last_day": settings.UNCHANGED_REVIEWS_UNTIL,
        "may_ask": not blocked or is_unchanged or can_override,
        "withdrawal": get_current_withdrawal(page),
    }
    return page_admin.render_page(request, "reviews/admin/ask.html", page, **context)


def _redirect_after_request(page_admin, request, page, review: MedicalReview):
    reviewer = review.reviewer or "Any reviewer"
    messages.success(
        request,
        f"{reviewer} is asked to sign revision {review.revision.number}. "
        "Editing can continue: what you change now is not part of this review.",
    )
    return redirect(page_admin.get_object_url("change", page))


def _load(page_admin, request, page):
    """The page with all that composing and checking it read."""
    kind = kinds.get(page.kind)
    return kind.load(page_admin.get_queryset(request).filter(pk=page.pk)).get()


def _try_request(page_admin, request, page, form) -> MedicalReview | None:
    """The new review. None where that was refused; the form says why then."""
    try:
        review = actions.request_review(page, by=request.user, **form.cleaned_data)
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return None
    page_admin.log_change(
        request, page, f"Requested a review of revision {review.revision.number}."
    )
    return review


def cancel_request(page_admin, request, page):
    review = page.medical_reviews.waiting().first()
    try:
        if review is None:
            raise actions.CannotDecide("No request is open for this page.")
        actions.cancel_request(review, by=request.user)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        page_admin.log_change(request, page, "Cancelled the review request.")
        messages.success(
            request, "The request is cancelled. You can request a review again at any time."
        )
    return redirect(page_admin.get_object_url("change", page))


def withdraw_page(page_admin, request, page):
    """Withdraw the page from the public, after a form that says what that means."""
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_page(page, reason=form.cleaned_data["reason"], by=request.user)
        except ActionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            page_admin.log_change(request, page, "Withdrew the page.")
            messages.success(
                request,
                "The page is withdrawn. It can be published again only with a new signature.",
            )
            return redirect(page_admin.get_object_url("change", page))
    context = {"form": form, "loss": page_admin.describe_withdrawal(page)}
    return page_admin.render_page(request, "reviews/admin/withdraw.html", page, **context)


# What reviews brings to the admin of any kind of page. It knows only that the page is an Article.
VIEWS = (
    ObjectView("ask", request_review, "reviews.request_review"),
    ObjectView("take_back", cancel_request, "reviews.request_review", POST_ONLY),
    ObjectView("withdraw", withdraw_page, "articles.withdraw_article"),
    ObjectView("comments", answer_comments, "view"),
    ObjectView(
        "evidence", evidence.download_evidence, evidence.PERMISSION, (require_POST, never_cache)
    ),
    ObjectView(
        "expunge",
        expunging.expunge_text,
        expunging.PERMISSION,
        (sensitive_post_parameters("password"),),
    ),
)
PANELS = (build_comments_panel, build_status_panel)
HISTORY_PANELS = (evidence.build_evidence_panel,)
REVISION_PANELS = (expunging.build_expunge_link,)
TIMELINE_SOURCES = (
    TimelineSource("request", get_requests, "requested_at", "reviews/admin/_request_event.html", 2),
    TimelineSource("entry", get_entries, "at", "reviews/admin/_entry_event.html", 3),
    TimelineSource(
        "expunction",
        expunging.get_expunctions,
        "asked_at",
        "reviews/admin/_expunction_event.html",
        2,
    ),
)


BULK_ACTIONS: tuple[type[BulkAction], ...] = (
    RequestReviewsAction,
    RecordImportedReviewsAction,
    *PageAdmin.bulk_actions,
    WithdrawPagesAction,
)


class ReviewerAdmin(ComposedAdmin):
    """Reviewers and their credentials; changed credentials have to be verified again."""

    form = ReviewerForm
    list_display = (
        "name",
        "post_nominals",
        "specialty",
        "licence_expires",
        "verified_by",
        "verified_at",
        can_sign,
    )
    list_select_related = ("verified_by", "user")
    search_fields = ("name", "user__username")
    readonly_fields = ("verified_by", "verified_at")
    autocomplete_fields = ("user",)
    prepopulated_fields = {"slug": ("name",)}
    actions = ("verify",)
    bulk_actions = (RestoreSigningAction,)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        """A reviewer stays the same person, and after a signature at the same address."""
        if obj is None:
            return self.readonly_fields
        fields = [*self.readonly_fields, "user"]
        if LedgerEntry.objects.signed().filter(by=obj.user_id).exists():
            fields.append("slug")
        return fields

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("disputes")

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else self.prepopulated_fields

    def save_model(self, request, obj, form, change):
        if set(form.changed_data) & {*Reviewer.CREDENTIAL_FIELDS, "user"}:
            obj.verified_by = None
            obj.verified_at = None
            messages.warning(
                request, f"{obj} can sign once somebody has verified these credentials."
            )
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        recording.record("reviewer", [form.instance], by=request.user)

    def has_verify_permission(self, request):
        return request.user.has_perm("reviews.verify_reviewer")

    @admin.action(
        description=_("Confirm that the credentials were checked"), permissions=["verify"]
    )
    def verify(self, request, queryset):
        for reviewer in queryset:
            try:
                actions.verify_reviewer(reviewer, by=request.user)
            except ActionRefused as refusal:
                messages.error(request, f"{reviewer}: {refusal}")
            else:
                self.log_change(request, reviewer, "Verified the credentials.")
                message = f"{reviewer} is verified, and can sign"
                if not reviewer.user.has_perm("reviews.sign_review"):
                    message += " once a superuser adds the account to the group “Reviewers”"
                messages.success(request, f"{message}.")


class MedicalReviewAdmin(ReadOnlyAdmin):
    views = (EXPORT_VIEW,)
    bulk_actions = (ReassignReviewsAction, ExportAction)
    export_resources = (MedicalReviewResource,)
    list_display = (
        "article",
        "trigger",
        "reviewer",
        "requested_by",
        "requested_at",
        "outcome",
        "decided_at",
    )
    list_select_related = ("article", "reviewer", "requested_by")
    list_filter = (OpenListFilter, "outcome", "trigger", "reviewer")
    search_fields = ("article__title",)

    def get_list_display(self, request):
        columns = super().get_list_display(request)
        if request.user.has_perm(ReassignReviewsAction.permission):
            return (columns[0], read_along, *columns[1:])
        return columns


class LedgerEntryAdmin(ReadOnlyAdmin):
    """The ledger, to read; and reviews of an earlier system, to record in it."""

    views = LEDGER_VIEWS
    list_display = ("sequence", "outcome", "article", "by", "at")
    list_select_related = ("article", "by")
    list_filter = ("outcome",)
    search_fields = ("article__title", "hash")
