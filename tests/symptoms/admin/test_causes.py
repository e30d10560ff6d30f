"""The form of a cause: what describes it, whether it is a catch-all, and who changed it since."""

import pytest

from articles.models import Article
from articles.publishing.actions import discard
from symptoms.models import Cause, SymptomCause
from tests import factories, html
from tests.html import read_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def cause(ann):
    return factories.make_cause(ann)


@pytest.fixture
def article(ann):
    return factories.make_article(ann)


def get_address(cause) -> str:
    return f"/admin/symptoms/cause/{cause.pk}/change/"


def save(client, cause, **changed):
    """Send the form of a cause as a browser does, with some fields changed."""
    address = get_address(cause)
    values = read_form(client.get(address)) | changed
    values = {name: value for name, value in values.items() if value is not None}
    return client.post(address, values, follow=True)


def name_on(page, cause) -> None:
    SymptomCause.objects.create(symptom=page, cause=cause)
    factories.edit_page(page, by=page.writer)


@pytest.mark.parametrize("count", [1, 3])
def test_choosing_a_description_makes_a_new_revision_of_each_page_that_names_the_cause(
    count, ann_client, ann, ravi, cause, article
):
    pages = [factories.make_symptom(ann, slug=f"ache-{n}", title=f"Ache {n}") for n in range(count)]
    for page in pages:
        name_on(page, cause)
        factories.sign_page(page, by=ravi, asked_by=ann)
    answer = save(ann_client, cause, description=str(article.pk), catch_all="on")
    text = " ".join(html.get_text(answer.text).split())
    if count == 1:
        assert "1 page now differs from what was signed: Ache 0 . Visitors see the change" in text
        assert "once it is signed." in text
    else:
        assert "3 pages now differ from what was signed: Ache 0 , Ache 1 , Ache 2 ." in text
        assert "once these are signed." in text
    assert f'<a href="/admin/symptoms/symptom/{pages[0].pk}/change/">Ache 0</a>' in answer.text
    cause.refresh_from_db()
    assert (cause.description_id, cause.catch_all) == (article.pk, True)
    for page in pages:
        revision = page.get_latest_revision()
        (named,) = revision.read().all_causes
        assert (named.description.uuid, named.catch_all) == (article.uuid, True)
        assert revision.saved_by == ann
        assert Article.objects.get(pk=page.pk).live.revision_id != revision.pk


def test_drafts_are_not_counted_among_pages_that_were_signed(ann_client, ann, cause):
    name_on(factories.make_symptom(ann), cause)
    assert "from what was signed" not in save(ann_client, cause, name="Other").text


def test_a_life_threatening_cause_that_becomes_a_catch_all_is_warned_of(ann_client, ann, cause):
    page = factories.make_symptom(ann)
    SymptomCause.objects.create(symptom=page, cause=cause, seriousness="life-threatening")
    warning = "is life-threatening on 1 page. As a catch-all it comes last"
    assert warning in html.get_text(save(ann_client, cause, catch_all="on").text)
    assert warning not in html.get_text(save(ann_client, cause, name="Other").text)


def test_saving_the_form_as_it_was_changes_nothing(ann_client, ann, cause, article):
    page = factories.make_symptom(ann)
    cause.description, cause.catch_all = article, True
    cause.save()
    name_on(page, cause)
    before = page.get_latest_revision()
    answer = save(ann_client, cause)
    assert "Somebody changed this cause" not in answer.text
    assert page.get_latest_revision() == before
    cause.refresh_from_db()
    assert (cause.description_id, cause.catch_all) == (article.pk, True)


def test_two_editors_do_not_undo_each_others_choice_unseen(ann_client, cause, article):
    address = get_address(cause)
    opened = read_form(ann_client.get(address))
    Cause.objects.filter(pk=cause.pk).update(description=article, catch_all=True)
    answer = ann_client.post(address, opened | {"name": "Tourette"})
    text = html.get_text(answer.text)
    assert "described by “Keeping a diary”, a catch-all. Save again for yours." in text
    cause.refresh_from_db()
    assert (cause.name, cause.description_id) == ("Tourette's syndrome", article.pk)


def test_only_articles_that_were_not_discarded_can_describe_a_cause(
    ann_client, ann, cause, article
):
    symptom = factories.make_symptom(ann)
    discard(article, by=ann)
    for wrong in (symptom.pk, article.pk, "999999", "x", "9" * 40):
        answer = save(ann_client, cause, description=str(wrong))
        assert answer.status_code == 200
        assert "Select a valid choice" in answer.text, wrong
    cause.refresh_from_db()
    assert cause.description is None


def test_articles_alone_are_suggested(ann_client, ann, cause, article):
    factories.make_symptom(ann, title="Keeping still", slug="keeping-still")
    asked = {"app_label": "symptoms", "model_name": "cause", "field_name": "description"}
    found = ann_client.get("/admin/autocomplete/", asked | {"term": "keeping"}).json()
    assert [row["text"] for row in found["results"]] == ["Keeping a diary"]


def test_whoever_may_not_change_causes_chooses_nothing(client, ravi, cause, article):
    client.force_login(ravi)
    answer = client.post(get_address(cause), {"description": str(article.pk)})
    assert answer.status_code in (302, 403)
    cause.refresh_from_db()
    assert cause.description is None
