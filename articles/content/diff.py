"""What changed between two documents of any kind: blocks are aligned first, then words.

Two documents whose bytes differ have a change between them. What the words of a page do not show
is said by its name, such as “[no-break space]”, or in the form in which it is stored.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import partial
from itertools import groupby
from typing import cast

from django.utils.functional import SimpleLazyObject
from pydantic_core import to_json

from articles.content import kinds
from articles.content.blocks import Block, Topic
from articles.content.document import (
    ADVICE_LABELS,
    CARE_CARD_LABELS,
    CARE_CARD_TEXTS,
    SAME_FOR_EVERYONE,
    Document,
    DocumentFigure,
)
from articles.content.passages import Run, Versions, is_rewritten, split_versions
from articles.richtext import sign_names
from articles.richtext.plaintext import Line, read_lines

TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
# A word with the space after it, because spaces alone match everywhere.
UNIT = re.compile(r"\s+|(?:\w+|[^\w\s])\s*")
WORD = re.compile(r"\w+")
# Pairs of lines. Beyond it, a line that is repeated often is not used to align the others.
MAX_LINE_PAIRS = 1_000_000
# Words that differ. A longer passage is shown whole: comparing it word by word takes seconds.
MAX_DIFFERING_WORDS = 600
# Comparisons of paragraph with paragraph in one passage. Beyond it, they are paired in order.
MAX_PARAGRAPH_PAIRS = 2500
# The share of words in common from which two paragraphs count as one that was rewritten.
MIN_SIMILARITY = 0.3
CONTEXT_LENGTH = 60  # characters of a stored value before and after what differs
NAME = re.compile(r"\[[^\[\]]*\]")
PLACEHOLDERS = range(0xE000, 0xF900)  # signs without a meaning, which no named text has
CARE_CARD_ALIASES = frozenset(CARE_CARD_LABELS.values())
STORED_NOTE = "in how it is stored"

Opcode = tuple[str, int, int, int, int]  # as SequenceMatcher gives them


@dataclass(frozen=True)
class Change:
    """One block that differs, with its runs of words in order.

    ``texts`` are the whole texts of the block, before and after, as far as there are both; ``part``
    is the key of its part.
    """

    label: str
    kind: str
    runs: tuple[Run, ...]
    note: str = ""
    texts: tuple[str, ...] = field(default=(), compare=False, repr=False)
    part: str = field(default="", compare=False, repr=False)

    @property
    def versions(self) -> Versions | None:
        """The passage before and after, where it was rewritten and not just mended."""
        if self.kind != "changed" or self.note or not is_rewritten(self.runs):
            return None
        return split_versions(self.runs)


def _is_changed(row: Change) -> bool:
    return row.kind != "same"


@dataclass(frozen=True)
class ChangedPart:
    """A part of a page that differs between two texts."""

    key: str
    label: str
    topic: Topic = ""


@dataclass(frozen=True)
class DiffPart:
    """All blocks of one key as they are now: those that changed and those of the kind "same"."""

    key: str
    label: str
    rows: tuple[Change, ...]
    more: int = 0  # changes that are not among the rows
    alias: str = ""
    topic: Topic = ""

    @property
    def anchor(self) -> str:
        """Where it stands on a page that lists the parts. Keys have spaces and any letters."""
        return f"part-{hashlib.sha256(self.key.encode()).hexdigest()[:12]}"

    @property
    def changes(self) -> list[Change]:
        return list(filter(_is_changed, self.rows))

    @property
    def runs(self) -> list[tuple[bool, list[Change]]]:
        """Runs of rows, each with whether it changed."""
        runs: list[tuple[bool, list[Change]]] = []
        for changed, rows in groupby(self.rows, _is_changed):
            runs.append((changed, list(rows)))
        return runs


# From a document to its blocks


def split_rich_text(
    key: str, label: str, html: str, *, alias: str = "", topic: Topic = ""
) -> list[Block]:
    """The blocks of one rich text, one for each paragraph, and one for its HTML."""
    make = partial(Block, key, label, alias=alias, topic=topic)
    blocks = [make(line.text, stored=line) for line in read_lines(html)]
    return [*blocks, make("", stored=html)]


def build_common_blocks(document: Document) -> Iterable[Block]:
    """The blocks that every kind of page has, around its own."""
    yield Block("title", "Title", document.title, topic="names")
    yield Block("headline", "Question at the top", document.headline, topic="names")
    yield Block("summary", "Summary", document.summary)
    yield Block("written_by", "Written by", document.written_by)
    yield from _build_care_card_blocks(document)
    for label, html in document.get_rich_texts().items():
        if label not in CARE_CARD_TEXTS:
            yield from split_rich_text(label, label, html)
    places = kinds.get(document.kind).figure_places
    for figure in document.figures:
        place = places.get(figure.place, figure.place)
        text = _describe_figure(figure, place)
        yield Block("figures", "Image", text, stored=figure, topic="images")
    for reference in document.references:
        parts = [reference.title, reference.publisher, str(reference.year or ""), reference.url]
        text = " · ".join(filter(None, parts))
        yield Block("references", "Reference", text, stored=reference, topic="references")
    yield Block("tags", "Tags", ", ".join(document.tags), stored=document.tags)
    yield Block("figures", "Image", "", stored=document.figures, topic="images")
    yield Block("references", "Reference", "", stored=document.references, topic="references")
    yield Block("tags", "Tags", "", stored=document.tags)
    yield Block("language", "Language", "", stored=document.language)
    yield Block("identity", "Page", "", stored=(document.kind, document.uuid, document.version))


def _build_care_card_blocks(document: Document) -> Iterable[Block]:
    """The cards, the gravest first. Cards of one level are compared, whatever a page calls them."""
    if document.advice:
        label = "Level of the gravest card" if document.further_advice else "Level of the advice"
        level = ADVICE_LABELS[document.advice.level]
        yield Block("advice_level", label, level, topic="advice")
    for card in document.care_cards:
        label, name = document.get_card_label(card), CARE_CARD_LABELS[card.level]
        heading = f"Heading of “{label}”"
        alias = f"Heading of “{name}”"
        yield Block(heading, heading, card.heading, alias=alias, topic="advice")
        yield from split_rich_text(label, label, card.html, alias=name, topic="advice")
    if document.same_for_everyone:
        yield Block("same_for_everyone", "Same for everyone", SAME_FOR_EVERYONE, topic="advice")
    if document.shows_crisis_line:
        shown = "Shown under the emergency card."
        yield Block("crisis_line", "Crisis line", shown, topic="advice")


def _describe_figure(figure: DocumentFigure, place: str) -> str:
    """All that a document has of a picture, in one line. The digest tells files apart."""
    parts = [place] if place else []
    labelled_texts = {
        "Alternative text": figure.alt,
        "Caption": figure.caption,
        "Credit": figure.credit,
    }
    for label, text in labelled_texts.items():
        if text:
            parts.append(f"{label}: {text}")
    size = f"{figure.width} × {figure.height}"
    parts.append(f"{figure.extension.upper()}, {size}, SHA-256 {figure.sha256[:16]}…")
    return " · ".join(parts)


# Blocks


def compare(old: Iterable[Block], new: Iterable[Block]) -> list[Change]:
    """The changes that lead from one page to another, in the order of the newer page."""
    changes: list[Change] = []
    for part in compare_parts(old, new):
        changes += [replace(change, part=part.key) for change in part.changes]
    return changes


def count_parts(changes: Iterable[Change]) -> int:
    """In how many parts the changes of ``compare`` are: as many as ``find_changed_parts`` finds."""
    return len({change.part or change.label for change in changes})


def compare_parts(old: Iterable[Block], new: Iterable[Block]) -> list[DiffPart]:
    """A whole page part by part, in the order of the newer one, with what changed in each.

    Care cards that are gone come first, each as a part of its own.
    """
    before, after = _group_pages(old, new)
    parts = []
    for key in _put_removed_cards_first(_list_keys(after, before), before, after):
        part_before, part_after = before[key], after[key]
        label = _name_part(part_before, part_after)
        rows = list(_compare_blocks(label, part_before.blocks, part_after.blocks))
        if part_before.stored != part_after.stored and not any(map(_is_changed, rows)):
            rows.append(_make_stored(label, part_before.stored, part_after.stored))
        if rows:
            alias = part_after.alias or part_before.alias
            topic = part_after.topic or part_before.topic
            parts.append(DiffPart(key, label, tuple(rows), alias=alias, topic=topic))
    return parts


def find_changed_parts(old: Iterable[Block], new: Iterable[Block]) -> list[ChangedPart]:
    """The parts that differ, care cards first, of these the ones that are gone.

    These are the parts in which ``compare_parts`` finds changes. It compares no words: cheap enough
    for a list.
    """
    before, after = _group_pages(old, new)
    cards: list[ChangedPart] = []
    others: list[ChangedPart] = []
    for key in _put_removed_cards_first(_list_keys(after, before), before, after):
        if before[key].contents != after[key].contents:
            is_card = bool(CARE_CARD_ALIASES & {before[key].alias, after[key].alias})
            topic = after[key].topic or before[key].topic
            part = ChangedPart(key, _name_part(before[key], after[key]), topic)
            (cards if is_card else others).append(part)
    return [*cards, *others]


def find_changed_labels(old: Iterable[Block], new: Iterable[Block]) -> list[str]:
    """The labels of the parts that differ, each once, in the order of ``find_changed_parts``."""
    return list(dict.fromkeys(part.label for part in find_changed_parts(old, new)))


def _put_removed_cards_first(
    keys: list[str], before: dict[str, "_Part"], after: dict[str, "_Part"]
) -> list[str]:
    return sorted(keys, key=lambda key: not _is_removed_card(before[key], after[key]))


def _is_removed_card(before: "_Part", after: "_Part") -> bool:
    return before.alias in CARE_CARD_ALIASES and not after.alias


def _name_part(before: "_Part", after: "_Part") -> str:
    if _is_removed_card(before, after):
        return f"{before.alias}: removed"
    return after.label or before.label


@dataclass
class _Part:
    """The blocks of one key that have a text, in order, and the value that they come from."""

    label: str = ""
    alias: str = ""
    topic: Topic = ""
    blocks: list[Block] = field(default_factory=list)
    stored: object = None

    @property
    def contents(self) -> tuple[object, ...]:
        """What two parts differ in."""
        return self.stored, [(block.identity, block.text, block.stored) for block in self.blocks]


def _list_keys(*pages: dict[str, _Part]) -> list[str]:
    """The keys of all parts: those with a text first, page by page."""
    with_text: list[str] = []
    others: list[str] = []
    for parts in pages:
        for key, part in parts.items():
            (with_text if part.blocks else others).append(key)
    return list(dict.fromkeys([*with_text, *others]))


def _group_pages(
    old: Iterable[Block], new: Iterable[Block]
) -> tuple[defaultdict[str, _Part], defaultdict[str, _Part]]:
    """The parts of two pages by key. Those with one alias have the key that the newer page uses."""
    before, after = _group_blocks(old), _group_blocks(new)
    keys = {part.alias: key for key, part in after.items() if part.alias}
    renamed: defaultdict[str, _Part] = defaultdict(_Part)
    for key, part in before.items():
        renamed[keys.get(part.alias, key)] = part
    return renamed, after


def _group_blocks(blocks: Iterable[Block]) -> defaultdict[str, _Part]:
    parts: defaultdict[str, _Part] = defaultdict(_Part)
    for block in blocks:
        if not block.text and not block.is_whole:
            continue
        part = parts[block.key]
        part.label = part.label or block.label
        part.alias = part.alias or block.alias
        part.topic = part.topic or block.topic
        if block.is_whole:
            part.stored = block.stored
        else:
            part.blocks.append(block)
    return parts


def _get_texts(blocks: list[Block]) -> list[tuple[str, str]]:
    """By what two blocks are aligned."""
    return [(block.identity, block.text) for block in blocks]


def _compare_blocks(label: str, old: list[Block], new: list[Block]) -> Iterator[Change]:
    old_texts, new_texts = _get_texts(old), _get_texts(new)
    if old_texts == new_texts:
        yield from _make_equal(label, old, new)
        return
    has_many_pairs = len(old) * len(new) > MAX_LINE_PAIRS
    codes = SequenceMatcher(None, old_texts, new_texts, autojunk=has_many_pairs).get_opcodes()
    moved = _find_moved(old_texts, new_texts, codes)
    moved_from = set(moved.values())
    for op, old_start, old_end, new_start, new_end in codes:
        if op == "equal":
            yield from _make_equal(label, old[old_start:old_end], new[new_start:new_end])
            continue
        places = range(old_start, old_end)
        removed = [old[place] for place in places if place not in moved_from]
        passage = range(new_start, new_end)
        yield from _compare_passage(label, old, removed, new, passage, moved)


def _compare_passage(
    label: str,
    old: list[Block],
    removed: list[Block],
    new: list[Block],
    places: range,
    moved: dict[int, int],
) -> Iterator[Change]:
    """The changes of one passage: older blocks that are gone, and the newer ones at ``places``."""
    added = [new[place] for place in places if place not in moved]
    removed_first, pairs = _pair_blocks(removed, added)
    yield from _make_removed(label, removed_first)
    next_pairs = iter(pairs)
    for place in places:
        block = new[place]
        if place in moved:
            note = f"from place {moved[place] + 1} to place {place + 1}"
            yield _make_moved(label, old[moved[place]], block, note)
            continue
        source, removed_after = next(next_pairs)
        if source is None:
            yield Change(label, "added", (("added", block.text),), texts=(block.text,))
        else:
            yield _make_changed(label, source, block)
        yield from _make_removed(label, removed_after)


def _find_moved(
    old: list[tuple[str, str]], new: list[tuple[str, str]], codes: Iterable[Opcode]
) -> dict[int, int]:
    """New place → old place, of blocks that stand elsewhere in the same words."""
    old_places: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    new_places: list[int] = []
    for op, old_start, old_end, new_start, new_end in codes:
        if op == "equal":
            continue
        for place in range(old_start, old_end):
            old_places[old[place]].append(place)
        new_places += range(new_start, new_end)
    moved = {}
    for place in new_places:
        same_texts = old_places[new[place]]
        if same_texts:
            moved[place] = same_texts.pop(0)
    return moved


def _pair_blocks(
    old: list[Block], new: list[Block]
) -> tuple[list[Block], list[tuple[Block | None, list[Block]]]]:
    """The older blocks that were removed before all others, and a pair for each newer block.

    A pair is the older block that it was made of, if any, and those that were removed after it.
    """
    if len(old) == len(new) or len(old) * len(new) > MAX_PARAGRAPH_PAIRS:
        sources = dict(zip(range(len(new)), range(len(old)), strict=False))
    else:
        sources = _match_similar(list(map(_get_words, old)), list(map(_get_words, new)))
    pairs: list[tuple[Block | None, list[Block]]] = []
    made_into: dict[int, int] = {}
    for place in range(len(new)):
        if place in sources:
            made_into[sources[place]] = place
            pairs.append((old[sources[place]], []))
        else:
            pairs.append((None, []))
    removed_first: list[Block] = []
    removed = removed_first
    for place, block in enumerate(old):
        if place in made_into:
            _, removed = pairs[made_into[place]]
        else:
            removed.append(block)
    return removed_first, pairs


def _get_words(block: Block) -> frozenset[str]:
    return frozenset(WORD.findall(block.text.lower()))


def _match_similar(old: list[frozenset[str]], new: list[frozenset[str]]) -> dict[int, int]:
    """New place → old place, in order on both sides, so that most words are matched."""
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for k in range(len(new) - 1, -1, -1):
            best[i][k] = max(best[i + 1][k], best[i][k + 1])
            similarity = _compute_similarity(old[i], new[k])
            if similarity:
                best[i][k] = max(best[i][k], best[i + 1][k + 1] + similarity)
    i = k = 0
    sources = {}
    while i < len(old) and k < len(new):
        if best[i][k] == best[i + 1][k]:
            i += 1
        elif best[i][k] == best[i][k + 1]:
            k += 1
        else:
            sources[k] = i
            i += 1
            k += 1
    return sources


def _compute_similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of words in common, or 0 if it is too small to count."""
    share = len(one & other) / max(1, len(one | other))
    return share if share >= MIN_SIMILARITY else 0.0


