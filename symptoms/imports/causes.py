"""How records become causes, which pages share: one row for each name, whatever the ids."""

from collections.abc import Iterable
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from articles import addresses, bulk
from articles.fields import fold
from articles.imports.job import Job, OnConflict
from articles.imports.matching import uuid_of
from articles.imports.records import unpack
from articles.imports.showing import Difference
from articles.imports.spool import WRITTEN, Row, Verdict, batched
from symptoms.actions import record_cause
from symptoms.imports.records import CauseRecord, CauseSaid
from symptoms.models import Cause, CauseOrigin, MergedCause

MOST_KNOWN = 50_000  # causes that are held in memory at once


class Causes:
    """Records of causes. They have no text of their own, so there is nothing to begin before it is filled."""

    type, record, space = "cause", CauseRecord, "cause"

    def judge(self, job: Job, rows: list[Row]) -> dict[str, CauseOrigin]:
        origins = _origins(job, [row.key for row in rows])
        own, named = _by_uuid(job, [row.key for row in rows]), _by_name(row.name for row in rows)
        for row in rows:
            row.verdict = self._about(job, row, origins.get(row.key), own.get(row.key), named.get(fold(row.name)[:400]))
        return origins

    def _about(self, job: Job, row: Row, origin: CauseOrigin | None, own: Cause | None, named: Cause | None) -> Verdict:
        if origin and origin.said == row.digest:
            return Verdict.UNCHANGED
        cause = origin.cause if origin else own or named
        if cause is None:
            return Verdict.NEW
        if cause.name == row.name or (named and not origin):
            return Verdict.HERE
        if named:
            return self._kept(job, row, f"“{cause.name}” and “{named.name}” are two causes here. Merge them first.")
        if (origin and cause.name == origin.name) or job.on_conflict == OnConflict.TAKE:
            return Verdict.CHANGED
        return self._kept(job, row, f"It is called “{cause.name}” here, and “{row.name}” in the file.")

    def _kept(self, job: Job, row: Row, why: str) -> Verdict:
        job.conflict(row, why)
        return Verdict.KEPT

    def begin(self, job: Job, rows: list[Row]) -> None:
        """Nothing: a cause needs no other row to be whole."""

    def fill(self, job: Job, rows: list[Row]) -> list[Row]:
        """Make and rename causes. Returns the rows that were written, judged anew."""
        origins = self.judge(job, rows)
        rows = [row for row in rows if row.verdict in WRITTEN]
        records = {row.key: self.read(row) for row in rows}
        _make(job, [records[row.key] for row in rows if row.verdict == Verdict.NEW])
        for row in rows:
            if row.verdict == Verdict.CHANGED:
                cause = origins[row.key].cause if row.key in origins else _by_uuid(job, [row.key])[row.key]
                cause.name = row.name
                cause.save()
                record_cause(cause, by=job.by)
        self._remember(job, rows, records, origins)
        return rows

    def _remember(self, job: Job, rows: list[Row], records: dict[str, CauseRecord], origins: dict) -> None:
        own, named = _by_uuid(job, [row.key for row in rows]), _by_name(row.name for row in rows)
        made = []
        for row in rows:
            cause = origins[row.key].cause if row.key in origins else own.get(row.key) or named[fold(row.name)[:400]]
            came = partial(CauseOrigin, source=job.source, cause=cause, name=cause.name, said=row.digest, run=job.run)
            made.append(came(key=row.key))
            made += [came(key=other) for other in records[row.key].also]
        came = {origin.key: origin for origin in reversed(made)}
        CauseOrigin.objects.filter(source=job.source, key__in=came).delete()
        bulk.insert_objects(CauseOrigin, came.values())
        job.looked_up.clear()

    def read(self, row: Row) -> CauseRecord:
        return unpack(CauseRecord, row.values())

    def differences(self, job: Job, rows: list[Row]) -> dict[str, list[Difference]]:
        origins = _origins(job, [row.key for row in rows])
        return {
            row.key: [Difference("name", f"“{origins[row.key].cause.name}”", f"“{row.name}”")]
            for row in rows
            if row.key in origins
        }

    def given_out(self) -> QuerySet:
        return Cause.objects.order_by("uuid")

    def values(self, cause: Cause) -> dict:
        return {"type": self.type, "id": str(cause.uuid), "name": cause.name, "slug": cause.slug}


