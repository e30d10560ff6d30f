"""What one symptom's lists have and another's have not, as rows that go into the other's draft, after its own."""

from dataclasses import dataclass, field

from django.db.models import Model, Prefetch

from articles.fields import fold
from articles.models import Reference
from symptoms.merging import twice
from symptoms.merging.twice import Twice
from symptoms.models import Code, OtherName, RelatedSymptom, Symptom, SymptomCause


@dataclass(frozen=True)
class Gain:
    """Some things that a page gets: what they are called, how each reads, and their rows; tags are names alone."""

    name: str
    shown: list[str]
    rows: list[Model] = field(default_factory=list)


def load(symptoms):
    return symptoms.prefetch_related(
        "other_names",
        "codes",
        "references",
        "tag_links__tag",
        Prefetch("symptom_causes", SymptomCause.objects.select_related("cause")),
        Prefetch("related_symptoms", RelatedSymptom.objects.select_related("other")),
    )


def of(lost: Symptom, kept: Symptom) -> tuple[list[Gain], list[Twice]]:
    """What the kept page gains, and what both name. Asks the database nothing of pages that were loaded."""
    causes, causes_twice = _causes(lost, kept)
    related, related_twice = _related(lost, kept)
    found = [_names(lost, kept), causes, related, _codes(lost, kept), _references(lost, kept), _tags(lost, kept)]
    return [gain for gain in found if gain.shown], causes_twice + related_twice


def write(found: list[Gain], kept: Symptom) -> None:
    for gain in found:
        if gain.rows:
            type(gain.rows[0]).objects.bulk_create(gain.rows)
        else:
            kept.tags.add(*gain.shown)


def _names(lost: Symptom, kept: Symptom) -> Gain:
    """The lost page's title first: under that name people knew it."""
    own = list(kept.other_names.all())
    known = {fold(kept.title), fold(kept.said), *(row.folded for row in own)}
    names, place = [], _next_place(own)
    for name in [lost.title, *(row.name for row in lost.other_names.all())]:
        if fold(name) not in known:
            known.add(fold(name))
            names.append(name)
    rows = [
        OtherName(symptom_id=kept.pk, name=name, folded=fold(name)[:400], position=place + number)
        for number, name in enumerate(names)
    ]
    return Gain("other names", names, rows)


def _causes(lost: Symptom, kept: Symptom) -> tuple[Gain, list[Twice]]:
    own = {row.cause_id: row for row in kept.symptom_causes.all()}
    place, rows, doubles = _next_place(own.values()), [], []
    for row in lost.symptom_causes.all():
        if row.cause_id in own:
            doubles.append(twice.causes(kept.pk, kept.title, own[row.cause_id], row))
            continue
        said = {name: getattr(row, name) for name in twice.CAUSE_FIELDS}
        rows.append(SymptomCause(symptom_id=kept.pk, cause=row.cause, position=place + len(rows), **said))
    return Gain("causes", [row.cause.name for row in rows], rows), doubles


def _related(lost: Symptom, kept: Symptom) -> tuple[Gain, list[Twice]]:
    """A page does not name itself: what the lost one says of the kept one goes."""
    own = {row.other_id: row for row in kept.related_symptoms.all()}
    place, rows, doubles = _next_place(own.values()), [], []
    for row in lost.related_symptoms.all():
        if row.other_id in own:
            doubles.append(twice.related(kept.pk, kept.title, own[row.other_id], row))
        elif row.other_id != kept.pk and not row.other.discarded_at:
            said = {name: getattr(row, name) for name in twice.RELATED_FIELDS}
            rows.append(RelatedSymptom(symptom_id=kept.pk, other=row.other, position=place + len(rows), **said))
    return Gain("related symptoms", [row.other.title for row in rows], rows), doubles


def _codes(lost: Symptom, kept: Symptom) -> Gain:
    own = {(row.system, row.code) for row in kept.codes.all()}
    rows = [
        Code(symptom_id=kept.pk, system=row.system, code=row.code, display=row.display)
        for row in lost.codes.all()
        if (row.system, row.code) not in own
    ]
    return Gain("codes", [" ".join(filter(None, (str(row), row.display))) for row in rows], rows)


def _references(lost: Symptom, kept: Symptom) -> Gain:
    """The same address is the same source; without one, the same title."""
    own = list(kept.references.all())
    known, place, rows = {_source(row) for row in own}, _next_place(own), []
    for row in lost.references.all():
        if _source(row) not in known:
            known.add(_source(row))
            said = {name: getattr(row, name) for name in ("title", "publisher", "url", "year")}
            rows.append(Reference(article_id=kept.pk, position=place + len(rows), **said))
    return Gain("references", [row.title for row in rows], rows)


def _source(row: Reference) -> str:
    return row.url.rstrip("/").partition("://")[2].casefold() or fold(row.title)


def _tags(lost: Symptom, kept: Symptom) -> Gain:
    own = {link.tag.name.casefold() for link in kept.tag_links.all()}
    names = sorted(link.tag.name for link in lost.tag_links.all())
    return Gain("tags", [name for name in names if name.casefold() not in own])


def _next_place(rows) -> int:
    return max((row.position for row in rows), default=-1) + 1
