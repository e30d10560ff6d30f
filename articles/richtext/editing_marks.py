"""Editing marks in HTML: words that are struck out, hidden, commented, raised or lowered.

Words that were struck out or hidden, and comments of colleagues, must not be read as part of the
text: they are left out. A raised or lowered digit becomes a character of its own, so that 10⁹ is
never read as 109. The script of the form does the same with what is pasted.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser

import nh3

from articles.richtext import superscripts

STRUCK = "passage that was struck out"
HIDDEN = "passage that was hidden"
COMMENT = "comment"
COMMENT_NUMBER = "number of a comment"
COMMENT_WORDS = "words of a comment"
COMMENT_LIST = "list of comments"
# Cheap, and also finds texts without marks.
MAYBE_MARKED = re.compile(
    r"<(?:del|s|strike|sup|sub)(?![-\w:])|\b(?:style|class|hidden)\b|#(?:cmnt|_mso)", re.IGNORECASE
)
DELETED = re.compile(r"<(?:del|s|strike)[\s/>]", re.IGNORECASE)
BLOCK_TAGS = (
    "address|article|aside|blockquote|br|caption|center|dd|details|div|dl|dt|fieldset|figcaption|"
    "figure|footer|form|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|"
    "th|thead|tr|ul"
)
# Not beyond the next “<”: otherwise tags that are never closed take quadratic time.
BLOCK_OR_DELETION_TAG = re.compile(
    rf"<(/?)(?:(del|s|strike)|{BLOCK_TAGS})(?=[\s/>])[^<>]*>?", re.IGNORECASE
)
CONTINUATION_CLASS = "struck-out-goes-on"  # it belongs to the passage before
TAG = re.compile(r"<[^<>]*>?")
COMMENT_END = re.compile("--!?>")
ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>?")
MAX_DEPTH = 200  # elements within each other
HTML_SPACES = " \t\r\n\f"
# Browsers begin these again in every paragraph until they end. Renamed, they end with theirs.
FORMATTING = re.compile(
    r"<(/?)(a|b|big|code|em|font|i|nobr|small|strong|tt|u)(?=[\s/>])", re.IGNORECASE
)
FORMATTING_PREFIX = "format-"
TAG_NAME = re.compile(r"<([a-zA-Z][-a-zA-Z0-9:_]*)")
# Elements whose content is dropped, and those whose content becomes plain words.
DROPPED_TAGS = {"script", "style", "iframe", "noembed", "noframes", "template"}
TEXT_ONLY_TAGS = {"noscript", "xmp", "plaintext"}
READ_ATTRIBUTES = {
    "class",
    "style",
    "hidden",
    "href",
    "src",
    "data",
    "alt",
    "width",
    "height",
    "colspan",
    "rowspan",
}
READ_SCHEMES = {
    "http",
    "https",
    "mailto",
    "tel",
    "ftp",
    "file",
    "javascript",
    "vbscript",
    "data",
    "about",
    "sms",
}
VOID_TAGS = {
    "area",
    "base",
    "basefont",
    "bgsound",
    "br",
    "col",
    "embed",
    "frame",
    "hr",
    "img",
    "input",
    "keygen",
    "link",
    "meta",
    "param",
    "source",
    "track",
    "wbr",
}
# Elements that end where the next one begins.
NOT_NESTED_TAGS = VOID_TAGS | {"p", "li", "td", "th", "tr", "dt", "dd", "a", "option"}
# These stay, so that the table keeps its shape.
TABLE_PART_TAGS = {"td", "th", "tr", "table", "thead", "tbody", "tfoot", "colgroup"}
LINE_ENDING_TAGS = TABLE_PART_TAGS | {
    "br",
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "caption",
}
MAX_STYLE_LENGTH = 2_000  # characters of a style that are read
STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SCRIPT_TAGS = {"super": "sup", "sub": "sub"}
COMMENT_TEXT_CLASSES = ("msocommenttext", "msocommentsubject", "msocomtxt")
GOOGLE_COMMENT = re.compile(r"#cmnt_ref\d")
COMMENT_LINK = re.compile(r"#(?:_msocom|_msoanchor|cmnt\d)")


@dataclass(frozen=True, slots=True)
class CleanedHtml:
    """Rich text as a page may carry it, and a line for each kind of thing that was left out."""

    html: str
    dropped: tuple[str, ...] = ()


def format_counts(left_out: Counter[str]) -> Iterator[str]:
    """A line for each kind, with how many were left out."""
    for kind, count in sorted(left_out.items()):
        if count > 1:
            yield f"{count:,} × {kind}"
        else:
            yield f"1 {kind}"


def apply_marks(html: str) -> tuple[str, Counter[str]]:
    """The HTML with its editing marks applied, and how much of each kind was left out.

    HTML without marks is returned unchanged. Otherwise the result is well formed, and can have more
    elements than a page may carry.
    """
    if not MAYBE_MARKED.search(html):
        return html, Counter()
    parser = _MarkParser()
    parser.feed(_make_well_formed(remove_html_comments(html)))
    parser.close()
    if not parser.found:
        return html, Counter()
    return "".join(parser.out), parser.count_left_out()


def limit_depth(html: str) -> tuple[str, bool]:
    """The HTML without tags that are nested too deeply, and whether there were any.

    No words are lost. Parsers take time that grows with the square of the depth, and a text that
    people wrote is never so deep.
    """
    if html.count("<") <= MAX_DEPTH:
        return html, False
    parts = []
    end = 0
    open_tags = _OpenTags()
    for tag in ANY_TAG.finditer(html):
        name = tag[2].lower()
        if name in NOT_NESTED_TAGS:
            continue
        allowed = open_tags.close(name) if tag[1] else open_tags.open(name)
        if not allowed:
            parts.append(html[end : tag.start()])
            end = tag.end()
    was_limited = bool(parts)
    parts.append(html[end:])
    return "".join(parts), was_limited


class _OpenTags:
    """The elements that are open at one place of a text, down to ``MAX_DEPTH``."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.counts: Counter[str] = Counter()
        self.dropped_counts: Counter[str] = Counter()  # open elements that are too deep

    def open(self, name: str) -> bool:
        """Open an element. Returns whether its tag may stay."""
        if len(self.names) >= MAX_DEPTH:
            self.dropped_counts[name] += 1
            return False
        self.names.append(name)
        self.counts[name] += 1
        return True

    def close(self, name: str) -> bool:
        """Close an element and those within it. Returns whether the tag may stay."""
        if self.dropped_counts[name]:
            self.dropped_counts[name] -= 1
            return False
        if self.counts[name]:
            closed = ""
            while closed != name:
                closed = self.names.pop()
                self.counts[closed] -= 1
        return True


