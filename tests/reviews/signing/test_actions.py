"""Request, sign, send back, take back, withdraw: what each does, and the review line after it."""

import datetime as dt

import pytest

from articles.models import Article
from articles.publishing.actions import ActionRefused, CannotWithdraw, discard
from reviews.models import LedgerEntry, MedicalReview, Reviewer
from reviews.signing.actions import (
    CannotAssign,
    CannotDecide,
    CannotRequestReview,
    assign,
    cancel_request,
    decline,
    request_changes,
    request_review,
    sign_off,
    verify_reviewer,
    withdraw_page,
)
from symptoms.models import Symptom
from tests import factories
from tests.factories import make_reviewer, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(symptom, ann, ravi):
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return symptom


def get_live(page):
    return Article.objects.select_related("live__revision").get(pk=page.pk).live


def get_review_line(page):
    return get_live(page).read_review_line()


def test_a_signed_symptom_is_public_with_its_review_line(published, client):
    page = client.get("/symptoms/facial-spasms/")
    assert page.status_code == 200
    assert "Ravi Rao" in page.text
    assert get_live(published).revision.number == 1


def test_the_first_signature_sets_the_annual_dates(symptom, ann, ravi, time_machine):
    time_machine.move_to("2026-03-10T12:00Z")
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    assert get_review_line(symptom).last_reviewed == dt.date(2026, 3, 10)
    assert get_review_line(symptom).next_due == dt.date(2027, 3, 10)
    assert str(get_review_line(symptom).reviewed_by) == "Ravi Rao, MD"
    assert get_review_line(symptom).updates == ()


def test_a_signature_over_a_change_adds_to_the_line_and_moves_no_date(
    symptom, ann, ravi, fiona, time_machine
):
    time_machine.move_to("2026-03-10T12:00Z")
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    time_machine.move_to("2026-09-01T12:00Z")
    factories.edit_page(symptom, by=ann, summary="Mended.")
    factories.sign_page(symptom, by=fiona, asked_by=ann)
    assert get_live(symptom).summary == "Mended."
    assert (get_review_line(symptom).last_reviewed, get_review_line(symptom).next_due) == (
        dt.date(2026, 3, 10),
        dt.date(2027, 3, 10),
    )
    assert get_review_line(symptom).reviewed_by.name == "Ravi Rao"
    (update,) = get_review_line(symptom).updates
    assert (update.by.name, update.on) == ("Fiona Field", dt.date(2026, 9, 1))


@pytest.mark.parametrize("trigger", ["change", "safety", "guideline", "reader"])
def test_no_review_of_a_change_is_a_review_of_the_whole_page(published, ann, ravi, trigger):
    before = get_review_line(published)
    factories.edit_page(published, by=ann, summary="Mended.")
    factories.sign_page(published, by=ravi, asked_by=ann, trigger=trigger)
    assert get_review_line(published).next_due == before.next_due
    assert len(get_review_line(published).updates) == 1


def test_an_annual_signature_moves_the_dates_and_starts_the_line_anew(
    symptom, ann, ravi, fiona, time_machine
):
    time_machine.move_to("2026-03-10T12:00Z")
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    factories.edit_page(symptom, by=ann, summary="Mended.")
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    time_machine.move_to("2027-02-01T12:00Z")
    factories.edit_page(symptom, by=ann, summary="Mended again.")
    factories.sign_page(symptom, by=fiona, asked_by=ann, trigger="annual")
    assert (get_review_line(symptom).last_reviewed, get_review_line(symptom).next_due) == (
        dt.date(2027, 2, 1),
        dt.date(2028, 2, 1),
    )
    assert get_review_line(symptom).reviewed_by.name == "Fiona Field"
    assert get_review_line(symptom).updates == ()


def test_an_unchanged_page_is_signed_again_as_a_whole(published, ann, fiona):
    review = request_review(published, by=ann)
    assert review.trigger == "annual"
    sign_off(
        review,
        by=fiona,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
    )
    assert get_live(published).kind == "re-sign"
    assert get_live(published).revision.number == 1
    assert get_review_line(published).reviewed_by.name == "Fiona Field"


def test_a_review_on_a_leap_day_is_due_on_the_28th(symptom, ann, ravi, time_machine):
    time_machine.move_to("2028-02-29T12:00Z")
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    assert get_review_line(symptom).next_due == dt.date(2029, 2, 28)


