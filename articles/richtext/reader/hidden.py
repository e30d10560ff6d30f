"""Words that were struck out or that nobody sees: they are left out, and counted.

Deletions are ranges of a text, wherever their tags stand: browsers do not see the end of one that
begins outside a table and ends in a cell. One that never ends goes no further than its line.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from articles.richtext.reader import measures
from articles.richtext.reader.measures import Color
from articles.richtext.reader.tree import (
    COMMENT,
    TEMPLATE,
    VOID_TAGS,
    Element,
    Node,
    get_text,
    has_words,
    walk,
)

STRUCK = "passage that was struck out"
HIDDEN = "passage that was hidden"
COMMENTED_OUT = "passage that was commented out"
DELETION_TAG = re.compile(r"<(/?)(?:del|s|strike)(?=[\s/>])(\s*/>)?", re.IGNORECASE)
MARKER_TAG = "wbr"
MARKER = "deletion"  # the attribute of an element where a deletion begins or ends
STRUCK_CLASSES = {
    *("msodel", "ice-del", "ck-suggestion-marker-deletion", "trackchangetextdeletion"),
}
BLOCK_TAGS = {
    *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd"),
    *("details", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1"),
    *("h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre"),
    *("section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
}
CELL_TAGS = {"td", "th"}
WHITE = (255, 255, 255)
FAR = 900  # pixels that lead out of the page
TINY = 2.0  # pixels that nobody reads
RELATIVE_UNITS = {"em", "ex", "ch", "%"}
MAX_TINY_SHARE = 0.15  # of the size around it
SEEN_AS_TEXT = re.compile(r"[^\W_]+[^\w<>]+[^\W_]+")  # two words
SOURCE_TAG = re.compile(r"<(script|style)\b.*?</\1|<[^<>]*>?", re.DOTALL | re.IGNORECASE)


@dataclass
class _Cause:
    """Why words are left out. Each is counted once, with the first words."""

    kind: str
    counted: bool = False


@dataclass(frozen=True)
class _Look:
    """How words look at one place of a text: why they cannot be seen, and on what."""

    struck: _Cause | None = None
    covered: _Cause | None = None  # whatever the elements within say
    invisible: _Cause | None = None  # until an element within is visible again
    tiny: _Cause | None = None
    faint: _Cause | None = None
    color: Color | None = (0, 0, 0)
    background: Color | None = WHITE

    @property
    def cause(self) -> _Cause | None:
        return self.struck or self.covered or self.invisible or self.tiny or self.faint


def mark_deletions(html: str) -> str:
    """The HTML with an empty element in place of each tag that begins or ends a deletion."""
    return DELETION_TAG.sub(_write_marker, html)


def _write_marker(tag: re.Match[str]) -> str:
    if tag[2]:
        return f"<{MARKER_TAG}>"
    return f"<{MARKER_TAG} {MARKER}={'end' if tag[1] else 'start'} "


@dataclass
class _Deletions:
    """The deletions that are open at one place of a text, which is read from its start."""

    endless: set[int]
    open_count: int = 0
    cause: _Cause | None = None
    without_end: bool = False
    has_words: bool = False

    def pass_marker(self, marker: Element) -> None:
        begins = marker.get(MARKER) == "start"
        if begins and self.cause is None:
            self.cause = _Cause(STRUCK)
        if begins and id(marker) in self.endless:
            self.without_end = True
            self.has_words = False
        elif begins:
            self.open_count += 1
        else:
            self.open_count = max(0, self.open_count - 1)
        self._end_cause()

    def pass_edge(self, *, closes: bool) -> None:
        """A block begins or ends here. A deletion without an end only goes on to its words."""
        if closes or self.has_words:
            self.without_end = False
            self._end_cause()

    def _end_cause(self) -> None:
        if not self.open_count and not self.without_end:
            self.cause = None


@dataclass
class _Frame:
    """An element whose children are read, and those that stay."""

    element: Element
    look: _Look
    waiting: Iterator[Node]
    kept: list[Node] = field(default_factory=list)
    has_lost_words: bool = False


def remove(root: Element, left_out: Counter[str]) -> None:
    """Leave out of a tree what was struck out or hidden, and count it by kind."""
    deletions = _Deletions(_find_endless(root))
    frames = [_Frame(root, _Look(), iter(root.children))]
    while frames:
        frame = frames[-1]
        child = next(frame.waiting, None)
        if child is None:
            frame.element.children = frame.kept
            if frame.element.tag in BLOCK_TAGS:
                deletions.pass_edge(closes=True)
            frames.pop()
            if frames:
                _end_element(frame, frames[-1])
        elif isinstance(child, str):
            _read_text(child, frame, deletions, left_out)
        elif (entered := _read_element(child, frame, deletions, left_out)) is not None:
            frames.append(entered)


def _end_element(frame: _Frame, outer: _Frame) -> None:
    """Take out a list item that lost all its words: the others are counted without it."""
    if not frame.has_lost_words:
        return
    outer.has_lost_words = True
    if frame.element.tag == "li" and not has_words(frame.kept):
        outer.kept.pop()


def _read_text(text: str, frame: _Frame, deletions: _Deletions, left_out: Counter[str]) -> None:
    cause = deletions.cause or frame.look.cause
    if cause is None:
        frame.kept.append(text)
    elif text.strip():
        deletions.has_words = True
        frame.has_lost_words = True
        _count(cause, left_out)


def _count(cause: _Cause, left_out: Counter[str]) -> None:
    if not cause.counted:
        cause.counted = True
        left_out[cause.kind] += 1


def _read_element(
    element: Element, frame: _Frame, deletions: _Deletions, left_out: Counter[str]
) -> _Frame | None:
    """Keep an element or not. Returns the frame of its children if they are to be read."""
    if element.tag == COMMENT:
        _count_comment(element, left_out)
        frame.kept.append(element)
        return None
    if MARKER in element.attributes:
        deletions.pass_marker(element)
        return None
    if element.tag in BLOCK_TAGS:
        deletions.pass_edge(closes=False)
    cause = deletions.cause or frame.look.cause
    if is_removed(element):
        _remove_element(element, cause or _Cause(HIDDEN), deletions, left_out)
        return None
    if element.tag in VOID_TAGS:
        if cause is None:
            frame.kept.append(element)
        elif element.tag == "img":
            _count(cause, left_out)
        return None
    frame.kept.append(element)
    return _Frame(element, _look_into(element, frame.look), iter(element.children))


def _remove_element(
    element: Element, cause: _Cause, deletions: _Deletions, left_out: Counter[str]
) -> None:
    for inner in walk(element):
        if MARKER in inner.attributes:
            deletions.pass_marker(inner)
    if _says_something(element):
        _count(cause, left_out)


def _count_comment(element: Element, left_out: Counter[str]) -> None:
    """A comment in the source is said if it reads like words, not like markup of a program."""
    text = element.get("text")
    if not text.lstrip().startswith("[") and SEEN_AS_TEXT.search(SOURCE_TAG.sub(" ", text)):
        left_out[COMMENTED_OUT] += 1


def _find_endless(root: Element) -> set[int]:
    """The markers of deletions that begin and never end."""
    open_ones: list[int] = []
    for element in walk(root):
        if element.get(MARKER) == "start":
            open_ones.append(id(element))
        elif MARKER in element.attributes and open_ones:
            open_ones.pop()
    return set(open_ones)


def _says_something(element: Element) -> bool:
    if element.tag == TEMPLATE:
        return bool(SOURCE_TAG.sub("", get_text(element.children)).strip())
    if get_text(element.children).strip():
        return True
    return any(inner.tag == "img" for inner in walk(element))


def is_removed(element: Element) -> bool:
    """Whether an element and all within it are nowhere on the page."""
    style = element.style
    if style.get("mso-hide", "").startswith(("all", "screen")):
        return True
    if display := style.get("display", ""):
        return display.startswith("none")
    return (
        "hidden" in element.attributes
        or element.tag == TEMPLATE
        or (element.tag == "dialog" and "open" not in element.attributes)
        or (element.tag in ("tr", "col") and style.get("visibility", "") == "collapse")
    )


def _look_into(element: Element, around: _Look) -> _Look:
    """How words look within an element."""
    style = element.style
    look = around
    if not around.struck and _is_struck(element):
        look = replace(look, struck=_Cause(STRUCK))
    if not style:
        return look
    if not around.covered and _is_covered(style):
        look = replace(look, covered=_Cause(HIDDEN))
    visibility = style.get("visibility", "")
    if visibility.startswith(("hidden", "collapse")):
        look = replace(look, invisible=look.invisible or _Cause(HIDDEN))
    elif visibility == "visible":
        look = replace(look, invisible=None)
    size = _find_size(style)
    if size is not None and not (look.tiny and measures.get_unit(size) in RELATIVE_UNITS):
        tiny = _is_tiny(size)
        look = replace(look, tiny=(look.tiny or _Cause(HIDDEN)) if tiny else None)
    return _look_at_colors(style, look)


def _is_struck(element: Element) -> bool:
    style = element.style
    lines = f"{style.get('text-decoration', '')} {style.get('text-decoration-line', '')}"
    return (
        "line-through" in lines
        or style.get("text-line-through", "none") not in ("none", "")
        or element.get("role") == "deletion"
        or not STRUCK_CLASSES.isdisjoint(element.classes)
    )


def _is_covered(style: dict[str, str]) -> bool:
    """Whether a style hides all that stands within."""
    opacity = measures.parse_length(style.get("opacity", ""))
    if opacity is not None and opacity < 0.05:
        return True
    if "opacity=0)" in style.get("filter", "") or "opacity(0" in style.get("filter", ""):
        return True
    return (
        style.get("content-visibility") == "hidden"
        or _is_clipped(style)
        or _is_folded(style)
        or _is_far_out(style)
        or "scale(0)" in style.get("transform", "")
    )


def _is_clipped(style: dict[str, str]) -> bool:
    clip = style.get("clip", "").replace(",", " ")
    if clip.startswith("rect("):
        sides = clip[5:].rstrip(") ").split()
        lengths = [measures.parse_length(side) for side in sides]
        if len(lengths) == 4 and None not in lengths:
            top, right, bottom, left = (length or 0.0 for length in lengths)
            return bottom - top <= TINY or right - left <= TINY
    path = style.get("clip-path", "").replace(" ", "")
    return path.startswith(("inset(50%", "inset(100%", "circle(0", "polygon(00,00,00,00"))


def _is_folded(style: dict[str, str]) -> bool:
    """Whether an element has no room for words, and hides what does not fit."""
    if not style.get("overflow", "").startswith(("hidden", "clip")):
        return False
    for name in ("height", "max-height", "width"):
        size = measures.parse_length(style.get(name, ""))
        if size is not None and size <= TINY:
            return True
    return style.get("text-indent", "") == "100%"


def _is_far_out(style: dict[str, str]) -> bool:
    """Whether an element stands outside the page."""
    indent = measures.parse_length(style.get("text-indent", ""))
    if indent is not None and abs(indent) >= FAR:
        return True
    names = ["margin-left"]
    if style.get("position") in ("absolute", "fixed", "relative"):
        names += ["left", "right", "top", "bottom"]
    for name in names:
        length = measures.parse_length(style.get(name, ""))
        if length is not None and length <= -FAR:
            return True
    shift = re.search(r"translate[xy]?\(\s*-(\d+)px", style.get("transform", ""))
    return shift is not None and float(shift[1]) >= FAR


def _find_size(style: dict[str, str]) -> str | None:
    """The font size that a style gives, if any."""
    if "font-size" in style:
        return style["font-size"]
    for word in style.get("font", "").split():
        if word[0].isdigit() and (measures.get_unit(word) or word.startswith("0")):
            return word
    return None


def _is_tiny(size: str) -> bool:
    length = measures.parse_length(size)
    if length is None:
        return False
    if measures.get_unit(size) in {*RELATIVE_UNITS, "rem"}:
        return length / 16 < MAX_TINY_SHARE
    return length <= TINY


def _look_at_colors(style: dict[str, str], look: _Look) -> _Look:
    shown = style.get("-webkit-text-fill-color") or style.get("color", "")
    on = style.get("background-color") or style.get("background", "")
    if not shown and not on and "background-image" not in style:
        return look
    background = look.background
    if "url(" in on or "gradient(" in on or style.get("background-image", "none") != "none":
        background = None
    elif on and on not in ("none", "inherit", "initial", "0") and not measures.is_transparent(on):
        background = _find_color(on)
    color, faint = look.color, None if look.color else look.faint
    if shown:
        color = measures.parse_color(shown)
        faint = None
        if measures.is_transparent(shown) and not _is_text_layer(style):
            faint = look.faint or _Cause(HIDDEN)
    if color and background and measures.look_alike(color, background):
        faint = look.faint or _Cause(HIDDEN)
    return replace(look, color=color, background=background, faint=faint)


def _find_color(value: str) -> Color | None:
    """The colour in a background."""
    color = measures.parse_color(value)
    if color is not None:
        return color
    found = (measures.parse_color(word) for word in value.split())
    return next(filter(None, found), None)


def _is_text_layer(style: dict[str, str]) -> bool:
    """Viewers of PDF lay transparent words over their picture of the page."""
    clipped = f"{style.get('background-clip', '')} {style.get('-webkit-background-clip', '')}"
    return "scalex(" in style.get("transform", "") or "text" in clipped
