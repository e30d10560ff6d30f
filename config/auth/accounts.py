"""Accounts: created by a superuser, never by signing up; and our sign-in forms."""

import logging
from threading import Thread
from urllib.parse import urlsplit, urlunsplit

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False

    def get_password_change_redirect_url(self, request):
        return reverse("start")

    def _get_login_attempts_cache_key(self, request, **credentials):
        """Attempts are counted by user name alone. allauth adds the request's host, which whoever
        guesses can vary.
        """
        return credentials.get("email", credentials.get("username", "")).lower()

    def send_mail(self, template_prefix, email, context):
        """Send in the background: response times must not reveal whether an account exists.

        No address in a mail comes from the request: whoever asks for a mail to somebody else writes
        the request.
        """
        try:
            ours = {
                name: build_mail_url(value)
                for name, value in context.items()
                if name.endswith("_url")
            }
        except CannotBuildMailUrl as refusal:
            logger.error("A mail was not sent: %s", refusal)
            return
        message = self.render_mail(template_prefix, email, {"email": email} | context | ours)
        Thread(target=send_and_log_failure, args=[message]).start()


class CannotBuildMailUrl(Exception):
    """No setting says how this site's addresses begin."""


def build_mail_url(url: str) -> str:
    """An absolute address of this site for a mail: it begins with SITE_URL, never with what a
    request says.

    Raises CannotBuildMailUrl without SITE_URL.
    """
    if not settings.SITE_URL:
        raise CannotBuildMailUrl(
            "set SITE_URL, such as https://example.org: the links in mails begin with it."
        )
    return settings.SITE_URL + urlunsplit(("", "", *urlsplit(url)[2:]))


def send_and_log_failure(message) -> None:
    """Send a mail. A mail server that is down is logged for the operator; the page says the same as
    always.
    """
    try:
        message.send()
    except OSError:  # what smtplib raises, and what a connection raises
        logger.exception("A mail could not be sent: %s", message.subject)


class PlainFieldsMixin:
    """Removes placeholders that repeat a field's label."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in ("password", "oldpassword"):
                field.help_text = ""  # “Forgot your password?”: our pages say it below the button


class LoginForm(PlainFieldsMixin, forms.LoginForm):
    pass


class PasswordReauthenticateForm(PlainFieldsMixin, forms.ReauthenticateForm):
    pass


class ChangePasswordForm(PlainFieldsMixin, forms.ChangePasswordForm):
    pass


class SetPasswordForm(PlainFieldsMixin, forms.SetPasswordForm):
    pass


class ResetPasswordKeyForm(PlainFieldsMixin, forms.ResetPasswordKeyForm):
    pass


class ResetPasswordForm(PlainFieldsMixin, forms.ResetPasswordForm):
    def clean_email(self):
        """The account's own address counts, however it is capitalised, and no earlier one."""
        email = super().clean_email()
        found = User.objects.filter(email__iexact=email, is_active=True)
        self.users = [user for user in found if user.email.lower() == email]
        return email
