"""What is worth a mail today: who is notified of what, whether or not they were before.

A new kind of mail is one more function in ``collectors``, with its ``Mail.MailKind`` and its words
in ``emails``.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef
from django.urls import reverse
from django.utils import timezone

from articles.content import kinds
from articles.display import format_user_name
from articles.models import Article, ReaderReport
from reviews.models import (
    Comment,
    Mail,
    MedicalReview,
    Reviewer,
    ReviewSchedule,
    SignatureDispute,
)
from reviews.signing.eligibility import get_barred_pages

MODEL_BACKEND_PATH = "django.contrib.auth.backends.ModelBackend"
DUE_REMINDER_DAYS = (-30, -7)  # from the due date
LAPSE_REMINDER_DAYS = (-60, -14)  # from the end of a licence
LAPSED_REMINDER_STAGE = 1
NEWS_PERIOD = dt.timedelta(days=30)  # older decisions and answers are no news


@dataclass(frozen=True)
class NotificationLine:
    """One line of a mail, under a heading; ``path`` is the address of the task.

    ``facts`` are labels with their values, and ``note`` is what an editor wrote.
    """

    heading: str
    title: str
    text: str
    path: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Notification:
    """One thing to notify one person of.

    ``subject_line`` is the subject of the mail if there is nothing else in it.
    """

    user: User
    kind: str
    subject: str
    stage: int
    subject_line: str
    lines: tuple[NotificationLine, ...]


class MailRecipients:
    """The people on a day: reviewers, those of them who can sign, and managing editors.

    ``addressed_reviewers`` are those who can sign, and those whose account is closed: these get
    nothing, and the run says so.
    """

    def __init__(self, today: dt.date):
        self.today = today
        reviewers = Reviewer.objects.select_related("user").prefetch_related("disputes")
        self.reviewers = list(reviewers)
        signers = self._get_users_with_permission("reviews.sign_review")
        signer_ids = set(signers.values_list("pk", flat=True))
        self.permitted_reviewers = []
        self.eligible_reviewers: dict[int, Reviewer] = {}
        closed: dict[int, Reviewer] = {}
        for reviewer in self.reviewers:
            if reviewer.user_id in signer_ids:
                self.permitted_reviewers.append(reviewer)
                if not reviewer.get_signing_error(today):
                    self.eligible_reviewers[reviewer.pk] = reviewer
            if not reviewer.user.is_active:
                closed[reviewer.pk] = reviewer
        self.addressed_reviewers = self.eligible_reviewers | closed
        self.managing_editors = list(self._get_users_with_permission("articles.withdraw_article"))

    def _get_users_with_permission(self, permission: str):
        users = get_user_model().objects.with_perm(
            permission, backend=MODEL_BACKEND_PATH, include_superusers=False
        )
        return users.order_by("pk")


def collect_harm_reports(recipients: MailRecipients) -> Iterator[Notification]:
    """Open reports that a page could harm somebody, to all managing editors; daily once late.

    Of those that a disputed signature raised only what is late: the dispute has a mail of its own.
    """
    now = timezone.now()
    reports = ReaderReport.objects.open().harmful().select_related("article", "reported_by")
    disputed = SignatureDispute.objects.filter(report=OuterRef("pk"))
    for report in reports.annotate(disputed=Exists(disputed)).order_by("at", "pk"):
        if not report.disputed or report.decide_by < now:
            for user in recipients.managing_editors:
                yield _build_harm_report(report, user, now)


def _build_harm_report(report: ReaderReport, user: User, now: dt.datetime) -> Notification:
    title = report.article.title
    received = timezone.localtime(report.at)
    decide_by = timezone.localtime(report.decide_by)
    days_late = (now - report.decide_by).days
    reporter = format_user_name(report.reported_by) if report.reported_by else "a reader"
    what = f"{reporter} reports that this could harm somebody"
    if report.decide_by < now:
        heading = "Late: decide now"
        subject_line = f"Late: {what}: {title}"
        stage = days_late + 1
    else:
        heading = what[0].upper() + what[1:]
        subject_line = f"{heading}: {title}"
        stage = 0
    text = f"Received {received:%-d %B %Y at %H:%M}, to be decided by {decide_by:%-d %B at %H:%M}."
    url = reverse("admin:articles_readerreport_change", args=[report.pk])
    line = NotificationLine(heading, title, text, url)
    subject = f"harm {report.pk}"
    return Notification(user, Mail.MailKind.HARM, subject, stage, subject_line, (line,))


def collect_due_pages(recipients: MailRecipients) -> Iterator[Notification]:
    """Pages that fall due or are late, to who reviewed them last.

    Not where they cannot sign, or where a review of the whole page is open.
    """
    reading = MedicalReview.objects.waiting().filter(
        article=OuterRef("article"), trigger__in=MedicalReview.WHOLE_PAGE_TRIGGERS
    )
    last_day = recipients.today - dt.timedelta(days=DUE_REMINDER_DAYS[0])
    due = ReviewSchedule.objects.filter(
        next_due__lte=last_day, reviewer__in=recipients.addressed_reviewers
    )
    due = due.exclude(Exists(reading)).select_related("article__live")
    by_reviewer = defaultdict(list)
    for schedule in due.order_by("next_due", "article"):
        assert schedule.reviewer_id  # one of those asked for
        by_reviewer[schedule.reviewer_id].append(schedule)
    for key, schedules in by_reviewer.items():
        user = recipients.addressed_reviewers[key].user
        barred = get_barred_pages([schedule.article_id for schedule in schedules], user)
        for schedule in schedules:
            if schedule.article_id not in barred:
                yield _build_due(schedule, user, recipients.today)


def _build_due(schedule: ReviewSchedule, user, today: dt.date) -> Notification:
    live = schedule.article.live
    assert live  # only what is public is due
    day = schedule.next_due
    days_late = (today - day).days
    if days_late > 0:
        heading = "Overdue"
        subject_line = f"Overdue: {live.title}"
        text = f"Its annual review was due on {day:%-d %B %Y}."
    elif days_late == 0:
        heading = "Due today"
        subject_line = f"Due today: {live.title}"
        text = "Its annual review is due today."
    else:
        heading = "Due soon"
        subject_line = f"Due on {day:%-d %B}: {live.title}"
        text = f"Its annual review is due on {day:%-d %B %Y}."
    url = reverse(kinds.get(schedule.article.kind).url_name, args=[live.slug])
    line = NotificationLine(heading, live.title, text, url)
    subject = f"due {schedule.article_id} {day}"
    stage = get_stage(days_late, DUE_REMINDER_DAYS)
    return Notification(user, Mail.MailKind.DUE, subject, stage, subject_line, (line,))


def get_stage(days: int, days_before: tuple[int, ...]) -> int:
    """The newest stage so many days after a date.

    Stages are those before the date, the date itself, and each week after it.
    """
    if days >= 0:
        return days // 7 * 7
    return max(stage for stage in days_before if stage <= days)


def collect_decisions(recipients: MailRecipients) -> Iterator[Notification]:
    """What was decided of a request, to who made it."""
    outcomes = MedicalReview.Outcome
    news = MedicalReview.objects.decided().filter(decided_at__gte=timezone.now() - NEWS_PERIOD)
    news = news.exclude(decided_by=F("requested_by")).exclude(outcome=outcomes.CANCELLED)
    news = news.select_related("article", "requested_by", "decided_by")
    for review in news.order_by("decided_at", "pk"):
        title = review.article.title
        outcome = review.get_outcome_display()
        decider = format_user_name(review.decided_by)
        day = timezone.localdate(review.decided_at)
        text = f"{review.get_trigger_display()}: {outcome.lower()} by {decider}"
        text += f" on {day:%-d %B %Y}."
        if review.outcome == outcomes.PARTLY:
            text += " Nothing is published yet: a second reader is asked to confirm the rest."
        elif review.outcome != outcomes.APPROVED:
            text += " What they wrote is in the status of the page."
        line = NotificationLine(outcome, title, text, get_edit_url(review.article))
        yield Notification(
            review.requested_by,
            Mail.MailKind.DECIDED,
            f"decided {review.pk}",
            0,
            f"{outcome}: {title}",
            (line,),
        )


def get_edit_url(page: Article) -> str:
    """The address of a page's form in the admin."""
    opts = kinds.get(page.kind).model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[page.pk])


