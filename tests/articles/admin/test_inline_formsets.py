"""Row counts that a form sends: only rows that came get a form, and nothing typed is lost."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from articles.admin.inline_formsets import RowForm, RowFormSet
from articles.admin.inlines import MAX_ROWS
from symptoms.models import Symptom, SymptomCause
from tests import factories
from tests.html import read_form

pytestmark = pytest.mark.django_db
LISTS = ["symptom_causes", "related_symptoms", "other_names", "references", "codes", "figures"]
NO_COUNTS = ["100000", "9" * 30, "-1", "abc", "1.5", "\0", "²", "", "1e9", "2001"]


@pytest.fixture(scope="module")
def shared_symptom(module_db) -> Symptom:
    ann = factories.get_person("ann")
    page = factories.make_symptom(ann)
    factories.add_facts(page, ann, causes=3, related=2)
    return page


@pytest.fixture
def symptom(shared_symptom, ann, client):
    client.force_login(ann)
    return Symptom.objects.get(pk=shared_symptom.pk)


@pytest.fixture(scope="module")
def opened(shared_symptom) -> dict:
    """The form as Ann opened it, before anything was typed."""
    client = Client()
    client.force_login(factories.get_person("ann"))
    return read_form(client.get(get_form_path(shared_symptom)))


@pytest.fixture
def form_counter(monkeypatch):
    """How many forms of rows were made."""
    count, init = [], RowForm.__init__

    def counted(self, *args, **kwargs):
        count.append(kwargs.get("prefix"))
        init(self, *args, **kwargs)

    monkeypatch.setattr(RowForm, "__init__", counted)
    return count


def get_form_path(page) -> str:
    return f"/admin/symptoms/symptom/{page.pk}/change/"


@pytest.mark.parametrize("count", NO_COUNTS)
def test_more_rows_than_came_cost_no_form_and_lose_no_word(
    client, symptom, opened, form_counter, count
):
    rows = sum(int(opened[f"{name}-TOTAL_FORMS"][0]) for name in LISTS)
    typed = {f"{name}-TOTAL_FORMS": count for name in LISTS}
    typed |= {"summary": "Typed a moment ago.", "symptom_causes-1-text": "<p>Typed, too.</p>"}
    form_counter.clear()
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(get_form_path(symptom), opened | typed)
    assert answer.status_code == 200
    assert "check whether any is missing, then save again" in answer.text
    assert len(form_counter) <= rows + 4 * len(LISTS)  # and the empty ones that scripts copy
    assert len(queries) < 100
    kept = read_form(answer)
    assert kept["summary"] == ["Typed a moment ago."]
    assert kept["symptom_causes-1-text"] == ["<p>Typed, too.</p>"]
    assert kept["symptom_causes-TOTAL_FORMS"] == ["3"]
    assert client.post(get_form_path(symptom), kept).status_code == 302
    assert "Typed, too." in SymptomCause.objects.get(symptom=symptom, position=1).text


@pytest.mark.parametrize("name", ["INITIAL", "MIN_NUM", "MAX_NUM"])
@pytest.mark.parametrize("count", NO_COUNTS)
def test_other_counts_that_cannot_be_make_no_form_and_change_no_row(
    client, symptom, opened, form_counter, name, count
):
    form_counter.clear()
    typed = {f"{prefix}-{name}_FORMS": count for prefix in LISTS} | {
        "summary": "Typed a moment ago."
    }
    answer = client.post(get_form_path(symptom), opened | typed)
    assert answer.status_code in (200, 302)
    assert len(form_counter) < 60
    if answer.status_code == 200:
        assert client.post(get_form_path(symptom), read_form(answer)).status_code == 302
    symptom.refresh_from_db()
    assert symptom.summary == "Typed a moment ago."
    assert symptom.symptom_causes.count() == 3


def test_every_list_of_rows_in_the_admin_counts_so():
    request = RequestFactory().get("/")
    request.user = User.objects.create_superuser("chief")
    for of in admin.site._registry.values():
        assert of.list_editable == ()
        for inline in of.get_inline_instances(request):
            formset = inline.get_formset(request)
            assert issubclass(formset, RowFormSet)
            assert formset.absolute_max == formset.max_num == MAX_ROWS


def test_rows_with_gaps_between_their_numbers_are_the_rows_that_came(client, symptom, form_counter):
    opened = read_form(client.get(get_form_path(symptom)))
    row = {
        "symptom_causes-400-cause": factories.make_cause(symptom.writer).pk,
        "symptom_causes-400-text": "<p>New.</p>",
    }
    form_counter.clear()
    answer = client.post(
        get_form_path(symptom), opened | row | {"symptom_causes-TOTAL_FORMS": "401"}
    )
    assert answer.status_code == 302
    assert len(form_counter) < 30
    assert [row.cause.name for row in symptom.symptom_causes.order_by("position")][
        -1
    ] == "Tourette's syndrome"


def test_more_rows_than_a_form_can_carry_are_refused_at_a_bounded_cost(
    client, symptom, form_counter
):
    opened = read_form(client.get(get_form_path(symptom)))
    rows = {f"codes-{number}-code": "R25" for number in range(1, MAX_ROWS + 200)}
    form_counter.clear()
    answer = client.post(
        get_form_path(symptom), opened | rows | {"codes-TOTAL_FORMS": MAX_ROWS + 200}
    )
    assert answer.status_code == 200
    assert len(form_counter) < MAX_ROWS + 60


def test_the_draft_of_a_form_that_counts_wrongly_costs_no_form_either(
    client, symptom, form_counter
):
    opened = read_form(client.get(get_form_path(symptom)))
    form_counter.clear()
    typed = {f"{name}-TOTAL_FORMS": "100000" for name in LISTS}
    assert (
        client.post(f"/admin/symptoms/symptom/{symptom.pk}/draft/", opened | typed).status_code
        == 200
    )
    assert len(form_counter) < 60