def remove_html_comments(html: str) -> str:
    """The HTML without its comments, which end where a browser ends them."""
    parts = []
    end = 0
    start = html.find("<!--")
    while start >= 0:
        parts.append(html[end:start])
        found = COMMENT_END.search(html, start + 2)
        if found is None:
            return "".join(parts)
        end = found.end()
        start = html.find("<!--", end)
    parts.append(html[end:])
    return "".join(parts)


def _make_well_formed(html: str) -> str:
    """The HTML as a browser understands it, with every element closed within its parent."""
    if DELETED.search(html):
        html = _close_deletions(html)
    html = FORMATTING.sub(rf"<\1{FORMATTING_PREFIX}\2", html)
    tags = set(map(str.lower, TAG_NAME.findall(html)))
    return nh3.clean(
        html,
        tags=tags - DROPPED_TAGS - TEXT_ONLY_TAGS,
        clean_content_tags=DROPPED_TAGS,
        attributes={"*": READ_ATTRIBUTES},
        url_schemes=READ_SCHEMES,
        link_rel=None,
    )


def _close_deletions(html: str) -> str:
    """The same HTML with deletions as ``<s>``, split so that none crosses the edge of a block.

    Browsers do not see the end of a deletion that begins outside a table and ends in one of its
    cells, and would strike out the rest of the page. So would a deletion that never ends: it ends
    with its line.
    """
    edges = list(BLOCK_OR_DELETION_TAG.finditer(html))
    return "".join(_mark_deletions(html, edges, _find_endless_deletions(edges)))


