"""Rich text as lines of plain text, in which formatting, links and lists can still be seen."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape, unescape
from html.parser import HTMLParser

from articles.richtext import attributes, tables
from articles.richtext.numbering import Numbering
from articles.richtext.raised import write_in_line
from articles.richtext.tables import HtmlCell, HtmlTable
from articles.richtext.vocabulary import RAISED_TAGS

MARKS = {"strong": "**", "em": "_"}
HEADINGS = {"h2": "## ", "h3": "### "}
LISTS = {"ul": "• ", "ol": "1. "}
CONTAINERS = LISTS | {"blockquote": "> "}
STRUCTURE_TAGS = {"p", "li", "div", *HEADINGS, *CONTAINERS}
LINE_BREAK_MARK = " ↵ "  # a line break is not the same as a space
NEW_LIST_MARK = "(another list begins)"  # two lists in a row are not one
TABLE_MARK = "(a table begins)"
HEADING_CELL_MARK = "# "  # before the text of a heading cell
# Most rich texts have no other tags, and nothing in them that has to be counted or raised.
PLAIN_HTML = re.compile(
    r"(?:[^<]++|</?(?:p|h2|h3|ul|ol|li|blockquote|br|strong|em)>|<a href=\"[^\"<>]*+\">|</a>)*+"
)
LINE_TAG = re.compile(r"</?(?:p|h2|h3|ul|ol|li|blockquote|br)>")
FORMATTING_TAG = re.compile(r"<[^>]*>")
LAYOUT_SPACE = re.compile(r"[ \t\n\r\f]+")  # browsers show one space for any number of these
MAX_CACHED_LENGTH = 1_000  # characters of a text whose lines are cached
MAX_CHECKED_LENGTH = 20_000  # of one whose words are


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a rich text: as it is shown, and the HTML of its words.

    Lines of the same text with different HTML differ in something that the text does not show.
    """

    text: str
    prefix: str = ""
    source: str = ""


@dataclass(slots=True)
class _OpenLine:
    """A line that is being read: the marks before it, its words in pieces, and their HTML."""

    prefix: str
    pieces: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    last_character: str = ""
    is_empty: bool = True

    def add(self, text: str) -> None:
        self.pieces.append(text)
        if text.strip():
            self.is_empty = False

    def add_words(self, text: str) -> None:
        self.add(text)
        self.last_character = text[-1:]

    def close(self) -> Line:
        text = " ".join("".join(self.pieces).split())
        source = LAYOUT_SPACE.sub(" ", "".join(self.sources)).strip(" ")
        return Line(self.prefix + text if text else "", self.prefix, source)


@dataclass(slots=True)
class _RaisedText:
    """A ``<sup>`` or ``<sub>`` that is open, and the places of its words."""

    tag: str
    before: str
    places: list[tuple[_OpenLine, int]] = field(default_factory=list)


def _get_first_values(attrs: list[tuple[str, str | None]]) -> dict[str, str | None]:
    """The attributes of a tag. Of two with the same name, browsers read the first."""
    return dict(reversed(attrs))


