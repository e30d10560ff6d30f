"""How records become causes, which pages share: one row for each name, whatever the ids."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from articles.db import bulk_insert
from articles.imports import matching
from articles.imports.differences import Difference
from articles.imports.job import ImportJob, OnConflict
from articles.imports.matching import derive_uuid
from articles.imports.records import deserialize
from articles.imports.staging import WRITTEN_VERDICTS, ImportVerdict, StagedRecord, batched
from articles.models import Article
from articles.names import build_stored_key, normalize_name
from articles.publishing import slugs as publishing_slugs
from symptoms.actions import record_cause
from symptoms.imports.records import CauseRecord, ImportedCause
from symptoms.models import Cause, CauseExternalId, MergedCause

MAX_CACHED_CAUSES = 50_000  # causes in memory at once


class CauseImporter:
    """Imports records of causes. They have no text, so they need no stub before."""

    type, record_class, namespace = "cause", CauseRecord, "cause"

    def set_verdicts(self, job: ImportJob, rows: list[StagedRecord]) -> dict[str, CauseExternalId]:
        """Decide what becomes of each row. Returns the external ids that are known, by key."""
        keys = [row.key for row in rows]
        external_ids = _get_external_ids(job, keys)
        causes_by_key = _get_by_uuid(job, keys)
        causes_by_name = _get_by_name(row.name for row in rows)
        articles = _find_articles(job, map(self.load_record, rows))
        for row in rows:
            external_id = external_ids.get(row.key)
            own = causes_by_key.get(row.key)
            named = causes_by_name.get(build_stored_key(row.name))
            row.verdict = self._decide_verdict(
                job, row, external_id=external_id, own=own, named=named
            )
            cause = external_id.cause if external_id else own or named
            if row.verdict == ImportVerdict.EXISTING and cause:
                record = self.load_record(row)
                if _list_changed_facts(cause, record, articles, job.on_conflict):
                    row.verdict = ImportVerdict.CHANGED
        return external_ids

    def _decide_verdict(
        self,
        job: ImportJob,
        row: StagedRecord,
        *,
        external_id: CauseExternalId | None,
        own: Cause | None,
        named: Cause | None,
    ) -> ImportVerdict:
        """``own`` is the cause with the UUID of the row's id, ``named`` the one with its name."""
        if external_id is None:
            cause = own or named
        elif external_id.record_digest == row.digest:
            return ImportVerdict.UNCHANGED
        else:
            cause = external_id.cause
        if cause is None:
            return ImportVerdict.NEW
        same_name = normalize_name(cause.name) == normalize_name(row.name)
        if same_name or (named and not external_id):
            return ImportVerdict.EXISTING
        if named and named != cause:
            return self._report_conflict(
                job,
                row,
                f"“{cause.name}” and “{named.name}” are two causes here. Merge them first.",
            )
        unchanged_here = external_id and cause.name == external_id.name
        if unchanged_here or job.on_conflict == OnConflict.TAKE:
            return ImportVerdict.CHANGED
        return self._report_conflict(
            job, row, f"It is called “{cause.name}” here, and “{row.name}” in the file."
        )

    def _report_conflict(self, job: ImportJob, row: StagedRecord, reason: str) -> ImportVerdict:
        job.add_conflict(row, reason)
        return ImportVerdict.CONFLICTING

    def create_stubs(self, job: ImportJob, rows: list[StagedRecord]) -> None:
        """Nothing: a cause needs no other row to be whole."""

    def write(self, job: ImportJob, rows: list[StagedRecord]) -> list[StagedRecord]:
        """Create and rename causes. Returns the rows that were written, with verdicts of now."""
        external_ids = self.set_verdicts(job, rows)
        rows = [row for row in rows if row.verdict in WRITTEN_VERDICTS]
        records = {row.key: self.load_record(row) for row in rows}
        new = [records[row.key] for row in rows if row.verdict == ImportVerdict.NEW]
        _create_causes(job, new)
        articles = _find_articles(job, records.values())
        for row in rows:
            if row.verdict == ImportVerdict.CHANGED:
                self._change_cause(job, row, external_ids.get(row.key), articles)
        self._save_external_ids(job, rows, records, external_ids)
        self._report_missing_articles(job, rows, records, articles)
        return rows

    def _change_cause(
        self,
        job: ImportJob,
        row: StagedRecord,
        external_id: CauseExternalId | None,
        articles: dict[str, int],
    ) -> None:
        """Rename a cause, or give it the facts of a record, in all pages that name it."""
        cause = external_id.cause if external_id else _get_by_uuid(job, [row.key]).get(row.key)
        if cause is None:
            cause = _get_by_name([row.name])[build_stored_key(row.name)]
        else:
            cause.name = normalize_name(row.name)
        record = self.load_record(row)
        for name, value in _list_changed_facts(cause, record, articles, job.on_conflict).items():
            setattr(cause, name, value)
        cause.save()
        record_cause(cause, by=job.by)

    def _report_missing_articles(
        self,
        job: ImportJob,
        rows: list[StagedRecord],
        records: dict[str, CauseRecord],
        articles: dict[str, int],
    ) -> None:
        """Describing articles that are not here yet: the next import of the records tries again."""
        missing: list[str] = []
        for row in rows:
            described_by = records[row.key].description
            if described_by and described_by not in articles:
                missing.append(row.key)
                job.add_note(
                    row.line,
                    row.key,
                    f"The article “{described_by}” that describes it is not here yet. "
                    "Import this file again once it is.",
                )
        external_ids = CauseExternalId.objects.filter(source=job.source, key__in=missing)
        external_ids.update(record_digest="")

    def _save_external_ids(
        self,
        job: ImportJob,
        rows: list[StagedRecord],
        records: dict[str, CauseRecord],
        external_ids: dict[str, CauseExternalId],
    ) -> None:
        """Save under which ids the causes of these rows came; an id given twice counts once."""
        causes_by_key = _get_by_uuid(job, [row.key for row in rows])
        causes_by_name = _get_by_name(row.name for row in rows)
        made: list[CauseExternalId] = []
        for row in rows:
            if row.key in external_ids:
                cause = external_ids[row.key].cause
            else:
                cause = causes_by_key.get(row.key) or causes_by_name[build_stored_key(row.name)]
            for key in (row.key, *records[row.key].also):
                external_id = CauseExternalId(
                    source=job.source,
                    key=key,
                    cause=cause,
                    name=cause.name,
                    record_digest=row.digest,
                    run=job.run,
                )
                made.append(external_id)
        by_key = {external_id.key: external_id for external_id in reversed(made)}
        CauseExternalId.objects.filter(source=job.source, key__any_of=by_key).delete()
        bulk_insert.insert_objects(CauseExternalId, by_key.values())
        job.lookup_cache.clear()

    def load_record(self, row: StagedRecord) -> CauseRecord:
        return deserialize(CauseRecord, row.values())

    def differences(self, job: ImportJob, rows: list[StagedRecord]) -> dict[str, list[Difference]]:
        external_ids = _get_external_ids(job, [row.key for row in rows])
        keys = [row.key for row in rows]
        causes_by_key = _get_by_uuid(job, keys)
        causes_by_name = _get_by_name(row.name for row in rows)
        articles = _find_articles(job, map(self.load_record, rows))
        found: dict[str, list[Difference]] = {}
        for row in rows:
            cause = causes_by_key.get(row.key) or causes_by_name.get(build_stored_key(row.name))
            if row.key in external_ids:
                cause = external_ids[row.key].cause
            if cause:
                found[row.key] = self._list_differences(job, row, cause, articles)
        return found

    def _list_differences(
        self, job: ImportJob, row: StagedRecord, cause: Cause, articles: dict[str, int]
    ) -> list[Difference]:
        found: list[Difference] = []
        if normalize_name(cause.name) != normalize_name(row.name):
            found.append(Difference("name", f"“{cause.name}”", f"“{row.name}”"))
        record = self.load_record(row)
        facts = _list_changed_facts(cause, record, articles, job.on_conflict)
        if "catch_all" in facts:
            marked = _say_yes(facts["catch_all"])
            found.append(Difference("catch-all", _say_yes(cause.catch_all), marked))
        if "description_id" in facts:
            current = f"“{cause.description}”" if cause.description else "none"
            found.append(Difference("description", current, f"{record.description}"))
        return found

    def get_export_queryset(self) -> QuerySet:
        return Cause.objects.select_related("description").order_by("uuid")

    def values(self, cause: Cause) -> dict:
        values: dict[str, object] = {
            "type": self.type,
            "id": str(cause.uuid),
            "name": cause.name,
            "slug": cause.slug,
        }
        if cause.catch_all:
            values["catch_all"] = True
        if cause.description:
            values["description"] = str(cause.description.uuid)
        return values


