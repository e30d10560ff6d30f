"""Open data about symptoms: each line is a page, a cause or an article; its keys show which."""

from collections.abc import Callable, Iterator
from pathlib import Path

from articles.imports.formats import (
    RawRecord,
    ReaderNote,
    RejectedRecord,
    UnreadableFile,
    files,
    jsonl,
)
from articles.imports.formats.counter import NoteCounter
from symptoms.imports.formats import open_articles, open_pages

LayoutReader = Callable[[int, dict, NoteCounter], Iterator[RawRecord | RejectedRecord | ReaderNote]]
# The keys of each layout, and what reads it; the first that fits is used.
LAYOUTS: tuple[tuple[frozenset[str], LayoutReader], ...] = (
    (frozenset({"id", "title", "body_html"}), open_articles.read_article),
    (frozenset({"slug", "name", "source_ids", "related"}), open_pages.read_joined_page),
    (frozenset({"id", "name", "synonyms", "xrefs", "obsolete"}), open_pages.read_term),
    (frozenset({"id", "name", "plain_name"}), open_pages.read_cause),
    (frozenset({"id", "name", "same_as"}), open_pages.read_cause),
)


def read(path: Path) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
    files.check_type(path, "json", label="lines of open data in JSON")
    counter = NoteCounter()
    with files.open_unpacked(path) as source:
        for number, text, trouble in files.read_lines(source):
            if trouble:
                yield RejectedRecord(number, "", "", trouble)
            elif text.strip():
                yield from _read_record(number, text, counter)
    yield from counter.get_notes()


def _read_record(
    number: int, text: str, counter: NoteCounter
) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
    try:
        values = jsonl.parse_line(text)
    except jsonl.InvalidJson as error:
        yield RejectedRecord(number, "", "", str(error))
        return
    if number == 1 and values.get("type") in ("symptom", "article", "cause", "retired"):
        raise UnreadableFile("Line 1: these are records of our own. Choose the format “jsonl”.")
    read_layout = _find_layout(values)
    if read_layout is None:
        keys = ", ".join(list(values)[:12])[:200]
        message = f"No page, cause or article has these keys: {keys}."
        yield RejectedRecord(number, _find_id(values), "", message)
        return
    try:
        yield from read_layout(number, values, counter)
    except (TypeError, AttributeError, KeyError, ValueError) as error:
        message = f"A value is of another kind than its layout has ({error})."
        yield RejectedRecord(number, _find_id(values), "", message)


def _find_layout(values: dict) -> LayoutReader | None:
    for keys, read_layout in LAYOUTS:
        if keys <= values.keys():
            return read_layout
    return None


def _find_id(values: dict) -> str:
    for name in ("id", "slug"):
        if isinstance(values.get(name), str):
            return values[name][:200]
    return ""
