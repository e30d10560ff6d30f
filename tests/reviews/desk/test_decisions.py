"""At the desk: the checklist, other decisions, handing over, and changes made meanwhile."""

import datetime as dt

import pytest
from django.utils import timezone

from reviews.models import HandOver, LedgerEntry, MedicalReview, Reviewer
from reviews.signing import checklist, ledger
from reviews.signing.actions import cancel_request, request_review, withdraw_page
from tests import factories
from tests.database import expect_refusal
from tests.factories import add_figure, make_user, sign_in
from tests.html import get_text
from tests.reviews.desk.test_views import get_path, make_signature_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(symptom, ann, ravi):
    return request_review(symptom, by=ann, reviewer=ravi.reviewer)


def list_names(page) -> list[str]:
    whole_page = checklist.build_page_checklist(page.get_latest_revision().read())
    return [item.name for item in whole_page.items]


def test_only_what_the_page_has_is_asked(ann):
    whole = factories.make_symptom(ann, body="<p>Take 5 mg.</p>")
    factories.add_facts(whole, ann)
    cards = ["advice", "card_levels", "groups_of_people"]
    assert list_names(whole) == [*cards, "causes", "doses", "references", "language"]
    add_figure(whole, by=ann)
    assert list_names(whole) == [*cards, "causes", "doses", "images", "references", "language"]
    bare = factories.make_article(ann)
    bare.references.all().delete()
    factories.edit_page(bare, by=ann, summary="Short.")
    assert list_names(bare) == ["language"]


def test_a_line_without_an_answer_stops_the_signature_with_a_sentence_beside_it(
    ravi_client, review
):
    page = ravi_client.post(get_path(review, "sign/"), make_signature_data(review, check_advice=""))
    assert page.status_code == 422
    assert "Emergency advice: choose an answer, or request changes." in page.text
    assert 'name="check_language"' in page.text
    assert not LedgerEntry.objects.exists()


def test_what_was_asked_and_answered_is_in_the_record(ravi_client, review):
    data = make_signature_data(review, check_language="not mine")
    ravi_client.post(get_path(review, "sign/"), data)
    record = ledger.read_record(LedgerEntry.objects.get())
    assert record.asked_over == "page"
    assert {line.name: line.answer for line in record.asked} == {
        "advice": "confirmed",
        "card_levels": "confirmed",
        "groups_of_people": "confirmed",
        "references": "confirmed",
        "language": "not mine",
    }
    assert record.asked[-1].statement == checklist.LANGUAGE.full_statement


def test_after_a_signature_the_desk_says_what_is_next(ravi_client, review, ann, ravi):
    request_review(
        factories.make_symptom(ann, slug="b", title="The next one"), by=ann, reviewer=ravi.reviewer
    )
    text = get_text(
        ravi_client.post(get_path(review, "sign/"), make_signature_data(review), follow=True).text
    )
    assert "It is public now:" in text
    assert "Next on your desk: The next one" in text


def test_after_the_last_one_nothing_waits(ravi_client, review):
    text = ravi_client.post(
        get_path(review, "sign/"), make_signature_data(review), follow=True
    ).text
    assert "Nothing else waits for you." in text


def test_declining_gives_the_choice_back_to_the_editors(ravi_client, review, symptom, ann, fiona):
    assert "Say why" in ravi_client.post(get_path(review, "decline/"), {"comment": ""}).text
    done = ravi_client.post(get_path(review, "decline/"), {"comment": "Not my field."}, follow=True)
    assert "The editors choose somebody else." in done.text
    assert LedgerEntry.objects.get().outcome == "declined"
    assert request_review(symptom, by=ann, reviewer=fiona.reviewer)


@pytest.mark.parametrize("action", ["send-back/", "decline/"])
def test_a_second_click_decides_nothing_more(ravi_client, review, action):
    for _ in range(2):
        page = ravi_client.post(get_path(review, action), {"comment": "Not yet."}, follow=True)
        assert page.status_code == 200
    assert LedgerEntry.objects.count() == 1


def test_who_has_decided_does_not_decide_otherwise_and_keeps_what_they_typed(ravi_client, review):
    ravi_client.post(get_path(review, "decline/"), {"comment": "Not my field."})
    sent = make_signature_data(review, conflicts="I teach.", comment="Name a source.")
    for action, typed in (("sign/", "I teach."), ("send-back/", "Name a source.")):
        page = ravi_client.post(get_path(review, action), sent)
        assert page.status_code == 409
        assert typed in page.text
    assert LedgerEntry.objects.get().outcome == "declined"


