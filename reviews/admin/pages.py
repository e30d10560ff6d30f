"""The admin of reviews: a panel on each page, asking, taking back, withdrawing; and reviewers.

Nothing is registered here: ``config.admin.registration`` alone puts the admin together.
"""

from functools import partial

from django.contrib import admin, messages
from django.shortcuts import redirect
from django.urls import path
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from articles import quality
from articles.admin.bulk_actions import BulkActionsMixin
from articles.admin.readonly import ReadOnlyAdmin
from articles.admin.timeline import TimelineSource
from articles.content import kinds
from articles.publishing.actions import ActionRefused
from reviews.admin.bulk_actions import ReviewBulkActionsMixin
from reviews.admin.changelists import ReviewChangelistMixin
from reviews.admin.comments import CommentAnswersMixin
from reviews.admin.evidence import EvidenceMixin
from reviews.admin.expunging import ExpungeMixin
from reviews.admin.forms import RequestReviewForm, WithdrawForm
from reviews.admin.legacy import LegacyReviewsActionMixin, LegacyReviewsMixin
from reviews.admin.status_panel import build_panel
from reviews.models import LedgerEntry, MedicalReview, Reviewer
from reviews.signing import actions
from reviews.signing.eligibility import get_current_withdrawal


class ReviewPanelMixin(ReviewChangelistMixin):
    """What every page shows of its reviews, and what editors do with them."""

    def get_urls(self):
        def page(address, view):
            name = f"{self.opts.app_label}_{self.opts.model_name}_{address.replace('-', '_')}"
            return path(f"<path:object_id>/{address}/", self.admin_site.admin_view(view), name=name)

        return [
            page("ask", self.ask),
            page("take-back", require_POST(self.take_back)),
            page("withdraw", self.withdraw),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        # Lazy, as a saved form shows no panel.
        panel = SimpleLazyObject(partial(self.get_panel_context, request, object_id))
        context = {"panel": panel, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def get_sources(self, page) -> list[TimelineSource]:
        """The events of a page, and those of its reviews: requests and ledger entries."""
        asked = page.medical_reviews.select_related("revision", "requested_by", "reviewer")
        entries = page.ledger_entries.select_related("revision", "by", "review")
        return [
            *super().get_sources(page),
            TimelineSource(
                "request", asked, "requested_at", "reviews/admin/_request_event.html", rank=2
            ),
            TimelineSource("entry", entries, "at", "reviews/admin/_entry_event.html", rank=3),
        ]

    def get_panel_context(self, request, object_id) -> dict:
        """The status of a page, and the addresses of what editors do with it; empty for no page."""
        page = self._load_page(request, object_id)
        if page is None:
            return {}
        context = build_panel(page, user=request.user)
        context["can_move"] = request.user.has_perm("articles.change_address")
        for name in ("preview", "revisions", "compare", "address", "discard"):
            context[name] = self.get_page_url(name, page)
        for name in ("ask", "take_back", "withdraw"):
            context[f"{name}_url"] = self.get_page_url(name, page)
        return context

    def _load_page(self, request, object_id):
        """The page with what the panel reads; None for what can be no page's id."""
        if not str(object_id).isdigit():
            return None
        kind = kinds.get_for_model(self.model)
        pages = kind.load(self.get_queryset(request)).filter(pk=object_id)
        pages = pages.select_related("writer", "live__revision", "notice")
        return pages.prefetch_related("topics").first()

    def ask(self, request, object_id):
        """Ask for a review of the page as it was last saved."""
        page = self.get_page_or_404(request, object_id, permission="reviews.request_review")
        newest = page.medical_reviews.select_related("reviewer").order_by("-id").first()
        if newest and not newest.decided_at:
            messages.warning(
                request, "This page is in review already. Cancel that request to request again."
            )
            return redirect(self.get_page_url("change", page))
        is_sent_back = newest and newest.outcome == MedicalReview.Outcome.CHANGES
        sent_back = newest if is_sent_back else None
        latest = page.get_latest_revision()
        problems = self._get_problems(request, page)
        blocked = any(problem.blocking for problem in problems)
        form = RequestReviewForm(
            request.POST or None,
            page=page,
            triggers=actions.get_possible_triggers(page, latest),
            can_correct=actions.can_correct(page, latest),
            must_override=blocked,
            initial={"reviewer": sent_back.reviewer_id} if sent_back else None,
        )
        if request.method == "POST" and form.is_valid():
            review = self._request_review(request, page, form)
            if review:
                return self._redirect_after_request(request, page, review)
        context = {
            "form": form,
            "latest": latest,
            "problems": problems,
            "blocked": blocked,
            "sent_back": sent_back,
            "may_ask": not blocked or request.user.has_perm("reviews.override_checks"),
            "withdrawal": get_current_withdrawal(page),
        }
        return self.render_page(request, "reviews/admin/ask.html", page, **context)

    def _redirect_after_request(self, request, page, review: MedicalReview):
        reviewer = review.reviewer or "Any reviewer"
        messages.success(
            request,
            f"{reviewer} is asked to sign revision {review.revision.number}. "
            "Editing can continue: what you change now is not part of this review.",
        )
        return redirect(self.get_page_url("change", page))

    def _get_problems(self, request, page) -> list[quality.Problem]:
        kind = kinds.get(page.kind)
        loaded = kind.load(self.get_queryset(request).filter(pk=page.pk)).get()
        return quality.find_problems(loaded, kind.compose(loaded))

    def _request_review(self, request, page, form) -> MedicalReview | None:
        """The new review. None where that was refused; the form says why then."""
        try:
            review = actions.request_review(page, by=request.user, **form.cleaned_data)
        except ActionRefused as refusal:
            form.add_error(None, str(refusal))
            return None
        self.log_change(request, page, f"Requested a review of revision {review.revision.number}.")
        return review

    def take_back(self, request, object_id):
        page = self.get_page_or_404(request, object_id, permission="reviews.request_review")
        review = page.medical_reviews.waiting().first()
        try:
            if review is None:
                raise actions.CannotDecide("No request is open for this page.")
            actions.cancel_request(review, by=request.user)
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            self.log_change(request, page, "Cancelled the review request.")
            messages.success(
                request, "The request is cancelled. You can request a review again at any time."
            )
        return redirect(self.get_page_url("change", page))

    def withdraw(self, request, object_id):
        """Withdraw the page from the public, after a form that says what that means."""
        page = self.get_page_or_404(request, object_id, permission="articles.withdraw_article")
        form = WithdrawForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                actions.withdraw_page(page, reason=form.cleaned_data["reason"], by=request.user)
            except ActionRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                self.log_change(request, page, "Withdrew the page.")
                messages.success(
                    request,
                    "The page is withdrawn. It can be published again only with a new signature.",
                )
                return redirect(self.get_page_url("change", page))
        return self.render_page(request, "reviews/admin/withdraw.html", page, form=form)


class ReviewedPageMixin(
    CommentAnswersMixin,
    EvidenceMixin,
    ExpungeMixin,
    ReviewPanelMixin,
    LegacyReviewsActionMixin,
    ReviewBulkActionsMixin,
):
    """Mixed into the admin of any kind of page; it knows only that the page is an Article."""

    actions = ("ask_for_many", "record_earlier", *BulkActionsMixin.actions, "withdraw_many")


class ReviewerAdmin(admin.ModelAdmin):
    """Reviewers and their credentials; changed credentials have to be verified again."""

    list_display = (
        "name",
        "post_nominals",
        "specialty",
        "licence_expires",
        "verified_by",
        "verified_at",
    )
    list_select_related = ("verified_by",)
    search_fields = ("name", "user__username")
    readonly_fields = ("verified_by", "verified_at")
    autocomplete_fields = ("user",)
    prepopulated_fields = {"slug": ("name",)}
    actions = ("verify",)

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


class BaseMedicalReviewAdmin(ReadOnlyAdmin):
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
    list_filter = ("outcome", "trigger", "reviewer")
    search_fields = ("article__title",)


class LedgerEntryAdmin(LegacyReviewsMixin, ReadOnlyAdmin):
    """The ledger, to read."""

    list_display = ("sequence", "outcome", "article", "by", "at")
    list_select_related = ("article", "by")
    list_filter = ("outcome",)
    search_fields = ("article__title", "hash")