def _find_articles(job: ImportJob, records: Iterable[CauseRecord]) -> dict[str, int]:
    """Id → primary key, of the articles that describe causes and that are here."""
    keys = {record.description for record in records if record.description}
    if not keys:
        return {}
    found = matching.find_page_ids(job, keys)
    articles = Article.objects.filter(pk__in=found.values(), kind="article")
    known = set(articles.values_list("pk", flat=True))
    return {key: pk for key, pk in found.items() if pk in known}


def _list_changed_facts(
    cause: Cause, record: CauseRecord, articles: dict[str, int], on_conflict: str
) -> dict[str, object]:
    """The facts that a cause takes from a record, by field.

    What editors chose here stays, unless the import takes over what the file has.
    """
    takes = on_conflict == OnConflict.TAKE
    facts: dict[str, object] = {}
    marked = record.catch_all
    if marked is not None and marked != cause.catch_all and (marked or takes):
        facts["catch_all"] = marked
    article = articles.get(record.description or "")
    if article and article != cause.description_id and (takes or not cause.description_id):
        facts["description_id"] = article
    return facts


def _say_yes(value: object) -> str:
    return "yes" if value else "no"


def _create_causes(job: ImportJob, records: list[CauseRecord]) -> None:
    """New causes, one for each name: of records with one name, the first."""
    if not records:
        return
    by_name: dict[str, CauseRecord] = {}
    for record in reversed(records):
        by_name[build_stored_key(record.name)] = record
    wanted_slugs: list[str] = []
    for record in by_name.values():
        slug = record.slug or publishing_slugs.make_slug(record.name, record.id)
        wanted_slugs.append(slug)
    slugs = publishing_slugs.assign_free_slugs(wanted_slugs, _find_taken_slugs)
    articles = _find_articles(job, by_name.values())
    causes: list[Cause] = []
    for (folded, record), slug in zip(by_name.items(), slugs, strict=True):
        uuid = derive_uuid(job.source, record.id)
        name = normalize_name(record.name)
        cause = Cause(uuid=uuid, name=name, folded=folded, slug=slug)
        for fact, value in _list_changed_facts(cause, record, articles, OnConflict.TAKE).items():
            setattr(cause, fact, value)
        causes.append(cause)
    bulk_insert.insert_objects(Cause, causes)
    made = Cause.objects.filter(uuid__any_of=[cause.uuid for cause in causes])
    authorships = [(key, job.by.pk) for key in made.values_list("pk", flat=True)]
    bulk_insert.insert_rows(Cause.authors.through, ["cause", "user"], authorships)