def _make_equal(label: str, old: Iterable[Block], new: Iterable[Block]) -> Iterator[Change]:
    """Blocks of the same text. Where something differs that the text does not show, it is named."""
    for before, after in zip(old, new, strict=True):
        if before.stored == after.stored:
            yield Change(label, "same", (("same", after.text),), texts=(after.text,))
        else:
            yield _make_changed(label, before, after)


def _make_moved(label: str, old: Block, new: Block, note: str) -> Change:
    if old.stored == new.stored:
        return Change(label, "moved", (("same", new.text),), note, texts=(new.text,))
    return replace(_make_changed(label, old, new), note=note)


def _make_removed(label: str, blocks: Iterable[Block]) -> Iterator[Change]:
    for block in blocks:
        yield Change(label, "removed", (("removed", block.text),), texts=(block.text,))


def _make_changed(label: str, old: Block, new: Block) -> Change:
    """What became of a block. Two things of one name differ by the start of their identities."""
    texts = (old.text, new.text)
    if old.text != new.text or old.stored != new.stored:
        # Computed when somebody reads it: of thousands of changes, a page shows a few.
        word_runs = SimpleLazyObject(partial(_compare_texts, old, new))
        return Change(label, "changed", cast(tuple[Run, ...], word_runs), texts=texts)
    runs = (
        ("same", new.text),
        ("removed", f" ({old.identity[:8]})"),
        ("added", f" ({new.identity[:8]})"),
    )
    return Change(label, "changed", runs, "another page of the same name", texts=texts)


