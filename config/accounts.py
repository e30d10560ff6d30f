"""Accounts: made by a superuser, never by signing up; and the sign-in forms in our own words."""

import logging
from threading import Thread

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.models import User
from django.urls import reverse

logger = logging.getLogger(__name__)


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False

    def get_password_change_redirect_url(self, request):
        return reverse("start")

    def send_mail(self, template_prefix, email, context):
        """Post in the background: how long an answer takes must not tell whether there is an account."""
        message = self.render_mail(template_prefix, email, {"email": email} | context)
        Thread(target=post, args=[message]).start()


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
