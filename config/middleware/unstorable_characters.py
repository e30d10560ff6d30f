"""Characters that no database stores, in the addresses of staff pages: replaced by spaces, or 404.

Forms refuse them in a field, with a message. An address has no such place, and PostgreSQL fails
at a NUL where SQLite finds nothing, so that neither is queried with one.
"""

import re

from django.http import Http404, QueryDict

STAFF_PATHS = re.compile(r"^/(?:admin|accounts|desk)/")
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def replace_unstorable_characters(get_response):
    """Middleware, before the session's. Raises Http404 for a path with such a character."""

    def answer(request):
        if UNSTORABLE.search(request.path_info):
            raise Http404
        request.COOKIES = {
            name: value for name, value in request.COOKIES.items() if not UNSTORABLE.search(value)
        }
        if STAFF_PATHS.match(request.path_info) and UNSTORABLE.search(
            "".join(_iter_names_and_values(request.GET))
        ):
            request.GET = _replace_with_spaces(request.GET)
            request.META["QUERY_STRING"] = request.GET.urlencode()
        return get_response(request)

    return answer


def _iter_names_and_values(query: QueryDict):
    for name, values in query.lists():
        yield name
        yield from values


def _replace_with_spaces(query: QueryDict) -> QueryDict:
    """The same query string with spaces for such characters."""
    spaced = QueryDict(mutable=True, encoding=query.encoding)
    for name, values in query.lists():
        spaced.setlist(UNSTORABLE.sub(" ", name), [UNSTORABLE.sub(" ", value) for value in values])
    spaced._mutable = False
    return spaced
