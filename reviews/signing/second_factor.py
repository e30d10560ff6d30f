"""The second factor at signing: whether a signer has one, and codes that can be used once."""

import time

from allauth.mfa import app_settings
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

# The names that the ledger records.
METHOD_NAMES: dict[str, str] = {
    Authenticator.Type.TOTP: "password+totp",
    Authenticator.Type.RECOVERY_CODES: "password+recovery code",
}


def is_enrolled(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def is_required_of(user: User) -> bool:
    """Whether the site requires a second factor of this person: one who signs or withdraws."""
    return settings.SECOND_FACTOR_REQUIRED and (
        user.has_perm("reviews.sign_review") or user.has_perm("articles.withdraw_article")
    )


def is_missing(user: User) -> bool:
    """Whether the site requires a second factor of this person, and they have none."""
    return is_required_of(user) and not is_enrolled(user)


def get_method_error(user: User, authentication: str) -> str:
    """Why a signature that was authenticated so is refused; empty if it is not."""
    if is_required_of(user) and authentication not in METHOD_NAMES.values():
        return (
            "This site requires two-step sign-in of everybody who signs. "
            "Set it up, then sign with a code."
        )
    return ""


@transaction.atomic
def claim_code(authenticator: Authenticator, code: str) -> bool:
    """Whether a valid code of an app is used for the first time. It is marked as used.

    Used codes are stored with the secret, so that every process knows them.
    """
    row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    code = "".join(code.split())
    now = int(time.time())
    valid_seconds = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 2)
    used_codes = row.data.get("used", {})
    used = {old: at for old, at in used_codes.items() if at > now - valid_seconds}
    if code in used:
        return False
    row.data["used"] = used | {code: now}
    row.save(update_fields=["data"])
    authenticator.data = row.data  # so that a later save of this instance keeps the used codes
    return True


class SingleUseCodeMixin(BaseAuthenticateForm):
    """For allauth's forms for a code, which throttle guesses: a code of an app can be used once."""

    def clean_code(self) -> str:
        code = super().clean_code()
        is_totp = self.authenticator.type == Authenticator.Type.TOTP
        if is_totp and not claim_code(self.authenticator, code):
            raise ValidationError("This code was used already. Wait for the next one.")
        return code


class SigningCodeForm(SingleUseCodeMixin, AuthenticateForm):
    """The code at signing, checked as at log-in."""


def verify_code(user: User, code: str) -> str:
    """The method of authentication, as the ledger records it.

    Raises ValidationError for an invalid code.
    """
    form = SigningCodeForm(user=user, data={"code": code})
    if not form.is_valid():
        raise ValidationError(list(form.errors["code"]))
    form.authenticator.record_usage()
    return METHOD_NAMES[form.authenticator.type]
