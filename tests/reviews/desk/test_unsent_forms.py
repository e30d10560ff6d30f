"""Nothing typed at the desk is lost: it is there again for its author, and for nobody else."""

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from articles.db.triggers import DatabaseTrigger
from articles.models import UnsentForm
from config.models import SignInSession
from reviews.models import Absence, Comment, HandOver, LedgerEntry, MedicalReview, Reviewer
from reviews.signing.actions import cancel_request, request_review
from reviews.signing.assignment import assign
from tests import factories
from tests.database import sql
from tests.factories import PASSWORD, sign_in
from tests.html import get_text, read_form
from tests.reviews.desk.test_views import get_path, make_signature_data

pytestmark = pytest.mark.django_db
WORDS = "Words that took ten minutes."
SAVE = "/desk/unsent/save/"
# Of each HTML form: an action that is refused or not complete, and what is sent.
UNFINISHED = {
    "decision": ("sign/", {"conflicts": WORDS, "check_language": "confirmed"}),
    "request": ("send-back/", {"comment": f"{WORDS}\0"}),
    "comment": ("comment/", {"text": WORDS, "part": ""}),
    "decline": ("decline/", {"comment": f"{WORDS}\0"}),
    "hand_over": ("hand-over/", {"word": WORDS, "to": ""}),
}


@pytest.fixture(scope="module")
def shared_review(module_db):
    ann, ravi = map(factories.get_person, ("ann", "ravi"))
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=factories.get_person("fiona"), asked_by=ann)
    factories.edit_page(symptom, by=ann, body="<p>A muscle relaxes by itself.</p>")
    return request_review(symptom, by=ann, reviewer=ravi.reviewer)


@pytest.fixture
def review(shared_review, db):
    return MedicalReview.objects.get(pk=shared_review.pk)


def list_tokens(response) -> list[str]:
    """The tokens of a page's forms: decision, reassign, decline, recommend."""
    return re.findall(r'name="unsent" value="([^"]+)"', response.text)


def read_decision(page) -> dict:
    """The fields of the decision form. The forms after it have fields of the same names."""
    return read_form(SimpleNamespace(text=page.text.split("Reassign to another reviewer")[0]))


def open_review(client, review, user) -> list[str]:
    """Open the page of a review in a browser; gives the tokens of its forms."""
    sign_in(client, user)
    return list_tokens(client.get(get_path(review)))


def read_again(user, review) -> str:
    """The page of a review on another device of somebody."""
    device = Client()
    sign_in(device, user)
    return device.get(get_path(review)).text


def test_what_was_not_accepted_is_there_on_another_device_for_its_author_alone(
    ravi_client, review, ravi, fiona
):
    for action, typed in UNFINISHED.values():
        secrets = {"password": "pass-4-word", "code": "123456"}
        page = ravi_client.post(get_path(review, action), typed | secrets)
        assert page.status_code == 422, action
        again = read_again(ravi, review)
        assert WORDS in again, action
        assert re.search(r"Not sent yet. Saved on\s+\d+ \w+, \d\d:\d\d\.", get_text(again))
        for secret in secrets.values():
            assert secret not in again
            assert secret not in str(UnsentForm.objects.values_list("fields", "earlier"))
        assert WORDS not in read_again(fiona, review)
        UnsentForm.objects.all().delete()
    ravi_client.post(get_path(review, "sign/"), UNFINISHED["decision"][1])
    form = read_form(ravi_client.get(get_path(review)))
    assert form["check_language"] == ["confirmed"]


def test_a_session_that_ended_keeps_it_for_who_opened_the_page_and_signs_in_again(
    client, review, ravi, fiona
):
    tokens = open_review(client, review, ravi)
    forms = zip(
        ("sign/", "hand-over/", "decline/"),
        ("conflicts", "word", "comment"),
        tokens[:3],
        strict=True,
    )
    for action, field, token in forms:
        SignInSession.objects.all().delete()
        page = client.post(get_path(review, action), {field: WORDS, "unsent": token})
        assert page.status_code == 403
        assert "You are signed out" in page.text
        assert "is saved, and only you see it" in page.text
        assert f"/accounts/login/?next={get_path(review)}" in page.text
        assert WORDS in page.text
        assert WORDS not in read_again(fiona, review)
        assert WORDS in read_again(ravi, review)
        assert not LedgerEntry.objects.filter(review=review).exists()
        UnsentForm.objects.all().delete()


