"""The second factor at log-in: secrets encrypted at rest, single-use codes, and our own forms."""

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

from config.auth.accounts import PlainFieldsMixin
from reviews.signing.second_factor import SingleUseCodeMixin, claim_code

logger = logging.getLogger(__name__)


def _get_cipher() -> MultiFernet:
    """Encrypts with the first key and decrypts with any of them."""
    keys = [*settings.SECOND_FACTOR_KEYS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derive_key(key)) for key in keys])


def _derive_key(key: str) -> bytes:
    derived = HKDF(
        algorithm=SHA256(), length=32, salt=None, info=b"countersign second factor"
    ).derive(key.encode())
    return base64.urlsafe_b64encode(derived)


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is wrong. Enter the one that your app shows now.",
    }

    def encrypt(self, text):
        return _get_cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        try:
            return _get_cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # A secret that nobody knows: every code is wrong, and a superuser can take the second
            # factor away.
            logger.error(
                "A second factor cannot be read: it was encrypted with another key. See"
                " SECOND_FACTOR_KEYS."
            )
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def _get_site_name(self):
        return settings.SITE_NAME


class CodeFieldMixin(PlainFieldsMixin):
    """A one-line code field: digits on a telephone's keyboard, and no autofill."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {
            "autocomplete": "one-time-code",
            "autocapitalize": "off",
        }
        self.fields["code"].widget.attrs |= {"spellcheck": "false"}


class AuthenticateForm(SingleUseCodeMixin, CodeFieldMixin, forms.AuthenticateForm):
    pass


class CodeReauthenticateForm(SingleUseCodeMixin, CodeFieldMixin, forms.ReauthenticateForm):
    pass


class ActivateForm(CodeFieldMixin, ActivateTOTPForm):
    pass


@receiver(authenticator_added)
def _mark_enrolment_code_used(request, authenticator, **kwargs) -> None:
    """The code that enrolled the app cannot be used again."""
    if authenticator.type == authenticator.Type.TOTP:
        claim_code(authenticator, request.POST.get("code", ""))
