"""Mails to a person whose password or second factor was changed, whoever changed it and where.

They are sent in the background once the change is committed. They name no address and no device.
"""

from functools import partial
from threading import Thread
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone

from config.auth.accounts import send_and_log_failure

PASSWORD_CHANGED = "Your password was changed"  # noqa: S105 - words
FACTOR_ADDED = "Two-step sign-in was turned on"
FACTOR_REMOVED = "Two-step sign-in was turned off"
CODES_MADE = "New recovery codes were made"
CODES_REMOVED = "Recovery codes were removed"
ADDED = {
    Authenticator.Type.TOTP: FACTOR_ADDED,
    Authenticator.Type.RECOVERY_CODES: CODES_MADE,
}
REMOVED = {
    Authenticator.Type.TOTP: FACTOR_REMOVED,
    Authenticator.Type.RECOVERY_CODES: CODES_REMOVED,
}


@receiver(post_save, sender=User)
def _notice_password(instance: User, created: bool, update_fields: Any, **kwargs: Any) -> None:
    """Django keeps a password that was set until it is stored; a stronger hash sets none."""
    is_stored = update_fields is None or "password" in update_fields
    if is_stored and not created and instance._password is not None:  # type: ignore[attr-defined]
        notify(instance, PASSWORD_CHANGED)


@receiver(post_save, sender=Authenticator)
def _notice_factor(instance: Authenticator, created: bool, **kwargs: Any) -> None:
    if created and instance.type in ADDED:
        notify(instance.user, ADDED[Authenticator.Type(instance.type)])


@receiver(post_delete, sender=Authenticator)
def _notice_removal(instance: Authenticator, **kwargs: Any) -> None:
    if instance.type in REMOVED:
        notify(instance.user, REMOVED[Authenticator.Type(instance.type)])


def notify(user: User, what: str) -> None:
    """Tell somebody of a change once it is committed, if they have an address."""
    if user.email and user.is_active:
        message = build_notice(user, what)
        transaction.on_commit(partial(_send_in_background, message), robust=True)


def build_notice(user: User, what: str) -> EmailMessage:
    at = timezone.localtime()
    lines = [
        f"Hello {user.first_name or user.username},",
        f"{what} for your account, “{user.username}”, on {at:%-d %B %Y at %H:%M} ({at:%Z}).",
        "If it was you, there is nothing to do. If it was not, tell a managing editor now, "
        "and set a new password.",
        settings.SITE_NAME,
    ]
    if settings.SITE_URL:
        lines.insert(3, settings.SITE_URL + reverse("account_reset_password"))
    subject = f"{settings.EMAIL_SUBJECT_PREFIX}{what[0].lower()}{what[1:]}"
    return EmailMessage(subject, "\n\n".join(lines) + "\n", to=[user.email])


def _send_in_background(message: EmailMessage) -> None:
    Thread(target=send_and_log_failure, args=[message]).start()
