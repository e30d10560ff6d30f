"""Which public pages news affects: a search in the signed text that visitors read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from articles.content import kinds
from articles.content.blocks import Block
from articles.content.review_line import ReviewLine
from articles.models import Article, SearchEntry
from articles.names import fold
from reviews import signed_words
from reviews.models import ListedPage

BATCH_SIZE = 50  # texts in memory at a time
MAX_KEYS = 1000  # of pages in one query
FIELDS = ("pk", "kind", "live__title", "live__review_line", "live__revision__document")
EXCERPT_MARGIN = 60  # letters shown on either side of what was found
MAX_WORDS = 12
REVIEWER = "reviewer"
CODE = "code"  # compared without its dots: R070 finds R07.0
# Part → how it is called, and how the keys of its blocks begin.
PARTS = {
    "words": ("Words anywhere in the page", ""),
    "cause": ("A cause", "cause"),
    CODE: ("A code", "codes"),
    "reference": ("A reference or its link", "references"),
    REVIEWER: ("Last reviewed by", ""),
}
TAG_PATTERN = re.compile(r"<[^>]*>")
WORD_PATTERN = re.compile(r"\S+")


@dataclass(frozen=True)
class MatchExcerpt:
    """Where in a page something was found, with a few words around it."""

    label: str
    before: str
    match: str
    after: str


@dataclass(frozen=True)
class RecallMatch:
    """A signed page in which the words were found."""

    key: int
    title: str
    excerpt: MatchExcerpt


class RecallSearch:
    """A search of the signed texts of all public pages, which gives those that were found by title.

    Case and accents do not matter. The index of words says which pages can have them all
    (``reviews.signed_words``), and the text of each is read: so the answer is that of
    reading every text. ``reads_all`` says that the index could not narrow them. The stored text is
    scanned first, and parsed only where it may contain the words: the answer does not depend on
    what an engine takes for upper and lower case.
    """

    def __init__(self, part: str, words: str):
        self.part = part
        wanted = [_fold_part(part, word) for word in split_words(words)]
        self.wanted = [word for word in wanted if word]
        is_whole = all(" " not in word for word in self.wanted)
        self.candidates = signed_words.find_candidates(self.wanted) if is_whole else None
        self.reads_all = bool(self.wanted) and self.candidates is None

    def __iter__(self) -> Iterator[RecallMatch]:
        keys = iter(_sort_by_title(self.candidates) if self.wanted else ())
        while batch := list(islice(keys, BATCH_SIZE)):
            yield from self._read(batch)

    def _read(self, keys: list[int]) -> Iterator[RecallMatch]:
        """Those of some pages that are public and in which the words are found, in their order."""
        pages = Article.objects.public().filter(pk__in=keys).order_by()
        rows = {row[0]: row for row in pages.values_list(*FIELDS)}
        for key in keys:
            if key in rows:
                _, kind, title, line, text = rows[key]
                excerpt = self._find_excerpt(kind, line, text)
                if excerpt:
                    yield RecallMatch(key, title, excerpt)

    def _find_excerpt(self, kind: str, line: str, text: str) -> MatchExcerpt | None:
        if self.part == REVIEWER:
            return _match_reviewer(line, self.wanted)
        if _may_contain(self.part, text, self.wanted):
            return _find_excerpt(kind, text, self.part, self.wanted)
        return None


def _sort_by_title(candidates: set[int] | None) -> Iterator[int]:
    """The keys of pages, of all public ones if none are given, in the order of their titles."""
    if candidates is None:
        public = ListedPage.objects.filter(state__in=ListedPage.PUBLIC_STATES)
        candidates = set(public.order_by().values_list("pk", flat=True))
    entries = SearchEntry.objects.filter(article__isnull=False)
    if len(candidates) <= MAX_KEYS:
        entries = entries.filter(article__in=candidates)
    remaining = set(candidates)
    for key in entries.order_by("sort_key", "article").values_list("article", flat=True):
        if key in remaining:
            remaining.discard(key)
            yield key
    yield from sorted(remaining)


def find_pages(part: str, words: str) -> Iterator[RecallMatch]:
    """The public pages in whose signed text all the words are found, by title."""
    return iter(RecallSearch(part, words))


def split_words(words: str) -> list[str]:
    """The folded words of a query, at most ``MAX_WORDS``."""
    found = fold(words.replace("\0", " ")).split()
    return [word for word in found if word.strip("'")][:MAX_WORDS]


def _may_contain(part: str, text: str, wanted: list[str]) -> bool:
    """Whether a stored text could contain the words, with or without its markup."""
    # What JSON and HTML write in another way is left to the parsing.
    plain = [word for word in wanted if word.isalnum()]
    raw = _fold_part(part, text)
    missing = [word for word in plain if word not in raw]
    if not missing:
        return True
    bare = TAG_PATTERN.sub("", raw)
    return all(word in bare for word in missing)


def _fold_part(part: str, text: str) -> str:
    folded = fold(text)
    return folded.replace(".", "") if part == CODE else folded


def _find_excerpt(kind: str, text: str, part: str, wanted: list[str]) -> MatchExcerpt | None:
    """The first block with all the words.

    Where only the blocks of a page together have them all: the first with the first word.
    """
    _, key_prefix = PARTS[part]
    blocks = []
    for block in kinds.get(kind).blocks(kinds.parse_document(text)):
        if block.key.startswith(key_prefix):
            blocks.append((block, _fold_part(part, _get_plain_text(block))))
    for block, folded in blocks:
        if all(word in folded for word in wanted):
            return _cut_excerpt(block.label, _get_plain_text(block), wanted[0], part)
    if part != "words":
        return None  # a cause, a code or a reference is one thing, and has all the words
    with_word = [_find_blocks_with(word, blocks) for word in wanted]
    if not all(with_word):
        return None
    block = with_word[0][0]
    return _cut_excerpt(block.label, _get_plain_text(block), wanted[0])


def _find_blocks_with(word: str, blocks: list[tuple[Block, str]]) -> list[Block]:
    return [block for block, folded in blocks if word in folded]


def _get_plain_text(block: Block) -> str:
    return block.text.replace("**", "")


def _match_reviewer(line: str, wanted: list[str]) -> MatchExcerpt | None:
    review_line = ReviewLine.model_validate_json(line)
    name = str(review_line.reviewer)
    folded_name = fold(name)
    if not all(word in folded_name for word in wanted):
        return None
    label = "Imported review by" if review_line.earlier else "Last reviewed by"
    return _cut_excerpt(label, name, wanted[0])


def _cut_excerpt(label: str, text: str, word: str, part: str = "") -> MatchExcerpt:
    """The words around a match, cut from the text as it was written."""
    span = _find_span(text, word, part)
    if span is None:  # an accent of its own letter: shown from the start
        return MatchExcerpt(label, "", "", text[: 2 * EXCERPT_MARGIN])
    begin, end = span
    before = text[max(0, begin - EXCERPT_MARGIN) : begin]
    after = text[end : end + EXCERPT_MARGIN]
    if begin > EXCERPT_MARGIN:
        before = f"…{before}"
    if end + EXCERPT_MARGIN < len(text):
        after = f"{after}…"
    return MatchExcerpt(label, before, text[begin:end], after)


def _find_span(text: str, word: str, part: str = "") -> tuple[int, int] | None:
    """Where a folded word stands in a text that is not folded: its start, and the end after it."""
    folded = ""
    origins = []  # of each folded letter, where the letter that it comes from stands
    for place, letter in enumerate(text):
        folded_letter = " " if letter.isspace() else _fold_part(part, letter)
        folded += folded_letter
        origins += [place] * len(folded_letter)
    start = folded.find(word)
    if start < 0:
        return _find_word_span(text, word)
    return origins[start], origins[start + len(word) - 1] + 1


def _find_word_span(text: str, word: str) -> tuple[int, int] | None:
    """The word of a text whose fold has this one: 10⁹ has "10^9", letter by letter it has not."""
    for found in WORD_PATTERN.finditer(text):
        if word in fold(found[0]):
            return found.span()
    return None
