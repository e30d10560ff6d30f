"""Texts of Excel cells: their escapes, and the parts that are struck out, raised or lowered."""

import re
from collections.abc import Iterator
from typing import IO, NamedTuple
from xml.etree.ElementTree import Element

from openpyxl.xml.constants import SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from articles.richtext.raised import write_in_line

ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
SURROGATE = re.compile("[\ud800-\udfff]")
STRING_TAG = f"{{{SHEET_MAIN_NS}}}si"
RUN_TAG, TEXT_TAG = f"{{{SHEET_MAIN_NS}}}r", f"{{{SHEET_MAIN_NS}}}t"
STYLE_TAG = f"{{{SHEET_MAIN_NS}}}rPr"
STRIKE_PATH = f"{STYLE_TAG}/{{{SHEET_MAIN_NS}}}strike"
PLACE_PATH = f"{STYLE_TAG}/{{{SHEET_MAIN_NS}}}vertAlign"
RAISED_TAGS: dict[str | None, str] = {"superscript": "sup", "subscript": "sub"}


class TextRun(NamedTuple):
    """A part of a cell in one style; ``tag`` is sup or sub where it is raised or lowered."""

    text: str
    struck: bool = False
    tag: str = ""


RichCell = tuple[TextRun, ...]


def unescape(text: str) -> str:
    """A text without the escapes of Excel: “_x000D_” is a line end, “_x005F_” an underscore."""
    if "_x" not in text:
        return text
    text = ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    if SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", errors="replace")
    return text


def read_string(node: Element) -> str | RichCell:
    """The text of a cell as it is written, in runs where it has several styles."""
    runs = node.findall(RUN_TAG)
    if not runs:
        return node.findtext(TEXT_TAG) or ""
    return tuple(TextRun(run.findtext(TEXT_TAG) or "", *_read_style(run)) for run in runs)


def _read_style(run: Element) -> tuple[bool, str]:
    """Whether a run strikes its words out, and how it raises or lowers them."""
    strike = run.find(STRIKE_PATH)
    place = run.find(PLACE_PATH)
    is_struck = strike is not None and strike.get("val") not in ("0", "false")
    return is_struck, RAISED_TAGS.get(place.get("val"), "") if place is not None else ""


def read_shared_strings(source: IO[bytes]) -> Iterator[str | RichCell]:
    for _, node in iterparse(source):
        if node.tag == STRING_TAG:
            yield read_string(node)
            node.clear()


def build_text(runs: RichCell) -> tuple[str, str]:
    """The words of a cell that hold, and those that were struck out."""
    kept: list[str] = []
    struck: list[str] = []
    for run in runs:
        text = unescape(run.text)
        if run.struck:
            struck.append(text)
        elif run.tag:
            before = kept[-1][-1:] if kept else ""
            kept += write_in_line([text], run.tag, before=before)
        else:
            kept.append(text)
    return "".join(kept), "".join(struck)
