"""Notes that would repeat: each is given once, with its number."""

from collections import Counter
from collections.abc import Iterator

from articles.imports.formats import ReaderNote


class NoteCounter:
    """Counts by sentence. A sentence has no full stop: its number comes after it."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first_lines: dict[str, int] = {}

    def add(self, line: int, sentence: str, number: int = 1) -> None:
        if number:
            self._counts[sentence] += number
            self._first_lines.setdefault(sentence, line)

    def get_notes(self) -> Iterator[ReaderNote]:
        for sentence, number in self._counts.items():
            yield ReaderNote(self._first_lines[sentence], "", f"{sentence}: {number:,}.")
