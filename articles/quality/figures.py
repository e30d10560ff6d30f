"""Checks of pictures and tables: what somebody who cannot see them hears, whose they are, and where they stand."""

import re
from collections import Counter
from collections.abc import Iterable

from articles import kinds, tables
from articles.content import Document, Figure
from articles.models import Article
from articles.quality.language import WORD
from articles.quality.problem import Check, Problem, check

FEWEST_WORDS, MOST_LETTERS = 4, 250
THING = "image|picture|photo(?:graph)?|graphic|figure|icon|screenshot"
NEEDLESS = re.compile(f"(?:an? |the )?(?:{THING}) (?:of|show)", re.I)
FILE = re.compile(r"\.(?:png|jpe?g|webp|gif|svg)$", re.I)


@check("Who cannot see a picture has these words and nothing else.")
def alternative_texts(page: Article, document: Document) -> Iterable[Problem]:
    for number, figure in enumerate(document.figures, start=1):
        message, fix = _wrong_with(figure)
        if message:
            yield Problem(f"Image {number}: its alternative text {message}", fix)


def _wrong_with(figure: Figure) -> tuple[str, str]:
    if FILE.search(figure.alt):
        return f"“{figure.alt}” is the name of a file.", "Write what the picture shows."
    if NEEDLESS.match(figure.alt):
        found = NEEDLESS.match(figure.alt)[0]
        return f"begins with “{found}”.", "Leave that out: a screen reader says already that it is an image."
    if len(WORD.findall(figure.alt)) < FEWEST_WORDS:
        return f"“{figure.alt}” says little.", "Write what a reader should learn from the picture."
    if len(figure.alt) > MOST_LETTERS:
        return "is long to listen to.", "Keep it to two sentences, and say the rest in the text, for everybody."
    if figure.alt.strip(" .").casefold() == figure.caption.strip(" .").casefold():
        return "is its caption again.", "Say in one what the picture shows, in the other what it means here."
    return "", ""


@check("A picture without its source may not be ours to print, and nobody can check it.")
def credited(page: Article, document: Document) -> Iterable[Problem]:
    for number, figure in enumerate(document.figures, start=1):
        if not figure.credit:
            yield Problem(f"Image {number} has no credit.", "Say who made it and under which licence, or take it out.")


@check("A picture far from the words that it belongs to confuses.")
def places(page: Article, document: Document) -> Iterable[Problem]:
    for sha256, count in Counter(figure.sha256 for figure in document.figures).items():
        if count > 1:
            numbers = [str(n) for n, figure in enumerate(document.figures, start=1) if figure.sha256 == sha256]
            yield Problem(f"Images {' and '.join(numbers)} are the same.", "Keep one of them.")
    known = kinds.get(page.kind).places
    for number, figure in enumerate(document.figures, start=1):
        if figure.place not in known:
            first = next(iter(known.values()))
            yield Problem(f"Image {number} stands where this page has no part: {first.lower()}.", "Choose its place.")


@check("Who hears a table needs its headings to know which column a cell is in.")
def table_headings(page: Article, document: Document) -> Iterable[Problem]:
    for label, html in document.rich_texts().items():
        for table in (part for part in tables.split(html) if isinstance(part, tables.Table)):
            heads = [cell for row in table.rows for cell in row if cell.tag == "th"]
            if any(not cell.inside for cell in heads):
                fix = "Write what it heads, or make it a plain cell: “Toggle header cell” above the text."
                yield Problem(f"{label}: a heading of a table is empty.", fix)
            if not heads:
                fix = "Mark the cells of its first row as headings: “Toggle header cell” above the text."
                yield Problem(f"{label}: a table has no headings.", fix)


CHECKS: tuple[Check, ...] = (alternative_texts, credited, places, table_headings)
