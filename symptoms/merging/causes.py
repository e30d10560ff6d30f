"""Merging a cause into another: planned for the eye, and done to every draft that names it, in one transaction."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from articles.actions import record_revisions
from articles.merging import CannotMerge, Moved, hold
from articles.models import Article
from symptoms.merging import twice
from symptoms.merging.twice import Twice
from symptoms.models import Cause, MergedCause, PublishedCause, Symptom, SymptomCause

# What hangs on a cause and moves along to the one that takes its place, such as the ids it was imported under: each
# takes the lost cause and the kept one, inside the transaction that merges them and before the lost row is deleted.
TAKES_ALONG: list[Callable[[Cause, Cause], None]] = []
QUICKER = "Somebody named “{}” on another page at this very moment. Nothing was done. Look at it anew, then confirm."


@dataclass(frozen=True)
class Plan:
    """What merging ``lost`` into ``kept`` does now. ``seen`` is its digest: what was looked at is what is done.

    ``moves`` and ``doubles`` are of pages that editors see; ``discarded`` counts rows of drafts that were put away.
    """

    lost: Cause
    kept: Cause
    moves: list[SymptomCause]
    doubles: list[Twice]
    discarded: int
    public_lost: int
    public_kept: int
    seen: str

    @property
    def pages(self) -> list[int]:
        """The pages that get a new revision."""
        return sorted([row.symptom_id for row in self.moves] + [double.page for double in self.doubles])


@dataclass(frozen=True)
class Merged:
    """What came of it: pages with a new revision, and how many of them differ from what visitors read."""

    plan: Plan
    kept: Cause
    pages: list[int]
    unsigned: int


def why_not(lost: Cause, kept: Cause, *, by: AbstractUser) -> str:
    """Why somebody cannot merge one cause into the other; empty where they can."""
    if lost.pk == kept.pk:
        return "A cause cannot be merged into itself. Choose another one."
    if not by.has_perm("symptoms.change_cause"):
        return "Only editors can merge causes."
    public = PublishedCause.objects.filter(cause_uuid=lost.uuid).exists()
    if public and not by.has_perm("symptoms.delete_cause"):
        return f"“{lost}” has a public page, which will lead on to “{kept}”. Only managing editors can merge it."
    return ""


def plan(lost: Cause, kept: Cause) -> Plan:
    """Three queries, however many pages name them."""
    rows = SymptomCause.objects.filter(cause__in=[lost, kept]).select_related("symptom", "cause")
    fields = ("title", "sort_key", "discarded_at", "live")
    rows = list(rows.only("cause", *twice.CAUSE_FIELDS, *(f"symptom__{name}" for name in fields)).order_by("pk"))
    told = [(row.pk, row.symptom_id, row.cause_id, *_words(row)) for row in rows]
    counts = [PublishedCause.objects.filter(cause_uuid=cause.uuid).count() for cause in (lost, kept)]
    names = [(cause.pk, cause.name, cause.slug) for cause in (lost, kept)]
    seen = hashlib.sha256(repr((names, counts, told)).encode()).hexdigest()
    named = {row.symptom_id: row for row in rows if row.cause_id == kept.pk}
    moves, doubles, discarded = [], [], 0
    for row in sorted(rows, key=lambda row: (row.symptom.sort_key, row.pk)):
        if row.cause_id != lost.pk:
            continue
        if row.symptom.discarded_at:
            discarded += 1
        elif row.symptom_id in named:
            doubles.append(twice.causes(row.symptom_id, row.symptom.title, named[row.symptom_id], row))
        else:
            moves.append(row)
    return Plan(lost, kept, moves, doubles, discarded, *counts, seen)


def _words(row: SymptomCause) -> list:
    return [getattr(row, name) for name in twice.CAUSE_FIELDS] + [row.symptom.discarded_at, row.symptom.live_id]


def merge_causes(lost: Cause, kept: Cause, *, by: AbstractUser, seen: str | None = None) -> Merged:
    """Make two causes one in every draft that names them: new revisions, by the editor. Public pages stay as signed.

    ``seen`` is the digest of the plan that was looked at. Raises CannotMerge, or Moved where the plan is another now.
    """
    try:
        with transaction.atomic():
            return _merge(lost.pk, kept.pk, by, seen)
    except IntegrityError as error:
        raise CannotMerge(QUICKER.format(lost)) from error


def _merge(lost_key: int, kept_key: int, by: AbstractUser, seen: str | None) -> Merged:
    lost, kept = _hold(lost_key, kept_key)
    if refusal := why_not(lost, kept, by=by):
        raise CannotMerge(refusal)
    planned = plan(lost, kept)
    if seen is not None and seen != planned.seen:
        raise Moved
    twice.keep(planned.doubles)
    twice.drop(planned.doubles)
    both = SymptomCause.objects.filter(cause=kept).values("symptom")
    SymptomCause.objects.filter(cause=lost, symptom__in=both).delete()  # on discarded drafts
    SymptomCause.objects.filter(cause=lost).update(cause=kept)
    kept.authors.add(by, *lost.authors.all())
    _remember(lost, kept, by)
    for take_along in TAKES_ALONG:
        take_along(lost, kept)
    Cause.objects.filter(pk=lost.pk).delete()
    pages = planned.pages
    Article.objects.filter(pk__in=pages).update(edition=F("edition") + 1)
    latest = record_revisions(Symptom.objects.filter(pk__in=pages), by=by)
    unsigned = len(latest) - Article.objects.filter(live__revision__in=latest).count()
    return Merged(planned, kept, pages, unsigned)


def _hold(lost_key: int, kept_key: int) -> tuple[Cause, Cause]:
    """Both causes, held until the transaction ends: first the pages that name them, as everywhere, each in order."""
    named = SymptomCause.objects.filter(cause__in=[lost_key, kept_key]).values_list("symptom", flat=True)
    pages = hold(named)
    rows = Cause.objects.select_for_update().filter(pk__in=[lost_key, kept_key]).order_by("pk")
    held = {row.pk: row for row in rows}
    for key in (lost_key, kept_key):
        if key not in held:
            heir = Cause.heirs([key]).get(key)
            raise CannotMerge(f"It was merged into “{heir}” meanwhile." if heir else "It was deleted meanwhile.")
    if not pages.issuperset(named.all()):
        raise Moved  # a page came in while we waited: holding it now could block whoever waits for ours
    return held[lost_key], held[kept_key]


def _remember(lost: Cause, kept: Cause, by: AbstractUser) -> None:
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
