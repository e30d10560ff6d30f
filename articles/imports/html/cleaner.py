"""HTML from elsewhere: cleaned with its structure, with notes on what was dropped.

Links can be rewritten to pages of this site.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from html import escape, unescape
from urllib.parse import urlsplit

import nh3

from articles.fields import UNPRINTABLE, clean_html
from articles.imports.html.rewriter import TAGS, HtmlRewriter
from articles.richtext import editing_marks
from articles.richtext.editing_marks import MAX_DEPTH, READ_SCHEMES, CleanedHtml
from articles.richtext.tables import SPANS, flatten_layout_tables
from articles.richtext.vocabulary import ALLOWED_TAGS as PAGE_TAGS
from articles.richtext.word import FROM_WORD, clean_word_html

# Elements that are dropped with their content, and what an editor calls each.
DROPPED_ELEMENTS = {
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
# Elements that no visitor saw; they are dropped without a note.
INVISIBLE_ELEMENTS = {
    "title",
    "template",
    "noembed",
    "noframes",
    "datalist",
    "frameset",
    "xml",
}
DROPPED_TAG = re.compile(rf"<({'|'.join(DROPPED_ELEMENTS)})\b([^>]*)", re.IGNORECASE)
SOURCE_ATTRIBUTE = re.compile(r"""\b(?:src|data)\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
# None of these goes beyond the next “<”: otherwise many unclosed tags would take quadratic time.
LINK_WITH_HREF = re.compile(r"<a\b[^<>]*?\bhref\s*=", re.IGNORECASE)
CLEAN_LINK = re.compile(r'<a href="([^"]*)">')
ANCHOR_TAG = re.compile(r"<a\b[^<>]*>")
EMPTY_LINK = re.compile(r"<a\b[^<>]*>\s*</a>")
ABSOLUTE_URL = re.compile(r"(?:https?:|mailto:|tel:).", re.IGNORECASE)
CHARACTER_REFERENCE = re.compile(r"&(#?[0-9a-zA-Z]{1,40};?)?(=?)")
PLAIN_REFERENCES = {"amp;", "lt;", "gt;", "quot;", "nbsp;"}  # as nh3 writes them
EMPTY_ELEMENT = re.compile(r"<(ul|ol|li|blockquote)></\1>")
HEADING_LEVEL = re.compile(r"<h([1-6])>")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
ALLOWED_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": set(SPANS),
    "th": set(SPANS),
}
WORD_ATTRIBUTES = {**ALLOWED_ATTRIBUTES, "*": {"class", "style"}}
CELL_ATTRIBUTES = {*SPANS, "scope"}
PAGE_ATTRIBUTES = {"a": {"href"}, "td": CELL_ATTRIBUTES, "th": CELL_ATTRIBUTES}
MAX_LISTED_IMAGES = 5
MAX_PASSES = 3


def clean(html: str, base: str = "") -> CleanedHtml:
    """The text with its headings, lists, tables and links, and what was dropped from it.

    ``base`` is the address of the page that it comes from. Without a base, relative links are
    taken for links within this site. To clean twice changes nothing, nor does ``clean_html``
    change the result; text that a page may have already is not changed.
    """
    dropped: Counter[str] = Counter()
    html, unprintable_count = UNPRINTABLE.subn(
        "", CHARACTER_REFERENCE.sub(_replace_reference, html)
    )
    if unprintable_count:
        dropped["character that cannot be printed"] = unprintable_count
    dropped += _count_dropped(html)
    html, is_too_deep = editing_marks.limit_depth(html)
    html, left_out = editing_marks.apply_marks(html)
    dropped += left_out
    if is_too_deep:
        dropped[f"structure nested more than {MAX_DEPTH} deep"] += 1
    if not dropped and _is_clean(html, base):
        return CleanedHtml(html)
    images: list[str] = []
    for _ in range(MAX_PASSES):
        html = _run_pass(html, base, dropped, images)
        if _is_clean(html, base):
            return CleanedHtml(html, tuple(_describe_dropped(dropped, images)))
    dropped["structure that no page can carry"] = 1
    return CleanedHtml(_to_plain_paragraphs(html), tuple(_describe_dropped(dropped, images)))


def _replace_reference(found: re.Match) -> str:
    """The character of a reference such as ``&eacute;``.

    An incomplete one is escaped, as parsers take quadratic time to look for its end.
    """
    if found[1] in PLAIN_REFERENCES:
        return found[0]
    if not found[1] or (found[2] and not found[1].endswith(";")):
        return f"&amp;{found[0][1:]}"
    return escape(unescape(f"&{found[1]}")) + found[2]