@pytest.mark.parametrize(
    ("fields", "due", "why"),
    [
        (
            {},
            dt.date(2027, 8, 31),
            "12 months after the review: the site's interval for standard risk.",
        ),
        (
            {"risk": "high"},
            dt.date(2027, 2, 28),
            "6 months after the review: the site's interval for high",
        ),
        (
            {"review_months": 3},
            dt.date(2026, 11, 30),
            "3 months after the review: the page's own interval.",
        ),
        (
            {"review_months": 24, "risk": "high"},
            dt.date(2027, 2, 28),
            "6 months after the review: the site's interval for high",
        ),
    ],
)
def test_the_next_review_follows_the_rule_and_the_record_names_it(
    ann, ravi, time_machine, fields, due, why
):
    time_machine.move_to("2026-08-31T12:00Z")
    symptom = factories.make_symptom(ann, **fields)
    entry = factories.sign_page(symptom, by=ravi, asked_by=ann)
    assert get_review_line(symptom).next_due == due
    assert why in entry.record


def test_the_line_keeps_the_credentials_of_the_day(published, ravi):
    Reviewer.objects.filter(user=ravi).update(name="Ravi Raman", post_nominals="PhD")
    assert str(get_review_line(published).reviewed_by) == "Ravi Rao, MD"


