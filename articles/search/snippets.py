"""The line of a signed text that has most of the words of a query, with these words marked."""

from collections.abc import Iterator
from functools import lru_cache

from articles.content.document import CARE_CARD_TEXTS, Document
from articles.names import fold
from articles.richtext.plaintext import extract_text
from articles.search.spelling import normalize_spelling
from articles.search.words import WORD, stem

MAX_LENGTH = 220  # characters
CONTEXT_LENGTH = 60  # characters that stay before the first word that was found

TextPart = tuple[str, bool]  # a text, and whether it is a word of the query


def build_snippet(
    document: Document, stems: frozenset[str], typed: frozenset[str]
) -> list[TextPart]:
    """The summary, or the line of the text that has more of the words typed, in parts.

    ``stems`` are those of synonyms too, and are marked.
    """
    wanted = typed - _find_stems(document.title, typed)
    lines = [document.summary] if document.summary else []
    if wanted - _find_stems(document.summary, stems):
        lines += _iter_text_lines(document)
    best = max(lines, key=lambda line: len(_find_stems(line, wanted)), default="")
    return mark_words(_shorten(best, wanted), stems)


def _iter_text_lines(document: Document) -> Iterator[str]:
    """The lines of the text without those of its care cards."""
    for label, html in document.get_rich_texts().items():
        if label not in CARE_CARD_TEXTS:
            yield from extract_text(html).splitlines()


def mark_words(text: str, stems: frozenset[str]) -> list[TextPart]:
    """A text in parts, of which those that have one of these stems are marked."""
    parts = []
    end = 0
    for found in WORD.finditer(text):
        if _stem(found[0]) not in stems:
            continue
        if found.start() > end:
            parts.append((text[end : found.start()], False))
        parts.append((found[0], True))
        end = found.end()
    if end < len(text):
        parts.append((text[end:], False))
    return parts


def _find_stems(text: str, stems: frozenset[str]) -> frozenset[str]:
    return frozenset(_stem(found[0]) for found in WORD.finditer(text)) & stems


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
