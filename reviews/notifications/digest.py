"""The weekly digest to managing editors: overdue and due pages, reviews, reports and licences."""

import datetime as dt
from collections.abc import Callable, Iterator
from operator import attrgetter

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from articles.models import Article, ReaderReport, SafetyAlert
from reviews.models import Mail, MedicalReview, ReviewSchedule
from reviews.notifications.pending import (
    DUE_REMINDER_DAYS,
    LAPSE_REMINDER_DAYS,
    MailRecipients,
    Notification,
    NotificationLine,
    get_edit_url,
)
from reviews.planned_reviews.summary import load_attention, load_summaries

MAX_LINES = 10  # lines under a heading; the heading says how many there are
ALL_IS_WELL = NotificationLine(
    "All is well", "Nothing is late", "No page is overdue, in review or due within 30 days."
)

DescribedRow = tuple[str, str, str]  # title, text and path of a line


def collect_digests(recipients: MailRecipients) -> Iterator[Notification]:
    """One a week for each managing editor.

    Also where nothing is late: no mail would look like a command that stopped.
    """
    if not recipients.managing_editors:
        return
    monday = recipients.today - dt.timedelta(days=recipients.today.weekday())
    lines = tuple(_collect_lines(recipients)) or (ALL_IS_WELL,)
    for user in recipients.managing_editors:
        yield Notification(
            user=user,
            kind=Mail.MailKind.DIGEST,
            subject="digest",
            stage=monday.toordinal() // 7,
            subject_line=f"Reviews in the week of {monday:%-d %B %Y}",
            lines=lines,
        )


def _collect_lines(recipients: MailRecipients) -> Iterator[NotificationLine]:
    """What could harm a reader comes first."""
    yield from _collect_alerts()
    yield from _collect_outcomes()
    yield from _collect_schedules(recipients)
    yield from _collect_plan(recipients)
    yield from _collect_reviews(recipients)
    yield from _collect_reviewers(recipients)
    yield from _collect_drafts()
    yield from _collect_reader_reports()
    yield from _collect_licences(recipients)


def _collect_alerts() -> Iterator[NotificationLine]:
    """Public pages with a safety alert, the gravest first."""
    alerts = SafetyAlert.objects.select_related("article")
    rows = alerts.order_by("gravity", "article__sort_key", "article")
    yield from _build_section("Safety alerts", rows, _describe_alert)


def _describe_alert(alert: SafetyAlert) -> DescribedRow:
    return alert.article.title, alert.first_finding, get_edit_url(alert.article)


def _collect_outcomes() -> Iterator[NotificationLine]:
    """Pages whose withdrawal is recommended, and reviews that nobody took after a refusal."""
    reviews = MedicalReview.objects.select_related("article", "reviewer")
    reviews = reviews.filter(article__discarded_at__isnull=True).order_by("decided_at", "pk")
    yield from _build_section("Withdrawal recommended", reviews.unfit(), _describe_outcome)
    yield from _build_section("Declined", reviews.declined(), _describe_outcome)


def _describe_outcome(review: MedicalReview) -> DescribedRow:
    day = timezone.localdate(review.decided_at)
    text = f"By {review.reviewer} on {day:%-d %B %Y}, and nothing was requested since."
    return review.article.title, text, get_edit_url(review.article)


def _collect_plan(recipients: MailRecipients) -> Iterator[NotificationLine]:
    """Planned reviews that need something, and how many there are in all."""
    count, attention = load_attention(recipients.today)
    path = f"{reverse('reviews:planned')}?show=attention"
    heading = f"Planned reviews that need attention ({len(attention)})"
    for row, state in attention[:MAX_LINES]:
        yield NotificationLine(heading, row.article.title, state.text, path)
    if len(attention) > MAX_LINES:
        yield NotificationLine(heading, f"and {len(attention) - MAX_LINES} more", "", path)
    if count and not attention:
        text = "Nothing in it needs you."
        yield NotificationLine(f"Planned reviews ({count})", "The plan", text, path)


def _collect_reviewers(recipients: MailRecipients) -> Iterator[NotificationLine]:
    """How long each reviewer has to read, and when they are away."""
    summaries = load_summaries(recipients.permitted_reviewers, recipients.today)
    busy = [one for one in summaries.values() if one.reviews or one.planned or one.absences]
    heading = f"Reviewers ({len(busy)})"
    path = f"{reverse('reviews:radar')}#carry"
    for summary in sorted(busy, key=lambda one: (-one.minutes, one.reviewer.name)):
        counts = f"{summary.reviews} open, {summary.minutes} minutes to read"
        text = f"{counts}, {summary.planned} planned."
        if summary.away_text:
            text += f" {capfirst(summary.away_text)}."
        yield NotificationLine(heading, str(summary.reviewer), text, path)


