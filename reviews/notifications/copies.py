"""Mails to managing editors about withdrawn pages whose copies in a CDN may still be read."""

from collections.abc import Iterator

from django.utils import timezone

from articles.page_store import purging
from reviews.models import Mail
from reviews.notifications.pending import MailRecipients, Notification, NotificationLine

HEADING = "Copies of withdrawn pages"


def collect_copies(recipients: MailRecipients) -> Iterator[Notification]:
    """Withdrawals that the CDN has not confirmed for five minutes, each once."""
    for event in purging.find_withdrawals_with_copies():
        withdrawn_at = timezone.localtime(event.at)
        text = (
            f"Withdrawn {withdrawn_at:%-d %B %Y at %H:%M}. The CDN has not confirmed that it"
            " dropped its copies. Have them dropped by hand, and look whether it shows the page."
        )
        line = NotificationLine(HEADING, event.title, text, event.article.path)
        subject_line = f"Withdrawn, and copies may still be read: {event.title}"
        for user in recipients.managing_editors:
            yield Notification(
                user, Mail.MailKind.COPIES, f"copies {event.pk}", 0, subject_line, (line,)
            )
