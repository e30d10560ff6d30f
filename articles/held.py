"""What somebody typed into a page's form after their session had ended: held until they have signed in again."""

import time

from django.core import signing
from django.http import QueryDict

KEY = "held_form"
SALT = "articles.held"
LARGEST = 2 * 1024 * 1024  # bytes
LONGEST = 60 * 60  # seconds
MOST_FILES = 20  # that are named; none is held
LATEST_OPENED = 30 * 24 * 60 * 60  # seconds


def ticket(request) -> str:
    """Travels in the form, and says later who opened it: nobody else's words are held, or shown to them."""
    return signing.dumps(request.user.pk, salt=SALT)


def hold(request) -> None:
    """Keep a form that came without a session, for whoever opened it. The rest of the request is judged already."""
    typed = request.POST.urlencode()
    if len(typed) > LARGEST:
        return
    try:
        opened_by = signing.loads(request.POST.get("ticket", ""), salt=SALT, max_age=LATEST_OPENED)
    except signing.BadSignature:
        return
    request.session[KEY] = {
        "path": request.path,
        "user": opened_by,
        "at": int(time.time()),
        "typed": typed,
        "files": [upload.name for _, upload in request.FILES.items()][:MOST_FILES],
    }


def held(request) -> QueryDict | None:
    """What this person typed into the form at this address within the last hour."""
    found = _found(request)
    return QueryDict(found["typed"]) if found else None


def lost_files(request) -> list[str]:
    """The names of the files that they had chosen, and have to choose again."""
    found = _found(request)
    return found.get("files", []) if found else []


def _found(request) -> dict | None:
    found = request.session.get(KEY)
    if not found or found["path"] != request.path or found["user"] != request.user.pk:
        return None
    if time.time() - found["at"] > LONGEST:
        drop(request)
        return None
    return found


def drop(request) -> None:
    request.session.pop(KEY, None)
