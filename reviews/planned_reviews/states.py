"""What became of planned reviews: whether each can be opened, and why not, in words."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from articles.display import format_user_name
from articles.models import Article, MergedPage
from reviews.models import LedgerEntry, MedicalReview, PlannedReview, Reviewer
from reviews.planned_reviews.capacity import get_absences, get_monday, is_away
from reviews.planned_reviews.readers import get_users_with_right
from reviews.signing import eligibility, ledger


@dataclass(frozen=True)
class PlannedState:
    """The state of a planned review.

    ``is_over``: there is nothing left to read, so that the row can only be removed.
    """

    name: str
    text: str = ""
    can_open: bool = False
    is_over: bool = False

    @property
    def needs_attention(self) -> bool:
        """Whether a managing editor has to do something about it."""
        return self.name not in ("ready", "upcoming", "waits")


@dataclass
class _Facts:
    """What the states of some rows depend on, read for all of them at once."""

    today: dt.date
    merged_into: dict[int, str] = field(default_factory=dict)
    signed: dict[int, LedgerEntry] = field(default_factory=dict)
    waiting: dict[int, MedicalReview] = field(default_factory=dict)
    unfit: dict[int, MedicalReview] = field(default_factory=dict)
    absences: dict[int, list[tuple[dt.date, dt.date]]] = field(default_factory=dict)
    barred: dict[int, set[int]] = field(default_factory=dict)
    signers: set[int] = field(default_factory=set)
    requesters: set[int] = field(default_factory=set)


def describe_rows(rows: Iterable[PlannedReview], today: dt.date) -> dict[int, PlannedState]:
    """Row → its state, for pending rows that were loaded ``with_page``, in fixed queries."""
    rows = list(rows)
    if not rows:
        return {}
    facts = _load_facts(rows, today)
    return {row.pk: _describe(row, facts) for row in rows}


def _load_facts(rows: list[PlannedReview], today: dt.date) -> _Facts:
    page_ids = [row.article_id for row in rows]
    merged = MergedPage.objects.filter(page__in=page_ids).values_list("page", "into__title")
    earliest = min(row.planned_at for row in rows)
    signed = LedgerEntry.objects.signed().filter(
        article__in=page_ids,
        at__gt=earliest,
        review__trigger__in=MedicalReview.WHOLE_PAGE_TRIGGERS,
    )
    reviews = MedicalReview.objects.filter(article__in=page_ids).select_related("reviewer")
    last = max(row.week for row in rows) + dt.timedelta(days=6)
    return _Facts(
        today=today,
        merged_into=dict(merged),
        signed={entry.article_id: entry for entry in signed.order_by("sequence")},
        waiting={one.article_id: one for one in reviews.waiting()},
        unfit={one.article_id: one for one in reviews.unfit()},
        absences=get_absences(today, max(last, today)),
        barred=eligibility.get_barred_users_by_page(page_ids),
        signers=set(get_users_with_right("sign_review").values_list("pk", flat=True)),
        requesters=set(get_users_with_right("request_review").values_list("pk", flat=True)),
    )


def _describe(row: PlannedReview, facts: _Facts) -> PlannedState:
    over = _describe_page(row.article, row, facts)
    if over:
        return over
    waiting = facts.waiting.get(row.article_id)
    if waiting:
        return _describe_waiting(waiting)
    if row.article_id in facts.unfit:
        who = facts.unfit[row.article_id].reviewer
        text = f"{who} recommends withdrawing this page. A managing editor decides that first."
        return PlannedState("unfit", text, can_open=True)
    problem = _describe_reader(row, facts)
    if problem:
        return problem
    if row.planned_by_id not in facts.requesters:
        name = format_user_name(row.planned_by)
        text = f"{name}, who planned it, cannot request reviews any more. Plan it again."
        return PlannedState("planner", text)
    if row.refused_at:
        day = timezone.localdate(row.refused_at)
        text = f"It could not be opened on {day:%-d %B}: {row.refusal}"
        return PlannedState("refused", text, can_open=True)
    return _describe_week(row.week, facts.today)


def _describe_page(page: Article, row: PlannedReview, facts: _Facts) -> PlannedState | None:
    """What happened to a page that ends the plan for it; None if nothing did."""
    if page.pk in facts.merged_into:
        text = f"It was merged into “{facts.merged_into[page.pk]}”."
        return PlannedState("merged", text, is_over=True)
    if page.discarded_at:
        return PlannedState("discarded", "The page was discarded.", is_over=True)
    if page.live_id is None:
        text = "The page is withdrawn. Its return takes a review from its own form."
        return PlannedState("withdrawn", text, is_over=True)
    entry = facts.signed.get(page.pk)
    if entry and entry.at > row.planned_at:
        name = ledger.read_record(entry).actor.name
        text = f"{name} signed the whole page on {timezone.localdate(entry.at):%-d %B %Y}."
        return PlannedState("signed", text, is_over=True)
    return None


def _describe_waiting(review: MedicalReview) -> PlannedState:
    who = review.reviewer or "any reviewer"
    day = timezone.localdate(review.requested_at)
    if review.whole_page:
        text = f"A review of the whole page is open already: {who} was asked on {day:%-d %B}."
        return PlannedState("in-review", text, is_over=True)
    text = (
        f"A {review.get_trigger_display().lower()} is in review ({who}, since {day:%-d %B}). "
        "This review can be opened once that is decided, over the text that is published then."
    )
    return PlannedState("waits", text)


def _describe_reader(row: PlannedReview, facts: _Facts) -> PlannedState | None:
    """Why a reviewer cannot read a page in its week; None if they can."""
    reviewer = row.reviewer
    error = _get_reader_error(reviewer, row.week, facts)
    if error:
        return PlannedState("lapsed", error)
    if reviewer.user_id in facts.barred.get(row.article_id, ()):
        text = f"{reviewer} wrote some of the page, so that somebody else must read it."
        return PlannedState("barred", text)
    first_day = max(row.week, get_monday(facts.today))
    if is_away(first_day, facts.today, facts.absences.get(reviewer.pk, ())):
        text = f"{reviewer} is away in that week."
        return PlannedState("away", text, can_open=True)
    return None


def _get_reader_error(reviewer: Reviewer, week: dt.date, facts: _Facts) -> str:
    if not reviewer.user.is_active:
        return f"The account of {reviewer} is closed."
    if reviewer.user_id not in facts.signers:
        return f"{reviewer} has no right to sign any more."
    if not reviewer.verified_at:
        return f"The credentials of {reviewer} are not verified."
    lapses = reviewer.licence_expires
    if lapses < facts.today:
        return f"The licence of {reviewer} lapsed on {lapses:%-d %B %Y}."
    if lapses < week:
        return f"The licence of {reviewer} lapses on {lapses:%-d %B %Y}, before that week."
    return ""


def _describe_week(week: dt.date, today: dt.date) -> PlannedState:
    monday = get_monday(today)
    if week < monday:
        return PlannedState("late", f"The week of {week:%-d %B} is over.", can_open=True)
    if week == monday:
        return PlannedState("ready", can_open=True)
    return PlannedState("upcoming", can_open=True)
