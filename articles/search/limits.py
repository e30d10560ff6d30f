"""How many different words a page may have, so that both engines can store them for the search.

PostgreSQL keeps the words of a page in a ``tsvector`` of 1 MB. SQLite has no such limit, and keeps
to the same one: a page is refused while somebody writes it, and not when it is signed.
"""

from collections.abc import Iterable, Mapping
from itertools import chain

from articles.content.document import Document
from articles.richtext.plaintext import extract_text
from articles.search.words import stem_text

MAX_VECTOR_BYTES = 1_048_575  # of all words of a tsvector with their places
POSITION_BYTES = 2
# Beside each word: how many places it has, and a byte to begin the next at an even place.
WORD_BYTES = 3
# A text of so few characters cannot exceed the limit, whatever the characters are.
SAFE_LENGTH = 20_000
RESERVED_BYTES = 16_000  # for names that stand in a page and not yet in its record
TOO_MANY_WORDS = (
    "The page has too many different words for the search: {:,} bytes of {:,}. "
    "Most of them are in “{}”. Shorten it, or divide the page."
)


def find_excess(document: Document) -> str:
    """Why a page has too many different words to be published; empty if it has not."""
    texts: dict[str, list[str]] = {}
    for label, lines in document.get_line_texts().items():
        texts[label] = list(lines)
    for label, html in document.get_rich_texts().items():
        texts.setdefault(label, []).append(html)
    return find_excess_of_texts(texts)


def find_excess_of_texts(texts: Mapping[str, Iterable[str]], *, reserved: int = 0) -> str:
    """The same, for the texts of each field."""
    joined = {label: list(lines) for label, lines in texts.items()}
    length = sum(len(line) for line in chain.from_iterable(joined.values()))
    if length <= SAFE_LENGTH:
        return ""
    sizes: dict[str, int] = {}
    known: set[str] = set()
    for label, lines in joined.items():
        sizes[label] = 0
        for line in lines:
            sizes[label] += _measure_new_words(line, known)
    total = sum(sizes.values()) + reserved
    if total <= MAX_VECTOR_BYTES:
        return ""
    longest = max(sizes, key=sizes.__getitem__)
    return TOO_MANY_WORDS.format(total, MAX_VECTOR_BYTES, longest)


def _measure_new_words(text: str, known: set[str]) -> int:
    """The bytes for the words of a text. One that is there already is stored once."""
    size = 0
    for word in stem_text(extract_text(text) if "<" in text else text):
        if word not in known:
            known.add(word)
            size += len(word.encode()) + WORD_BYTES + POSITION_BYTES
    return size
