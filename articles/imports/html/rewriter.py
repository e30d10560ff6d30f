"""HTML of any kind rewritten with the few elements that a page may have.

Structure stays; what is invisible or runs is left out.
"""

import re
from collections import Counter
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin

from articles.richtext.tables import SPANS

HEADINGS = {f"h{level}": level for level in range(1, 7)}
INLINE = {
    "b": "strong",
    "strong": "strong",
    "i": "em",
    "em": "em",
    "cite": "em",
    "dfn": "em",
    "var": "em",
}
WRAPPERS = {
    "address",
    "article",
    "aside",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "header",
    "hgroup",
    "hr",
    "legend",
    "main",
    "nav",
    "noscript",
    "pre",
    "section",
    "summary",
}
LISTS = {"ul", "ol"}
TABLE_CELLS = {"td", "th", "caption"}
TABLE_PARTS = {"table", "thead", "tbody", "tfoot", "tr"}
TEXT_CONTAINERS = {"li", *TABLE_CELLS}  # these may contain text without a paragraph
CONTAINERS = {*LISTS, *TABLE_PARTS, *TEXT_CONTAINERS, "blockquote"}
OTHER_TAGS = {"p", "a", "br", "q", "img", "embed", "input"}
TAGS = {*HEADINGS, *INLINE, *WRAPPERS, *CONTAINERS, *OTHER_TAGS}
VOID_TAGS = {"br", "img", "embed", "input"}
TRACKING_SIZES = ("0", "1")  # width or height of images that count visitors
SCRIPT_SCHEMES = ("javascript", "vbscript", "data")
LINK_SCHEMES = ("https:", "http:", "mailto:", "tel:")
MAX_BREAKS = 2
SPACES = re.compile(r"[ \t\r\n\f\v]+")
LINE_BREAKS = re.compile(r"[\t\r\n]+ *")


