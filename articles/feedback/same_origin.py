"""Public forms that are accepted from our own pages only, by what the browser says of them.

Public pages have no cookie, so there is no CSRF token to compare and no session to abuse. This
refuses what another site makes its visitors' browsers send.
"""

from functools import wraps

from django.conf import settings
from django.shortcuts import render


def require_same_origin(view):
    """Answer 403 to what was not sent from a page of this site."""

    @wraps(view)
    def answer(request, *args, **kwargs):
        if not _is_same_origin(request):
            return render(request, "feedback/refused.html", status=403)
        return view(request, *args, **kwargs)

    return answer


def _is_same_origin(request) -> bool:
    """Whether the headers that are there say so; False without any, as nothing proves it."""
    origin = request.headers.get("Origin")
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if not origin and not fetch_site:
        return False
    own_origins = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    if origin and origin not in own_origins:
        return False
    return not fetch_site or fetch_site == "same-origin"
