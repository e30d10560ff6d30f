"""Styles: what a style sheet in the text and the ``style`` of an element say of each element.

A small part of CSS: names of elements, classes and ids, alone, together and within each other. The
more specific rule counts, then the later one; ``!important`` comes before, and ``style`` last.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from articles.richtext.reader.tree import Element, get_text, walk

READ_PROPERTIES = {
    *("background", "background-color", "background-image", "clip", "clip-path", "color"),
    *("display", "font", "font-size", "font-style", "font-variant-position", "font-weight"),
    *("filter", "height", "left", "line-height", "list-style", "list-style-type", "margin-left"),
    *("max-height", "max-width", "min-width", "mso-element", "mso-hide", "mso-list"),
    *("mso-outline-level", "mso-special-character", "mso-special-format", "mso-text-raise"),
    *("opacity", "overflow", "position", "right", "text-decoration", "text-decoration-line"),
    *("text-indent", "text-line-through", "top", "transform", "vertical-align", "visibility"),
    *("content-visibility", "white-space", "width", "bottom", "mso-footnote-id", "mso-endnote-id"),
    *("mso-level-number-format", "-webkit-text-fill-color", "background-clip"),
    "-webkit-background-clip",
}
MAX_RULES = 2_000  # of all style sheets
MAX_RULES_BY_NAME = 100
COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
BRACE = re.compile("[{}]")
LIST_LEVEL = re.compile(r"@list\s+(l\d+):(level\d+)", re.IGNORECASE)
READ_MEDIA = re.compile(r"@media\s*(?:all|screen|only\s+screen)?\s*", re.IGNORECASE)
COMPOUND = re.compile(r"(?:[a-z][\w:\\-]*|\*)?(?:[.#][\w-]+)*", re.IGNORECASE)
NAME = re.compile(r"[.#]?[^.#]+")
ESCAPED_COLON = "\\:"  # in the names of elements of Word

Style = dict[str, str]


@dataclass
class _Rule:
    """What one selector says: its last part, those around it, its weight and its properties."""

    tag: str
    names: frozenset[str]  # classes as ".x" and ids as "#x"
    around: list[tuple[str, frozenset[str]]]
    weight: tuple[int, int, int, int]
    style: Style


@dataclass
class StyleSheet:
    """The rules of all style sheets of a text, and the kinds of Word's lists by their level."""

    rules: dict[str, list[_Rule]] = field(default_factory=lambda: defaultdict(list))
    list_formats: dict[tuple[str, str], str] = field(default_factory=dict)
    rule_count: int = 0

    def add(self, css: str) -> None:
        """Read the text of one more style sheet."""
        for prelude, body in _split_rules(COMMENT.sub(" ", css)):
            if found := LIST_LEVEL.match(prelude):
                style = parse_style(body)
                key = (found[1].lower(), found[2].lower())
                self.list_formats[key] = style.get("mso-level-number-format", "decimal")
            elif not prelude.startswith("@"):
                self._add_rules(prelude, parse_style(body))

    def _add_rules(self, selectors: str, style: Style) -> None:
        if not style:
            return
        for selector in selectors.split(","):
            rule = self._parse_selector(selector.strip(), style)
            if rule is None or self.rule_count >= MAX_RULES:
                continue
            same_name = self.rules[min(rule.names, default=rule.tag)]
            if len(same_name) < MAX_RULES_BY_NAME:
                same_name.append(rule)
                self.rule_count += 1

    def _parse_selector(self, selector: str, style: Style) -> _Rule | None:
        compounds = []
        for part in selector.replace(">", " ").split():
            if not COMPOUND.fullmatch(part):
                return None
            names = NAME.findall(part.replace(ESCAPED_COLON, ":"))
            tag = "" if names[0][0] in ".#" else names.pop(0).lower().replace("*", "")
            compounds.append((tag, frozenset(map(str.lower, names))))
        if not compounds:
            return None
        ids = classes = tags = 0
        for tag, names_of_part in compounds:
            ids += sum(name[0] == "#" for name in names_of_part)
            classes += sum(name[0] == "." for name in names_of_part)
            tags += tag != ""
        weight = (ids, classes, tags, self.rule_count)
        return _Rule(*compounds[-1], around=compounds[-2::-1], weight=weight, style=style)

    def get_style(self, element: Element, parents: list[Element]) -> Style:
        """The properties that the rules give an element, those of more weight last."""
        names = _get_names(element)
        found = []
        for name in (*names, element.tag, ""):
            for rule in self.rules.get(name, ()):
                if _matches(rule.tag, rule.names, element.tag, names):
                    found.append(rule)
        style: Style = {}
        for rule in sorted(found, key=lambda rule: rule.weight):
            if _is_within(rule, parents):
                merge(style, rule.style)
        return style


