"""From a symptom's working copy to its document, and back."""

from collections import Counter, defaultdict
from typing import cast
from uuid import UUID

from django.db.models import Prefetch

from articles.content.kinds import DocumentPairs
from articles.fields import mark_as_stored
from articles.models import Authorship
from articles.names import MAX_KEY_LENGTH, build_stored_key, fold_1
from articles.publishing import composing
from symptoms.content.document import (
    CauseDescription,
    CauseGroup,
    Determiner,
    DocumentCause,
    DocumentCode,
    DocumentRelatedSymptom,
    RelatedGroup,
    SymptomDocument,
)
from symptoms.models import (
    BodySystem,
    MergedCause,
    OtherName,
    RelatedSymptom,
    Symptom,
    SymptomCause,
)
from symptoms.models import Cause as CauseRow
from symptoms.models import Code as CodeRow
from symptoms.questions import build_question

SERIOUS = ("serious", "Serious")
# The columns of another page by which a document names it: none of its texts.
NAME_COLUMNS = ("uuid", "title", "kind", "slug", "live__title")
RESTORED_FIELDS = (
    "spotlight_title",
    "spotlight",
    "causes_intro",
    "diagnosis_questions",
    "treatment",
    "complications",
)


def load(symptoms):
    """Add to a queryset of symptoms all that ``compose`` reads."""
    # Each symptom that pages name is read once, however many do: in a join with the rows that name
    # them, SQLite begins with every symptom of the site.
    others = Symptom.objects.select_related("live").only(*NAME_COLUMNS)
    causes = SymptomCause.objects.select_related("cause__description__live")
    unread = [f"cause__description__{name}" for name in ("advice", "body", "live__metadata")]
    return composing.load(symptoms).prefetch_related(
        "other_names",
        "codes",
        Prefetch("symptom_causes", causes.defer(*unread)),
        "related_symptoms",
        Prefetch("related_symptoms__other", others),
    )


def compose(symptom: Symptom) -> SymptomDocument:
    """The document of a working copy that went through ``load``. No query."""
    fields = composing.compose_common_fields(symptom)
    fields["headline"] = symptom.headline or symptom.question
    return SymptomDocument(
        **fields,
        phrase=symptom.name_in_sentence,
        determiner=cast(Determiner, symptom.determiner),
        plural=symptom.plural,
        other_names=tuple(row.name for row in symptom.other_names.all()),
        spotlight_title=symptom.spotlight_title,
        spotlight=symptom.spotlight,
        related=_build_related_groups(symptom.related_symptoms.all()),
        causes_intro=symptom.causes_intro,
        causes=_build_cause_groups(symptom.symptom_causes.all()),
        diagnosis_questions=symptom.diagnosis_questions,
        treatment=symptom.treatment,
        complications=symptom.complications,
        codes=tuple(_build_code(row) for row in symptom.codes.all()),
    )


def _build_code(row: CodeRow) -> DocumentCode:
    return DocumentCode(system=row.system, code=row.code, display=row.display)


def _build_related_groups(rows) -> tuple[RelatedGroup, ...]:
    """By body system in the order of first appearance, the serious ones before all others."""
    symptoms: dict[tuple[str, str], list[DocumentRelatedSymptom]] = {SERIOUS: []}
    for row in rows:
        heading = SERIOUS if row.serious else (row.system, BodySystem(row.system).label)
        # The name visitors know it by: the draft title of a published symptom must not be composed.
        published = row.other.live
        name = published.title if published else row.other.title
        related = DocumentRelatedSymptom(uuid=row.other.uuid, name=name)
        symptoms.setdefault(heading, []).append(related)
    groups: list[RelatedGroup] = []
    for (key, label), symptoms_of_group in symptoms.items():
        if symptoms_of_group:
            group = RelatedGroup(key=key, label=label, symptoms=tuple(symptoms_of_group))
            groups.append(group)
    return tuple(groups)


def _build_cause_groups(rows) -> tuple[CauseGroup, ...]:
    causes: dict[str, list[DocumentCause]] = {}
    for row in rows:
        cause = DocumentCause(
            uuid=row.cause.uuid,
            slug=row.cause.slug,
            name=row.cause.name,
            seriousness=row.seriousness,
            frequency=row.frequency,
            html=row.text,
            catch_all=row.cause.catch_all,
            description=_describe(row.cause),
        )
        causes.setdefault(row.group, []).append(cause)
    groups: list[CauseGroup] = []
    for heading, causes_of_group in causes.items():
        groups.append(CauseGroup(heading=heading, causes=tuple(causes_of_group)))
    return tuple(groups)


