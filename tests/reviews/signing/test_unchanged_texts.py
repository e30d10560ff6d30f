"""A check that is younger than a signature does not end the annual reviews of unchanged texts."""

import datetime as dt

import pytest
from django.utils import timezone

from reviews import verification
from reviews.imported_reviews.checks import check_claims
from reviews.models import MedicalReview
from reviews.signing import ledger
from reviews.signing.actions import CannotRequestReview, request_review, sign_off
from tests import factories
from tests.html import read_form

pytestmark = pytest.mark.django_db
Trigger = MedicalReview.Trigger
LATE = "<p>See a clinician.</p><p>If it gets worse, go to an emergency department.</p>"


@pytest.fixture
def page(ann, ravi, morgan):
    """A live page whose card the checks refuse."""
    page = factories.make_symptom(ann, advice_level="routine", advice=LATE)
    factories.sign_despite_checks(page, by=ravi, manager=morgan)
    return page


@pytest.fixture
def closed(settings):
    settings.UNCHANGED_REVIEWS_UNTIL = timezone.localdate() - dt.timedelta(days=1)


def test_an_editor_asks_for_the_annual_review_and_everybody_reads_what_was_found(
    page, ann, ravi, client
):
    review = request_review(page, by=ann)
    assert review.trigger == Trigger.ANNUAL
    assert "go to an emergency department" in review.overridden
    assert "Until 30 November 2027 the annual review of an unchanged text" in review.override
    client.force_login(ravi)
    desk = client.get(f"/desk/reviews/{review.uuid}/").text
    assert "Requested although checks block it." in desk
    assert "Reason of" not in desk
    assert "What the checks find in the care cards" in desk
    assert "<strong>Blocks a review:</strong> The non-urgent card sends" in desk
    entry = sign_off(
        review,
        by=ravi,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
    )
    assert "unchanged text" in ledger.read_record(entry).override
    assert list(verification.find_faults()) == []


def test_the_reason_of_a_managing_editor_stays_their_own(page, morgan):
    review = request_review(page, by=morgan, override="It is the text of the law.")
    assert review.override == "It is the text of the law."


def test_changes_first_reviews_and_other_kinds_of_review_are_stopped(page, ann, ravi):
    for trigger in (Trigger.SAFETY, Trigger.GUIDELINE, Trigger.READER):
        with pytest.raises(CannotRequestReview, match="emergency department"):
            request_review(page, by=ann, trigger=trigger)
    factories.edit_page(page, by=ann, summary="Another text.")
    for trigger in (Trigger.CHANGE, Trigger.ANNUAL):
        with pytest.raises(CannotRequestReview, match="emergency department"):
            request_review(page, by=ann, trigger=trigger)
    new = factories.make_symptom(ann, slug="tics", advice_level="routine", advice=LATE)
    with pytest.raises(CannotRequestReview, match="emergency department"):
        request_review(new, by=ann)


def test_a_text_that_was_changed_back_is_unchanged(page, ann):
    summary = page.summary
    factories.edit_page(page, by=ann, summary="Another text.")
    factories.edit_page(page, by=ann, summary=summary)
    with pytest.raises(CannotRequestReview):
        request_review(page, by=ann)  # the likeliest review is that of a change
    assert request_review(page, by=ann, trigger=Trigger.ANNUAL).override


def test_after_the_last_day_it_is_as_before(page, closed, ann, morgan):
    with pytest.raises(CannotRequestReview, match="since then the text has to be mended"):
        request_review(page, by=ann)
    assert request_review(page, by=morgan, override="No reader is harmed.").override


def test_the_form_of_an_editor_offers_that_review_alone(page, ann, client):
    client.force_login(ann)
    address = f"/admin/symptoms/symptom/{page.pk}/ask/"
    shown = client.get(address)
    assert "Until 30 November 2027 you can request its annual review" in " ".join(
        shown.text.split()
    )
    assert 'value="annual"' in shown.text
    assert 'value="safety"' not in shown.text
    assert 'name="override"' not in shown.text
    client.post(address, read_form(shown))
    assert MedicalReview.objects.get(decided_at=None).trigger == Trigger.ANNUAL


def test_a_managing_editor_needs_a_reason_for_other_kinds_only(page, morgan, client):
    client.force_login(morgan)
    address = f"/admin/symptoms/symptom/{page.pk}/ask/"
    form = read_form(client.get(address))
    refused = client.post(address, form | {"trigger": "safety"})
    assert "go to an emergency department" in refused.text
    client.post(address, form)
    assert MedicalReview.objects.get(decided_at=None).trigger == Trigger.ANNUAL


def test_without_the_rule_an_editor_has_no_form(page, closed, ann, client):
    client.force_login(ann)
    shown = client.get(f"/admin/symptoms/symptom/{page.pk}/ask/").text
    assert "What blocks this request" in shown
    assert 'name="trigger"' not in shown


def test_asking_for_many_at_once_follows_the_rule_and_says_so(page, ann, client):
    client.force_login(ann)
    asked = {"action": "ask_for_many", "_selected_action": [page.pk]}
    shown = client.post("/admin/symptoms/symptom/", asked, follow=True).text
    assert "annual review of an unchanged page, though checks block it" in shown


def test_an_imported_review_of_an_unchanged_text_is_recorded_with_a_note(ann, morgan, settings):
    page = factories.make_symptom(ann)
    factories.record_imported_review(page, by=morgan)
    settings.EMERGENCY_NUMBER = "999"  # from now on the card is refused
    claim = factories.make_claim(page, on=timezone.localdate())
    (finding,) = check_claims([claim], timezone.localdate())
    assert not finding.refusals
    assert any("Unchanged, though a check blocks it" in note for note in finding.notes)