def test_without_a_token_it_is_shown_to_copy_and_kept_for_nobody(client, review, ravi):
    (token, *_rest) = open_review(client, review, ravi)
    SignInSession.objects.all().delete()
    for forged in ("", "forged", token[:-1]):
        sent = {"comment": WORDS, "unsent": forged}
        page = client.post(get_path(review, "send-back/"), sent)
        assert "to copy before you go on" in page.text
        assert WORDS in page.text
        assert client.post(SAVE, sent).status_code == 403
    ravi.is_active = False
    ravi.save()
    page = client.post(get_path(review, "send-back/"), {"comment": WORDS, "unsent": token})
    assert WORDS in page.text
    assert not UnsentForm.objects.exists()


def test_a_script_saves_while_somebody_types_with_or_without_a_session(client, review, ravi):
    token = open_review(client, review, ravi)[0]
    strict = Client(enforce_csrf_checks=True)
    for browser, signed_in in ((client, True), (strict, False)):
        typed = {"conflicts": f"{WORDS} {signed_in}", "password": PASSWORD, "unsent": token}
        answer = browser.post(SAVE, typed)
        assert answer.json()["signed_in"] is signed_in
        assert re.fullmatch(r"\d+ \w+, \d\d:\d\d", answer.json()["saved_at"])
        assert f"{WORDS} {signed_in}" in read_again(ravi, review)
    assert client.get(SAVE).status_code == 405
    too_long = {"conflicts": "x" * (2 * 1024 * 1024), "unsent": token}
    assert client.post(SAVE, too_long).status_code == 413
    assert client.post(SAVE, {"conflicts": " ", "unsent": token}).json()["saved_at"]


def test_a_csrf_token_of_another_log_in_loses_nothing(review, ravi, fiona):
    browser = Client(enforce_csrf_checks=True)
    token = open_review(browser, review, ravi)[0]
    sent = {"comment": WORDS, "unsent": token, "csrfmiddlewaretoken": "of another log-in"}
    page = browser.post(get_path(review, "send-back/"), sent)
    assert page.status_code == 403
    assert "What you typed is saved" in page.text
    assert get_path(review, "send-back/") in page.text
    assert WORDS in browser.get(get_path(review, "send-back/"), follow=True).text
    UnsentForm.objects.all().delete()
    page = browser.post(get_path(review, "send-back/"), sent | {"unsent": "forged"})
    assert "What you typed is saved" not in page.text
    assert not UnsentForm.objects.exists()


def test_nothing_is_sent_in_the_name_of_who_did_not_open_the_page(client, review, ravi, fiona):
    token = open_review(client, review, ravi)[0]
    MedicalReview.objects.filter(pk=review.pk).update(reviewer=None)
    sign_in(client, fiona)
    sent = make_signature_data(review, conflicts=WORDS, unsent=token)
    page = client.post(get_path(review, "sign/"), sent)
    assert page.status_code == 403
    assert "Somebody else opened this page" in get_text(page.text)
    assert not LedgerEntry.objects.filter(review=review).exists()
    assert WORDS in read_again(ravi, review)
    assert WORDS not in read_again(fiona, review)


def test_a_fault_while_signing_says_that_what_was_typed_is_saved(ravi_client, review, ravi):
    broken = DatabaseTrigger("broken_disk", "articles_publication", "INSERT", "the disk is broken")
    for statement in broken.create_sql(connection.vendor):
        sql(statement)
    ravi_client.raise_request_exception = False
    sent = make_signature_data(review, conflicts=WORDS)
    page = ravi_client.post(get_path(review, "sign/"), sent)
    assert page.status_code == 500
    assert "What you typed is saved." in page.text
    assert get_path(review, "sign/") in page.text
    assert WORDS in read_again(ravi, review)
    assert "What you typed is saved." not in ravi_client.get("/healthz").text


def test_of_two_devices_the_newer_is_in_the_form_and_the_older_is_offered(client, review, ravi):
    desk = Client()
    phone_token, desk_token = (open_review(one, review, ravi)[0] for one in (client, desk))
    client.post(SAVE, {"comment": "On the phone.", "unsent": phone_token})
    desk.post(SAVE, {"comment": "At the desk.", "unsent": desk_token})
    page = desk.get(get_path(review))
    assert read_decision(page)["comment"] == ["At the desk."]
    assert "on another page or device" in get_text(page.text)
    assert "On the phone." in page.text
    (chosen,) = re.findall(r'name="use"\s+value="([^"]+)"', page.text)
    page = desk.post("/desk/unsent/", {"use": chosen}, follow=True)
    assert read_decision(page)["comment"] == ["On the phone."]
    assert "At the desk." in page.text