def _describe(cause: CauseRow) -> CauseDescription | None:
    """The article that describes a cause, by the title that visitors know, if they know one."""
    article = cause.description
    if article is None:
        return None
    title = article.live.title if article.live else article.title
    return CauseDescription(uuid=article.uuid, title=title)


def restore(symptom: Symptom, document: SymptomDocument) -> list[str]:
    """Write a document back into the working copy; shared causes and other symptoms stay as is.

    Returns a sentence for each relation whose other end no longer exists or has another name now.
    """
    question = build_question(document.phrase, document.determiner, plural=document.plural)
    report = composing.restore_common(symptom, document, default_headline=question)
    symptom.phrase = ""
    symptom.determiner = document.determiner
    symptom.plural = document.plural
    if document.phrase != symptom.name_in_sentence:  # typed, and not made from the title
        symptom.phrase = document.phrase
    for name in RESTORED_FIELDS:
        setattr(symptom, name, getattr(document, name))
    mark_as_stored(symptom)
    symptom.save()
    symptom.other_names.all().delete()
    _restore_other_names(symptom, document)
    symptom.codes.all().delete()
    codes = [CodeRow(symptom=symptom, **code.model_dump()) for code in document.codes]
    for code in codes:
        mark_as_stored(code)
    CodeRow.objects.bulk_create(codes)
    report += _restore_causes(symptom, document)
    report += _restore_related(symptom, document)
    return report


def _restore_other_names(symptom: Symptom, document: SymptomDocument) -> None:
    """Restore the names as they stand in the text, also two that are one name today."""
    keys = [build_stored_key(name) for name in document.other_names]
    counts = Counter(keys)
    for position, name in enumerate(document.other_names):
        key = keys[position]
        if counts[key] > 1:  # each had a key of its own by the first fold
            key = fold_1(name)[:MAX_KEY_LENGTH]
        row = OtherName(symptom=symptom, name=name, folded=key, position=position)
        mark_as_stored(row)
        row.save()


def _restore_causes(symptom: Symptom, document: SymptomDocument) -> list[str]:
    uuids = {cause.uuid for cause in document.all_causes}
    found = CauseRow.objects.filter(uuid__in=uuids).select_related("description")
    rows = {row.uuid: row for row in found}
    merged = MergedCause.objects.filter(uuid__in=uuids).select_related("kept")
    successors = {row.uuid: row.kept for row in merged}
    for successor in successors.values():
        rows[successor.uuid] = successor
    named, report = _replace_merged_causes(document, successors)
    restored: list[SymptomCause] = []
    gone: list[str] = []
    changed: list[str] = []
    for position, (heading, cause) in enumerate(named):
        row = rows.get(cause.uuid)
        if row is None:
            gone.append(f"The cause “{cause.name}” no longer exists.")
            continue
        changed.extend(_report_changes(cause, row))
        restored.append(
            SymptomCause(
                symptom=symptom,
                cause=row,
                group=heading,
                seriousness=cause.seriousness,
                frequency=cause.frequency,
                text=cause.html,
                position=position,
            )
        )
    symptom.symptom_causes.all().delete()
    for restored_row in restored:
        mark_as_stored(restored_row)
    SymptomCause.objects.bulk_create(restored)
    return report + gone + changed


def _report_changes(cause: DocumentCause, row: CauseRow) -> list[str]:
    """A sentence for each fact of a shared cause that is another now. It stays as it is."""
    report: list[str] = []
    if row.name != cause.name:
        report.append(f"The cause “{cause.name}” is now called “{row.name}”.")
    if row.catch_all != cause.catch_all:
        state = "a catch-all" if row.catch_all else "no catch-all any more"
        report.append(f"The cause “{row.name}” is {state} now.")
    before = cause.description.uuid if cause.description else None
    now = row.description.uuid if row.description else None
    if before != now:
        described = f"described by “{row.description.title}”" if row.description else "undescribed"
        report.append(f"The cause “{row.name}” is {described} now.")
    return report


def _replace_merged_causes(
    document: SymptomDocument, successors: dict[UUID, CauseRow]
) -> tuple[list[tuple[str, DocumentCause]], list[str]]:
    """The causes with their headings, each under the name of the one it was merged into since.

    Each stands once, where it stood first. The second list has a sentence for each replaced one.
    """
    uuids = {cause.uuid for cause in document.all_causes}
    named: list[tuple[str, DocumentCause]] = []
    report: list[str] = []
    for group in document.causes:
        for cause in group.causes:
            successor = successors.get(cause.uuid)
            if successor is None:
                named.append((group.heading, cause))
                continue
            merged = f"The cause “{cause.name}” was merged into “{successor.name}”, which"
            if successor.uuid in uuids:
                report.append(
                    f"{merged} this text names too. What it said of the first is in the history."
                )
                continue
            uuids.add(successor.uuid)
            replaced = {"uuid": successor.uuid, "name": successor.name}
            named.append((group.heading, cause.model_copy(update=replaced)))
            report.append(f"{merged} replaces it.")
    return named, report


