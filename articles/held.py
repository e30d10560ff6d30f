"""What somebody typed into a page's form after their session had ended: held until they have signed in again."""

import time

from django.core import signing
from django.http import QueryDict

KEY = "held_form"
SALT = "articles.held"
LARGEST = 2 * 1024 * 1024  # bytes
LONGEST = 60 * 60  # seconds
LATEST_OPENED = 30 * 24 * 60 * 60  # seconds


def ticket(request) -> str:
    """Travels in the form, and says later who opened it: nobody else's words are held, or shown to them."""
    return signing.dumps(request.user.pk, salt=SALT)


def hold(request) -> None:
    """Keep a form that came without a session, for whoever opened it. The rest of the request is judged already."""
    size = request.META.get("CONTENT_LENGTH") or "0"
    if not size.isdecimal() or int(size) > LARGEST or request.FILES:
        return
    try:
        opened_by = signing.loads(request.POST.get("ticket", ""), salt=SALT, max_age=LATEST_OPENED)
    except signing.BadSignature:
        return
    request.session[KEY] = {
        "path": request.path,
        "user": opened_by,
        "at": int(time.time()),
        "typed": request.POST.urlencode(),
    }


def held(request) -> QueryDict | None:
    """What this person typed into the form at this address within the last hour."""
    found = request.session.get(KEY)
    if not found or found["path"] != request.path or found["user"] != request.user.pk:
        return None
    if time.time() - found["at"] > LONGEST:
        drop(request)
        return None
    return QueryDict(found["typed"])


def drop(request) -> None:
    request.session.pop(KEY, None)