def test_it_can_be_discarded_by_its_author_alone(client, review, ravi, fiona):
    token = open_review(client, review, ravi)[0]
    client.post(SAVE, {"comment": WORDS, "unsent": token})
    stranger = Client()
    sign_in(stranger, fiona)
    assert stranger.post("/desk/unsent/", {"discard": token}).status_code == 403
    assert stranger.post("/desk/unsent/", {"discard": "forged"}).status_code == 403
    page = client.post("/desk/unsent/", {"discard": token}, follow=True)
    assert "What you typed is deleted." in page.text
    assert WORDS not in page.text
    assert not UnsentForm.objects.exists()
    assert client.get("/desk/unsent/").status_code == 302


def test_words_for_a_review_that_was_decided_or_reassigned_meanwhile_are_kept_to_copy(
    ravi_client, review, ann, ravi, fiona
):
    sent = make_signature_data(review, conflicts=WORDS)
    assign(review, reviewer=fiona.reviewer, by=ann)
    for happen in (lambda: None, lambda: cancel_request(review, by=ann)):
        happen()
        page = ravi_client.post(get_path(review, "sign/"), sent)
        assert page.status_code == 409
        assert "What you typed is saved." in page.text
        again = ravi_client.get(get_path(review)).text
        assert "You typed this here and did not send it" in again
        assert WORDS in again
    assert WORDS not in read_again(fiona, review)
    (token,) = re.findall(r'name="discard"\s+value="([^"]+)"', again)
    assert WORDS not in ravi_client.post("/desk/unsent/", {"discard": token}, follow=True).text
    assert not UnsentForm.objects.exists()


def test_a_statement_of_conflicts_is_shown_to_copy_once_its_author_cannot_sign(ravi_client, review):
    ravi_client.post(get_path(review, "sign/"), {"conflicts": WORDS, "comment": "Nearly there."})
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Reviewer.objects.update(licence_expires=yesterday)
    page = ravi_client.get(get_path(review))
    assert "You typed this here and did not send it" in page.text
    assert WORDS in page.text
    assert page.text.count("Nearly there.") == 1  # in its field


def test_who_handed_a_review_over_is_told_when_and_to_whom(ravi_client, review, fiona):
    ravi_client.post(get_path(review, "hand-over/"), {"to": fiona.reviewer.pk, "word": "For you."})
    page = ravi_client.post(get_path(review, "send-back/"), {"comment": WORDS})
    assert page.status_code == 409
    assert "Reassigned to Fiona Field, MD by Ravi Rao, " in get_text(page.text)


def test_a_decision_deletes_what_its_author_typed_and_a_late_script_brings_nothing_back(
    client, review, ravi, fiona
):
    MedicalReview.objects.filter(pk=review.pk).update(reviewer=None)
    token, *others = open_review(client, review, ravi)
    device = Client()
    other_token = open_review(device, review, fiona)[0]
    for text in (token, *others):
        client.post(SAVE, {"comment": WORDS, "unsent": text})
    device.post(SAVE, {"comment": WORDS, "unsent": other_token})
    client.post(get_path(review, "send-back/"), {"comment": "Name a source.", "unsent": token})
    assert LedgerEntry.objects.get(review=review).outcome == "changes"
    assert [form.user for form in UnsentForm.objects.all()] == [fiona]
    assert client.post(SAVE, {"comment": WORDS, "unsent": token}).status_code == 409
    assert [form.user for form in UnsentForm.objects.all()] == [fiona]


def test_a_double_click_comments_reassigns_and_marks_away_once(ravi_client, review, fiona):
    comment = {"part": "Overview", "text": "Which muscle?"}
    over = {"to": fiona.reviewer.pk, "word": "For you."}
    away = {"first_day": "2099-01-01", "last_day": "2099-01-09"}
    for _ in range(2):
        ravi_client.post(get_path(review, "comment/"), comment)
        ravi_client.post("/desk/away/", away)
    for _ in range(2):
        page = ravi_client.post(get_path(review, "hand-over/"), over)
        assert page["Location"] == "/desk/"
    for model in (Comment, HandOver, Absence):
        assert model.objects.count() == 1, model


def test_days_away_are_saved_until_they_are_sent(ravi_client, ravi):
    sent = {"first_day": "2099-01-09", "last_day": "2099-01-01"}
    assert ravi_client.post("/desk/away/", sent).status_code == 422
    device = Client()
    sign_in(device, ravi)
    assert 'value="2099-01-09"' in device.get("/desk/").text
    ravi_client.post("/desk/away/", sent | {"last_day": "2099-01-10"})
    assert not UnsentForm.objects.exists()
    assert ravi_client.get("/desk/away/")["Location"] == "/desk/"