class HtmlRewriter(HTMLParser):
    """Writes well-formed HTML. An element is opened only before words in it, so none is empty."""

    def __init__(self, base: str, top_heading_level: int):
        super().__init__()
        self.base = base
        self.top_heading_level = top_heading_level
        self.output: list[str] = []
        # Lists, items, cells …: the tag, and whether it was written.
        self.open_containers: list[tuple[str, bool]] = []
        # Inline elements: the tag as read, the name as written, and the start tag.
        self.open_inline: list[tuple[str, str, str]] = []
        self.written_inline_count = 0  # so many of them are open in the output
        self.block = ""
        self.next_block = ""
        self.pending_space = False
        self.pending_breaks = 0
        self.pre_depth = 0
        self.link_count = 0
        self.link_has_text = False
        self.dropped: Counter[str] = Counter()
        self.images: list[str] = []

    def _write_end_tag(self, name: str) -> None:
        if name:
            self.output.append(f"</{name}>")

    @property
    def _container(self) -> str:
        """The tag of the innermost open container."""
        return self.open_containers[-1][0] if self.open_containers else ""

    # Blocks

    def _close_block(self) -> None:
        while self.written_inline_count:
            self.written_inline_count -= 1
            _, name, _ = self.open_inline[self.written_inline_count]
            self._write_end_tag(name)
        if self.block not in ("", "bare"):
            self._write_end_tag(self.block)
        self.block = ""
        self.pending_space = False
        self.pending_breaks = 0

    def _open_block(self) -> None:
        container = self._container
        if container in LISTS:
            self.block = "li"
        elif self.next_block and container != "caption":
            self.block = self.next_block
        elif container in TEXT_CONTAINERS:
            self.block = "bare"
        else:
            self.block = "p"
        if self.block != "bare":
            self.output.append(f"<{self.block}>")

    def _start_block(self, block: str) -> None:
        self._close_block()
        self.next_block = block

    def _open_container(self, tag: str, attributes: dict[str, str]) -> None:
        self._start_block("")
        is_stray = tag == "li" and self._container not in LISTS
        self.open_containers.append((tag, not is_stray))
        if is_stray:
            self.next_block = "p"
            return
        start = f"<{tag}"
        for name in SPANS:
            if attributes.get(name):
                start += f' {name}="{escape(attributes[name])}"'
        self.output.append(f"{start}>")

    def _close_container(self, tag: str) -> None:
        self._start_block("")
        if self._container == tag:
            _, was_written = self.open_containers.pop()
            if was_written:
                self._write_end_tag(tag)

    # What HTMLParser calls

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or "" for name, value in attrs}
        if tag in VOID_TAGS:
            self._handle_void_element(tag, attributes)
        elif tag in HEADINGS:
            self._start_block("h2" if HEADINGS[tag] <= self.top_heading_level else "h3")
        elif tag == "p" or tag in WRAPPERS:
            self._start_block("p")
            self._enter_wrapper(tag)
        elif tag in CONTAINERS:
            self._open_container(tag, attributes)
        elif tag in INLINE:
            self._open_inline(tag, INLINE[tag])
        elif tag == "a":
            self._open_link(attributes.get("href"))
        elif tag == "q":
            self._write_text("“")

    def handle_endtag(self, tag):
        if tag == "p" or tag in HEADINGS or tag in WRAPPERS:
            self._start_block("")
            self._leave_wrapper(tag)
        elif tag in CONTAINERS:
            self._close_container(tag)
        elif tag in INLINE:
            self._close_inline(tag)
        elif tag == "a":
            self._close_link()
        elif tag == "q":
            self._write_text("”")

    def handle_data(self, data):
        if not self.pre_depth:
            self._add_text(data)
            return
        first_line, *other_lines = data.split("\n")
        self._add_text(first_line)
        for line in other_lines:
            self._add_break()
            self._add_text(line)

    def close(self):
        super().close()
        self._close_block()

    def _enter_wrapper(self, tag: str) -> None:
        if tag == "pre":
            self.pre_depth += 1
        if tag == "dt":
            self._open_inline(tag, "strong")

    def _leave_wrapper(self, tag: str) -> None:
        if tag == "pre":
            self.pre_depth -= 1
        if tag == "dt":
            self._close_inline(tag)

    def _handle_void_element(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "br":
            self._add_break()
        elif tag == "img":
            self._add_image(attributes)
        elif tag == "embed":
            self.dropped["embedded file"] += 1
        else:
            self.dropped["control of a form"] += 1

    def _add_break(self) -> None:
        if self.block:
            self.pending_breaks += 1

    def _add_image(self, attributes: dict[str, str]) -> None:
        if attributes.get("width") in TRACKING_SIZES or attributes.get("height") in TRACKING_SIZES:
            self.dropped["image that counts visitors"] += 1
            return
        parts = []
        alt = attributes.get("alt", "").strip()
        if alt:
            parts.append(f"“{alt}”")
        source = attributes.get("src", "")
        if source and not source.startswith("data:"):
            parts.append(f"({source})")
        self.images.append(" ".join(parts))

    # Inline elements

    def _open_inline(self, tag: str, name: str) -> None:
        is_open = any(name == other for _, other, _ in self.open_inline)
        self.open_inline.append((tag, "" if is_open else name, f"<{name}>"))

    def _close_inline(self, tag: str) -> None:
        if not self.open_inline or self.open_inline[-1][0] != tag:
            return
        _, name, _ = self.open_inline.pop()
        if self.written_inline_count > len(self.open_inline):
            self.written_inline_count -= 1
            self._write_end_tag(name)

    def _open_link(self, href: str | None) -> None:
        self.link_has_text = False
        target = ""
        if href is not None:
            self.link_count += 1
            target = self._resolve_target(href)
        self.open_inline.append(("a", "a" if target else "", f'<a href="{escape(target)}">'))

    def _close_link(self) -> None:
        if self.open_inline:
            tag, name, _ = self.open_inline[-1]
            if tag == "a" and name and not self.link_has_text:
                self.dropped["link without words"] += 1
        self._close_inline("a")

    def _resolve_target(self, href: str) -> str:
        """The full target of a link; empty if a page may not link to it."""
        target = self._join_base(LINE_BREAKS.sub("", href.strip()).replace(" ", "%20"))
        scheme = ""
        if ":" in target.split("/")[0]:
            scheme = target.partition(":")[0].lower()
        if scheme in SCRIPT_SCHEMES:
            self.dropped["link that runs a script"] += 1
        elif scheme and not target.lower().startswith(LINK_SCHEMES):
            self.dropped[f"link of a kind that pages do not carry ({scheme}:)"] += 1
        elif not target:
            self.dropped["link that leads nowhere"] += 1
        elif target.startswith("#") and self.base:
            self.dropped["link within the page"] += 1
        else:
            return target
        return ""

    def _join_base(self, href: str) -> str:
        """An address relative to the base in full; empty if it is no address."""
        target = href
        if self.base and href and not href.startswith("#"):
            try:
                target = urljoin(self.base, href)
            except ValueError:
                return ""
        return f"https:{target}" if target.startswith("//") else target

    # Words

    def _add_text(self, text: str) -> None:
        words = SPACES.sub(" ", text)
        if not words.strip():
            if words and self.block:
                self.pending_space = True
            return
        if words.startswith(" "):
            self.pending_space = True
        self._write_text(words.strip(" "))
        self.pending_space = words.endswith(" ")

    def _write_text(self, text: str) -> None:
        if self.pending_breaks >= MAX_BREAKS and self.block == "p":
            self._close_block()
        if not self.block:
            self._open_block()
        elif self.pending_breaks:
            self._write_breaks()
        elif self.pending_space:
            self.output.append(" ")
        self.pending_space = False
        self.pending_breaks = 0
        for _, name, start in self.open_inline[self.written_inline_count :]:
            if name:
                self.output.append(start)
            if name == "a":
                self.link_has_text = True
        self.written_inline_count = len(self.open_inline)
        self.output.append(escape(text, quote=False))

    def _write_breaks(self) -> None:
        if self.block in ("h2", "h3"):
            self.output.append(" ")
        else:
            self.output.append("<br>" * min(self.pending_breaks, MAX_BREAKS))
