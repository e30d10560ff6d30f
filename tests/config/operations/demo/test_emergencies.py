"""The demonstration says what to do in every emergency of the floor: call, and one act."""

from itertools import chain
from uuid import UUID

from articles.care.emergencies import EMERGENCIES
from articles.content.document import Advice, DocumentReference
from articles.content.emergency_document import EmergencyDocument
from articles.emergencies import checks
from articles.models import EmergencyPage
from config.operations.demo import emergencies, loader

SOURCE = loader.read_toml("emergencies")
TEXTS = emergencies.build_texts(SOURCE)
FLOOR = {
    *("not-breathing", "unconscious", "choking", "stroke", "heart-attack", "severe-bleeding"),
    *("anaphylaxis", "poisoning", "overdose", "opioid-overdose", "seizure", "sepsis"),
    *("meningitis", "asthma-attack", "sudden-loss-of-vision", "head-injury", "burns", "drowning"),
    *("heat-stroke", "carbon-monoxide", "low-blood-sugar", "high-blood-sugar", "button-battery"),
    *("newborn-danger-signs", "fever-under-three-months", "pregnancy-danger-signs"),
    *("after-birth-danger-signs", "cauda-equina", "testicle-pain", "chemical-in-the-eye"),
    "danger-from-another-person",
}
CHECKS = (
    checks.check_call_comes_first,
    checks.check_operator,
    checks.check_one_act,
    checks.check_source,
)


def build_document(text: dict) -> EmergencyDocument:
    card = {name: text[f"advice_{name}"] for name in ("level", "heading")}
    references = [DocumentReference(**reference) for reference in text["references"]]
    return EmergencyDocument(
        uuid=UUID(int=1),
        language="en",
        title=text["title"],
        headline=text["title"],
        summary=text["summary"],
        written_by="Ellis Draft",
        advice=Advice(**card, html=text["advice"]),
        body=text["body"],
        references=tuple(references),
        subject=text["subject"],
        act=text.get("act", ""),
    )


def test_every_emergency_of_the_floor_has_a_signed_page():
    signed = {event["page"] for event in emergencies.iter_events(SOURCE)}
    assert {emergencies.KEY.format(subject) for subject in FLOOR} <= signed
    assert EMERGENCIES.keys() >= FLOOR


def test_each_says_to_call_first_and_at_most_one_act_with_a_source():
    for key, text in TEXTS.items():
        document = build_document(text)
        page = EmergencyPage(subject=document.subject)
        found = list(chain.from_iterable(check(page, document) for check in CHECKS))
        assert found == [], key
        assert text["summary"].count("911") >= 1, key


def test_each_leads_on_to_a_page_of_the_demonstration():
    for key, text in TEXTS.items():
        assert text["next_page"] in loader.PAGE_SLUGS, key
