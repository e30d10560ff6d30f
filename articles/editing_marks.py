"""Marks of people and word processors in HTML: struck out, hidden, commented, raised, lowered words.

What was struck out, hidden or a colleague's comment must not be read as if it held: it is left out.
A raised or lowered figure becomes a sign of its own, so that 10⁹ is never read as 109. The script
of the form does the same with what is pasted.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser

import nh3

from articles import raised

STRUCK, HIDDEN, COMMENT = "passage that was struck out", "passage that was hidden", "comment"
NUMBER, WORDS, LIST = "number of a comment", "words of a comment", "list of comments"
# Cheap, and finds more than there is: what follows looks closely.
PERHAPS = re.compile(r"<(?:del|s|strike|sup|sub)(?![-\w:])|\b(?:style|class|hidden)\b|#(?:cmnt|_mso)", re.IGNORECASE)
DELETED = re.compile(r"<(?:del|s|strike)[\s/>]", re.IGNORECASE)
BLOCKS = (
    "address|article|aside|blockquote|br|caption|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|"
    "h[1-6]|header|hr|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
# Not beyond the next “<”: else tags that are never closed cost the square of their number.
EDGE = re.compile(rf"<(/?)(?:(del|s|strike)|{BLOCKS})(?=[\s/>])[^<>]*>?", re.IGNORECASE)
GOES_ON = "struck-out-goes-on"  # the class of what belongs to the passage before
TAG = re.compile(r"<[^<>]*>?")
COMMENT_END = re.compile("--!?>")
ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>?")
DEEPEST = 200  # elements within each other
# Browsers begin these anew in every paragraph until they end. By another name they end with theirs.
FORMATTING = re.compile(r"<(/?)(a|b|big|code|em|font|i|nobr|small|strong|tt|u)(?=[\s/>])", re.IGNORECASE)
ORDINARY = "format-"
NAME = re.compile(r"<([a-zA-Z][-a-zA-Z0-9:_]*)")
NEVER_SEEN = {"script", "style", "iframe", "noembed", "noframes", "template"}  # what they hold is dropped
NO_HTML = {"noscript", "xmp", "plaintext"}  # what they hold becomes plain words
ATTRIBUTES = {"class", "style", "hidden", "href", "src", "data", "alt", "width", "height", "colspan", "rowspan"}
SCHEMES = {"http", "https", "mailto", "tel", "ftp", "file", "javascript", "vbscript", "data", "about", "sms"}
VOID = {
    *("area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link"),
    *("meta", "param", "source", "track", "wbr"),
}
NOT_NESTED = VOID | {"p", "li", "td", "th", "tr", "dt", "dd", "a", "option"}  # each ends where the next one begins
CELLS = {"td", "th", "tr", "table", "thead", "tbody", "tfoot", "colgroup"}  # they stay, for the shape of the table
LINE_ENDS = CELLS | {"br", "p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "caption"}
LONGEST_STYLE = 2_000  # characters of a style that are read
STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
WORDS_OF_COMMENT = ("msocommenttext", "msocommentsubject", "msocomtxt")
GOOGLE_COMMENT = re.compile(r"#cmnt_ref\d")
TO_COMMENT = re.compile(r"#(?:_msocom|_msoanchor|cmnt\d)")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Rich text as a page may carry it, and what it lost, a line each."""

    html: str
    dropped: tuple[str, ...] = ()


def told(left_out: Counter[str]) -> Iterator[str]:
    """How many of each kind, in words."""
    for what, number in sorted(left_out.items()):
        yield f"{number:,} × {what}" if number > 1 else f"1 {what}"


def settle(html: str) -> tuple[str, Counter[str]]:
    """The HTML with its marks carried out, and what was left out of it by its kind.

    The very same HTML where nothing is marked; else well formed, with more elements than a page may
    carry.
    """
    if not PERHAPS.search(html):
        return html, Counter()
    reader = _Reader()
    reader.feed(_well_formed(without_comments(html)))
    reader.close()
    return ("".join(reader.out), reader.left_out()) if reader.found else (html, Counter())


