"""The actions of a plan: plan reviews, change and remove them, and open one to read it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.db.bulk_insert import insert_objects
from articles.models import Article
from articles.publishing import actions as pages
from articles.publishing.actions import ActionRefused
from reviews.models import MedicalReview, PlannedReview, ReviewSchedule
from reviews.planned_reviews.capacity import get_monday
from reviews.planned_reviews.states import describe_rows
from reviews.signing import actions


class CannotPlan(ActionRefused):
    """Something stands in the way of a plan; nothing was done."""


class CannotOpen(ActionRefused):
    """A planned review cannot be opened now."""


@dataclass(frozen=True)
class PlanChoice:
    """One page for one reviewer in one week (its Monday)."""

    page: int
    reviewer: int
    week: dt.date


@transaction.atomic
def plan_reviews(choices: Iterable[PlanChoice], *, by: User) -> list[PlannedReview]:
    """Put reviews into the plan, all or none, in a fixed number of queries.

    What was planned of these pages before is removed. The caller has locked the pages, and knows
    that each reviewer may read each page. Raises CannotPlan.
    """
    choices = list(choices)
    _require_rights(by)
    _require_weeks(choice.week for choice in choices)
    remove_planned_pages([choice.page for choice in choices], by=by)
    now = timezone.now()
    rows = []
    for choice in choices:
        row = PlannedReview(
            article_id=choice.page,
            reviewer_id=choice.reviewer,
            week=choice.week,
            planned_by=by,
            planned_at=now,
        )
        rows.append(row)
    insert_objects(PlannedReview, rows)
    return rows


def remove_planned_pages(page_ids: Iterable[int], *, by: User) -> int:
    """Remove what is planned of some pages. Returns how many rows that were."""
    pending = PlannedReview.objects.pending().filter(article__in=page_ids)
    return pending.update(removed_by=by, removed_at=timezone.now())


@transaction.atomic
def change_planned(
    changes: Mapping[int, tuple[int, dt.date]], removed: Iterable[int], *, by: User
) -> tuple[int, int]:
    """Give planned reviews another reviewer or week, and remove others, all or none.

    ``changes`` has reviewer and week by the id of a row. Returns how many rows were changed, and
    how many were removed. Raises CannotPlan where one was opened or removed meanwhile, or where the
    reviewer may not read the page.
    """
    _require_rights(by)
    _require_weeks(week for _, week in changes.values())
    removed = set(removed)
    rows = PlannedReview.objects.pending().filter(pk__in=removed | changes.keys())
    found = {row.pk: row for row in rows.select_for_update(of=("self",)).order_by("pk")}
    if len(found) < len(removed | changes.keys()):
        raise CannotPlan(
            "Nothing was done: some of these were opened or removed meanwhile. Look again."
        )
    now = timezone.now()
    PlannedReview.objects.filter(pk__in=removed).update(removed_by=by, removed_at=now)
    changed = [found[key] for key in changes if key not in removed]
    for row in changed:
        row.reviewer_id, row.week = changes[row.pk]
        row.planned_by, row.planned_at = by, now
        row.refusal, row.refused_at = "", None
    fields = ["reviewer", "week", "planned_by", "planned_at", "refusal", "refused_at"]
    PlannedReview.objects.bulk_update(changed, fields)
    _require_readers([row.pk for row in changed])
    return len(changed), len(removed)


def _require_readers(keys: list[int]) -> None:
    """Raises CannotPlan if somebody cannot read what was given to them."""
    rows = list(PlannedReview.objects.with_page().filter(pk__in=keys))
    states = describe_rows(rows, timezone.localdate())
    for row in rows:
        state = states[row.pk]
        if state.name in ("lapsed", "barred", "away") or state.is_over:
            raise CannotPlan(f"Nothing was done, because of “{row.article.title}”. {state.text}")


def _require_rights(by: User) -> None:
    if not (by.has_perm("reviews.see_radar") and by.has_perm("reviews.request_review")):
        raise CannotPlan("Only managing editors can plan reviews.")


def _require_weeks(weeks: Iterable[dt.date]) -> None:
    this_week = get_monday(timezone.localdate())
    for week in weeks:
        if week < this_week or week != get_monday(week):
            raise CannotPlan(f"No review can be planned for the week of {week:%-d %B %Y}.")


def open_planned(planned: PlannedReview, *, by: User) -> MedicalReview:
    """Open a planned review: it is requested by its planner, over the text that visitors read.

    Opened twice, it is opened once. Raises CannotOpen, with a message for the reviewer; where a
    rule of requests is the reason, the plan keeps it for its editors.
    """
    try:
        return _open(planned, by)
    except CannotOpen:
        raise
    except ActionRefused as refusal:
        reason = str(refusal)
        PlannedReview.objects.pending().filter(pk=planned.pk).update(
            refusal=reason, refused_at=timezone.now()
        )
        raise CannotOpen(f"{reason} The managing editors see it in their plan.") from refusal


@transaction.atomic
def _open(planned: PlannedReview, by: User) -> MedicalReview:
    page = pages.lock_page(planned.article)
    PlannedReview.objects.select_for_update().values_list("pk").get(pk=planned.pk)
    row = PlannedReview.objects.with_page().get(pk=planned.pk)
    if row.reviewer.user_id != by.pk:
        raise CannotOpen(f"This review is planned for {row.reviewer}, and only they can open it.")
    if row.review:
        return row.review
    if row.removed_at:
        raise CannotOpen("This review is not planned any more.")
    state = describe_rows([row], timezone.localdate())[row.pk]
    if not state.can_open:
        raise CannotOpen(state.text)
    review = actions.request_review(
        page,
        by=row.planned_by,
        trigger=actions.choose_trigger(page, MedicalReview.Trigger.ANNUAL),
        reviewer=row.reviewer,
        note=_format_note(row, page),
        of_published=True,
    )
    PlannedReview.objects.filter(pk=row.pk).update(review=review, refusal="", refused_at=None)
    return review


def _format_note(row: PlannedReview, page: Article) -> str:
    due = ReviewSchedule.objects.filter(article=page).values_list("next_due", flat=True).first()
    return format_note(row.week, due)


def format_note(monday: dt.date, due: dt.date | None) -> str:
    """The note to a reviewer: the week, and the due date where that is not after the week."""
    note = f"Planned for the week of {monday:%-d %B}."
    if due and due < timezone.localdate():
        return f"{note} It has been overdue since {due:%-d %B}."
    if due and due < monday + dt.timedelta(days=7):
        return f"{note} Its review is due on {due:%-d %B}."
    return note
