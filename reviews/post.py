"""One conversation with the mail server, that tells a mail refused from one whose answer was lost."""

import smtplib
from contextlib import suppress

from django.core.mail import get_connection
from django.core.mail.backends import smtp

from reviews import letters
from reviews.models import Mail


class Refused(Exception):
    """The mail did not go, for certain: it can go later."""


class Down(Exception):
    """No mail server answers: nothing was attempted."""


class Lost(Exception):
    """The connection broke after the mail was handed over: it may have gone."""


class Watched:
    """Mixed into SMTP: remembers whether the text of a mail was being handed over."""

    handing_over = False

    def data(self, message):
        self.handing_over = True
        return super().data(message)


class WatchedSMTP(Watched, smtplib.SMTP):
    pass


class WatchedSMTPOverTLS(Watched, smtplib.SMTP_SSL):
    pass


class WatchedBackend(smtp.EmailBackend):
    @property
    def connection_class(self):
        return WatchedSMTPOverTLS if self.use_ssl else WatchedSMTP


class Post:
    """A connection by the backend of the settings, opened when needed and opened anew when it went stale."""

    def __init__(self):
        self.backend = get_connection()
        if type(self.backend) is smtp.EmailBackend:
            self.backend = WatchedBackend()

    def open(self) -> None:
        """Make sure that somebody listens, before a mail is claimed. Raises Down."""
        try:
            if not self._alive():
                self.backend.close()
                self.backend.open()
        except OSError as error:  # what smtplib raises, and what a connection raises
            raise Down(str(error) or type(error).__name__) from error

    def _alive(self) -> bool:
        connection = getattr(self.backend, "connection", None)
        try:
            return connection is not None and connection.noop()[0] == 250
        except OSError:
            return False

    def send(self, mail: Mail) -> None:
        """Hand one mail over. Raises Refused or Lost."""
        connection = getattr(self.backend, "connection", None)
        if connection is not None:
            connection.handing_over = False
        try:
            if not self.backend.send_messages([letters.message(mail, self.backend)]):
                raise Refused("The mail backend did not take it.")
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, ValueError) as error:
            raise Refused(_words(error)) from error  # the server's own answer, or a mail that cannot be written
        except OSError as error:
            if getattr(connection, "handing_over", False):
                raise Lost(_words(error)) from error
            raise Refused(_words(error)) from error

    def close(self) -> None:
        """Say good-bye; what was answered stays answered if the server cannot hear it."""
        with suppress(OSError):
            self.backend.close()


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        error = smtplib.SMTPResponseException(*next(iter(error.recipients.values())))
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    return str(error) or type(error).__name__
