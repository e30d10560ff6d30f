"""Merging a cause into another: planned and shown, then done to every draft that names it.

All in one transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from articles.audit import recording
from articles.models import Article
from articles.names import build_stored_key
from articles.publishing.actions import StalePreview, record_revisions
from articles.publishing.merging import CannotMerge, lock_pages
from symptoms.audit import MERGED_CAUSE
from symptoms.merging import duplicates
from symptoms.merging.duplicates import DuplicateRows
from symptoms.models import Cause, MergedCause, PublishedCause, Symptom, SymptomCause

# Called with the lost and the kept cause inside the transaction that merges them, before the lost
# row is deleted: for what belongs to a cause and moves along, such as the ids of imports.
MERGE_HANDLERS: list[Callable[[Cause, Cause], None]] = []
CONCURRENT_CHANGE = (
    "Somebody named “{}” on another page at this very moment. Nothing was merged. "
    "Check the preview again, then confirm."
)
SYMPTOM_FIELDS = ("title", "sort_key", "discarded_at", "live")


@dataclass(frozen=True)
class CauseMergePlan:
    """What merging ``lost`` into ``kept`` does now. ``facts`` are all that decides it.

    ``moves`` and ``duplicates`` are of pages that editors see; ``discarded`` counts rows of
    discarded drafts. ``described`` are the pages of the kept cause, where it gets the description
    of the lost one.
    """

    lost: Cause
    kept: Cause
    moves: list[SymptomCause]
    duplicates: list[DuplicateRows]
    discarded: int
    public_lost: int
    public_kept: int
    facts: dict[str, tuple]
    described: tuple[int, ...] = ()

    @property
    def moved_description(self) -> Article | None:
        """The article that described the lost cause, where the kept one has none."""
        return None if self.kept.description_id else self.lost.description

    @property
    def page_ids(self) -> list[int]:
        """The pages that get a new revision: also those of the kept cause, if it changes."""
        moved = [row.symptom_id for row in self.moves]
        combined = [duplicate.page for duplicate in self.duplicates]
        return sorted({*moved, *combined, *self.described})


@dataclass(frozen=True)
class CauseMergeResult:
    """Pages that got a new revision, and how many of them differ from what visitors read."""

    plan: CauseMergePlan
    kept: Cause
    page_ids: list[int]
    unsigned: int


def get_merge_error(lost: Cause, kept: Cause, *, by: User) -> str:
    """Why somebody cannot merge one cause into the other; empty where they can."""
    if lost.pk == kept.pk:
        return "A cause cannot be merged into itself. Choose another one."
    if not by.has_perm("symptoms.change_cause"):
        return "Only editors can merge causes."
    public = PublishedCause.objects.filter(cause_uuid=lost.uuid).exists()
    if public and not by.has_perm("symptoms.delete_cause"):
        return (
            f"“{lost}” has a public page, which will redirect to “{kept}”. "
            "Only managing editors can merge it."
        )
    return ""


def plan_merge(lost: Cause, kept: Cause) -> CauseMergePlan:
    """Three queries, however many pages name them."""
    rows = _load_rows(lost, kept)
    public_lost = PublishedCause.objects.filter(cause_uuid=lost.uuid).count()
    public_kept = PublishedCause.objects.filter(cause_uuid=kept.uuid).count()
    rows_of_kept = {row.symptom_id: row for row in rows if row.cause_id == kept.pk}
    moves: list[SymptomCause] = []
    duplicate_rows: list[DuplicateRows] = []
    discarded = 0
    facts = _list_facts([lost, kept], [public_lost, public_kept], rows)
    for row in sorted(rows, key=_get_sort_key):
        if row.cause_id != lost.pk:
            continue
        own = rows_of_kept.get(row.symptom_id)
        if row.symptom.discarded_at:
            discarded += 1
        elif own is None:
            moves.append(row)
        else:
            twice = duplicates.combine_causes(row.symptom_id, row.symptom.title, own, row)
            duplicate_rows.append(twice)
    return CauseMergePlan(
        lost=lost,
        kept=kept,
        moves=moves,
        duplicates=duplicate_rows,
        discarded=discarded,
        described=_list_described(lost, kept, rows),
        public_lost=public_lost,
        public_kept=public_kept,
        facts=facts,
    )


def _list_described(lost: Cause, kept: Cause, rows: list[SymptomCause]) -> tuple[int, ...]:
    if kept.description_id or not lost.description_id:
        return ()
    own = [row for row in rows if row.cause_id == kept.pk and not row.symptom.discarded_at]
    return tuple(row.symptom_id for row in own)


def _load_rows(lost: Cause, kept: Cause) -> list[SymptomCause]:
    """The rows that name one of the two, with what a plan reads of their pages."""
    rows = SymptomCause.objects.filter(cause__in=[lost, kept]).select_related("symptom", "cause")
    symptom_fields = [f"symptom__{name}" for name in SYMPTOM_FIELDS]
    return list(rows.only("cause", *duplicates.CAUSE_FIELDS, *symptom_fields).order_by("pk"))


def _get_sort_key(row: SymptomCause) -> tuple[str, int]:
    return row.symptom.sort_key, row.pk


def _list_facts(
    causes: list[Cause], public_counts: list[int], rows: list[SymptomCause]
) -> dict[str, tuple]:
    """Everything that decides what a merge does. Rows have to be unchanged so far."""
    names: list[tuple] = []
    for cause in causes:
        names.append((cause.pk, cause.name, cause.slug, cause.description_id, cause.catch_all))
    values: list[tuple] = []
    for row in rows:
        own = [getattr(row, name) for name in duplicates.CAUSE_FIELDS]
        page = (row.symptom.discarded_at, row.symptom.live_id)
        values.append((row.pk, row.symptom_id, row.cause_id, *own, *page))
    return {"plan": (names, public_counts, values)}


@contextmanager
def prepare_merge(lost: Cause, kept: Cause, *, by: User) -> Iterator[CauseMergePlan]:
    """The plan, in a transaction in which it can be applied: everything that it reads is locked.

    Raises CannotMerge, or StalePreview where a page came in meanwhile.
    """
    try:
        with transaction.atomic():
            lost, kept = _lock_rows(lost.pk, kept.pk)
            error = get_merge_error(lost, kept, by=by)
            if error:
                raise CannotMerge(error)
            yield plan_merge(lost, kept)
    except IntegrityError as error:
        raise CannotMerge(CONCURRENT_CHANGE.format(lost)) from error


def apply_merge(plan: CauseMergePlan, *, by: User) -> CauseMergeResult:
    """Make two causes one, as planned, in every draft that names them: new revisions by the editor.

    Public pages stay as signed. In the transaction of ``prepare_merge``.
    """
    lost, kept = plan.lost, plan.kept
    duplicates.save_kept(plan.duplicates)
    duplicates.delete_lost(plan.duplicates)
    named_both = SymptomCause.objects.filter(cause=kept).values("symptom")
    rows_of_lost = SymptomCause.objects.filter(cause=lost)
    rows_of_lost.filter(symptom__in=named_both).delete()  # on discarded drafts
    rows_of_lost.update(cause=kept)
    kept.authors.add(by, *lost.authors.all())
    _record_merged_cause(lost, kept, by)
    for handler in MERGE_HANDLERS:
        handler(lost, kept)
    if plan.moved_description:
        Cause.objects.filter(pk=kept.pk).update(description=plan.moved_description)
    Cause.objects.filter(pk=lost.pk).delete()
    _take_free_key(kept)
    pages = plan.page_ids
    Article.objects.filter(pk__in=pages).update(form_version=F("form_version") + 1)
    latest = record_revisions(Symptom.objects.filter(pk__in=pages), by=by)
    unsigned = len(latest) - Article.objects.filter(live__revision__in=latest).count()
    recording.record(MERGED_CAUSE, MergedCause.objects.filter(kept=kept), by=by)
    return CauseMergeResult(plan, kept, pages, unsigned)


def _take_free_key(kept: Cause) -> None:
    """Give a cause the key of its name, if it had another one because of a twin that is gone."""
    key = build_stored_key(kept.name)
    if key != kept.folded and not Cause.objects.filter(folded=key).exists():
        Cause.objects.filter(pk=kept.pk).update(folded=key)


def _lock_rows(lost_key: int, kept_key: int) -> tuple[Cause, Cause]:
    """Lock both causes until the transaction ends. Raises CannotMerge or StalePreview.

    The pages that name them are locked first, as everywhere, and each in order.
    """
    keys = [lost_key, kept_key]
    naming = SymptomCause.objects.filter(cause__in=keys).values_list("symptom", flat=True)
    pages = lock_pages(naming)
    rows = Cause.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    found = {row.pk: row for row in rows}
    for key in keys:
        if key not in found:
            raise CannotMerge(_explain_missing(key))
    if not pages.issuperset(naming.all()):
        # A page came in while we waited: locking it now could block whoever waits for ours.
        raise StalePreview
    return found[lost_key], found[kept_key]


def _explain_missing(key: int) -> str:
    target = Cause.get_merge_targets([key]).get(key)
    if target:
        return f"It was merged into “{target}” meanwhile."
    return "It was deleted meanwhile."


def _record_merged_cause(lost: Cause, kept: Cause, by: User) -> None:
    MergedCause.objects.filter(kept=lost).update(kept=kept)
    MergedCause.objects.create(
        uuid=lost.uuid,
        key=lost.pk,
        name=lost.name,
        folded=lost.folded,
        slug=lost.slug,
        kept=kept,
        by=by,
        at=timezone.now(),
    )
