"""Accounts: made by a superuser, never by signing up; and the sign-in forms in our own words."""

import logging
from threading import Thread
from urllib.parse import urlsplit, urlunsplit

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse

logger = logging.getLogger(__name__)


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False

    def get_password_change_redirect_url(self, request):
        return reverse("start")

    def _get_login_attempts_cache_key(self, request, **credentials):
        """Attempts are counted by the name alone. allauth adds the host that the request gives, which whoever guesses
        can vary."""
        return credentials.get("email", credentials.get("username", "")).lower()

    def send_mail(self, template_prefix, email, context):
        """Post in the background: how long an answer takes must not tell whether there is an account.

        No address in a mail is where the request says it came to: whoever asks for a mail to somebody else writes that.
        """
        try:
            ours = {name: mailed(value) for name, value in context.items() if name.endswith("_url")}
        except NoAddress as refusal:
            logger.error("A mail was not sent: %s", refusal)
            return
        message = self.render_mail(template_prefix, email, {"email": email} | context | ours)
        Thread(target=post, args=[message]).start()


class NoAddress(Exception):
    """Nobody said how this site's addresses begin."""


def mailed(address: str) -> str:
    """An address of this site as it may be mailed: it begins with SITE_URL.

    Where that is not set, it begins with a host that ALLOWED_HOSTS names. Raises NoAddress where it names it by a
    pattern only, which a stranger's host may meet.
    """
    parts = urlsplit(address)
    if settings.SITE_URL:
        return settings.SITE_URL + urlunsplit(("", "", *parts[2:]))
    named = {host.strip("[]").lower() for host in settings.ALLOWED_HOSTS}
    if (parts.hostname or "") not in named:
        raise NoAddress("set SITE_URL, such as https://example.org: the links in mails begin with it.")
    return address


def post(message) -> None:
    """A mail server that is down is news for the operator, not for the person: the page says the same as always."""
    try:
        message.send()
    except OSError:  # what smtplib raises, and what a connection raises
        logger.exception("A mail could not be sent: %s", message.subject)


class Plain:
    """A label says what a field is for; a placeholder that repeats it is in the way."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in ("password", "oldpassword"):
                field.help_text = ""  # “Forgot your password?”: our pages say it below the button


class LoginForm(Plain, forms.LoginForm):
    pass


class ReauthenticateForm(Plain, forms.ReauthenticateForm):
    pass


class ChangePasswordForm(Plain, forms.ChangePasswordForm):
    pass


class SetPasswordForm(Plain, forms.SetPasswordForm):
    pass


class ResetPasswordKeyForm(Plain, forms.ResetPasswordKeyForm):
    pass


class ResetPasswordForm(Plain, forms.ResetPasswordForm):
    def clean_email(self):
        """The address in the account counts, however it is capitalised, and no address of earlier days."""
        email = super().clean_email()
        found = User.objects.filter(email__iexact=email, is_active=True)
        self.users = [user for user in found if user.email.lower() == email]
        return email