def _make_stored(label: str, old: object, new: object) -> Change:
    """A part whose words are the same and whose stored values are not."""
    return Change(label, "changed", _compare_stored(old, new), STORED_NOTE)


def _compare_texts(old: Block, new: Block) -> tuple[Run, ...]:
    """The words that changed, with the names of what cannot be seen where that changed too."""
    old_named, new_named = _name_block(old), _name_block(new)
    if sign_names.find_mark_names(old_named) != sign_names.find_mark_names(new_named):
        return _compare_named(old_named, new_named)
    if old.text != new.text:
        return _compare_alike(old.text, new.text)
    if old_named != new_named:
        return _compare_named(old_named, new_named)
    return _compare_stored(old.stored, new.stored)


def _name_block(block: Block) -> str:
    if isinstance(block.stored, Line):
        return sign_names.name_line(block.stored)
    return sign_names.name_signs(block.text)


def _write_stored(value: object) -> str:
    """A value as it is stored: HTML as it is, and the rest as JSON, with the names of signs."""
    if isinstance(value, Line):
        value = f"[{value.prefix.strip()}] {value.source}" if value.prefix else value.source
    text = "" if value is None else value
    if not isinstance(text, str):
        text = to_json(text).decode()
    return sign_names.name_signs(text)


def _compare_alike(old: str, new: str) -> tuple[Run, ...]:
    """Runs of words. If the texts look alike, the signs that differ have their names."""
    if sign_names.get_look(old) == sign_names.get_look(new):
        return _compare_named(old, new)
    return compare_words(old, new)


