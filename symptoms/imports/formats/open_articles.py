"""Articles in open data: title, summary, HTML, topics, other names, source and licence."""

from collections.abc import Iterator
from typing import Any

from articles.content.languages import SOURCE_LANGUAGE
from articles.fields import MAX_RICH_TEXT_LENGTH, clean_rich_text, fold
from articles.imports.formats import RawRecord, ReaderNote, RejectedRecord
from articles.imports.formats.cells import TOO_LONG
from articles.imports.formats.counter import NoteCounter
from symptoms.imports.formats import names, sources

MAX_SUMMARY_LENGTH, MAX_TAG_LENGTH = 300, 100


def read_article(
    line: int, values: dict, counter: NoteCounter
) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
    key = names.collapse_whitespace(values["id"])
    title = names.collapse_whitespace(values["title"])
    html = values["body_html"] or ""
    rejected = names.reject_unnamed(line, key, title) or _reject_article(line, key, values)
    if rejected:
        yield rejected
        return
    url = sources.clean_url(values.get("source_url"))
    cleaned = clean_rich_text(html, base=url, drops_unprintable=True)
    for element in cleaned.dropped:
        yield ReaderNote(line, key, f"Dropped: {element}.")
    record: dict[str, Any] = {
        "type": "article",
        "id": key,
        "title": title,
        "language": SOURCE_LANGUAGE,
        "body": cleaned.html,
    }
    if url:
        record["url"] = url
    if values.get("slug"):
        record["slug"] = values["slug"]
    record |= _read_summary(line, values.get("summary"), counter)
    record["topics"] = [names.collapse_whitespace(topic) for topic in values.get("topics") or []]
    record["tags"] = _read_tags(line, values.get("also_called") or [], title, counter)
    publisher = "; ".join(filter(None, (values.get("source"), values.get("licence"))))
    record["references"] = [sources.build_reference(title, publisher, url)]
    counter.add(
        line,
        "Codes of articles left out, as only symptoms have codes",
        len(values.get("codes") or []),
    )
    counter.add(
        line,
        "Related titles left out, as articles have none",
        len(values.get("related_titles") or []),
    )
    yield RawRecord(line, record)


def _reject_article(line: int, key: str, values: dict) -> RejectedRecord | None:
    """The rejection of an article in another language, or of one that is too long."""
    language = values.get("language") or SOURCE_LANGUAGE
    if language != SOURCE_LANGUAGE:
        message = f"The article is in “{language}”, and pages are in English for now."
        return RejectedRecord(line, key, "language", message)
    if len(values["body_html"] or "") > MAX_RICH_TEXT_LENGTH:
        return RejectedRecord(line, key, "body_html", TOO_LONG)
    return None


def _read_summary(line: int, text: str | None, counter: NoteCounter) -> dict:
    summary = names.collapse_whitespace(text)
    if len(summary) > MAX_SUMMARY_LENGTH:
        counter.add(line, f"Summaries of more than {MAX_SUMMARY_LENGTH} characters left out")
        return {}
    if not summary:
        return {}
    return {"summary": summary}


def _read_tags(line: int, also_called: list[str], title: str, counter: NoteCounter) -> list[str]:
    """Other names as tags: articles have no other names, and a search finds tags."""
    found = names.clean_other_names(line, also_called, title, counter)
    tags = [name for name in found if len(name) <= MAX_TAG_LENGTH and fold(name)]
    counter.add(
        line, "“Also called” names that became tags, as articles have no other names", len(tags)
    )
    counter.add(
        line,
        f"“Also called” names of more than {MAX_TAG_LENGTH} characters left out",
        len(found) - len(tags),
    )
    return tags
