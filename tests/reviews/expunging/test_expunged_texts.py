"""Everything that shows old texts says plainly that one was expunged, and shows none of it."""

import time

import pytest
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from articles.models import Article, UnsentForm
from articles.page_store.following import MAX_STALENESS
from articles.unsent_forms import save_form
from reviews.desk import unsent_form
from reviews.expunging.actions import request_expunction
from reviews.models import Expunction
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

SECRET = "Mrs Example of 12 High Street"
WHY = {"reason": "It names a person.", "legal_basis": "Order no. 17."}


@pytest.fixture(scope="module")
def shared_page(module_db):
    ann, ravi = map(factories.get_person, ("ann", "ravi"))
    return factories.make_page_signed_three_times(
        ann, ravi, middle_text=f"<p>{SECRET} had this.</p>"
    )


@pytest.fixture
def page(shared_page, db):
    return Article.objects.get(pk=shared_page.pk)


def get_second_revision(page):
    return page.revisions.get(number=3)


@pytest.fixture
def expunged(page, morgan, olga):
    factories.expunge_revision(get_second_revision(page), asked_by=morgan, by=olga)
    return Article.objects.get(pk=page.pk)


def get_admin_path(name: str, page) -> str:
    return reverse(f"admin:symptoms_symptom_{name}", args=[page.pk])


# Visitors


def test_visitors_read_the_text_of_old_until_it_is_expunged(page, client, morgan, olga):
    history, version = f"{page.path}history/", f"{page.path}history/3/"
    assert SECRET in client.get(history).text
    assert SECRET in client.get(version).text
    factories.expunge_revision(get_second_revision(page), asked_by=morgan, by=olga)
    time.sleep(MAX_STALENESS)  # not cleared: the line in the log must reach what is on the shelf
    for path, status in ((history, 200), (version, 410), (page.path, 200)):
        answer = client.get(path)
        assert answer.status_code == status
        assert SECRET not in answer.text


def test_the_public_history_says_so_and_keeps_who_signed(expunged, client):
    text = client.get(f"{expunged.path}history/").text
    assert "An earlier text expunged" in text
    assert "The page itself did not change." in text
    assert "The text of this version was expunged" in text
    assert "The version before it was expunged, so what changed is not shown" in text
    assert get_second_revision(expunged).digest in text
    assert f"{expunged.path}history/3/" not in text
    assert "Call for emergency help" in text


def test_the_address_of_the_version_says_so_and_leads_on(expunged, client):
    answer = client.get(f"{expunged.path}history/3/")
    assert "Revision 3 of “Facial spasms” was expunged" in answer.text
    assert f'href="{expunged.path}"' in answer.text
    assert answer["X-Robots-Tag"] == "noindex"


# Editors


def test_the_time_line_tells_who_why_and_offers_nothing_to_read(expunged, client, ann):
    client.force_login(ann)
    text = client.get(get_admin_path("revisions", expunged)).text
    assert "The text was expunged." in text
    assert "Requested to expunge the text of revision 3" in text
    assert "It names a person." in text
    assert SECRET not in text
    assert f"{get_admin_path('revision', expunged)}?number=3" not in text
    assert 'form="restore-3"' not in text
    assert "Expunge<" not in text  # Ann may not


def test_compare_says_so(expunged, client, ann):
    client.force_login(ann)
    for old, new in ((1, 3), (3, 4)):
        text = client.get(get_admin_path("compare", expunged), {"old": old, "new": new}).text
        assert "The text of one of the two was expunged" in text
        assert SECRET not in text


def test_the_revision_is_not_found_and_not_restored(expunged, client, ann):
    client.force_login(ann)
    assert client.get(get_admin_path("revision", expunged), {"number": 3}).status_code == 404
    text = client.post(get_admin_path("restore", expunged), {"number": 3}, follow=True).text
    assert "The text of revision 3 was expunged, so there is nothing to restore." in text
    assert expunged.revisions.count() == 4


def test_the_next_text_is_saved_and_signed_as_ever(expunged, client, ann, ravi):
    factories.sign_page(
        factories.edit_page(expunged.symptom, by=ann, body="<p>Newer.</p>"), by=ravi, asked_by=ann
    )
    assert "Newer." in client.get(expunged.path).text


# Reviewers


