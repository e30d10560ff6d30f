"""The checks that only a symptom page needs."""

from collections.abc import Iterable

from articles.fields import fold
from articles.quality import Check, Problem
from symptoms.content import SymptomDocument
from symptoms.models import RelatedSymptom, Symptom


def says_causes(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    if not document.causes:
        yield Problem("No cause is given.", "Add at least the most common cause and the most serious one.")


def advice_for_serious(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    """A page that names a life-threatening cause must say first when to call for help."""
    deadly = [c.name for group in document.causes for c in group.causes if c.seriousness == "life-threatening"]
    if deadly and not document.advice:
        message = f"The page names a life-threatening cause ({deadly[0]}) but does not say when to call for help."
        yield Problem(message, "Write the emergency advice and choose its level.", blocking=True)


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


def named_well(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    if document.title.endswith("s") and not document.title.endswith(("ss", "us", "is")) and not document.plural:
        yield Problem(f"The page asks “{document.headline}”", "If the name is a plural, tick “Plural”.")
    for name in document.other_names:
        if fold(name) == fold(document.title):
            yield Problem(f"The other name “{name}” is the title.", "Remove it.")


CHECKS: tuple[Check, ...] = (says_causes, advice_for_serious, one_way, named_well)
