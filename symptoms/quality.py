"""The checks that only a symptom page needs."""

from collections.abc import Iterable
from uuid import UUID

from articles.content.document import ADVICE_HEADING
from articles.names import fold
from articles.quality import Check, Problem, check
from symptoms import questions
from symptoms.coding_systems import SYSTEMS, InvalidCode, normalize_code, normalize_or_keep
from symptoms.content.document import SymptomDocument
from symptoms.models import RelatedSymptom, Symptom


@check("Readers come to learn what may cause it.")
def check_causes(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    if not document.causes:
        yield Problem(
            "No cause is given.", "Add at least the most common cause and the most serious one."
        )


@check("A reader in danger may read the first lines and nothing else.", can_block=True)
def check_care_advice(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    if document.advice:
        return
    message = "The page does not say when to get help."
    for cause in document.all_causes:
        if cause.seriousness == "life-threatening":
            message = (
                f"The page names a life-threatening cause ({cause.name}) "
                "but does not say when to call for help."
            )
            break
    yield Problem(
        message, f"Write it under “{ADVICE_HEADING}”, and choose its level.", blocking=True
    )


def _find_public(uuids: Iterable[UUID]) -> set[UUID]:
    """Those of some symptoms that are public."""
    public = Symptom.objects.public().filter(uuid__in=uuids)
    return set(public.values_list("uuid", flat=True))


@check("Whoever looks up the other symptom should find this one too.")
def check_reverse_relations(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    public = _find_public(document.linked)
    naming = RelatedSymptom.objects.filter(other=page.pk)
    missing = public.difference(naming.values_list("symptom__uuid", flat=True))
    names = [symptom.name for symptom in document.all_related if symptom.uuid in missing]
    if names:
        yield Problem(
            f"Published symptoms that do not relate back to this one: {', '.join(names[:5])}.",
            "Add this page to theirs where it belongs.",
        )


@check("A page is found by its names, and its question is read first.")
def check_names(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    title = document.title
    seems_plural = title.endswith("s") and not title.endswith(("ss", "us", "is"))
    if seems_plural and not document.plural:
        yield Problem(
            f"The page asks “{document.headline}”", "If the name is a plural, check “Plural”."
        )
    known = {fold(title): "the title"}
    for name in document.other_names:
        key = fold(name)
        if key in known:
            yield Problem(f"The other name “{name}” is {known[key]}.", "Remove it.")
        known.setdefault(key, f"the same as “{name}”")


@check("The question at the top is read first, and has to be English.")
def check_determiner(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    """What stands before the name in questions: too much, too little, or of the wrong sound."""
    name = document.phrase
    field = Symptom._meta.get_field("determiner").verbose_name
    if questions.begins_with_determiner(name):
        yield Problem(
            f"The name inside a sentence is “{name}”, so the page says “{name} causes”.",
            f"Choose its first word under “{field}”, and leave it out of the name.",
        )
        return
    fitting = questions.choose_indefinite_article(name)
    if document.determiner in ("a", "an"):
        if document.plural:
            yield Problem(
                f"“{document.determiner}” stands before a name that is a plural: “{name}”.",
                f"Choose nothing under “{field}”, or clear “Plural”.",
            )
        elif document.determiner != fitting:
            yield Problem(
                f"The page asks about “{document.name_in_question}”.",
                f"Choose “{fitting}” under “{field}” if that is how it is said.",
            )
    elif not document.determiner and not document.plural and questions.is_counted(name):
        yield Problem(
            f"The page asks what causes “{name}”.",
            f"If one says “{fitting} {name}”, choose “{fitting}” under “{field}”.",
        )


@check("A related symptom that is not public yet is named without a link.")
def check_unpublished_relations(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    public = _find_public(document.linked)
    names = [symptom.name for symptom in document.all_related if symptom.uuid not in public]
    if names:
        more = ""
        if len(names) > 5:
            more = f" and {len(names) - 5} more"
        yield Problem(
            f"Related symptoms that visitors cannot read yet: {', '.join(names[:5])}{more}.",
            "Publish them, or take them out of the list.",
        )


@check("A code that is written in another way than its system writes it is not found by machines.")
def check_codes(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    """Codes from before they were checked: no code at all, in another form, or there twice."""
    seen: dict[tuple[str, str], str] = {}
    for row in document.codes:
        if row.system not in SYSTEMS:
            continue
        normal = normalize_or_keep(row.system, row.code)
        if (row.system, normal) in seen:
            first = seen[row.system, normal]
            yield Problem(
                f"“{first}” and “{row.code}” are the same code of {row.system}.",
                "Remove one of them.",
            )
            continue
        seen[row.system, normal] = row.code
        try:
            normalize_code(row.system, row.code)
        except InvalidCode as error:
            yield Problem(str(error), "Look it up and write it again, or remove it.")
            continue
        if normal != row.code:
            yield Problem(f"{row.system} writes the code “{row.code}” as {normal}.", "Write it so.")


@check("A picture after a part that is not there stands under another part's heading.")
def check_figure_places(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    parts = {
        "symptoms": ("related symptoms", document.related),
        "causes": ("causes", document.causes),
        "questions": ("questions at a diagnosis", document.diagnosis_questions),
        "treatment": ("treatment", document.treatment),
        "complications": ("complications", document.complications),
    }
    for number, figure in enumerate(document.figures, start=1):
        name, content = parts.get(figure.place, ("", True))
        if not content:
            yield Problem(
                f"Image {number} stands after the {name}, and the page has none.",
                "Choose another place.",
            )


CHECKS: tuple[Check, ...] = (
    check_causes,
    check_care_advice,
    check_reverse_relations,
    check_unpublished_relations,
    check_names,
    check_determiner,
    check_codes,
    check_figure_places,
)
