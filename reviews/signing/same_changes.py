"""The same words changed on many pages: which open reviews are of one and the same change.

Two changes are the same if all that differs from the texts that were signed last is the same words
removed and the same words added, in parts of one kind. A number counts with its unit.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import F, OuterRef, Subquery

from articles.content import kinds
from articles.content.diff import CARE_CARD_ALIASES, Change, DiffPart, compare_parts
from articles.content.document import EXPUNGED, Document, canonicalize, digest
from articles.content.passages import Run, list_changed_words, list_sentences
from articles.models import Revision
from reviews.models import LedgerEntry, MedicalReview

MIN_PAGES = 2  # a change on one page is signed where it is read
MAX_CANDIDATES = 2000  # open reviews of changes that are compared, the oldest first
BATCH = 100  # texts that are in memory at once
# Part of the cache's keys: another rule must not find what this one found.
RULE = 1
CACHE_SECONDS = 30 * 24 * 3600


class ChangedWords(NamedTuple):
    """Words that were removed and added at one place, in a part of one kind.

    Texts that differ in ``part`` alone are other changes: a dose on a card is not one in a caption.
    """

    part: str
    removed: str
    added: str
    note: str = ""


@dataclass(frozen=True)
class TextChange:
    """All that changed on one page; empty where it cannot be the same as on another page.

    ``labels`` are those of its parts, by the kind of part.
    """

    words: tuple[ChangedWords, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def digests(self) -> tuple[str, ...]:
        """A digest for each of its words: what is cached has no text that may be expunged."""
        return tuple(digest(canonicalize({"words": list(each)})) for each in self.words)

    def describe(self) -> list[tuple[str, str, str]]:
        """The label of the part, what was removed and what was added, for each of its words."""
        labels = dict(self.labels)
        return [(labels[each.part], each.removed, each.added) for each in self.words]


@dataclass(frozen=True)
class ChangeCandidate:
    """An open review of a change, with the two texts that it is between."""

    review: int
    page: int
    reviewer: int | None
    revision: int
    before: int
    digests: tuple[str, str]


@dataclass(frozen=True)
class SameChange:
    """The open reviews of one change, and others that have it beside another change.

    ``has_more``: whether some reviews were not looked at, which may have it too.
    """

    key: str
    candidates: list[ChangeCandidate]
    wider: list[ChangeCandidate]
    has_more: bool = False


def find_change(before: Document, document: Document) -> TextChange:
    """What changed between two texts of a page, if other pages can have the same change.

    They cannot where something moved, or where a care card has another level, is new or is gone.
    """
    blocks = kinds.get(document.kind).blocks
    return read_change(compare_parts(blocks(before), blocks(document)))


def read_change(parts: Iterable[DiffPart]) -> TextChange:
    """The same of two texts whose parts were compared already."""
    changed = [part for part in parts if part.changes]
    if any(map(_has_no_twin, changed)):
        return TextChange()
    words: set[ChangedWords] = set()
    labels: dict[str, str] = {}
    for part in changed:
        labels[_get_kind(part)] = part.label
        for row in part.changes:
            words |= set(_list_words(part, row))
    return TextChange(tuple(sorted(words)), tuple(sorted(labels.items())))


def _get_kind(part: DiffPart) -> str:
    """Parts of one kind: cards of one level, whatever a page calls them, and those of one key."""
    return part.alias or part.key


def _has_no_twin(part: DiffPart) -> bool:
    """Whether something moved, or a card has another level, is new or is gone."""
    kinds_of_rows = {row.kind for row in part.rows}
    is_card = bool(CARE_CARD_ALIASES & {part.alias})
    is_whole_card = is_card and kinds_of_rows in ({"added"}, {"removed"})
    return part.key == "advice_level" or "moved" in kinds_of_rows or is_whole_card


def _list_words(part: DiffPart, row: Change) -> Iterable[ChangedWords]:
    kind = _get_kind(part)
    if row.kind in ("added", "removed"):
        text = "".join(text for _, text in row.runs)
        yield ChangedWords(kind, *(("", text) if row.kind == "added" else (text, "")))
        return
    for removed, added in list_changed_words(row.runs):
        yield ChangedWords(kind, removed, added, row.note)


def list_places(parts: Iterable[DiffPart]) -> list[tuple[str, tuple[Run, ...]]]:
    """The part and the sentence of each place that changed."""
    places = []
    for part in parts:
        for row in part.changes:
            places += [(part.label, sentence) for sentence in list_sentences(row.runs)]
    return places


def load_candidates() -> list[ChangeCandidate]:
    """The open reviews of changes to pages that were signed before, the oldest first.

    One query, of no text.
    """
    readable = LedgerEntry.objects.signed().exclude(revision__document=EXPUNGED)
    last = readable.filter(article=OuterRef("article")).order_by("-sequence")
    rows = (
        MedicalReview.objects.waiting()
        .exclude(trigger__in=MedicalReview.WHOLE_PAGE_TRIGGERS)
        .exclude(revision__document=EXPUNGED)
        .annotate(
            before=Subquery(last.values("revision")[:1]),
            before_digest=Subquery(last.values("revision__digest")[:1]),
        )
        .filter(before__isnull=False)
        .exclude(before_digest=F("revision__digest"))
        .order_by("requested_at", "pk")
        .values_list(
            "pk", "article", "reviewer", "revision", "before", "before_digest", "revision__digest"
        )
    )
    candidates = []
    for review, page, reviewer, revision, before, old, new in rows[:MAX_CANDIDATES]:
        candidates.append(ChangeCandidate(review, page, reviewer, revision, before, (old, new)))
    return candidates


def load_digests(
    candidates: list[ChangeCandidate], *, max_new: int = MAX_CANDIDATES
) -> dict[int, tuple[str, ...]]:
    """By review, the digests of what changed. What two texts differ in is computed once.

    Of those that are not known yet, ``max_new`` are computed, and the others left out.
    """
    keys = {each.review: _make_cache_key(each) for each in candidates}
    known = cache.get_many(keys.values())
    found: dict[int, tuple[str, ...]] = {}
    missing = []
    for each in candidates:
        digests = known.get(keys[each.review])
        if digests is None:
            missing.append(each)
        else:
            found[each.review] = digests
    for start in range(0, min(len(missing), max_new), BATCH):
        changes = load_changes(missing[start : start + BATCH])
        computed = {review: change.digests for review, change in changes.items()}
        cache.set_many({keys[key]: value for key, value in computed.items()}, CACHE_SECONDS)
        found |= computed
    return found


def _make_cache_key(candidate: ChangeCandidate) -> str:
    old, new = candidate.digests
    return f"same-change-{RULE}-{old[:32]}-{new[:32]}"


def load_changes(candidates: list[ChangeCandidate]) -> dict[int, TextChange]:
    """By review, what changed, from the texts themselves. One query."""
    keys = [each.revision for each in candidates] + [each.before for each in candidates]
    revisions = Revision.objects.in_bulk(keys)
    changes = {}
    for each in candidates:
        before, revision = revisions[each.before], revisions[each.revision]
        if not before.expunged and not revision.expunged:
            changes[each.review] = find_change(before.read(), revision.read())
    return changes


def compute_key(digests: Iterable[str]) -> str:
    """The name of a change: that of all pages that have it and no other."""
    return digest(" ".join(sorted(digests)).encode())


def find_same_changes(reviewer: int) -> list[SameChange]:
    """The changes that several pages share, where a reviewer can sign some of them.

    The widest come first. Where hundreds of reviews are new, some are counted the next time:
    nobody waits for all of them on the way to something else.
    """
    candidates = load_candidates()
    digests = load_digests(candidates, max_new=BATCH)
    has_more = len(digests) < len(candidates)
    by_key: defaultdict[str, list[ChangeCandidate]] = defaultdict(list)
    for each in candidates:
        if digests.get(each.review):
            by_key[compute_key(digests[each.review])].append(each)
    shared = []
    for key, group in by_key.items():
        mine = [each for each in group if each.reviewer in (None, reviewer)]
        if len(mine) >= MIN_PAGES:
            shared.append(SameChange(key, group, [], has_more))
    return sorted(shared, key=lambda same: (-len(same.candidates), same.key))


def find_same_change(key: str) -> SameChange | None:
    """The change of this key with its reviews, and those with another change beside it."""
    candidates = load_candidates()
    digests = load_digests(candidates)
    same = []
    words: set[str] = set()
    for each in candidates:
        own = digests.get(each.review, ())
        if own and compute_key(own) == key:
            same.append(each)
            words = set(own)
    if not same:
        return None
    wider = [each for each in candidates if words < set(digests.get(each.review, ()))]
    return SameChange(key, same, wider)
