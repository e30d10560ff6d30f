"""What somebody asks of the finder, as its address carries it: any address is read, and none is an error."""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

MOST = 10  # symptoms in one address
LONGEST = 100  # characters of what is typed
SLUG = re.compile(r"[-a-zA-Z0-9_]{1,200}", re.ASCII)
UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]+")


@dataclass(frozen=True)
class Asked:
    """``slugs`` are chosen symptoms, each once; ``malformed`` and ``left_out`` count what could not be taken."""

    slugs: tuple[str, ...] = ()
    malformed: int = 0
    left_out: int = 0
    typed: str = ""
    system: str = ""
    letter: str = ""
    page: int = 1
    causes: int = 1

    def address(self, **changed) -> str:
        """The finder's address with some of this changed; what says nothing is left out of it."""
        asked = replace(self, **changed)
        pairs = [("s", slug) for slug in asked.slugs]
        for name, value, silent in (
            ("q", asked.typed, ""),
            ("system", asked.system, ""),
            ("letter", asked.letter, ""),
            ("page", asked.page, 1),
            ("causes", asked.causes, 1),
        ):
            pairs += [(name, value)] if value != silent else []
        return reverse("finder:find") + (f"?{urlencode(pairs)}" if pairs else "")

    def having(self, slugs) -> "Asked":
        """With these symptoms, and the list of causes from its start."""
        return replace(self, slugs=tuple(slugs), malformed=0, left_out=0, typed="", causes=1)


def read(query: QueryDict) -> Asked:
    given = list(dict.fromkeys(slug for slug in query.getlist("s") if slug))
    slugs = [slug for slug in given if SLUG.fullmatch(slug)]
    return Asked(
        slugs=tuple(slugs[:MOST]),
        malformed=len(given) - len(slugs),
        left_out=len(slugs[MOST:]),
        typed=" ".join(UNPRINTABLE.sub(" ", query.get("q", "")[: 2 * LONGEST]).split())[:LONGEST],
        system=_word(query, "system"),
        letter=_word(query, "letter"),
        page=_number(query, "page"),
        causes=_number(query, "causes"),
    )


def _word(query: QueryDict, name: str) -> str:
    value = query.get(name, "")
    return value if len(value) <= 20 and SLUG.fullmatch(value) else ""


def _number(query: QueryDict, name: str) -> int:
    """A number of a list, from 1 on; 1 for what is none."""
    value = query.get(name, "")
    return max(int(value), 1) if value.isascii() and value.isdigit() and len(value) <= 5 else 1