def test_ravi_hands_a_review_over_with_a_word(ravi_client, client, review, ravi, fiona):
    sent = {"to": fiona.reviewer.pk, "word": "I am away from Monday."}
    page = ravi_client.post(get_path(review, "hand-over/"), sent, follow=True)
    assert "is reassigned to Fiona Field, MD" in page.text
    sign_in(client, fiona)
    text = get_text(client.get(get_path(review)).text)
    assert "Reassigned to Fiona Field, MD by Ravi Rao, " in text
    assert "I am away from Monday." in text
    assert client.post(get_path(review, "sign/"), make_signature_data(review)).status_code == 302
    with expect_refusal("added and never changed"):
        HandOver.objects.update(word="Other.")


def test_a_review_is_handed_only_to_somebody_who_can_sign_it(ravi_client, review, fiona):
    Reviewer.objects.filter(pk=fiona.reviewer.pk).update(verified_by=None, verified_at=None)
    page = ravi_client.post(get_path(review, "hand-over/"), {"to": fiona.reviewer.pk})
    assert page.status_code == 422
    assert MedicalReview.objects.get().reviewer.user.username == "ravi"


def test_nobody_takes_a_review_that_is_not_theirs(client, review, fiona, ravi):
    sign_in(client, fiona)
    page = client.post(get_path(review, "hand-over/"), {"to": ravi.reviewer.pk, "word": "For you."})
    assert page.status_code == 409
    assert "Only they or a managing editor can reassign it" in page.text
    assert "For you." in page.text
    assert "ask Ravi Rao, MD or an editor to reassign it to you" in page.text


@pytest.mark.parametrize("action", ["sign/", "send-back/", "decline/", "comment/", "hand-over/"])
def test_words_typed_for_a_request_taken_back_meanwhile_are_shown_again(
    ravi_client, review, ann, fiona, action
):
    cancel_request(review, by=ann)
    words = "Words that took ten minutes."
    sent = make_signature_data(review, conflicts=words, comment=words, text=words, word=words)
    page = ravi_client.post(
        get_path(review, action), sent | {"part": "Overview", "to": fiona.reviewer.pk}
    )
    assert page.status_code == 409
    assert words in page.text
    assert sent["password"] not in page.text
    assert [entry.outcome for entry in LedgerEntry.objects.all()] == ["cancelled"]


def test_a_licence_that_lapsed_between_opening_and_signing_stops_it(ravi_client, review, ravi):
    ravi_client.get(get_path(review))
    Reviewer.objects.update(licence_expires=timezone.localdate() - dt.timedelta(days=1))
    page = ravi_client.post(
        get_path(review, "sign/"), make_signature_data(review, conflicts="I teach.")
    )
    assert page.status_code == 409
    assert "Ask a managing editor to record the renewal." in page.text
    assert "I teach." in page.text
    assert not LedgerEntry.objects.exists()


def test_a_page_withdrawn_meanwhile_shows_the_statement_again(
    ravi_client, symptom, review, ann, morgan
):
    ravi_client.post(get_path(review, "sign/"), make_signature_data(review))
    factories.edit_page(symptom, by=ann, summary="Another.")
    again = request_review(symptom, by=ann)
    withdraw_page(symptom, reason="safety", by=morgan)
    page = ravi_client.post(
        get_path(again, "sign/"), make_signature_data(again, conflicts="I teach.")
    )
    assert "The editors must request it again." in page.text
    assert "I teach." in page.text


def test_somebody_whose_account_was_closed_meanwhile_keeps_what_they_typed(
    ravi_client, review, ravi
):
    ravi_client.get(get_path(review))
    ravi.is_active = False
    ravi.save()
    page = ravi_client.post(get_path(review, "send-back/"), {"comment": "Name a source."})
    assert page.status_code == 403
    assert "Name a source." in page.text
    assert "You are signed out" in page.text
    assert not LedgerEntry.objects.exists()


def test_somebody_signed_out_meanwhile_comes_back_to_the_review(client, review):
    page = client.post(
        get_path(review, "comment/"),
        {"part": "Overview", "text": "Which muscle?", "password": "secret!"},
    )
    assert "Which muscle?" in page.text
    assert "secret!" not in page.text
    assert f"/accounts/login/?next={get_path(review)}" in page.text
    assert (
        client.post(get_path(review, "sign/"), {})["Location"]
        == f"/accounts/login/?next={get_path(review)}"
    )


def test_somebody_who_is_no_reviewer_any_longer_keeps_what_they_typed(ravi_client, review, ravi):
    ravi.groups.clear()
    page = ravi_client.post(get_path(review, "send-back/"), {"comment": "Name a source."})
    assert page.status_code == 403
    assert "Name a source." in page.text


@pytest.mark.parametrize(
    "action", ["sign", "send-back", "decline", "recommend-withdrawal", "comment", "hand-over"]
)
def test_every_deed_is_for_reviewers(client, review, action, ann, morgan, charlie):
    stranger = make_user("eve", "Eve", "East")
    for user in (ann, morgan, charlie, stranger):
        client.force_login(user)
        assert client.post(get_path(review, f"{action}/"), {}).status_code == 403
    assert not LedgerEntry.objects.exists()
