"""The checks that only a symptom page needs."""

import re
from collections.abc import Iterable

from articles.content import ADVICE
from articles.fields import fold
from articles.quality import Check, Problem, check
from symptoms.content import SymptomDocument
from symptoms.models import PublishedCause, RelatedSymptom, Symptom

CAUSE_LINK = re.compile(r'href="/causes/([-\w]+)/')


@check("Readers come to learn what may cause it.")
def says_causes(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    if not document.causes:
        yield Problem("No cause is given.", "Add at least the most common cause and the most serious one.")


@check("A reader in danger may read the first lines and nothing else.", stops=True)
def says_when_to_get_help(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    if document.advice:
        return
    message = "The page does not say when to get help."
    if deadly := [cause.name for cause in document.every_cause if cause.seriousness == "life-threatening"]:
        message = f"The page names a life-threatening cause ({deadly[0]}) but does not say when to call for help."
    yield Problem(message, f"Write it under “{ADVICE}”, and choose its level.", blocking=True)


@check("Whoever looks up the other symptom should find this one too.")
def one_way(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    public = set(Symptom.objects.public().filter(uuid__in=document.linked).values_list("uuid", flat=True))
    back = RelatedSymptom.objects.filter(other=page.pk).values_list("symptom__uuid", flat=True)
    missing = public - set(back)
    names = [s.name for group in document.related for s in group.symptoms if s.uuid in missing]
    if names:
        yield Problem(
            f"Published symptoms that do not relate back to this one: {', '.join(names[:5])}.",
            "Add this page to theirs where it belongs.",
        )


@check("A page is found by its names, and its question is read first.")
def named_well(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    if document.title.endswith("s") and not document.title.endswith(("ss", "us", "is")) and not document.plural:
        yield Problem(f"The page asks “{document.headline}”", "If the name is a plural, tick “Plural”.")
    for name in document.other_names:
        if fold(name) == fold(document.title):
            yield Problem(f"The other name “{name}” is the title.", "Remove it.")


@check("A related symptom that is not public yet is named without a link.")
def unpublished_relations(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    public = set(Symptom.objects.public().filter(uuid__in=document.linked).values_list("uuid", flat=True))
    names = [s.name for group in document.related for s in group.symptoms if s.uuid not in public]
    if names:
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        yield Problem(
            f"Related symptoms that visitors cannot read yet: {', '.join(names[:5])}{more}.",
            "Publish them, or take them out of the list.",
        )


@check("A link that leads nowhere leaves a worried reader alone.")
def dead_cause_links(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    slugs = set(CAUSE_LINK.findall(" ".join(document.rich_texts().values())))
    public = PublishedCause.objects.naming().filter(slug__in=slugs).values_list("slug", flat=True) if slugs else ()
    for slug in sorted(slugs - set(public)):
        message = f"A link goes to /causes/{slug}/, which visitors cannot read."
        yield Problem(message, "Name that cause on this page, or remove the link.")


@check("A picture after a part that is not there stands under another part's heading.")
def figures_in_their_parts(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    parts = {
        "symptoms": ("related symptoms", document.related),
        "causes": ("causes", document.causes),
        "questions": ("questions at a diagnosis", document.diagnosis_questions),
        "treatment": ("treatment", document.treatment),
        "complications": ("complications", document.complications),
    }
    for number, figure in enumerate(document.figures, start=1):
        name, there = parts.get(figure.place, ("", True))
        if not there:
            yield Problem(f"Image {number} stands after the {name}, and the page has none.", "Choose another place.")


CHECKS: tuple[Check, ...] = (
    says_causes,
    says_when_to_get_help,
    one_way,
    unpublished_relations,
    dead_cause_links,
    named_well,
    figures_in_their_parts,
)