def _find_endless_deletions(edges: list[re.Match[str]]) -> set[int]:
    """The places among the edges of deletions that begin and never end."""
    open_ones: list[int] = []
    for number, edge in enumerate(edges):
        if not edge[2] or edge[0].endswith("/>"):
            continue
        closes = bool(edge[1])
        if not closes:
            open_ones.append(number)
        elif open_ones:
            open_ones.pop()
    return set(open_ones)


def _mark_deletions(html: str, edges: list[re.Match[str]], endless: set[int]) -> Iterator[str]:
    deletion = _DeletionState()
    place = 0
    for number, edge in enumerate(edges):
        yield deletion.write(html[place : edge.start()])
        place = edge.end()
        if not edge[2]:
            deletion.pass_edge(closes=bool(edge[1]))
            yield edge[0]
        elif not edge[0].endswith("/>"):
            deletion.change(begins=not edge[1], ends=number not in endless)
    yield deletion.write(html[place:])


@dataclass(slots=True)
class _DeletionState:
    """The deletions that are open at one place of a text, which is read from its start."""

    open_count: int = 0  # those that have an end
    without_end: bool = False
    has_text: bool = False  # whether the one without an end has struck out some words
    written: bool = False  # whether a part of the passage has been written

    def change(self, *, begins: bool, ends: bool) -> None:
        """A deletion begins or ends here. ``ends`` is whether one that begins has an end."""
        if begins and not (self.open_count or self.without_end):
            self.written = False
        if begins and not ends:
            self.without_end = True
            self.has_text = False
        elif begins:
            self.open_count += 1
        else:
            self.open_count = max(0, self.open_count - 1)

    def pass_edge(self, *, closes: bool) -> None:
        """A block begins or ends here. A deletion without an end only goes on to the next words."""
        if closes or self.has_text:
            self.without_end = False

    def write(self, html: str) -> str:
        """The HTML between two edges, in ``<s>`` if it is deleted."""
        is_deleted = self.open_count > 0 or self.without_end
        if not is_deleted or not html.strip():
            return html
        start = f'<s class="{CONTINUATION_CLASS}">' if self.written else "<s>"
        if TAG.sub("", html).strip():
            self.has_text = True
            self.written = True
        return f"{start}{html}</s>"


@dataclass(slots=True)
class _OpenElement:
    """An element that is open: its tag, and where it starts in the output.

    ``script`` is "sup" or "sub" if it raises or lowers its words.
    """

    tag: str
    start: int
    script: str = ""
    has_text: bool = False
    lost_content: bool = False


