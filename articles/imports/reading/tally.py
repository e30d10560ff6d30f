"""What a rule decided so often that it is told once, with its number."""

from collections import Counter
from collections.abc import Iterator

from articles.imports.reading import Noted


class Tally:
    """Counts by sentence. A sentence has no full stop: its number comes after it."""

    def __init__(self):
        self._counts: Counter[str] = Counter()
        self._first: dict[str, int] = {}

    def add(self, line: int, sentence: str, number: int = 1) -> None:
        if number:
            self._counts[sentence] += number
            self._first.setdefault(sentence, line)

    def told(self) -> Iterator[Noted]:
        for sentence, number in self._counts.items():
            yield Noted(self._first[sentence], "", f"{sentence}: {number:,}.")
