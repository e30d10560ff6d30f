"""A check that blocks stops a request for review, unless a managing editor says why not."""

import pytest

from reviews import verification
from reviews.models import MedicalReview
from reviews.signing import ledger
from reviews.signing.actions import CannotRequestReview, request_review, sign_off
from tests import factories
from tests.html import read_form

pytestmark = pytest.mark.django_db
WHY = "The number is quoted from the law that this page explains."
BAD = "<p>Call 999 if one side of your face droops.</p>"


@pytest.fixture
def symptom(ann):
    return factories.make_symptom(ann, advice=BAD)


@pytest.fixture
def address(symptom):
    return f"/admin/symptoms/symptom/{symptom.pk}/ask/"


def test_ann_cannot_ask_whatever_she_says(symptom, ann):
    for override in ("", WHY):
        with pytest.raises(CannotRequestReview, match="999"):
            request_review(symptom, by=ann, override=override)
    assert not MedicalReview.objects.exists()


def test_morgan_cannot_ask_without_a_reason(symptom, morgan):
    with pytest.raises(CannotRequestReview, match="999"):
        request_review(symptom, by=morgan, override="  ")


def test_morgan_asks_with_a_reason_and_the_reviewer_and_the_ledger_have_it(
    symptom, morgan, ravi, client
):
    review = request_review(symptom, by=morgan, override=WHY)
    assert "999" in review.overridden
    client.force_login(ravi)
    desk = client.get(f"/desk/reviews/{review.uuid}/").text
    assert WHY in desk
    assert "The page tells people to call 999" in desk
    entry = sign_off(
        review,
        by=ravi,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
    )
    assert ledger.read_record(entry).override == WHY
    assert list(verification.find_faults()) == []


def test_a_reason_given_where_nothing_blocks_is_not_kept(ann, morgan):
    review = request_review(
        factories.make_symptom(ann, slug="tics", title="Tics"), by=morgan, override=WHY
    )
    assert (review.override, review.overridden) == ("", "")


def test_ann_sees_what_stops_her_and_no_form(ann, address, client):
    client.force_login(ann)
    page = client.get(address).text
    assert "What blocks this request" in page
    assert "a managing editor can override" in page
    assert 'name="trigger"' not in page


def test_morgan_is_asked_for_the_reason(morgan, address, client):
    client.force_login(morgan)
    page = client.get(address)
    again = client.post(address, read_form(page))
    assert "Give the reason for a review although checks block it." in again.text
    client.post(address, read_form(page) | {"override": WHY})
    assert MedicalReview.objects.get().override == WHY
