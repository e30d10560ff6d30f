"""Mails about failed attempts to sign: to the person, and to managing editors, hourly at most."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator

from django.contrib.auth.models import User
from django.db.models import Max
from django.utils import timezone

from articles.display import format_user_name
from reviews.models import FailedAttempt, Mail, MailItem
from reviews.notifications.pending import MailRecipients, Notification, NotificationLine

INTERVAL = dt.timedelta(hours=1)  # between two mails to the same person
NEWS_PERIOD = dt.timedelta(days=30)
MAX_TIMES = 20  # that a mail lists
NAMES: dict[str, tuple[str, str]] = {
    FailedAttempt.WrongSecret.PASSWORD: ("wrong password", "wrong passwords"),
    FailedAttempt.WrongSecret.CODE: ("wrong code", "wrong codes"),
}


def collect_attempts(recipients: MailRecipients) -> Iterator[Notification]:
    """Attempts that a person was not mailed of yet. Who got such a mail in the last hour waits.

    The stage of a subject is the newest attempt that it covers.
    """
    since = timezone.now() - NEWS_PERIOD
    attempts = FailedAttempt.objects.filter(at__gte=since).select_related("user")
    by_user: dict[int, list[FailedAttempt]] = defaultdict(list)
    for attempt in attempts.order_by("pk"):
        by_user[attempt.user_id].append(attempt)
    if not by_user:
        return
    covered = _load_covered()
    waiting = _load_just_mailed()
    for user_attempts in by_user.values():
        user = user_attempts[0].user
        for recipient in dict.fromkeys((user, *recipients.managing_editors)):
            last = covered.get((recipient.pk, _get_subject(user)), 0)
            news = [attempt for attempt in user_attempts if attempt.pk > last]
            if news and recipient.pk not in waiting:
                yield _build(news, user, recipient)


def _get_subject(user: User) -> str:
    return f"attempts {user.pk}"


def _load_covered() -> dict[tuple[int, str], int]:
    """Recipient and subject → the newest attempt that a mail may have reported."""
    mails = Mail.objects.possibly_delivered().filter(kind=Mail.MailKind.ATTEMPT)
    items = MailItem.objects.filter(mail__in=mails)
    rows = items.values_list("recipient", "subject").annotate(Max("stage"))
    return {(recipient, subject): stage for recipient, subject, stage in rows}


def _load_just_mailed() -> set[int]:
    """The recipients who may have got such a mail within the last hour."""
    mails = Mail.objects.possibly_delivered().filter(kind=Mail.MailKind.ATTEMPT)
    recent = mails.filter(attempted_at__gt=timezone.now() - INTERVAL)
    return set(recent.values_list("recipient", flat=True))


def _build(attempts: list[FailedAttempt], user: User, recipient: User) -> Notification:
    count = len(attempts)
    unit = "failed attempt" if count == 1 else "failed attempts"
    name = "your name" if recipient == user else f"the name of {format_user_name(user)}"
    summary = f"{count} {unit} to sign in {name}"
    numbers = Counter(attempt.secret for attempt in attempts)
    found = [f"{number} {NAMES[secret][number > 1]}" for secret, number in numbers.items()]
    times = [f"{timezone.localtime(each.at):%-d %B %Y at %H:%M:%S}" for each in attempts]
    shown = "; ".join(times[-MAX_TIMES:])
    if count > MAX_TIMES:
        shown += f"; and {count - MAX_TIMES} before that"
    line = NotificationLine(
        "Failed attempts to sign", summary, "", facts=(("What", ", ".join(found)), ("When", shown))
    )
    return Notification(
        recipient, Mail.MailKind.ATTEMPT, _get_subject(user), attempts[-1].pk, summary, (line,)
    )
