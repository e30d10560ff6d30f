"""The demonstration says what to do in every emergency of the floor: call, and one act."""

from itertools import chain
from uuid import UUID

from articles.care.emergencies import EMERGENCIES
from articles.care.phone_numbers import asks_to_call
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
        assert text["next_page"] != "taking-medicines-safely", key


def test_the_list_says_the_action_of_the_heading():
    for key, text in TEXTS.items():
        assert text["advice_heading"] == "Call 911 now", key
        assert asks_to_call("911", text["summary"].partition(".")[0]), key
        assert "emergency department" not in text["summary"] + text["body"], key


def test_an_act_that_harms_a_baby_says_for_whom_it_is():
    """The act is shown alone, above all that the page says of babies."""
    for subject in ("not-breathing", "choking"):
        text = TEXTS[emergencies.KEY.format(subject)]
        assert text["act"].startswith("If they are over one year old,"), subject
        assert "<h2>Babies under one year</h2>" in text["body"], subject
    turned = TEXTS[emergencies.KEY.format("unconscious")]["act"]
    assert "did not fall or crash" in turned


def test_a_chemical_is_rinsed_out_first_and_gas_is_left_first():
    rinsed = TEXTS[emergencies.KEY.format("chemical-in-the-eye")]
    assert rinsed["advice"].startswith("<p>Rinse the eye at once with running water, and call 911")
    left = TEXTS[emergencies.KEY.format("carbon-monoxide")]
    assert left["advice"].startswith("<p>Get outside first, and call 911 from there.")


def test_a_seizure_is_told_what_the_symptom_page_tells():
    text = TEXTS[emergencies.KEY.format("seizure")]
    assert "nothing into their mouth" in text["act"]
    assert "<h2>When the jerking stops</h2>\n<p>Turn the person on one side." in text["body"]
    assert "more than five minutes" in text["summary"]
