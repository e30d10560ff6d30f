"""The second factor at log-in: secrets encrypted at rest, codes taken once, and our own words around them."""

import base64
import logging
import secrets

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms
from allauth.mfa.signals import authenticator_added
from allauth.mfa.totp.forms import ActivateTOTPForm
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.dispatch import receiver

from config.accounts import Plain
from reviews.second_factor import Once, first_use

logger = logging.getLogger(__name__)


def _lock() -> MultiFernet:
    """Encrypts with the first key and opens what any of them closed."""
    keys = [*settings.SECOND_FACTOR_KEYS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"countersign second factor").derive(key.encode())
    return base64.urlsafe_b64encode(derived)


class Adapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right. Enter the one that your app shows now.",
    }

    def encrypt(self, text):
        return _lock().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        try:
            return _lock().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # A secret that nobody knows: every code is wrong, and a superuser can take the second factor away.
            logger.error("A second factor cannot be read: it was encrypted with another key. See SECOND_FACTOR_KEYS.")
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def _get_site_name(self):
        return settings.SITE_NAME


class CodeField(Plain):
    """One line for a code: digits on a telephone's keys, and no browser that knows better."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"autocomplete": "one-time-code", "autocapitalize": "off"}
        self.fields["code"].widget.attrs |= {"spellcheck": "false"}


class AuthenticateForm(Once, CodeField, forms.AuthenticateForm):
    pass


class ReauthenticateForm(Once, CodeField, forms.ReauthenticateForm):
    pass


class ActivateForm(CodeField, ActivateTOTPForm):
    pass


@receiver(authenticator_added)
def _used_to_enrol(request, authenticator, **kwargs) -> None:
    """The code that proved the app works proves nothing else."""
    if authenticator.type == authenticator.Type.TOTP:
        first_use(authenticator, request.POST.get("code", ""))
