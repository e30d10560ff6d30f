"""Which signed pages a piece of news touches: looked for in the text that visitors read, in what was signed."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from articles import kinds
from articles.diff import Block
from articles.fields import fold
from articles.imprint import ReviewLine
from articles.models import Article

BATCH = 200
AROUND = 60  # letters shown on either side of what was found
MOST_WORDS = 12
REVIEWER = "reviewer"
# Part → how it is called, and how the keys of its blocks begin.
PARTS = {
    "words": ("Words anywhere in the page", ""),
    "cause": ("A cause", "cause"),
    "code": ("A code", "codes"),
    "reference": ("A reference or its address", "references"),
    REVIEWER: ("Who reviewed it last", ""),
}
TAG = re.compile(r"<[^>]*>")
NOT_ASCII = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True)
class Place:
    """Where in a page something was found, with a few words around it."""

    label: str
    before: str
    match: str
    after: str


@dataclass(frozen=True)
class Found:
    """A signed page that holds what was looked for."""

    key: int
    kind: str
    title: str
    place: Place


def search(part: str, words: str) -> Iterator[Found]:
    """The public pages in whose signed text all the words are found, whatever the case and accents, by title.

    The stored text is scanned first, as it is, and only where that may hold them it is read: the answer does not
    depend on the engine's idea of upper and lower case.
    """
    wanted = wanted_words(words)
    if not wanted:
        return
    rows = Article.objects.public().order_by("live__sort_key", "pk")
    fields = ("pk", "kind", "live__title", "live__review_line", "live__revision__document")
    for key, kind, title, line, text in rows.values_list(*fields).iterator(BATCH):
        if part == REVIEWER:
            place = _named(line, wanted)
        else:
            place = _place(kind, text, part, wanted) if _may_hold(text, wanted) else None
        if place:
            yield Found(key, kind, title, place)


def wanted_words(words: str) -> list[str]:
    return fold(words.replace("\0", " ")).split()[:MOST_WORDS]


def _may_hold(text: str, wanted: list[str]) -> bool:
    """Whether a stored text could hold the words: with its markup, or without it where that divides a word."""
    plain = [word for word in wanted if word.isalnum()]  # what JSON and HTML write otherwise is left to the reading
    raw = folded(text)
    missing = [word for word in plain if word not in raw]
    if not missing:
        return True
    bare = TAG.sub("", raw)
    return all(word in bare for word in missing)


def folded(text: str) -> str:
    """``fold``, for long texts: only letters beyond ASCII are looked at one by one, and the ends stay."""
    bare = unicodedata.normalize("NFKD", text).casefold()
    return NOT_ASCII.sub(lambda letter: "" if unicodedata.combining(letter[0]) else letter[0], bare)


def _place(kind: str, text: str, part: str, wanted: list[str]) -> Place | None:
    """The first block with all the words; else the first with any, where the blocks together have them all."""
    begins = PARTS[part][1]
    blocks = [block for block in kinds.get(kind).blocks(kinds.read(text)) if block.key.startswith(begins)]
    texts = [(block, folded(_plain(block))) for block in blocks]
    for block, held in texts:
        if all(word in held for word in wanted):
            return _shown(block.label, _plain(block), wanted[0])
    if part != "words" or not all(any(word in held for _, held in texts) for word in wanted):
        return None  # a cause, a code or a reference is one thing, and has them all
    block = next(block for block, held in texts if wanted[0] in held)
    return _shown(block.label, _plain(block), wanted[0])


def _plain(block: Block) -> str:
    return block.text.replace("**", "")


def _named(line: str, wanted: list[str]) -> Place | None:
    read = ReviewLine.model_validate_json(line)
    name = str(read.reviewer)
    if not all(word in folded(name) for word in wanted):
        return None
    return _shown("Reviewed in an earlier system by" if read.earlier else "Reviewed last by", name, wanted[0])


def _shown(label: str, text: str, word: str) -> Place:
    """The words around a match, cut from the text as it was written."""
    starts, found = [], ""
    for place, letter in enumerate(text):
        more = folded(letter)
        starts += [place] * len(more)
        found += more
    at = found.find(word)
    if at < 0:  # an accent of its own letter: shown from the start
        return Place(label, "", "", text[: 2 * AROUND])
    begin, end = starts[at], starts[at + len(word) - 1] + 1
    before, after = text[max(0, begin - AROUND) : begin], text[end : end + AROUND]
    return Place(
        label,
        ("…" if begin > AROUND else "") + before,
        text[begin:end],
        after + ("…" if end + AROUND < len(text) else ""),
    )