def _compare_named(old: str, new: str) -> tuple[Run, ...]:
    """Runs of words and of whole names in square brackets."""
    if sign_names.get_look(old) == sign_names.get_look(new):
        old, new = sign_names.name_look_alikes(old), sign_names.name_look_alikes(new)
    if old == new:  # names on one side, and the same words in brackets on the other
        return (("removed", old), ("added", new))
    names = list(dict.fromkeys(NAME.findall(old + new)))[: len(PLACEHOLDERS)]
    signs = dict(zip(names, map(chr, PLACEHOLDERS), strict=False))
    old, new = (NAME.sub(lambda name: signs.get(name[0], name[0]), text) for text in (old, new))
    long_names = {ord(sign): name for name, sign in signs.items()}
    runs: list[Run] = []
    for kind, text in compare_words(old, new):
        if kind != "same" and not text.strip():
            text = "[space]" * len(text)
        runs.append((kind, text.translate(long_names)))
    return tuple(runs)


def _compare_stored(old: object, new: object) -> tuple[Run, ...]:
    return tuple(_present_stored(_compare_named(_write_stored(old), _write_stored(new))))


def _present_stored(runs: tuple[Run, ...]) -> Iterator[Run]:
    """The runs with what stayed cut to the words around a change."""
    last = len(runs) - 1
    for place, (kind, text) in enumerate(runs):
        if kind == "same" and len(text) > 2 * CONTEXT_LENGTH:
            before = text[:CONTEXT_LENGTH] if place else ""
            after = text[-CONTEXT_LENGTH:] if place < last else ""
            text = f"{before}…{after}"
        yield kind, text


