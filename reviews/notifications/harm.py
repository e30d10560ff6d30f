"""Mails managing editors at once when a reader reports that a page could harm somebody."""

import datetime as dt
import logging

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from articles.models import ReaderReport
from reviews.models import Mail
from reviews.notifications import outbox, pending
from reviews.notifications.smtp import MailConnection, MailDeliveryUnknown, MailServerUnavailable

logger = logging.getLogger(__name__)
# Many reports in a row are gathered: after one mail the next ones wait for the hourly run.
QUIET_PERIOD = dt.timedelta(minutes=10)


def mail_at_once(report: ReaderReport) -> None:
    """Write and send what is open, within the mail server's time limit.

    What cannot be sent now goes with the next run of ``send_review_mail``. The reader's answer
    never depends on it, and the log gets no word of theirs.
    """
    if not settings.SITE_URL or _was_mailed_lately():
        return
    connection = MailConnection()
    recipients = pending.MailRecipients(timezone.localdate())
    try:
        notifications = pending.collect_harm_reports(recipients)
        mails, _skipped = outbox.write(notifications, kinds=[Mail.MailKind.HARM])
        for mail in outbox.send(mails, connection):
            if mail.refused_at:
                logger.warning("%s was refused; the next run sends it again.", mail)
    except (MailServerUnavailable, MailDeliveryUnknown, DatabaseError) as error:
        logger.warning("A report of harm could not be mailed at once: %s.", type(error).__name__)
    finally:
        connection.close()


def _was_mailed_lately() -> bool:
    sent = Mail.objects.possibly_delivered().filter(kind=Mail.MailKind.HARM)
    return sent.filter(attempted_at__gt=timezone.now() - QUIET_PERIOD).exists()
