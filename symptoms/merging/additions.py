"""What one symptom lists and another does not, as rows for the other's draft, after its own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Model, Prefetch

from articles.models import Reference
from articles.names import build_stored_key, fold
from symptoms.merging import duplicates
from symptoms.merging.duplicates import DuplicateRows
from symptoms.models import Code, OtherName, RelatedSymptom, Symptom, SymptomCause

REFERENCE_FIELDS = ("title", "publisher", "url", "year")


@dataclass(frozen=True)
class Addition:
    """What a page gets of one sort: the name of the sort, how each item reads, and its rows.

    Tags have no rows.
    """

    name: str
    labels: list[str]
    rows: Sequence[Model] = ()


def prefetch(symptoms):
    return symptoms.prefetch_related(
        "other_names",
        "codes",
        "references",
        "tag_links__tag",
        Prefetch("symptom_causes", SymptomCause.objects.select_related("cause")),
        Prefetch("related_symptoms", RelatedSymptom.objects.select_related("other")),
    )


def collect_additions(lost: Symptom, kept: Symptom) -> tuple[list[Addition], list[DuplicateRows]]:
    """What the kept page gains, and what both name. No query, if both went through ``prefetch``."""
    causes, duplicate_causes = _collect_causes(lost, kept)
    related, duplicate_relations = _collect_related(lost, kept)
    found = [
        _collect_names(lost, kept),
        causes,
        related,
        _collect_codes(lost, kept),
        _collect_references(lost, kept),
        _collect_tags(lost, kept),
    ]
    additions = [addition for addition in found if addition.labels]
    return additions, duplicate_causes + duplicate_relations


def save_additions(additions: list[Addition], kept: Symptom) -> None:
    for addition in additions:
        if addition.rows:
            type(addition.rows[0])._base_manager.bulk_create(addition.rows)
        else:
            kept.tags.add(*addition.labels)


def _collect_names(lost: Symptom, kept: Symptom) -> Addition:
    """The lost page's title comes first: people knew it under that name."""
    own = kept.other_names.all()
    known = {fold(kept.title), fold(kept.name_in_sentence)}
    known.update(fold(row.name) for row in own)
    position = _get_next_position(own)
    names: list[str] = []
    rows: list[OtherName] = []
    for name in [lost.title, *(row.name for row in lost.other_names.all())]:
        key = fold(name)
        if key in known:
            continue
        known.add(key)
        row = OtherName(
            symptom_id=kept.pk,
            name=name,
            folded=build_stored_key(name),
            position=position + len(rows),
        )
        names.append(name)
        rows.append(row)
    return Addition("other names", names, rows)


def _collect_causes(lost: Symptom, kept: Symptom) -> tuple[Addition, list[DuplicateRows]]:
    own = {row.cause_id: row for row in kept.symptom_causes.all()}
    position = _get_next_position(own.values())
    added: list[SymptomCause] = []
    duplicate_rows: list[DuplicateRows] = []
    for row in lost.symptom_causes.all():
        if row.cause_id in own:
            twice = duplicates.combine_causes(kept.pk, kept.title, own[row.cause_id], row)
            duplicate_rows.append(twice)
        else:
            copied = SymptomCause(
                symptom_id=kept.pk,
                cause=row.cause,
                position=position + len(added),
                **_get_values(row, duplicates.CAUSE_FIELDS),
            )
            added.append(copied)
    labels = [row.cause.name for row in added]
    return Addition("causes", labels, added), duplicate_rows


def _collect_related(lost: Symptom, kept: Symptom) -> tuple[Addition, list[DuplicateRows]]:
    """A page does not name itself: the lost page's relation to the kept one is dropped."""
    own = {row.other_id: row for row in kept.related_symptoms.all()}
    position = _get_next_position(own.values())
    added: list[RelatedSymptom] = []
    duplicate_rows: list[DuplicateRows] = []
    for row in lost.related_symptoms.all():
        if row.other_id in own:
            twice = duplicates.combine_relations(kept.pk, kept.title, own[row.other_id], row)
            duplicate_rows.append(twice)
        elif row.other_id != kept.pk and not row.other.discarded_at:
            copied = RelatedSymptom(
                symptom_id=kept.pk,
                other=row.other,
                position=position + len(added),
                **_get_values(row, duplicates.RELATED_FIELDS),
            )
            added.append(copied)
    labels = [row.other.title for row in added]
    return Addition("related symptoms", labels, added), duplicate_rows


def _collect_codes(lost: Symptom, kept: Symptom) -> Addition:
    own = {row.normal_form for row in kept.codes.all()}
    labels: list[str] = []
    added: list[Code] = []
    for row in lost.codes.all():
        if row.normal_form in own:
            continue
        label = f"{row} {row.display}" if row.display else str(row)
        labels.append(label)
        copied = Code(symptom_id=kept.pk, system=row.system, code=row.code, display=row.display)
        added.append(copied)
    return Addition("codes", labels, added)


def _collect_references(lost: Symptom, kept: Symptom) -> Addition:
    """The same address is the same source; without one, the same title."""
    own = kept.references.all()
    known = {_get_source_key(row) for row in own}
    position = _get_next_position(own)
    added: list[Reference] = []
    for row in lost.references.all():
        key = _get_source_key(row)
        if key in known:
            continue
        known.add(key)
        copied = Reference(
            article_id=kept.pk,
            position=position + len(added),
            **_get_values(row, REFERENCE_FIELDS),
        )
        added.append(copied)
    return Addition("references", [row.title for row in added], added)


def _get_source_key(row: Reference) -> str:
    address = row.url.rstrip("/").partition("://")[2].casefold()
    return address or fold(row.title)


def _collect_tags(lost: Symptom, kept: Symptom) -> Addition:
    own = {fold(link.tag.name) for link in kept.tag_links.all()}
    names = sorted(link.tag.name for link in lost.tag_links.all())
    return Addition("tags", [name for name in names if fold(name) not in own])


def _get_values(row: Model, fields: Iterable[str]) -> dict:
    return {name: getattr(row, name) for name in fields}


def _get_next_position(rows: Iterable) -> int:
    return max((row.position for row in rows), default=-1) + 1
