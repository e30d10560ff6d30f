"""From a symptom's working copy to its document, and back."""

from collections import defaultdict

from django.db.models import Prefetch

from articles import composing
from articles.models import Authorship
from symptoms.content import Cause, CauseGroup, Code, Related, RelatedGroup, SymptomDocument
from symptoms.models import BodySystem, MergedCause, OtherName, RelatedSymptom, Symptom, SymptomCause
from symptoms.models import Cause as CauseRow
from symptoms.models import Code as CodeRow

SERIOUS = ("serious", "Serious")


def load(symptoms):
    """A queryset of symptoms with all that ``compose`` reads."""
    related = RelatedSymptom.objects.select_related("other__live")
    return composing.load(symptoms).prefetch_related(
        "other_names",
        "codes",
        Prefetch("symptom_causes", SymptomCause.objects.select_related("cause")),
        Prefetch("related_symptoms", related),
    )


def compose(symptom: Symptom) -> SymptomDocument:
    return SymptomDocument(
        **composing.common_parts(symptom) | {"headline": symptom.headline or symptom.question},
        phrase=symptom.said,
        plural=symptom.plural,
        other_names=tuple(row.name for row in symptom.other_names.all()),
        spotlight_title=symptom.spotlight_title,
        spotlight=symptom.spotlight,
        related=_related_groups(symptom.related_symptoms.all()),
        causes_intro=symptom.causes_intro,
        causes=_cause_groups(symptom.symptom_causes.all()),
        diagnosis_questions=symptom.diagnosis_questions,
        treatment=symptom.treatment,
        complications=symptom.complications,
        codes=tuple(Code(system=row.system, code=row.code, display=row.display) for row in symptom.codes.all()),
    )


def _related_groups(rows) -> tuple[RelatedGroup, ...]:
    """By body system in the order of first appearance, the serious ones before all others."""
    groups = {SERIOUS: []}
    for row in rows:
        key = SERIOUS if row.serious else (row.system, BodySystem(row.system).label)
        # The name visitors know it by: a draft title of a published symptom must not leak into this page.
        name = row.other.live.title if row.other.live else row.other.title
        groups.setdefault(key, []).append(Related(uuid=row.other.uuid, name=name))
    return tuple(
        RelatedGroup(key=key, label=label, symptoms=tuple(symptoms))
        for (key, label), symptoms in groups.items()
        if symptoms
    )


def _cause_groups(rows) -> tuple[CauseGroup, ...]:
    groups = {}
    for row in rows:
        cause = Cause(
            uuid=row.cause.uuid,
            slug=row.cause.slug,
            name=row.cause.name,
            seriousness=row.seriousness,
            frequency=row.frequency,
            html=row.text,
        )
        groups.setdefault(row.group, []).append(cause)
    return tuple(CauseGroup(heading=heading, causes=tuple(causes)) for heading, causes in groups.items())


def restore(symptom: Symptom, document: SymptomDocument) -> list[str]:
    """Write a document back into the working copy; shared causes and other symptoms are left alone.

    Returns a sentence for each relation whose other end no longer exists or is now called otherwise.
    """
    verb = "are" if document.plural else "is"
    report = composing.restore_common(symptom, document, made_headline=f"What {verb} {document.phrase}?")
    symptom.phrase, symptom.plural = "", document.plural
    if document.phrase != symptom.said:  # typed, and not made from the title
        symptom.phrase = document.phrase
    for name in (
        "spotlight_title",
        "spotlight",
        "causes_intro",
        "diagnosis_questions",
        "treatment",
        "complications",
    ):
        setattr(symptom, name, getattr(document, name))
    symptom.save()
    symptom.other_names.all().delete()
    for place, name in enumerate(document.other_names):
        OtherName.objects.create(symptom=symptom, name=name, position=place)
    symptom.codes.all().delete()
    CodeRow.objects.bulk_create(CodeRow(symptom=symptom, **code.model_dump()) for code in document.codes)
    return report + _restore_causes(symptom, document) + _restore_related(symptom, document)


