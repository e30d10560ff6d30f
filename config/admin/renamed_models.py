"""Addresses of the admin from before models were renamed redirect to the new ones."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.urls import URLPattern, re_path

# Of the models that are in the admin, the beginning of their addresses before and now.
RENAMED_ADDRESSES = {
    "articles/publication/": "articles/publicationevent/",
    "reviews/signature/": "reviews/ledgerentry/",
}


def get_urls(admin_site: AdminSite) -> list[URLPattern]:
    """The old addresses, for staff alone like the new ones."""
    view = admin_site.admin_view(redirect_to_new_address)
    patterns = []
    for old, new in RENAMED_ADDRESSES.items():
        patterns.append(re_path(rf"^{old}(?P<rest>.*)$", view, {"old": old, "new": new}))
    return patterns


def redirect_to_new_address(
    request: HttpRequest, *, old: str, new: str, rest: str
) -> HttpResponsePermanentRedirect:
    """The same address under the new name of the model, with its query string.

    GET and HEAD get 301. Other methods get 308, at which a browser sends its form again.
    """
    address = request.get_full_path().replace(f"/{old}", f"/{new}", 1)
    is_form = request.method not in ("GET", "HEAD")
    return HttpResponsePermanentRedirect(address, preserve_request=is_form)
