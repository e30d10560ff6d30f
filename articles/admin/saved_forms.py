"""Keeps what somebody typed into a page's form after their session ended, until they sign in."""

import time

from django.core import signing
from django.http import QueryDict

SESSION_KEY = "held_form"
SALT = "articles.held"
MAX_BYTES = 2 * 1024 * 1024  # bytes
MAX_AGE = 60 * 60  # seconds
MAX_FILE_NAMES = 20  # names that are stored; files are not
MAX_TOKEN_AGE = 30 * 24 * 60 * 60  # seconds


def make_token(request) -> str:
    """A signed token for the form that says who opened it: nobody else is shown what was typed."""
    return signing.dumps(request.user.pk, salt=SALT)


def save_form(request) -> None:
    """Store a form that came without a session, for the user who opened it.

    Does nothing for a form that is too long or has no valid token.
    """
    typed = request.POST.urlencode()
    if len(typed) > MAX_BYTES:
        return
    try:
        opened_by = signing.loads(request.POST.get("ticket", ""), salt=SALT, max_age=MAX_TOKEN_AGE)
    except signing.BadSignature:
        return
    files = [upload.name for upload in request.FILES.values()]
    request.session[SESSION_KEY] = {
        "path": request.path,
        "user": opened_by,
        "at": int(time.time()),
        "typed": typed,
        "files": files[:MAX_FILE_NAMES],
    }


def load_form(request) -> QueryDict | None:
    """What this user typed into the form at this address within the last hour."""
    entry = _load_entry(request)
    if entry is None:
        return None
    return QueryDict(entry["typed"])


def list_lost_files(request) -> list[str]:
    """The names of the files that this user had chosen, and has to choose again."""
    entry = _load_entry(request)
    if entry is None:
        return []
    return entry.get("files", [])


def _load_entry(request) -> dict | None:
    entry = request.session.get(SESSION_KEY)
    if not entry or entry["path"] != request.path or entry["user"] != request.user.pk:
        return None
    if time.time() - entry["at"] > MAX_AGE:
        delete_form(request)
        return None
    return entry


def delete_form(request) -> None:
    request.session.pop(SESSION_KEY, None)
