"""Authentication at signing: the password again, and a code where a second factor is enrolled.

A decision other than a signature asks for the password only if it was last given a while ago.
"""

import time
from typing import Any
from uuid import UUID, uuid4

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import ratelimit
from django import forms
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reviews.models import FailedAttempt
from reviews.signing import attempts, second_factor


def get_sign_in(request: HttpRequest) -> UUID:
    """The random number of this session, which groups what is signed in it and opens nothing.

    It outlives a change of the session's key, and ends with the session.
    """
    return UUID(request.session.setdefault("sign_in", str(uuid4())))


RECENT_SECONDS = 15 * 60


def was_confirmed_recently(request: HttpRequest) -> bool:
    """Whether the person gave their password in the last 15 minutes, in this session."""
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    moments = [record["at"] for record in records if record.get("method") == "password"]
    return bool(moments) and 0 <= time.time() - max(moments) < RECENT_SECONDS


class ConfirmPasswordForm(forms.Form):
    """Asks for the password. ``authentication`` is the method, as the ledger records it."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("It makes this your signature."),
        error_messages={"required": _("Enter your password: it makes this your signature.")},
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        assert request.user.is_authenticated  # the caller's view requires it
        self.user = request.user
        self.authentication = "password"

    def clean_password(self) -> str:
        """Check the password here, before any lock is taken. Guesses are throttled as at log-in."""
        if not ratelimit.consume(self.request, action="reauthenticate", user=self.user):
            raise forms.ValidationError(_("Too many attempts. Wait a minute, then try again."))
        stored = self.user.password
        if not self.user.check_password(self.cleaned_data["password"]):
            attempts.record_attempt(self.user, FailedAttempt.WrongSecret.PASSWORD)
            raise forms.ValidationError(_("This is not your password."))
        # A stronger hash was stored: that must not log the signer out.
        if self.user.password != stored:
            update_session_auth_hash(self.request, self.user)
        return ""

    def record_confirmation(self) -> None:
        """Record in the session that the password was given, and forget wrong ones before it."""
        ratelimit.clear(self.request, action="reauthenticate", user=self.user)
        reauthenticate_by_password(self.request)


class ConfirmIdentityForm(ConfirmPasswordForm):
    """Asks for the password, and for a code from those who use a second factor."""

    code = forms.CharField(
        label=_("Authenticator code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}
        ),
        help_text=_("The code that your authenticator app shows now, or a recovery code."),
        error_messages={"required": _("Enter the code that your authenticator app shows now.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not second_factor.is_enrolled(self.user):
            del self.fields["code"]

    def clean(self) -> dict[str, Any]:
        """Check the code last, and only if nothing else is missing, since it can be used once."""
        super().clean()
        if not self.errors and "code" in self.fields:
            try:
                code = self.cleaned_data["code"]
                self.authentication = second_factor.verify_code(self.user, code)
            except forms.ValidationError as error:
                attempts.record_attempt(self.user, FailedAttempt.WrongSecret.CODE)
                self.add_error("code", error)
        if not self.errors:
            self.record_confirmation()
        return self.cleaned_data
