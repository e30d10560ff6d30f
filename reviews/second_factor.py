"""A second factor at signing: whether a signer has one, and codes that are good once, whichever process is asked."""

import time

from allauth.mfa import app_settings
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction

# What the ledger calls them.
METHODS = {Authenticator.Type.TOTP: "password+totp", Authenticator.Type.RECOVERY_CODES: "password+recovery code"}


def enrolled(user) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


@transaction.atomic
def first_use(authenticator: Authenticator, code: str) -> bool:
    """Whether a good code of an app is used for the first time: remembered with the secret, not in one process."""
    row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    code, now = "".join(code.split()), int(time.time())
    valid_for = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 2)
    used = {old: at for old, at in row.data.get("used", {}).items() if at > now - valid_for}
    if code in used:
        return False
    row.data["used"] = used | {code: now}
    row.save(update_fields=["data"])
    authenticator.data = row.data  # what is saved with it later must not forget this
    return True


class Once:
    """Mixed into allauth's forms for a code, which throttle guesses; a code of the app is taken once."""

    def clean_code(self):
        code = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP and not first_use(self.authenticator, code):
            raise ValidationError("This code was used already. Wait for the next one.")
        return code


class CodeForm(Once, AuthenticateForm):
    """The code beside a signature, as it is at log-in."""


def prove(user, code: str) -> str:
    """How the signer proved who they are, as the ledger says it. Raises ValidationError for a code that is not good."""
    form = CodeForm(user=user, data={"code": code})
    if not form.is_valid():
        raise ValidationError(form.errors["code"])
    form.authenticator.record_usage()
    return METHODS[form.authenticator.type]
