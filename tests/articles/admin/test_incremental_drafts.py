"""A draft finds again only what changed: it is the draft that is made of the whole page."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.content import kinds
from articles.db import known_rows
from articles.quality import find_problems, text_runs
from articles.templatetags import remembered
from symptoms.content import serialization
from symptoms.models import Cause, Symptom, SymptomCause
from symptoms.quality import _is_on_card
from tests import factories
from tests.html import get_text, make_cause_row, read_form

pytestmark = pytest.mark.django_db
CAUSES = 120  # more than a form shows at once
SHOWN = 50
WORDS = st.sampled_from(
    [
        "<p>It may cause it.</p>",
        "<p>Call 112, and take 5mg of it.</p>",
        "<p>Take 10.0 mg MS or call 911 in Canada.</p>",
        "<p>The ABC of it: <a href='https://www.who.int/'>read on</a>, and on.</p>",
        "<p>A fatal dose is 20 tablets.</p><table><tr><td>One</td></tr></table>",
        f"<p>{'A long sentence goes on and on and never comes to an end ' * 9}.</p>",
        "<p>Weak \u2264 &amp; more &lt;p&gt;</p>",
        "",
    ]
)
EDIT = st.one_of(
    st.tuples(st.just("text"), st.integers(0, SHOWN - 1), WORDS),
    st.tuples(st.just("seriousness"), st.integers(0, SHOWN - 1), st.just("life-threatening")),
    st.tuples(st.just("group"), st.integers(0, SHOWN - 1), st.sampled_from(["", "Rare ones"])),
    st.tuples(st.just("position"), st.integers(0, SHOWN - 1), st.integers(1, CAUSES + 5)),
    st.tuples(st.just("DELETE"), st.integers(0, SHOWN - 1), st.just("on")),
)


def forget_all() -> None:
    """As in a process that has just begun."""
    known_rows._known.clear()
    text_runs._split.clear()
    text_runs._remember_run.cache_clear()
    serialization._compose_cause.cache_clear()
    remembered._render_once.cache_clear()
    _is_on_card.cache_clear()


@pytest.fixture
def page(ann):
    page = factories.make_large_symptom(ann, causes=CAUSES, text="<p>Of {}, {} days.</p>")
    factories.add_card(page, level="urgent")
    return page


def compose_draft(client, page, values) -> dict:
    draft = client.post(f"/admin/symptoms/symptom/{page.pk}/draft/", values).json()
    draft["html"] = get_text(draft["html"])
    return draft


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=WORDS, edits=st.lists(EDIT, max_size=6), renamed=st.integers(0, CAUSES - 1))
def test_a_draft_is_what_a_new_process_makes_and_what_saving_composes(
    ann_client, page, body, edits, renamed
):
    form = f"/admin/symptoms/symptom/{page.pk}/change/"
    with transaction.atomic():
        typed = read_form(ann_client.get(form)) | {"body": body or "<p>It.</p>"}
        compose_draft(ann_client, page, typed)  # what is remembered comes from another text
        for name, number, value in edits:
            typed |= make_cause_row(number, **{name: value})
        row = SymptomCause.objects.filter(symptom=page).order_by("position")[renamed]
        Cause.objects.filter(pk=row.cause_id).update(name=f"Renamed {renamed}", catch_all=True)
        SymptomCause.objects.filter(pk=row.pk).update(frequency="rare")
        draft = compose_draft(ann_client, page, typed)
        forget_all()
        assert compose_draft(ann_client, page, typed) == draft
        assert ann_client.post(form, typed).status_code == 302
        saved = get_text(ann_client.get(form.replace("change", "preview")).text)
        assert saved.replace("Back to the form ", "") == draft["html"]
        transaction.set_rollback(True)


def test_a_shared_row_is_not_changed_by_who_types(ann_client, page):
    form = f"/admin/symptoms/symptom/{page.pk}/change/"
    opened = read_form(ann_client.get(form))
    unchanged = compose_draft(ann_client, page, opened)
    typed = opened | make_cause_row(0, text="<p>Typed and not saved.</p>", position=9)
    assert "Typed and not saved." in compose_draft(ann_client, page, typed)["html"]
    assert compose_draft(ann_client, page, opened) == unchanged
    assert "Typed and not saved." not in ann_client.get(form).text


def test_what_somebody_else_saved_meanwhile_is_in_the_next_draft(ann_client, page):
    form = f"/admin/symptoms/symptom/{page.pk}/change/"
    opened = read_form(ann_client.get(form))
    compose_draft(ann_client, page, opened)
    row = SymptomCause.objects.filter(symptom=page).last()
    SymptomCause.objects.filter(pk=row.pk).update(position=0, text="<p>From elsewhere.</p>")
    SymptomCause.objects.filter(symptom=page).exclude(pk=row.pk).update(frequency="common")
    assert "From elsewhere." in compose_draft(ann_client, page, opened)["html"]


def test_the_memory_of_rows_and_texts_is_bounded(ann, monkeypatch):
    monkeypatch.setattr(known_rows, "MOST_KNOWN", 200)
    forget_all()
    for number in range(3):
        page = factories.make_large_symptom(ann, causes=90, title=f"Weakness {number}")
        rows = SymptomCause.objects.filter(symptom=page)
        rows._iterable_class = known_rows.KnownRows
        assert [row.pk for row in rows] == [
            row.pk for row in SymptomCause.objects.filter(symptom=page)
        ]
    assert all(len(known) <= 200 for known in known_rows._known.values())
    assert text_runs._remember_run.cache_parameters()["maxsize"] == text_runs.REMEMBERED_RUNS


def test_problems_of_a_page_are_the_same_however_its_texts_are_cut(ann, page, monkeypatch):
    kind = kinds.get("symptom")
    loaded = kind.load(Symptom.objects.filter(pk=page.pk)).get()
    found = find_problems(loaded, kind.compose(loaded))
    assert found
    for ends in (0, 1, 10**9):
        monkeypatch.setattr(text_runs, "RUN_ENDS", ends)
        forget_all()
        assert find_problems(loaded, kind.compose(loaded)) == found
