"""A connection to the mail server that tells a refused mail from one without an answer (ADR 44)."""

import smtplib
from contextlib import suppress

from django.core.mail import get_connection

from reviews.models import Mail
from reviews.notifications import emails

# The server's own answer, or a mail that cannot be written or handed over.
REFUSALS = (
    smtplib.SMTPResponseException,
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPNotSupportedError,
    ValueError,
)


class MailRefused(Exception):
    """The mail did not go, for certain: it can go later."""


class MailServerUnavailable(Exception):
    """No mail server answers: nothing was attempted."""


class MailDeliveryUnknown(Exception):
    """The connection broke before the server answered: the mail may have gone."""


class MailConnection:
    """A connection by the backend of the settings, opened when needed, again if it was lost."""

    def __init__(self):
        self.backend = get_connection()

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
        try:
            if not self.backend.send_messages([emails.build_message(mail, self.backend)]):
                raise MailRefused("The mail backend did not take it.")
        except REFUSALS as error:
            raise MailRefused(_format_error(error)) from error
        except OSError as error:
            raise MailDeliveryUnknown(_format_error(error)) from error

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