def _find_taken_slugs(slugs: Iterable[str]) -> set[str]:
    return set(Cause.objects.filter(slug__any_of=list(slugs)).values_list("slug", flat=True))


def _get_external_ids(job: ImportJob, keys: Iterable[str]) -> dict[str, CauseExternalId]:
    rows = CauseExternalId.objects.filter(source=job.source, key__any_of=list(keys))
    return {row.key: row for row in rows.select_related("cause")}


def _get_by_uuid(job: ImportJob, keys: Iterable[str]) -> dict[str, Cause]:
    """Id → the cause of its UUID, or the one into which that was merged."""
    keys_by_uuid = {derive_uuid(job.source, key): key for key in keys}
    found: dict[str, Cause] = {}
    merged = MergedCause.objects.filter(uuid__any_of=keys_by_uuid)
    for row in merged.select_related("kept__description__live"):
        found[keys_by_uuid[row.uuid]] = row.kept
    own = Cause.objects.filter(uuid__any_of=keys_by_uuid)
    for cause in own.select_related("description__live"):
        found[keys_by_uuid[cause.uuid]] = cause
    return found


def _get_by_name(names: Iterable[str]) -> dict[str, Cause]:
    """Key of a name → the cause that has it, or that had it when it was merged into another."""
    folded = {build_stored_key(name) for name in names}
    merged = MergedCause.objects.filter(folded__any_of=folded)
    merged = merged.select_related("kept__description__live")
    found = {row.folded: row.kept for row in merged.order_by("pk")}
    own = Cause.objects.filter(folded__any_of=folded)
    for cause in own.select_related("description__live"):
        found[cause.folded] = cause
    return found