def shallow(html: str) -> tuple[str, bool]:
    """The HTML without tags that stand too deep within each other, and whether there were any.

    No words are lost. The time that parsers take grows with the square of that depth, and a text that
    people wrote is never so deep.
    """
    if html.count("<") <= DEEPEST:
        return html, False
    out, place = [], 0
    stack: list[str] = []
    kept, over = Counter(), Counter()
    for found in ANY_TAG.finditer(html):
        name = found[2].lower()
        if name in NOT_NESTED:
            continue
        if not found[1] and len(stack) < DEEPEST:
            stack.append(name)
            kept[name] += 1
        elif not found[1] or over[name]:
            over[name] += -1 if found[1] else 1
            out.append(html[place : found.start()])
            place = found.end()
        elif kept[name]:
            while name != (closed := stack.pop()):
                kept[closed] -= 1
            kept[name] -= 1
    return "".join([*out, html[place:]]), bool(out)


def without_comments(html: str) -> str:
    """The HTML without its own comments, which end where a browser ends them."""
    kept, end = [], 0
    while (start := html.find("<!--", end)) >= 0:
        kept.append(html[end:start])
        found = COMMENT_END.search(html, start + 2)
        if found is None:
            return "".join(kept)
        end = found.end()
    return "".join([*kept, html[end:]])


def _well_formed(html: str) -> str:
    """As a browser understands it, with every element closed within the one that it stands in."""
    html = _with_ends(html) if DELETED.search(html) else html
    html = FORMATTING.sub(rf"<\1{ORDINARY}\2", html)
    return nh3.clean(
        html,
        tags={name.lower() for name in NAME.findall(html)} - NEVER_SEEN - NO_HTML,
        clean_content_tags=NEVER_SEEN,
        attributes={"*": ATTRIBUTES},
        url_schemes=SCHEMES,
        link_rel=None,
    )


def _with_ends(html: str) -> str:
    """The same with what was deleted in ``<s>``, line by line: none reaches over the edge of a block.

    Browsers do not see the end of a deletion that begins outside a table and ends in a cell of it, and
    would strike out the rest of the page; so would one that never ends. That one ends with its line.
    """
    edges = list(EDGE.finditer(html))
    return "".join(_struck(html, edges, _endless(edges)))


def _endless(edges: list[re.Match]) -> set[int]:
    """The places among the edges of deletions that begin and never end."""
    open_ones: list[int] = []
    for number, edge in enumerate(edges):
        if not edge[2] or edge[0].endswith("/>"):
            continue
        if not edge[1]:
            open_ones.append(number)
        elif open_ones:
            open_ones.pop()
    return set(open_ones)


def _struck(html: str, edges: list[re.Match], endless: set[int]) -> Iterator[str]:
    deletion = _Deletion()
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
class _Deletion:
    """What is deleted at one place of a text, read from its beginning on."""

    open_ones: int = 0  # those that have an end
    without_end: bool = False
    has_words: bool = False  # whether the one without an end struck something out
    written: bool = False  # whether some of the passage was

    def change(self, *, begins: bool, ends: bool) -> None:
        """A deletion begins here or ends here. One that begins may have an end or not."""
        if begins and not (self.open_ones or self.without_end):
            self.written = False
        if begins and not ends:
            self.without_end, self.has_words = True, False
        else:
            self.open_ones = max(0, self.open_ones + (1 if begins else -1))

    def pass_edge(self, *, closes: bool) -> None:
        """A block begins or ends here: what has no end goes on to its first words, and no further."""
        if closes or self.has_words:
            self.without_end = False

    def write(self, html: str) -> str:
        """One stretch between two edges."""
        if not (self.open_ones or self.without_end) or not html.strip():
            return html
        says = bool(TAG.sub("", html).strip())
        self.has_words = self.has_words or says
        goes_on = f' class="{GOES_ON}"' if self.written else ""
        self.written = self.written or says
        return f"<s{goes_on}>{html}</s>"


