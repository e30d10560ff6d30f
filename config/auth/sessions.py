"""Sessions that end after a while, and of which each person sees their own (ADR 87)."""

import datetime as dt
import logging
import re
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db import Error, transaction
from django.dispatch import receiver
from django.utils import timezone

from articles.page_store.waiting import SHORT_SECONDS, wait_guard
from config.models import SignInSession

STARTED_KEY, DEVICE_KEY = "signed_in_at", "device"  # of a session
SECONDS_BETWEEN_NOTES = 60  # of when somebody was seen
MAX_CLOCK_SKEW = dt.timedelta(minutes=5)  # between machines, and by which a clock is set right
BROWSERS = [
    ("Edge", r"\bEdgA?/"),
    ("Opera", r"\bOPR/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Chrome|CriOS|Chromium)/"),
    ("Safari", r"\bSafari/"),
]
SYSTEMS = [
    ("Android", r"\bAndroid\b"),
    ("iPhone or iPad", r"\b(?:iPhone|iPad)\b"),
    ("Windows", r"\bWindows\b"),
    ("Mac", r"\bMacintosh\b"),
    ("Linux", r"\b(?:Linux|X11)\b"),
]
logger = logging.getLogger(__name__)


class SessionStore(DatabaseSessionStore):
    """Django's sessions in the database. One that is over is nobody's session."""

    @classmethod
    def get_model_class(cls) -> type[SignInSession]:
        return SignInSession

    def load(self) -> dict[str, Any]:
        row = self._get_session_from_db()  # type: ignore[attr-defined]
        if row is None:
            return {}
        now = timezone.now()
        if is_over(row, now):
            self._session_key = None
            return {}
        data = self.decode(row.session_data)
        if data.get(SESSION_KEY) and _was_not_noted(row, now):
            _note_seen(row, now, user=int(data[SESSION_KEY]))
        return data

    def create_model_instance(self, data: dict[str, Any]) -> SignInSession:
        row = super().create_model_instance(data)
        assert isinstance(row, SignInSession)
        if data.get(SESSION_KEY):
            now = timezone.now()
            row.user_id = int(data[SESSION_KEY])
            started = data.get(STARTED_KEY, now.timestamp())
            row.started_at = dt.datetime.fromtimestamp(started, dt.UTC)
            row.seen_at = now
            row.device = data.get(DEVICE_KEY, "")
        return row


SignInSession.store_class = SessionStore


def is_over(row: SignInSession, now: dt.datetime) -> bool:
    """Whether somebody's session has lasted, or was left alone, for longer than is allowed.

    One that begins in the future was begun by a clock that was ahead, and would last too long.
    """
    longest = dt.timedelta(hours=settings.SESSION_HOURS)
    if row.started_at and row.started_at - now > MAX_CLOCK_SKEW:
        return True
    idle = dt.timedelta(minutes=settings.SESSION_IDLE_MINUTES)
    if row.started_at and now - row.started_at >= longest:
        return True
    return bool(row.seen_at and now - row.seen_at >= idle)


def _was_not_noted(row: SignInSession, now: dt.datetime) -> bool:
    if row.seen_at is None:
        return True
    # Also where the clock was set back: being left alone is counted from now on.
    return abs(now - row.seen_at).total_seconds() >= SECONDS_BETWEEN_NOTES


def _note_seen(row: SignInSession, now: dt.datetime, *, user: int) -> None:
    """Write when somebody was seen. That it cannot be written now fails no page.

    A session of an earlier build has no beginning yet: it begins now.
    """
    values: dict[str, Any] = {"seen_at": now}
    if row.started_at is None:
        values |= {"started_at": now, "user": user}
    try:
        with wait_guard.limit(SHORT_SECONDS), transaction.atomic():
            SignInSession.objects.filter(pk=row.pk).update(**values)
    except Error as error:
        logger.warning("When somebody was seen was not noted (%s).", type(error).__name__)


def list_sessions(user: User) -> list[SignInSession]:
    """The sessions of a person that are not over, the last seen first."""
    now = timezone.now()
    rows = SignInSession.objects.filter(user=user, expire_date__gt=now).order_by("-seen_at", "pk")
    return [row for row in rows if not is_over(row, now)]


def end_sessions(user: User, *, handle: str = "", but: str | None = None) -> int:
    """End one session of a person, or all but the one with a key. How many ended."""
    keys = []
    for row in list_sessions(user):
        if row.handle == handle or (not handle and row.session_key != but):
            keys.append(row.session_key)
    SignInSession.objects.filter(user=user, session_key__in=keys).delete()
    return len(keys)


def describe_device(user_agent: str) -> str:
    """A family of browsers and systems, as "Firefox on Windows": no version and no model."""
    browser = _find_family(user_agent, BROWSERS) or "another browser"
    system = _find_family(user_agent, SYSTEMS)
    return f"{browser} on {system}" if system else browser


def _find_family(user_agent: str, families: list[tuple[str, str]]) -> str:
    for name, pattern in families:
        if re.search(pattern, user_agent):
            return name
    return ""


@receiver(user_logged_in)
def _describe_sign_in(sender: Any, request: Any, user: User, **kwargs: Any) -> None:
    if request is not None and hasattr(request, "session"):
        request.session[STARTED_KEY] = int(timezone.now().timestamp())
        request.session[DEVICE_KEY] = describe_device(request.META.get("HTTP_USER_AGENT", ""))
