"""Mails managing editors at once: of a page that could harm somebody, of a disputed signature."""

import datetime as dt
import logging
from collections.abc import Callable, Iterable

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from articles.models import ReaderReport
from articles.page_store import purging
from reviews.models import Mail, Reviewer
from reviews.notifications import copies, disputed, outbox, pending
from reviews.notifications.smtp import MailConnection, MailDeliveryUnknown, MailServerUnavailable

logger = logging.getLogger(__name__)
# Many reports in a row are gathered: after one mail the next ones wait for the hourly run.
QUIET_PERIOD = dt.timedelta(minutes=10)


def mail_at_once(report: ReaderReport) -> None:
    """Write and send what is open, within the mail server's time limit.

    What cannot be sent now goes with the next run of ``send_review_mail``. The reader's answer
    never depends on it, and the log gets no word of theirs.
    """
    if not _was_mailed_lately():
        _mail_open(pending.collect_harm_reports, Mail.MailKind.HARM)


def mail_dispute_at_once(reviewer: Reviewer) -> None:
    """Write and send what was disputed, within the mail server's time limit, however often."""
    _mail_open(disputed.collect_disputes, Mail.MailKind.DISPUTE)


def mail_copies_at_once() -> None:
    """Write and send that copies of withdrawn pages may still be read, each once."""
    if purging.find_withdrawals_with_copies():
        _mail_open(copies.collect_copies, Mail.MailKind.COPIES)


def _mail_open(collect: Callable[[pending.MailRecipients], Iterable], kind: str) -> None:
    """Write and send the mails of one kind that are open now. What fails goes with the next run."""
    if not settings.SITE_URL:
        return
    connection = MailConnection()
    recipients = pending.MailRecipients(timezone.localdate())
    try:
        mails, _skipped = outbox.write(collect(recipients), kinds=[kind])
        for mail in outbox.send(mails, connection):
            if mail.refused_at:
                logger.warning("%s was refused; the next run sends it again.", mail)
    except (MailServerUnavailable, MailDeliveryUnknown, DatabaseError) as error:
        logger.warning("A mail (%s) could not go at once: %s.", kind, type(error).__name__)
    finally:
        connection.close()


def _was_mailed_lately() -> bool:
    sent = Mail.objects.possibly_delivered().filter(kind=Mail.MailKind.HARM)
    return sent.filter(attempted_at__gt=timezone.now() - QUIET_PERIOD).exists()
