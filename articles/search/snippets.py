"""The line of a signed text that has most of the words of a query, with these words marked."""

from collections.abc import Iterator
from functools import cache, lru_cache
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from articles.content import kinds
from articles.content.document import CARE_CARD_TEXTS, Document, DocumentHead
from articles.names import fold
from articles.richtext.plaintext import extract_text
from articles.search.query_parser import SearchQuery
from articles.search.spelling import normalize_spelling
from articles.search.words import QUESTION_WORDS, WORD, stem

MAX_LENGTH = 220  # characters
CONTEXT_LENGTH = 60  # characters that stay before the first word that was found
MAX_KEPT_TEXTS = 500  # rich texts whose lines are kept
MAX_KEPT_LENGTH = 10_000  # characters of one of them


class SnippetLine(NamedTuple):
    """A line of a text, and the stems of its words."""

    text: str
    stems: frozenset[str]


class SnippetText(NamedTuple):
    """The lines of a rich text, and the stems of all of them."""

    lines: tuple[SnippetLine, ...]
    stems: frozenset[str]


def build_snippet(
    document: str, head: DocumentHead, query: SearchQuery, text_words: str
) -> SafeString:
    """The summary, or the line of the text that has more of the words typed, as HTML.

    The stems of synonyms are marked too. ``text_words`` are the stems of the text as the search
    stores them: where they have nothing that the summary lacks, no line has more, and the stored
    ``document`` is not read beyond its ``head``.
    """
    stems, typed = query.stems, query.typed_stems
    wanted = typed - _find_stems(head.title, typed)
    lines = [_read_summary(head.summary)] if head.summary else []
    missing = wanted.difference(*(line.stems for line in lines))
    if missing and (not lines or _may_have(text_words, missing)):
        text = kinds.parse_shared(document)
        lines += _iter_text_lines(text, missing if lines else frozenset())
    return mark_words(_shorten(_choose_line(lines, wanted), wanted), stems)


def _may_have(text_words: str, stems: frozenset[str]) -> bool:
    """Whether any of these stems may be in a text. Words of asking are not stored."""
    if not stems.isdisjoint(_get_question_stems()):
        return True
    stored = f" {text_words} "
    return any(f" {stem} " in stored for stem in stems)


@cache
def _get_question_stems() -> frozenset[str]:
    return frozenset(map(stem, QUESTION_WORDS))


def _choose_line(lines: list[SnippetLine], wanted: frozenset[str]) -> str:
    """The first of the lines that have most of these stems."""
    best, most = "", -1
    for line in lines:
        count = len(wanted & line.stems)
        if count > most:
            best, most = line.text, count
    return best


def _iter_text_lines(document: Document, wanted: frozenset[str]) -> Iterator[SnippetLine]:
    """The lines of the text without those of its care cards, and of rich texts without any of
    these stems. All others where none is wanted.
    """
    for label, html in document.get_rich_texts().items():
        if label not in CARE_CARD_TEXTS:
            text = _read_lines(html) if len(html) <= MAX_KEPT_LENGTH else _split_lines(html)
            if not wanted or not wanted.isdisjoint(text.stems):
                yield from text.lines


def _split_lines(html: str) -> SnippetText:
    lines = tuple(map(_read_line, extract_text(html).splitlines()))
    return SnippetText(lines, frozenset().union(*(line.stems for line in lines)))


# The pages that are found most are found again and again.
_read_lines = lru_cache(maxsize=MAX_KEPT_TEXTS)(_split_lines)


def _read_line(text: str) -> SnippetLine:
    return SnippetLine(text, frozenset(map(_stem, WORD.findall(text))))


_read_summary = lru_cache(maxsize=MAX_KEPT_TEXTS)(_read_line)


def mark_words(text: str, stems: frozenset[str]) -> SafeString:
    """A text as HTML, in which the words that have one of these stems are marked."""
    parts = []
    end = 0
    for found in WORD.finditer(text):
        if _stem(found[0]) in stems:
            parts += [escape(text[end : found.start()]), "<mark>", escape(found[0]), "</mark>"]
            end = found.end()
    parts.append(escape(text[end:]))
    return mark_safe("".join(parts))  # noqa: S308 - each text is escaped


def _find_stems(text: str, stems: frozenset[str]) -> frozenset[str]:
    return stems.intersection(map(_stem, WORD.findall(text)))


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    """The stem of a word of a signed text."""
    bare = fold(word).replace("’", "'").removesuffix("'s").replace("'", "")
    return stem(normalize_spelling(bare))


def _shorten(line: str, stems: frozenset[str]) -> str:
    """A long line from shortly before the first word that was found, cut between words."""
    if len(line) <= MAX_LENGTH:
        return line
    first = _find_first(line, stems)
    start = 0
    if first > CONTEXT_LENGTH:
        start = line.find(" ", first - CONTEXT_LENGTH) + 1
    end = len(line)
    if start + MAX_LENGTH < end:
        end = line.rfind(" ", start, start + MAX_LENGTH)
    before = "… " if start else ""
    after = " …" if end < len(line) else ""
    return f"{before}{line[start:end].strip()}{after}"


def _find_first(line: str, stems: frozenset[str]) -> int:
    """Where the first word with one of these stems begins; 0 if there is none."""
    for found in WORD.finditer(line):
        if _stem(found[0]) in stems:
            return found.start()
    return 0
