"""Bulk actions of reviewing: ask for reviews, and withdraw, page by page and each by its rules."""

from collections.abc import Callable

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from articles import quality
from articles.admin.bulk_actions import (
    BulkAction,
    BulkActionResult,
    BulkActionsMixin,
    ExcludedPages,
)
from articles.content import kinds
from articles.display import format_page_count
from articles.models import Article
from articles.publishing.actions import ActionRefused
from reviews import page_states
from reviews.admin.forms import WithdrawForm
from reviews.models import LedgerEntry, Reviewer
from reviews.signing import actions
from reviews.signing.eligibility import get_qualified_reviewers

BLOCKED_REASON = (
    "Checks block a review: fix these first, or let a managing editor request one by itself "
    "and override the checks"
)
FIRST_REVIEW = "first review"
ANNUAL_REVIEW = "annual review"
CHANGE_REVIEW = "review of what changed"
RETURN_REVIEW = "annual review of a withdrawn page"
MAX_PAGES = 200  # each page is asked for, or withdrawn, in a transaction of its own


class RequestReviewsForm(forms.Form):
    reviewer = forms.ModelChoiceField(
        Reviewer.objects.none(),
        required=False,
        empty_label=_("Any reviewer"),
        help_text="Nobody can sign a page with words of their own in it: "
        "such pages are refused and listed.",
    )
    note = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=5000,
        label=_("Note to the reviewer"),
        help_text="One note for all these pages.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].queryset = get_qualified_reviewers()


class RequestReviewsAction(BulkAction):
    heading = _("Request a review of {count}")
    button_label = _("Request review of {count}")
    form = RequestReviewsForm
    description = (
        "Each review is of the page as it is now. "
        "The kind of review is shown beside each page. "
        "A withdrawn text that returns unchanged needs a note that says why. "
        "A page that is saved before you confirm is requested as it is then."
    )
    log_message = "Requested a review, with other pages."
    max_pages = MAX_PAGES

    def find_excluded(self, pages):
        waiting = list(page_states.filter_waiting(pages).values_list("pk", flat=True))
        blocked = self._find_blocked(pages.exclude(pk__in=waiting))
        return [
            ExcludedPages("In review already", waiting),
            ExcludedPages(BLOCKED_REASON, list(blocked), blocked),
        ]

    def _find_blocked(self, pages) -> dict[int, str]:
        """Pages that a check blocks, each with the problems in words."""
        kind = kinds.get_for_model(pages.model)
        blocked = {}
        for page in kind.load(pages).select_related("notice").prefetch_related("topics"):
            problems = quality.find_blocking_problems(page, kind.compose(page))
            if problems:
                blocked[page.pk] = " ".join(f"{one.message} {one.fix}" for one in problems)
        return blocked

    def get_notes(self, pages):
        """Which kind of review each would be: the first of ``actions.get_possible_triggers``.

        It goes by the text as it was saved last.
        """
        signed = LedgerEntry.objects.signed().filter(article=OuterRef("pk"))
        notes = dict.fromkeys(pages.values_list("pk", flat=True), ANNUAL_REVIEW)
        # Where a page is in several of these, the last one counts.
        states = [
            (FIRST_REVIEW, pages.filter(~Exists(signed))),
            (RETURN_REVIEW, pages.withdrawn()),
            (CHANGE_REVIEW, pages.changed()),
        ]
        for note, pages_in_state in states:
            for key in pages_in_state.values_list("pk", flat=True):
                notes[key] = note
        return notes

    def execute(self, pages, *, by, reviewer, note):
        def request_review(page: Article) -> None:
            actions.request_review(page, by=by, reviewer=reviewer, note=note)

        result = _apply_to_each(pages, request_review)
        asked = reviewer or "Any reviewer"
        count = format_page_count(len(result.processed))
        result.message = f"{asked} is asked to sign {count}. Editing can continue."
        return result


class WithdrawPagesAction(BulkAction):
    heading = _("Withdraw {count}")
    button_label = _("Withdraw {count}")
    form = WithdrawForm
    description = (
        "Visitors read within a second that these pages were withdrawn, and why; "
        "no older text is shown. "
        "Each can be published again only with a new signature over the whole page."
    )
    log_message = "Withdrew the page, with others."
    max_pages = MAX_PAGES

    def find_excluded(self, pages):
        unpublished = pages.filter(live__isnull=True).values_list("pk", flat=True)
        return [ExcludedPages("Not published", list(unpublished))]

    def execute(self, pages, *, by, reason):
        def withdraw(page: Article) -> None:
            actions.withdraw_page(page, reason=reason, by=by)

        result = _apply_to_each(pages, withdraw)
        result.message = f"{format_page_count(len(result.processed))} withdrawn."
        return result


def _apply_to_each(pages, action: Callable[[Article], None]) -> BulkActionResult:
    """Apply an action to each page by itself, and collect the refusals."""
    result = BulkActionResult()
    for page in Article.objects.filter(pk__in=pages.values("pk")).order_by("sort_key", "pk"):
        try:
            action(page)
        except ActionRefused as refusal:
            result.refusals.append((page.title, str(refusal)))
        else:
            result.processed.append(page.pk)
    return result


class ReviewBulkActionsMixin(BulkActionsMixin):
    """Mixed into the admin of any kind of page: the bulk actions of reviewing in its list."""

    def has_ask_permission(self, request):
        may_ask = request.user.has_perm("reviews.request_review")
        return may_ask and self.has_change_permission(request)

    def has_withdraw_permission(self, request):
        may_withdraw = request.user.has_perm("articles.withdraw_article")
        return may_withdraw and self.has_change_permission(request)

    @admin.action(description=_("Request review …"), permissions=["ask"])
    def ask_for_many(self, request, queryset):
        return self.confirm_action(request, queryset, RequestReviewsAction())

    @admin.action(description=_("Withdraw …"), permissions=["withdraw"])
    def withdraw_many(self, request, queryset):
        return self.confirm_action(request, queryset, WithdrawPagesAction())