def _collect_schedules(recipients: MailRecipients) -> Iterator[NotificationLine]:
    """Pages past grace, overdue pages, and pages that are due soon."""

    def describe(row: ReviewSchedule) -> DescribedRow:
        return _describe_schedule(row, recipients)

    schedules = ReviewSchedule.objects.select_related("article__live", "reviewer")
    schedules = schedules.order_by("next_due", "article")
    past_grace = schedules.past_grace(recipients.today)
    yield from _build_section("Overdue, past grace period", past_grace, describe)
    overdue = schedules.overdue(recipients.today)
    overdue = overdue.exclude(pk__in=past_grace.order_by().values("pk"))
    yield from _build_section("Overdue", overdue, describe)
    soon = schedules.due_within(-DUE_REMINDER_DAYS[0], recipients.today)
    yield from _build_section("Due within 30 days", soon, describe)


def _collect_reviews(recipients: MailRecipients) -> Iterator[NotificationLine]:
    """Reviews that wait, and those that were sent back and not asked for again."""

    def describe(review: MedicalReview) -> DescribedRow:
        return _describe_waiting(review, recipients)

    reviews = MedicalReview.objects.select_related("article", "reviewer")
    reviews = reviews.order_by("requested_at", "pk")
    yield from _build_section("In review, unassigned", reviews.unassigned(), describe)
    assigned = reviews.waiting().filter(reviewer__isnull=False)
    yield from _build_section("In review", assigned, describe)
    newer = MedicalReview.objects.filter(article=OuterRef("article"), pk__gt=OuterRef("pk"))
    sent_back = reviews.filter(
        outcome=MedicalReview.Outcome.CHANGES, article__discarded_at__isnull=True
    )
    yield from _build_section(
        "Changes requested", sent_back.exclude(Exists(newer)), _describe_sent_back
    )


def _collect_drafts() -> Iterator[NotificationLine]:
    """Pages that were never signed, and that nobody was asked to read."""
    waiting = MedicalReview.objects.waiting().filter(article=OuterRef("pk"))
    drafts = Article.objects.active().filter(publications__isnull=True).exclude(Exists(waiting))
    yield from _build_section("Never published", drafts.order_by("-created_at"), _describe_draft)


def _collect_reader_reports() -> Iterator[NotificationLine]:
    """How many reports wait, and where: never a word of a reader's."""
    count = ReaderReport.objects.open().count()
    if count:
        text = "It is waiting for an editor." if count == 1 else "They are waiting for an editor."
        url = reverse("admin:articles_readerreport_changelist")
        heading = f"Reader reports ({count})"
        yield NotificationLine(heading, "What readers reported", text, f"{url}?state=open")


def _build_section(
    name: str, rows, describe: Callable[..., DescribedRow]
) -> Iterator[NotificationLine]:
    """The first rows under a heading with their number."""
    count = rows.count()
    heading = f"{name} ({count})"
    for row in rows[:MAX_LINES]:
        title, text, path = describe(row)
        yield NotificationLine(heading, title, text, path)
    if count > MAX_LINES:
        yield NotificationLine(heading, f"and {count - MAX_LINES} more", "")


def _describe_schedule(row: ReviewSchedule, recipients: MailRecipients) -> DescribedRow:
    assert row.article.live  # only what is public is due
    title = row.article.live.title
    url = get_edit_url(row.article)
    text = f"Due {row.next_due:%-d %B %Y}; "
    if row.recorded:
        text += "imported review, not yet reviewed here."
        return title, text, url
    text += f"last reviewed by {row.reviewer or 'somebody who is not a reviewer now'}"
    can_sign = row.reviewer_id in recipients.eligible_reviewers
    text += "." if can_sign else ", who cannot sign now."
    return title, text, url


def _describe_waiting(review: MedicalReview, recipients: MailRecipients) -> DescribedRow:
    day = timezone.localdate(review.requested_at)
    text = f"{review.get_trigger_display()}, since {day:%-d %B %Y}"
    text += f", assigned to {review.reviewer or 'any reviewer'}"
    can_sign = review.reviewer_id is None or review.reviewer_id in recipients.eligible_reviewers
    text += "." if can_sign else ", who cannot sign now."
    return review.article.title, text, get_edit_url(review.article)


def _describe_sent_back(review: MedicalReview) -> DescribedRow:
    day = timezone.localdate(review.decided_at)
    text = f"By {review.reviewer} on {day:%-d %B %Y}, and no review requested since."
    return review.article.title, text, get_edit_url(review.article)


def _describe_draft(page: Article) -> DescribedRow:
    day = timezone.localdate(page.created_at)
    return page.title, f"Started {day:%-d %B %Y}.", get_edit_url(page)


def _collect_licences(recipients: MailRecipients) -> Iterator[NotificationLine]:
    """Licences that lapse soon or have lapsed, by date."""
    last_day = recipients.today - dt.timedelta(days=LAPSE_REMINDER_DAYS[0])
    lapsing = [one for one in recipients.permitted_reviewers if one.licence_expires <= last_day]
    for reviewer in sorted(lapsing, key=attrgetter("licence_expires", "pk")):
        day = reviewer.licence_expires
        verb = "Lapsed" if day < recipients.today else "Lapses"
        url = reverse("admin:reviews_reviewer_change", args=[reviewer.pk])
        heading = f"Licences about to lapse ({len(lapsing)})"
        yield NotificationLine(heading, str(reviewer), f"{verb} on {day:%-d %B %Y}.", url)
