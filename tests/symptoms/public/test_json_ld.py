"""The JSON-LD of a symptom's pages."""

import pytest

from articles.public.page_cache import page_cache
from reviews.signing.actions import withdraw_page
from symptoms.models import Symptom
from tests import factories
from tests.html import find_node, find_schema_faults, read_json_ld

pytestmark = pytest.mark.django_db

PAGE = "/symptoms/facial-spasms/"
PAGE_URL = f"http://testserver{PAGE}"


@pytest.fixture(scope="module")
def shared_spasms(module_db):
    ann, ravi = map(factories.get_person, ("ann", "ravi"))
    others = [
        factories.make_symptom(ann, slug=slug, title=slug.title()) for slug in ("tics", "draft")
    ]
    factories.sign_page(others[0], by=ravi, asked_by=ann)
    symptom = factories.make_complete_symptom(
        ann, others=[*others, factories.make_minimal_symptom(ann)]
    )
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return symptom


@pytest.fixture
def spasms(shared_spasms, db):
    return Symptom.objects.get(pk=shared_spasms.pk)


@pytest.mark.parametrize("rest", ["", "causes/"])
def test_every_term_may_stand_where_it_stands(rest, spasms, client):
    graph = read_json_ld(client.get(PAGE + rest).text)
    assert find_schema_faults(graph) == []
    assert [node["@type"] for node in graph] == ["MedicalWebPage", "MedicalSymptom", "Person"]


def test_a_bare_symptom_says_nothing_empty(ann, ravi, client):
    factories.sign_page(factories.make_minimal_symptom(ann), by=ravi, asked_by=ann)
    graph = read_json_ld(client.get("/symptoms/yawning/").text)
    assert find_schema_faults(graph) == []
    assert find_node(graph, "MedicalSymptom") == {
        "@type": "MedicalSymptom",
        "@id": "http://testserver/symptoms/yawning/#symptom",
        "name": "Yawning",
    }
    assert [part["name"] for part in find_node(graph, "MedicalWebPage")["hasPart"]] == [
        "When to see a clinician"
    ]
    assert not {"citation", "correction"} & find_node(graph, "MedicalWebPage").keys()


def test_the_symptom_is_told_as_it_was_signed(spasms, client):
    symptom = find_node(read_json_ld(client.get(PAGE).text), "MedicalSymptom")
    assert symptom["@id"] == f"{PAGE_URL}#symptom"
    assert symptom["name"] == "Facial spasms"
    assert symptom["alternateName"] == ["Facial spasms by another name"]
    assert symptom["code"] == [
        {
            "@type": "MedicalCode",
            "codeValue": "R25.3",
            "codingSystem": "ICD-10-CM",
            "name": "Fasciculation",
        }
    ]
    assert [cause["name"] for cause in symptom["cause"]] == [
        f"Cause {place} of Facial spasms" for place in range(3)
    ]
    assert symptom["cause"][0]["@type"] == ["MedicalCause", "MedicalCondition"]
    assert symptom["cause"][0]["url"] == "http://testserver/causes/cause-0-of-facial-spasms/"


def test_what_may_come_with_it_leads_to_public_pages_only_and_names_its_part_of_the_body(
    spasms, client
):
    related = find_node(read_json_ld(client.get(PAGE).text), "MedicalSymptom")["signOrSymptom"]
    nerves = {"@type": "AnatomicalSystem", "name": "Neurological"}
    assert related == [
        {"@type": "MedicalSymptom", "name": "Tics", "url": "http://testserver/symptoms/tics/"},
        {"@type": "MedicalSymptom", "name": "Draft", "associatedAnatomy": nerves},
        {"@type": "MedicalSymptom", "name": "Yawning", "associatedAnatomy": nerves},
    ]


def test_the_care_cards_are_the_first_modules_with_their_words(spasms, client):
    cards = ["SeeDoctor", "SeeDoctor"]
    for rest, aspects in {
        "": [*cards, "Symptoms", "Causes", "Treatments", "RisksOrComplications"],
        "causes/": [*cards, "Causes"],
    }.items():
        modules = find_node(read_json_ld(client.get(PAGE + rest).text), "MedicalWebPage")["hasPart"]
        assert [module["hasHealthAspect"] for module in modules] == [
            f"https://schema.org/{aspect}HealthAspect" for aspect in aspects
        ]
        assert [(module["name"], module["text"]) for module in modules[:2]] == [
            ("Call for emergency help", "Call 911 if one side of your face droops."),
            ("Get help today", "You cannot close one eye."),
        ]
        assert all(
            module["@type"] == ["WebPageElement", "HealthTopicContent"] for module in modules
        )
        assert not [module for module in modules[2:] if "text" in module]


def test_the_page_of_causes_is_a_page_of_its_own_about_the_same_symptom(spasms, client):
    page = find_node(read_json_ld(client.get(f"{PAGE}causes/").text), "MedicalWebPage")
    assert page["@id"] == page["url"] == f"{PAGE_URL}causes/"
    assert page["headline"] == "What causes facial spasms?"
    assert (
        page["about"]
        == page["mainEntity"]
        == {"@type": "MedicalSymptom", "@id": f"{PAGE_URL}#symptom"}
    )
    steps = [step["item"]["@id"] for step in page["breadcrumb"]["itemListElement"]]
    assert steps == [
        "http://testserver/",
        "http://testserver/symptoms/",
        PAGE_URL,
        f"{PAGE_URL}causes/",
    ]


def test_only_the_live_text_says_who_reviewed_it(spasms, ann, ravi, morgan, client):
    factories.sign_page(
        factories.edit_page(spasms, by=ann, summary="Newer."),
        by=ravi,
        asked_by=ann,
        trigger="change",
    )
    page_cache.clear()
    for old in (f"{PAGE}history/", f"{PAGE}history/2/"):
        page = client.get(old)
        assert page.status_code == 200
        for word in ("ld+json", "canonical", "og:", "reviewedBy", "lastReviewed"):
            assert word not in page.text
    withdraw_page(spasms, reason="wrong", by=morgan)
    page_cache.clear()
    gone = client.get(PAGE)
    assert gone.status_code == 410
    assert "ld+json" not in gone.text
    assert "canonical" not in gone.text


def test_the_lists_are_collections(spasms, client):
    for address in ("/causes/", "/causes/a-z/c/", "/symptoms/", "/symptoms/a-z/f/"):
        graph = read_json_ld(client.get(address).text)
        assert find_schema_faults(graph) == []
        page = find_node(graph, "CollectionPage")
        assert page["url"] == f"http://testserver{address}"
        assert "reviewedBy" not in page
