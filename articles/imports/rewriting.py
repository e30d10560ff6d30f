"""HTML in the wild as the few elements that a page may carry: structure is kept, what hides or runs is left out."""

import re
from collections import Counter
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin

from articles.tables import SPANS

HEADINGS = {f"h{level}": level for level in range(1, 7)}
INLINE = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "cite": "em", "dfn": "em", "var": "em"}
WRAPPERS = {
    *("address", "article", "aside", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "figure"),
    *("footer", "form", "header", "hgroup", "hr", "legend", "main", "nav", "noscript", "pre", "section", "summary"),
}
LISTS = {"ul", "ol"}
CELLS = {"td", "th", "caption"}
ROWS = {"table", "thead", "tbody", "tfoot", "tr"}
HOLD_WORDS = {"li", *CELLS}  # words may stand in these without a paragraph of their own
TAGS = {
    *HEADINGS,
    *INLINE,
    *WRAPPERS,
    *LISTS,
    *ROWS,
    *HOLD_WORDS,
    *("p", "a", "br", "q", "blockquote", "img", "embed", "input"),
}
LINKS = ("https:", "http:", "mailto:", "tel:")
MOST_BREAKS = 2
SPACES = re.compile(r"[ \t\r\n\f\v]+")
BROKEN = re.compile(r"[\t\r\n]+ *")


