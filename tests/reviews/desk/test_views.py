"""The desk: who may enter, what lies there, and what a signature asks for."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article
from reviews.models import LedgerEntry, MedicalReview
from reviews.signing import ledger
from reviews.signing.actions import request_review, withdraw_page
from reviews.signing.changes import confirm_all
from tests import factories
from tests.factories import PASSWORD, sign_in
from tests.html import get_text

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def shared_review(module_db):
    ann, ravi = map(factories.get_person, ("ann", "ravi"))
    symptom = factories.make_symptom(ann)
    factories.add_facts(symptom, ann, causes=2, related=2)
    return request_review(symptom, by=ann, reviewer=ravi.reviewer, note="Please read the causes.")


@pytest.fixture
def review(shared_review, db):
    return MedicalReview.objects.get(pk=shared_review.pk)


def get_path(review, action: str = "") -> str:
    return f"/desk/reviews/{review.uuid}/{action}"


def make_signature_data(review, **changed) -> dict:
    values = {
        "digest": review.revision.digest,
        "statement": "on",
        "conflicts": "None",
        "password": PASSWORD,
        "read_elsewhere": "elsewhere",
    }
    answers = {f"check_{name}": answer for name, answer in confirm_all(review).items()}
    return values | answers | changed


def test_the_queue_shows_mine_what_is_open_and_what_i_decided(
    ravi_client, review, ann, ravi, fiona
):
    request_review(factories.make_symptom(ann, slug="b", title="Open to anybody"), by=ann)
    request_review(
        factories.make_symptom(ann, slug="c", title="Given to Fiona"),
        by=ann,
        reviewer=fiona.reviewer,
    )
    factories.sign_page(
        factories.make_symptom(ann, slug="d", title="Signed by Ravi"), by=ravi, asked_by=ann
    )
    text = ravi_client.get("/desk/").text
    assert "Please read the causes." in text
    assert "Open to anybody" in text
    assert "Signed by Ravi" in text
    assert "Given to Fiona" not in text


def test_an_empty_desk_says_so(ravi_client):
    assert "Nothing is waiting for your signature." in ravi_client.get("/desk/").text


def test_the_queue_takes_a_fixed_number_of_queries(ravi_client, review, ann, ravi):
    def queries():
        with CaptureQueriesContext(connection) as counted:
            ravi_client.get("/desk/")
        return len(counted)

    one = queries()
    for slug in ("second", "third"):
        request_review(
            factories.make_symptom(ann, slug=slug, title=slug), by=ann, reviewer=ravi.reviewer
        )
    assert queries() == one


def test_the_review_shows_the_frozen_text_and_not_a_later_edit(ravi_client, review, ann):
    symptom = factories.Symptom.objects.get(pk=review.article_id)
    factories.edit_page(symptom, by=ann, body="<p>Edited after the request.</p>")
    text = ravi_client.get(get_path(review)).text
    assert "A muscle tightens by itself." in text
    assert "Edited after the request." not in text
    assert "It may cause it." in text  # the page of causes is part of what is signed


def test_the_review_shows_what_changed_since_the_last_signature(ravi_client, review, ann, fiona):
    ravi_client.post(get_path(review, "sign/"), make_signature_data(review))
    symptom = factories.Symptom.objects.get(pk=review.article_id)
    factories.edit_page(symptom, by=ann, body="<p>A muscle relaxes by itself.</p>")
    again = request_review(symptom, by=ann)
    text = ravi_client.get(get_path(again)).text
    assert "1 part changed since the last signature" in text
    assert "<del>" in text
    assert "relaxes" in text


def test_ravi_signs_with_his_password_and_is_told_what_happened(ravi_client, review):
    ravi_client.get(get_path(review))
    response = ravi_client.post(get_path(review, "sign/"), make_signature_data(review), follow=True)
    assert "You signed revision 2" in response.text
    assert "/symptoms/facial-spasms/" in response.text
    record = ledger.read_record(LedgerEntry.objects.get())
    assert record.authentication == "password"
    assert record.opened_at is not None
    receipt = get_text(response.text)
    assert record.meaning in receipt
    assert f"{timezone.localtime(record.at):%H:%M}" in receipt
    assert record.opened_at <= record.at


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"password": "a guess"}, "This is not your password."),
        ({"password": ""}, "Enter your password"),
        ({"statement": ""}, "Check this box to say what your signature means."),
        ({"conflicts": " "}, "State your conflicts of interest"),
        ({"conflicts": "None\x00"}, "Character 5 is U+0000, which cannot be printed"),
    ],
)
def test_a_signature_that_lacks_something_is_not_taken(ravi_client, review, changed, message):
    response = ravi_client.post(get_path(review, "sign/"), make_signature_data(review, **changed))
    assert response.status_code == 422
    assert message in response.text
    assert not LedgerEntry.objects.exists()
    assert not Article.objects.public().exists()


def test_guessing_the_password_is_throttled(ravi_client, review):
    for _ in range(10):
        ravi_client.post(get_path(review, "sign/"), make_signature_data(review, password="a guess"))
    response = ravi_client.post(get_path(review, "sign/"), make_signature_data(review))
    assert "Too many attempts." in response.text
    assert not LedgerEntry.objects.exists()


def test_another_text_than_the_one_asked_for_is_not_signed(ravi_client, review):
    response = ravi_client.post(
        get_path(review, "sign/"), make_signature_data(review, digest="0" * 64)
    )
    assert response.status_code == 409
    assert "The text you read is not the text of this review." in response.text
    assert not LedgerEntry.objects.exists()


def test_a_double_click_signs_once(ravi_client, review):
    ravi_client.post(get_path(review, "sign/"), make_signature_data(review))
    response = ravi_client.post(get_path(review, "sign/"), make_signature_data(review), follow=True)
    assert "You signed revision 2" in response.text
    assert LedgerEntry.objects.count() == 1


def test_ravi_sends_a_page_back_with_a_reason(ravi_client, review):
    assert (
        "Say what must change"
        in ravi_client.post(get_path(review, "send-back/"), {"comment": ""}).text
    )
    response = ravi_client.post(
        get_path(review, "send-back/"), {"comment": "Name a source."}, follow=True
    )
    assert "What visitors read has not changed." in response.text
    entry = LedgerEntry.objects.get()
    assert (entry.outcome, ledger.read_record(entry).comment) == ("changes", "Name a source.")


def test_a_page_withdrawn_meanwhile_is_refused_in_words(ravi_client, review, ann, morgan, fiona):
    ravi_client.post(get_path(review, "sign/"), make_signature_data(review))
    symptom = factories.Symptom.objects.get(pk=review.article_id)
    factories.edit_page(symptom, by=ann, summary="Another summary.")
    again = request_review(symptom, by=ann)
    withdraw_page(symptom, reason="safety", by=morgan)
    response = ravi_client.post(get_path(again, "sign/"), make_signature_data(again))
    assert response.status_code == 409
    assert "The page was withdrawn after this request." in response.text
    assert ravi_client.get("/symptoms/facial-spasms/").status_code == 410


def test_a_return_after_a_withdrawal_says_why_the_page_was_withdrawn(
    ravi_client, review, ann, morgan
):
    ravi_client.post(get_path(review, "sign/"), make_signature_data(review))
    withdraw_page(review.article, reason="safety", by=morgan)
    again = request_review(review.article, by=ann, note="The doses were checked anew.")
    for page in ("/desk/", get_path(again)):
        assert "Following its advice might harm someone." in ravi_client.get(page).text


def test_reading_a_signed_review_again_compares_it_with_the_signature_before(
    ravi_client, review, ann
):
    ravi_client.post(get_path(review, "sign/"), make_signature_data(review))
    symptom = factories.Symptom.objects.get(pk=review.article_id)
    factories.edit_page(symptom, by=ann, body="<p>A muscle relaxes by itself.</p>")
    again = request_review(symptom, by=ann)
    ravi_client.post(get_path(again, "sign/"), make_signature_data(again))
    text = ravi_client.get(get_path(again)).text
    assert "1 part changed since the last signature" in text
    assert "You decided this review on" in text


def test_coming_back_to_the_address_of_a_form_leads_to_the_review(ravi_client, review):
    for action in ("sign/", "send-back/"):
        assert ravi_client.get(get_path(review, action))["Location"] == get_path(review)


def test_fiona_reads_a_review_given_to_ravi_and_cannot_decide_it(client, review, fiona):
    sign_in(client, fiona)
    assert "This review is assigned to Ravi Rao, MD" in client.get(get_path(review)).text
    assert client.post(get_path(review, "sign/"), make_signature_data(review)).status_code == 409
    assert client.post(get_path(review, "send-back/"), {"comment": "Mine."}).status_code == 409
    assert MedicalReview.objects.waiting().count() == 1


@pytest.mark.parametrize("who", ["ann", "morgan", "charlie"])
def test_the_desk_is_for_reviewers(client, review, morgan, charlie, who):
    client.force_login(User.objects.get(username=who))
    answer = client.get("/desk/")
    # A managing editor has no desk of her own, and is led to the radar.
    assert (
        answer.headers.get("Location") == "/desk/radar/"
        if who == "morgan"
        else answer.status_code == 403
    )
    assert client.get(get_path(review)).status_code == 403
    assert client.post(get_path(review, "sign/"), make_signature_data(review)).status_code == 403


def test_anonymous_people_are_asked_to_log_in_and_come_back(client, review):
    response = client.get(get_path(review))
    assert response["Location"] == f"/accounts/login/?next={get_path(review)}"


def test_nobody_signs_up(client, db):
    response = client.post(
        "/accounts/signup/", {"username": "eve", "password1": "x", "password2": "x"}
    )
    assert response.status_code in (200, 302)
    assert not User.objects.filter(username="eve").exists()
