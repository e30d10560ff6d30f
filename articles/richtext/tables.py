"""Tables in rich text: normalised when they are saved, and made scrollable when they are shown."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser
from itertools import chain

TABLE_TAGS = {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"}
SPANS = ("colspan", "rowspan")
MAX_SPAN = 50
TABLE = re.compile(r"<table>.*?</table>", re.S)
HEADING = re.compile(r'<th scope="col"[^>]*>(.*?)</th>', re.S)
SINGLE_PARAGRAPH = re.compile(r"^<p>((?:(?!<p>).)*)</p>$", re.S)
TAG = re.compile(r"<[^>]*>")
MAX_LABEL_LENGTH = 80


@dataclass
class HtmlCell:
    tag: str
    spans: dict[str, int]
    content: str = ""

    def to_html(self, scope: str) -> str:
        attributes = f' scope="{scope}"' if self.tag == "th" else ""
        for name, count in self.spans.items():
            attributes += f' {name}="{count}"'
        return f"<{self.tag}{attributes}>{self.content}</{self.tag}>"


@dataclass
class HtmlTable:
    caption: str = ""
    rows: list[list[HtmlCell]] = field(default_factory=list)

    @property
    def cells(self) -> Iterator[HtmlCell]:
        """All cells, row by row."""
        return chain.from_iterable(self.rows)

    @property
    def has_text(self) -> bool:
        return any(has_text(cell.content) for cell in self.cells)

    @property
    def width(self) -> int:
        """The number of columns."""
        return max(map(_count_columns, self.rows), default=0)

    def to_html(self) -> str:
        """The table in its normal form.

        Rows of headings at the top are its head and head their columns. A heading further down
        heads its row.
        """
        head_length = self._count_head_rows()
        head = _format_section("thead", self.rows[:head_length], scope="col")
        body = _format_section("tbody", self.rows[head_length:], scope="row")
        return f"<table>{head}{body}</table>"

    def _count_head_rows(self) -> int:
        """The number of rows above the first one with an ordinary cell; 1 if there is none."""
        for number, row in enumerate(self.rows):
            if any(cell.tag == "td" for cell in row):
                return number
        return 1


def _count_columns(row: list[HtmlCell]) -> int:
    return sum(cell.spans.get("colspan", 1) for cell in row)


def _format_section(tag: str, rows: list[list[HtmlCell]], *, scope: str) -> str:
    if not rows:
        return ""
    html = ""
    for row in rows:
        cells = [cell.to_html(scope) for cell in row]
        html += f"<tr>{''.join(cells)}</tr>"
    return f"<{tag}>{html}</{tag}>"


def has_text(html: str) -> bool:
    """Whether a rich text has words, and not only tags and spaces."""
    return bool(unescape(TAG.sub("", html)).strip())


WriteTable = Callable[[HtmlTable], str]


class _TableParser(HTMLParser):
    """Copies well-formed rich text and rewrites its tables. A table in a table becomes lines."""

    def __init__(self, write_table: WriteTable) -> None:
        super().__init__(convert_charrefs=False)
        self.write_table = write_table
        self.out: list[str] = []
        self.table: HtmlTable | None = None
        self.cell: HtmlCell | None = None
        self.depth = 0

    def append_html(self, html: str) -> None:
        if self.cell is not None:
            self.cell.content += html
        elif self.table is None:
            self.out.append(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.table = HtmlTable()
        elif self.depth > 1 and tag in TABLE_TAGS:
            if tag in ("td", "th"):
                self.append_html("<br>")
        elif self.table is not None and tag == "tr":
            self.table.rows.append([])
        elif self.table is not None and tag in ("td", "th", "caption"):
            self.cell = HtmlCell(tag, _parse_spans(attrs))
        elif tag not in TABLE_TAGS:
            self.append_html(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self.depth = max(0, self.depth - 1)
            if self.depth == 0 and self.table is not None:
                self._end_table(self.table)
        elif self.depth > 1 and tag in TABLE_TAGS:
            return
        elif self.table is not None and self.cell is not None and tag == self.cell.tag:
            self._end_cell(self.table, self.cell)
        elif tag not in TABLE_TAGS:
            self.append_html(f"</{tag}>")

    def _end_cell(self, table: HtmlTable, cell: HtmlCell) -> None:
        self.cell = None
        cell.content = _unwrap_paragraph(cell.content)
        if cell.tag == "caption":
            table.caption = cell.content
        else:
            table.rows = table.rows or [[]]
            table.rows[-1].append(cell)

    def _end_table(self, table: HtmlTable) -> None:
        self.table = None
        table.rows = list(filter(None, table.rows))
        if has_text(table.caption):
            self.out.append(f"<p><strong>{table.caption}</strong></p>")
        if table.has_text:
            self.out.append(self.write_table(table))

    def handle_data(self, data: str) -> None:
        self.append_html(data)

    def handle_entityref(self, name: str) -> None:
        self.append_html(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.append_html(f"&#{name};")


def _parse_spans(attrs: list[tuple[str, str | None]]) -> dict[str, int]:
    counts = {}
    for name, value in attrs:
        if name in SPANS and value and value.isdecimal():
            counts[name] = int(value)
    spans = {}
    for name in SPANS:
        if 1 < counts.get(name, 1) <= MAX_SPAN:
            spans[name] = counts[name]
    return spans


def _unwrap_paragraph(html: str) -> str:
    """The content of a cell without the single paragraph around it; empty if it has no words."""
    html = html.strip()
    if found := SINGLE_PARAGRAPH.match(html):
        html = found[1].strip()
    return html if has_text(html) else ""


def _rewrite_tables(html: str, write_table: WriteTable) -> str:
    """Rich text with each table as ``write_table`` writes it."""
    if "<table" not in html:
        return html
    parser = _TableParser(write_table)
    parser.feed(html)
    parser.close()
    return "".join(parser.out)


def normalize_tables(html: str) -> str:
    """Sanitised rich text with each table in its normal form: a head, a body, scoped headings."""
    return _rewrite_tables(html, HtmlTable.to_html)


def flatten_layout_tables(html: str) -> str:
    """Rich text in which a table of one row or one column, there for its look, is paragraphs."""
    return _rewrite_tables(html, _flatten_layout_table)


def _flatten_layout_table(table: HtmlTable) -> str:
    if table.width > 1 and len(table.rows) > 1:
        return table.to_html()
    html = ""
    for cell in table.cells:
        if cell.content and not cell.content.startswith("<"):
            html += f"<p>{cell.content}</p>"
        else:
            html += cell.content
    return html


def split_tables(html: str) -> Iterator[str | HtmlTable]:
    """Rich text as it was saved, cut into its tables and the HTML between them."""
    end = 0
    for found in TABLE.finditer(html):
        yield html[end : found.start()]
        yield from _parse_tables(found[0])
        end = found.end()
    yield html[end:]


def _parse_tables(html: str) -> list[HtmlTable]:
    tables: list[HtmlTable] = []

    def collect(table: HtmlTable) -> str:
        tables.append(table)
        return ""

    _rewrite_tables(html, collect)
    return tables


def make_scrollable(html: str) -> str:
    """Signed rich text with each table in a labelled region that scrolls, also by keyboard."""
    if "<table>" not in html:
        return html
    return TABLE.sub(_wrap_table, html)


def _wrap_table(found: re.Match[str]) -> str:
    label = escape(_make_label(found[0]))
    return f'<div class="scroll" role="region" aria-label="{label}" tabindex="0">{found[0]}</div>'


def _make_label(table: str) -> str:
    """A name for a table, from the headings of its columns."""
    headings = []
    for heading in HEADING.findall(table):
        words = unescape(TAG.sub(" ", heading)).split()
        if words:
            headings.append(" ".join(words))
    if not headings:
        return "Table"
    name = ", ".join(headings)
    if len(name) > MAX_LABEL_LENGTH:
        name = f"{name[:MAX_LABEL_LENGTH]}…"
    return f"Table: {name}"
