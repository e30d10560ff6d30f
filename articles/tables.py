"""Tables in rich text: brought into one plain shape when they are saved, and made to scroll when they are printed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser

TAGS = {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"}
SPANS = ("colspan", "rowspan")
MOST_SPANNED = 50
TABLE = re.compile(r"<table>.*?</table>", re.S)
HEADING = re.compile(r'<th scope="col"[^>]*>(.*?)</th>', re.S)
ALONE = re.compile(r"^<p>((?:(?!<p>).)*)</p>$", re.S)
TAG = re.compile(r"<[^>]*>")
LONGEST_NAME = 80


@dataclass
class Cell:
    tag: str
    spans: dict[str, int]
    inside: str = ""

    def html(self, scope: str) -> str:
        spans = "".join(f' {name}="{count}"' for name, count in self.spans.items())
        scoped = f' scope="{scope}"' if self.tag == "th" else ""
        return f"<{self.tag}{scoped}{spans}>{self.inside}</{self.tag}>"


@dataclass
class Table:
    caption: str = ""
    rows: list[list[Cell]] = field(default_factory=list)

    @property
    def says_something(self) -> bool:
        return any(says(cell.inside) for row in self.rows for cell in row)

    @property
    def width(self) -> int:
        return max((sum(cell.spans.get("colspan", 1) for cell in row) for row in self.rows), default=0)

    def html(self) -> str:
        """Rows of headings at the top are the head, and name their columns; a heading further down names its row."""
        place = next((n for n, row in enumerate(self.rows) if any(cell.tag == "td" for cell in row)), 1)
        head, body = self.rows[:place], self.rows[place:]
        parts = (("thead", head, "col"), ("tbody", body, "row"))
        return "<table>" + "".join(_part(*part) for part in parts if part[1]) + "</table>"


def _part(tag: str, rows: list[list[Cell]], scope: str) -> str:
    cells = ("".join(cell.html(scope) for cell in row) for row in rows)
    return f"<{tag}>" + "".join(f"<tr>{row}</tr>" for row in cells) + f"</{tag}>"


def says(html: str) -> bool:
    return bool(unescape(TAG.sub("", html)).strip())


class _Tables(HTMLParser):
    """Copies rich text, which is well formed, and gathers each table of it; a table in a table becomes lines."""

    def __init__(self, write):
        super().__init__(convert_charrefs=False)
        self.write, self.out = write, []
        self.table, self.cell, self.depth = None, None, 0

    def say(self, html: str) -> None:
        if self.cell is not None:
            self.cell.inside += html
        elif self.table is None:
            self.out.append(html)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.table = Table()
        elif self.depth > 1 and tag in TAGS:
            self.say("<br>" if tag in ("td", "th") else "")
        elif self.depth and tag == "tr":
            self.table.rows.append([])
        elif self.depth and tag in ("td", "th", "caption"):
            self.cell = Cell(tag, _spans(attrs))
        elif tag not in TAGS:
            self.say(self.get_starttag_text())

    def handle_endtag(self, tag):
        if tag == "table":
            self.depth = max(0, self.depth - 1)
            if self.depth == 0 and self.table is not None:
                table, self.table = self.table, None
                self._end(table)
        elif self.depth > 1 and tag in TAGS:
            return
        elif self.cell is not None and tag == self.cell.tag:
            cell, self.cell = self.cell, None
            self._keep(cell)
        elif tag not in TAGS:
            self.say(f"</{tag}>")

    def _keep(self, cell: Cell) -> None:
        cell.inside = _bare(cell.inside)
        if cell.tag == "caption":
            self.table.caption = cell.inside
        else:
            self.table.rows = self.table.rows or [[]]
            self.table.rows[-1].append(cell)

    def _end(self, table: Table) -> None:
        table.rows = [row for row in table.rows if row]
        if says(table.caption):
            self.out.append(f"<p><strong>{table.caption}</strong></p>")
        if table.says_something:
            self.out.append(self.write(table))

    def handle_data(self, data):
        self.say(data)

    def handle_entityref(self, name):
        self.say(f"&{name};")

    def handle_charref(self, name):
        self.say(f"&#{name};")


def _spans(attrs) -> dict[str, int]:
    counts = {name: int(value) for name, value in attrs if name in SPANS and value and value.isdecimal()}
    return {name: counts[name] for name in SPANS if 1 < counts.get(name, 1) <= MOST_SPANNED}


def _bare(html: str) -> str:
    """What is in a cell, without the one paragraph that editors put around it, or nothing."""
    html = html.strip()
    found = ALONE.match(html)
    html = found[1].strip() if found else html
    return html if says(html) else ""


def _rewritten(html: str, write) -> str:
    if "<table" not in html:
        return html
    parser = _Tables(write)
    parser.feed(html)
    parser.close()
    return "".join(parser.out)


def tidy(html: str) -> str:
    """Sanitised rich text with each table in its one shape: a head, a body, and headings that say what they head."""
    return _rewritten(html, Table.html)


def only_real(html: str) -> str:
    """Rich text in which a table of a single row or column, there for the look of it, is paragraphs."""
    return _rewritten(html, lambda table: table.html() if table.width > 1 and len(table.rows) > 1 else _lines(table))


def _lines(table: Table) -> str:
    insides = (cell.inside for row in table.rows for cell in row if cell.inside)
    return "".join(inside if inside.startswith("<") else f"<p>{inside}</p>" for inside in insides)


def split(html: str) -> Iterator[str | Table]:
    """Rich text as it was saved, cut into its tables and what stands between them."""
    end = 0
    for found in TABLE.finditer(html):
        yield html[end : found.start()]
        gathered: list[Table] = []
        _rewritten(found[0], lambda table, gathered=gathered: gathered.append(table) or "")
        yield from gathered
        end = found.end()
    yield html[end:]


def scrolling(html: str) -> str:
    """Signed rich text with each table in a frame of its own that scrolls, by keyboard too, and has a name."""
    if "<table>" not in html:
        return html
    return TABLE.sub(lambda found: _framed(found[0]), html)


def _framed(table: str) -> str:
    heads = [" ".join(unescape(TAG.sub(" ", head)).split()) for head in HEADING.findall(table)]
    name = ", ".join(head for head in heads if head)
    name = f"{name[:LONGEST_NAME]}…" if len(name) > LONGEST_NAME else name
    label = escape(f"Table: {name}" if name else "Table")
    return f'<div class="scroll" role="region" aria-label="{label}" tabindex="0">{table}</div>'
