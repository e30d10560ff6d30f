"""Paragraphs, headings, items and cells: the elements of a page, from a tree of any elements.

An element is opened only for words in it, so none is empty but the cells of tables. Spaces collapse
as in browsers; two line breaks end a paragraph.
"""

import re
from dataclasses import dataclass, field

from articles.richtext.reader import formatting
from articles.richtext.reader.formatting import LINE_BREAK, PLAIN, Format, Run
from articles.richtext.reader.tree import COMMENT, Element, Node, walk_up

HEADING_TAGS = {"h2", "h3"}
WRAPPER_TAGS = {
    *("address", "article", "aside", "body", "center", "dd", "details", "dialog", "div", "dl"),
    *("dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr"),
    *("legend", "listing", "main", "nav", "noscript", "optgroup", "p", "plaintext", "pre"),
    *("search", "section", "summary", "xmp", "h1", "h4", "h5", "h6"),
}
LIST_TAGS = {"ul", "ol"}
CELL_TAGS = {"td", "th"}
TABLE_PART_TAGS = {"table", "thead", "tbody", "tr"}
TEXT_CONTAINER_TAGS = {"li", *CELL_TAGS}  # these may hold text without a paragraph
CONTAINER_TAGS = {*LIST_TAGS, *TABLE_PART_TAGS, *TEXT_CONTAINER_TAGS, "blockquote"}
BLOCK_DISPLAYS = ("block", "list-item", "flex", "grid", "table", "flow-root")
BARE = "bare"  # the tag of a line that stands in its container without a paragraph
MAX_BREAKS = 2
SPACES = re.compile(r"[ \t\r\n\f\v]+")
LINE_SPACES = re.compile(r"[ \t\r\f\v]+")
OUTER_SPACES = " \xa0"
CONVERTED_SPACE_CLASS = "apple-converted-space"
QUOTES = {"q": ("“", "”")}


@dataclass
class _Arrangement:
    """The elements that are written, and the line that is read."""

    containers: list[Element]
    tag: str = ""  # of the next line; empty if its container decides
    runs: list[Run] = field(default_factory=list)
    has_space: bool = False  # whether a space waits for the next words
    breaks: int = 0  # how many line breaks wait for them

    def start_line(self, tag: str) -> None:
        """End the line, if any. What comes next is another one."""
        self.end_line()
        self.tag = tag

    def end_line(self) -> None:
        runs, self.runs = _trim(self.runs), []
        self.has_space = False
        self.breaks = 0
        if not runs:
            return
        container = self.containers[-1]
        tag = self._choose_tag()
        if tag in HEADING_TAGS and container.tag in TEXT_CONTAINER_TAGS:
            tag = "p"
            runs = _set_bold(runs, container.tag != "th")
        elif (tag in HEADING_TAGS or container.tag == "th") and all(
            run.format.strong for run in runs
        ):
            runs = _set_bold(runs, False)
        container.children.append(Element(tag, {}, formatting.write_runs(runs)))

    def _choose_tag(self) -> str:
        if self.tag:
            return self.tag
        return BARE if self.containers[-1].tag in TEXT_CONTAINER_TAGS else "p"

    def add_text(self, text: str, format_: Format) -> None:
        if not format_.keeps_lines:
            self._add_words(SPACES.sub(" ", text), format_)
            return
        first_line, *other_lines = LINE_SPACES.sub(" ", text).split("\n")
        self._add_words(first_line, format_)
        for line in other_lines:
            self.add_break()
            self._add_words(line, format_)

    def add_break(self) -> None:
        if self.runs:
            self.breaks += 1

    def _add_words(self, text: str, format_: Format) -> None:
        words = text.strip(" ")
        if text.startswith(" "):
            self.has_space = True
        if not words:
            return
        if self.breaks >= MAX_BREAKS and self._choose_tag() == "p":
            self.start_line(self.tag)
        if self.runs:
            self._add_gap(format_)
        self.runs.append(Run(words, format_))
        self.has_space = text.endswith(" ")
        self.breaks = 0

    def _add_gap(self, format_: Format) -> None:
        """Write the space or the line breaks between the words before and those that follow."""
        between = formatting.join(self.runs[-1].format, format_)
        if self.breaks and self.tag not in HEADING_TAGS:
            self.runs += [Run(LINE_BREAK, between)] * min(self.breaks, MAX_BREAKS)
        elif self.breaks or self.has_space:
            self.runs.append(Run(" ", between))

    def open_container(self, element: Element) -> None:
        self.start_line("")
        container = Element(element.tag, element.attributes)
        self.containers[-1].children.append(container)
        self.containers.append(container)

    def close_container(self) -> None:
        self.start_line("")
        self.containers.pop()


