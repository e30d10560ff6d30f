"""Bulk actions of reviewing: request reviews and withdraw, page by page and each by its rules."""

from contextlib import nullcontext
from functools import partial

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from articles import quality
from articles.admin.bulk_actions import PageAction
from articles.admin.confirmed_action import change_each
from articles.content import kinds
from articles.display import format_page_count
from articles.form_fields import PlainTextFormField
from articles.models import Article
from reviews import page_states
from reviews.admin.forms import WithdrawForm
from reviews.models import LedgerEntry, Reviewer
from reviews.signing import actions, unchanged_texts
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
MAX_PAGES = 200  # each page is asked for, or withdrawn, in a transaction of its own


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


class RequestReviewsAction(PageByPageAction):
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
    unchanged_ids: set[int] = set()

    def find_excluded(self, pages):
        waiting = list(page_states.filter_waiting(pages).values_list("pk", flat=True))
        blocked = {}
        documents = {}
        kind = kinds.get_for_model(pages.model)
        rest = kind.load(pages.exclude(pk__in=waiting)).select_related("notice")
        for page in rest.prefetch_related("topics"):
            document = kind.compose(page)
            problems = quality.find_blocking_problems(page, document)
            if problems:
                blocked[page.pk] = " ".join(f"{one.message} {one.fix}" for one in problems)
                documents[page.pk] = document
        self.unchanged_ids = unchanged_texts.find_reviewable(documents)
        for key in self.unchanged_ids:
            del blocked[key]
        return {"In review already": dict.fromkeys(waiting, ""), BLOCKED_REASON: blocked}

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
        return notes | dict.fromkeys(self.unchanged_ids, UNCHANGED_REVIEW)

    def change_page(self, page, *, reviewer, note):
        actions.request_review(page, by=self.by, reviewer=reviewer, note=note)

    def describe_change(self, count, *, reviewer, note):
        return f"{reviewer or 'Any reviewer'} is asked to sign {count}. Editing can continue."


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
