"""A reviewer's queue: ordered by priority, a page at a time, in a fixed number of queries."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import IntEnum

from django.core.paginator import Page, Paginator
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from articles.content.document import Document
from articles.models import PublicationEvent
from reviews.alerts import find_alerting_pages
from reviews.display import join_names
from reviews.models import (
    Absence,
    Comment,
    HandOver,
    LedgerEntry,
    MedicalReview,
    RecalledReview,
    Reviewer,
    ReviewSchedule,
)
from reviews.signing import ledger, reading_minutes
from reviews.signing.changes import format_part_count, list_changed_parts
from reviews.signing.eligibility import get_barred_pages

TASKS_PER_PAGE = 20
MAX_DECISIONS = 10
DUE_SOON_DAYS = 30
# The trigger that gives a review its priority: that of the recall that opened it, else its own.
# A recall can open a page's first review too.
RECALL_TRIGGER = RecalledReview.objects.filter(
    Q(review=OuterRef("pk")) | Q(review=OuterRef("continues")), taken_along=False
).values("recall__trigger")[:1]
EFFECTIVE_TRIGGER = Coalesce(Subquery(RECALL_TRIGGER), F("trigger"))
MAX_NAMED_PARTS = 3  # a card counts the others
RECORDED_MESSAGE = "Never signed here: it has an imported review, so read all of it."
OWN_WORDS_MESSAGE = "You wrote some of this page, so somebody else must sign it."


class TaskPriority(IntEnum):
    """The order of a queue, the most important first, with the label of each priority."""

    SAFETY = 0, "Safety alert"
    GUIDELINE = 1, "Guideline change"
    OVERDUE = 2, "Overdue"
    SOON = 3, "Due soon"
    NEW = 4, "New page"
    REST = 5, ""

    def __new__(cls, value, label):
        priority = int.__new__(cls, value)
        priority._value_ = value
        priority.label = label
        return priority


@dataclass(frozen=True)
class ReviewTask:
    """One review in a queue, as its card shows it."""

    review: MedicalReview
    title: str
    reading_minutes: int
    priority: TaskPriority = TaskPriority.REST
    due: dt.date | None = None
    due_text: str = ""
    change_summary: str = ""
    answered_count: int = 0
    comment_count: int = 0
    hand_over: HandOver | None = None
    withdrawal: PublicationEvent | None = None
    barred_reason: str = ""

    @property
    def answer_summary(self) -> str:
        """How many of the pinned comments are answered, in words."""
        if self.answered_count < self.comment_count:
            unit = "comment" if self.comment_count == 1 else "comments"
            return f"{self.answered_count} of {self.comment_count} {unit} answered"
        if self.comment_count == 1:
            return "The comment is answered"
        return f"All {self.comment_count} comments are answered"


@dataclass(frozen=True)
class PageDetails:
    """What cards show of pages and of their reviews, read for all of them at once."""

    barred_pages: set[int]
    withdrawals: dict[int, PublicationEvent]
    last_signatures: dict[int, LedgerEntry]
    answered_flags: dict[int, list[bool]]
    hand_overs: dict[int, HandOver]
    due_dates: dict[int, dt.date]
    alerting_pages: set[int]


def build_queue(reviewer: Reviewer, *, own_number=1, open_number=1) -> dict:
    """A reviewer's own reviews, those open to any reviewer, and their last decisions."""
    today = timezone.localdate()
    due_dates = _get_due_dates()
    own, open_to_any = _get_waiting_reviews(reviewer, due_dates, today)
    own_page = Paginator(own, TASKS_PER_PAGE).get_page(own_number)
    open_page = Paginator(open_to_any, TASKS_PER_PAGE).get_page(open_number)
    tasks = _build_tasks([*own_page, *open_page], reviewer, due_dates, today)
    for page in (own_page, open_page):
        _put_tasks(page, tasks)
    return {
        "mine": own_page,
        "open": open_page,
        "decided": _get_decided_tasks(reviewer),
        "absences": list(Absence.objects.filter(reviewer=reviewer).current_or_upcoming(today)),
        "urgent": _count_urgent(own_page),
    }


