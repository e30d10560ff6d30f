"""MedlinePlus health topics, as the National Library of Medicine gives them out in XML: an article a topic."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, iterparse

from articles.fields import LONGEST
from articles.imports import wild
from articles.imports.reading import Found, Noted, Refused, Unreadable, files
from articles.imports.reading.cells import TOO_LONG
from articles.imports.reading.tally import Tally

ROOT, TOPIC = "health-topics", "health-topic"
DEEPEST = 50
LONGEST_TOPIC = files.LONGEST_LINE
LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_TAG = 200, 300, 100
PUBLISHER = "MedlinePlus, National Library of Medicine"
TAGGED = "“Also called” names that became tags, as articles have no other names"
LEFT = {
    "see-reference": "“See” entries left out, as they turn names round (“Pain, Abdominal”)",
    "mesh-heading": "MeSH headings left out, as only symptoms have codes",
    "related-topic": "Related topics left out, as articles have none; links in the texts lead to them",
    "site": "Links to other sites left out, as they are further reading and no sources",
    "language-mapped-topic": "Links to the same topic in another language left out",
    "other-language": "Links to pages in other languages left out",
}


class Fed:
    """Gives the parser a line at a time, so that each topic has its line, and no topic is boundless."""

    def __init__(self, source):
        self._pieces = self._read(source)
        self.line, self._since = 1, 0

    def _read(self, source) -> Iterator[bytes]:
        number = 0
        while piece := files.read_on(source, number):
            self.line = number + 1
            self._since += len(piece)
            if self._since > LONGEST_TOPIC:
                raise Unreadable(f"Line {self.line:,}: a topic is longer than {LONGEST_TOPIC:,} bytes.")
            yield piece
            number += piece.endswith(b"\n")

    def read(self, size: int = -1) -> bytes:
        return next(self._pieces, b"")

    def topic_ended(self) -> None:
        self._since = 0


def read(path: Path) -> Iterator[Found | Refused | Noted]:
    """Nothing that the file names is fetched; entities that it declares are refused, as they can grow without end."""
    files.expect(path, "xml", called="MedlinePlus health topics in XML")
    with files.unpacked(path) as source:
        fed, tally = Fed(source), Tally()
        parser = DefusedXMLParser(encoding=None if source_is_plain(source) else "utf-8")
        try:
            for line, year, topic in _topics(fed, iterparse(fed, ("start", "end"), parser)):
                yield from _article(line, topic, year, tally)
        except DefusedXmlException as error:
            raise Unreadable(f"Line {fed.line:,}: the file declares entities, which can hide anything.") from error
        except ParseError as error:
            raise Unreadable(f"Line {fed.line:,}: this is not well-formed XML ({error}). Copy it again.") from error
        yield from tally.told()


def source_is_plain(source) -> bool:
    return not isinstance(getattr(source, "raw", None), files.Recoded)


def _topics(fed: Fed, events) -> Iterator[tuple[int, int | None, Element]]:
    """Each topic as it ends, with the line it began at and the year of the file. Forgotten as soon as it was used."""
    path: list[Element] = []
    year, began = None, 1
    for event, element in events:
        if event == "end":
            path.pop()
            if element.tag == TOPIC:
                yield began, year, element
                fed.topic_ended()
                element.clear()
            if len(path) == 1:
                path[0].clear()
            continue
        if not path:
            year = _year(element, fed)
        elif element.tag == TOPIC and len(path) == 1:
            began = fed.line
        path.append(element)
        if len(path) > DEEPEST:
            raise Unreadable(f"Line {fed.line:,}: elements stand more than {DEEPEST} deep within each other.")


def _year(root: Element, fed: Fed) -> int | None:
    if root.tag != ROOT:
        raise Unreadable(f"Line {fed.line:,}: the file is of <{root.tag[:80]}> and not of <{ROOT}>.")
    found = re.search(r"\b(\d{4})\b", root.get("date-generated", ""))
    return int(found[1]) if found else None


def _article(line: int, topic: Element, year: int | None, tally: Tally) -> Iterator[Found | Refused | Noted]:
    number, title = said(topic.get("id")), said(topic.get("title"))
    language, url = topic.get("language", "English"), said(topic.get("url"))
    key = f"mplus-{number}" if number else ""
    if language != "English":
        yield Refused(line, key, "language", f"The topic is in {language[:40]}, and pages are in English for now.")
    elif not number or not title:
        yield Refused(line, key, "title" if number else "id", f"The topic has no {'title' if number else 'id'}.")
    elif len(title) > LONGEST_TITLE:
        yield Refused(line, key, "title", f"The title is longer than {LONGEST_TITLE} characters.")
    elif len(topic.findtext("full-summary", "")) > LONGEST:
        yield Refused(line, key, "full-summary", TOO_LONG)
    else:
        cleaned = wild.clean(topic.findtext("full-summary", ""), url)
        yield from (Noted(line, key, f"Dropped: {what}.") for what in cleaned.dropped)
        values = {"type": "article", "id": key, "title": title, "url": url, "body": cleaned.html, "language": "en"}
        values |= _summary(line, topic, tally) | {"topics": _texts(topic, "group"), "tags": _tags(line, topic, tally)}
        reference = {"title": title, "publisher": PUBLISHER, "url": url, "year": year}
        values["references"] = [{name: value for name, value in reference.items() if value}]
        for tag, sentence in LEFT.items():
            tally.add(line, sentence, len(topic.findall(tag)))
        yield Found(line, {name: value for name, value in values.items() if value or name != "url"})


def _summary(line: int, topic: Element, tally: Tally) -> dict:
    summary = said(topic.get("meta-desc"))
    if len(summary) > LONGEST_SUMMARY:
        tally.add(line, f"Summaries of more than {LONGEST_SUMMARY} characters left out")
        return {}
    return {"summary": summary} if summary else {}


def _tags(line: int, topic: Element, tally: Tally) -> list[str]:
    names = _texts(topic, "also-called")
    tags = [name for name in names if len(name) <= LONGEST_TAG]
    tally.add(line, TAGGED, len(tags))
    tally.add(line, f"“Also called” names of more than {LONGEST_TAG} characters left out", len(names) - len(tags))
    return tags


def _texts(topic: Element, tag: str) -> list[str]:
    return list(dict.fromkeys(filter(None, (said(element.text) for element in topic.findall(tag)))))


def said(text: str | None) -> str:
    """One line of text."""
    return " ".join((text or "").split())
