"""HTML from elsewhere: cleaned with its structure, what was dropped told in words, and links led to pages we have."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from html import escape, unescape
from urllib.parse import urlsplit

import nh3

from articles import editing_marks
from articles.editing_marks import DEEPEST, SCHEMES, Cleaned
from articles.fields import TAGS as PAGE_TAGS
from articles.fields import UNPRINTABLE, clean_html
from articles.imports.rewriting import TAGS, Rewriter
from articles.pasted import FROM_WORD, plain
from articles.tables import SPANS, only_real

# Dropped with all that is in them, and what an editor calls each.
HIDDEN = {
    "script": "script",
    "style": "style sheet",
    "iframe": "frame",
    "object": "embedded file",
    "audio": "sound",
    "video": "video",
    "canvas": "drawing",
    "svg": "drawing",
    "math": "formula",
    "button": "control of a form",
    "label": "control of a form",
    "select": "control of a form",
    "textarea": "control of a form",
}
UNSEEN = {"title", "template", "noembed", "noframes", "datalist", "frameset", "xml"}  # nobody saw these
OPENED = re.compile(rf"<({'|'.join(HIDDEN)})\b([^>]*)", re.IGNORECASE)
SOURCE = re.compile(r"""\b(?:src|data)\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
# Not beyond the next “<” in any of these: else tags that are never closed cost the square of their number.
LINKED = re.compile(r"<a\b[^<>]*?\bhref\s*=", re.IGNORECASE)
LINK = re.compile(r'<a href="([^"]*)">')
ANCHOR = re.compile(r"<a\b[^<>]*>")
EMPTY_LINK = re.compile(r"<a\b[^<>]*>\s*</a>")
FULL = re.compile(r"(?:https?:|mailto:|tel:).", re.IGNORECASE)
REFERENCE = re.compile(r"&(#?[0-9a-zA-Z]{1,40};?)?(=?)")
PLAIN_REFERENCES = {"amp;", "lt;", "gt;", "quot;", "nbsp;"}  # as nh3 writes them
EMPTY = re.compile(r"<(ul|ol|li|blockquote)></\1>")
LEVELS = re.compile(r"<h([1-6])>")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
KEPT = {"a": {"href"}, "img": {"src", "alt", "width", "height"}, "td": set(SPANS), "th": set(SPANS)}
CELL = {*SPANS, "scope"}
LISTED = 5


def clean(html: str, base: str = "") -> Cleaned:
    """Keep headings, lists, tables and links of a text from elsewhere; ``base`` is the address where it stood.

    Cleaning twice changes nothing, nor does ``clean_html`` what comes out. Text that a page may carry already is
    left alone. Without a base, links that are relative are taken as ours.
    """
    html, unprintable = UNPRINTABLE.subn("", REFERENCE.sub(_character, html))
    dropped = Counter({"character that cannot be printed": unprintable} if unprintable else {})
    dropped += _never_kept(html)
    html, too_deep = editing_marks.shallow(html)
    html, left_out = editing_marks.settle(html)
    dropped += left_out + Counter({f"structure nested more than {DEEPEST} deep": int(too_deep)})
    if not dropped and _settled(html, base):
        return Cleaned(html)
    images: list[str] = []
    for _ in range(3):
        html = _once(html, base, dropped, images)
        if _settled(html, base):
            return Cleaned(html, tuple(_told(dropped, images)))
    dropped["structure that no page can carry"] = 1
    return Cleaned(_bare(html), tuple(_told(dropped, images)))


def _character(found: re.Match) -> str:
    """What a reference such as ``&eacute;`` stands for. Parsers look for the end of half a one again and again."""
    if found[1] in PLAIN_REFERENCES:
        return found[0]
    if not found[1] or (found[2] and not found[1].endswith(";")):
        return f"&amp;{found[0][1:]}"
    return escape(unescape(f"&{found[1]}")) + found[2]


