"""Lists of pages as editors sort and filter them: by state, due date and who signed."""

from django.contrib import admin
from django.db.models import DateField, Exists, F, OuterRef, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from articles.admin.changelists import (
    PAGE_FILTERS,
    last_saved,
    load_list_rows,
    titled,
    written_by,
)
from articles.lists import ListFilter
from articles.models import PublicationEvent
from reviews import page_states
from reviews.models import ListedPage, MedicalReview, Reviewer, ReviewSchedule


def _load_reviewers() -> dict[str, str]:
    reviewers = Reviewer.objects.only("name", "post_nominals")
    return {str(reviewer.pk): str(reviewer) for reviewer in reviewers}


def _filter_by_reviewer(pages, key: str, user):
    """The pages that a reviewer was the last to sign whole."""
    return pages.filter(reviewer=key)


def get_listed_pages(kind: str):
    """What a list of pages of a kind filters, counts and sorts."""
    return ListedPage.objects.filter(kind=kind)


STATE_FILTER = ListFilter(
    "state",
    _("status"),
    page_states.get_labels(page_states.LIST_STATES),
    apply=page_states.filter_by_state,
)
DUE_FILTER = ListFilter(
    "due",
    _("review due"),
    page_states.get_labels(page_states.DUE_STATES),
    apply=page_states.filter_by_state,
)
REVIEWER_FILTER = ListFilter("reviewer", _("signed by"), _load_reviewers, apply=_filter_by_reviewer)
CORRECTED_FILTER = ListFilter(
    "corrected",
    _("correction"),
    {"yes": _("With a correction")},
    apply=page_states.filter_corrected,
)
INVOLVEMENT_FILTER = ListFilter(
    "whose", _("my pages"), page_states.INVOLVEMENTS, apply=page_states.filter_involving
)
LIST_FILTERS = (
    *(STATE_FILTER, DUE_FILTER, REVIEWER_FILTER),
    *PAGE_FILTERS,
    *(CORRECTED_FILTER, INVOLVEMENT_FILTER),
)


def load_review_columns(pages):
    """The rows of a list of pages, with what its columns show of reviews."""
    due = ReviewSchedule.objects.filter(article=OuterRef("pk")).order_by().values("next_due")
    return annotate_states(pages).annotate(due=Subquery(due[:1], output_field=DateField()))


@admin.display(description=_("status"))
def state(page):
    """Each state in words, with a mark of its own shape and colour."""
    marks = page_states.get_labels(get_states(page)).items()
    return format_html_join("", '<span class="state state-{}">{}</span>', marks)


@admin.display(description=_("next review due"), ordering="due")
def next_due(page):
    if page.due is None:
        return "—"
    shown = date_format(page.due, "j M Y")
    if page.due >= timezone.localdate():
        return shown
    return format_html('<strong class="overdue">{}, overdue</strong>', shown)


LIST_DISPLAY = (titled, state, next_due, written_by, last_saved)
LIST_LOADERS = (load_list_rows, load_review_columns)


def annotate_states(pages):
    """Pages with all that ``get_states`` reads, but for the number of their newest revision."""
    reviews = MedicalReview.objects.filter(article=OuterRef("pk"))
    return pages.annotate(
        live_revision=F("live__revision"),
        is_waiting=Exists(reviews.waiting()),
        newest_outcome=Subquery(reviews.order_by("-id").values("outcome")[:1]),
        was_published=Exists(PublicationEvent.objects.filter(article=OuterRef("pk"))),
        is_recorded=Exists(ReviewSchedule.objects.recorded().filter(article=OuterRef("pk"))),
    )


def get_states(page) -> list[str]:
    """What a listed page is, and what is being done about it."""
    states = _get_publication_states(page)
    if page.is_waiting:
        states.append("waiting")
    elif page.newest_outcome == MedicalReview.Outcome.CHANGES:
        states.append("sent-back")
    return states


def _get_publication_states(page) -> list[str]:
    """Whether a page is public, and how what is public differs from the newest revision."""
    if not page.live_id:
        return ["withdrawn"] if page.was_published else ["unpublished"]
    states = []
    if page.is_recorded:
        states.append("recorded")
    if page.live_revision != page.newest_revision:
        states.append("changed")
    return states or ["live"]