def _put_tasks(page, tasks: dict[int, ReviewTask]) -> None:
    """Put the tasks of a page in place of their ids, and count what comes after it."""
    page.remaining_count = page.paginator.count - page.end_index()
    page.object_list = [tasks[key] for key in page if key in tasks]


def _get_decided_tasks(reviewer: Reviewer) -> list[ReviewTask]:
    """The reviews that a reviewer decided last."""
    reviews = MedicalReview.objects.with_page().decided().filter(decided_by=reviewer.user_id)
    newest = reviews.order_by("-decided_at")[:MAX_DECISIONS]
    return [ReviewTask(review, review.revision.title, 0) for review in newest]


def _count_urgent(page: Page) -> int:
    urgent = [task for task in page.object_list if task.priority <= TaskPriority.OVERDUE]
    return len(urgent)


def _get_due_dates() -> dict[int, dt.date]:
    """Page id → due date, for pages with an open review."""
    waiting = MedicalReview.objects.waiting().values("article")
    schedules = ReviewSchedule.objects.filter(article__in=waiting)
    return dict(schedules.values_list("article", "next_due"))


def _get_waiting_reviews(
    reviewer: Reviewer, due_dates: dict[int, dt.date], today: dt.date
) -> tuple[list[int], list[int]]:
    """Ids of the open reviews of a reviewer, and of those open to any, the most important first."""
    reviews = MedicalReview.objects.waiting().not_read_by(reviewer.user)
    reviews = reviews.filter(Q(reviewer=reviewer) | Q(reviewer__isnull=True))
    rows = reviews.annotate(news=EFFECTIVE_TRIGGER).values_list(
        "pk", "article", "reviewer", "news", "requested_at"
    )
    by_priority = []
    alerting = find_alerting_pages()
    for key, page, owner, trigger, requested_at in rows:
        priority = get_priority(trigger, due_dates.get(page), today, alerting=page in alerting)
        by_priority.append((priority, requested_at, key, owner is not None))
    by_priority.sort()
    own: list[int] = []
    open_to_any: list[int] = []
    for _, _, key, is_own in by_priority:
        if is_own:
            own.append(key)
        else:
            open_to_any.append(key)
    return own, open_to_any


def get_priority(
    trigger: str, due: dt.date | None, today: dt.date, *, alerting: bool = False
) -> TaskPriority:
    """The priority of a review: by its trigger, and by the due date where it can move that date.

    A page with an open alert (``alerting``) comes with the safety alerts, whatever is asked of it.
    """
    if alerting or trigger == MedicalReview.Trigger.SAFETY:
        return TaskPriority.SAFETY
    if trigger == MedicalReview.Trigger.GUIDELINE:
        return TaskPriority.GUIDELINE
    if due and trigger in MedicalReview.WHOLE_PAGE_TRIGGERS:
        if due < today:
            return TaskPriority.OVERDUE
        if due <= today + dt.timedelta(days=DUE_SOON_DAYS):
            return TaskPriority.SOON
    if trigger == MedicalReview.Trigger.FIRST:
        return TaskPriority.NEW
    return TaskPriority.REST


def get_next_review(reviewer: Reviewer) -> MedicalReview | None:
    """The first review of the queue: a reviewer's own, else one that is open to any."""
    own, open_to_any = _get_waiting_reviews(reviewer, _get_due_dates(), timezone.localdate())
    first = [*own, *open_to_any][:1]
    return MedicalReview.objects.with_page().filter(pk__in=first).first()


def _build_tasks(
    review_ids: list[int], reviewer: Reviewer, due_dates: dict[int, dt.date], today: dt.date
) -> dict[int, ReviewTask]:
    """Review id → the review as a task."""
    reviews = MedicalReview.objects.with_page().annotate(news=EFFECTIVE_TRIGGER).in_bulk(review_ids)
    pages = [review.article_id for review in reviews.values()]
    details = PageDetails(
        barred_pages=get_barred_pages(pages, reviewer.user),
        withdrawals=_get_withdrawals(pages),
        last_signatures=reading_minutes.load_last_signatures(review_ids),
        answered_flags=_get_answered_flags(pages),
        hand_overs=_get_hand_overs(review_ids),
        due_dates=due_dates,
        alerting_pages=find_alerting_pages(),
    )
    return {key: _build_task(review, details, today) for key, review in reviews.items()}