# Words


def compare_words(old: str, new: str) -> tuple[Run, ...]:
    """Runs of words that stayed, were added or were removed.

    Fewer than two words that stayed by chance are part of the change around them.
    """
    old_units, new_units = UNIT.findall(old), UNIT.findall(new)
    codes = _find_opcodes(old_units, new_units)
    last = len(codes) - 1
    runs: list[Run] = []
    removed = added = ""
    for place, (op, old_start, old_end, new_start, new_end) in enumerate(codes):
        stayed = op == "equal"
        if stayed and 0 < place < last:
            stayed = _has_two_words(old_units[old_start:old_end])
        old_text = "".join(old_units[old_start:old_end])
        if stayed:
            runs += _split_replacement(removed, added)
            runs.append(("same", old_text))
            removed = added = ""
        else:
            removed += old_text
            added += "".join(new_units[new_start:new_end])
    runs += _split_replacement(removed, added)
    return _join_runs(runs)


def _has_two_words(units: list[str]) -> bool:
    words = [unit for unit in units if unit.strip().isalnum()]
    return len(words) >= 2


def _join_runs(runs: list[Run]) -> tuple[Run, ...]:
    """The runs that have a text, neighbours of one kind joined."""
    joined: list[Run] = []
    for kind, text in runs:
        if not text:
            continue
        if joined and joined[-1][0] == kind:
            _, text_before = joined.pop()
            text = text_before + text
        joined.append((kind, text))
    return tuple(joined)


