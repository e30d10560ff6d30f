"""A published error is put right openly: its correction is signed, dated, printed and kept."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from articles.models import Article
from reviews import verification
from reviews.models import MedicalReview
from reviews.signing.actions import CannotRequestReview, request_review, withdraw_page
from tests import factories, html
from tests.html import read_form

pytestmark = pytest.mark.django_db
WRONG = "This page said that spasms always pass. Some do not, and the page now says which."


@pytest.fixture
def symptom(ann, ravi):
    symptom = factories.make_symptom(ann, body="<p>Spasms always pass.</p>")
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return symptom


@pytest.fixture
def corrected(symptom, ann, fiona, time_machine):
    time_machine.move_to(dt.datetime.now(dt.UTC) + dt.timedelta(days=30))
    factories.edit_page(symptom, by=ann, body="<p>Most spasms pass.</p>")
    factories.sign_page(symptom, by=fiona, asked_by=ann, correction=WRONG)
    return symptom


def get_review_line(page):
    return Article.objects.select_related("live").get(pk=page.pk).live.read_review_line()


def test_a_correction_is_printed_with_its_date_and_its_signer(corrected, client):
    (correction,) = get_review_line(corrected).corrections
    assert (correction.text, correction.by.name, correction.on) == (
        WRONG,
        "Fiona Field",
        dt.date.today(),
    )
    shown = html.get_text(client.get("/symptoms/facial-spasms/").text)
    assert f"{correction.on:%-d %B %Y} : {WRONG} Signed by Fiona Field, MD." in shown


def test_a_correction_moves_no_annual_date(symptom, ann, fiona):
    before = get_review_line(symptom)
    factories.edit_page(symptom, by=ann, body="<p>Most spasms pass.</p>")
    factories.sign_page(symptom, by=fiona, asked_by=ann, correction=WRONG)
    assert (get_review_line(symptom).last_reviewed, get_review_line(symptom).next_due) == (
        before.last_reviewed,
        before.next_due,
    )


def test_a_correction_outlives_the_next_annual_review(corrected, ann, ravi):
    factories.sign_page(corrected, by=ravi, asked_by=ann)
    assert get_review_line(corrected).updates == ()
    assert [correction.text for correction in get_review_line(corrected).corrections] == [WRONG]


def test_a_second_correction_follows_the_first(corrected, ann, ravi):
    factories.edit_page(corrected, by=ann, summary="Mended.")
    factories.sign_page(
        corrected, by=ravi, asked_by=ann, correction="The summary named the wrong nerve."
    )
    assert [correction.text for correction in get_review_line(corrected).corrections] == [
        WRONG,
        "The summary named the wrong nerve.",
    ]


def test_the_public_history_tells_the_correction_where_it_was_signed(corrected, ann, ravi, client):
    factories.sign_page(corrected, by=ravi, asked_by=ann)
    shown = client.get("/symptoms/facial-spasms/history/").text
    assert shown.count(WRONG) == 1
    assert shown.index("Annual review") < shown.index(WRONG) < shown.index("First review")


def test_a_correction_of_what_was_withdrawn_is_not_shown_after_the_page_came_back(
    corrected, ann, ravi, morgan, client
):
    assert WRONG in client.get("/symptoms/facial-spasms/").text
    withdraw_page(corrected, reason="wrong", by=morgan)
    factories.edit_page(corrected, by=ann, body="<p>Some spasms pass.</p>")
    factories.sign_page(corrected, by=ravi, asked_by=ann, correction="It named the wrong nerve.")
    assert [correction.text for correction in get_review_line(corrected).corrections] == [
        "It named the wrong nerve."
    ]
    assert WRONG not in client.get("/symptoms/facial-spasms/history/").text


def test_the_signer_reads_the_correction_and_signs_that_it_is_true(
    symptom, ann, ravi, fiona, client
):
    factories.edit_page(symptom, by=ann, body="<p>Most spasms pass.</p>")
    review = request_review(symptom, by=ann, correction=WRONG)
    client.force_login(fiona)
    desk = client.get(f"/desk/reviews/{review.uuid}/")
    assert WRONG in desk.text
    assert "says truly what was wrong" in html.get_text(desk.text)
    assert WRONG in client.get("/desk/").text


def test_a_correction_of_nothing_is_refused(symptom, ann):
    with pytest.raises(CannotRequestReview, match="this is the text that visitors read"):
        request_review(symptom, by=ann, correction=WRONG)
    draft = factories.make_symptom(ann, slug="tics", title="Tics")
    with pytest.raises(CannotRequestReview, match="visitors have not read this page"):
        request_review(draft, by=ann, correction=WRONG)
    assert not MedicalReview.objects.waiting().exists()


def test_the_correction_of_an_open_review_cannot_be_rewritten(symptom, ann):
    factories.edit_page(symptom, by=ann, body="<p>Most spasms pass.</p>")
    review = request_review(symptom, by=ann, correction=WRONG)
    with pytest.raises(IntegrityError), transaction.atomic():
        MedicalReview.objects.filter(pk=review.pk).update(correction="Nothing much.")


def test_a_ledger_with_corrections_verifies(corrected):
    assert list(verification.find_faults()) == []


def test_the_form_offers_a_correction_only_where_visitors_read_another_text(symptom, ann, client):
    client.force_login(ann)
    address = f"/admin/symptoms/symptom/{symptom.pk}/ask/"
    assert "Correction for visitors" not in client.get(address).text
    factories.edit_page(symptom, by=ann, body="<p>Most spasms pass.</p>")
    page = client.get(address)
    assert "Correction for visitors" in page.text
    client.post(address, read_form(page) | {"correction": f"{WRONG}\r\n"})
    assert MedicalReview.objects.waiting().get().correction == WRONG
