"""Notes that would repeat: each is given once, with its number."""

from collections import Counter
from collections.abc import Iterator

from articles.imports.formats import ReaderNote

MAX_NOTES = 1_000  # notes on single records that are kept; a report lists no more


class NoteCounter:
    """Counts by sentence. A sentence has no full stop: its number comes after it."""

    def __init__(self) -> None:
        self._notes: list[ReaderNote] = []
        self._counts: Counter[str] = Counter()
        self._first_lines: dict[str, int] = {}

    def add(self, line: int, sentence: str, number: int = 1) -> None:
        if number:
            self._counts[sentence] += number
            self._first_lines.setdefault(sentence, line)

    def add_note(self, line: int, key: str, reason: str) -> None:
        """A note on one record; beyond the limit they are only counted."""
        if len(self._notes) < MAX_NOTES:
            self._notes.append(ReaderNote(line, key, reason))
        else:
            self.add(line, "Further notes of this kind")

    def get_notes(self) -> Iterator[ReaderNote]:
        yield from self._notes
        for sentence, number in self._counts.items():
            yield ReaderNote(self._first_lines[sentence], "", f"{sentence}: {number:,}.")
