"""The form of a page after a session ended during a save: as it was typed, not saved yet.

The admin site stores a form that came without a session; the page's admin shows it once the same
user has signed in.
"""

import time

from django.core import signing
from django.http import QueryDict

SESSION_KEY = "held_form"
SALT = "articles.held"
MAX_BYTES = 2 * 1024 * 1024  # bytes
MAX_AGE = 60 * 60  # seconds
MAX_FILE_NAMES = 20  # names that are stored; files are not
MAX_TOKEN_AGE = 30 * 24 * 60 * 60  # seconds
NOT_SAVED = (
    "This is not saved yet. You had to sign in, or to set up two-step sign-in, when you pressed "
    "Save; here is what you typed. Check it and save again."
)
CHOOSE_FILES_AGAIN = "A file cannot be kept meanwhile. Choose again: {}."


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


def restore_form(request) -> None:
    """Bind the form to what this user typed into it within the last hour, if there is any.

    Django takes it for sent; it is never valid, so it is not saved. ``request.unsaved_reason`` says
    why. What is sent now, or thrown away, takes its place.
    """
    if request.method == "POST" or "throw_away" in request.GET:
        request.session.pop(SESSION_KEY, None)
        return
    entry = _load_entry(request)
    if entry is None:
        return
    request.FILES.clear()  # read first, as that resets POST
    request.unsaved_reason = NOT_SAVED
    files = ", ".join(f"“{name}”" for name in entry.get("files", []))
    if files:
        request.unsaved_reason += f" {CHOOSE_FILES_AGAIN.format(files)}"
    request.method = "POST"
    request.POST = QueryDict(entry["typed"])


def _load_entry(request) -> dict | None:
    entry = request.session.get(SESSION_KEY)
    if not entry or entry["path"] != request.path or entry["user"] != request.user.pk:
        return None
    if time.time() - entry["at"] > MAX_AGE:
        request.session.pop(SESSION_KEY, None)
        return None
    return entry
