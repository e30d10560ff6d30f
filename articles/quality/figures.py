"""Checks of pictures and tables: alternative texts, headings, credits and places."""

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain

from articles.content import kinds
from articles.content.document import Document, DocumentFigure
from articles.models import Article
from articles.quality.base import Check, Problem, check
from articles.quality.readability import WORD
from articles.quality.text_runs import split_texts
from articles.richtext import tables

MIN_ALT_WORDS = 4
MAX_ALT_LENGTH = 250  # characters
IMAGE_NOUN = "image|picture|photo(?:graph)?|graphic|figure|icon|screenshot"
NEEDLESS_START = re.compile(f"(?:an? |the )?(?:{IMAGE_NOUN}) (?:of|show)", re.I)
FILE_NAME = re.compile(r"\.(?:png|jpe?g|webp|gif|svg)$", re.I)


@check("Who cannot see a picture has these words and nothing else.")
def check_alternative_texts(page: Article, document: Document) -> Iterable[Problem]:
    for number, figure in enumerate(document.figures, start=1):
        message, fix = _find_alt_fault(figure)
        if message:
            yield Problem(f"Image {number}: its alternative text {message}", fix)


def _find_alt_fault(figure: DocumentFigure) -> tuple[str, str]:
    """What is wrong with an alternative text and how to mend it; empty texts if nothing is."""
    if FILE_NAME.search(figure.alt):
        return f"“{figure.alt}” is the name of a file.", "Write what the picture shows."
    if start := NEEDLESS_START.match(figure.alt):
        return (
            f"begins with “{start[0]}”.",
            "Leave that out: a screen reader says already that it is an image.",
        )
    if len(WORD.findall(figure.alt)) < MIN_ALT_WORDS:
        return f"“{figure.alt}” says little.", "Write what a reader should learn from the picture."
    if len(figure.alt) > MAX_ALT_LENGTH:
        return (
            "is long to listen to.",
            "Keep it to two sentences, and say the rest in the text, for everybody.",
        )
    if figure.alt.strip(" .").casefold() == figure.caption.strip(" .").casefold():
        return (
            "is its caption again.",
            "Say in one what the picture shows, in the other what it means here.",
        )
    return "", ""


@check("A picture without its source may not be ours to print, and nobody can check it.")
def check_credits(page: Article, document: Document) -> Iterable[Problem]:
    for number, figure in enumerate(document.figures, start=1):
        if not figure.credit:
            yield Problem(
                f"Image {number} has no credit.",
                "Say who made it and under which licence, or take it out.",
            )


@check("A picture far from the words that it belongs to confuses.")
def check_figure_places(page: Article, document: Document) -> Iterable[Problem]:
    numbers_by_image = defaultdict(list)
    for number, figure in enumerate(document.figures, start=1):
        numbers_by_image[figure.sha256].append(str(number))
    for numbers in numbers_by_image.values():
        if len(numbers) > 1:
            yield Problem(f"Images {' and '.join(numbers)} are the same.", "Keep one of them.")
    known = kinds.get(page.kind).figure_places
    for number, figure in enumerate(document.figures, start=1):
        if figure.place not in known:
            first = next(iter(known.values()))
            yield Problem(
                f"Image {number} is placed where this page has no part: {first.lower()}.",
                "Choose its place.",
            )


@check("Who hears a table needs its headings to know which column a cell is in.")
def check_table_headings(page: Article, document: Document) -> Iterable[Problem]:
    return split_texts(document).find_in_rich(_find_table_faults)


def _find_table_faults(label: str, html: str) -> Iterable[Problem]:
    for part in tables.split_tables(html):
        if isinstance(part, tables.HtmlTable):
            yield from _find_heading_faults(label, part)


def _find_heading_faults(label: str, table: tables.HtmlTable) -> Iterable[Problem]:
    headings = [cell for cell in chain.from_iterable(table.rows) if cell.tag == "th"]
    if not headings:
        yield Problem(
            f"{label}: a table has no headings.",
            "Mark the cells of its first row as headings: “Toggle header cell” above the text.",
        )
    if not all(cell.content for cell in headings):
        yield Problem(
            f"{label}: a heading of a table is empty.",
            "Write what it heads, or make it a plain cell: “Toggle header cell” above the text.",
        )


CHECKS: tuple[Check, ...] = (
    check_alternative_texts,
    check_credits,
    check_figure_places,
    check_table_headings,
)
