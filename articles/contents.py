"""The contents of a text: its headings, given anchors as it is printed. The signed bytes stay as they are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from django.utils.html import strip_tags
from django.utils.text import slugify

HEADING = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
TAKEN = ("main", "references")  # anchors that the frame uses itself


@dataclass(frozen=True)
class Anchored:
    """A text with anchors, and the (anchor, name) of each."""

    html: str
    contents: list[tuple[str, str]]


def anchored(html: str) -> Anchored:
    """The same text with an anchor on each heading of the second level: the words of the heading."""
    names = [unescape(strip_tags(heading)).strip() for heading in HEADING.findall(html)]
    contents = list(zip(_anchors(names), names, strict=True))
    following = iter(contents)
    return Anchored(HEADING.sub(lambda found: f'<h2 id="{next(following)[0]}">{found[1]}</h2>', html), contents)


def _anchors(names: list[str]) -> Iterator[str]:
    given = set(TAKEN)
    for place, name in enumerate(names, 1):
        anchor = slugify(name, allow_unicode=True) or f"part-{place}"
        if anchor in given:
            anchor = f"{anchor}-{place}"
        given.add(anchor)
        yield anchor
