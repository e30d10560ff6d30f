"""Mails about requested reviews: what, why, due when, how long it takes, the editor's note.

Of the text they say the title and nothing more. The facts are looked up of what is news alone, in a
fixed number of queries: a desk with a thousand open reviews is asked about the few new ones.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Max, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone

from articles.display import format_user_name
from articles.models import PublicationEvent
from reviews.models import (
    Mail,
    MailItem,
    MedicalReview,
    RecalledReview,
    ReportedReview,
    Reviewer,
    ReviewSchedule,
)
from reviews.notifications.pending import MailRecipients, Notification, NotificationLine
from reviews.signing.eligibility import get_barred_pages
from reviews.signing.reading_minutes import estimate_all

Trigger = MedicalReview.Trigger
REASONS: dict[str, str] = {
    Trigger.FIRST: "Nobody has signed this page yet.",
    Trigger.ANNUAL: "The whole page is reviewed every year.",
    Trigger.CHANGE: "The text changed since it was signed.",
    Trigger.SAFETY: "There is a safety alert. Read it before all others.",
    Trigger.GUIDELINE: "A guideline changed.",
    Trigger.READER: "A reader reported a problem.",
}
RECALL_REASONS: dict[str, str] = {
    Trigger.SAFETY: "It was recalled for a safety alert. Read it before all others.",
    Trigger.GUIDELINE: "It was recalled because a guideline changed.",
}
REPORTED_REASON = "A reader reported a problem on it as well."
RETURN_REASON = "Visitors cannot read it now: your signature brings it back."
SECOND_READER_REASON = "A first reader left advice or doses to a second one."
NO_DATE = "no date is set"


@dataclass(frozen=True)
class RequestFacts:
    """What mails say of some reviews, by review, or by page where it is of the page."""

    titles: dict[int, str]
    minutes: dict[int, int]
    due_dates: dict[int, dt.date]
    recalls: dict[int, str]
    reported: set[int]


def collect_requests(recipients: MailRecipients) -> Iterator[Notification]:
    """Waiting reviews, to their reviewers; those open to any reviewer, to all who can sign them.

    Without those that a mail reported at this stage already.
    """
    stages = _load_reported_stages()
    news: list[tuple[MedicalReview, User, int]] = []
    for review, user in _list_addressed(recipients):
        stage = _get_stage(review, recipients.today)
        if stage > stages.get((user.pk, get_subject(review)), -1):
            news.append((review, user, stage))
    facts = _load_facts({review.pk for review, _user, _stage in news})
    for review, user, stage in news:
        yield _build_request(review, user, stage, facts, recipients.today)


def get_subject(review: MedicalReview) -> str:
    return f"request {review.pk}"


def _load_reported_stages() -> dict[tuple[int, str], int]:
    """Account and subject → the newest stage that a mail may have reported, of open reviews."""
    mails = Mail.objects.possibly_delivered().filter(kind=Mail.MailKind.REQUEST)
    waiting = MedicalReview.objects.waiting().values_list("pk", flat=True)
    subjects = [f"request {key}" for key in waiting]
    items = MailItem.objects.filter(mail__in=mails, subject__in=subjects)
    rows = items.values_list("recipient", "subject").annotate(Max("stage"))
    return {(recipient, subject): stage for recipient, subject, stage in rows}


def _list_addressed(recipients: MailRecipients) -> Iterator[tuple[MedicalReview, User]]:
    assigned: dict[int, list[MedicalReview]] = defaultdict(list)
    open_to_any = []
    for review in get_waiting_reviews():
        if review.reviewer_id is None:
            open_to_any.append(review)
        else:
            assigned[review.reviewer_id].append(review)
    for key, reviewer in recipients.addressed_reviewers.items():
        reviews = assigned[key]
        if key in recipients.eligible_reviewers:
            reviews = reviews + _select_signable(reviewer, open_to_any)
        for review in reviews:
            yield review, reviewer.user


def _select_signable(reviewer: Reviewer, reviews: list[MedicalReview]) -> list[MedicalReview]:
    """The reviews of pages that a reviewer may sign."""
    if not reviews:
        return []
    barred = get_barred_pages([review.article_id for review in reviews], reviewer.user)
    return [review for review in reviews if review.article_id not in barred]


def get_waiting_reviews() -> Iterable[MedicalReview]:
    """Open requests that are not outdated (see ``MedicalReview``), safety alerts first."""
    events = PublicationEvent.objects.filter(article=OuterRef("article")).order_by("-id")
    waiting = MedicalReview.objects.waiting().filter(article__discarded_at__isnull=True)
    waiting = waiting.annotate(
        newest=Subquery(events.values("pk")[:1]),
        newest_kind=Subquery(events.values("kind")[:1]),
        newest_number=Subquery(events.values("revision__number")[:1]),
    )
    waiting = waiting.select_related("article", "revision", "reviewer__user", "requested_by")
    waiting = waiting.defer("revision__document").order_by("requested_at", "pk")
    current = [review for review in waiting if not _is_outdated(review)]
    alerts = [review for review in current if review.trigger == Trigger.SAFETY]
    others = [review for review in current if review.trigger != Trigger.SAFETY]
    return alerts + others


def _is_outdated(review) -> bool:
    """Whether the page was withdrawn, or a later revision published, since the request."""
    is_withdrawn = review.newest_kind == PublicationEvent.EventKind.WITHDRAW
    if is_withdrawn and review.newest != review.basis_id:
        return True
    return (review.newest_number or 0) > review.revision.number


def _get_stage(review: MedicalReview, today: dt.date) -> int:
    """The newest reminder of a request: a multiple of the days between two."""
    days = (today - timezone.localdate(review.requested_at)).days
    interval = settings.REVIEW_REMINDER_DAYS
    if not interval or days < interval:
        return 0
    return days // interval * interval


def _load_facts(review_ids: set[int]) -> RequestFacts:
    if not review_ids:
        return RequestFacts({}, {}, {}, {}, set())
    reviews = MedicalReview.objects.filter(pk__in=review_ids).select_related("revision", "basis")
    pages = [review.article_id for review in reviews]
    schedules = ReviewSchedule.objects.filter(article__in=pages)
    recalled = RecalledReview.objects.filter(review__in=review_ids).order_by("pk")
    reported = ReportedReview.objects.filter(review__in=review_ids, taken_along=True)
    return RequestFacts(
        titles={review.pk: review.revision.title for review in reviews},
        minutes=estimate_all(reviews),
        due_dates=dict(schedules.values_list("article", "next_due")),
        recalls=dict(recalled.values_list("review", "recall__trigger")),
        reported=set(reported.values_list("review", flat=True)),
    )


def _build_request(
    review: MedicalReview, user: User, stage: int, facts: RequestFacts, today: dt.date
) -> Notification:
    title = facts.titles[review.pk]
    if stage:
        heading = "Still waiting"
        subject_line = f"Still waiting for your review: {title}"
    else:
        heading = "New"
        subject_line = f"Please review: {title}"
    line = NotificationLine(
        heading,
        title,
        "",
        reverse("reviews:review", kwargs={"uuid": review.uuid}),
        facts=(
            ("What", _describe_request(review)),
            ("Why", _describe_reason(review, facts)),
            ("Due", _describe_due_date(review, facts.due_dates.get(review.article_id), today)),
            ("To read", _describe_minutes(facts.minutes[review.pk])),
        ),
        note=review.note,
    )
    return Notification(
        user, Mail.MailKind.REQUEST, get_subject(review), stage, subject_line, (line,)
    )


def _describe_request(review: MedicalReview) -> str:
    requested_on = timezone.localdate(review.requested_at)
    text = f"{review.get_trigger_display()}, requested by {format_user_name(review.requested_by)}"
    text += f" on {requested_on:%-d %B %Y}"
    return f"{text}." if review.reviewer_id else f"{text}; open to any reviewer."


def _describe_reason(review, facts: RequestFacts) -> str:
    reasons = [REASONS[review.trigger]]
    recall = facts.recalls.get(review.pk)
    if recall and recall != review.trigger:
        reasons.append(RECALL_REASONS[recall])
    if review.continues_id:
        reasons.append(SECOND_READER_REASON)
    if review.pk in facts.reported:
        reasons.append(REPORTED_REASON)
    if review.newest_kind == PublicationEvent.EventKind.WITHDRAW:
        reasons.append(RETURN_REASON)
    return " ".join(reasons)


def _describe_due_date(review: MedicalReview, due: dt.date | None, today: dt.date) -> str:
    if review.trigger == Trigger.SAFETY:
        return "now"
    if due is None or not review.whole_page:
        return NO_DATE
    if due < today:
        return f"{due:%-d %B %Y}, overdue"
    return f"{due:%-d %B %Y}"


def _describe_minutes(minutes: int) -> str:
    return "about 1 minute" if minutes == 1 else f"about {minutes} minutes"