def _trim(runs: list[Run]) -> list[Run]:
    """The runs of a line without spaces around it; none if it has no words."""
    worded = [place for place, run in enumerate(runs) if run.text.strip()]
    runs = runs[worded[0] : worded[-1] + 1] if worded else []
    if runs:
        runs[0] = runs[0]._replace(text=runs[0].text.lstrip(OUTER_SPACES))
        runs[-1] = runs[-1]._replace(text=runs[-1].text.rstrip(OUTER_SPACES))
    return runs


def _set_bold(runs: list[Run], strong: bool) -> list[Run]:
    return [run._replace(format=run.format._replace(strong=strong)) for run in runs]


def arrange(root: Element) -> Element:
    """A tree of the elements that a page may carry, from one of any elements."""
    top = Element("body")
    arrangement = _Arrangement([top])
    waiting: list[tuple[Node | None, Format]] = [(root, PLAIN)]
    # The elements that are open, and whether each is a container. None in ``waiting`` ends one.
    ends: list[tuple[Element, bool]] = []
    while waiting:
        node, format_ = waiting.pop()
        if node is None:
            element, is_container = ends.pop()
            if is_container:
                arrangement.close_container()
            else:
                _leave(element, arrangement, format_)
        elif isinstance(node, str):
            arrangement.add_text(node, format_)
        elif node.tag != COMMENT:
            inner = formatting.enter(format_, node)
            ends.append((node, _opens_container(node, arrangement)))
            if not ends[-1][1]:
                _enter(node, arrangement, inner)
            waiting.append((None, inner))
            waiting += [(child, inner) for child in reversed(node.children)]
    arrangement.end_line()
    _finish(top)
    return top


def _enter(element: Element, arrangement: _Arrangement, format_: Format) -> None:
    tag = element.tag
    if tag == "br":
        arrangement.add_break()
    elif tag in HEADING_TAGS:
        arrangement.start_line(tag)
    elif _is_wrapper(element):
        arrangement.start_line("p")
    elif tag in QUOTES:
        arrangement.add_text(QUOTES[tag][0], format_)
    elif CONVERTED_SPACE_CLASS in element.classes:
        element.children = [" "]


def _leave(element: Element, arrangement: _Arrangement, format_: Format) -> None:
    tag = element.tag
    if tag in HEADING_TAGS or _is_wrapper(element):
        arrangement.start_line("")
    elif tag in QUOTES:
        arrangement.add_text(QUOTES[tag][1], format_)


def _opens_container(element: Element, arrangement: _Arrangement) -> bool:
    """Open the container that an element is. An item in no list is no container."""
    if element.tag not in CONTAINER_TAGS:
        return False
    if element.tag == "li" and arrangement.containers[-1].tag not in LIST_TAGS:
        return False
    arrangement.open_container(element)
    return True


def _is_wrapper(element: Element) -> bool:
    """Whether an element begins a line of its own."""
    if element.tag in WRAPPER_TAGS or element.tag in CONTAINER_TAGS:
        return element.tag != "div" or element.style.get("display") != "inline"
    return element.style.get("display", "").startswith(BLOCK_DISPLAYS)


def _finish(top: Element) -> None:
    """Take out what has no words, and give lines without a paragraph one where they need it."""
    with_words: set[Element] = set()
    for element in walk_up(top):
        lines = [child for child in element.elements if child.tag == BARE]
        if lines and (len(lines) > 1 or not _stands_alone(lines[0], element)):
            for line in lines:
                line.tag = "p"
        elif lines:
            place = element.children.index(lines[0])
            element.children[place : place + 1] = lines[0].children
        element.children = [child for child in element.children if _stays(child, with_words)]
        if element.tag in CELL_TAGS and [child.tag for child in element.elements] == ["p"]:
            element.children = next(element.elements).children
        if any(isinstance(child, str) or child in with_words for child in element.children):
            with_words.add(element)


def _stands_alone(line: Element, container: Element) -> bool:
    """Whether a line may stand without a paragraph: alone, or before a list."""
    others = [child.tag for child in container.elements if child is not line]
    return container.children[0] is line and LIST_TAGS.issuperset(others)


def _stays(child: Node, with_words: set[Element]) -> bool:
    """Whether a node has words, or is a part of a table with words."""
    if isinstance(child, str) or child in with_words:
        return True
    return child.tag == "br" or child.tag in TABLE_PART_TAGS - {"table"} or child.tag in CELL_TAGS
