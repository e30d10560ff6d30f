"""Anchors for the headings of a text, added when it is shown. The signed bytes stay as they are."""

import re
from dataclasses import dataclass

from django.utils.text import slugify

from articles.richtext.plaintext import extract_text

HEADING = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
RESERVED_ANCHORS = ("main", "references")  # ids that the page's template uses


@dataclass(frozen=True)
class AnchoredText:
    """A text with anchors, and (anchor, heading) of each."""

    html: str
    contents: list[tuple[str, str]]


def add_anchors(html: str) -> AnchoredText:
    """The same text with an anchor, made from its words, on each heading of the second level."""
    contents: list[tuple[str, str]] = []
    parts: list[str] = []
    used = set(RESERVED_ANCHORS)
    end = 0
    for number, heading in enumerate(HEADING.finditer(html), start=1):
        name = " ".join(extract_text(heading[1]).split())
        anchor = slugify(name, allow_unicode=True) or f"part-{number}"
        if anchor in used:
            anchor = f"{anchor}-{number}"
        used.add(anchor)
        contents.append((anchor, name))
        parts += [html[end : heading.start()], f'<h2 id="{anchor}">{heading[1]}</h2>']
        end = heading.end()
    parts.append(html[end:])
    return AnchoredText("".join(parts), contents)
