"""Links to the site's own numbers, wherever a text asks people to call or text them.

It works on finished HTML and changes nothing else: the signed text stays as it is. Where the words
ask for a text message, the link begins one: a call may be what somebody cannot or must not do.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from articles.care.phone_numbers import DIGIT_WORDS, find_numbers_to_call
from articles.care.site_numbers import get_dialled_numbers
from articles.richtext.vocabulary import RAISED_TAGS

BLOCK_TAG = re.compile(
    r"(</?(?:p|h[1-6]|li|ul|ol|dl|dt|dd|table|thead|tbody|tfoot|tr|td|th|caption|div|section"
    r"|article|aside|nav|header|footer|main|blockquote|figure|figcaption|details|summary|form"
    r"|fieldset|legend|label|button|select|option|textarea|script|style|title|svg)\b[^>]*>)",
    re.IGNORECASE,
)
TAG_NAME = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
UNTOUCHED_TAGS = {
    "script",
    "style",
    "title",
    "textarea",
    "button",
    "select",
    "option",
    "label",
    "summary",
    "svg",
}
UNTOUCHED_TAG = re.compile(rf"<(/?)({'|'.join(sorted(UNTOUCHED_TAGS))})\b[^>]*>", re.IGNORECASE)
TOKEN = re.compile(
    r"""<[^<>"]*(?:"[^"]*"[^<>"]*)*>|&(?:#\d+|#x[\da-f]+|\w+);|[^<&]+|[<&]""", re.IGNORECASE
)

RAISED_EDGE = "^"  # before and after what is raised or lowered: it is no part of a number
SPACE = re.compile(r"\s")
NOT_LINKABLE = (0, 0)  # the place of a character that cannot be in a link


def link_phone_numbers(html: str) -> str:
    """The same HTML, where the site's numbers that it asks people to call are links to them.

    The content of links, form fields and scripts stays as it is.
    """
    dialled = get_dialled_numbers()
    blocks = _find_hinted_blocks(html, tuple(dialled))
    if not blocks:
        return html
    numbers = tuple(dialled.items())
    untouched = list(_find_untouched(html))
    parts = []
    written = 0
    for start, end in blocks:
        if any(first <= start < last for first, last in untouched):
            continue
        parts += [html[written:start], _link_block(html[start:end], numbers)]
        written = end
    parts.append(html[written:])
    return "".join(parts)


@dataclass(frozen=True)
class _Hint:
    """A cheap pattern for HTML that may contain a number. Most HTML does not.

    ``words``: all of them are there, in lower case, where the pattern can be found.
    """

    pattern: re.Pattern[str]
    words: tuple[str, ...] = ()


@lru_cache
def _compile_hints(numbers: tuple[str, ...]) -> list[_Hint]:
    if not numbers:
        return []
    between_digits = r"(?:<[^>]*>|&[#\w]+;|[-‐‑.·\s\u00a0])*"
    between_words = r"[\s\S]{1,40}?"
    # Without letters, so that it is found by its first figures alone.
    hints = [_Hint(re.compile("|".join(between_digits.join(number) for number in numbers)))]
    for number in numbers:
        if len(number) <= 3:
            words = tuple(DIGIT_WORDS[digit] for digit in number)
            hints.append(_Hint(re.compile(between_words.join(words), re.IGNORECASE), words))
    return hints


def _find_hinted_blocks(html: str, numbers: tuple[str, ...]) -> list[tuple[int, int]]:
    """The places of the blocks that may contain one of these numbers, in their order."""
    blocks: set[tuple[int, int]] = set()
    lower = html.lower()
    for hint in _compile_hints(numbers):
        if not all(word in lower for word in hint.words):
            continue
        for found in hint.pattern.finditer(html):
            blocks.update(_find_blocks(html, *found.span()))
    return sorted(blocks)


def _find_blocks(html: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The places of the blocks of text that reach into a passage: what is between two tags."""
    before = _find_tag_before(html, start)
    begin = before.end() if before else 0
    while begin < end:
        after = BLOCK_TAG.search(html, begin)
        yield begin, after.start() if after else len(html)
        begin = after.end() if after else end


def _find_tag_before(html: str, place: int) -> re.Match[str] | None:
    """The last tag of a block that begins before a place; None where there is none."""
    while (place := html.rfind("<", 0, place)) >= 0:
        if found := BLOCK_TAG.match(html, place):
            return found
    return None


def _find_untouched(html: str) -> Iterator[tuple[int, int]]:
    """The places of the elements whose content stays as it is."""
    name, start = "", 0
    for tag in UNTOUCHED_TAG.finditer(html):
        closes, found = tag[1], tag[2].lower()
        if not name and not closes:
            name, start = found, tag.start()
        elif closes and found == name:
            yield start, tag.end()
            name = ""
    if name:
        yield start, len(html)


@lru_cache(maxsize=2_000)
def _link_block(html: str, urls: tuple[tuple[str, str], ...]) -> str:
    """One block of HTML with its numbers linked. A number with a tag in it has several links.

    The same sentence of a card, a summary or the foot stands on many pages.
    """
    numbers = dict(urls)
    text, places = _extract_text(html)
    parts = []
    written = 0
    for call in find_numbers_to_call(text, numbers):
        if call.cannot_call:
            continue
        url = numbers[call.number]
        if call.by_text:
            url = url.replace("tel:", "sms:", 1)
        for start, end in _merge_places(places[call.start : call.end]):
            link = f'<a class="dial" href="{url}">{html[start:end]}</a>'
            parts += [html[written:start], link]
            written = end
    parts.append(html[written:])
    return "".join(parts)


def _extract_text(html: str) -> tuple[str, list[tuple[int, int]]]:
    """The words of a block, and for each character its place in the HTML, if it can be linked."""
    text = ""
    places: list[tuple[int, int]] = []
    open_links = 0
    for token in TOKEN.finditer(html):
        tag = TAG_NAME.match(token[0])
        name = tag[2].lower() if tag else ""
        if tag and name == "a":
            open_links += -1 if tag[1] else 1
        if name == "br" or name in RAISED_TAGS:
            characters = " " if name == "br" else RAISED_EDGE
            character_places = [NOT_LINKABLE]
        elif tag:
            continue
        else:
            characters = unescape(token[0])
            character_places = _find_character_places(token, characters)
        text += SPACE.sub(" ", characters)
        if open_links > 0:
            character_places = [NOT_LINKABLE] * len(characters)
        places += character_places
    return text, places


def _find_character_places(token: re.Match, characters: str) -> list[tuple[int, int]]:
    """The place of each character: all those of an entity are where it is."""
    if token[0].startswith("&"):
        return [token.span()] * len(characters)
    return [(place, place + 1) for place in range(token.start(), token.end())]


def _merge_places(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Passages of HTML without a tag in them, of characters that can be linked."""
    pieces: list[tuple[int, int]] = []
    for start, end in places:
        if pieces and start <= pieces[-1][1] <= end:
            pieces[-1] = (pieces[-1][0], end)
        elif end:
            pieces.append((start, end))
    return pieces