@dataclass(slots=True)
class _Open:
    """An element that is open: its name, where it begins in what is written, what is known of it."""

    tag: str
    start: int
    small: str = ""
    says: bool = False
    lost: bool = False


class _Reader(HTMLParser):
    """Copies well-formed HTML and carries out its marks on the way."""

    def __init__(self):
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.texts: list[int] = []  # which pieces of it are text that may still be raised or lowered
        self.open = [_Open("", 0)]
        self.found, self.line_ended, self.joins = False, True, False
        self.skipped, self.depth, self.skipped_says, self.goes_on = "", 0, False, False
        self.words_depth = 0  # how deep the words of one comment stand in the list of them
        self.smalls: list[_Open] = []
        self.gone: Counter[str] = Counter()

    def left_out(self) -> Counter[str]:
        """A comment has a number in the text and its words below: it is counted once."""
        counted = Counter(self.gone)
        parts = [counted.pop(part, 0) for part in (NUMBER, WORDS, LIST)]
        return counted + Counter({COMMENT: max(parts)})

    def handle_starttag(self, tag, attrs):
        tag, start = tag.removeprefix(ORDINARY), self.get_starttag_text().replace(f"<{ORDINARY}", "<", 1)
        said = {name: value or "" for name, value in attrs}
        style = _properties(said.get("style", ""))
        mark = _mark(tag, said, style)
        if self.skipped:
            self._pass_over(tag, mark)
        elif tag in VOID:
            self.out.append("" if mark else start)
            self.open[-1].says = self.open[-1].says or tag not in ("br", "wbr")
        elif mark:
            self.skipped, self.depth, self.skipped_says = mark, self._begin_of_comment(said), False
            self.goes_on = said.get("class") == GOES_ON
        else:
            self._enter(tag, start, _small(tag, style))
        self.line_ended = self.line_ended or (tag in LINE_ENDS and not self.skipped)

    def _pass_over(self, tag: str, mark: str) -> None:
        self.depth += tag not in VOID
        self.skipped_says = self.skipped_says or tag == "img"
        if self.skipped == LIST and mark == WORDS and not self.words_depth:
            self.gone[WORDS] += 1
            self.words_depth = self.depth - 1

    def _enter(self, tag: str, start: str, small: str) -> None:
        self.open.append(_Open(tag, len(self.out), small))
        if small:
            self.found = True
            self.smalls.append(self.open[-1])
        self.out.append("" if tag in raised.TABLES else start)

    def _begin_of_comment(self, said: dict[str, str]) -> int:
        """How many elements end with what is skipped.

        Google puts the words of a comment beside the way back to its number.
        """
        if not GOOGLE_COMMENT.match(said.get("href", "")):
            return 1
        first = len(self.open)
        while first > 1 and self.open[first - 1].tag in ("p", "div") and not self.open[first - 1].says:
            first -= 1
        if first < len(self.open):
            self._unwrite(self.open[first].start)
        depth = len(self.open) - first + 1
        del self.open[first:]
        return depth

    def handle_endtag(self, tag):
        tag = tag.removeprefix(ORDINARY)
        if self.skipped:
            self.depth -= 1
            self.words_depth = 0 if self.depth <= self.words_depth else self.words_depth
            if not self.depth:
                self._end_skipped()
            return
        if len(self.open) == 1 or self.open[-1].tag != tag:
            return
        element = self.open.pop()
        if element.small:
            self._make_small(element)
        if element.lost and not element.says and tag not in CELLS:
            self._unwrite(element.start)
            self.open[-1].lost = True
        else:
            self.out.append("" if tag in raised.TABLES else f"</{tag}>")
            self.open[-1].says = self.open[-1].says or element.says
        self.line_ended = self.line_ended or tag in LINE_ENDS

    def _end_skipped(self) -> None:
        if (self.skipped_says and not self.goes_on) or self.skipped in (NUMBER, LIST):
            self.gone[self.skipped] += 1
        self.skipped, self.found, self.joins = "", True, True
        self.open[-1].lost = True

    def _make_small(self, element: _Open) -> None:
        self.smalls.pop()
        places = []
        while self.texts and self.texts[-1] >= element.start:
            places.append(self.texts.pop())
        places.reverse()
        texts = [unescape(self.out[place]) for place in places]
        inner = bool(self.smalls and self.texts) and self.texts[-1] >= self.smalls[-1].start
        for place, text in zip(places, raised.plain(texts, element.small, inner=inner), strict=True):
            self.out[place] = escape(text, quote=False)

    def handle_data(self, data):
        if self.skipped:
            self.skipped_says = self.skipped_says or bool(unescape(data).strip())
            return
        if self.joins and self.line_ended:
            data = data.lstrip(" \t\r\n\f")  # the space before what was left out is enough
        if not data:
            return
        self.joins, self.line_ended = False, data[-1] in " \t\r\n\f"
        self.texts.append(len(self.out))
        self.out.append(data)
        self.open[-1].says = self.open[-1].says or bool(unescape(data).strip())

    def handle_entityref(self, name):
        self.handle_data(f"&{name};")

    def handle_charref(self, name):
        self.handle_data(f"&#{name};")

    def _unwrite(self, start: int) -> None:
        del self.out[start:]
        while self.texts and self.texts[-1] >= start:
            self.texts.pop()