def apply(root: Element) -> StyleSheet:
    """Give each element of a tree its style. Returns the style sheet that the text carries."""
    sheet = StyleSheet()
    for element in walk(root):
        if element.tag == "style":
            sheet.add(get_text(element.children))
    waiting = [(root, 0)]
    parents: list[Element] = []
    while waiting:
        element, depth = waiting.pop()
        del parents[depth:]
        element.style = _compute_style(element, parents, sheet)
        parents.append(element)
        waiting += [(child, depth + 1) for child in reversed(list(element.elements))]
    return sheet


def _compute_style(element: Element, parents: list[Element], sheet: StyleSheet) -> Style:
    style = _read_attributes(element)
    if sheet.rule_count:
        merge(style, sheet.get_style(element, parents))
    if text := element.get("style"):
        merge(style, parse_style(text))
    return {name: value.replace("!important", "").strip() for name, value in style.items()}


def _read_attributes(element: Element) -> Style:
    """The properties that old attributes stand for."""
    style: Style = {}
    if color := element.get("bgcolor"):
        style["background-color"] = color.lower()
    if element.tag == "font" and element.get("color"):
        style["color"] = element.get("color").lower()
    return style


def merge(style: Style, more: Style) -> None:
    """Add properties. They count more than those before, unless these are important."""
    for name, value in more.items():
        if "!important" not in style.get(name, "") or "!important" in value:
            style[name] = value


@lru_cache(maxsize=1_000)
def _parse_declarations(text: str) -> tuple[tuple[str, str], ...]:
    style: Style = {}
    for part in COMMENT.sub("", text).lower().split(";"):
        name, _, value = part.partition(":")
        name = name.strip()
        if name in READ_PROPERTIES:
            merge(style, {name: value.strip()})
    return tuple(style.items())


def parse_style(text: str) -> Style:
    """The properties of a ``style`` attribute or a rule that matter here, in lower case."""
    return dict(_parse_declarations(text))


def _split_rules(css: str) -> Iterator[tuple[str, str]]:
    """Each rule as what stands before its braces and within. Rules for print are left out."""
    preludes: list[str] = []
    end = 0
    for brace in BRACE.finditer(css):
        text = css[end : brace.start()]
        end = brace.end()
        if brace[0] == "{":
            preludes.append(text.rpartition(";")[2].strip())
        elif preludes:
            prelude = preludes.pop()
            if all(READ_MEDIA.fullmatch(outer) for outer in preludes):
                yield prelude, text


def _get_names(element: Element) -> set[str]:
    names = {f".{name}" for name in element.classes}
    if element_id := element.get("id"):
        names.add(f"#{element_id.lower()}")
    return names


def _matches(tag: str, names: frozenset[str], element_tag: str, element_names: set[str]) -> bool:
    return (not tag or tag == element_tag) and names <= element_names


def _is_within(rule: _Rule, parents: list[Element]) -> bool:
    """Whether an element stands within those that the rule asks for, the nearest first."""
    around = iter(parents[::-1])
    for tag, names in rule.around:
        if not any(_matches(tag, names, parent.tag, _get_names(parent)) for parent in around):
            return False
    return True