def move_external_ids(merged_cause: Cause, target: Cause) -> None:
    """The ids under which a merged cause came go with it to the other."""
    CauseExternalId.objects.filter(cause=merged_cause).update(cause=target)


class KnownCause(NamedTuple):
    """What pages need of a cause."""

    pk: int
    uuid: UUID
    name: str
    slug: str
    catch_all: bool
    description: Article | None

    @property
    def description_id(self) -> int | None:
        return self.description.pk if self.description else None


def _describe_cause(cause: Cause) -> KnownCause:
    return KnownCause(
        cause.pk, cause.uuid, cause.name, cause.slug, cause.catch_all, cause.description
    )


def _read_causes(rows: QuerySet, key: str, path: str = "") -> Iterator[tuple[Any, KnownCause]]:
    """The cause that each row leads to, with what the row is found by. One query, or two.

    There may be many thousands, and next to none of them is described by an article.
    """
    columns = [f"{path}{name}" for name in ("pk", "uuid", "name", "slug", "catch_all")]
    found = list(rows.values_list(key, *columns, f"{path}description"))
    articles = Article.objects.select_related("live").in_bulk({row[-1] for row in found if row[-1]})
    for found_by, *facts, description in found:
        yield found_by, KnownCause._make((*facts, articles.get(description)))


def find_causes(job: ImportJob, keys: Iterable[str]) -> dict[str, KnownCause]:
    """Id → the cause that it stands for, of those that are known. Answers are cached in the job."""
    keys = set(keys)
    cache: dict[str, KnownCause] = job.lookup_cache.setdefault("causes", {})
    if len(cache) > MAX_CACHED_CAUSES:
        cache.clear()
    for batch in batched(keys - cache.keys()):
        keys_by_uuid = {derive_uuid(job.source, key): key for key in batch}
        merged = MergedCause.objects.filter(uuid__any_of=keys_by_uuid)
        for uuid, cause in _read_causes(merged, "uuid", "kept__"):
            cache[keys_by_uuid[uuid]] = cause
        for uuid, cause in _read_causes(Cause.objects.filter(uuid__any_of=keys_by_uuid), "uuid"):
            cache[keys_by_uuid[uuid]] = cause
        external_ids = CauseExternalId.objects.filter(source=job.source, key__any_of=batch)
        for key, cause in _read_causes(external_ids, "key", "cause__"):
            cache[key] = cause
    return {key: cache[key] for key in keys & cache.keys()}


def find_or_create_causes(job: ImportJob, rows: list[ImportedCause]) -> dict[str, KnownCause]:
    """Id → cause, of every row. An unknown id may be a name; one with a name is created."""
    known = find_causes(job, {row.cause for row in rows})
    names = {row.cause: row.name or row.cause for row in rows if row.cause not in known}
    if not names:
        return known
    by_name = _get_by_name(names.values())
    named_keys = {row.cause for row in rows if row.name}
    new: list[CauseRecord] = []
    for key, name in names.items():
        if key in named_keys and build_stored_key(name) not in by_name:
            new.append(CauseRecord(type="cause", id=key, name=name))
    _create_causes(job, new)
    by_name |= _get_by_name(record.name for record in new)
    for key, name in names.items():
        cause = by_name.get(build_stored_key(name))
        if cause:
            known[key] = _describe_cause(cause)
    return known