def _build_task(review, details: PageDetails, today: dt.date) -> ReviewTask:
    page = review.article_id
    minutes = 0
    change_summary = ""
    if not review.revision.expunged:
        document = review.revision.read()
        previous = details.last_signatures.get(page)
        minutes = reading_minutes.estimate_beside(review, previous)
        change_summary = _describe_changes(review, document, previous)
    due = None
    if review.whole_page:
        due = details.due_dates.get(page)
    answered_flags = details.answered_flags[page]
    return ReviewTask(
        review=review,
        title=review.revision.title,
        reading_minutes=minutes,
        priority=get_priority(review.news, due, today, alerting=page in details.alerting_pages),
        due=due,
        due_text=format_due_date(due, today) if due else "",
        change_summary=change_summary,
        answered_count=sum(answered_flags),
        comment_count=len(answered_flags),
        hand_over=details.hand_overs.get(review.pk),
        withdrawal=details.withdrawals.get(page),
        barred_reason=OWN_WORDS_MESSAGE if page in details.barred_pages else "",
    )


def _get_withdrawals(pages: list[int]) -> dict[int, PublicationEvent]:
    """Page id → its withdrawal, for pages that are withdrawn now."""
    events = PublicationEvent.objects.filter(article__in=pages, article__live__isnull=True)
    # The newest event of a page that is not live is its withdrawal.
    return {event.article_id: event for event in events.order_by("id")}


def _get_answered_flags(pages: list[int]) -> dict[int, list[bool]]:
    """Page id → whether each comment of its last round of comments was answered."""
    comments = Comment.objects.filter(review__article__in=pages).order_by("review")
    last_review: dict[int, int] = {}
    flags: dict[int, list[bool]] = defaultdict(list)
    for page, review, answered_at in comments.values_list(
        "review__article", "review", "answered_at"
    ):
        if last_review.get(page) != review:
            last_review[page] = review
            flags[page] = []
        flags[page].append(answered_at is not None)
    return flags


def _get_hand_overs(review_ids: list[int]) -> dict[int, HandOver]:
    """Review id → how it was handed over last."""
    hand_overs = HandOver.objects.filter(review__in=review_ids).select_related("by", "to__user")
    return {row.review_id: row for row in hand_overs.order_by("id")}


def _describe_changes(
    review: MedicalReview, document: Document, previous: LedgerEntry | None
) -> str:
    """What changed since the last signature, in a sentence."""
    if previous is None:
        live = review.article.live
        if live and live.read_review_line().earlier:
            return RECORDED_MESSAGE
        return "Never signed: all of it is new."
    name = ledger.read_record(previous).actor.name
    day = timezone.localdate(previous.at)
    since = f"since {name} signed it on {day:%-d %B %Y}"
    if previous.revision.digest == review.revision.digest:
        return f"Nothing has changed {since}."
    parts = list_changed_parts(previous.revision.read(), document)
    if not parts:
        return f"Changed {since}, in spaces or in markup that no line shows."
    counts = Counter(part.label for part in parts)
    labels = list(counts)[:MAX_NAMED_PARTS]
    others = len(parts) - sum(counts[label] for label in labels)
    if others:
        unit = "part" if others == 1 else "parts"
        labels.append(f"{others} more {unit}")
    return f"{format_part_count(len(parts))} changed {since}: {join_names(labels)}."


def format_due_date(due: dt.date, today: dt.date) -> str:
    """A due date relative to today, such as “due in 3 days” or “1 day late”."""
    days = (due - today).days
    if days < -1:
        return f"{-days} days late"
    if days == -1:
        return "1 day late"
    if days == 0:
        return "due today"
    if days == 1:
        return "due tomorrow"
    return f"due in {days} days"
