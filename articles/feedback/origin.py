"""A form that anybody may send, from our own pages only: the browser itself says where it was sent from.

Public pages carry no cookie, so there is no CSRF token to compare and no session to abuse. What is left to refuse is
another site that has its visitors' browsers write to us.
"""

from functools import wraps

from django.conf import settings
from django.shortcuts import render


def from_our_pages(view):
    """Refuse with a plain 403 what was not sent from a page of this site."""

    @wraps(view)
    def answer(request, *args, **kwargs):
        if not _sent_from_here(request):
            return render(request, "feedback/refused.html", status=403)
        return view(request, *args, **kwargs)

    return answer


def _sent_from_here(request) -> bool:
    """Both headers must agree where both are there; where neither is, nothing is proven, and nothing is taken."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    ours = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    told = ([origin in ours] if origin else []) + ([site == "same-origin"] if site else [])
    return bool(told) and all(told)