def _make(job: Job, records: list[CauseRecord]) -> None:
    """New causes, one for each name."""
    if not records:
        return
    by_name = {fold(record.name)[:400]: record for record in reversed(records)}
    wishes = [record.slug or addresses.wished(record.name, record.id) for record in by_name.values()]
    causes = []
    for (folded, record), slug in zip(by_name.items(), addresses.free(wishes, _taken), strict=True):
        causes.append(Cause(uuid=uuid_of(job.source, record.id), name=record.name, folded=folded, slug=slug))
    bulk.insert_objects(Cause, causes)
    made = Cause.objects.filter(uuid__in=[cause.uuid for cause in causes]).values_list("pk", flat=True)
    bulk.insert(Cause.authors.through, ["cause", "user"], [(pk, job.by.pk) for pk in made])


def _taken(slugs: Iterable[str]) -> set[str]:
    return set(Cause.objects.filter(slug__in=list(slugs)).values_list("slug", flat=True))


def _origins(job: Job, keys: Iterable[str]) -> dict[str, CauseOrigin]:
    rows = CauseOrigin.objects.filter(source=job.source, key__in=list(keys)).select_related("cause")
    return {origin.key: origin for origin in rows}


def _by_uuid(job: Job, keys: Iterable[str]) -> dict[str, Cause]:
    """Id → the cause of its UUID, or the one into which that was merged."""
    uuids = {uuid_of(job.source, key): key for key in keys}
    merged = MergedCause.objects.filter(uuid__in=uuids).select_related("kept")
    found = {uuids[row.uuid]: row.kept for row in merged}
    return found | {uuids[cause.uuid]: cause for cause in Cause.objects.filter(uuid__in=uuids)}


def _by_name(names: Iterable[str]) -> dict[str, Cause]:
    """Folded name → the cause that has it, or that had it when it was merged into another."""
    folded = {fold(name)[:400] for name in names}
    merged = MergedCause.objects.filter(folded__in=folded).select_related("kept").order_by("pk")
    found = {row.folded: row.kept for row in merged}
    return found | {cause.folded: cause for cause in Cause.objects.filter(folded__in=folded)}


def take_along(lost: Cause, kept: Cause) -> None:
    """With a cause that is merged into another go the ids under which it came."""
    CauseOrigin.objects.filter(cause=lost).update(cause=kept)


class Known(NamedTuple):
    """A cause, as far as pages tell of it."""

    pk: int
    uuid: UUID
    name: str
    slug: str


def causes_of(job: Job, keys: Iterable[str]) -> dict[str, Known]:
    """Id → the cause that it stands for, of those that we know. Each is looked up once in a while."""
    keys, seen = set(keys), job.looked_up.setdefault("causes", {})
    if len(seen) > MOST_KNOWN:
        seen.clear()
    for some in batched(keys - seen.keys()):
        own = _by_uuid(job, some).items()
        seen |= {key: Known(cause.pk, cause.uuid, cause.name, cause.slug) for key, cause in own}
        led = CauseOrigin.objects.filter(source=job.source, key__in=some)
        seen |= {
            key: Known(*said) for key, *said in led.values_list("key", *(f"cause__{name}" for name in Known._fields))
        }
    return {key: seen[key] for key in keys & seen.keys()}


def known_causes(job: Job, said: list[CauseSaid]) -> dict[str, Known]:
    """Id → cause, of every row; an id that nobody knows may be a name. One named in words is made if need be."""
    known = causes_of(job, {row.cause for row in said})
    called = {row.cause: row.name or row.cause for row in said if row.cause not in known}
    if not called:
        return known
    here = _by_name(called.values())
    named = {row.cause for row in said if row.name}
    new = {key: name for key, name in called.items() if key in named and fold(name)[:400] not in here}
    _make(job, [CauseRecord(type="cause", id=key, name=name) for key, name in new.items()])
    here |= _by_name(new.values())
    found = {key: here[fold(name)[:400]] for key, name in called.items() if fold(name)[:400] in here}
    return known | {key: Known(cause.pk, cause.uuid, cause.name, cause.slug) for key, cause in found.items()}