def _restore_related(symptom: Symptom, document: SymptomDocument) -> list[str]:
    """Restore the related symptoms, each once. Returns what could not be restored as it was."""
    systems = dict(symptom.related_symptoms.values_list("other__uuid", "system"))
    rows = {row.uuid: row for row in Symptom.objects.linkable().filter(uuid__in=document.linked)}
    successors = _get_merge_targets(document.linked - rows.keys())
    symptom.related_symptoms.all().delete()
    report: list[str] = []
    related_keys = {symptom.pk}
    for group in document.related:
        for related in group.symptoms:
            is_merged = related.uuid not in rows
            other = successors.get(related.uuid) if is_merged else rows[related.uuid]
            if other is None:
                report.append(f"The related symptom “{related.name}” no longer exists.")
                continue
            if is_merged:
                report.append(
                    f"The related symptom “{related.name}” was merged into “{other.title}”."
                )
            if other.pk in related_keys or (is_merged and other.uuid in rows):
                continue
            system = group.key
            if group.serious:
                # Its body system is not part of the signed text: take the one known here, if any.
                system = systems.get(related.uuid, BodySystem.WHOLE_BODY)
            RelatedSymptom.objects.create(
                symptom=symptom,
                other=other,
                system=system,
                serious=group.serious,
                position=len(related_keys) - 1,  # without the symptom itself
            )
            related_keys.add(other.pk)
    return report


def _get_merge_targets(uuids: set[UUID]) -> dict[UUID, Symptom]:
    """By UUID, the symptoms into which some others were merged."""
    if not uuids:
        return {}
    keys = dict(Symptom.objects.filter(uuid__in=uuids).values_list("pk", "uuid"))
    if not keys:
        return {}
    targets = Symptom.get_merge_targets(keys)
    return {keys[key]: target for key, target in targets.items()}


def get_shared_authors(
    documents: DocumentPairs[SymptomDocument],
) -> list[set[int]]:
    """For each document, ids of the authors of shared words that the one before it does not have.

    Shared words are names of causes and what describes them, and titles of related symptoms and
    describing articles that were never published.
    """
    added_uuids = [_find_added_uuids(document, before) for document, before in documents]
    authors = _load_shared_authors(set().union(*added_uuids))
    return [set().union(*(authors[uuid] for uuid in uuids)) for uuids in added_uuids]


def _find_added_uuids(document: SymptomDocument, before: SymptomDocument | None) -> set[UUID]:
    """UUIDs of what a document names, or names otherwise than the one before it."""
    if before is None:
        return _get_shared_uuids(document)
    added = _get_shared_names(document) - _get_shared_names(before)
    return {uuid for uuid, *_ in added}


def _load_shared_authors(uuids: set[UUID]) -> dict[UUID, set[int]]:
    """By UUID of a cause or symptom, the ids of those who wrote its name. Two queries."""
    causes = CauseRow.authors.through.objects.filter(cause__uuid__any_of=uuids)
    titles = Authorship.objects.filter(
        revision__article__uuid__any_of=uuids, revision__article__live__isnull=True
    )
    authors: dict[UUID, set[int]] = defaultdict(set)
    for uuid, user in causes.values_list("cause__uuid", "user_id"):
        authors[uuid].add(user)
    for uuid, user in titles.values_list("revision__article__uuid", "user_id").distinct():
        authors[uuid].add(user)
    return authors


def _get_shared_uuids(document: SymptomDocument) -> set[UUID]:
    """Each cause and other page of a document, by its UUID."""
    uuids: set[UUID] = {related.uuid for related in document.all_related}
    for cause in document.all_causes:
        uuids.add(cause.uuid)
        if cause.description:
            uuids.add(cause.description.uuid)
    return uuids


def _get_shared_names(document: SymptomDocument) -> set[tuple]:
    """Each cause and other page of a document, by its UUID, with the words that it shares."""
    names: set[tuple] = set()
    for cause in document.all_causes:
        described_by = cause.description.uuid if cause.description else None
        names.add((cause.uuid, cause.name, cause.slug, cause.catch_all, described_by))
        if cause.description:
            names.add((cause.description.uuid, cause.description.title))
    names.update((related.uuid, related.name) for related in document.all_related)
    return names