def _properties(style: str) -> dict[str, str]:
    """What a ``style`` attribute says, by property; the last word counts, or the important one."""
    said: dict[str, str] = {}
    for part in STYLE_COMMENT.sub("", style[:LONGEST_STYLE]).lower().split(";") if style else ():
        name, _, value = part.partition(":")
        name = name.strip()
        if "!important" not in said.get(name, "") or "!important" in value:
            said[name] = value.strip()
    return said


def _mark(tag: str, said: dict[str, str], style: dict[str, str]) -> str:
    """Why an element is left out; empty where it stays."""
    classes = said.get("class", "").lower().split()
    if comment := _part_of_comment(classes, said.get("href", ""), style):
        return comment
    if tag in ("s", "del", "strike") or "msodel" in classes or _is_struck(style):
        return STRUCK
    return HIDDEN if "hidden" in said or _is_hidden(style) else ""


def _part_of_comment(classes: list[str], href: str, style: dict[str, str]) -> str:
    if style.get("mso-element") == "comment-list":
        return LIST
    words = any(name.startswith(WORDS_OF_COMMENT) for name in classes) or style.get("mso-element") == "comment"
    if words or GOOGLE_COMMENT.match(href):
        return WORDS
    number = any(name.startswith("msocom") for name in classes) or style.get("mso-special-character") == "comment"
    return NUMBER if number or TO_COMMENT.match(href) else ""


def _is_struck(style: dict[str, str]) -> bool:
    lines = f"{style.get('text-decoration', '')} {style.get('text-decoration-line', '')}"
    return "line-through" in lines or style.get("text-line-through", "none") not in ("none", "")


def _is_hidden(style: dict[str, str]) -> bool:
    return (
        style.get("display", "").startswith("none")
        or style.get("visibility", "").startswith(("hidden", "collapse"))
        or style.get("mso-hide", "").startswith(("all", "screen"))
    )


def _small(tag: str, style: dict[str, str]) -> str:
    """Whether an element raises or lowers its words: the tag that says so."""
    if tag in raised.TABLES:
        return tag
    said = style.get("vertical-align", "") or style.get("font-variant-position", "")
    return {"super": "sup", "sub": "sub"}.get(said.split(" ")[0], "") if tag not in CELLS else ""
