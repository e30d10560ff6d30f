"""The timeline of a page in the admin: revisions and events, compared and restored."""

import datetime as dt

import pytest
from django.utils import timezone

from articles.models import Revision
from articles.publishing.actions import change_slug
from reviews.signing.actions import request_changes, request_review, withdraw_page
from symptoms.models import SymptomCause
from tests import factories, html

pytestmark = pytest.mark.django_db


def get_path(symptom, name: str, query: str = "") -> str:
    return f"/admin/symptoms/symptom/{symptom.pk}/{name}/{query}"


def read_timeline(client, symptom, query: str = "") -> str:
    return html.get_text(client.get(get_path(symptom, "revisions", query)).text)


def test_revisions_requests_signatures_and_frames_stand_in_one_line_newest_first(
    symptom, ann_client, ann, ravi, fiona, morgan
):
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    factories.edit_page(symptom, by=ann, summary="Mended.")
    review = request_review(symptom, by=ann, note="A typo.")
    request_changes(review, by=fiona, comment="Say since when.")
    change_slug(symptom, slug="face-spasms", by=morgan)
    withdraw_page(symptom, reason="wrong", by=morgan)
    text = read_timeline(ann_client, symptom)
    steps = [
        "Page withdrawn : revision 1, by Morgan Mill",
        "URL slug changed by Morgan Mill",
        "Changes requested : revision 2, by Fiona Field",
        "Say since when.",
        "Review requested : revision 2, change, by Ann Archer",
        "A typo.",
        "Revision 2",
        "Signed and published : revision 1, by Ravi Rao",
        "Review requested : revision 1, first review",
        "Revision 1",
        "The first revision.",
    ]
    places = [text.index(step) if step in text else step for step in steps]
    assert places == sorted(places)


def test_what_a_revision_changed_is_told(symptom, ann_client, ann):
    factories.edit_page(symptom, by=ann, summary="Mended twice.")
    assert "Mended twice" in read_timeline(ann_client, symptom)


def test_the_line_takes_a_fixed_number_of_queries(ann, ravi, ann_client, django_assert_num_queries):
    def story(slug: str, edits: int):
        symptom = factories.make_symptom(ann, slug=slug, title=slug.title())
        factories.sign_page(symptom, by=ravi, asked_by=ann)
        for number in range(edits):
            factories.edit_page(symptom, by=ann, summary=f"Edit {number}.")
            factories.sign_page(symptom, by=ravi, asked_by=ann)
        return symptom

    short, long = story("tics", 1), story("ache", 4)
    read_timeline(ann_client, short)
    for symptom in (short, long):
        with django_assert_num_queries(13):
            read_timeline(ann_client, symptom)


def test_long_histories_have_pages(symptom, ann_client, ann):
    for number in range(25):
        factories.edit_page(symptom, by=ann, summary=f"Edit {number}.")
    first, second = (
        read_timeline(ann_client, symptom),
        read_timeline(ann_client, symptom, "?page=2"),
    )
    assert "24" in first
    assert "The first revision." in second
    assert "The first revision." not in first
    assert "Page 2 of 2" in read_timeline(ann_client, symptom, "?page=99")
    assert "24" in read_timeline(ann_client, symptom, "?page=zzz")


def test_any_two_revisions_are_compared(symptom, ann_client, ann):
    for word in ("one", "two", "three"):
        factories.edit_page(symptom, by=ann, body=f"<p>Word {word}.</p>")
    page = ann_client.get(get_path(symptom, "compare", "?old=2&new=4"))
    assert "From revision 2 to 4" in page.text
    assert ">one<" in page.text
    assert ">three<" in page.text
    assert ">two<" not in page.text


@pytest.mark.parametrize(
    "query", ["", "?old=1", "?old=x&new=y", "?old=1&new=99", "?old=0&new=-1", "?old=9e9&new=1"]
)
def test_a_comparison_that_cannot_be_made_says_what_to_do(symptom, ann_client, query):
    page = ann_client.get(get_path(symptom, "compare", query))
    assert page.status_code == 200
    assert "errornote" in page.text
    if query.endswith("99"):
        assert "There is no revision 99. This page has 1 to 1." in page.text


def test_an_old_revision_can_be_read_as_a_page_by_editors_alone(
    symptom, ann_client, ann, client, charlie
):
    factories.edit_page(symptom, by=ann, summary="Mended.", body="<p>Now it is this.</p>")
    page = ann_client.get(get_path(symptom, "revision", "?number=1"))
    assert "A muscle tightens by itself." in page.text
    assert "Only editors see this page." in page.text
    assert ann_client.get(get_path(symptom, "revision", "?number=7")).status_code == 404
    client.force_login(charlie)
    assert client.get(get_path(symptom, "revision", "?number=1")).status_code == 302


def test_a_revision_of_another_page_cannot_be_asked_for(symptom, ann_client, ann):
    other = factories.make_symptom(ann, slug="tics", title="Tics")
    for number in range(3):
        factories.edit_page(other, by=ann, summary=f"Of tics {number}.")
    assert ann_client.get(get_path(symptom, "revision", "?number=3")).status_code == 404
    assert ann_client.post(get_path(symptom, "restore"), {"number": 3}).status_code == 404


def test_a_restore_says_what_came_back_and_what_could_not(symptom, ann_client, ann):
    cause = factories.make_cause(ann)
    SymptomCause.objects.create(symptom=symptom, cause=cause, text="<p>It may.</p>")
    factories.edit_page(symptom, by=ann, summary="With a cause.")
    symptom.symptom_causes.all().delete()
    cause.delete()
    factories.edit_page(symptom, by=ann, summary="Without.")
    page = ann_client.post(get_path(symptom, "restore"), {"number": 2}, follow=True)
    assert (
        "The text of revision 2 is back as revision 4. Read it through, then request a review."
        in page.text
    )
    assert "Not restored: The cause “Tourette&#x27;s syndrome” no longer exists." in page.text
    assert Revision.objects.get(article=symptom.pk, number=4).read().summary == "With a cause."


def test_a_restore_of_what_is_there_already_says_so(symptom, ann_client, ann):
    factories.edit_page(symptom, by=ann, summary="Other.")
    page = ann_client.post(get_path(symptom, "restore"), {"number": 2}, follow=True)
    assert "Nothing changed: the page has the text of revision 2 already." in page.text
    assert symptom.revisions.count() == 2


def test_djangos_own_history_leads_here(symptom, ann_client):
    page = ann_client.get(get_path(symptom, "history"))
    assert page.headers["Location"] == get_path(symptom, "revisions")


def test_restoring_words_from_before_a_correction_is_warned_of(
    symptom, ann_client, ann, ravi, time_machine
):
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    time_machine.move_to(timezone.now() + dt.timedelta(days=3))
    factories.edit_page(symptom, by=ann, body="<p>Put right.</p>")
    factories.sign_page(symptom, by=ravi, asked_by=ann, correction="It named the wrong nerve.")
    factories.edit_page(symptom, by=ann, summary="And again.")
    warned = "restores text from before this correction"
    assert warned in ann_client.get(get_path(symptom, "compare", "?old=1&new=3")).text
    assert warned not in ann_client.get(get_path(symptom, "compare", "?old=2&new=3")).text
