"""How records become working copies of symptoms: their names, codes, causes and related symptoms."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from articles import bulk
from articles.fields import fold
from articles.imports import matching, showing
from articles.imports.hanging import Hanging, Named
from articles.imports.job import Job
from articles.imports.pages import Pages
from articles.models import Article
from symptoms.imports.causes import Known, causes_of, known_causes
from symptoms.imports.records import CauseSaid, RelatedSaid, SymptomRecord
from symptoms.models import Code, OtherName, RelatedSymptom, Symptom, SymptomCause


@dataclass(frozen=True, slots=True)
class CauseRow:
    """What composing reads of a row that was written a moment ago."""

    cause: Known
    said: CauseSaid

    @property
    def group(self) -> str:
        return self.said.group

    @property
    def seriousness(self) -> str:
        return self.said.seriousness

    @property
    def frequency(self) -> str:
        return self.said.frequency

    @property
    def text(self) -> str:
        return self.said.html


@dataclass(frozen=True, slots=True)
class RelatedRow:
    """The same of a related symptom."""

    other: Symptom
    said: RelatedSaid

    @property
    def system(self) -> str:
        return self.said.system

    @property
    def serious(self) -> bool:
        return self.said.serious


class Symptoms(Pages):
    kind, record = "symptom", SymptomRecord

    def insert(self, pages: list[Symptom]) -> dict[UUID, int]:
        """The rows of both tables."""
        keys = super().insert(pages)
        for page in pages:
            page.pk = page.article_ptr_id = keys[page.uuid]
        bulk.insert_objects(Symptom, pages)
        return keys

    def write_rows(self, job: Job, records: dict[int, SymptomRecord], hanging: Hanging) -> None:
        super().write_rows(job, records, hanging)
        names = {pk: _once(record.other_names, fold) for pk, record in records.items()}
        hanging.put(
            OtherName,
            ["symptom", "position", "name", "folded"],
            names,
            lambda pk, place, name: (pk, place, name, fold(name)[:400]),
        )
        hanging.keep("other_names", {pk: map(Named, rows or ()) for pk, rows in names.items()})
        self._write_codes(records, hanging)
        self._write_causes(job, records, hanging)
        self._write_related(job, records, hanging)

    def _write_codes(self, records: dict[int, SymptomRecord], hanging: Hanging) -> None:
        codes = {pk: _once(record.codes, lambda code: (code.system, code.code)) for pk, record in records.items()}
        hanging.put(
            Code,
            ["symptom", "system", "code", "display"],
            codes,
            lambda pk, place, said: (pk, said.system, said.code, said.display),
        )
        written = defaultdict(list)  # read back, as the database alone knows how it orders them
        for row in Code.objects.filter(symptom__in=[pk for pk in hanging.fresh if codes.get(pk)]):
            written[row.symptom_id].append(row)
        hanging.keep("codes", written)

    def _write_causes(self, job: Job, records: dict[int, SymptomRecord], hanging: Hanging) -> None:
        said = {pk: record.causes for pk, record in records.items()}
        known = known_causes(job, [row for rows in said.values() for row in rows or ()])
        rows = {pk: self._resolved(job, rows, "cause", known) for pk, rows in said.items()}
        hanging.put(
            SymptomCause,
            ["symptom", "position", "cause", "group", "seriousness", "frequency", "text"],
            rows,
            lambda pk, place, row: (
                pk,
                place,
                row[0].pk,
                row[1].group,
                row[1].seriousness,
                row[1].frequency,
                row[1].html,
            ),
        )
        hanging.keep("symptom_causes", {pk: [CauseRow(*row) for row in some or ()] for pk, some in rows.items()})

    def _write_related(self, job: Job, records: dict[int, SymptomRecord], hanging: Hanging) -> None:
        said = {pk: record.related for pk, record in records.items()}
        known = _known_symptoms(job, [row for rows in said.values() for row in rows or ()])
        rows = {pk: self._resolved(job, rows, "symptom", known) for pk, rows in said.items()}
        rows = {pk: rows if rows is None else [row for row in rows if row[0].pk != pk] for pk, rows in rows.items()}
        hanging.put(
            RelatedSymptom,
            ["symptom", "position", "other", "system", "serious"],
            rows,
            lambda pk, place, row: (pk, place, row[0].pk, row[1].system, row[1].serious),
        )
        hanging.keep("related_symptoms", {pk: [RelatedRow(*row) for row in some or ()] for pk, some in rows.items()})

    def _resolved(self, job: Job, said: Iterable | None, field: str, known: dict) -> list[tuple] | None:
        """Each row with its other end, where that is here; each end once."""
        if said is None:
            return None
        found, lost = {}, 0
        for row in said:
            if (other := known.get(getattr(row, field))) is None:
                lost += 1
            else:
                found.setdefault(other.pk, (other, row))
        job.dangling[field] += lost
        job.doubled[field] += len(said) - lost - len(found)
        return list(found.values())

    # Showing and giving out

    def names(self, job: Job, records: Iterable[SymptomRecord]) -> dict:
        causes = {row.cause for record in records for row in record.causes or ()}
        symptoms = {row.symptom for record in records for row in record.related or ()}
        pages = matching.pages_of(job, symptoms)
        titles = dict(Article.objects.filter(pk__in=pages.values()).values_list("pk", "title"))
        called = job.spool.names("page", symptoms) | {key: titles[pk] for key, pk in pages.items()}
        here = {key: cause.name for key, cause in causes_of(job, causes).items()}
        named = job.spool.names("cause", causes) | here
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


def _said_of_cause(said: CauseSaid) -> tuple[str, str, str, str]:
    return said.group, said.seriousness, said.frequency, said.html


def _cause(row: SymptomCause) -> dict:
    said = {"group": row.group, "seriousness": row.seriousness, "frequency": row.frequency, "html": row.text}
    return {"cause": str(row.cause.uuid), "name": row.cause.name} | {name: text for name, text in said.items() if text}


def _related(row: RelatedSymptom) -> dict:
    said = {"symptom": str(row.other.uuid), "title": row.other.title, "system": row.system}
    return said | ({"serious": True} if row.serious else {})


def _known_symptoms(job: Job, said: list[RelatedSaid]) -> dict[str, Symptom]:
    """Id → symptom, of every row; where nobody knows the id, the one symptom that has it, or the title, as title."""
    keys = matching.pages_of(job, (row.symptom for row in said))
    kept = Symptom.objects.kept().select_related("live").defer("live__frame", "live__review_line")
    symptoms = kept.in_bulk(keys.values())
    known = {key: symptoms[pk] for key, pk in keys.items() if pk in symptoms}
    titles = {row.symptom: fold(row.title or row.symptom)[:200] for row in said if row.symptom not in known}
    if titles:
        found = defaultdict(list)
        for symptom in kept.filter(sort_key__in=set(titles.values())):
            found[symptom.sort_key].append(symptom)
        known |= {key: found[title][0] for key, title in titles.items() if len(found[title]) == 1}
    return known


def _once(rows: Iterable | None, key) -> list | None:
    return None if rows is None else list({key(row): row for row in reversed(rows)}.values())[::-1]
