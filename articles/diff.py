"""What changed between two documents: blocks aligned first, then words, whatever the kind of page."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from django.utils.functional import SimpleLazyObject

from articles import kinds
from articles.content import Document, Figure
from articles.lines import paragraphs

TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
MOST = 1_000_000  # pairs of lines: beyond it a line that comes again and again is no place to align at
UNIT = re.compile(r"\s+|(?:\w+|[^\w\s])\s*")  # a word with the space after it: spaces alone meet everywhere
WORD = re.compile(r"\w+")
LONGEST = 600  # words that differ: longer stretches are shown whole, as comparing them word by word takes seconds
PAIRS = 2500  # comparisons of paragraph with paragraph in one stretch; beyond that they pair in order
ALIKE = 0.3  # share of words in common from which two paragraphs count as one that was rewritten


@dataclass(frozen=True)
class Block:
    """A piece of a page that is compared as one: a field, a paragraph, a cause. ``key`` says which is which.

    ``identity`` tells two things of the same name apart, such as two related pages.
    """

    key: str
    label: str
    text: str
    identity: str = ""


@dataclass(frozen=True)
class Change:
    """One block that differs; ``words`` are runs of (same | added | removed, text), in reading order."""

    label: str
    kind: str
    words: tuple[tuple[str, str], ...]
    note: str = ""


@dataclass(frozen=True)
class Part:
    """All blocks of one key, as they are now: those that changed and, of the kind "same", those that did not."""

    key: str
    label: str
    rows: tuple[Change, ...]
    more: int = 0  # changes that are not among the rows

    @property
    def changes(self) -> list[Change]:
        return [row for row in self.rows if row.kind != "same"]

    @property
    def runs(self) -> list[tuple[bool, list[Change]]]:
        """Runs of rows, each with whether it changed."""
        return [(changed, list(rows)) for changed, rows in groupby(self.rows, lambda row: row.kind != "same")]


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
    places = kinds.get(document.kind).places
    for figure in document.figures:
        yield Block("figures", "Image", _said(figure, places.get(figure.place, figure.place)))
    for reference in document.references:
        parts = [reference.title, reference.publisher, str(reference.year or ""), reference.url]
        yield Block("references", "Reference", " · ".join(part for part in parts if part))
    yield Block("tags", "Tags", ", ".join(document.tags))


def _said(figure: Figure, where: str) -> str:
    """All that a document says of a picture, in one line. Another file of the same words is another digest."""
    file = f"{figure.extension.upper()}, {figure.width} × {figure.height}, SHA-256 {figure.sha256[:16]}…"
    parts = {"": where, "Alternative text: ": figure.alt, "Caption: ": figure.caption, "Credit: ": figure.credit}
    return " · ".join([*(f"{name}{said}" for name, said in parts.items() if said), file])


def compare(old: Iterable[Block], new: Iterable[Block]) -> list[Change]:
    """The changes that lead from one page to another, in the order of the newer page."""
    return [change for part in parts(old, new) for change in part.changes]


def parts(old: Iterable[Block], new: Iterable[Block]) -> list[Part]:
    """A whole page part by part, in the order of the newer one, with what changed in each."""
    before, after, labels = defaultdict(list), defaultdict(list), {}
    for side, blocks in ((after, new), (before, old)):
        for block in blocks:
            if block.text:
                side[block.key].append(block)
                labels.setdefault(block.key, block.label)
    return [Part(key, label, tuple(_rows(label, before[key], after[key]))) for key, label in labels.items()]


def changed_labels(old: Iterable[Block], new: Iterable[Block]) -> list[str]:
    """The names of the parts that differ, without a look at their words: cheap enough for a list of pages."""
    old, new = list(old), list(new)
    before, after = _texts(old), _texts(new)
    labels = {block.key: block.label for block in (*old, *new)}
    order = [*after, *(key for key in before if key not in after)]
    return list(dict.fromkeys(labels[key] for key in order if before.get(key) != after.get(key)))


def _texts(blocks: Iterable[Block]) -> dict[str, list[tuple[str, str]]]:
    """The texts of each part, in order."""
    texts = defaultdict(list)
    for block in blocks:
        if block.text:
            texts[block.key].append((block.identity, block.text))
    return texts


def _rows(label: str, old: list[Block], new: list[Block]) -> Iterator[Change]:
    a, b = [(block.identity, block.text) for block in old], [(block.identity, block.text) for block in new]
    if a == b:
        yield from (_same(label, block) for block in new)
        return
    codes = SequenceMatcher(None, a, b, autojunk=len(a) * len(b) > MOST).get_opcodes()
    moved = _moved(a, b, codes)
    left = set(moved.values())
    for op, i, j, k, m in codes:
        if op == "equal":
            yield from (_same(label, block) for block in new[k:m])
            continue
        gone = [old[place] for place in range(i, j) if place not in left]
        come = [place for place in range(k, m) if place not in moved]
        pairs = dict(_paired(gone, [new[place] for place in come]))
        yield from (_whole(label, "removed", block) for block in pairs.pop(None, []))
        for place in range(k, m):
            if place in moved:
                note = f"from place {moved[place] + 1} to place {place + 1}"
                yield Change(label, "moved", (("same", new[place].text),), note)
            else:
                before, leaving = pairs[come.index(place)]
                yield _changed(label, before, new[place]) if before else _whole(label, "added", new[place])
                yield from (_whole(label, "removed", block) for block in leaving)


def _moved(a: list, b: list, codes: list) -> dict[int, int]:
    """Place now → place before, of what stands elsewhere in the same words."""
    gone = defaultdict(list)
    for op, i, j, _, _ in codes:
        if op != "equal":
            for place in range(i, j):
                gone[a[place]].append(place)
    come = (place for op, _, _, k, m in codes if op != "equal" for place in range(k, m))
    return {place: gone[b[place]].pop(0) for place in come if gone[b[place]]}


def _paired(old: list[Block], new: list[Block]) -> Iterator[tuple]:
    """Which of the older blocks each newer one was made of, and which left after it; under None what left before."""
    if len(old) == len(new) or len(old) * len(new) > PAIRS:
        made_of = dict(zip(range(len(new)), range(len(old)), strict=False))
    else:
        made_of = _most_alike([_words_of(block) for block in old], [_words_of(block) for block in new])
    before: list[Block] = []
    leaving: list[list[Block]] = [[] for _ in new]
    for place, block in enumerate(old):
        if place not in made_of.values():
            after = [number for number, source in made_of.items() if source < place]
            (leaving[max(after)] if after else before).append(block)
    yield None, before
    for number in range(len(new)):
        yield number, (old[made_of[number]] if number in made_of else None, leaving[number])


def _words_of(block: Block) -> frozenset[str]:
    return frozenset(WORD.findall(block.text.lower()))


def _most_alike(old: list[frozenset], new: list[frozenset]) -> dict[int, int]:
    """Newer → older, in order on both sides, so that as many words as possible meet."""
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for k in range(len(new) - 1, -1, -1):
            alike = _alike(old[i], new[k])
            best[i][k] = max(best[i + 1][k], best[i][k + 1], best[i + 1][k + 1] + alike if alike else 0)
    i = k = 0
    made_of = {}
    while i < len(old) and k < len(new):
        if best[i][k] == best[i + 1][k]:
            i += 1
        elif best[i][k] == best[i][k + 1]:
            k += 1
        else:
            made_of[k] = i
            i, k = i + 1, k + 1
    return made_of


def _alike(one: frozenset, other: frozenset) -> float:
    share = len(one & other) / max(1, len(one | other))
    return share if share >= ALIKE else 0.0


def _same(label: str, block: Block) -> Change:
    return Change(label, "same", (("same", block.text),))


def _whole(label: str, kind: str, block: Block) -> Change:
    return Change(label, kind, ((kind, block.text),))


def _changed(label: str, was: Block, now: Block) -> Change:
    """What became of a block; two things of one name are told apart by the beginning of their identities."""
    if was.text != now.text:
        # Not before somebody reads them: of thousands of changes a page shows some.
        return Change(label, "changed", SimpleLazyObject(lambda: tuple(words(was.text, now.text))))
    told = (("same", now.text), ("removed", f" ({was.identity[:8]})"), ("added", f" ({now.identity[:8]})"))
    return Change(label, "changed", told, "another page of the same name")


def words(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Runs of words that stayed, came or went. Fewer than two words that stayed by chance join the change around."""
    a, b = UNIT.findall(old), UNIT.findall(new)
    codes, runs = _codes(a, b), []
    removed = added = ""
    for place, (op, i, j, k, m) in enumerate(codes):
        by_chance = 0 < place < len(codes) - 1 and sum(unit.strip().isalnum() for unit in a[i:j]) < 2
        if op != "equal" or by_chance:
            removed, added = removed + "".join(a[i:j]), added + "".join(b[k:m])
            continue
        runs += [*_replaced(removed, added), ("same", "".join(a[i:j]))]
        removed = added = ""
    runs += _replaced(removed, added)
    for kind, texts in groupby((run for run in runs if run[1]), lambda run: run[0]):
        yield kind, "".join(text for _, text in texts)


