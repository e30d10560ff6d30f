"""Rich text as lines of plain text, in which formatting, links and lists can still be seen."""

from functools import lru_cache
from html.parser import HTMLParser

from articles.richtext import attributes, tables
from articles.richtext.tables import HtmlCell, HtmlTable

MARKS = {"strong": "**", "em": "_"}
HEADINGS = {"h2": "## ", "h3": "### "}
LISTS = {"ul": "• ", "ol": "1. "}
CONTAINERS = LISTS | {"blockquote": "> "}
LINE_BREAK_MARK = " ↵ "  # a line break is not the same as a space
NEW_LIST_MARK = "(another list begins)"  # two lists in a row are not one
TABLE_MARK = "(a table begins)"
HEADING_CELL_MARK = "# "  # before the text of a heading cell
MAX_CACHED_LENGTH = 1_000  # characters of a text whose lines are cached


class _LineParser(HTMLParser):
    """Rich text as lines, each with the marks of the lists and quotes that it stands in.

    ``show_markup`` shows addresses of links, line breaks and where a list begins.
    """

    def __init__(self, *, show_markup: bool) -> None:
        super().__init__()
        self.show_markup = show_markup
        self.lines = [["", ""]]
        self.containers: list[str] = []
        self.hrefs: list[str] = []
        self.closed_list = ""  # the list that ended last, as long as nothing came after it

    @property
    def prefix(self) -> str:
        """The marks of the lists and quotes that are open."""
        return "".join(self.containers)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in MARKS:
            self.handle_data(MARKS[tag])
        elif tag == "a":
            self.hrefs.append(dict(attrs).get("href") or "")
        elif tag == "br":
            self.handle_data(LINE_BREAK_MARK if self.show_markup else " ")
        elif tag in CONTAINERS or tag == "li":
            self._open_container(tag)
        elif tag == "p" or tag in HEADINGS:
            self.lines.append([self._get_line_prefix() + HEADINGS.get(tag, ""), ""])

    def _open_container(self, tag: str) -> None:
        if tag in CONTAINERS:
            follows_list = self.closed_list == self.prefix + CONTAINERS[tag]
            if self.show_markup and tag in LISTS and follows_list:
                self.lines.append([self.prefix, NEW_LIST_MARK])
            self.containers.append(CONTAINERS[tag])
        self.lines.append([self.prefix, ""])
        self.closed_list = ""

    def _get_line_prefix(self) -> str:
        """How the next line begins. A list item's second paragraph must not look like an item."""
        in_list_item = bool(self.containers) and self.containers[-1] in LISTS.values()
        if in_list_item and self.lines[-1] != [self.prefix, ""]:
            return "".join(self.containers[:-1]) + "… "
        return self.prefix

    def handle_endtag(self, tag: str) -> None:
        if tag in MARKS:
            self.handle_data(MARKS[tag])
        elif tag == "a" and self.hrefs:
            href = self.hrefs.pop()
            if self.show_markup:
                self.handle_data(f" (→ {href})")
        elif tag in CONTAINERS and self.containers:
            self.closed_list = self.prefix
            self.containers.pop()
            self.lines.append([self.prefix, ""])

    def add_table(self, table: HtmlTable) -> None:
        """A line for each row. Without markup, as it is read aloud, each cell has its own lines."""
        self.closed_list = ""
        if self.show_markup:
            self.lines.append([self.prefix, TABLE_MARK])
            for row in table.rows:
                cells = " | ".join(map(_format_cell, row))
                self.lines.append([self.prefix, f"| {cells} |"])
        else:
            for cell in table.cells:
                for line in extract_lines(cell.content, links=False):
                    self.lines.append([self.prefix, line])
        self.lines.append([self.prefix, ""])

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.closed_list = ""
        line = self.lines[-1]
        if not line[1]:
            data = data.lstrip()
        line[1] += data


def _format_cell(cell: HtmlCell) -> str:
    text = LINE_BREAK_MARK.join(extract_lines(cell.content))
    if cell.tag == "th":
        text = HEADING_CELL_MARK + text
    for name, count in cell.spans.items():
        text += f" ({name} {count})"
    return text


class _TextExtractor(HTMLParser):
    """Rich text without its markup. Paragraphs, headings and list items end their line."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_line(tag)

    def handle_endtag(self, tag: str) -> None:
        self._end_line(tag)

    def _end_line(self, tag: str) -> None:
        if tag not in MARKS and tag != "a":
            self.text += "\n"

    def handle_data(self, data: str) -> None:
        self.text += data


def extract_text(html: str) -> str:
    """The words of a rich text alone, a line for each paragraph, heading and list item."""
    parser = _TextExtractor()
    parser.feed(html)
    parser.close()
    lines = [" ".join(line.split()) for line in parser.text.split("\n")]
    return "\n".join(filter(None, lines))


def extract_lines(html: str, *, links: bool = True) -> list[str]:
    """Rich text line by line, with all that it carries, also addresses and unseen attributes.

    Without ``links`` it is as it is read aloud: no addresses, no attributes, no line breaks and no
    marks where a list begins.
    """
    if len(html) <= MAX_CACHED_LENGTH:
        return list(_extract_short_lines(html, links))
    return _extract_lines(html, links)


def _extract_lines(html: str, links: bool) -> list[str]:
    change_attributes = attributes.show_foreign_as_text if links else attributes.remove_foreign
    parser = _LineParser(show_markup=links)
    for part in tables.split_tables(change_attributes(html)):
        if isinstance(part, HtmlTable):
            parser.add_table(part)
        else:
            parser.feed(part)
    parser.close()
    lines = []
    for prefix, text in parser.lines:
        words = " ".join(text.split())
        if words:
            lines.append(prefix + words)
    return lines


# A page with thousands of causes has as many short texts, and most stay as they are.
_extract_short_lines = lru_cache(maxsize=10_000)(_extract_lines)
