"""How words are formatted: bold, italic, raised, linked. By tag, by style and by what is around."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from articles.richtext.reader.scripts import FRACTIONS, SCRIPT_TAGS, SLASHES
from articles.richtext.reader.tree import Element, Node

BOLD_TAGS = {"b", "strong", "dt"}
ITALIC_TAGS = {"i", "em", "cite", "dfn", "var"}
PRE_TAGS = {"pre", "xmp", "listing", "plaintext"}
PLAIN_DENOMINATOR = re.compile(r"⁄(\d+)(?!\d)")  # after the slash of fractions
MIN_BOLD_WEIGHT = 600
LINE_BREAK = "\n"  # the text of a run that is a line break


class Format(NamedTuple):
    """How words are formatted. ``keeps_lines`` is whether line breaks in the source count."""

    href: str = ""
    strong: bool = False
    em: bool = False
    script: str = ""
    keeps_lines: bool = False

    def get_tags(self) -> list[tuple[str, str]]:
        """The elements around the words, each with its address, in the order of the editor."""
        tags = [("a", self.href)] if self.href else []
        tags += [("strong", "")] if self.strong else []
        tags += [("em", "")] if self.em else []
        return [*tags, (self.script, "")] if self.script else tags


class Run(NamedTuple):
    """Some words that are formatted alike."""

    text: str
    format: Format


PLAIN = Format()


def enter(outer: Format, element: Element) -> Format:
    """How the words of an element are formatted, from how those around it are."""
    style, tag = element.style, element.tag
    strong = _is_bold(style)
    if strong is None:
        strong = outer.strong or tag in BOLD_TAGS
    em = _is_italic(style)
    if em is None:
        em = outer.em or tag in ITALIC_TAGS
    return Format(
        href=element.get("href") if tag == "a" else outer.href,
        strong=strong,
        em=em,
        script=outer.script or (tag if tag in SCRIPT_TAGS else ""),
        keeps_lines=_keeps_lines(element, outer),
    )


def _is_bold(style: dict[str, str]) -> bool | None:
    """Whether a style makes words bold; None if it does not say."""
    for value in (style.get("font-weight", ""), *style.get("font", "").split()):
        if value.startswith("bold") or (value.isdecimal() and int(value[:4]) >= MIN_BOLD_WEIGHT):
            return True
        if value in ("normal", "lighter") or (value.isdecimal() and int(value[:4]) >= 100):
            return False
    return None


def _is_italic(style: dict[str, str]) -> bool | None:
    for value in (style.get("font-style", ""), *style.get("font", "").split()):
        if value.startswith(("italic", "oblique")):
            return True
    return False if style.get("font-style") == "normal" else None


def _keeps_lines(element: Element, outer: Format) -> bool:
    if space := element.style.get("white-space", ""):
        return space.startswith(("pre", "break-spaces"))
    return outer.keeps_lines or element.tag in PRE_TAGS


def join(before: Format, after: Format) -> Format:
    """How a space or a line break between two runs is formatted: as both are."""
    return Format(
        href=before.href if before.href == after.href else "",
        strong=before.strong and after.strong,
        em=before.em and after.em,
    )


def write_runs(runs: Iterable[Run]) -> list[Node]:
    """The runs of a line as elements, each within those that it shares with the run before it."""
    top = Element("")
    open_elements = [top]
    open_tags: list[tuple[str, str]] = []
    for text, format_ in merge_fractions(list(runs)):
        tags = format_.get_tags()
        shared = _count_shared(open_tags, tags)
        del open_elements[shared + 1 :], open_tags[shared:]
        for tag, href in tags[shared:]:
            element = Element(tag, {"href": href} if href else {})
            open_elements[-1].children.append(element)
            open_elements.append(element)
            open_tags.append((tag, href))
        _append_text(open_elements[-1], text)
    return top.children


def _count_shared(open_tags: list[tuple[str, str]], tags: list[tuple[str, str]]) -> int:
    for number, (open_tag, tag) in enumerate(zip(open_tags, tags, strict=False)):
        if open_tag != tag:
            return number
    return min(len(open_tags), len(tags))


def _append_text(element: Element, text: str) -> None:
    if text == LINE_BREAK:
        element.children.append(Element("br"))
    elif element.children and isinstance(element.children[-1], str):
        element.children[-1] += text
    else:
        element.children.append(text)


def merge_fractions(runs: list[Run]) -> list[Run]:
    """The runs with one sign for a raised figure over a lowered one, if there is such a sign."""
    merged: list[Run] = []
    for run in runs:
        merged.append(run)
        found = PLAIN_DENOMINATOR.match(run.text)
        if run.format.script == "sub" and len(merged) > 2:
            over, slash = merged[-3:-1]
            if slash.text in SLASHES:
                _merge(merged, over, 3, run.text, "")
        elif found and not run.format.script and len(merged) > 1:
            _merge(merged, merged[-2], 2, found[1], run.text[found.end() :])
    return merged


def _merge(merged: list[Run], over: Run, count: int, under: str, rest: str) -> None:
    """Put one sign in the place of the last runs, if there is one, and what follows it."""
    sign = FRACTIONS.get((over.text, under))
    if sign and over.format.script == "sup":
        after = [Run(rest, merged[-1].format)] if rest else []
        merged[-count:] = [Run(sign, over.format._replace(script="")), *after]