class _PlainTextParser(HTMLParser):
    """Rich text as lines of words. Raised and lowered words are written as they read in a line."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = [_OpenLine("")]
        self.raised: list[_RaisedText] = []

    def open_line(self, prefix: str = "") -> None:
        self.lines.append(_OpenLine(prefix))

    def begin_raised(self, tag: str) -> None:
        self.raised.append(_RaisedText(tag, self.lines[-1].last_character))

    def end_raised(self, tag: str) -> None:
        """The last element of this name that is open ends, with those within it."""
        if all(raised.tag != tag for raised in self.raised):
            return
        ended = ""
        while ended != tag:
            ended = self._end_last_raised()

    def _end_last_raised(self) -> str:
        raised = self.raised.pop()
        texts = [line.pieces[place] for line, place in raised.places]
        nested = bool(self.raised)
        texts = write_in_line(texts, raised.tag, before=raised.before, nested=nested) or texts
        for (line, place), text in zip(raised.places, texts, strict=True):
            line.pieces[place] = text
        if nested:
            self.raised[-1].places += raised.places
        return raised.tag

    def handle_data(self, data: str) -> None:
        line = self.lines[-1]
        if self.raised:
            self.raised[-1].places.append((line, len(line.pieces)))
        line.add_words(data)

    def close(self) -> None:
        super().close()
        while self.raised:
            self._end_last_raised()


class _LineParser(_PlainTextParser):
    """Rich text as lines, each with the marks of the lists and quotes that it stands in.

    ``show_markup`` shows addresses of links, line breaks and where a list begins.
    """

    def __init__(self, *, show_markup: bool) -> None:
        super().__init__()
        self.show_markup = show_markup
        self.containers: list[str] = []
        self.numberings: list[Numbering | None] = []  # of each container; None: it has no numbers
        self.hrefs: list[str] = []
        self.closed_list = ""  # the list that ended last, as long as nothing came after it

    @property
    def prefix(self) -> str:
        """The marks of the lists and quotes that are open."""
        return "".join(self.containers)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in STRUCTURE_TAGS:
            self.lines[-1].sources.append(self.get_starttag_text() or "")
        if tag in MARKS:
            self._add_mark(MARKS[tag])
        elif tag in RAISED_TAGS:
            self.begin_raised(tag)
        elif tag == "a":
            self.hrefs.append(_get_first_values(attrs).get("href") or "")
        elif tag == "br":
            self._add_words(LINE_BREAK_MARK if self.show_markup else " ")
        elif tag in CONTAINERS or tag == "li":
            self._open_container(tag, _get_first_values(attrs))
        elif tag == "p" or tag in HEADINGS:
            self.open_line(self._get_line_prefix() + HEADINGS.get(tag, ""))

    def _add_mark(self, mark: str) -> None:
        self.closed_list = ""
        self.lines[-1].add(mark)

    def _add_words(self, words: str) -> None:
        if words.strip():
            self.closed_list = ""
        super().handle_data(words)

    def _open_container(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag in CONTAINERS:
            numbering = Numbering(attrs) if tag == "ol" else None
            if numbering is not None and numbering.is_plain:
                numbering = None  # every item of a plain list is "1. ", wherever it moves
            follows_list = self.closed_list == self.prefix + CONTAINERS[tag]
            if self.show_markup and tag in LISTS and follows_list:
                self.open_line(self.prefix)
                super().handle_data(NEW_LIST_MARK)
            self.containers.append(CONTAINERS[tag])
            self.numberings.append(numbering)
        elif self.numberings and (numbering := self.numberings[-1]) is not None:
            self.containers[-1] = f"{numbering.count()}. "
        self.open_line(self.prefix)
        self.closed_list = ""

    def _get_line_prefix(self) -> str:
        """How the next line begins. A list item's second paragraph must not look like an item."""
        if not self.containers or self.containers[-1] == CONTAINERS["blockquote"]:
            return self.prefix
        line = self.lines[-1]
        if line.is_empty and line.prefix == self.prefix:
            return self.prefix
        return "".join(self.containers[:-1]) + "… "

    def handle_endtag(self, tag: str) -> None:
        if tag not in STRUCTURE_TAGS:
            self.lines[-1].sources.append(f"</{tag}>")
        if tag in MARKS:
            self._add_mark(MARKS[tag])
        elif tag in RAISED_TAGS:
            self.end_raised(tag)
        elif tag == "a" and self.hrefs:
            href = self.hrefs.pop()
            if self.show_markup:
                self._add_mark(f" (→ {href})")
        elif tag in CONTAINERS and self.containers:
            self.closed_list = self._get_closed_list(tag)
            self.containers.pop()
            self.numberings.pop()
            self.open_line(self.prefix)

    def _get_closed_list(self, tag: str) -> str:
        """The marks of the list that ends here, whatever the number of its last item."""
        return "".join(self.containers[:-1]) + CONTAINERS[tag]

    def add_table(self, table: HtmlTable) -> None:
        """A line for each row. Without markup, as it is read aloud, each cell has its own lines."""
        self.closed_list = ""
        if self.show_markup:
            self._add_line(TABLE_MARK, "<table>")
            for row in table.rows:
                cells = " | ".join(map(_format_cell, row))
                self._add_line(f"| {cells} |", "".join(map(_format_source, row)))
        else:
            for cell in table.cells:
                for line in extract_lines(cell.content, links=False):
                    self._add_line(line, "")
        self.open_line(self.prefix)

    def _add_line(self, text: str, source: str) -> None:
        self.open_line(self.prefix)
        super().handle_data(text)
        self.lines[-1].sources.append(source)

    def handle_data(self, data: str) -> None:
        self._add_words(data)
        self.lines[-1].sources.append(escape(data, quote=False))


