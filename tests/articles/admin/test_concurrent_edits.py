"""Two editors with the same page open: the second sees what changed; neither loses anything."""

import pytest

from articles.models import Article
from symptoms.actions import record_cause
from symptoms.models import Symptom
from tests import factories
from tests.html import read_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(symptom):
    return f"/admin/symptoms/symptom/{symptom.pk}/change/"


@pytest.fixture
def concurrent_edit(client, ann, morgan, form):
    """Ann and Morgan open the page and Morgan saves changes; gives what Ann's form has."""

    def save(**changes) -> dict:
        client.force_login(ann)
        opened_by_ann = read_form(client.get(form))
        client.force_login(morgan)
        response = client.post(form, read_form(client.get(form)) | changes)
        assert response.status_code == 302
        client.force_login(ann)
        return opened_by_ann

    return save


def test_the_second_is_shown_what_the_first_changed_and_loses_nothing(
    client, symptom, form, concurrent_edit
):
    opened = concurrent_edit(body="<p>Morgan saw a nerve at work.</p>")
    response = client.post(form, opened | {"body": "<p>Ann saw tiredness at work.</p>"})
    assert "Morgan Mill saved this page after you opened it" in response.text
    assert (
        "If you save again, yours replaces theirs in “Overview”; theirs stays in the history."
        in response.text
    )
    assert "Ann saw tiredness at work." in response.text
    assert "saw a nerve at work" in response.text
    assert "Morgan saw" in symptom.get_latest_revision().read().body

    response = client.post(form, read_form(response), follow=True)
    assert "Revision 3 of “" in response.text
    assert "Ann saw" in symptom.get_latest_revision().read().body
    assert "Morgan saw" in symptom.revisions.get(number=2).read().body


def test_what_the_second_did_not_touch_stays_as_the_first_saved_it(
    client, symptom, form, concurrent_edit, ann, ravi
):
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    topic = factories.make_topic("Brain and Nerves", "brain-and-nerves")
    opened = concurrent_edit(
        topics=[topic.pk], risk="high", body="<p>Morgan saw a nerve at work.</p>", plural=[]
    )
    response = client.post(form, opened | {"summary": "Ann's summary."})
    client.post(form, read_form(response))
    saved = Symptom.objects.get(pk=symptom.pk)
    assert (saved.summary, saved.risk, saved.body, saved.plural, list(saved.topics.all())) == (
        "Ann's summary.",
        "high",
        "<p>Morgan saw a nerve at work.</p>",
        False,
        [topic],
    )
    live = Article.objects.select_related("live").get(pk=symptom.pk).live
    assert [filing.name for filing in live.read_metadata().filed_under] == ["Brain and Nerves"]


def test_a_row_that_the_first_deleted_keeps_what_the_second_typed_into_it(
    client, symptom, form, concurrent_edit
):
    opened = concurrent_edit(**{"references-0-DELETE": "on"})
    assert not symptom.references.exists()
    response = client.post(form, opened | {"references-0-title": "Spasms, second edition"})
    assert "Spasms, second edition" in response.text
    response = client.post(form, read_form(response))
    assert response.status_code == 302
    assert symptom.references.get().title == "Spasms, second edition"


def test_a_row_that_the_first_added_stays(client, symptom, form, concurrent_edit):
    added = {"references-1-title": "Nerves", "references-1-url": "https://example.org/nerves"}
    opened = concurrent_edit(**{"references-TOTAL_FORMS": 2, **added})
    response = client.post(form, opened | {"summary": "Ann's summary."})
    client.post(form, read_form(response))
    assert [row.title for row in symptom.references.all()] == ["Spasms", "Nerves"]


def test_a_change_of_cause_elsewhere_is_no_conflict(client, ann):
    client.force_login(ann)
    symptom = factories.make_symptom(ann)
    factories.add_facts(symptom, ann)
    opened = read_form(client.get(f"/admin/symptoms/symptom/{symptom.pk}/change/"))
    cause = symptom.symptom_causes.get().cause
    cause.name = "Renamed meanwhile"
    cause.save()
    record_cause(cause, by=ann)
    response = client.post(
        f"/admin/symptoms/symptom/{symptom.pk}/change/", opened | {"summary": "Another summary."}
    )
    assert response.status_code == 302


def test_rows_without_a_number_go_last_in_the_order_they_were_added(client, symptom, form, ann):
    client.force_login(ann)
    fields = {"references-TOTAL_FORMS": 3}
    for number, title in ((1, "Second"), (2, "Third")):
        fields |= {f"references-{number}-title": title, f"references-{number}-position": ""}
    client.post(form, read_form(client.get(form)) | fields)
    assert list(symptom.references.values_list("position", "title")) == [
        (0, "Spasms"),
        (1, "Second"),
        (2, "Third"),
    ]


def test_a_renaming_of_a_cause_is_not_undone_by_who_did_not_see_it(client, ann, morgan):
    cause = factories.make_cause(ann, name="Tiredness", slug="tiredness")
    page = f"/admin/symptoms/cause/{cause.pk}/change/"
    client.force_login(ann)
    opened_by_ann = read_form(client.get(page))
    client.force_login(morgan)
    client.post(page, read_form(client.get(page)) | {"name": "Lack of sleep"})
    client.force_login(ann)
    response = client.post(page, opened_by_ann | {"slug": "being-tired"})
    assert "it is now “Lack of sleep”, at tiredness" in response.text
    cause.refresh_from_db()
    assert (cause.name, cause.slug) == ("Lack of sleep", "tiredness")
    assert client.post(page, read_form(response)).status_code == 302
    cause.refresh_from_db()
    assert (cause.name, cause.slug) == ("Tiredness", "being-tired")