class Rewriter(HTMLParser):
    """Writes well-formed HTML anew. Nothing is opened before words come that stand in it, so nothing is empty."""

    def __init__(self, base: str, highest: int):
        super().__init__()
        self.base, self.highest = base, highest
        self.out: list[str] = []
        self.holders: list[tuple[str, bool]] = []  # lists, items, cells …: its name, and whether it was written
        self.inline: list[tuple[str, str, str]] = []  # the tag as read, and as written: its name and its start
        self.written = 0  # so many of them stand in the text
        self.block, self.wanted = "", ""
        self.space, self.breaks, self.depth_of_pre = False, 0, 0
        self.links, self.link_says = 0, False
        self.gone: Counter[str] = Counter()
        self.images: list[str] = []

    # Blocks

    def _end_block(self) -> None:
        while self.written:
            self.written -= 1
            name = self.inline[self.written][1]
            self.out += [f"</{name}>"] if name else []
        if self.block not in ("", "bare"):
            self.out.append(f"</{self.block}>")
        self.block, self.space, self.breaks = "", False, 0

    def _begin_block(self) -> None:
        holder = self.holders[-1][0] if self.holders else ""
        if holder in LISTS:
            self.block = "li"
        elif self.wanted and holder != "caption":
            self.block = self.wanted
        else:
            self.block = "bare" if holder in HOLD_WORDS else "p"
        if self.block != "bare":
            self.out.append(f"<{self.block}>")

    def _want(self, block: str) -> None:
        self._end_block()
        self.wanted = block

    def _hold(self, tag: str, attrs: dict[str, str]) -> None:
        self._want("")
        stray = tag == "li" and not (self.holders and self.holders[-1][0] in LISTS)
        self.holders.append((tag, not stray))
        if stray:
            self.wanted = "p"
        else:
            spans = "".join(f' {name}="{escape(attrs[name])}"' for name in SPANS if attrs.get(name))
            self.out.append(f"<{tag}{spans}>")

    def _let_go(self, tag: str) -> None:
        self._want("")
        if self.holders and self.holders[-1][0] == tag:
            _, was_written = self.holders.pop()
            self.out += [f"</{tag}>"] if was_written else []

    # What HTMLParser calls

    def handle_starttag(self, tag, attrs):
        said = {name: value or "" for name, value in attrs}
        if tag in ("br", "img", "embed", "input"):
            self._void(tag, said)
        elif tag in HEADINGS:
            self._want("h2" if HEADINGS[tag] <= self.highest else "h3")
        elif tag == "p" or tag in WRAPPERS:
            self._want("p")
            self._enter(tag)
        elif tag in LISTS or tag in ROWS or tag in HOLD_WORDS or tag == "blockquote":
            self._hold(tag, said)
        elif tag in INLINE:
            self._push(tag, INLINE[tag])
        elif tag == "a":
            self._link(said.get("href"))
        elif tag == "q":
            self._say("“")

    def handle_endtag(self, tag):
        if tag == "p" or tag in HEADINGS or tag in WRAPPERS:
            self._want("")
            self._leave(tag)
        elif tag in LISTS or tag in ROWS or tag in HOLD_WORDS or tag == "blockquote":
            self._let_go(tag)
        elif tag in INLINE:
            self._pop(tag)
        elif tag == "a":
            self._end_link()
        elif tag == "q":
            self._say("”")

    def handle_data(self, data):
        if self.depth_of_pre:
            for number, line in enumerate(data.split("\n")):
                self.breaks += bool(number and self.block)
                self._words(line)
        else:
            self._words(data)

    def close(self):
        super().close()
        self._end_block()

    def _enter(self, tag: str) -> None:
        self.depth_of_pre += tag == "pre"
        if tag == "dt":
            self._push(tag, "strong")

    def _leave(self, tag: str) -> None:
        self.depth_of_pre -= tag == "pre"
        if tag == "dt":
            self._pop(tag)

    def _void(self, tag: str, said: dict[str, str]) -> None:
        if tag == "br":
            self.breaks += bool(self.block)
        elif tag == "img":
            self._image(said)
        else:
            self.gone["embedded file" if tag == "embed" else "control of a form"] += 1

    def _image(self, said: dict[str, str]) -> None:
        if said.get("width") in ("0", "1") or said.get("height") in ("0", "1"):
            self.gone["image that counts visitors"] += 1
            return
        source = said.get("src", "")
        source = "" if source.startswith("data:") else source
        alt = f"“{said['alt'].strip()}”" if said.get("alt", "").strip() else ""
        self.images.append(" ".join(part for part in (alt, f"({source})" if source else "") if part))

    # Inline elements

    def _push(self, tag: str, name: str, start: str = "") -> None:
        doubled = any(name == other for _, other, _ in self.inline)
        self._open(tag, "" if doubled else name, start or f"<{name}>")

    def _open(self, tag: str, name: str, start: str) -> None:
        self.inline.append((tag, name, start))

    def _pop(self, tag: str) -> None:
        if self.inline and self.inline[-1][0] == tag:
            if self.written == len(self.inline):
                self.written -= 1
                name = self.inline[-1][1]
                self.out += [f"</{name}>"] if name else []
            self.inline.pop()

    def _link(self, href: str | None) -> None:
        self.link_says = False
        target = self._target(href) if href is not None else ""
        self.links += href is not None
        self._open("a", "a" if target else "", f'<a href="{escape(target)}">')

    def _end_link(self) -> None:
        if self.inline and self.inline[-1][0] == "a" and self.inline[-1][1] and not self.link_says:
            self.gone["link without words"] += 1
        self._pop("a")

    def _target(self, href: str) -> str:
        """Where a link leads, in full; empty where it leads nowhere that a page may lead to."""
        href = BROKEN.sub("", href.strip()).replace(" ", "%20")
        try:
            target = urljoin(self.base, href) if self.base and href[:1] not in ("", "#") else href
        except ValueError:
            target = ""
        if target.startswith("//"):
            target = f"https:{target}"
        scheme = target.partition(":")[0].lower() if ":" in target.split("/")[0] else ""
        if scheme in ("javascript", "vbscript", "data"):
            self.gone["link that runs a script"] += 1
        elif scheme and not target.lower().startswith(LINKS):
            self.gone[f"link of a kind that pages do not carry ({scheme}:)"] += 1
        elif not target:
            self.gone["link that leads nowhere"] += 1
        elif target.startswith("#") and self.base:
            self.gone["link within the page"] += 1
        else:
            return target
        return ""

    # Words

    def _words(self, text: str) -> None:
        said = SPACES.sub(" ", text)
        if not said.strip():
            self.space = self.space or bool(said and self.block)
            return
        self.space = self.space or said.startswith(" ")
        self._say(said.strip(" "))
        self.space = said.endswith(" ")

    def _say(self, text: str) -> None:
        if self.breaks >= MOST_BREAKS and self.block == "p":
            self._end_block()
        if not self.block:
            self._begin_block()
        elif self.breaks:
            self.out.append(" " if self.block in ("h2", "h3") else "<br>" * min(self.breaks, MOST_BREAKS))
        elif self.space:
            self.out.append(" ")
        self.space, self.breaks = False, 0
        for _, name, start in self.inline[self.written :]:
            self.out += [start] if name else []
            self.link_says = self.link_says or name == "a"
        self.written = len(self.inline)
        self.out.append(escape(text, quote=False))
