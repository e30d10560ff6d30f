"""What a symptom's pages say to machines: the symptom, what may come with it, and what may cause it."""

from articles.json_ld import Shown, Subject, advice, module
from symptoms import cause_pages
from symptoms.content import Cause, Code, RelatedGroup, SymptomDocument

# Groups whose label is no part of the body.
NO_ANATOMY = {"serious", "whole-body", "mental-health"}


def subject(page: Shown) -> Subject:
    document = page.document
    if page.part == "Causes":
        question = _causes(document)
        modules = (*advice(document), module("Causes", question, url=page.url))
        return Subject(question, question, _symptom(page), modules)
    modules = (*advice(document), *_modules(page))
    return Subject(document.title, document.headline, _symptom(page) | _related(page), modules)


def _causes(document: SymptomDocument) -> str:
    return f"What causes {document.phrase}?"


def _modules(page: Shown) -> list[dict]:
    """The sections of the page that are there, by the headings that visitors read."""
    document = page.document
    sections = [
        (document.related, "Symptoms", f"What other symptoms might occur with {document.phrase}?", "symptoms"),
        (document.causes, "Causes", _causes(document), "causes"),
        (
            document.treatment,
            "Treatments",
            f"How {'are' if document.plural else 'is'} {document.phrase} treated?",
            "treatment",
        ),
        (document.complications, "RisksOrComplications", f"What can {document.phrase} lead to?", "complications"),
    ]
    return [module(aspect, name, url=f"{page.url}#{place}") for there, aspect, name, place in sections if there]


def _symptom(page: Shown) -> dict:
    document = page.document
    return {
        "@type": "MedicalSymptom",
        "@id": f"{page.at(page.home)}#symptom",
        "name": document.title,
        "alternateName": list(document.other_names),
        "code": [_code(code) for code in document.codes],
        "cause": [_cause(cause, page) for *_, causes in cause_pages.page(document, page.number) for cause in causes],
    }


def _code(code: Code) -> dict:
    return {"@type": "MedicalCode", "codeValue": code.code, "codingSystem": code.system, "name": code.display}


def _cause(cause: Cause, page: Shown) -> dict:
    return {"@type": ["MedicalCause", "MedicalCondition"], "name": cause.name, "url": _url(cause.uuid, page)}


def _related(page: Shown) -> dict:
    """What may come with it; its group says to which part of the body it belongs, as signed."""
    found = [
        {
            "@type": "MedicalSymptom",
            "name": symptom.name,
            "url": _url(symptom.uuid, page),
            "associatedAnatomy": _anatomy(group),
        }
        for group in page.document.related
        for symptom in group.symptoms
    ]
    return {"signOrSymptom": found}


def _anatomy(group: RelatedGroup) -> dict | None:
    return None if group.key in NO_ANATOMY else {"@type": "AnatomicalSystem", "name": group.label}


def _url(uuid, page: Shown) -> str:
    """Where visitors can read of it, if they can."""
    path = page.links.get(uuid)
    return page.at(path) if path else ""