def _find_opcodes(old: list[str], new: list[str]) -> list[Opcode]:
    """How to get from one list of words to another. Their common start and end are not searched."""
    head, tail = _count_shared_ends(old, new)
    old_end, new_end = len(old) - tail, len(new) - tail
    codes: list[Opcode] = []
    if head:
        codes.append(("equal", 0, head, 0, head))
    if min(old_end, new_end) - head > MAX_DIFFERING_WORDS:
        codes.append(("replace", head, old_end, head, new_end))
    else:
        matcher = SequenceMatcher(None, old[head:old_end], new[head:new_end], autojunk=False)
        for op, i, j, k, m in matcher.get_opcodes():
            codes.append((op, i + head, j + head, k + head, m + head))
    if tail:
        codes.append(("equal", old_end, len(old), new_end, len(new)))
    return codes


def _split_replacement(old: str, new: str) -> list[Run]:
    """One text replaced by another, without the signs and spaces that both start and end with."""
    old_tokens, new_tokens = TOKEN.findall(old), TOKEN.findall(new)
    head, tail = _count_shared_ends(old_tokens, new_tokens)
    old_end, new_end = len(old_tokens) - tail, len(new_tokens) - tail
    return [
        ("same", "".join(old_tokens[:head])),
        ("removed", "".join(old_tokens[head:old_end])),
        ("added", "".join(new_tokens[head:new_end])),
        ("same", "".join(old_tokens[old_end:])),
    ]


def _count_shared_ends(old: list[str], new: list[str]) -> tuple[int, int]:
    """How many items two lists have in common at their start, and at their end."""
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return head, tail
