"""What editors see of reviews: a panel on each page, asking, taking back, withdrawing; and the reviewers themselves.

Nothing is registered here: ``config.admin`` alone puts the admin together.
"""

from django.contrib import admin, messages
from django.shortcuts import redirect
from django.urls import path
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_POST

from articles import kinds, quality
from articles.actions import Refused
from articles.admin_bulk import BulkDeeds
from articles.admin_log import LogAdmin
from articles.timeline import Source
from reviews import actions
from reviews.admin_bulk import ReviewDeeds
from reviews.admin_comments import Answering
from reviews.admin_earlier import RecordsEarlier, RecordsEarlierOfMany
from reviews.admin_evidence import Evidence
from reviews.admin_expunging import Expunging
from reviews.admin_lists import ReviewedLists
from reviews.eligibility import withdrawal
from reviews.forms import AskForm, WithdrawForm
from reviews.glance import glance
from reviews.models import MedicalReview, Reviewer, Signature


class Panelled(ReviewedLists):
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
        context = {"panel": SimpleLazyObject(lambda: self.panel(request, object_id))} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def sources(self, page) -> list[Source]:
        """The ground's events, and those of its reviews: what was asked for, signed, sent back, withdrawn."""
        asked = page.medical_reviews.select_related("revision", "requested_by", "reviewer")
        entries = page.signatures.select_related("revision", "by", "review")
        return [
            *super().sources(page),
            Source("request", asked, "requested_at", "reviews/admin/_request_event.html", rank=2),
            Source("entry", entries, "at", "reviews/admin/_entry_event.html", rank=3),
        ]

    def panel(self, request, object_id) -> dict:
        """At a glance: live or not, signed by whom, due when, changed since, waiting for whom, what blocks."""
        kind = kinds.of(self.model)
        rows = kind.load(self.get_queryset(request)).select_related("writer", "live__revision", "notice")
        page = rows.prefetch_related("topics").filter(pk=object_id).first() if str(object_id).isdigit() else None
        if page is None:
            return {}
        return (
            glance(page, user=request.user)
            | {"can_move": request.user.has_perm("articles.change_address")}
            | {name: self.address_of(name, page) for name in ("preview", "revisions", "compare", "address", "discard")}
            | {f"{name}_url": self.address_of(name, page) for name in ("ask", "take_back", "withdraw")}
        )

    def ask(self, request, object_id):
        """Ask for a review of the page as it was last saved."""
        page = self.asked_page(request, object_id, right="reviews.request_review")
        newest = page.medical_reviews.select_related("reviewer").order_by("-id").first()
        if newest and not newest.decided_at:
            messages.warning(request, "This page is in review already. Take that request back to ask anew.")
            return redirect(self.address_of("change", page))
        sent_back = newest if newest and newest.outcome == MedicalReview.Outcome.CHANGES else None
        latest, problems = page.latest_revision(), self._problems(request, page)
        blocked = any(problem.blocking for problem in problems)
        form = AskForm(
            request.POST or None,
            page=page,
            triggers=actions.triggers(page, latest),
            can_correct=actions.can_correct(page, latest),
            must_override=blocked,
            initial={"reviewer": sent_back.reviewer_id} if sent_back else None,
        )
        if request.method == "POST" and form.is_valid() and (review := self._asked(request, page, form)):
            who, number = review.reviewer or "Any reviewer", review.revision.number
            messages.success(
                request,
                f"{who} is asked to sign revision {number}. "
                "Editing goes on: what you change now is not part of what they read.",
            )
            return redirect(self.address_of("change", page))
        context = {
            "form": form,
            "latest": latest,
            "problems": problems,
            "blocked": blocked,
            "sent_back": sent_back,
            "may_ask": not blocked or request.user.has_perm("reviews.override_checks"),
            "withdrawal": withdrawal(page),
        }
        return self.show(request, "reviews/admin/ask.html", page, **context)

    def _problems(self, request, page) -> list[quality.Problem]:
        kind = kinds.get(page.kind)
        loaded = kind.load(self.get_queryset(request).filter(pk=page.pk)).get()
        return quality.problems(loaded, kind.compose(loaded))

    def _asked(self, request, page, form) -> MedicalReview | None:
        """The review that was asked for; where that was refused, the form says why."""
        try:
            review = actions.request_review(page, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return None
        self.log_change(request, page, f"Asked for a review of revision {review.revision.number}.")
        return review

    def take_back(self, request, object_id):
        page = self.asked_page(request, object_id, right="reviews.request_review")
        review = page.medical_reviews.waiting().first()
        try:
            if review is None:
                raise actions.CannotDecide("No request is open for this page.")
            actions.cancel_request(review, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            self.log_change(request, page, "Took the request for a review back.")
            messages.success(request, "The request is taken back. You can ask again at any time.")
        return redirect(self.address_of("change", page))

    def withdraw(self, request, object_id):
        """Take the page from the public, after a word on what that means."""
        page = self.asked_page(request, object_id, right="articles.withdraw_article")
        form = WithdrawForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                actions.withdraw_page(page, reason=form.cleaned_data["reason"], by=request.user)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                self.log_change(request, page, "Withdrew the page.")
                messages.success(request, "The page is withdrawn. It can come back with a new signature only.")
                return redirect(self.address_of("change", page))
        return self.show(request, "reviews/admin/withdraw.html", page, form=form)


class Reviewed(Answering, Evidence, Expunging, Panelled, RecordsEarlierOfMany, ReviewDeeds):
    """Mixed into the admin of any kind of page; it knows only that the page is an Article."""

    actions = ("ask_for_many", "record_earlier", *BulkDeeds.actions, "withdraw_many")


class ReviewerAdmin(admin.ModelAdmin):
    """Reviewers and their credentials; a change of credentials has to be verified anew."""

    list_display = ("name", "post_nominals", "specialty", "licence_expires", "verified_by", "verified_at")
    list_select_related = ("verified_by",)
    search_fields = ("name", "user__username")
    readonly_fields = ("verified_by", "verified_at")
    autocomplete_fields = ("user",)
    prepopulated_fields = {"slug": ("name",)}
    actions = ("verify",)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        """A reviewer stays the same person, at the same address once review lines lead there."""
        if obj is None:
            return self.readonly_fields
        signed = Signature.objects.signed().filter(by=obj.user_id).exists()
        return (*self.readonly_fields, "user", *(["slug"] if signed else []))

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else self.prepopulated_fields

    def save_model(self, request, obj, form, change):
        if set(form.changed_data) & {*Reviewer.CREDENTIALS, "user"}:
            obj.verified_by = obj.verified_at = None
            messages.warning(request, f"{obj} can sign once somebody has verified these credentials.")
        super().save_model(request, obj, form, change)

    def has_verify_permission(self, request):
        return request.user.has_perm("reviews.verify_reviewer")

    @admin.action(description="Confirm that the credentials were checked", permissions=["verify"])
    def verify(self, request, queryset):
        for reviewer in queryset:
            try:
                actions.verify_reviewer(reviewer, by=request.user)
            except Refused as refusal:
                messages.error(request, f"{reviewer}: {refusal}")
            else:
                self.log_change(request, reviewer, "Verified the credentials.")
                able = reviewer.user.has_perm("reviews.sign_review")
                then = "and can sign" if able else "and can sign once a superuser puts the account into “Reviewers”"
                messages.success(request, f"{reviewer} is verified, {then}.")


class MedicalReviewAdmin(LogAdmin):
    list_display = ("article", "trigger", "reviewer", "requested_by", "requested_at", "outcome", "decided_at")
    list_select_related = ("article", "reviewer", "requested_by")
    list_filter = ("outcome", "trigger", "reviewer")
    search_fields = ("article__title",)


class SignatureAdmin(RecordsEarlier, LogAdmin):
    """The ledger, to read."""

    list_display = ("sequence", "outcome", "article", "by", "at", "hash")
    list_select_related = ("article", "by")
    list_filter = ("outcome",)
    search_fields = ("article__title", "hash")