def _format_cell(cell: HtmlCell) -> str:
    text = LINE_BREAK_MARK.join(extract_lines(cell.content))
    if cell.tag == "th":
        text = HEADING_CELL_MARK + text
    for name, count in cell.spans.items():
        text += f" ({name} {count})"
    return text


def _format_source(cell: HtmlCell) -> str:
    spans = "".join(f' {name}="{count}"' for name, count in cell.spans.items())
    return f"<{cell.tag}{spans}>{cell.content}</{cell.tag}>"


class _TextExtractor(_PlainTextParser):
    """Rich text without its markup. Paragraphs, headings and list items end their line."""

    def __init__(self) -> None:
        super().__init__()
        self.numberings: list[Numbering | None] = []
        self.number = ""  # of the item that has no words yet

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in RAISED_TAGS:
            self.begin_raised(tag)
        elif tag not in MARKS and tag != "a":
            self._count(tag, _get_first_values(attrs))
            self.open_line()

    def _count(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag in LISTS:
            numbering = Numbering(attrs) if tag == "ol" else None
            if numbering is not None and numbering.is_plain:
                numbering = None
            self.numberings.append(numbering)
        elif tag == "li" and self.numberings and (numbering := self.numberings[-1]) is not None:
            self.number += f"{numbering.count()}. "

    def handle_endtag(self, tag: str) -> None:
        if tag in RAISED_TAGS:
            self.end_raised(tag)
        elif tag not in MARKS and tag != "a":
            if tag in LISTS and self.numberings:
                self.numberings.pop()
            self.open_line()

    def handle_data(self, data: str) -> None:
        if self.number and data.strip():
            self.lines[-1].prefix = self.number
            self.number = ""
        super().handle_data(data)


def extract_text(html: str) -> str:
    """The words of a rich text alone, a line for each paragraph, heading and list item.

    Raised and lowered figures are small signs, and an item of a list that does not simply count
    from 1 has its number.
    """
    if len(html) <= MAX_CHECKED_LENGTH:
        return _extract_checked_text(html)
    return _extract_text(html)


def _extract_text(html: str) -> str:
    if PLAIN_HTML.fullmatch(html):
        return "\n".join(filter(None, map(_join_words, LINE_TAG.split(html))))
    parser = _TextExtractor()
    parser.feed(html)
    parser.close()
    texts = [line.close().text for line in parser.lines]
    return "\n".join(filter(None, texts))


def _join_words(html: str) -> str:
    """The words of a line whose only tags are within it."""
    text = "".join(map(unescape, FORMATTING_TAG.split(html)))
    return " ".join(text.split())


# A dozen checks in turn read the texts of one page: for that they are kept, and not for longer.
_extract_checked_text = lru_cache(maxsize=256)(_extract_text)


def extract_lines(html: str, *, links: bool = True) -> list[str]:
    """Rich text line by line, with all that it carries, also addresses and unseen attributes.

    Without ``links`` it is as it is read aloud: no addresses, no attributes, no line breaks and no
    marks where a list begins.
    """
    return [line.text for line in read_lines(html, links=links)]


def read_lines(html: str, *, links: bool = True) -> tuple[Line, ...]:
    """The lines of ``extract_lines``, each with the HTML that its text comes from."""
    if len(html) <= MAX_CACHED_LENGTH:
        return _read_short_lines(html, links)
    return _read_lines(html, links)


def _read_lines(html: str, links: bool) -> tuple[Line, ...]:
    change_attributes = attributes.show_foreign_as_text if links else attributes.remove_foreign
    parser = _LineParser(show_markup=links)
    for part in tables.split_tables(change_attributes(html)):
        if isinstance(part, HtmlTable):
            parser.add_table(part)
        else:
            parser.feed(part)
    parser.close()
    lines = [line.close() for line in parser.lines]
    return tuple(line for line in lines if line.text)


# A page with thousands of causes has as many short texts, and most stay as they are.
_read_short_lines = lru_cache(maxsize=10_000)(_read_lines)
