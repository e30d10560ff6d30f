"""Lists keep their kind, depth, numbers and numbering style, whichever program wrote them.

Word writes a paragraph for each item, with its sign and its level. Word online writes a list for
each item. Others put a list within a list. All become lists in items.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from articles.richtext.reader import item_numbers, measures
from articles.richtext.reader.item_numbers import BULLET, ItemNumber
from articles.richtext.reader.stylesheets import StyleSheet
from articles.richtext.reader.tree import (
    COMMENT,
    Element,
    Node,
    get_text,
    has_words,
    remove,
    walk,
    walk_up,
)

LIST_TAGS = {"ul", "ol"}
RENAMED_TAGS = {"dir": "ul", "menu": "ul"}
RENAMED_ROLES = {"list": "ul", "listitem": "li"}
ROLE_TAGS = {"div", "span", "section"}
LINE_TAGS = {"p", "div"}
HEADING_TAGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
WORD_LIST = re.compile(r"(l\d+)(?:\s+(level(\d)))?")
WORD_CLASS = re.compile(r"msolist(?:paragraph|bullet|number)(\d?)(?:cxsp\w+)?")
ONLINE_CLASS = "listcontainerwrapper"
NO_LISTS = re.compile(r"\[if !supportlists\]", re.IGNORECASE)
END_IF = re.compile(r"\[endif\]", re.IGNORECASE)
TYPED_MARKER = re.compile(
    r"[\s\xa0]*([·•o§▪–◦‣●○■□➢✓Ø-]|[(\[]?(?:\d{1,3}\.)*(?:\d{1,3}|[a-zA-Z]{1,4})[.)\]]+)"
    r"(?:[\s\xa0]+|\Z)"
)
INDENT = 48.0  # pixels of one level
INTEGER = re.compile(r"\s*([-+]?\d{1,9})")
FIRST_NUMBER, LAST_NUMBER = 1, 9_999  # of those that a page can carry


@dataclass
class _Line:
    """One item as a line: its level, its numbering and what it holds."""

    level: int
    item_number: ItemNumber
    children: list[Node]


def rebuild(root: Element, sheet: StyleSheet) -> None:
    """Give a tree lists of items in the place of all that stands for lists."""
    for element in walk(root):
        element.tag = RENAMED_TAGS.get(element.tag, element.tag)
        if element.tag in ROLE_TAGS:
            element.tag = RENAMED_ROLES.get(element.get("role"), element.tag)
    for element in walk(root):
        _join_lines(element, sheet)
    for element in walk_up(root):
        if not LIST_TAGS.isdisjoint(child.tag for child in element.elements):
            element.children = list(_iter_rebuilt(element.children))


def _iter_rebuilt(children: list[Node]) -> Iterator[Node]:
    for child in children:
        if isinstance(child, Element) and child.tag in LIST_TAGS:
            yield from _rebuild_list(child)
        else:
            yield child


# Lines that stand for items


def _join_lines(parent: Element, sheet: StyleSheet) -> None:
    """Put lists in the place of the lines of an element that stand for items."""
    children: list[Node] = []
    lines: list[_Line] = []
    gap: list[Node] = []  # what may stand between two items
    for child in parent.children:
        found = _read_lines(child, lines, sheet)
        if found:
            lines += found
            gap = []
        elif (
            lines and (isinstance(child, str) or child.tag in LINE_TAGS) and not has_words([child])
        ):
            gap.append(child)
        else:
            children += [*_build_lists(lines), *gap, child]
            lines, gap = [], []
    if lines or gap:
        children += [*_build_lists(lines), *gap]
    if len(children) != len(parent.children) or children != parent.children:
        parent.children = children


def _read_lines(child: Node, lines: list[_Line], sheet: StyleSheet) -> list[_Line]:
    """The items that a node stands for; none if it is no item."""
    if isinstance(child, str) or child.tag == COMMENT:
        return []
    if ONLINE_CLASS in child.classes:
        return list(_iter_online_lines(child))
    if child.tag in HEADING_TAGS:
        _keep_marker_as_words(child, _take_marker(child, is_typed=False))
    if child.tag not in LINE_TAGS:
        return []
    line = _read_word_line(child, lines, sheet)
    return [line] if line else []


def _iter_online_lines(wrapper: Element) -> Iterator[_Line]:
    for element in walk(wrapper):
        if element.tag not in LIST_TAGS:
            continue
        number = _read_integer(element.get("start"))
        list_type = _find_type(element, list(element.elements))
        for item in element.elements:
            level = _read_integer(item.get("data-aria-level") or item.get("aria-level"))
            if number is None:
                number = _read_integer(item.get("data-aria-posinset"))
            numbered = ItemNumber(list_type, number if list_type else None)
            yield _Line(level or 1, numbered, item.children)
            number = None if number is None else number + 1


def _read_word_line(element: Element, lines: list[_Line], sheet: StyleSheet) -> _Line | None:
    """The item that a paragraph of Word stands for; None if it is none."""
    found = WORD_LIST.match(element.style.get("mso-list", ""))
    class_found = next(filter(None, map(WORD_CLASS.fullmatch, element.classes)), None)
    is_item = bool(found or class_found)
    if element.tag != "p" and not is_item and not any(map(_is_marker, element.elements)):
        return None
    marker = _take_marker(element, is_typed=is_item)
    if marker is None and found is None:
        return None
    level = _find_level(element, found, class_found)
    list_type = ""
    if found:
        list_type = sheet.list_formats.get((found[1], f"level{level}"), "")
    list_type = item_numbers.read_style(list_type) or ""
    before = BULLET
    for line in reversed(lines):
        if line.level <= level:
            before = line.item_number if line.level == level else BULLET
            break
    numbered: ItemNumber | None = ItemNumber(list_type)
    if marker is not None:
        known_type = list_type if list_type != "1" else ""
        numbered = item_numbers.parse_marker(marker, before, known_type)
    if numbered is None:
        _keep_marker_as_words(element, marker)
        return None
    element.tag = "p"
    return _Line(level, numbered, [element])


def _find_level(
    element: Element, found: re.Match[str] | None, class_found: re.Match[str] | None
) -> int:
    if found:
        return int(found[3] or 1)
    if class_found and class_found[1]:
        return int(class_found[1])
    indent = measures.parse_length(element.style.get("margin-left", "")) or 0.0
    return max(1, min(9, round(indent / INDENT)))


def _take_marker(line: Element, *, is_typed: bool) -> str | None:
    """Take the sign of an item out of its line. None if there is none.

    ``is_typed`` is whether it may stand there as words, as in what Word saves as filtered.
    """
    for element in walk(line):
        if _is_marker(element):
            text = get_text([element])
            remove(line, {element})
            return text
    if any(child.tag == COMMENT for child in line.elements):
        start, end = _find_conditional(line.children)
        if end:
            text = get_text(line.children[start:end])
            del line.children[start:end]
            return text
    return _take_typed_marker(line) if is_typed else None


def _is_marker(element: Element) -> bool:
    if "mso-list" in element.style and "ignore" in element.style["mso-list"]:
        return True
    return element.style.get("mso-special-format", "").startswith(("bullet", "numbullet"))


def _find_conditional(children: list[Node]) -> tuple[int, int]:
    """The places between which nodes stand for programs without lists; 0 and 0 without any."""
    start = 0
    for place, child in enumerate(children):
        if isinstance(child, Element) and child.tag == COMMENT:
            if NO_LISTS.match(child.get("text")):
                start = place + 1
            elif start and END_IF.match(child.get("text")):
                return start, place
    return 0, 0


def _take_typed_marker(line: Element) -> str | None:
    for element in walk(line):
        for place, child in enumerate(element.children):
            if not isinstance(child, str) or not child.strip():
                continue
            found = TYPED_MARKER.match(child)
            if found is None:
                return None
            element.children[place] = child[found.end() :]
            return found[1]
    return None


def _keep_marker_as_words(line: Element, marker: str | None) -> None:
    if marker and any(map(str.isalnum, marker)):
        line.children.insert(0, f"{marker.strip(item_numbers.SPACES)} ")


def _build_lists(lines: list[_Line]) -> list[Element]:
    """Lists in items, from items with their levels."""
    lists: list[Element] = []
    open_lists: list[tuple[int, Element]] = []
    for line in lines:
        while open_lists and open_lists[-1][0] > line.level:
            open_lists.pop()
        attributes = {"type": line.item_number.type} if line.item_number.type else {}
        is_same = False
        if open_lists and open_lists[-1][0] == line.level:
            current = open_lists[-1][1]
            is_same = (current.tag, current.attributes) == (line.item_number.tag, attributes)
            if not is_same:
                open_lists.pop()
        if not is_same:
            current = Element(line.item_number.tag, attributes)
            around = _get_last_item(open_lists[-1][1]).children if open_lists else None
            (lists if around is None else around).append(current)
            open_lists.append((line.level, current))
        value = {} if line.item_number.number is None else {"value": str(line.item_number.number)}
        open_lists[-1][1].children.append(Element("li", value, line.children))
    return lists


def _get_last_item(element: Element) -> Element:
    return list(element.elements)[-1]


# Lists of HTML


def _rebuild_list(element: Element) -> Iterator[Node]:
    """A list as those that a page can carry: more than one if its numbers jump."""
    items, before = _collect_items(element)
    yield from before
    list_type = _find_type(element, items)
    if not list_type:
        yield Element("ul", {}, items)
        return
    group: list[Element] = []
    last = 0
    for item, number in _number_items(element, items):
        if group and number != last + 1:
            yield from _finish_group(group, list_type, last)
            group = []
        if FIRST_NUMBER <= number <= LAST_NUMBER:
            group.append(item)
        else:
            yield from _finish_group(group, list_type, last)
            group = []
            yield _write_number(item, number)
        last = number
    yield from _finish_group(group, list_type, last)


def _finish_group(group: list[Element], list_type: str, last: int) -> Iterator[Element]:
    if not group:
        return
    attributes = {}
    start = last - len(group) + 1
    if start != FIRST_NUMBER:
        attributes["start"] = str(start)
    if list_type != "1":
        attributes["type"] = list_type
    yield Element("ol", attributes, group)


def _write_number(item: Element, number: int) -> Element:
    """A paragraph with its number, for an item whose number no list can have."""
    line = item
    while line.children and isinstance(line.children[0], Element) and line.children[0].tag == "p":
        line = line.children[0]
    line.children.insert(0, f"{number}. ")
    return Element("div", {}, item.children)


def _number_items(element: Element, items: list[Element]) -> Iterator[tuple[Element, int]]:
    """The items with their numbers, as browsers count."""
    step = -1 if "reversed" in element.attributes else 1
    start = _read_integer(element.get("start"))
    if start is None:
        start = len(items) if step < 0 else 1
    number = start - step
    for item in items:
        value = _read_integer(item.get("value"))
        number = number + step if value is None else value
        yield item, number


def _collect_items(element: Element) -> tuple[list[Element], list[Element]]:
    """The items of a list, and lists to put before it, that stand in no item."""
    items: list[Element] = []
    is_loose = False  # whether the last item holds what stands in the list itself
    for child in element.children:
        if isinstance(child, Element) and child.tag == "li":
            items.append(child)
            is_loose = False
        elif isinstance(child, Element) and child.tag in LIST_TAGS:
            items.append(Element("li", {}, [child]))
            is_loose = False
        elif is_loose:
            items[-1].children.append(child)
        elif has_words([child]):
            items.append(Element("li", {}, [child]))
            is_loose = True
    return _move_lists(items, element.tag)


def _move_lists(items: list[Element], tag: str) -> tuple[list[Element], list[Element]]:
    """Items whose only content is a list, moved into the item before them."""
    kept: list[Element] = []
    before: list[Element] = []
    for item in items:
        inner = [child for child in item.elements if child.tag in LIST_TAGS]
        own = [child for child in item.children if child not in inner]
        if not inner or has_words(own):
            kept.append(item)
        elif kept:
            kept[-1].children += inner
        elif all(child.tag == tag for child in inner):
            for child in inner:
                kept += child.elements
        else:
            before += inner
    return kept, before


def _find_type(element: Element, items: list[Element]) -> str:
    """The type of a list, as browsers show it: empty for bullets."""
    for source in (*items[:1], element):
        for name in ("list-style-type", "list-style"):
            found = item_numbers.read_style(source.style.get(name, ""))
            if found is not None:
                return found
    for source in (*items[:1], element):
        value = source.get("type")
        if value in item_numbers.TYPES:
            return value
        if value.lower() in item_numbers.BULLET_STYLES:
            return ""
    return "1" if element.tag == "ol" else ""


def _read_integer(value: str) -> int | None:
    found = INTEGER.match(value)
    return int(found[1]) if found else None