def collect_licences(recipients: MailRecipients) -> Iterator[Notification]:
    """A licence about to lapse, and one that has, to its reviewer."""
    for reviewer in recipients.permitted_reviewers:
        if (recipients.today - reviewer.licence_expires).days >= LAPSE_REMINDER_DAYS[0]:
            yield _build_licence(reviewer, recipients.today)


def _build_licence(reviewer: Reviewer, today: dt.date) -> Notification:
    day = reviewer.licence_expires
    days_late = (today - day).days
    if days_late > 0:
        stage = LAPSED_REMINDER_STAGE
        subject_line = f"Your licence lapsed on {day:%-d %B %Y}"
        text = (
            "You cannot sign until a managing editor has recorded the renewal. "
            "Please send it to them."
        )
    else:
        stage = max(stage for stage in LAPSE_REMINDER_DAYS if stage <= days_late)
        subject_line = f"Your licence lapses on {day:%-d %B %Y}"
        text = (
            "After that day you cannot sign. "
            "Please send the renewal to a managing editor, who records it."
        )
    line = NotificationLine("Your licence", subject_line, text, reverse("reviews:queue"))
    subject = f"licence {reviewer.pk} {day}"
    return Notification(reviewer.user, Mail.MailKind.LICENCE, subject, stage, subject_line, (line,))


def collect_answers(recipients: MailRecipients) -> Iterator[Notification]:
    """What editors answered to a reviewer's comments, to that reviewer."""
    news = Comment.objects.answered().filter(answered_at__gte=timezone.now() - NEWS_PERIOD)
    news = news.exclude(answered_by=F("by")).select_related("by", "answered_by", "review__article")
    for comment in news.order_by("answered_at", "pk"):
        title = comment.review.article.title
        editor = format_user_name(comment.answered_by)
        day = timezone.localdate(comment.answered_at)
        text = f"On “{comment.label}”, by {editor} on {day:%-d %B %Y}."
        url = reverse("reviews:review", args=[comment.review.uuid])
        line = NotificationLine("Answered", title, text, url)
        yield Notification(
            comment.by,
            Mail.MailKind.ANSWER,
            f"answer {comment.pk}",
            0,
            f"Answered: {title}",
            (line,),
        )
