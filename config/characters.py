"""Characters that no database keeps, in the addresses of the staff's pages: they are read as spaces, or lead nowhere.

Forms refuse them in a field, with a word on which. An address has no such place, and PostgreSQL breaks at a NUL where
SQLite finds nothing; so neither is asked.
"""

import re

from django.http import Http404, QueryDict

STAFF = re.compile(r"^/(?:admin|accounts|desk)/")
UNKEPT = re.compile("[\0\ud800-\udfff]")


def storable(get_response):
    """Middleware, before the one that looks the session up. Raises Http404 for a path with such a character."""

    def answer(request):
        if UNKEPT.search(request.path_info):
            raise Http404
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if not UNKEPT.search(value)}
        if STAFF.match(request.path_info) and UNKEPT.search("".join(_words(request.GET))):
            request.GET = _spaced(request.GET)
            request.META["QUERY_STRING"] = request.GET.urlencode()
        return get_response(request)

    return answer


def _words(query: QueryDict):
    for name, values in query.lists():
        yield name
        yield from values


def _spaced(query: QueryDict) -> QueryDict:
    """The same questions with spaces for such characters."""
    spaced = QueryDict(mutable=True, encoding=query.encoding)
    for name, values in query.lists():
        spaced.setlist(UNKEPT.sub(" ", name), [UNKEPT.sub(" ", value) for value in values])
    spaced._mutable = False
    return spaced
