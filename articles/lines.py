"""Rich text as lines of plain text in which formatting, links and lists can still be seen."""

from functools import lru_cache
from html.parser import HTMLParser

from articles import attributes, tables
from articles.tables import Cell, Table

MARKS = {"strong": "**", "em": "_"}
HEADINGS = {"h2": "## ", "h3": "### "}
LISTS = {"ul": "• ", "ol": "1. "}
AROUND = LISTS | {"blockquote": "> "}
BREAK = " ↵ "  # a line broken by hand is no space
ANOTHER = "(another list begins)"  # two lists in a row are not one
TABLE = "(a table begins)"
HEADING = "# "  # before a cell that heads others
SHORT = 1_000  # characters of a text whose lines are remembered


class _Lines(HTMLParser):
    """Rich text as lines, each with what it stands in; ``whole`` shows addresses, breaks and where a list begins."""

    def __init__(self, *, whole: bool):
        super().__init__()
        self.lines, self.around = [["", ""]], []
        self.whole, self.hrefs = whole, []
        self.closed = ""  # the list that ended last, as long as nothing came after it

    def handle_starttag(self, tag, attrs):
        if tag in MARKS:
            self.handle_data(MARKS[tag])
        elif tag == "a":
            self.hrefs.append(dict(attrs).get("href", ""))
        elif tag == "br":
            self.handle_data(BREAK if self.whole else " ")
        elif tag in AROUND or tag == "li":
            self._enter(tag)
        elif tag == "p" or tag in HEADINGS:
            self.lines.append([self._standing_in() + HEADINGS.get(tag, ""), ""])

    def _enter(self, tag: str) -> None:
        if tag in AROUND:
            if self.whole and tag in LISTS and self.closed == "".join(self.around) + AROUND[tag]:
                self.lines.append(["".join(self.around), ANOTHER])
            self.around.append(AROUND[tag])
        self.lines.append(["".join(self.around), ""])
        self.closed = ""

    def _standing_in(self) -> str:
        """What the next line begins with: a list item's second paragraph does not look like another item."""
        begun = ["".join(self.around), ""]
        if self.around and self.around[-1] in LISTS.values() and self.lines[-1] != begun:
            return "".join(self.around[:-1]) + "… "
        return begun[0]

    def handle_endtag(self, tag):
        if tag in MARKS:
            self.handle_data(MARKS[tag])
        elif tag == "a" and self.hrefs:
            href = self.hrefs.pop()
            self.handle_data(f" (→ {href})" if self.whole else "")
        elif tag in AROUND and self.around:
            self.closed = "".join(self.around)
            self.around.pop()
            self.lines.append(["".join(self.around), ""])

    def add_table(self, table: Table) -> None:
        """A row a line, with its cells in their order; read aloud, each cell on lines of its own."""
        around, self.closed = "".join(self.around), ""
        if self.whole:
            rows = (" | ".join(_cell(cell) for cell in row) for row in table.rows)
            self.lines += [[around, TABLE], *([around, f"| {row} |"] for row in rows)]
        else:
            cells = (cell.inside for row in table.rows for cell in row)
            self.lines += [[around, line] for cell in cells for line in paragraphs(cell, links=False)]
        self.lines.append([around, ""])

    def handle_data(self, data):
        if data.strip():
            self.closed = ""
        self.lines[-1][1] += data if self.lines[-1][1] else data.lstrip()


def _cell(cell: Cell) -> str:
    spans = "".join(f" ({name} {count})" for name, count in cell.spans.items())
    return (HEADING if cell.tag == "th" else "") + BREAK.join(paragraphs(cell.inside)) + spans


class _Plain(HTMLParser):
    """Rich text without its markup; what stood in paragraphs, headings and items of lists ends its line."""

    def __init__(self):
        super().__init__()
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.text += "" if tag in MARKS or tag == "a" else "\n"

    def handle_endtag(self, tag):
        self.handle_starttag(tag, ())

    def handle_data(self, data):
        self.text += data


def plain(html: str) -> str:
    """The words of a rich text and nothing else, a line for each paragraph, heading and item."""
    parser = _Plain()
    parser.feed(html)
    parser.close()
    lines = (" ".join(line.split()) for line in parser.text.split("\n"))
    return "\n".join(line for line in lines if line)


def paragraphs(html: str, *, links: bool = True) -> list[str]:
    """Rich text line by line, with all that it carries, such as addresses and attributes that nobody sees.

    Without ``links`` it is as it is read aloud: no addresses, no attributes, no broken lines, no list's begin.
    """
    return [*(_of_short if len(html) <= SHORT else _paragraphs)(html, links)]


def _paragraphs(html: str, links: bool) -> list[str]:
    parser = _Lines(whole=links)
    for part in tables.split(attributes.spoken(html) if links else attributes.bare(html)):
        parser.feed(part) if isinstance(part, str) else parser.add_table(part)
    parser.close()
    lines = ((begins, " ".join(text.split())) for begins, text in parser.lines)
    return [begins + text for begins, text in lines if text]


# A page with thousands of causes has as many short texts, nearly all of them as they were at its last look.
_of_short = lru_cache(maxsize=10_000)(_paragraphs)
