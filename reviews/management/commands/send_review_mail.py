"""Send the mails about reviews that nobody was sent yet.

Safe at any time and any number of times; run it hourly.
"""

import sys
from collections.abc import Iterable
from itertools import chain

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from articles.scheduled_runs import ScheduledCommand
from reviews.models import Mail
from reviews.notifications import outbox, pending
from reviews.notifications.collectors import COLLECTORS
from reviews.notifications.smtp import MailConnection, MailDeliveryUnknown, MailServerUnavailable
from reviews.signing import attempts


class Command(ScheduledCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--resend",
            type=int,
            metavar="NUMBER",
            help="Send one mail again that is listed as unknown, and no other.",
        )
        parser.add_argument(
            "--arrived", type=int, metavar="NUMBER", help="Keep of an unknown mail that it arrived."
        )

    def handle(self, *, resend, arrived, **options):
        if not settings.SITE_URL:
            raise CommandError(
                "Set SITE_URL, such as https://example.org: the links in mails begin with it."
            )
        connection = MailConnection()
        try:
            all_sent = self.settle(connection, resend=resend, arrived=arrived)
        except outbox.CannotSettle as refusal:
            raise CommandError(str(refusal)) from refusal
        finally:
            connection.close()
        self.report_unconfirmed()
        if not all_sent:
            sys.exit(1)

    def settle(self, connection: MailConnection, *, resend, arrived) -> bool:
        """Do what the options ask for. Whether every mail went."""
        if arrived is not None:
            self.write_state(outbox.mark_arrived(arrived))
            return True
        if resend is not None:
            return self.resend_mail(resend, connection)
        return self.send_pending(connection)

    def send_pending(self, connection: MailConnection) -> bool:
        recipients = pending.MailRecipients(timezone.localdate())
        notifications = chain.from_iterable(collect(recipients) for collect in COLLECTORS)
        mails, skipped = outbox.write(notifications)
        receipts, without_receipt = outbox.list_queued()
        for username, reason in sorted((skipped | without_receipt).items()):
            self.stdout.write(f"No mail for {username}: {reason}.")
        attempts.purge_attempts()
        return self.report_deliveries(outbox.send([*receipts, *mails], connection))

    def resend_mail(self, mail_id: int, connection: MailConnection) -> bool:
        # Lazily: it is sent where the errors of the mail server are caught.
        sent = (outbox.resend(one, connection) for one in [mail_id])
        return self.report_deliveries(sent)

    def report_deliveries(self, sent: Iterable[Mail]) -> bool:
        """Report mails as they are sent. Whether every one of them was accepted."""
        accepted = refused = 0
        trouble = ""
        try:
            for mail in sent:
                if mail.accepted_at:
                    accepted += 1
                if mail.refused_at:
                    refused += 1
                self.write_state(mail)
        except MailServerUnavailable as error:
            trouble = f"The mail server does not answer: {error}."
        except MailDeliveryUnknown as error:
            trouble = f"The mail server went away before it answered: {error}."
        left = max(0, Mail.objects.open().count() - refused)
        self.stdout.write(f"{accepted} mails accepted, {refused} refused, {left} not attempted.")
        if trouble:
            self.stderr.write(f"{trouble} Nothing is lost: what did not go goes with the next run.")
        return not (trouble or refused)

    def write_state(self, mail: Mail) -> None:
        out = self.stderr if mail.refused_at else self.stdout
        out.write(f"{mail} to {mail.recipient.get_username()}: {mail.state}")

    def report_unconfirmed(self) -> None:
        """List the mails of which nobody knows whether they arrived."""
        for mail in Mail.objects.unconfirmed().select_related("recipient").order_by("pk"):
            when = timezone.localtime(mail.attempted_at)
            self.stderr.write(
                f"Unknown: {mail} to {mail.recipient.get_username()} was handed over "
                f"on {when:%-d %B %Y at %H:%M}, and nobody knows whether it arrived. Ask. "
                f"If it did: --arrived {mail.pk}. If not: --resend {mail.pk}."
            )
