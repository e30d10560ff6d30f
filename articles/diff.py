"""What changed between two documents: blocks aligned first, then words, whatever the kind of page."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from html.parser import HTMLParser

from articles.content import Document

TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
LONGEST = 1500  # tokens: of two paragraphs of more, both are shown whole, as comparing their words may take minutes
MOST = 1_000_000  # pairs of lines: beyond it a line that comes again and again is no place to align at
MARKS = {"strong": "**", "em": "_"}
HEADINGS = {"h2": "## ", "h3": "### "}
LISTS = {"ul": "• ", "ol": "1. "}
AROUND = LISTS | {"blockquote": "> "}


@dataclass(frozen=True)
class Block:
    """A piece of a page that is compared as one: a field, a paragraph, a cause. ``key`` says which is which."""

    key: str
    label: str
    text: str


@dataclass(frozen=True)
class Change:
    """One block that differs; ``words`` are runs of (same | added | removed, text), in reading order."""

    label: str
    kind: str
    words: tuple[tuple[str, str], ...]


class _Paragraphs(HTMLParser):
    """Rich text as lines of plain text, each with what it stands in; formatting and links are still visible."""

    def __init__(self, *, links: bool):
        super().__init__()
        self.lines, self.around = [["", ""]], []
        self.links, self.hrefs = links, []

    def handle_starttag(self, tag, attrs):
        if tag in MARKS:
            self.handle_data(MARKS[tag])
        elif tag == "a":
            self.hrefs.append(dict(attrs).get("href", ""))
        elif tag == "br":
            self.handle_data(" ")
        elif tag in AROUND or tag == "li":
            self.around += [AROUND[tag]] if tag in AROUND else []
            self.lines.append(["".join(self.around), ""])
        elif tag == "p" or tag in HEADINGS:
            self.lines.append([self._standing_in() + HEADINGS.get(tag, ""), ""])

    def _standing_in(self) -> str:
        """What the next line begins with: a list item's second paragraph does not look like another item."""
        begun = ["".join(self.around), ""]
        if self.around and self.around[-1] in LISTS.values() and self.lines[-1] != begun:
            return "".join(self.around[:-1]) + "… "
        return begun[0]

    def handle_endtag(self, tag):
        if tag in MARKS:
            self.handle_data(MARKS[tag])
        elif tag == "a" and self.hrefs:
            href = self.hrefs.pop()
            self.handle_data(f" (→ {href})" if self.links else "")
        elif tag in AROUND and self.around:
            self.around.pop()
            self.lines.append(["".join(self.around), ""])

    def handle_data(self, data):
        self.lines[-1][1] += data if self.lines[-1][1] else data.lstrip()


def paragraphs(html: str, *, links: bool = True) -> list[str]:
    """Rich text line by line; without ``links`` their addresses are left out."""
    parser = _Paragraphs(links=links)
    parser.feed(html)
    parser.close()
    lines = ((begins, " ".join(text.split())) for begins, text in parser.lines)
    return [begins + text for begins, text in lines if text]


def rich(key: str, label: str, html: str) -> list[Block]:
    """The blocks of one rich text, a paragraph each."""
    return [Block(key, label, line) for line in paragraphs(html)]


def common_blocks(document: Document) -> Iterable[Block]:
    """The blocks that every kind of page has, around its own."""
    yield Block("title", "Title", document.title)
    yield Block("headline", "Question at the top", document.headline)
    yield Block("summary", "Summary", document.summary)
    yield Block("written_by", "Written by", document.written_by)
    if document.advice:
        yield Block("advice_level", "Level of the advice", document.advice.label)
    for label, html in document.rich_texts().items():
        yield from rich(label, label, html)
    for reference in document.references:
        parts = [reference.title, reference.publisher, str(reference.year or ""), reference.url]
        yield Block("references", "Reference", " · ".join(part for part in parts if part))
    yield Block("tags", "Tags", ", ".join(document.tags))


def compare(old: Iterable[Block], new: Iterable[Block]) -> list[Change]:
    """The changes that lead from one page to another, in the order of the newer page."""
    before, after, labels = defaultdict(list), defaultdict(list), {}
    for side, blocks in ((after, new), (before, old)):
        for block in blocks:
            if block.text:
                side[block.key].append(block.text)
                labels.setdefault(block.key, block.label)
    return [
        change
        for key, label in labels.items()
        if before[key] != after[key]
        for change in _compare_texts(label, before[key], after[key])
    ]


def _compare_texts(label: str, old: list[str], new: list[str]) -> Iterable[Change]:
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) * len(new) > MOST)
    for op, i, j, k, m in matcher.get_opcodes():
        if op == "equal":
            continue
        paired = min(j - i, m - k)
        for was, now in zip(old[i : i + paired], new[k : k + paired], strict=True):
            yield Change(label, "changed", tuple(words(was, now)))
        for text in old[i + paired : j]:
            yield Change(label, "removed", (("removed", text),))
        for text in new[k + paired : m]:
            yield Change(label, "added", (("added", text),))


def words(old: str, new: str) -> Iterable[tuple[str, str]]:
    """Runs of words that stayed, came or went. Fewer than two words that stayed by chance join the change around."""
    a, b = TOKEN.findall(old), TOKEN.findall(new)
    if len(a) * len(b) > LONGEST**2:
        yield "removed", old
        yield "added", new
        return
    removed = added = ""
    codes = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    for place, (op, i, j, k, m) in enumerate(codes):
        by_chance = 0 < place < len(codes) - 1 and sum(token.isalnum() for token in a[i:j]) < 2
        if op != "equal" or by_chance:
            removed, added = removed + "".join(a[i:j]), added + "".join(b[k:m])
            continue
        yield from (run for run in (("removed", removed), ("added", added)) if run[1])
        removed = added = ""
        yield "same", "".join(a[i:j])
    yield from (run for run in (("removed", removed), ("added", added)) if run[1])
