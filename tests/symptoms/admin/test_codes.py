"""Codes in the form of a page: mended or refused in place, and left alone where nobody touched."""

import pytest

from articles.publishing.actions import record_revision
from articles.quality import find_problems
from symptoms.content.serialization import compose
from symptoms.models import Code
from tests import factories
from tests.html import read_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def symptom(ann, ann_client):
    page = factories.make_symptom(ann)
    page.codes.all().delete()
    record_revision(page, by=ann)
    return page


def add_code(symptom, code: str, system: str = "ICD-10-CM") -> Code:
    """A code as it was stored before codes were checked."""
    (row,) = Code.objects.bulk_create([Code(symptom=symptom, system=system, code=code)])
    return row


def get_path(symptom) -> str:
    return f"/admin/symptoms/symptom/{symptom.pk}/change/"


def send(client, symptom, *rows: tuple[str, str], **changes):
    """The form as it was opened, with new codes."""
    sent = read_form(client.get(get_path(symptom)))
    number = int(sent["codes-TOTAL_FORMS"][0])
    for system, code in rows:
        sent[f"codes-{number}-system"] = [system]
        sent[f"codes-{number}-code"] = [code]
        sent[f"codes-{number}-display"] = [""]
        sent[f"codes-{number}-id"] = [""]
        sent[f"codes-{number}-symptom"] = [str(symptom.pk)]
        number += 1
    sent["codes-TOTAL_FORMS"] = [str(number)]
    return client.post(get_path(symptom), sent | changes)


def list_codes(symptom) -> list[str]:
    return [str(row) for row in symptom.codes.all()]


def test_a_code_is_mended_as_it_is_saved(symptom, ann_client):
    assert send(ann_client, symptom, ("ICD-10-CM", "r070 ")).status_code == 302
    assert list_codes(symptom) == ["ICD-10-CM R07.0"]


def test_what_is_no_code_is_refused_at_its_field(symptom, ann_client):
    response = send(ann_client, symptom, ("SNOMED CT", "162397004"))
    assert "“162397004” is no code of SNOMED CT: its check digit" in response.text
    assert "An example of the form: 162397003." in response.text
    assert list_codes(symptom) == []


@pytest.mark.parametrize("stored", ["", "R070"])
def test_the_same_code_in_another_form_is_refused(symptom, ann_client, stored):
    if stored:
        add_code(symptom, stored)
    response = send(ann_client, symptom, ("ICD-10-CM", "R07.0"), ("ICD-10-CM", "r070"))
    assert response.status_code == 200
    assert "twice" in response.text or "in this list already" in response.text
    assert list_codes(symptom) == ([f"ICD-10-CM {stored}"] if stored else [])


def test_an_odd_code_that_nobody_touched_stays_as_it_stood(symptom, ann, ann_client):
    add_code(symptom, "r070")
    add_code(symptom, "not a code", "MeSH")
    record_revision(symptom, by=ann)
    count = symptom.revisions.count()
    assert send(ann_client, symptom).status_code == 302
    assert symptom.revisions.count() == count
    assert send(ann_client, symptom, summary="Another one.").status_code == 302
    assert list_codes(symptom) == ["ICD-10-CM r070", "MeSH not a code"]
    sent = read_form(ann_client.get(get_path(symptom)))
    place = next(name for name, value in sent.items() if value == ["r070"])
    ann_client.post(get_path(symptom), sent | {place: "R07.0"})
    assert list_codes(symptom) == ["ICD-10-CM R07.0", "MeSH not a code"]


def test_an_odd_code_is_told_beside_the_page(symptom):
    for code in ("R070", "R07.0", "R0"):
        add_code(symptom, code)
    problems = find_problems(symptom, compose(symptom))
    found = [problem.message for problem in problems if "code" in problem.message]
    assert any("“R0” is no code of ICD-10-CM" in message for message in found)
    assert any("are the same code of ICD-10-CM" in message for message in found)
    assert not any(problem.blocking for problem in problems if "code" in problem.message)


@pytest.mark.parametrize("typed", ["R070", "r07.0", "r07"])
def test_a_page_is_found_by_its_code_in_any_form(symptom, ann_client, typed):
    add_code(symptom, "R07.0")
    response = ann_client.get("/admin/symptoms/symptom/", {"q": typed})
    assert [row.pk for row in response.context["cl"].result_list] == [symptom.pk]
