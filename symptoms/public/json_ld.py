"""The JSON-LD of a symptom's pages: the symptom, what may come with it, and what may cause it."""

from collections.abc import Iterable
from uuid import UUID

from articles.public.json_ld import (
    GraphBuilder,
    JsonLdPage,
    JsonLdSubject,
    Trail,
    UrlBuilder,
    build_advice,
    build_collection_graph,
    build_module,
)
from symptoms.content import cause_pages
from symptoms.content.document import DocumentCause, DocumentCode, RelatedGroup, SymptomDocument

# Groups whose label is no part of the body.
NON_ANATOMICAL_GROUPS = {"serious", "whole-body", "mental-health"}


def build_subject(page: JsonLdPage[SymptomDocument]) -> JsonLdSubject:
    document = page.document
    advice = build_advice(document)
    if page.section == "Causes":
        question = _format_causes_question(document)
        modules = (*advice, build_module("Causes", question, url=page.url))
        return JsonLdSubject(question, question, _build_symptom(page), modules)
    symptom = _build_symptom(page)
    symptom["signOrSymptom"] = _build_related(page)
    modules = (*advice, *_build_modules(page))
    return JsonLdSubject(document.title, document.headline, symptom, modules)


def _format_causes_question(document: SymptomDocument) -> str:
    return f"What causes {document.name_in_question}?"


def _build_modules(page: JsonLdPage[SymptomDocument]) -> list[dict]:
    """The sections of the page that are there, under the headings that visitors read."""
    document = page.document
    name = document.name_in_question
    modules: list[dict] = []

    def add(aspect: str, name: str, anchor: str) -> None:
        modules.append(build_module(aspect, name, url=f"{page.url}#{anchor}"))

    if document.related:
        add("Symptoms", f"What other symptoms might occur with {name}?", "symptoms")
    if document.causes:
        add("Causes", _format_causes_question(document), "causes")
    if document.treatment:
        verb = "are" if document.plural else "is"
        add("Treatments", f"How {verb} {name} treated?", "treatment")
    if document.complications:
        add("RisksOrComplications", f"What can {name} lead to?", "complications")
    return modules


def _build_symptom(page: JsonLdPage[SymptomDocument]) -> dict:
    document = page.document
    causes: list[dict] = []
    for _place, _heading, causes_of_group in cause_pages.get_page(document, page.number):
        causes.extend(_build_cause(cause, page) for cause in causes_of_group)
    return {
        "@type": "MedicalSymptom",
        "@id": f"{page.build_url(page.document_path)}#symptom",
        "name": document.title,
        "alternateName": list(document.other_names),
        "code": [_build_code(code) for code in document.codes],
        "cause": causes,
    }


def _build_code(code: DocumentCode) -> dict:
    return {
        "@type": "MedicalCode",
        "codeValue": code.code,
        "codingSystem": code.system,
        "name": code.display,
    }


def _build_cause(cause: DocumentCause, page: JsonLdPage[SymptomDocument]) -> dict:
    return {
        "@type": ["MedicalCause", "MedicalCondition"],
        "name": cause.name,
        "url": _get_url(cause.uuid, page),
    }


def _build_related(page: JsonLdPage[SymptomDocument]) -> list[dict]:
    """What may come with it; its group names the part of the body that it belongs to, as signed."""
    found: list[dict] = []
    for group in page.document.related:
        for symptom in group.symptoms:
            related = {
                "@type": "MedicalSymptom",
                "name": symptom.name,
                "url": _get_url(symptom.uuid, page),
                "associatedAnatomy": _build_anatomy(group),
            }
            found.append(related)
    return found


def _build_anatomy(group: RelatedGroup) -> dict | None:
    if group.key in NON_ANATOMICAL_GROUPS:
        return None
    return {"@type": "AnatomicalSystem", "name": group.label}


def _get_url(uuid: UUID, page: JsonLdPage[SymptomDocument]) -> str:
    """Its public address; empty if it has none."""
    path = page.links.get(uuid)
    if not path:
        return ""
    return page.build_url(path)


def build_cause_graph(
    name: str,
    trail: Trail,
    path: str,
    *,
    modules: Iterable[dict],
    symptoms: Iterable[tuple[str, str]],
) -> GraphBuilder:
    """The page of a cause: the condition, and the symptoms (title, path) that it may cause.

    Nobody reviewed the page as a whole, so it names no reviewer.
    """
    build_page = build_collection_graph(name, trail, path)
    modules = tuple(modules)
    symptoms = tuple(symptoms)

    def build(build_url: UrlBuilder) -> list[dict]:
        (page,) = build_page(build_url)
        condition = {
            "@type": "MedicalCondition",
            "@id": f"{build_url(trail[-1][1])}#cause",
            "name": name,
            "signOrSymptom": [_build_symptom_node(*symptom, build_url) for symptom in symptoms],
        }
        pointer = {"@type": condition["@type"], "@id": condition["@id"]}
        page |= {
            "@type": "MedicalWebPage",
            "about": pointer,
            "mainEntity": pointer,
            "hasPart": [_complete_url(module, build_url) for module in modules],
        }
        return [page, condition]

    return build


def _build_symptom_node(title: str, path: str, build_url: UrlBuilder) -> dict:
    return {"@type": "MedicalSymptom", "name": title, "url": build_url(path)}


def _complete_url(module: dict, build_url: UrlBuilder) -> dict:
    """A module whose path, if it has one, is a whole address."""
    return module | {"url": build_url(module["url"])} if "url" in module else module