def _restore_causes(symptom: Symptom, document: SymptomDocument) -> list[str]:
    signed = [(group.heading, cause) for group in document.causes for cause in group.causes]
    named = {cause.uuid for _, cause in signed}
    rows = {row.uuid: row for row in CauseRow.objects.filter(uuid__in=named)}
    merged = {row.uuid: row.kept for row in MergedCause.objects.filter(uuid__in=named).select_related("kept")}
    signed, report = _in_place_of_merged(signed, merged)
    rows |= {heir.uuid: heir for heir in merged.values()}
    symptom.symptom_causes.all().delete()
    SymptomCause.objects.bulk_create(
        SymptomCause(
            symptom=symptom,
            cause=rows[cause.uuid],
            group=heading,
            seriousness=cause.seriousness,
            frequency=cause.frequency,
            text=cause.html,
            position=place,
        )
        for place, (heading, cause) in enumerate(signed)
        if cause.uuid in rows
    )
    gone = [f"The cause “{cause.name}” no longer exists." for _, cause in signed if cause.uuid not in rows]
    renamed = [
        f"The cause “{cause.name}” is now called “{rows[cause.uuid].name}”."
        for _, cause in signed
        if cause.uuid in rows and rows[cause.uuid].name != cause.name
    ]
    return report + gone + renamed


def _in_place_of_merged(signed: list, merged: dict) -> tuple[list, list[str]]:
    """Causes under the names of those into which they were merged since; each once, the one that was there first."""
    named, kept, report = {cause.uuid for _, cause in signed}, [], []
    for heading, cause in signed:
        now = merged.get(cause.uuid)
        if now is None:
            kept.append((heading, cause))
        elif now.uuid in named:
            said = f"The cause “{cause.name}” was merged into “{now.name}”, which this text names too."
            report.append(f"{said} What it said of the first is in the history.")
        else:
            named.add(now.uuid)
            kept.append((heading, cause.model_copy(update={"uuid": now.uuid, "name": now.name})))
            report.append(f"The cause “{cause.name}” was merged into “{now.name}”, which stands in its place.")
    return kept, report


def _restore_related(symptom: Symptom, document: SymptomDocument) -> list[str]:
    systems = dict(symptom.related_symptoms.values_list("other__uuid", "system"))
    rows = {row.uuid: row for row in Symptom.objects.standing().filter(uuid__in=document.linked)}
    heirs = _heirs(document.linked - rows.keys())
    symptom.related_symptoms.all().delete()
    report, place, there = [], 0, {symptom.pk}
    for group in document.related:
        for related in group.symptoms:
            other = rows.get(related.uuid) or heirs.get(related.uuid)
            if other is None:
                report.append(f"The related symptom “{related.name}” no longer exists.")
                continue
            if related.uuid not in rows:
                report.append(f"The related symptom “{related.name}” was merged into “{other.title}”.")
            if other.pk in there or (related.uuid not in rows and other.uuid in rows):
                continue
            there.add(other.pk)
            # A serious symptom's body system is not part of the signed text: keep what is known, else the widest.
            system = systems.get(related.uuid, BodySystem.WHOLE_BODY) if group.serious else group.key
            RelatedSymptom.objects.create(
                symptom=symptom,
                other=other,
                system=system,
                serious=group.serious,
                position=place,
            )
            place += 1
    return report


def _heirs(uuids: set) -> dict:
    """By UUID, the symptoms into which some others were merged."""
    keys = dict(Symptom.objects.filter(uuid__in=uuids).values_list("pk", "uuid")) if uuids else {}
    return {keys[key]: heir for key, heir in Symptom.heirs(keys).items()} if keys else {}


def authors(steps: list[tuple[SymptomDocument, SymptomDocument | None]]) -> list[set[int]]:
    """For each document, ids of whoever wrote the shared words that it has and the one before it had not.

    Those are names of causes, and titles of related symptoms that were never published.
    """
    new = [_shared(document) - (_shared(before) if before else set()) for document, before in steps]
    uuids = {uuid for shared in new for uuid, *_ in shared}
    wrote_causes = CauseRow.authors.through.objects.filter(cause__uuid__in=uuids)
    wrote_titles = Authorship.objects.filter(revision__article__uuid__in=uuids, revision__article__live__isnull=True)
    wrote = defaultdict(set)
    for uuid, user in [
        *wrote_causes.values_list("cause__uuid", "user_id"),
        *wrote_titles.values_list("revision__article__uuid", "user_id").distinct(),
    ]:
        wrote[uuid].add(user)
    return [{user for uuid, *_ in shared for user in wrote[uuid]} for shared in new]


def _shared(document: SymptomDocument) -> set:
    causes = {(cause.uuid, cause.name, cause.slug) for group in document.causes for cause in group.causes}
    return causes | {(related.uuid, related.name) for group in document.related for related in group.symptoms}