def _codes(a: list[str], b: list[str]) -> list[tuple]:
    """How to come from one run of words to another: what they begin and end with in common is not searched."""
    head, tail = _shared(a, b)
    end_a, end_b = len(a) - tail, len(b) - tail
    if min(end_a, end_b) - head > LONGEST:
        middle = [("replace", head, end_a, head, end_b)]
    else:
        found = SequenceMatcher(None, a[head:end_a], b[head:end_b], autojunk=False).get_opcodes()
        middle = [(op, i + head, j + head, k + head, m + head) for op, i, j, k, m in found]
    before = [("equal", 0, head, 0, head)] if head else []
    after = [("equal", end_a, len(a), end_b, len(b))] if tail else []
    return [*before, *middle, *after]


def _replaced(old: str, new: str) -> list[tuple[str, str]]:
    """One stretch for another, without the signs and spaces that both begin and end with."""
    a, b = TOKEN.findall(old), TOKEN.findall(new)
    head, tail = _shared(a, b)
    end_a, end_b = len(a) - tail, len(b) - tail
    return [
        ("same", "".join(a[:head])),
        ("removed", "".join(a[head:end_a])),
        ("added", "".join(b[head:end_b])),
        ("same", "".join(a[end_a:])),
    ]


def _shared(a: list[str], b: list[str]) -> tuple[int, int]:
    """How many items two lists begin with in common, and end with."""
    shorter = min(len(a), len(b))
    head = next((place for place in range(shorter) if a[place] != b[place]), shorter)
    rest = shorter - head
    return head, next((place for place in range(rest) if a[-1 - place] != b[-1 - place]), rest)
