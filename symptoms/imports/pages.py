"""How records become working copies of symptoms: their names, codes, causes and related symptoms."""

from collections.abc import Iterable

from articles.fields import fold
from articles.imports import matching, showing
from articles.imports.job import Job
from articles.imports.links import Links
from articles.imports.pages import BATCH, Pages
from articles.models import Article
from symptoms.imports.causes import causes_of, made_for
from symptoms.imports.records import SymptomRecord
from symptoms.models import Code, OtherName, RelatedSymptom, Symptom, SymptomCause


class Symptoms(Pages):
    kind, record = "symptom", SymptomRecord

    def insert(self, pages: list[Symptom]) -> None:
        """The rows of both tables; bulk_create refuses a model with a parent table."""
        parents = [field.attname for field in Article._meta.concrete_fields if not field.primary_key]
        rows = [Article(**{name: getattr(page, name) for name in parents}) for page in pages]
        super().insert(rows)
        for page, row in zip(pages, rows, strict=True):
            page.pk = page.article_ptr_id = row.pk
        own, manager = Symptom._meta.local_concrete_fields, Symptom._base_manager
        for start in range(0, len(pages), BATCH // 10):
            manager._insert(pages[start : start + BATCH // 10], fields=own, using=manager.db)

    def write_rows(self, job: Job, records: dict[int, SymptomRecord], fresh: set[int], links: Links) -> None:
        super().write_rows(job, records, fresh, links)
        names = {pk: _once(record.other_names, fold) for pk, record in records.items()}
        self.replace(OtherName, "symptom_id", names, fresh, _name)
        codes = {pk: _once(record.codes, lambda code: (code.system, code.code)) for pk, record in records.items()}
        self.replace(Code, "symptom_id", codes, fresh, lambda pk, place, said: Code(symptom_id=pk, **said.model_dump()))
        self._write_causes(job, records, fresh, links)
        self._write_related(job, records, fresh)

    def _write_causes(self, job: Job, records: dict[int, SymptomRecord], fresh: set[int], links: Links) -> None:
        said = {pk: record.causes for pk, record in records.items()}
        known = causes_of(job, _flat(said)) | made_for(job, _flat(said))
        for pk, rows in said.items():
            if rows is not None:
                said[pk] = self._resolved(job, records[pk], rows, "cause", known)
        self.replace(
            SymptomCause,
            "symptom_id",
            said,
            fresh,
            lambda pk, place, row: SymptomCause(
                symptom_id=pk,
                cause_id=known[row.cause],
                group=row.group,
                seriousness=row.seriousness,
                frequency=row.frequency,
                text=links.html(row.html) if pk in links.found else row.html,
                position=place,
            ),
        )

    def _write_related(self, job: Job, records: dict[int, SymptomRecord], fresh: set[int]) -> None:
        said = {pk: record.related for pk, record in records.items()}
        known = matching.pages_of(job, (row.symptom for row in _flat(said)))
        symptoms = set(Symptom.objects.kept().filter(pk__in=known.values()).values_list("pk", flat=True))
        known = {key: pk for key, pk in known.items() if pk in symptoms}
        for pk, rows in said.items():
            if rows is not None:
                others = self._resolved(job, records[pk], rows, "symptom", known)
                said[pk] = [row for row in others if known[row.symptom] != pk]
        self.replace(
            RelatedSymptom,
            "symptom_id",
            said,
            fresh,
            lambda pk, place, row: RelatedSymptom(
                symptom_id=pk, other_id=known[row.symptom], system=row.system, serious=row.serious, position=place
            ),
        )

    def _resolved(self, job: Job, record: SymptomRecord, rows: Iterable, field: str, known: dict[str, int]) -> list:
        """The rows whose other end is here, each end once."""
        found, lost = {}, 0
        for row in rows:
            if (other := known.get(getattr(row, field))) is None:
                lost += 1
            else:
                found.setdefault(other, row)
        job.dangling[field] += lost
        job.doubled[field] += len(rows) - lost - len(found)
        return list(found.values())

    # Showing and giving out

    def names(self, job: Job, records: Iterable[SymptomRecord]) -> dict:
        causes = {row.cause for record in records for row in record.causes or ()}
        symptoms = {row.symptom for record in records for row in record.related or ()}
        pages = matching.pages_of(job, symptoms)
        titles = dict(Article.objects.filter(pk__in=pages.values()).values_list("pk", "title"))
        called = job.spool.names("page", symptoms) | {key: titles[pk] for key, pk in pages.items()}
        named = job.spool.names("cause", causes) | causes_of(job, causes, called=True)
        return {("page", key): name for key, name in called.items()} | {
            ("cause", key): name for key, name in named.items()
        }

    def values(self, page: Symptom) -> dict:
        own = {name: getattr(page, name) for name in ("phrase", "plural", "spotlight_title", *SymptomRecord.OWN_RICH)}
        codes = [{"system": row.system, "code": row.code, "display": row.display} for row in page.codes.all()]
        return showing.common_values("symptom", page) | {
            **own,
            "other_names": [row.name for row in page.other_names.all()],
            "codes": codes,
            "causes": [_cause(row) for row in page.symptom_causes.all()],
            "related": [_related(row) for row in page.related_symptoms.all()],
        }


def _cause(row: SymptomCause) -> dict:
    said = {"group": row.group, "seriousness": row.seriousness, "frequency": row.frequency, "html": row.text}
    return {"cause": str(row.cause.uuid), "name": row.cause.name} | {name: text for name, text in said.items() if text}


def _related(row: RelatedSymptom) -> dict:
    said = {"symptom": str(row.other.uuid), "title": row.other.title, "system": row.system}
    return said | ({"serious": True} if row.serious else {})


def _name(pk: int, place: int, name: str) -> OtherName:
    """``bulk_create`` does not fold it."""
    return OtherName(symptom_id=pk, name=name, folded=fold(name)[:400], position=place)


def _once(rows: Iterable | None, key) -> list | None:
    return None if rows is None else list({key(row): row for row in reversed(rows)}.values())[::-1]


def _flat(said: dict[int, Iterable | None]) -> list:
    return [row for rows in said.values() for row in rows or ()]
