"""The plan as it stands: what is planned for whom, what became of it, and changes by row."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from articles.admin.forms import parse_key
from articles.content import kinds
from articles.display import get_admin_url
from articles.lists import ListFilter, ListQuery, filter_by
from articles.publishing.actions import ActionRefused
from reviews.models import PlannedReview, Reviewer, ReviewSchedule
from reviews.models.review_schedule import get_policy_date, is_withdrawn_late
from reviews.planned_reviews import readers
from reviews.planned_reviews.actions import change_planned
from reviews.planned_reviews.capacity import get_monday
from reviews.planned_reviews.states import PlannedState, describe_rows
from reviews.radar.views import require_managing_editor
from reviews.scheduling.checks import find_blocked
from reviews.scheduling.edits import RowChoice, RowEdits
from reviews.scheduling.planner import HORIZON_WEEKS

ROWS_PER_PAGE = 25
STATES = {"attention": _("Needs attention"), "ready": _("This week"), "upcoming": _("Later")}


@dataclass(frozen=True)
class PlannedRow:
    """One planned review as the plan shows it."""

    planned: PlannedReview
    state: PlannedState
    choice: RowChoice
    stored: RowChoice
    url: str
    due: dt.date | None
    policy_date: dt.date | None
    is_withdrawn_late: bool
    missing_reader: str = ""  # the name of a reviewer who is in no list any more

    @property
    def needed_by(self) -> dt.date:
        """The last day before it is withdrawn; its due date, where it would not be."""
        day = self.policy_date if self.is_withdrawn_late else self.due
        return day or dt.date.max

    @property
    def rank(self) -> tuple:
        """What needs attention first, of that what would be withdrawn; then by week."""
        attention = self.state.needs_attention
        return (
            not attention,
            not self.is_withdrawn_late,
            self.needed_by,
            self.planned.week,
            self.planned.pk,
        )


@require_managing_editor
@require_http_methods(["GET", "HEAD", "POST"])
def planned(request):
    """The pending rows. A POST without the button “Save” leads to another page of them."""
    edits = RowEdits(request.POST)
    refusal = ""
    if request.POST.get("do") == "save":
        try:
            return _save(request, edits)
        except ActionRefused as error:
            refusal = str(error)
    context = _build_context(request, edits)
    context["refusal"] = refusal
    return render(request, "reviews/planned.html", context, status=409 if refusal else 200)


def _save(request, edits: RowEdits):
    removed = [key for key, choice in edits.choices.items() if choice.is_marked]
    changes = {}
    for key, choice in edits.choices.items():
        if not choice.is_marked and choice.reviewer and choice.week:
            changes[key] = (choice.reviewer, choice.week)
    if not removed and not changes:
        messages.info(request, _("Nothing was changed."))
    else:
        changed_count, removed_count = change_planned(changes, removed, by=request.user)
        message = _("%(changed)s changed, %(removed)s removed from the plan.")
        counts = {"changed": changed_count, "removed": removed_count}
        messages.success(request, message % counts)
    return redirect(request.get_full_path())


def _build_context(request, edits: RowEdits) -> dict:
    today = timezone.localdate()
    reviewers = list(readers.get_readers())
    pending = list(PlannedReview.objects.pending().with_page())
    states = describe_rows(pending, today)
    query = _read_query(request.GET, states)
    wanted = set(query.filter_rows(PlannedReview.objects.pending()).values_list("pk", flat=True))
    ids = {reader.pk for reader in reviewers}
    rows = _build_rows([row for row in pending if row.pk in wanted], states, edits, ids)
    asked = request.POST.get("page") or request.GET.get("page", "")
    page = Paginator(rows, ROWS_PER_PAGE).get_page(parse_key(asked) or 1)
    shown = list(page.object_list)
    return {
        "list_query": query,
        "page": page,
        "rows": shown,
        "blocked": find_blocked(row.planned.article_id for row in shown),
        "edits": edits.hide(row.planned.pk for row in shown),
        "edited": len(edits.choices.keys() & states.keys()),
        "gone": len(edits.choices.keys() - states.keys()),
        "readers": reviewers,
        "week_choices": _list_weeks(today),
        "attention": sum(state.needs_attention for state in states.values()),
        "total": len(pending),
        "attention_url": query.build_url(show="attention"),
        "plan_url": reverse("reviews:plan"),
    }


def _read_query(parameters, states: dict[int, PlannedState]) -> ListQuery:
    reviewers = Reviewer.objects.filter(planned_reviews__in=states).distinct()
    names = {reviewer.slug: str(reviewer) for reviewer in reviewers}

    def apply_state(rows, value, user):
        keys = []
        for key, state in states.items():
            if state.name == value or (value == "attention" and state.needs_attention):
                keys.append(key)
        return rows.filter(pk__in=keys)

    filters = (
        ListFilter("show", _("status"), STATES, apply=apply_state),
        ListFilter("reader", _("reviewer"), names, apply=filter_by("reviewer__slug")),
    )
    return ListQuery(parameters, filters, unfiltered="the whole plan is shown")


def _build_rows(
    pending: Iterable[PlannedReview],
    states: dict[int, PlannedState],
    edits: RowEdits,
    reader_ids: set[int],
) -> list[PlannedRow]:
    pending = list(pending)
    schedules = ReviewSchedule.objects.filter(article__in=[row.article_id for row in pending])
    dates = dict(schedules.values_list("article", "next_due"))
    rows = []
    for one in pending:
        page = one.article
        due = dates.get(page.pk)
        stored = RowChoice(one.reviewer_id, one.week)
        row = PlannedRow(
            planned=one,
            state=states[one.pk],
            choice=edits.choices.get(one.pk, stored),
            stored=stored,
            url=get_admin_url(kinds.get(page.kind), "change", page.pk),
            due=due,
            policy_date=get_policy_date(due, page.risk) if due else None,
            is_withdrawn_late=is_withdrawn_late(page.risk),
            missing_reader=_get_missing_name(one, stored, edits, reader_ids),
        )
        rows.append(row)
    return sorted(rows, key=lambda row: row.rank)


def _get_missing_name(
    planned: PlannedReview, stored: RowChoice, edits: RowEdits, reader_ids: set[int]
) -> str:
    """The name of the reviewer of a row who cannot be chosen any more, while it has them."""
    choice = edits.choices.get(planned.pk, stored)
    is_missing = choice.reviewer == planned.reviewer_id and planned.reviewer_id not in reader_ids
    return planned.reviewer.name if is_missing else ""


def _list_weeks(today: dt.date) -> list[dt.date]:
    monday = get_monday(today)
    return [monday + dt.timedelta(weeks=number) for number in range(HORIZON_WEEKS)]
