"""The texts of a document in short runs, each with what was found in it before.

Somebody who types changes one text of a page; a page can have thousands. What a check finds in one
text, whatever stands in the others, it finds once for a run of equal texts: with each pause of
typing it looks at the run that changed alone.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar
from weakref import ref

from articles.content.document import Document
from articles.richtext.plaintext import extract_lines, extract_text

FoundT = TypeVar("FoundT")
LabelledText = tuple[str, str]  # its label, and a line of plain text or rich text
Size = tuple[int, ...]
FindInText = Callable[..., Iterable[FoundT]]  # gets a label, a text, and what else is given

LONG_TEXT = 400  # characters: such a text ends a run, so that typing in it leaves the others
LONGEST_RUN = 4_000  # characters of a run that is remembered for another document
REMEMBERED_RUNS = 1_024  # in a process: four million characters, and what was found in them
RUN_ENDS = 7  # one in eight texts ends a run, by its hash: so it does wherever it is moved to


class TextStretch:
    """Some texts that follow one another, with their labels. It never changes."""

    __slots__ = ("_found", "is_rich", "texts")

    def __init__(self, texts: tuple[LabelledText, ...], *, is_rich: bool) -> None:
        self.texts = texts
        self.is_rich = is_rich
        self._found: dict[tuple, tuple] = {}

    def find(self, find: FindInText[FoundT], *given: Any) -> tuple[FoundT, ...]:
        """All that a function finds in each text. It has to find the same each time."""
        key = (find, *given)
        found = self._found.get(key)
        if found is None:
            found = tuple(chain.from_iterable(find(*text, *given) for text in self.texts))
            self._found[key] = found
        return found

    def add_up(self, measure: FindInText[Size]) -> Size:
        """What a function measures of each text, added up."""
        key = (measure, TextStretch.add_up)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = _add_up(self.find(measure))
        return found

    def find_in_lines(self, find: FindInText[FoundT]) -> tuple[FoundT, ...]:
        """All that a function finds in each line of the texts, as they are printed."""
        key = (find, TextStretch.find_in_lines)
        found = self._found.get(key)
        if found is None:
            lines = self.find(iterate_lines) if self.is_rich else self.texts
            found = tuple(chain.from_iterable(find(label, line) for label, line in lines))
            self._found[key] = found
        return found


@dataclass(frozen=True)
class DocumentTexts:
    """The runs of a document: its lines, its rich texts, and the texts of its pictures."""

    lines: tuple[TextStretch, ...]
    rich: tuple[TextStretch, ...]
    figures: tuple[TextStretch, ...]

    def find(self, find: FindInText[FoundT], *given: Any) -> Iterator[FoundT]:
        """All that a function finds in each rich text, those of pictures too."""
        for run in chain(self.rich, self.figures):
            yield from run.find(find, *given)

    def add_up(self, measure: FindInText[Size]) -> Size:
        """What a function measures of each rich text, those of pictures too, added up."""
        return _add_up(run.add_up(measure) for run in chain(self.rich, self.figures))

    def find_in_rich(self, find: FindInText[FoundT], *given: Any) -> Iterator[FoundT]:
        for run in self.rich:
            yield from run.find(find, *given)

    def find_in_lines(self, find: FindInText[FoundT]) -> Iterator[FoundT]:
        """All that a function finds in each line of the page, names and titles too."""
        for run in chain(self.lines, self.rich, self.figures):
            yield from run.find_in_lines(find)


def _add_up(sizes: Iterable[Size]) -> Size:
    return tuple(map(sum, zip(*sizes, strict=True)))


_split: dict[int, tuple[ref, DocumentTexts]] = {}  # by the id of a document that still lives


def split_texts(document: Document) -> DocumentTexts:
    """The runs of a document; while it lives they are made once."""
    key = id(document)
    known = _split.get(key)
    if known is not None and known[0]() is document:
        return known[1]
    labelled = []
    for label, lines in document.get_line_texts().items():
        labelled += [(label, line) for line in lines]
    texts = DocumentTexts(
        tuple(_cut(labelled, is_rich=False)),
        tuple(_cut(document.get_rich_texts().items(), is_rich=True)),
        tuple(_cut(document.get_figure_texts().items(), is_rich=True)),
    )
    _split[key] = (ref(document, lambda _: _split.pop(key, None)), texts)
    return texts


def _cut(texts: Iterable[LabelledText], *, is_rich: bool) -> Iterator[TextStretch]:
    """Runs of texts. Where one ends depends on its last text alone, or on its length."""
    run: list[LabelledText] = []
    length = 0
    for labelled in texts:
        run.append(labelled)
        length += len(labelled[1])
        if length > LONGEST_RUN or _ends_run(labelled):
            yield _get_run(tuple(run), length, is_rich=is_rich)
            run, length = [], 0
    if run:
        yield _get_run(tuple(run), length, is_rich=is_rich)


def _ends_run(labelled: LabelledText) -> bool:
    return len(labelled[1]) > LONG_TEXT or not hash(labelled) & RUN_ENDS


def _get_run(texts: tuple[LabelledText, ...], length: int, *, is_rich: bool) -> TextStretch:
    if length > LONGEST_RUN:
        return TextStretch(texts, is_rich=is_rich)
    return _remember_run(texts, is_rich)


@lru_cache(maxsize=REMEMBERED_RUNS)
def _remember_run(texts: tuple[LabelledText, ...], is_rich: bool) -> TextStretch:
    return TextStretch(texts, is_rich=is_rich)


def iterate_lines(label: str, html: str) -> Iterator[LabelledText]:
    """The lines of a rich text, with all that it carries, each with its label."""
    for line in extract_text(html).splitlines():
        yield label, line


def iterate_plain_lines(_label: str, html: str) -> list[str]:
    """The lines of a rich text as it is read aloud."""
    return extract_lines(html, links=False)
