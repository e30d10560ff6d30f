"""Bulk actions of reviewing: request reviews and withdraw, each page by its own rules."""

from contextlib import nullcontext
from functools import partial

from django import forms
from django.utils.translation import gettext_lazy as _

from articles.admin.bulk_actions import PageAction
from articles.admin.confirmed_action import ActionResult, change_each
from articles.display import format_page_count
from articles.form_fields import PlainTextFormField
from articles.models import Article
from reviews import page_states
from reviews.admin.forms import WithdrawForm
from reviews.models import MedicalReview, Reviewer
from reviews.signing import actions, requests, unchanged_texts
from reviews.signing.eligibility import get_qualified_reviewers

BLOCKED_REASON = (
    "Checks block a review: fix these first, or let a managing editor request one by itself "
    "and override the checks"
)
FIRST_REVIEW = "first review"
ANNUAL_REVIEW = "annual review"
CHANGE_REVIEW = "review of what changed"
UNCHANGED_REVIEW = "annual review of an unchanged page, though checks block it"
RETURN_REVIEW = "annual review of a withdrawn page"
MAX_REQUESTS = 500
MAX_PAGES = 200  # each page is withdrawn in a transaction of its own


class RequestReviewsForm(forms.Form):
    reviewer = forms.ModelChoiceField(
        Reviewer.objects.none(),
        required=False,
        empty_label=_("Any reviewer"),
        help_text="Nobody can sign a page with words of their own in it: "
        "such pages are refused and listed.",
    )
    note = PlainTextFormField(
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=5000,
        label=_("Note to the reviewer"),
        help_text="One note for all these pages.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].queryset = get_qualified_reviewers()


class PageByPageAction(PageAction):
    """An action on each page in a transaction of its own: some may be refused, others done."""

    max_rows = MAX_PAGES

    def prepare(self):
        return nullcontext(self.preview())

    def change_pages(self, pages, **values):
        articles = Article.objects.filter(pk__in=pages.values("pk")).order_by("sort_key", "pk")
        result = change_each(articles, partial(self.change_page, **values))
        count = format_page_count(len(result.changed_ids))
        result.message = self.describe_change(count, **values)
        return result

    def change_page(self, page: Article, **values) -> None:
        raise NotImplementedError

    def describe_change(self, count: str, **values) -> str:
        raise NotImplementedError


class RequestReviewsAction(PageAction):
    name = "ask_for_many"
    label = _("Request review …")
    heading = _("Request review of {count}")
    permission = "reviews.request_review"
    form_class = RequestReviewsForm
    description = (
        "Each review is of the page as it is now. "
        "The kind of review is shown beside each page. "
        "A withdrawn text that returns unchanged needs a note that says why. "
        "A page that is saved before you confirm is requested as it is then."
    )
    log_message = "Requested a review, with other pages."
    max_rows = MAX_REQUESTS
    prepared: requests.Prepared = {}

    def prepare(self):
        return nullcontext(self.preview())  # ``request_reviews`` locks the pages, and no longer

    def find_excluded(self, pages):
        waiting = list(page_states.filter_waiting(pages).values_list("pk", flat=True))
        keys = pages.exclude(pk__in=waiting).values_list("pk", flat=True)
        self.prepared = requests.prepare_pages(keys)
        blocked = {}
        for key, one in self.prepared.items():
            if one.blocking and not self._may_stay_blocked(one):
                blocked[key] = " ".join(f"{each.message} {each.fix}" for each in one.blocking)
        return {"In review already": dict.fromkeys(waiting, ""), BLOCKED_REASON: blocked}

    @staticmethod
    def _may_stay_blocked(one: requests.PreparedPage) -> bool:
        return one.is_unchanged and one.is_signed and unchanged_texts.is_window_open()

    def get_notes(self, pages):
        """Which kind of review each would be."""
        return {key: _describe_kind(one) for key, one in self.prepared.items()}

    def change_pages(self, pages, *, reviewer, note):
        keys = list(pages.order_by("sort_key", "pk").values_list("pk", flat=True))
        request = requests.ReviewRequest(self.by, reviewer=reviewer, note=note)
        asked = requests.request_reviews(keys, request, prepared=self.prepared)
        result = ActionResult("", [review.article_id for review in asked.reviews])
        for page, refusal in asked.refusals:
            result.refusals.append((page.title, str(refusal)))
        count = format_page_count(len(result.changed_ids))
        result.message = self.describe_change(count, reviewer=reviewer)
        return result

    def describe_change(self, count, *, reviewer):
        return f"{reviewer or 'Any reviewer'} is asked to sign {count}. Editing can continue."


def _describe_kind(one: requests.PreparedPage) -> str:
    """The likeliest kind of review of a page, in words."""
    if one.blocking:
        return UNCHANGED_REVIEW
    likeliest = one.possible_triggers[0]
    if likeliest == MedicalReview.Trigger.FIRST:
        return FIRST_REVIEW
    if likeliest == MedicalReview.Trigger.CHANGE:
        return CHANGE_REVIEW
    return ANNUAL_REVIEW if one.page.live else RETURN_REVIEW


class WithdrawPagesAction(PageByPageAction):
    name = "withdraw_many"
    label = _("Withdraw …")
    heading = _("Withdraw {count}")
    permission = "articles.withdraw_article"
    form_class = WithdrawForm
    description = (
        "Visitors read within a second that these pages were withdrawn, and why; "
        "no older text is shown. "
        "Each can be published again only with a new signature over the whole page."
    )
    log_message = "Withdrew the page, with others."

    def find_excluded(self, pages):
        unpublished = pages.filter(live__isnull=True).values_list("pk", flat=True)
        return {"Not published": dict.fromkeys(unpublished, "")}

    def change_page(self, page, *, reason):
        actions.withdraw_page(page, reason=reason, by=self.by)

    def describe_change(self, count, *, reason):
        return f"{count} withdrawn."
