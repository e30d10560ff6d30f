"""Lists of pages as editors sort and filter them: by state, due date and who signed."""

from collections.abc import Callable

from django.contrib import admin
from django.db.models import DateField, Exists, F, OuterRef, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from articles.admin.changelists import (
    PAGE_FILTERS,
    LenientListFilter,
    last_saved,
    load_list_rows,
    titled,
    written_by,
)
from articles.models import PublicationEvent
from reviews import page_states
from reviews.models import MedicalReview, Reviewer, ReviewSchedule

NEXT_DUE = Subquery(
    ReviewSchedule.objects.filter(article=OuterRef("pk")).values("next_due")[:1],
    output_field=DateField(),
)


def _get_labels(states: dict[str, tuple[str, Callable]]) -> list[tuple[str, str]]:
    """The choices of a filter: the name and the label of each state."""
    return [(name, label) for name, (label, _) in states.items()]


class PageStateFilter(LenientListFilter):
    title, parameter_name = _("status"), "state"

    def lookups(self, request, model_admin):
        return _get_labels(page_states.STATES)

    def apply(self, pages, value, request):
        return page_states.STATES[value][1](pages)


class DueFilter(LenientListFilter):
    title, parameter_name = _("review due"), "due"

    def lookups(self, request, model_admin):
        return _get_labels(page_states.DUE_PERIODS)

    def apply(self, pages, value, request):
        return page_states.DUE_PERIODS[value][1](pages, timezone.localdate())


class InvolvementFilter(LenientListFilter):
    title, parameter_name = _("my pages"), "whose"

    def lookups(self, request, model_admin):
        return _get_labels(page_states.INVOLVEMENTS)

    def apply(self, pages, value, request):
        return page_states.INVOLVEMENTS[value][1](pages, request.user)


class ReviewerFilter(LenientListFilter):
    """Who signed the whole page last."""

    title, parameter_name = _("signed by"), "reviewer"

    def lookups(self, request, model_admin):
        reviewers = Reviewer.objects.only("name", "post_nominals")
        return [(reviewer.pk, str(reviewer)) for reviewer in reviewers]

    def apply(self, pages, value, request):
        return pages.filter(pk__in=ReviewSchedule.objects.filter(reviewer=value).values("article"))


class CorrectedFilter(LenientListFilter):
    title, parameter_name = _("correction"), "corrected"

    def lookups(self, request, model_admin):
        return [("yes", _("With a correction"))]

    def apply(self, pages, value, request):
        return page_states.filter_corrected(pages)


def load_review_columns(pages):
    """The rows of a list of pages, with what its columns show of reviews."""
    return annotate_states(pages).annotate(due=NEXT_DUE)


@admin.display(description=_("status"))
def state(page):
    """Each state in words, with a mark of its own shape and colour."""
    marks = []
    for name in get_states(page):
        label, _ = page_states.STATES[name]
        marks.append((name, label))
    return format_html_join("", '<span class="state state-{}">{}</span>', marks)


@admin.display(description=_("next review due"), ordering=NEXT_DUE.asc(nulls_last=True))
def next_due(page):
    if page.due is None:
        return "—"
    shown = date_format(page.due, "j M Y")
    if page.due >= timezone.localdate():
        return shown
    return format_html('<strong class="overdue">{}, overdue</strong>', shown)


LIST_DISPLAY = (titled, state, next_due, written_by, last_saved)
LIST_FILTER = (
    *(PageStateFilter, DueFilter, ReviewerFilter),
    *PAGE_FILTERS,
    *(CorrectedFilter, InvolvementFilter),
)
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
