"""Tables in their normal form: a head and a body of rows, with headings that say what they head.

A table of one row or one column without headings is there for its look, and becomes its content. A
table within a table becomes lines.
"""

from collections.abc import Iterator
from itertools import chain

from articles.richtext.reader.tree import Element, Node, has_words, walk

CELL_TAGS = {"td", "th"}
SECTION_TAGS = {"thead", "tbody", "tfoot"}
HEADING_ROLES = {"columnheader", "rowheader"}
LAYOUT_ROLES = {"presentation", "none"}
SPANS = ("colspan", "rowspan")
MAX_SPAN = 50

Row = list[Element]


def rebuild(root: Element) -> None:
    """Give each table of a tree its normal form."""
    waiting: list[tuple[Element, bool]] = [(root, False)]  # and whether it is in a table
    while waiting:
        element, is_within = waiting.pop()
        children: list[Node] = []
        for child in element.children:
            if isinstance(child, str) or child.tag != "table":
                children.append(child)
            elif is_within:
                children += _iter_lines(child)
            elif _is_layout(child):
                children += _iter_contents(child)
            else:
                children += _iter_normal(child, finds_heading=not _is_from_editor(child))
        element.children = children
        for child in element.elements:
            waiting.append((child, is_within or child.tag in CELL_TAGS))


def normalize(table: Element) -> Element:
    """A table in its normal form, with the headings that it has."""
    *_, normal = _iter_normal(table, finds_heading=False)
    return normal


def _iter_rows(table: Element) -> Iterator[Row]:
    """The rows that have cells, from head to foot, without those of tables within."""
    sections: dict[str, list[Element]] = {"thead": [], "tbody": [], "tfoot": []}
    for child in table.elements:
        if child.tag in SECTION_TAGS:
            sections[child.tag] += [row for row in child.elements if row.tag == "tr"]
        elif child.tag == "tr":
            sections["tbody"].append(child)
    for name, rows in sections.items():
        for row in rows:
            cells = [cell for cell in row.elements if cell.tag in CELL_TAGS]
            for cell in cells:
                if name == "thead" or cell.get("role") in HEADING_ROLES:
                    cell.tag = "th"
            if cells:
                yield cells


def _is_from_editor(table: Element) -> bool:
    """Whether our own editor wrote it: it says itself what its headings are."""
    return "min-width" in table.style


def _is_layout(table: Element) -> bool:
    if table.get("role") in LAYOUT_ROLES:
        return True
    if _is_from_editor(table) or any(child.tag == "caption" for child in table.elements):
        return False
    rows = list(_iter_rows(table))
    if _has_headings(rows):
        return False
    return len(rows) < 2 or max(map(_count_columns, rows)) < 2


def _has_headings(rows: list[Row]) -> bool:
    return any(cell.tag == "th" for cell in chain.from_iterable(rows))


def _count_columns(row: Row) -> int:
    return sum(_read_span(cell, "colspan") for cell in row)


def _read_span(cell: Element, name: str) -> int:
    """How many columns or rows a cell spans; 1 if it says nothing that can be."""
    value = cell.get(name).strip()
    count = int(value) if value.isdecimal() and len(value) < 4 else 1
    return count if 1 < count <= MAX_SPAN else 1


def _iter_contents(table: Element) -> Iterator[Element]:
    """The content of each cell, a block each."""
    for child in table.elements:
        if child.tag == "caption":
            yield Element("div", {}, child.children)
    for row in _iter_rows(table):
        for cell in row:
            block = Element("div", {}, cell.children)
            block.style = cell.style
            yield block


def _iter_lines(table: Element) -> Iterator[Element]:
    """The cells of a table within a cell, a line each."""
    for element in walk(table):
        if element.tag in CELL_TAGS or element.tag == "caption":
            yield Element("br")
            yield Element("span", {}, [child for child in element.children if not _is_table(child)])


def _is_table(node: Node) -> bool:
    return isinstance(node, Element) and node.tag == "table"


def _iter_normal(table: Element, *, finds_heading: bool) -> Iterator[Element]:
    """The caption of a table as a paragraph, and its rows in a head and a body.

    ``finds_heading`` makes headings of the first row if the table has none.
    """
    for child in table.elements:
        if child.tag == "caption" and has_words(child.children):
            yield Element("p", {}, [Element("strong", {}, child.children)])
    rows = list(_iter_rows(table))
    if finds_heading and not _has_headings(rows) and len(rows) > 1 and has_words(rows[0]):
        for cell in rows[0]:
            cell.tag = "th"
    head_length = _count_head_rows(rows)
    sections = []
    for tag, scope, part in (
        ("thead", "col", rows[:head_length]),
        ("tbody", "row", rows[head_length:]),
    ):
        if part:
            sections.append(Element(tag, {}, [_write_row(row, scope) for row in part]))
    yield Element("table", {}, sections)


def _count_head_rows(rows: list[Row]) -> int:
    """The number of rows above the first one with an ordinary cell; 1 if there is none."""
    for number, row in enumerate(rows):
        if any(cell.tag == "td" for cell in row):
            return number
    return 1


def _write_row(row: Row, scope: str) -> Element:
    for cell in row:
        attributes = {"scope": scope} if cell.tag == "th" else {}
        for name in SPANS:
            count = _read_span(cell, name)
            if count > 1:
                attributes[name] = str(count)
        cell.attributes = attributes
    return Element("tr", {}, row)
