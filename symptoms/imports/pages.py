"""How records become working copies of symptoms: names, codes, causes and related symptoms."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from articles.db import bulk_insert
from articles.imports import differences, matching
from articles.imports.job import ImportJob
from articles.imports.pages import PageImporter
from articles.imports.related_rows import PrefetchedName, RelatedRows
from articles.models import Article
from articles.names import build_stored_key, fold, normalize_name
from symptoms.content.document import DocumentCause
from symptoms.content.serialization import compose_cause
from symptoms.imports.causes import KnownCause, find_causes, find_or_create_causes
from symptoms.imports.records import (
    ImportedCause,
    ImportedCode,
    ImportedRelatedSymptom,
    SymptomRecord,
)
from symptoms.models import Code, OtherName, RelatedSymptom, Symptom, SymptomCause

EXPORTED_FIELDS = (
    "phrase",
    "determiner",
    "plural",
    "spotlight_title",
    *SymptomRecord.SYMPTOM_RICH_TEXT_FIELDS,
)
MAX_COMPOSED_CAUSES = 10_000  # some 10 MB
# By page the rows of a list; None where the record leaves the list as it is.
RowsByPage = dict[int, list | None]


class PrefetchedCause(NamedTuple):
    """What composing reads of a cause's row that was just written."""

    cause: KnownCause
    group: str
    seriousness: str
    frequency: str
    text: str
    composed: DocumentCause | None = None


class PrefetchedRelatedSymptom(NamedTuple):
    """What composing reads of a related symptom's row that was just written."""

    other: Symptom
    system: str
    serious: bool


