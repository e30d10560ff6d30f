"""Open data about symptoms: each line is a page, a cause or an article, as its keys tell."""

from collections.abc import Callable, Iterator
from pathlib import Path

from articles.imports.reading import Found, Noted, Refused, Unreadable, files, jsonl
from articles.imports.reading.tally import Tally
from symptoms.imports.reading import open_articles, open_pages

Read = Callable[[int, dict, Tally], Iterator[Found | Refused | Noted]]
# What tells a layout, and what reads it; the first that fits is it.
LAYOUTS: tuple[tuple[frozenset[str], Read], ...] = (
    (frozenset({"id", "title", "body_html"}), open_articles.article),
    (frozenset({"slug", "name", "source_ids", "related"}), open_pages.joined),
    (frozenset({"id", "name", "synonyms", "xrefs", "obsolete"}), open_pages.term),
    (frozenset({"id", "name", "plain_name"}), open_pages.cause),
    (frozenset({"id", "name", "same_as"}), open_pages.cause),
)


def read(path: Path) -> Iterator[Found | Refused | Noted]:
    files.expect(path, "json", called="lines of open data in JSON")
    tally = Tally()
    with files.unpacked(path) as source:
        for number, text, trouble in files.lines(source):
            if trouble:
                yield Refused(number, "", "", trouble)
            elif text.strip():
                yield from _record(number, text, tally)
    yield from tally.told()


def _record(number: int, text: str, tally: Tally) -> Iterator[Found | Refused | Noted]:
    try:
        values = jsonl.parse(text)
    except jsonl.NotJson as error:
        yield Refused(number, "", "", str(error))
        return
    if number == 1 and values.get("type") in ("symptom", "article", "cause", "retired"):
        raise Unreadable("Line 1: these are records of our own. Choose the format “jsonl”.")
    layout = next((layout for keys, layout in LAYOUTS if keys <= values.keys()), None)
    if layout is None:
        keys = ", ".join(list(values)[:12])[:200]
        yield Refused(number, _key(values), "", f"No page, cause or article has these keys: {keys}.")
        return
    try:
        yield from layout(number, values, tally)
    except (TypeError, AttributeError, KeyError, ValueError) as error:
        yield Refused(number, _key(values), "", f"A value is of another kind than its layout has ({error}).")


def _key(values: dict) -> str:
    return next((values[name][:200] for name in ("id", "slug") if isinstance(values.get(name), str)), "")