def _settled(html: str, base: str) -> bool:
    """Whether a page may carry it as it is."""
    for anchor in ANCHOR.findall(html):
        link = LINK.fullmatch(anchor)
        if not (link and link[1] and (FULL.match(link[1]) or not (base or link[1].startswith("//")))):
            return False
    if FROM_WORD.search(html) and _parsed(html, PAGE_TAGS, {"a": {"href"}, "td": CELL, "th": CELL}) != html:
        return False  # what reads texts from Word trips over HTML that is not well formed
    return not EMPTY_LINK.search(html) and clean_html(html) == html


def _parsed(html: str, tags: set[str], attributes: dict[str, set[str]]) -> str:
    """Well-formed HTML of some tags, without anything that runs or that nobody saw."""
    return nh3.clean(
        html,
        tags=tags,
        clean_content_tags={*HIDDEN, *UNSEEN},
        attributes=attributes,
        url_schemes=SCHEMES,
        link_rel=None,
    )


def _never_kept(html: str) -> Counter[str]:
    """What goes with all that is in it, by what editors call it."""
    found: Counter[str] = Counter()
    for tag, rest in OPENED.findall(editing_marks.without_comments(html)):
        source = SOURCE.search(rest) if tag.lower() in ("iframe", "object") else None
        found[HIDDEN[tag.lower()] + (f" ({unescape(source[1])})" if source else "")] += 1
    return found


def _once(html: str, base: str, dropped: Counter, images: list[str]) -> str:
    seen = editing_marks.without_comments(html)
    if FROM_WORD.search(html):
        html = plain(_parsed(html, TAGS | {"span"}, KEPT | {"*": {"class", "style"}}))
    safe = _parsed(html, TAGS, KEPT)
    writer = Rewriter(base, highest=min(map(int, LEVELS.findall(safe)), default=1))
    writer.feed(safe)
    writer.close()
    dropped.update(writer.gone)
    images += writer.images
    if (lost := len(LINKED.findall(seen)) - writer.links) > 0:
        dropped["link that leads nowhere"] += lost
    return _shaped("".join(writer.out))


def _shaped(html: str) -> str:
    while (shorter := EMPTY.sub("", html)) != html:
        html = shorter
    html = clean_html(html)
    return clean_html(only_real(html)) if "<table" in html else html


def _bare(html: str) -> str:
    """The words alone, a paragraph a line."""
    lines = (" ".join(unescape(line).split()) for line in TAG.sub("\n", html).splitlines())
    return clean_html("".join(f"<p>{escape(line, quote=False)}</p>" for line in lines if line))


def _told(dropped: Counter, images: list[str]) -> Iterator[str]:
    yield from editing_marks.told(dropped)
    if images:
        named = [image for image in images if image]
        more = [f"and {len(named) - LISTED:,} more"] if len(named) > LISTED else []
        listed = ", ".join([*named[:LISTED], *more])
        yield f"{len(images):,} {'image' if len(images) == 1 else 'images'}" + (f": {listed}" if listed else "")


def normal(url: str) -> str:
    """A web address without what does not change where it leads: scheme, www., port, last slash, fragment.

    Empty for what is no full web address.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host:
        return ""
    return f"{host}{parts.path.rstrip('/')}" + (f"?{parts.query}" if parts.query else "")


def relink(html: str, resolve: Callable[[str], str | None]) -> tuple[str, int]:
    """Cleaned rich text whose links lead to pages of ours, where ``resolve`` has a path for a ``normal`` address.

    Returns the text and how many links it changed. The part of a page that a link named (#…) goes: ours
    has parts of its own.
    """
    changed = 0

    def led(found: re.Match) -> str:
        nonlocal changed
        href = unescape(found[1])
        address = normal(href)
        path = resolve(address) if address else None
        if path is None:
            return found[0]
        changed += 1
        return f'<a href="{escape(path)}">'

    return LINK.sub(led, html), changed
