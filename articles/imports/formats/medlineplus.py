"""MedlinePlus health topics in the XML of the National Library of Medicine: an article a topic."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, iterparse

from articles.content.languages import SOURCE_LANGUAGE
from articles.fields import MAX_RICH_TEXT_LENGTH, clean_rich_text
from articles.imports.formats import RawRecord, ReaderNote, RejectedRecord, UnreadableFile, files
from articles.imports.formats.cells import TOO_LONG
from articles.imports.formats.counter import NoteCounter

ROOT_TAG = "health-topics"
TOPIC_TAG = "health-topic"
MAX_DEPTH = 50
MAX_TOPIC_LENGTH = files.MAX_LINE_LENGTH
MAX_TITLE_LENGTH = 200
MAX_SUMMARY_LENGTH = 300
MAX_TAG_LENGTH = 100
PUBLISHER = "MedlinePlus, National Library of Medicine"
TAGGED_NOTE = "“Also called” names that became tags, as articles have no other names"
OMITTED_NOTES = {
    "see-reference": "“See” entries left out, as they turn names round (“Pain, Abdominal”)",
    "mesh-heading": "MeSH headings left out, as only symptoms have codes",
    "related-topic": (
        "Related topics left out, as articles have none; links in the texts lead to them"
    ),
    "site": "Links to other sites left out, as they are further reading and no sources",
    "language-mapped-topic": "Links to the same topic in another language left out",
    "other-language": "Links to pages in other languages left out",
}


class LineFeed:
    """Gives the parser a line at a time: it knows the line and limits the length of a topic."""

    def __init__(self, source):
        self._chunks = self._iter_chunks(source)
        self.line = 1
        self._topic_length = 0

    def _iter_chunks(self, source) -> Iterator[bytes]:
        number = 0
        while block := files.read_rest_of_line(source, number):
            self.line = number + 1
            self._topic_length += len(block)
            if self._topic_length > MAX_TOPIC_LENGTH:
                raise UnreadableFile(
                    f"Line {self.line:,}: a topic is longer than {MAX_TOPIC_LENGTH:,} bytes."
                )
            yield block
            if block.endswith(b"\n"):
                number += 1

    def read(self, size: int = -1) -> bytes:
        return next(self._chunks, b"")

    def reset_topic(self) -> None:
        self._topic_length = 0


def read(path: Path) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
    """The articles of a file. Nothing that it refers to is fetched.

    Raises UnreadableFile, also for entities that the file declares, as they can grow without end.
    """
    files.check_type(path, "xml", label="MedlinePlus health topics in XML")
    with files.open_unpacked(path) as source:
        feed = LineFeed(source)
        counter = NoteCounter()
        parser = DefusedXMLParser(encoding=None if is_plain_source(source) else "utf-8")
        events = iterparse(feed, ("start", "end"), parser)
        try:
            for line, year, topic in _iter_topics(feed, events):
                yield from _read_article(line, topic, year, counter)
        except DefusedXmlException as error:
            raise UnreadableFile(
                f"Line {feed.line:,}: the file declares entities, which can hide anything."
            ) from error
        except ParseError as error:
            raise UnreadableFile(
                f"Line {feed.line:,}: this is not well-formed XML ({error}). Copy it again."
            ) from error
        yield from counter.get_notes()


def is_plain_source(source) -> bool:
    return not isinstance(getattr(source, "raw", None), files.RecodedStream)


def _iter_topics(feed: LineFeed, events) -> Iterator[tuple[int, int | None, Element]]:
    """Each topic with the line that it began at and the year of the file.

    A topic is cleared as soon as it was used.
    """
    path: list[Element] = []
    year = None
    first_line = 1
    for event, element in events:
        if event == "end":
            path.pop()
            if element.tag == TOPIC_TAG:
                yield first_line, year, element
                feed.reset_topic()
                element.clear()
            if len(path) == 1:
                path[0].clear()
            continue
        if not path:
            year = _read_year(element, feed)
        elif element.tag == TOPIC_TAG and len(path) == 1:
            first_line = feed.line
        path.append(element)
        if len(path) > MAX_DEPTH:
            raise UnreadableFile(
                f"Line {feed.line:,}: elements stand more than {MAX_DEPTH} deep within each other."
            )


def _read_year(root: Element, feed: LineFeed) -> int | None:
    if root.tag != ROOT_TAG:
        raise UnreadableFile(
            f"Line {feed.line:,}: the file is of <{root.tag[:80]}> and not of <{ROOT_TAG}>."
        )
    year = re.search(r"\b(\d{4})\b", root.get("date-generated", ""))
    return int(year[1]) if year else None


def _read_article(
    line: int, topic: Element, year: int | None, counter: NoteCounter
) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
    number = collapse_whitespace(topic.get("id"))
    key = f"mplus-{number}" if number else ""
    error = _find_error(topic)
    if error:
        field, reason = error
        yield RejectedRecord(line, key, field, reason)
        return
    title = collapse_whitespace(topic.get("title"))
    url = collapse_whitespace(topic.get("url"))
    summary_html = topic.findtext("full-summary", "")
    cleaned = clean_rich_text(summary_html, base=url, drops_unprintable=True)
    for dropped in cleaned.dropped:
        yield ReaderNote(line, key, f"Dropped: {dropped}.")
    values: dict[str, Any] = {"type": "article", "id": key, "title": title}
    if url:
        values["url"] = url
    values["body"] = cleaned.html
    values["language"] = SOURCE_LANGUAGE
    summary = _read_summary(line, topic, counter)
    if summary:
        values["summary"] = summary
    values["topics"] = _read_texts(topic, "group")
    values["tags"] = _read_tags(line, topic, counter)
    values["references"] = [_build_reference(title, url, year)]
    for tag, sentence in OMITTED_NOTES.items():
        counter.add(line, sentence, len(topic.findall(tag)))
    yield RawRecord(line, values)


def _find_error(topic: Element) -> tuple[str, str] | None:
    """Why a topic is rejected, if it is: the field and the reason."""
    language = topic.get("language", "English")
    if language != "English":
        reason = f"The topic is in {language[:40]}, and pages are in English for now."
        return "language", reason
    for field in ("id", "title"):
        if not collapse_whitespace(topic.get(field)):
            return field, f"The topic has no {field}."
    if len(collapse_whitespace(topic.get("title"))) > MAX_TITLE_LENGTH:
        return "title", f"The title is longer than {MAX_TITLE_LENGTH} characters."
    if len(topic.findtext("full-summary", "")) > MAX_RICH_TEXT_LENGTH:
        return "full-summary", TOO_LONG
    return None


def _build_reference(title: str, url: str, year: int | None) -> dict:
    reference: dict = {"title": title, "publisher": PUBLISHER}
    if url:
        reference["url"] = url
    if year:
        reference["year"] = year
    return reference


def _read_summary(line: int, topic: Element, counter: NoteCounter) -> str:
    summary = collapse_whitespace(topic.get("meta-desc"))
    if len(summary) > MAX_SUMMARY_LENGTH:
        counter.add(line, f"Summaries of more than {MAX_SUMMARY_LENGTH} characters left out")
        return ""
    return summary


def _read_tags(line: int, topic: Element, counter: NoteCounter) -> list[str]:
    names = _read_texts(topic, "also-called")
    tags = [name for name in names if len(name) <= MAX_TAG_LENGTH]
    counter.add(line, TAGGED_NOTE, len(tags))
    counter.add(
        line,
        f"“Also called” names of more than {MAX_TAG_LENGTH} characters left out",
        len(names) - len(tags),
    )
    return tags


def _read_texts(topic: Element, tag: str) -> list[str]:
    """The texts of the elements of a tag, each once."""
    texts = []
    for element in topic.findall(tag):
        text = collapse_whitespace(element.text)
        if text:
            texts.append(text)
    return list(dict.fromkeys(texts))


def collapse_whitespace(text: str | None) -> str:
    """One line of text."""
    return " ".join((text or "").split())
