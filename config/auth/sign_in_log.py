"""Sign-ins, refused ones and sign-outs in the log, without a name that somebody typed."""

from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from articles.event_log import Event, log


@receiver(user_logged_in)
def _log_sign_in(user: User, **kwargs: Any) -> None:
    log(Event.SIGN_IN, by=user.pk)


@receiver(user_login_failed)
def _log_refused_sign_in(**kwargs: Any) -> None:
    log(Event.SIGN_IN_REFUSED)


@receiver(user_logged_out)
def _log_sign_out(user: User | None, **kwargs: Any) -> None:
    log(Event.SIGN_OUT, by=user.pk if user else None)
