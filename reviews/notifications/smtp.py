"""A connection to the mail server that tells a refused mail from one whose answer was lost."""

import smtplib
from contextlib import suppress

from django.core.mail import get_connection
from django.core.mail.backends import smtp

from reviews.models import Mail
from reviews.notifications import emails


class MailRefused(Exception):
    """The mail did not go, for certain: it can go later."""


class MailServerUnavailable(Exception):
    """No mail server answers: nothing was attempted."""


class MailDeliveryUnknown(Exception):
    """The connection broke after the mail was handed over: it may have gone."""


class HandoverTrackingMixin:
    """Mixed into SMTP: remembers whether the text of a mail was being transferred."""

    handing_over = False

    def data(self, message):
        self.handing_over = True
        return super().data(message)


class TrackingSMTP(HandoverTrackingMixin, smtplib.SMTP):
    pass


class TrackingSMTPOverTLS(HandoverTrackingMixin, smtplib.SMTP_SSL):
    pass


class TrackingEmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self):
        return TrackingSMTPOverTLS if self.use_ssl else TrackingSMTP


class MailConnection:
    """A connection by the backend of the settings, opened when needed, again if it was lost."""

    def __init__(self):
        self.backend = get_connection()
        if type(self.backend) is smtp.EmailBackend:
            self.backend = TrackingEmailBackend()

    def open(self) -> None:
        """Connect before a mail is claimed. Raises MailServerUnavailable."""
        try:
            if not self._is_alive():
                self.backend.close()
                self.backend.open()
        except OSError as error:  # what smtplib raises, and what a connection raises
            raise MailServerUnavailable(str(error) or type(error).__name__) from error

    def _is_alive(self) -> bool:
        connection = getattr(self.backend, "connection", None)
        try:
            return connection is not None and connection.noop()[0] == 250
        except OSError:
            return False

    def send(self, mail: Mail) -> None:
        """Hand one mail over. Raises MailRefused or MailDeliveryUnknown."""
        connection = getattr(self.backend, "connection", None)
        if connection is not None:
            connection.handing_over = False
        try:
            if not self.backend.send_messages([emails.build_message(mail, self.backend)]):
                raise MailRefused("The mail backend did not take it.")
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, ValueError) as error:
            # The server's own answer, or a mail that cannot be written.
            raise MailRefused(_format_error(error)) from error
        except OSError as error:
            if getattr(connection, "handing_over", False):
                raise MailDeliveryUnknown(_format_error(error)) from error
            raise MailRefused(_format_error(error)) from error

    def close(self) -> None:
        """Close the connection. An error changes nothing for the mails that were accepted."""
        with suppress(OSError):
            self.backend.close()


def _format_error(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        error = smtplib.SMTPResponseException(*next(iter(error.recipients.values())))
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        if isinstance(answer, bytes):
            answer = answer.decode(errors="replace")
        return f"{error.smtp_code} {answer}"
    return str(error) or type(error).__name__
