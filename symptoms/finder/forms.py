"""A visitor's request to the finder, as its address carries it.

Every address can be read: what cannot be used is counted, and nothing raises an error.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from articles.content.paths import get_path

MAX_SYMPTOMS = 10  # symptoms in one address
MAX_TEXT_LENGTH = 100  # characters of what is typed
MAX_KEY_LENGTH = 20  # characters of a body system or letter
MAX_NUMBER_LENGTH = 5  # digits of a page number
SLUG_PATTERN = re.compile(r"[-a-zA-Z0-9_]{1,200}", re.ASCII)
UNPRINTABLE_PATTERN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]+")


@dataclass(frozen=True)
class FinderQuery:
    """``slugs`` are the chosen symptoms, each once.

    ``malformed`` counts slugs that cannot be one, ``left_out`` those beyond MAX_SYMPTOMS.
    """

    slugs: tuple[str, ...] = ()
    malformed: int = 0
    left_out: int = 0
    typed: str = ""
    system: str = ""
    letter: str = ""
    page: int = 1
    causes: int = 1

    def get_url(self, **changes) -> str:
        """The finder's address, with these changes; parameters with their default are left out."""
        query = replace(self, **changes)
        pairs: list[tuple[str, str | int]] = [("s", slug) for slug in query.slugs]
        if query.typed:
            pairs.append(("q", query.typed))
        if query.system:
            pairs.append(("system", query.system))
        if query.letter:
            pairs.append(("letter", query.letter))
        if query.page != 1:
            pairs.append(("page", query.page))
        if query.causes != 1:
            pairs.append(("causes", query.causes))
        address = get_path("finder:find")
        if not pairs:
            return address
        return f"{address}?{urlencode(pairs)}"

    def with_symptoms(self, slugs) -> "FinderQuery":
        """With these symptoms, and the list of causes from its start."""
        return replace(self, slugs=tuple(slugs), malformed=0, left_out=0, typed="", causes=1)


def parse_query(query: QueryDict) -> FinderQuery:
    given = list(dict.fromkeys(filter(None, query.getlist("s"))))
    slugs = [slug for slug in given if SLUG_PATTERN.fullmatch(slug)]
    return FinderQuery(
        slugs=tuple(slugs[:MAX_SYMPTOMS]),
        malformed=len(given) - len(slugs),
        left_out=len(slugs[MAX_SYMPTOMS:]),
        typed=_parse_text(query, "q"),
        system=_parse_key(query, "system"),
        letter=_parse_key(query, "letter"),
        page=_parse_number(query, "page"),
        causes=_parse_number(query, "causes"),
    )


def _parse_text(query: QueryDict, name: str) -> str:
    value = query.get(name, "")[: 2 * MAX_TEXT_LENGTH]
    words = UNPRINTABLE_PATTERN.sub(" ", value).split()
    return " ".join(words)[:MAX_TEXT_LENGTH]


def _parse_key(query: QueryDict, name: str) -> str:
    """The key of a body system or letter; empty if it can be neither."""
    value = query.get(name, "")
    if len(value) > MAX_KEY_LENGTH or not SLUG_PATTERN.fullmatch(value):
        return ""
    return value


def _parse_number(query: QueryDict, name: str) -> int:
    """The number of a page, from 1; 1 if the value is no such number."""
    value = query.get(name, "")
    if not value.isascii() or not value.isdigit() or len(value) > MAX_NUMBER_LENGTH:
        return 1
    return max(int(value), 1)
