"""Tables in saved rich text: read cell by cell, and made scrollable when they are shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from itertools import chain

from articles.richtext.reader.tree import parse, serialize, walk

TABLE_TAGS = {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"}
SPANS = ("colspan", "rowspan")
TABLE = re.compile(r"<table>.*?</table>", re.S)
HEADING = re.compile(r'<th scope="col"[^>]*>(.*?)</th>', re.S)
TAG = re.compile(r"<[^>]*>")
MAX_LABEL_LENGTH = 80


@dataclass
class HtmlCell:
    """A cell of a saved table: its tag, how many columns and rows it spans, and its HTML."""

    tag: str
    spans: dict[str, int]
    content: str = ""


@dataclass
class HtmlTable:
    rows: list[list[HtmlCell]] = field(default_factory=list)

    @property
    def cells(self) -> Iterator[HtmlCell]:
        """All cells, row by row."""
        return chain.from_iterable(self.rows)


def split_tables(html: str) -> Iterator[str | HtmlTable]:
    """Rich text as it was saved, cut into its tables and the HTML between them."""
    end = 0
    for found in TABLE.finditer(html):
        yield html[end : found.start()]
        yield _parse_table(found[0])
        end = found.end()
    yield html[end:]


def _parse_table(html: str) -> HtmlTable:
    table = HtmlTable()
    for element in walk(parse(html)):
        if element.tag == "tr":
            table.rows.append([])
        elif element.tag in ("td", "th"):
            spans = {
                name: int(element.get(name)) for name in SPANS if element.get(name).isdecimal()
            }
            table.rows[-1].append(HtmlCell(element.tag, spans, serialize(element.children)))
    table.rows = list(filter(None, table.rows))
    return table


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