def test_a_page_sent_back_can_be_asked_for_again(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    entry = request_changes(review, by=ravi, comment="Say when to call.")
    review.refresh_from_db()
    assert (review.outcome, review.comment, review.decided_by) == (
        "changes",
        "Say when to call.",
        ravi,
    )
    assert (entry.outcome, get_live(symptom)) == ("changes", None)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    assert get_live(symptom)


def test_a_declined_review_can_be_given_to_somebody_else(symptom, ann, ravi, fiona):
    decline(
        request_review(symptom, by=ann, reviewer=ravi.reviewer), by=ravi, comment="Not my field."
    )
    factories.sign_page(symptom, by=fiona, asked_by=ann)
    assert get_review_line(symptom).reviewed_by.name == "Fiona Field"


def test_a_request_is_taken_back_on_record(symptom, ann):
    entry = cancel_request(request_review(symptom, by=ann), by=ann)
    assert (entry.outcome, entry.review.outcome) == ("cancelled", "cancelled")
    assert request_review(symptom, by=ann).decided_at is None


@pytest.mark.parametrize("comment", ["", "  ", "\x00", "\ud800"])
def test_sending_back_says_what_to_do(symptom, ann, ravi, comment):
    review = request_review(symptom, by=ann)
    with pytest.raises(CannotDecide, match=r"Say what|cannot be printed"):
        request_changes(review, by=ravi, comment=comment)
    assert not LedgerEntry.objects.exists()


def test_only_reviewers_send_back_and_only_editors_take_back(symptom, ann, ravi, charlie):
    review = request_review(symptom, by=ann)
    for nobody in (ann, charlie):
        with pytest.raises(CannotDecide, match="Only reviewers"):
            request_changes(review, by=nobody, comment="No.")
    for nobody in (ravi, charlie):
        with pytest.raises(CannotDecide, match="Only editors"):
            cancel_request(review, by=nobody)


def test_somebody_elses_review_is_not_sent_back(symptom, ann, ravi, fiona):
    review = request_review(symptom, by=ann, reviewer=fiona.reviewer)
    with pytest.raises(CannotDecide, match="assigned to Fiona Field"):
        request_changes(review, by=ravi, comment="No.")


def assert_request_refused(page, match: str, **more):
    with pytest.raises(CannotRequestReview, match=match):
        request_review(page, **more)
    assert not MedicalReview.objects.waiting().filter(article=page).exists()


def test_charlie_asks_for_no_review(symptom, charlie):
    assert_request_refused(symptom, "Only editors", by=charlie)


def test_an_empty_page_is_not_sent_to_review(ann):
    symptom = factories.make_symptom(ann, body="<p> </p>", advice="", advice_level="")
    assert_request_refused(symptom, "no overview", by=ann)


def test_a_discarded_page_is_not_sent_to_review(symptom, ann):
    discard(symptom, by=ann)
    assert_request_refused(symptom, "discarded", by=ann)


def test_a_page_in_review_is_not_sent_again(symptom, ann):
    request_review(symptom, by=ann)
    with pytest.raises(CannotRequestReview, match="in review already"):
        request_review(symptom, by=ann)
    assert MedicalReview.objects.count() == 1


@pytest.mark.parametrize("trigger", ["change", "annual", "safety", "nonsense"])
def test_a_page_that_was_never_signed_needs_its_first_review(symptom, ann, trigger):
    assert_request_refused(
        symptom, "another kind of review now: first review", by=ann, trigger=trigger
    )


@pytest.mark.parametrize("trigger", ["change", "first"])
def test_an_unchanged_page_needs_an_annual_review(published, ann, trigger):
    assert_request_refused(
        published, "another kind of review now: annual review", by=ann, trigger=trigger
    )


def test_a_note_that_cannot_be_printed_is_refused(symptom, ann):
    assert_request_refused(symptom, "cannot be printed", by=ann, note="a\x00b")


def test_a_request_records_what_was_not_recorded_yet(symptom, ann):
    symptom.summary = "Saved, but not recorded."
    symptom.save()
    assert request_review(symptom, by=ann).revision.read().summary == "Saved, but not recorded."


def assert_assignment_refused(review, match: str, **more):
    with pytest.raises(CannotAssign, match=match):
        assign(review, **more)
    review.refresh_from_db()
    assert review.reviewer != more["reviewer"]


def test_who_cannot_sign_is_not_assigned(symptom, ann, ravi, fiona, morgan, charlie):
    review = request_review(symptom, by=ann)
    assert_assignment_refused(review, "Only editors", reviewer=ravi.reviewer, by=charlie)
    assert_assignment_refused(review, "Only editors", reviewer=ravi.reviewer, by=fiona)
    Reviewer.objects.filter(user=ravi).update(licence_expires=dt.date(2020, 1, 1))
    assert_assignment_refused(
        review, "licence lapsed", reviewer=Reviewer.objects.get(user=ravi), by=ann
    )
    wrote = make_user("walter", "Walter", "Webb")
    factories.edit_page(symptom, by=wrote, summary="Walter's words.")
    assert_assignment_refused(
        review, "wrote some", reviewer=make_reviewer(wrote, verified_by=morgan), by=ann
    )


def test_a_reviewer_takes_an_open_review_but_not_somebody_elses(symptom, ann, ravi, fiona):
    review = request_review(symptom, by=ann)
    assert assign(review, reviewer=fiona.reviewer, by=fiona).reviewer == fiona.reviewer
    assert_assignment_refused(review, "assigned to Fiona Field", reviewer=ravi.reviewer, by=ravi)
    assert assign(review, reviewer=ravi.reviewer, by=ann).reviewer == ravi.reviewer


def test_a_withdrawn_page_is_gone_and_comes_back_only_signed_as_a_whole(
    published, ann, ravi, morgan, client
):
    gone = withdraw_page(published, reason="safety", by=morgan)
    assert (gone.kind, get_live(published)) == ("withdraw", None)
    assert client.get("/symptoms/facial-spasms/").status_code == 410
    review = request_review(published, by=ann, note="Dr Rao checked the doses anew.")
    assert review.trigger == "annual"
    sign_off(
        review,
        by=ravi,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
    )
    assert get_live(published).kind == "publish"


def test_a_withdrawn_text_does_not_come_back_word_for_word_without_a_reason(published, ann, morgan):
    withdraw_page(published, reason="safety", by=morgan)
    with pytest.raises(CannotRequestReview, match="Following its advice might harm someone"):
        request_review(published, by=ann)
    factories.edit_page(Symptom.objects.get(pk=published.pk), by=ann, body="<p>Mended.</p>")
    assert request_review(published, by=ann).trigger == "annual"


def test_withdrawing_needs_the_right_a_reason_and_a_public_page(published, ann, ravi, morgan):
    for nobody in (ann, ravi):
        with pytest.raises(CannotWithdraw, match="Only managing editors"):
            withdraw_page(published, reason="safety", by=nobody)
    for reason in ("", "because"):
        with pytest.raises(CannotWithdraw, match="one of the listed reasons"):
            withdraw_page(published, reason=reason, by=morgan)
    withdraw_page(published, reason="safety", by=morgan)
    with pytest.raises(CannotWithdraw, match="not published"):
        withdraw_page(published, reason="safety", by=morgan)
    assert LedgerEntry.objects.filter(outcome="withdrawn").count() == 1


def test_credentials_are_verified_by_a_managing_editor_and_nobody_verifies_their_own(
    ravi, ann, morgan
):
    with pytest.raises(ActionRefused, match="Only managing editors"):
        verify_reviewer(ravi.reviewer, by=ann)
    own = make_reviewer(morgan, verified_by=ravi)
    with pytest.raises(ActionRefused, match="their own"):
        verify_reviewer(own, by=morgan)
    Reviewer.objects.filter(user=ravi).update(verified_by=None, verified_at=None)
    verify_reviewer(ravi.reviewer, by=morgan)
    assert Reviewer.objects.get(user=ravi).verified_by == morgan