class SymptomImporter(PageImporter[Symptom, SymptomRecord]):
    kind, record_class = "symptom", SymptomRecord

    def insert(self, pages: list[Symptom]) -> dict[UUID, int]:
        """Insert the rows of both tables. Returns their keys by UUID."""
        keys = super().insert(pages)
        for page in pages:
            page.pk = page.article_ptr_id = keys[page.uuid]
        bulk_insert.insert_objects(Symptom, pages)
        return keys

    def write_rows(
        self, job: ImportJob, records: dict[int, SymptomRecord], related_rows: RelatedRows
    ) -> None:
        super().write_rows(job, records, related_rows)
        self._write_names(records, related_rows)
        self._write_codes(records, related_rows)
        self._write_causes(job, records, related_rows)
        self._write_related(job, records, related_rows)

    def _write_names(self, records: dict[int, SymptomRecord], related_rows: RelatedRows) -> None:
        stored = _load_other_names(records.keys() - related_rows.new_page_ids)
        names: RowsByPage = {}
        prefetched: dict[int, list[PrefetchedName]] = {}
        for pk, record in records.items():
            names[pk] = _choose_names(record.other_names, stored[pk])
            prefetched[pk] = [PrefetchedName(name) for name in names[pk] or ()]
        related_rows.replace(
            OtherName, ["symptom", "position", "name", "folded"], names, _build_name_values
        )
        related_rows.set_prefetched("other_names", prefetched)

    def _write_codes(self, records: dict[int, SymptomRecord], related_rows: RelatedRows) -> None:
        codes: RowsByPage = {}
        stored = self._find_stored_codes(records.keys() - related_rows.new_page_ids)
        for pk, record in records.items():
            rows = _deduplicate(record.codes, _get_code_key)
            codes[pk] = rows and [_keep_stored_form(row, stored.get(pk, {})) for row in rows]
        related_rows.replace(
            Code, ["symptom", "system", "code", "display"], codes, _build_code_values
        )
        pages = [pk for pk in related_rows.new_page_ids if codes.get(pk)]
        # Read again: only the database knows in which order it gives them.
        written: dict[int, list[Code]] = defaultdict(list)
        for code in Code.objects.filter(symptom__in=pages):
            written[code.symptom_id].append(code)
        related_rows.set_prefetched("codes", written)

    def _find_stored_codes(self, pages: Iterable[int]) -> dict[int, dict[tuple[str, str], str]]:
        """Page → normal form of a code → how it stands there."""
        found: dict[int, dict[tuple[str, str], str]] = defaultdict(dict)
        pages = set(pages)
        if pages:
            for row in Code.objects.filter(symptom__in=pages):
                found[row.symptom_id][row.normal_form] = row.code
        return found

    def _write_causes(
        self, job: ImportJob, records: dict[int, SymptomRecord], related_rows: RelatedRows
    ) -> None:
        imported: list[ImportedCause] = []
        for record in records.values():
            imported.extend(record.causes or ())
        known = find_or_create_causes(job, imported)
        rows: RowsByPage = {}
        prefetched: dict[int, list[PrefetchedCause]] = {}
        for pk, record in records.items():
            rows[pk] = self._resolve_rows(job, record.causes, "cause", known)
            prefetched[pk] = [_prefetch_cause(job, *row) for row in rows[pk] or ()]
        columns = ["symptom", "position", "cause", "group", "seriousness", "frequency", "text"]
        related_rows.replace(SymptomCause, columns, rows, _build_cause_values)
        related_rows.set_prefetched("symptom_causes", prefetched)

    def _write_related(
        self, job: ImportJob, records: dict[int, SymptomRecord], related_rows: RelatedRows
    ) -> None:
        imported: list[ImportedRelatedSymptom] = []
        for record in records.values():
            imported.extend(record.related or ())
        known = _find_symptoms(job, imported)
        rows: RowsByPage = {}
        prefetched: dict[int, list[PrefetchedRelatedSymptom]] = {}
        for pk, record in records.items():
            resolved = self._resolve_rows(job, record.related, "symptom", known)
            if resolved is not None:  # a page does not name itself
                resolved = [(other, row) for other, row in resolved if other.pk != pk]
            rows[pk] = resolved
            prefetched[pk] = [
                PrefetchedRelatedSymptom(other, row.system, row.serious)
                for other, row in resolved or ()
            ]
        columns = ["symptom", "position", "other", "system", "serious"]
        related_rows.replace(RelatedSymptom, columns, rows, _build_related_values)
        related_rows.set_prefetched("related_symptoms", prefetched)

    def _resolve_rows(
        self, job: ImportJob, rows: Sequence | None, field: str, known: dict
    ) -> list[tuple] | None:
        """Each row with the row that it names, if that is here; each named row once."""
        if rows is None:
            return None
        found: dict[int, tuple] = {}
        dangling = 0
        for row in rows:
            other = known.get(getattr(row, field))
            if other is None:
                dangling += 1
            else:
                found.setdefault(other.pk, (other, row))
        job.dangling_counts[field] += dangling
        job.duplicate_counts[field] += len(rows) - dangling - len(found)
        return list(found.values())

    # Display and export

    def get_names(self, job: ImportJob, records: Iterable[SymptomRecord]) -> dict:
        """The names of what the records refer to by id, by (``page`` or ``cause``, id)."""
        cause_keys: set[str] = set()
        symptom_keys: set[str] = set()
        for record in records:
            cause_keys.update(row.cause for row in record.causes or ())
            symptom_keys.update(row.symptom for row in record.related or ())
        names: dict[tuple[str, str], str] = {}
        for key, title in self._get_titles(job, symptom_keys).items():
            names["page", key] = title
        causes = job.staging.get_names("cause", cause_keys)
        for key, cause in find_causes(job, cause_keys).items():
            causes[key] = cause.name
        for key, name in causes.items():
            names["cause", key] = name
        return names

    def _get_titles(self, job: ImportJob, keys: set[str]) -> dict[str, str]:
        """Titles of symptoms by their ids, of those here or else in the import itself."""
        pages = matching.find_page_ids(job, keys)
        rows = Article.objects.filter(pk__in=pages.values()).values_list("pk", "title")
        titles_here = dict(rows)
        titles = job.staging.get_names("page", keys)
        for key, pk in pages.items():
            titles[key] = titles_here[pk]
        return titles

    def values(self, page: Symptom) -> dict:
        values = differences.build_common_values("symptom", page)
        for name in EXPORTED_FIELDS:
            values[name] = getattr(page, name)
        values["other_names"] = [row.name for row in page.other_names.all()]
        values["codes"] = [_get_code_values(row) for row in page.codes.all()]
        values["causes"] = [_get_cause_values(row) for row in page.symptom_causes.all()]
        values["related"] = [_get_related_values(row) for row in page.related_symptoms.all()]
        return values