def test_the_desk_of_the_one_who_signed_it_says_so(expunged, client, ravi):
    client.force_login(ravi)
    review = expunged.medical_reviews.get(revision=get_second_revision(expunged))
    desk = client.get(reverse("reviews:queue"))
    assert desk.status_code == 200
    assert "A text that was expunged" in desk.text
    for name, status in (("review", 410), ("signed", 200)):
        answer = client.get(reverse(f"reviews:{name}", args=[review.uuid]))
        assert answer.status_code == status
        assert "expunged" in answer.text
    for action in ("sign", "send_back"):
        answer = client.post(reverse(f"reviews:{action}", args=[review.uuid]), {})
        assert answer.status_code in (302, 409)
        assert SECRET not in answer.text


def test_what_a_reviewer_typed_of_it_and_did_not_send_goes_too(page, morgan, olga, ravi, fiona):
    revision = get_second_revision(page)
    for review in page.medical_reviews.all():
        subject = unsent_form.get_subject(review, "decision")
        save_form(fiona, subject, MultiValueDict({"comment": [SECRET]}))
    factories.expunge_revision(revision, asked_by=morgan, by=olga)
    kept = page.medical_reviews.exclude(revision=revision)
    assert set(UnsentForm.objects.values_list("subject", flat=True)) == {
        unsent_form.get_subject(review, "decision") for review in kept
    }


def test_the_review_after_it_is_compared_with_the_text_before_it(expunged, client, ravi):
    client.force_login(ravi)
    review = expunged.medical_reviews.get(revision=expunged.live.revision)
    answer = client.get(reverse("reviews:review", args=[review.uuid]))
    assert answer.status_code == 200
    assert answer.context["previous"].revision.number == 2
    assert "Nobody is named." in answer.text


def test_the_public_page_of_the_reviewer_stands(expunged, client):
    assert client.get("/reviewers/ravi-rao/").status_code == 200


# Asking and confirming


def test_two_managing_editors_do_it_in_the_admin(page, client, morgan, olga):
    address = get_admin_path("expunge", page)
    client.force_login(morgan)
    assert f"{address}?number=3" in client.get(get_admin_path("revisions", page)).text
    shown = client.get(address, {"number": 3}).text
    assert "What this does" in shown
    assert "What this does not remove" in shown
    lacking = client.post(address, {"number": 3, "deed": "ask", **WHY})
    assert "Check this box once you have read what it does." in lacking.text
    client.post(address, {"number": 3, "deed": "ask", "understood": "on", **WHY})
    own = client.get(address, {"number": 3}).text
    assert "another managing editor must confirm it" in own
    assert 'value="confirm"' not in own
    client.post(address, {"number": 3, "deed": "confirm", "password": PASSWORD})
    assert SECRET in get_second_revision(page).document

    client.force_login(olga)
    listed = client.get(reverse("admin:reviews_expunction_changelist")).text
    assert "Waiting for confirmation" in listed
    assert f"{address}?number=3" in listed
    wrong = client.post(address, {"number": 3, "deed": "confirm", "password": "not-it"})
    assert "This is not your password." in wrong.text
    assert SECRET in get_second_revision(page).document
    done = client.post(address, {"number": 3, "deed": "confirm", "password": PASSWORD}, follow=True)
    assert "is expunged. Remember copies outside this system." in done.text
    assert get_second_revision(page).expunged


def test_a_request_is_dropped_in_the_admin(page, client, morgan, olga):
    request_expunction(get_second_revision(page), by=morgan, **WHY)
    client.force_login(olga)
    text = client.post(
        get_admin_path("expunge", page), {"number": 3, "deed": "drop"}, follow=True
    ).text
    assert "The request is cancelled." in text
    assert Expunction.objects.get().dropped_by == olga
    late = client.post(
        get_admin_path("expunge", page), {"number": 3, "deed": "confirm", "password": PASSWORD}
    ).text
    assert "somebody decided this meanwhile" in late
    assert SECRET in get_second_revision(page).document


def test_the_page_of_a_text_that_cannot_go_says_why_and_has_no_form(page, client, morgan):
    client.force_login(morgan)
    shown = client.get(get_admin_path("expunge", page), {"number": page.live.revision.number}).text
    assert "Visitors read this text now." in shown
    assert 'name="reason"' not in shown


@pytest.mark.parametrize("number", ["", "99", "x", "-1"])
def test_a_revision_that_is_none_is_not_found(page, client, morgan, number):
    client.force_login(morgan)
    assert client.get(get_admin_path("expunge", page), {"number": number}).status_code == 404


@pytest.mark.parametrize("who", ["ann", "charlie", "ravi"])
def test_others_cannot_enter(page, client, request, who):
    client.force_login(request.getfixturevalue(who))
    answer = client.get(get_admin_path("expunge", page), {"number": 3})
    assert answer.status_code in (302, 403)
    assert "What this does" not in answer.text