class _MarkParser(HTMLParser):
    """Copies well-formed HTML and applies its editing marks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.texts: list[int] = []  # places in ``out`` of texts that may be raised or lowered
        self.open = [_OpenElement("", 0)]
        self.open_scripts: list[_OpenElement] = []
        self.found = False  # whether there was any mark
        self.line_ended = True
        self.follows_left_out = False
        self.skipped = ""  # why the element that is open is left out
        self.depth = 0  # of the elements open in the one that is left out
        self.skipped_has_text = False
        self.is_continuation = False
        self.words_depth = 0  # the depth of one comment's words in the list of comments
        self.left_out_counts: Counter[str] = Counter()

    def count_left_out(self) -> Counter[str]:
        """How much of each kind was left out.

        A comment has a number in the text and its words below it, and counts once.
        """
        counts = Counter(self.left_out_counts)
        numbers = counts.pop(COMMENT_NUMBER, 0)
        words = counts.pop(COMMENT_WORDS, 0)
        lists = counts.pop(COMMENT_LIST, 0)
        return counts + Counter({COMMENT: max(numbers, words, lists)})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = tag.removeprefix(FORMATTING_PREFIX)
        start = (self.get_starttag_text() or "").replace(f"<{FORMATTING_PREFIX}", "<", 1)
        values = {name: value or "" for name, value in attrs}
        style = _parse_style(values.get("style", ""))
        mark = _find_mark(tag, values, style)
        if self.skipped:
            self._skip_start_tag(tag, mark)
        elif tag in VOID_TAGS:
            self._add_void_element(tag, "" if mark else start)
        elif mark:
            self._begin_skipping(mark, values)
        else:
            self._open_element(tag, start, _find_script_tag(tag, style))
        if tag in LINE_ENDING_TAGS and not self.skipped:
            self.line_ended = True

    def _add_void_element(self, tag: str, start: str) -> None:
        self.out.append(start)
        if tag not in ("br", "wbr"):
            self.open[-1].has_text = True

    def _begin_skipping(self, mark: str, values: dict[str, str]) -> None:
        self.skipped = mark
        self.depth = self._find_comment_depth(values)
        self.skipped_has_text = False
        self.is_continuation = values.get("class") == CONTINUATION_CLASS

    def _skip_start_tag(self, tag: str, mark: str) -> None:
        if tag not in VOID_TAGS:
            self.depth += 1
        if tag == "img":
            self.skipped_has_text = True
        if self.skipped == COMMENT_LIST and mark == COMMENT_WORDS and not self.words_depth:
            self.left_out_counts[COMMENT_WORDS] += 1
            self.words_depth = self.depth - 1

    def _open_element(self, tag: str, start: str, script: str) -> None:
        element = _OpenElement(tag, len(self.out), script)
        self.open.append(element)
        if script:
            self.found = True
            self.open_scripts.append(element)
        self.out.append("" if tag in superscripts.TRANSLATION_TABLES else start)

    def _find_comment_depth(self, values: dict[str, str]) -> int:
        """How many elements end with the one that is left out.

        Google puts the words of a comment beside the link back to its number.
        """
        if not GOOGLE_COMMENT.match(values.get("href", "")):
            return 1
        first = len(self.open)
        while first > 1 and self._is_empty_block(self.open[first - 1]):
            first -= 1
        if first < len(self.open):
            self._remove_output(self.open[first].start)
        depth = len(self.open) - first + 1
        del self.open[first:]
        return depth

    def _is_empty_block(self, element: _OpenElement) -> bool:
        return element.tag in ("p", "div") and not element.has_text

    def handle_endtag(self, tag: str) -> None:
        tag = tag.removeprefix(FORMATTING_PREFIX)
        if self.skipped:
            self._skip_end_tag()
        elif len(self.open) > 1 and self.open[-1].tag == tag:
            self._close_element(self.open.pop())

    def _skip_end_tag(self) -> None:
        self.depth -= 1
        if self.depth <= self.words_depth:
            self.words_depth = 0
        if not self.depth:
            self._end_skipping()

    def _close_element(self, element: _OpenElement) -> None:
        tag, parent = element.tag, self.open[-1]
        if element.script:
            self._convert_script(element)
        if element.lost_content and not element.has_text and tag not in TABLE_PART_TAGS:
            self._remove_output(element.start)
            parent.lost_content = True
        else:
            self.out.append("" if tag in superscripts.TRANSLATION_TABLES else f"</{tag}>")
            parent.has_text = parent.has_text or element.has_text
        if tag in LINE_ENDING_TAGS:
            self.line_ended = True

    def _end_skipping(self) -> None:
        has_new_text = self.skipped_has_text and not self.is_continuation
        if has_new_text or self.skipped in (COMMENT_NUMBER, COMMENT_LIST):
            self.left_out_counts[self.skipped] += 1
        self.skipped = ""
        self.found = True
        self.follows_left_out = True
        self.open[-1].lost_content = True

    def _convert_script(self, element: _OpenElement) -> None:
        self.open_scripts.pop()
        places = []
        while self.texts and self.texts[-1] >= element.start:
            places.append(self.texts.pop())
        places.reverse()
        texts = [unescape(self.out[place]) for place in places]
        nested = False
        if self.open_scripts and self.texts:
            nested = self.texts[-1] >= self.open_scripts[-1].start
        converted = superscripts.to_plain_characters(texts, element.script, nested=nested)
        for place, text in zip(places, converted, strict=True):
            self.out[place] = escape(text, quote=False)

    def handle_data(self, data: str) -> None:
        has_text = unescape(data).strip() != ""
        if self.skipped:
            self.skipped_has_text = self.skipped_has_text or has_text
            return
        if self.follows_left_out and self.line_ended:
            data = data.lstrip(HTML_SPACES)  # one space around what was left out is enough
        if not data:
            return
        self.follows_left_out = False
        self.line_ended = data[-1] in HTML_SPACES
        self.texts.append(len(self.out))
        self.out.append(data)
        self.open[-1].has_text = self.open[-1].has_text or has_text

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def _remove_output(self, start: int) -> None:
        del self.out[start:]
        while self.texts and self.texts[-1] >= start:
            self.texts.pop()


def _parse_style(style: str) -> dict[str, str]:
    """The properties of a ``style`` attribute. The last value counts, or the important one."""
    properties: dict[str, str] = {}
    if not style:
        return properties
    text = STYLE_COMMENT.sub("", style[:MAX_STYLE_LENGTH]).lower()
    for part in text.split(";"):
        name, _, value = part.partition(":")
        name = name.strip()
        if "!important" not in properties.get(name, "") or "!important" in value:
            properties[name] = value.strip()
    return properties


def _find_mark(tag: str, values: dict[str, str], style: dict[str, str]) -> str:
    """Why an element is left out; empty if it stays."""
    classes = values.get("class", "").lower().split()
    comment_part = _find_comment_part(classes, values.get("href", ""), style)
    if comment_part:
        return comment_part
    if tag in ("s", "del", "strike") or "msodel" in classes or _is_struck(style):
        return STRUCK
    if "hidden" in values or _is_hidden(style):
        return HIDDEN
    return ""


def _find_comment_part(classes: list[str], href: str, style: dict[str, str]) -> str:
    """Which part of a comment an element is; empty if it is none."""
    if style.get("mso-element") == "comment-list":
        return COMMENT_LIST
    if style.get("mso-element") == "comment" or GOOGLE_COMMENT.match(href):
        return COMMENT_WORDS
    if any(name.startswith(COMMENT_TEXT_CLASSES) for name in classes):
        return COMMENT_WORDS
    if style.get("mso-special-character") == "comment" or COMMENT_LINK.match(href):
        return COMMENT_NUMBER
    if any(name.startswith("msocom") for name in classes):
        return COMMENT_NUMBER
    return ""


def _is_struck(style: dict[str, str]) -> bool:
    lines = f"{style.get('text-decoration', '')} {style.get('text-decoration-line', '')}"
    return "line-through" in lines or style.get("text-line-through", "none") not in ("none", "")


def _is_hidden(style: dict[str, str]) -> bool:
    return (
        style.get("display", "").startswith("none")
        or style.get("visibility", "").startswith(("hidden", "collapse"))
        or style.get("mso-hide", "").startswith(("all", "screen"))
    )


def _find_script_tag(tag: str, style: dict[str, str]) -> str:
    """The tag ("sup" or "sub") for an element that raises or lowers its words, or empty."""
    if tag in superscripts.TRANSLATION_TABLES:
        return tag
    if tag in TABLE_PART_TAGS:
        return ""
    position = style.get("vertical-align", "") or style.get("font-variant-position", "")
    return SCRIPT_TAGS.get(position.split(" ")[0], "")
