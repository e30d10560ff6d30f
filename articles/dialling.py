"""The site's own numbers as links that a telephone can dial, wherever words tell somebody to call them.

It works on finished markup and changes nothing but that: what was signed stays as it is.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape

from django.conf import settings

from articles.emergency_number import WORDS, digits_of, told_to_call

BLOCK = re.compile(
    r"(</?(?:p|h[1-6]|li|ul|ol|dl|dt|dd|table|thead|tbody|tfoot|tr|td|th|caption|div|section|article|aside|nav|header"
    r"|footer|main|blockquote|figure|figcaption|details|summary|form|fieldset|legend|label|button|select|option"
    r"|textarea|script|style|title|svg)\b[^>]*>)",
    re.IGNORECASE,
)
TAG_NAME = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
UNTOUCHED = {"script", "style", "title", "textarea", "button", "select", "option", "label", "summary", "svg"}
TOKEN = re.compile(r"""<[^<>"]*(?:"[^"]*"[^<>"]*)*>|&(?:#\d+|#x[\da-f]+|\w+);|[^<&]+|[<&]""", re.IGNORECASE)

SPACE = re.compile(r"\s")
NOWHERE = (0, 0)  # in markup: of what no link can be made


def linked(html: str) -> str:
    """The same markup, with the numbers of this site that it tells somebody to call made links that dial them.

    What stands in a link, a form field or a script stays as it is.
    """
    numbers = _of_this_site(settings.EMERGENCY_NUMBER, settings.CRISIS_LINE)
    if not numbers or not _hint(tuple(numbers)).search(html):
        return html
    return "".join(_blocks(html, numbers))


@lru_cache
def _of_this_site(*numbers: str) -> dict[str, str]:
    """Digits → what a telephone dials, of each number that the site has."""
    return {digits: re.sub(r"[^\d+]", "", number) for number in numbers if (digits := digits_of(number))}


@lru_cache
def _hint(numbers: tuple[str, ...]) -> re.Pattern:
    """Found in whatever markup may say one of these numbers: most markup does not, and is left at that."""
    between = r"(?:<[^>]*>|&[#\w]+;|[-‐‑.·\s\u00a0])*"
    words = r"[\s\S]{1,40}?"
    ways = [between.join(number) for number in numbers]
    ways += [words.join(WORDS[digit] for digit in number) for number in numbers if len(number) <= 3]
    return re.compile("|".join(ways), re.IGNORECASE)


def _blocks(html: str, numbers: dict[str, str]) -> Iterator[str]:
    hint, untouched = _hint(tuple(numbers)), ""
    for place, part in enumerate(BLOCK.split(html)):
        if place % 2:
            untouched = _still_untouched(untouched, part)
        elif not untouched and hint.search(part):
            part = _link_in(part, numbers)
        yield part


def _still_untouched(untouched: str, tag: str) -> str:
    """The name of the element that keeps its words as they are, after one more tag."""
    closes, name = TAG_NAME.match(tag).groups()
    name = name.lower()
    if untouched:
        return "" if closes and name == untouched else untouched
    return name if not closes and name in UNTOUCHED else ""


def _link_in(html: str, numbers: dict[str, str]) -> str:
    """One block of markup with its numbers linked: each piece of one that no tag divides."""
    text, places = _read(html)
    out, written = [], 0
    for told in told_to_call(text, numbers):
        for start, end in _pieces(places[told.start : told.end]):
            link = f'<a class="dial" href="tel:{numbers[told.number]}">{html[start:end]}</a>'
            out += [html[written:start], link]
            written = end
    return "".join([*out, html[written:]])


def _read(html: str) -> tuple[str, list[tuple[int, int]]]:
    """The words of a block, and where in its markup each character stands, if it can be linked."""
    text, places, links = "", [], 0
    for token in TOKEN.finditer(html):
        tag = TAG_NAME.match(token[0])
        if tag:
            name = tag[2].lower()
            links += 0 if name != "a" else -1 if tag[1] else 1
            said, there = (" ", [NOWHERE]) if name == "br" else ("", [])
        elif token[0].startswith("&"):
            said = unescape(token[0])
            there = [token.span()] * len(said)
        else:
            said, there = token[0], [(place, place + 1) for place in range(*token.span())]
        text += SPACE.sub(" ", said)
        places += there if links <= 0 else [NOWHERE] * len(said)
    return text, places


def _pieces(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches of markup without a tag in them, of characters that can be linked."""
    pieces: list[tuple[int, int]] = []
    for start, end in places:
        if pieces and start <= pieces[-1][1] <= end:
            pieces[-1] = (pieces[-1][0], end)
        elif end:
            pieces.append((start, end))
    return pieces
