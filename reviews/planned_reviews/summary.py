"""The plan in a few figures, and who is away: for radar, home and digest."""

import datetime as dt
from dataclasses import dataclass

from reviews.models import Absence, PlannedReview, Reviewer
from reviews.planned_reviews import readers
from reviews.planned_reviews.states import PlannedState, describe_rows

SOON_DAYS = 30


def load_attention(today: dt.date) -> tuple[int, list[tuple[PlannedReview, PlannedState]]]:
    """How many reviews are planned, and those of them that need something, by week."""
    rows = list(PlannedReview.objects.pending().with_page())
    states = describe_rows(rows, today)
    attention = [(row, states[row.pk]) for row in rows if states[row.pk].needs_attention]
    return len(rows), attention


@dataclass(frozen=True)
class ReaderSummary:
    """What waits for a reviewer, and when they are away."""

    reviewer: Reviewer
    reviews: int
    minutes: int
    planned: int
    absences: tuple[Absence, ...]

    @property
    def away_text(self) -> str:
        """The current and coming absences, in words."""
        return "; ".join(format_absence(absence) for absence in self.absences)


def format_absence(absence: Absence) -> str:
    return f"away from {absence.first_day:%-d %B} to {absence.last_day:%-d %B %Y}"


def load_summaries(reviewers: list[Reviewer], today: dt.date) -> dict[int, ReaderSummary]:
    """Reviewer → what waits for them and is planned, and absences of the next weeks."""
    waiting = readers.load_waiting_minutes()
    planned: dict[int, int] = {}
    for key in PlannedReview.objects.pending().order_by().values_list("reviewer", flat=True):
        planned[key] = planned.get(key, 0) + 1
    last_day = today + dt.timedelta(days=SOON_DAYS)
    absences: dict[int, list[Absence]] = {}
    rows = Absence.objects.current_or_upcoming(today).filter(first_day__lte=last_day)
    for absence in rows:
        absences.setdefault(absence.reviewer_id, []).append(absence)
    summaries = {}
    for reviewer in reviewers:
        minutes = waiting.get(reviewer.pk, [])
        summaries[reviewer.pk] = ReaderSummary(
            reviewer=reviewer,
            reviews=len(minutes),
            minutes=sum(minutes),
            planned=planned.get(reviewer.pk, 0),
            absences=tuple(absences.get(reviewer.pk, ())),
        )
    return summaries