def _prefetch_cause(job: ImportJob, cause: KnownCause, row: ImportedCause) -> PrefetchedCause:
    """Composed already, if many pages may say the same of the cause: it is composed once."""
    prefetched = PrefetchedCause(cause, row.group, row.seriousness, row.frequency, row.html)
    if row.html:
        return prefetched
    cache: dict[Hashable, DocumentCause] = job.lookup_cache.setdefault("composed causes", {})
    key = cause.pk, row.seriousness, row.frequency
    composed = cache.get(key)
    if composed is None:
        if len(cache) >= MAX_COMPOSED_CAUSES:
            cache.clear()
        composed = cache[key] = compose_cause(prefetched)
    return prefetched._replace(composed=composed)


# The values of one row for a page and a position, in the order of its columns


def _build_name_values(pk: int, position: int, name: str) -> tuple:
    return (pk, position, name, build_stored_key(name))


def _build_code_values(pk: int, position: int, code: ImportedCode) -> tuple:
    return (pk, code.system, code.code, code.display)


def _build_cause_values(pk: int, position: int, row: tuple[KnownCause, ImportedCause]) -> tuple:
    cause, imported = row
    facts = (imported.group, imported.seriousness, imported.frequency, imported.html)
    return (pk, position, cause.pk, *facts)


def _build_related_values(
    pk: int, position: int, row: tuple[Symptom, ImportedRelatedSymptom]
) -> tuple:
    other, imported = row
    return (pk, position, other.pk, imported.system, imported.serious)


# The values of one row in a record


def _get_code_values(row: Code) -> dict:
    return {"system": row.system, "code": row.code, "display": row.display}


def _get_cause_values(row: SymptomCause) -> dict:
    values = {"cause": str(row.cause.uuid), "name": row.cause.name}
    facts = {
        "group": row.group,
        "seriousness": row.seriousness,
        "frequency": row.frequency,
        "html": row.text,
    }
    for name, value in facts.items():
        if value:
            values[name] = value
    return values


def _get_related_values(row: RelatedSymptom) -> dict:
    values: dict[str, str | bool] = {"symptom": str(row.other.uuid), "title": row.other.title}
    values["system"] = row.system
    if row.serious:
        values["serious"] = True
    return values


def _find_symptoms(job: ImportJob, rows: list[ImportedRelatedSymptom]) -> dict[str, Symptom]:
    """Id → symptom, of every row.

    If an id is unknown, it is the only symptom with the row's title, or with the id as its title.
    """
    keys = matching.find_page_ids(job, (row.symptom for row in rows))
    active = Symptom.objects.active().select_related("live")
    active = active.defer("live__metadata", "live__review_line")
    symptoms = active.in_bulk(keys.values())
    known = {key: symptoms[pk] for key, pk in keys.items() if pk in symptoms}
    titles: dict[str, str] = {}
    for row in rows:
        if row.symptom not in known:
            titles[row.symptom] = fold(row.title or row.symptom)[:200]
    if not titles:
        return known
    by_title: dict[str, list[Symptom]] = defaultdict(list)
    for symptom in active.filter(sort_key__in=set(titles.values())):
        by_title[symptom.sort_key].append(symptom)
    for key, title in titles.items():
        if len(by_title[title]) == 1:
            known[key] = by_title[title][0]
    return known


def _load_other_names(pages: Collection[int]) -> dict[int, list[str]]:
    """By page, its other names as they are stored."""
    stored: dict[int, list[str]] = defaultdict(list)
    if pages:
        rows = OtherName.objects.filter(symptom__in=pages)
        for page, name in rows.values_list("symptom", "name"):
            stored[page].append(name)
    return stored


def _choose_names(names: Sequence[str] | None, stored: list[str]) -> list[str] | None:
    """Other names, each once and in its normal form. One that is stored stays as it is."""
    unique = _deduplicate(names, fold)
    if unique is None:
        return None
    printed = {normalize_name(name): name for name in reversed(stored)}
    return [printed.get(normalize_name(name), normalize_name(name)) for name in unique]


def _get_code_key(code: ImportedCode) -> tuple[str, str]:
    return code.normal_form


def _keep_stored_form(code: ImportedCode, stored: dict[tuple[str, str], str]) -> ImportedCode:
    """A code as it stands on its page already, which nobody changed."""
    text = stored.get(code.normal_form, code.code)
    return code if text == code.code else code.model_copy(update={"code": text})


def _deduplicate(rows: Sequence | None, get_key: Callable[[Any], Hashable]) -> list | None:
    """Each key once: the first row that has it, at the place of the last. None stays None."""
    if rows is None:
        return None
    found: dict = {}
    for row in reversed(rows):
        found[get_key(row)] = row
    return list(reversed(found.values()))
