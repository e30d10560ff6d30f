"""At the desk: what is ticked, the other outcomes, handing over, and what happens when the world moved on meanwhile."""

import datetime as dt

import pytest
from django.utils import timezone

from reviews import checklist, ledger
from reviews.actions import cancel_request, request_review, withdraw_page
from reviews.models import HandOver, MedicalReview, Reviewer, Signature
from tests import stories
from tests.conftest import make_user
from tests.database import refused
from tests.html import text
from tests.images import add_figure
from tests.reviews.test_views import at, signature

pytestmark = pytest.mark.django_db


@pytest.fixture
def ravi_at_desk(client, ravi):
    client.force_login(ravi)
    return client


@pytest.fixture
def symptom(ann):
    return stories.write_symptom(ann)


@pytest.fixture
def review(symptom, ann, ravi):
    return request_review(symptom, by=ann, reviewer=ravi.reviewer)


def names(page) -> list[str]:
    return [item.name for item in checklist.asked(page.latest_revision().read())]


def test_only_what_the_page_has_is_asked(ann):
    whole = stories.write_symptom(ann, body="<p>Take 5 mg.</p>")
    stories.add_facts(whole, ann)
    assert names(whole) == ["advice", "causes", "doses", "references", "language"]
    add_figure(whole, by=ann)
    assert names(whole) == ["advice", "causes", "doses", "images", "references", "language"]
    bare = stories.write_article(ann)
    bare.references.all().delete()
    stories.edit(bare, by=ann, summary="Short.")
    assert names(bare) == ["language"]


def test_an_unticked_line_stops_the_signature_with_a_sentence_beside_it(ravi_at_desk, review):
    page = ravi_at_desk.post(at(review, "sign/"), signature(review, check_advice=""))
    assert page.status_code == 422
    assert "Emergency advice: tick this once you have checked it, or send the page back." in page.text
    assert 'name="check_language"' in page.text
    assert not Signature.objects.exists()


def test_what_was_ticked_is_in_the_record(ravi_at_desk, review):
    ravi_at_desk.post(at(review, "sign/"), signature(review))
    assert ledger.read(Signature.objects.get()).checklist == {"advice": True, "references": True, "language": True}


def test_after_a_signature_the_desk_says_what_is_next(ravi_at_desk, review, ann, ravi):
    request_review(stories.write_symptom(ann, slug="b", title="The next one"), by=ann, reviewer=ravi.reviewer)
    said = text(ravi_at_desk.post(at(review, "sign/"), signature(review), follow=True).text)
    assert "It is public now:" in said
    assert "Next on your desk: The next one" in said


def test_after_the_last_one_nothing_waits(ravi_at_desk, review):
    said = ravi_at_desk.post(at(review, "sign/"), signature(review), follow=True).text
    assert "Nothing else waits for you." in said


def test_declining_gives_the_choice_back_to_the_editors(ravi_at_desk, review, symptom, ann, fiona):
    assert "Say why" in ravi_at_desk.post(at(review, "decline/"), {"comment": ""}).text
    done = ravi_at_desk.post(at(review, "decline/"), {"comment": "Not my field."}, follow=True)
    assert "The editors choose somebody else." in done.text
    assert Signature.objects.get().outcome == "declined"
    assert request_review(symptom, by=ann, reviewer=fiona.reviewer)


@pytest.mark.parametrize("deed", ["send-back/", "decline/"])
def test_a_second_click_decides_nothing_more(ravi_at_desk, review, deed):
    for _ in range(2):
        page = ravi_at_desk.post(at(review, deed), {"comment": "Not yet."}, follow=True)
        assert page.status_code == 200
    assert Signature.objects.count() == 1


def test_ravi_hands_a_review_over_with_a_word(ravi_at_desk, client, review, ravi, fiona):
    sent = {"to": fiona.reviewer.pk, "word": "I am away from Monday."}
    page = ravi_at_desk.post(at(review, "hand-over/"), sent, follow=True)
    assert "now lies on the desk of Fiona Field, MD" in page.text
    client.force_login(fiona)
    said = text(client.get(at(review)).text)
    assert "Handed over to Fiona Field, MD by Ravi Rao." in said
    assert "I am away from Monday." in said
    assert client.post(at(review, "sign/"), signature(review)).status_code == 302
    with refused("added and never changed"):
        HandOver.objects.update(word="Other.")


