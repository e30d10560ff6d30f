"""How records become causes, which pages share: one row for each name, whatever the ids."""

from collections.abc import Iterable
from functools import partial

from django.db.models import QuerySet

from articles import addresses
from articles.fields import fold
from articles.imports.job import Job, OnConflict
from articles.imports.matching import as_uuid
from articles.imports.records import unpack
from articles.imports.showing import Difference
from articles.imports.spool import WRITTEN, Row, Verdict, batched
from symptoms.actions import record_cause
from symptoms.imports.records import CauseRecord, CauseSaid
from symptoms.models import Cause, CauseOrigin

BATCH = 500


class Causes:
    """Records of causes. They have no text of their own, so there is nothing to begin before it is filled."""

    type, record, space = "cause", CauseRecord, "cause"

    def judge(self, job: Job, rows: list[Row]) -> dict[str, CauseOrigin]:
        origins = _origins(job, [row.key for row in rows])
        own, named = _by_uuid(row.key for row in rows), _by_name(row.name for row in rows)
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
                cause = origins[row.key].cause if row.key in origins else _by_uuid([row.key])[row.key]
                cause.name = row.name
                cause.save()
                record_cause(cause, by=job.by)
        self._remember(job, rows, records, origins)
        return rows

    def _remember(self, job: Job, rows: list[Row], records: dict[str, CauseRecord], origins: dict) -> None:
        own, named = _by_uuid(row.key for row in rows), _by_name(row.name for row in rows)
        made = []
        for row in rows:
            cause = origins[row.key].cause if row.key in origins else own.get(row.key) or named[fold(row.name)[:400]]
            came = partial(CauseOrigin, source=job.source, cause=cause, name=cause.name, said=row.digest, run=job.run)
            made.append(came(key=row.key))
            made += [came(key=other) for other in records[row.key].also]
        CauseOrigin.objects.bulk_create(
            {origin.key: origin for origin in reversed(made)}.values(),
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["source", "key"],
            update_fields=["cause", "name", "said", "run"],
        )

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
        cause = Cause(name=record.name, folded=folded, slug=slug)
        if uuid := as_uuid(record.id):
            cause.uuid = uuid
        causes.append(cause)
    Cause.objects.bulk_create(causes, batch_size=BATCH)
    wrote = Cause.authors.through
    wrote.objects.bulk_create((wrote(cause_id=cause.pk, user_id=job.by.pk) for cause in causes), batch_size=BATCH)


def _taken(slugs: Iterable[str]) -> set[str]:
    return set(Cause.objects.filter(slug__in=list(slugs)).values_list("slug", flat=True))


def _origins(job: Job, keys: Iterable[str]) -> dict[str, CauseOrigin]:
    rows = CauseOrigin.objects.filter(source=job.source, key__in=list(keys)).select_related("cause")
    return {origin.key: origin for origin in rows}


def _by_uuid(keys: Iterable[str]) -> dict[str, Cause]:
    uuids = {uuid: key for key in keys if (uuid := as_uuid(key))}
    return {uuids[cause.uuid]: cause for cause in Cause.objects.filter(uuid__in=uuids)} if uuids else {}


def _by_name(names: Iterable[str]) -> dict[str, Cause]:
    return {cause.folded: cause for cause in Cause.objects.filter(folded__in={fold(name)[:400] for name in names})}


def causes_of(job: Job, keys: Iterable, *, called: bool = False) -> dict:
    """Id → primary key, or name, of the cause that it stands for, of those that we know."""
    keys = {key.cause if isinstance(key, CauseSaid) else key for key in keys}
    field = "name" if called else "pk"
    found = {key: getattr(cause, field) for key, cause in _by_uuid(keys).items()}
    for some in batched(keys):
        rows = CauseOrigin.objects.filter(source=job.source, key__in=some)
        found |= dict(rows.values_list("key", f"cause__{field}"))
    return found


def made_for(job: Job, said: Iterable[CauseSaid]) -> dict[str, int]:
    """Id → primary key of the causes that rows name in words, made where nobody knows them."""
    named = {row.cause: row for row in said if row.name}
    if not named:
        return {}
    known = causes_of(job, named)
    unknown = {key: row for key, row in named.items() if key not in known}
    here = _by_name(row.name for row in unknown.values())
    _make(
        job,
        [
            CauseRecord.model_construct(type="cause", id=key, name=row.name, slug=None)
            for key, row in unknown.items()
            if fold(row.name)[:400] not in here
        ],
    )
    here = _by_name(row.name for row in unknown.values())
    return {key: here[fold(row.name)[:400]].pk for key, row in unknown.items()}
