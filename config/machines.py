"""What the site tells machines of itself: what they may read, and whom to tell of a hole."""

import datetime as dt

from django.conf import settings
from django.http import Http404
from django.utils import timezone

from articles.shelf import Leaf, public_page

TEXT = "text/plain; charset=utf-8"
# Rooms of the staff, and pages whose addresses say what somebody suffers from.
NOT_FOR_ROBOTS = ("/admin/", "/desk/", "/accounts/", "/search/", "/finder/")
GOOD_FOR = dt.timedelta(days=180)  # RFC 9116 asks for less than a year


@public_page(shelved=False)
def robots(request):
    return Leaf("config/robots.txt", {"closed": NOT_FOR_ROBOTS}, site_revision=0, content_type=TEXT)


@public_page(shelved=False)
def security(request):
    """Whom to tell of a security hole (RFC 9116). Without an address nobody is promised an answer."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = dt.datetime.combine(timezone.now().date() + GOOD_FOR, dt.time(), dt.UTC)
    context = {
        "contacts": settings.SECURITY_CONTACT,
        "policy": settings.SECURITY_POLICY,
        "expires": expires,
        "site_url": settings.SITE_URL,
        "path": request.path,
    }
    return Leaf("config/security.txt", context, site_revision=0, content_type=TEXT)
