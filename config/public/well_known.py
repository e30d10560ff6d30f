"""Files for machines: robots.txt and security.txt."""

import datetime as dt

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils import timezone

from articles.public.offline import works_offline
from articles.public.page_cache import PublicPage, public_page

PLAIN_TEXT = "text/plain; charset=utf-8"
# Rooms of the staff, and pages whose addresses say what somebody suffers from.
DISALLOWED_PATHS = ("/admin/", "/desk/", "/accounts/", "/search/", "/finder/")
SECURITY_TXT_LIFETIME = dt.timedelta(days=180)  # RFC 9116 asks for less than a year


@works_offline
@public_page(cached=False)
def robots_txt(request: HttpRequest) -> PublicPage:
    return PublicPage("config/robots.txt", {"closed": DISALLOWED_PATHS}, content_type=PLAIN_TEXT)


@works_offline
@public_page(cached=False)
def security_txt(request: HttpRequest) -> PublicPage:
    """Whom to notify of a vulnerability (RFC 9116). Without a contact there is no such file."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = dt.datetime.combine(timezone.now().date() + SECURITY_TXT_LIFETIME, dt.time(), dt.UTC)
    context = {
        "contacts": settings.SECURITY_CONTACT,
        "policy": settings.SECURITY_POLICY,
        "expires": expires,
        "site_url": settings.SITE_URL,
        "path": request.path,
    }
    return PublicPage("config/security.txt", context, content_type=PLAIN_TEXT)
