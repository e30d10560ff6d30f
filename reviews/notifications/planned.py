"""The mail of a week to each reviewer: what is planned for them, and what is left of before."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse

from reviews.models import Mail, PlannedReview, ReviewSchedule
from reviews.notifications.pending import MailRecipients, Notification, NotificationLine
from reviews.planned_reviews.capacity import get_monday
from reviews.planned_reviews.states import describe_rows
from reviews.reading_speed import load_reading_minutes


def collect_planned(recipients: MailRecipients) -> Iterator[Notification]:
    """The planned reviews that can be opened, once in each week until they are.

    The first run of a week sends them together; what is planned later goes with the next run.
    """
    monday = get_monday(recipients.today)
    pending = PlannedReview.objects.pending().with_page()
    rows = list(pending.filter(week__lte=monday, reviewer__in=recipients.addressed_reviewers))
    states = describe_rows(rows, recipients.today)
    schedules = ReviewSchedule.objects.filter(article__in=[row.article_id for row in rows])
    due_dates = dict(schedules.values_list("article", "next_due"))
    minutes = load_reading_minutes(row.article.live.revision_id for row in rows if row.article.live)
    for row in rows:
        live = row.article.live
        if live and states[row.pk].can_open:
            due = due_dates.get(row.article_id)
            yield _build_planned(row, live.title, minutes[live.revision_id], due, monday)


def _build_planned(
    row: PlannedReview, title: str, minutes: int, due: dt.date | None, monday: dt.date
) -> Notification:
    text = f"About {minutes} minutes to read." if minutes > 1 else "About 1 minute to read."
    if due:
        text += f" Its annual review is due on {due:%-d %B %Y}."
    heading = "Left of earlier weeks" if row.week < monday else "Planned for you this week"
    url = f"{reverse('reviews:queue')}#planned"
    line = NotificationLine(heading, title, text, url)
    return Notification(
        user=row.reviewer.user,
        kind=Mail.MailKind.PLANNED,
        subject=f"planned {row.uuid}",
        stage=monday.toordinal() // 7,
        subject_line=f"Planned for you this week: {title}",
        lines=(line,),
    )