def _is_clean(html: str, base: str) -> bool:
    """Whether a page may have it as it is."""
    if not all(_is_clean_anchor(anchor, base) for anchor in ANCHOR_TAG.findall(html)):
        return False
    # What reads texts from Word fails on HTML that is not well formed.
    if FROM_WORD.search(html) and _sanitize(html, PAGE_TAGS, PAGE_ATTRIBUTES) != html:
        return False
    return not EMPTY_LINK.search(html) and clean_html(html) == html


def _is_clean_anchor(anchor: str, base: str) -> bool:
    link = CLEAN_LINK.fullmatch(anchor)
    if not link or not link[1]:
        return False
    if ABSOLUTE_URL.match(link[1]):
        return True
    return not base and not link[1].startswith("//")


def _sanitize(html: str, tags: set[str], attributes: dict[str, set[str]]) -> str:
    """Well-formed HTML of some tags, without scripts and invisible elements."""
    return nh3.clean(
        html,
        tags=tags,
        clean_content_tags={*DROPPED_ELEMENTS, *INVISIBLE_ELEMENTS},
        attributes=attributes,
        url_schemes=READ_SCHEMES,
        link_rel=None,
    )


def _count_dropped(html: str) -> Counter[str]:
    """The elements that are dropped with their content, by what editors call them."""
    found: Counter[str] = Counter()
    for tag, attributes in DROPPED_TAG.findall(editing_marks.remove_html_comments(html)):
        name = DROPPED_ELEMENTS[tag.lower()]
        if tag.lower() in ("iframe", "object"):
            source = SOURCE_ATTRIBUTE.search(attributes)
            if source:
                name += f" ({unescape(source[1])})"
        found[name] += 1
    return found


def _run_pass(html: str, base: str, dropped: Counter, images: list[str]) -> str:
    """Clean once; what is dropped is added to ``dropped`` and ``images``."""
    link_count = len(LINK_WITH_HREF.findall(editing_marks.remove_html_comments(html)))
    if FROM_WORD.search(html):
        html = clean_word_html(_sanitize(html, TAGS | {"span"}, WORD_ATTRIBUTES))
    safe = _sanitize(html, TAGS, ALLOWED_ATTRIBUTES)
    heading_levels = [int(level) for level in HEADING_LEVEL.findall(safe)]
    writer = HtmlRewriter(base, top_heading_level=min(heading_levels, default=1))
    writer.feed(safe)
    writer.close()
    dropped.update(writer.dropped)
    images += writer.images
    lost_count = link_count - writer.link_count
    if lost_count > 0:
        dropped["link that leads nowhere"] += lost_count
    return _remove_empty_elements("".join(writer.output))


def _remove_empty_elements(html: str) -> str:
    while True:
        shorter = EMPTY_ELEMENT.sub("", html)
        if shorter == html:
            break
        html = shorter
    html = clean_html(html)
    if "<table" in html:
        html = clean_html(flatten_layout_tables(html))
    return html


def _to_plain_paragraphs(html: str) -> str:
    """The words alone, a paragraph for each line."""
    paragraphs = []
    for line in TAG.sub("\n", html).splitlines():
        words = " ".join(unescape(line).split())
        if words:
            paragraphs.append(f"<p>{escape(words, quote=False)}</p>")
    return clean_html("".join(paragraphs))


def _describe_dropped(dropped: Counter, images: list[str]) -> Iterator[str]:
    yield from editing_marks.format_counts(dropped)
    if not images:
        return
    text = f"{len(images):,} {'image' if len(images) == 1 else 'images'}"
    descriptions = [image for image in images if image]
    listed = descriptions[:MAX_LISTED_IMAGES]
    if len(descriptions) > MAX_LISTED_IMAGES:
        listed.append(f"and {len(descriptions) - MAX_LISTED_IMAGES:,} more")
    if listed:
        text += f": {', '.join(listed)}"
    yield text


def normalize_url(url: str) -> str:
    """A web address without the parts that do not change where it leads.

    Scheme, “www.”, port, last slash and fragment are left out. Empty if it is no full web address.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host:
        return ""
    address = f"{host}{parts.path.rstrip('/')}"
    return f"{address}?{parts.query}" if parts.query else address


def relink(html: str, resolve: Callable[[str], str | None]) -> tuple[str, int]:
    """Cleaned rich text with links to pages of this site, and how many links were changed.

    ``resolve`` gives the path for a normalized address, or None. The fragment of a changed link
    is left out, as our page has other anchors.
    """
    changed_count = 0

    def replace_link(link: re.Match) -> str:
        nonlocal changed_count
        address = normalize_url(unescape(link[1]))
        path = resolve(address) if address else None
        if path is None:
            return link[0]
        changed_count += 1
        return f'<a href="{escape(path)}">'

    return CLEAN_LINK.sub(replace_link, html), changed_count