def test_a_review_is_handed_only_to_somebody_who_can_sign_it(ravi_at_desk, review, fiona):
    Reviewer.objects.filter(pk=fiona.reviewer.pk).update(verified_by=None, verified_at=None)
    page = ravi_at_desk.post(at(review, "hand-over/"), {"to": fiona.reviewer.pk})
    assert page.status_code == 422
    assert MedicalReview.objects.get().reviewer.user.username == "ravi"


def test_nobody_takes_a_review_that_is_not_theirs(client, review, fiona, ravi):
    client.force_login(fiona)
    page = client.post(at(review, "hand-over/"), {"to": ravi.reviewer.pk, "word": "For you."})
    assert page.status_code == 409
    assert "only they can hand it over" in page.text
    assert "For you." in page.text
    assert "ask Ravi Rao, MD to hand it over to you" in page.text


@pytest.mark.parametrize("deed", ["sign/", "send-back/", "decline/", "comment/", "hand-over/"])
def test_words_typed_for_a_request_taken_back_meanwhile_are_shown_again(ravi_at_desk, review, ann, fiona, deed):
    cancel_request(review, by=ann)
    words = "Words that took ten minutes."
    sent = signature(review, conflicts=words, comment=words, text=words, word=words)
    page = ravi_at_desk.post(at(review, deed), sent | {"part": "Overview", "to": fiona.reviewer.pk})
    assert page.status_code == 409
    assert words in page.text
    assert sent["password"] not in page.text
    assert [entry.outcome for entry in Signature.objects.all()] == ["cancelled"]


def test_a_licence_that_lapsed_between_opening_and_signing_stops_it(ravi_at_desk, review, ravi):
    ravi_at_desk.get(at(review))
    Reviewer.objects.update(licence_expires=timezone.localdate() - dt.timedelta(days=1))
    page = ravi_at_desk.post(at(review, "sign/"), signature(review, conflicts="I teach."))
    assert page.status_code == 409
    assert "Ask a managing editor to record the renewal." in page.text
    assert "I teach." in page.text
    assert not Signature.objects.exists()


def test_a_page_withdrawn_meanwhile_shows_the_statement_again(ravi_at_desk, symptom, review, ann, morgan):
    ravi_at_desk.post(at(review, "sign/"), signature(review))
    stories.edit(symptom, by=ann, summary="Another.")
    again = request_review(symptom, by=ann)
    withdraw_page(symptom, reason="safety", by=morgan)
    page = ravi_at_desk.post(at(again, "sign/"), signature(again, conflicts="I teach."))
    assert "The editors must ask again." in page.text
    assert "I teach." in page.text


def test_somebody_whose_account_was_closed_meanwhile_keeps_what_they_typed(ravi_at_desk, review, ravi):
    ravi_at_desk.get(at(review))
    ravi.is_active = False
    ravi.save()
    page = ravi_at_desk.post(at(review, "send-back/"), {"comment": "Name a source."})
    assert page.status_code == 403
    assert "Name a source." in page.text
    assert "You are signed out" in page.text
    assert not Signature.objects.exists()


def test_somebody_signed_out_meanwhile_comes_back_to_the_review(client, review):
    page = client.post(at(review, "comment/"), {"part": "Overview", "text": "Which muscle?", "password": "secret!"})
    assert "Which muscle?" in page.text
    assert "secret!" not in page.text
    assert f"/accounts/login/?next={at(review)}" in page.text
    assert client.post(at(review, "sign/"), {})["Location"] == f"/accounts/login/?next={at(review)}"


def test_somebody_who_is_no_reviewer_any_longer_keeps_what_they_typed(ravi_at_desk, review, ravi):
    ravi.groups.clear()
    page = ravi_at_desk.post(at(review, "send-back/"), {"comment": "Name a source."})
    assert page.status_code == 403
    assert "Name a source." in page.text


@pytest.mark.parametrize("deed", ["sign", "send-back", "decline", "recommend-withdrawal", "comment", "hand-over"])
def test_every_deed_is_for_reviewers(client, review, deed, ann, morgan, charlie):
    stranger = make_user("eve", "Eve", "East")
    for user in (ann, morgan, charlie, stranger):
        client.force_login(user)
        assert client.post(at(review, f"{deed}/"), {}).status_code == 403
    assert not Signature.objects.exists()
