"""HTML as a tree of plain objects: parsed as browsers parse it, changed, and written again."""

from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

COMMENT = "#comment"  # the tag of a comment, which has its words in the attribute "text"
TEMPLATE = "template"
RENAMED_PREFIX = "format-"  # of tags that were renamed before parsing
VOID_TAGS = {
    *("area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input"),
    *("keygen", "link", "meta", "param", "source", "track", "wbr"),
}
TEXT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\xa0": "&nbsp;"})
VALUE_ESCAPES = TEXT_ESCAPES | str.maketrans({'"': "&quot;"})


class Element:
    """An element: its tag, attributes and children, and the style that holds for it alone."""

    __slots__ = ("attributes", "children", "style", "tag")

    def __init__(
        self,
        tag: str,
        attributes: dict[str, str] | None = None,
        children: "Iterable[Element | str]" = (),
    ) -> None:
        self.tag = tag
        self.attributes = attributes or {}
        self.children = list(children)
        self.style: dict[str, str] = {}

    def get(self, name: str) -> str:
        """The value of an attribute; empty if there is none."""
        return self.attributes.get(name, "")

    @property
    def classes(self) -> list[str]:
        """The names of its classes, in lower case."""
        return self.get("class").lower().split()

    @property
    def elements(self) -> "Iterator[Element]":
        """The children that are elements."""
        for child in self.children:
            if isinstance(child, Element):
                yield child


Node = Element | str


def parse(html: str) -> Element:
    """The tree of what stands in the body of a page, comments included."""
    root = Element("body")
    first = LexborHTMLParser(html, is_fragment=True, fragment_tag="body").root
    waiting: list[tuple[LexborNode | None, Element]] = [(first, root)]
    while waiting:
        node, parent = waiting.pop()
        while node is not None:
            element = _copy(node, parent)
            child = node.child
            if element is not None and child is not None:
                waiting.append((node.next, parent))
                node, parent = child, element
            else:
                node = node.next
    return root


def _copy(node: LexborNode, parent: Element) -> Element | None:
    """Append a copy of a parsed node to its parent. Returns the element that it is, if any."""
    if node.is_text_node:
        parent.children.append(node.text_content or "")
        return None
    if node.is_comment_node:
        parent.children.append(Element(COMMENT, {"text": node.comment_content or ""}))
        return None
    if not node.is_element_node:
        return None
    attributes = {name: value or "" for name, value in node.attributes.items()}
    element = Element((node.tag or "").removeprefix(RENAMED_PREFIX), attributes)
    parent.children.append(element)
    if element.tag == TEMPLATE:  # what it holds is no child of it
        element.children.append(node.html or "")
    return element


def walk(root: Element) -> list[Element]:
    """All elements of a tree, parents before their children; the root is first."""
    found = []
    waiting = [root]
    while waiting:
        element = waiting.pop()
        found.append(element)
        waiting += reversed(list(element.elements))
    return found


def walk_up(root: Element) -> Iterator[Element]:
    """All elements of a tree, children before their parents."""
    return reversed(walk(root))


def get_text(nodes: Iterable[Node]) -> str:
    """The words of some nodes, in their order, without comments."""
    parts = []
    waiting = list(nodes)[::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            parts.append(node)
        elif node.tag != COMMENT:
            waiting += reversed(node.children)
    return "".join(parts)


def has_words(nodes: Iterable[Node]) -> bool:
    """Whether there is more in some nodes than spaces."""
    return bool(get_text(nodes).strip())


def serialize(nodes: Iterable[Node]) -> str:
    """Some nodes as HTML, escaped as the sanitiser escapes it."""
    parts: list[str] = []
    waiting: list[Node | tuple[str]] = [*nodes][::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            parts += node
        elif isinstance(node, str):
            parts.append(node.translate(TEXT_ESCAPES))
        else:
            parts.append(_format_start_tag(node))
            if node.tag not in VOID_TAGS:
                waiting.append((f"</{node.tag}>",))
                waiting += reversed(node.children)
    return "".join(parts)


def _format_start_tag(element: Element) -> str:
    attributes = ""
    for name, value in element.attributes.items():
        attributes += f' {name}="{value.translate(VALUE_ESCAPES)}"'
    return f"<{element.tag}{attributes}>"


def find_parents(root: Element) -> dict[Element, Element]:
    """The parent of each element of a tree."""
    parents = {}
    for element in walk(root):
        for child in element.elements:
            parents[child] = element
    return parents


def remove(root: Element, removed: set[Element]) -> None:
    """Take some elements out of a tree, with all that they hold."""
    if not removed:
        return
    for element in walk(root):
        if not removed.isdisjoint(element.elements):
            element.children = [child for child in element.children if child not in removed]
