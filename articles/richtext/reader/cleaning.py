"""Cleans HTML from elsewhere: parses it, changes the tree concern by concern, and writes it."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape

from articles.richtext.reader import (
    blocks,
    bounds,
    headings,
    hidden,
    links,
    lists,
    media,
    notes,
    scripts,
    stylesheets,
    tables,
)
from articles.richtext.reader.carried import EMPTY_TAIL, is_carried, sanitize
from articles.richtext.reader.tree import parse, serialize

TOO_DEEP = f"structure nested more than {bounds.MAX_DEPTH} deep"
NOT_CARRIED = "structure that no page can carry"
LINK_WITHIN = 'href="#'  # it may be the number of a footnote
TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class CleanedHtml:
    """Rich text as a page may carry it, and a line for each kind of thing that was left out."""

    html: str
    dropped: tuple[str, ...] = ()


def clean(html: str, base: str = "", left_out: Counter[str] | None = None) -> CleanedHtml:
    """The text with its structure, as a page may carry it, and what was left out of it.

    ``base`` is the address of the page that it comes from. Without a base, relative links are
    taken for links within this site. ``left_out`` is what was left out before. To clean twice
    changes nothing; a text that a page may carry already is not changed.
    """
    html = html.strip()
    counts = Counter(left_out or ())
    if LINK_WITHIN not in html and is_carried(html, base):
        return CleanedHtml(html, tuple(format_counts(counts)))
    cleaned, images = _read(html, base, counts)
    return CleanedHtml(cleaned, (*format_counts(counts), *media.format_images(images)))


def _read(html: str, base: str, left_out: Counter[str]) -> tuple[str, list[str]]:
    html, was_limited = bounds.limit(html)
    if was_limited:
        left_out[TOO_DEEP] += 1
    root = parse(hidden.mark_deletions(html))
    sheet = stylesheets.apply(root)
    media.remove_media(root, left_out)
    notes.remove_notes(root, left_out)
    hidden.remove(root, left_out)
    images = media.remove_images(root, left_out)
    lists.rebuild(root, sheet)
    tables.rebuild(root)
    headings.rank(root, keeps_page_ranks=not base)
    links.resolve(root, base, left_out)
    scripts.name_scripts(root)
    cleaned = sanitize(serialize(blocks.arrange(root).children)).strip()
    if EMPTY_TAIL.match(cleaned):
        return "", images
    if not is_carried(cleaned, base):
        left_out[NOT_CARRIED] += 1
        cleaned = _to_plain_paragraphs(cleaned)
    return cleaned, images


def _to_plain_paragraphs(html: str) -> str:
    """The words alone, a paragraph for each line."""
    paragraphs = []
    for line in TAG.sub("\n", html).splitlines():
        words = " ".join(unescape(line).split())
        if words:
            paragraphs.append(f"<p>{escape(words, quote=False)}</p>")
    return sanitize("".join(paragraphs))


def format_counts(left_out: Counter[str]) -> Iterator[str]:
    """A line for each kind, with how many were left out."""
    for kind, count in sorted(left_out.items()):
        if count > 1:
            yield f"{count:,} × {kind}"
        elif count:
            yield f"1 {kind}"
