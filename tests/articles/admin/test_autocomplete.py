"""Fields that suggest causes and symptoms: likeliest first, twenty at most, at a fixed cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from symptoms.models import OtherName
from tests import factories

pytestmark = pytest.mark.django_db
CAUSE = {"app_label": "symptoms", "model_name": "symptomcause", "field_name": "cause"}
SYMPTOM = {"app_label": "symptoms", "model_name": "relatedsymptom", "field_name": "other"}


def list_suggestions(client, box: dict, term: str, page: int = 1) -> list[str]:
    answer = client.get("/admin/autocomplete/", box | {"term": term, "page": page})
    return [one["text"] for one in answer.json()["results"]]


def write_causes(ann, *names: str) -> None:
    for number, name in enumerate(names):
        factories.make_cause(ann, name=name, slug=f"cause-{number}")


def test_the_name_that_was_typed_comes_first_then_what_begins_so(ann_client, ann):
    write_causes(
        ann,
        "A stroke of luck",
        "Heatstroke",
        "Stroke of the eye",
        "Stroke",
        "Stroke, mild",
        "Bistroked",
    )
    assert list_suggestions(ann_client, CAUSE, "stroke") == [
        "Stroke",
        "Stroke of the eye",
        "Stroke, mild",
        "A stroke of luck",
        "Bistroked",
        "Heatstroke",
    ]
    assert list_suggestions(ann_client, CAUSE, "eye stroke") == ["Stroke of the eye"]


def test_case_and_accents_do_not_matter(ann_client, ann):
    write_causes(ann, "Sjögren’s syndrome", "Ménière’s disease")
    assert list_suggestions(ann_client, CAUSE, "SJOGREN") == ["Sjögren’s syndrome"]
    assert list_suggestions(ann_client, CAUSE, "ménière") == ["Ménière’s disease"]
    assert "Sjögren" in ann_client.get("/admin/symptoms/cause/?q=sjogren").text


def test_twenty_at_most_come_at_once_and_in_the_same_order_every_time(ann_client, ann):
    write_causes(ann, *(f"Ache {number:02}" for number in range(45)))
    pages = [list_suggestions(ann_client, CAUSE, "ache", page) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [20, 20, 5]
    assert [*pages[0], *pages[1], *pages[2]] == [f"Ache {number:02}" for number in range(45)]
    assert list_suggestions(ann_client, CAUSE, "") == pages[0]


def test_symptoms_are_found_by_their_other_names_after_those_that_are_called_so(ann_client, ann):
    for title in ("Dizziness", "Light-headedness", "A dizzy spell"):
        factories.make_symptom(ann, slug=title.lower().replace(" ", "-"), title=title)
    OtherName.objects.create(
        symptom=factories.make_symptom(ann, slug="vertigo", title="Vertigo"), name="Dizzy turns"
    )
    assert list_suggestions(ann_client, SYMPTOM, "dizz") == [
        "Dizziness",
        "A dizzy spell",
        "Vertigo",
    ]


@pytest.mark.parametrize("box", [CAUSE, SYMPTOM])
@pytest.mark.parametrize("term", ["", "ache", "%", "\0", "x" * 5000])
def test_a_suggestion_costs_the_same_queries_however_many_rows(ann_client, ann, box, term):
    def cost() -> int:
        list_suggestions(ann_client, box, term)
        with CaptureQueriesContext(connection) as queries:
            list_suggestions(ann_client, box, term)
        return len(queries)

    def write(number: int) -> None:
        factories.make_cause(ann, name=f"Ache {number}", slug=f"ache-{number}")
        factories.make_symptom(ann, slug=f"ache-{number}", title=f"Ache {number}")

    write(1)
    first = cost()
    write(2)
    write(3)
    assert cost() == first <= 6
