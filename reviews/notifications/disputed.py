"""Mails to managing editors about signatures that their signer disputes, at once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from reviews.models import Mail, Reviewer, SignatureDispute
from reviews.notifications.pending import MailRecipients, Notification, NotificationLine

NEWS_PERIOD = dt.timedelta(days=30)
HEADING = "Disputed signatures"
ACCOUNT_HEADING = "The account"


def collect_disputes(recipients: MailRecipients) -> Iterator[Notification]:
    """What was disputed lately, to all managing editors: each press once, with all its pages.

    The stage is the newest signature of a press.
    """
    disputes = SignatureDispute.objects.filter(at__gte=timezone.now() - NEWS_PERIOD)
    disputes = disputes.select_related("entry__revision", "reviewer__user", "report")
    presses: dict[tuple[int, dt.datetime], list[SignatureDispute]] = defaultdict(list)
    for dispute in disputes.order_by("pk"):
        presses[dispute.reviewer_id, dispute.at].append(dispute)
    for rows in presses.values():
        for user in recipients.managing_editors:
            yield _build(rows, user)


def _build(disputes: list[SignatureDispute], user) -> Notification:
    first = disputes[0]
    name = first.reviewer.name
    lines = [_build_line(dispute) for dispute in disputes]
    lines.append(_build_account_line(first.reviewer))
    count = "a signature" if len(disputes) == 1 else f"{len(disputes)} signatures"
    return Notification(
        user,
        Mail.MailKind.DISPUTE,
        f"dispute {first.pk}",
        0,
        f"{name} says that {count} in their name was not theirs"
        if len(disputes) == 1
        else f"{name} says that {count} in their name were not theirs",
        tuple(lines),
    )


def _build_line(dispute: SignatureDispute) -> NotificationLine:
    entry = dispute.entry
    signed_at = timezone.localtime(entry.at)
    text = f"Signed {signed_at:%-d %B %Y at %H:%M}, ledger entry {entry.sequence}."
    if dispute.report is None:
        return NotificationLine(HEADING, entry.revision.title, f"{text} Visitors cannot read it.")
    url = reverse("admin:articles_readerreport_change", args=[dispute.report_id])
    return NotificationLine(
        HEADING,
        entry.revision.title,
        f"{text} Visitors read the page: decide what becomes of it.",
        url,
    )


def _build_account_line(reviewer: Reviewer) -> NotificationLine:
    text = (
        "Its sessions and its password have ended, and it cannot sign. "
        "Call the person. Once you know that it is they, and they have set a new password, "
        "restore their right to sign in the list of reviewers."
    )
    url = reverse("admin:reviews_reviewer_change", args=[reviewer.pk])
    return NotificationLine(ACCOUNT_HEADING, str(reviewer), text, url)
