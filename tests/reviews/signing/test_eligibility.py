"""Every refusal to sign: nothing is published or in the ledger, and the signer reads why."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from articles.content.document import digest
from articles.models import Article
from articles.publishing.actions import record_revision, restore
from config import groups
from reviews.models import LedgerEntry, MedicalReview, Reviewer
from reviews.signing.actions import (
    CannotSign,
    cancel_request,
    request_changes,
    request_review,
    sign_off,
    withdraw_page,
)
from reviews.signing.eligibility import (
    get_barred_pages,
    get_barred_users,
    get_barred_users_by_page,
    get_signing_error,
    is_barred,
)
from symptoms.actions import record_cause
from symptoms.models import RelatedSymptom, SymptomCause
from tests import factories
from tests.database import disable_triggers, sql
from tests.factories import make_reviewer

pytestmark = pytest.mark.django_db


def sign(review, by, **more):
    return sign_off(
        review,
        by=by,
        **{"seen_digest": review.revision.digest, "conflicts": "None"} | more,
        authentication="password",
    )


def assert_refused(review, by, match: str, **more):
    before = LedgerEntry.objects.count(), Article.objects.get(pk=review.article_id).live_id
    with pytest.raises(CannotSign, match=match):
        sign(review, by, **more)
    assert (
        LedgerEntry.objects.count(),
        Article.objects.get(pk=review.article_id).live_id,
    ) == before


def make_reviewer_of(user, morgan):
    """Somebody who writes becomes a reviewer too."""
    user.groups.add(Group.objects.get(name=groups.REVIEWERS))
    make_reviewer(user, verified_by=morgan)
    return User.objects.get(pk=user.pk)


def test_who_is_no_reviewer_cannot_sign(symptom, ann, charlie, morgan):
    review = request_review(symptom, by=ann)
    for nobody in (ann, charlie, morgan):
        assert_refused(review, nobody, "Only reviewers can sign")


def test_a_reviewer_without_the_right_cannot_sign(symptom, ann, charlie, morgan):
    make_reviewer(charlie, verified_by=morgan)
    assert_refused(request_review(symptom, by=ann), charlie, "Only reviewers can sign")


def test_nobody_signs_their_own_words(symptom, ann, morgan):
    assert_refused(
        request_review(symptom, by=ann),
        make_reviewer_of(ann, morgan),
        "You wrote some of this page",
    )


def test_one_saved_word_among_many_is_enough(symptom, ann, ravi, fiona):
    factories.edit_page(symptom, by=ravi, summary="Ravi's summary.")
    factories.edit_page(symptom, by=ann, summary="Ann's summary.")
    review = request_review(symptom, by=ann)
    assert_refused(review, ravi, "You wrote some of this page")
    sign(review, fiona)


def test_words_that_somebody_else_signed_bar_no_more(symptom, ann, ravi, fiona):
    factories.edit_page(symptom, by=ravi, summary="Ravi's summary.")
    factories.sign_page(symptom, by=fiona, asked_by=ann)
    factories.edit_page(symptom, by=ann, summary="Ann's summary.")
    factories.sign_page(symptom, by=ravi, asked_by=ann)


def test_words_that_were_sent_back_still_bar(symptom, ann, ravi, fiona):
    factories.edit_page(symptom, by=ravi, summary="Ravi's summary.")
    request_changes(request_review(symptom, by=ann), by=fiona, comment="No.")
    factories.edit_page(symptom, by=ann, summary="Ann's summary.")
    assert_refused(request_review(symptom, by=ann), ravi, "You wrote some of this page")


def test_asking_for_a_review_records_the_words_of_who_asks(symptom, ann, morgan, fiona):
    symptom.summary = "Saved, not recorded."
    symptom.save()
    review = request_review(symptom, by=morgan)
    assert_refused(review, make_reviewer_of(morgan, fiona), "You wrote some of this page")


def test_a_cause_renamed_since_bars_who_renamed_it(symptom, ann, ravi, fiona):
    cause = factories.make_cause(ann)
    SymptomCause.objects.create(symptom=symptom, cause=cause)
    factories.edit_page(symptom, by=ann)
    factories.sign_page(symptom, by=fiona, asked_by=ann)
    cause.name = "Tourette syndrome"
    cause.save()
    record_cause(cause, by=ravi)
    review = request_review(symptom, by=ann)
    assert_refused(review, ravi, "You wrote some of this page")
    sign(review, fiona)


def test_a_cause_written_before_it_was_linked_bars_who_wrote_it(symptom, ann, ravi, fiona):
    cause = factories.make_cause(ravi)
    SymptomCause.objects.create(symptom=symptom, cause=cause)
    factories.edit_page(symptom, by=ann)
    review = request_review(symptom, by=ann)
    assert_refused(review, ravi, "You wrote some of this page")
    sign(review, fiona)


def test_a_related_draft_titled_by_the_signer_bars_them(symptom, ann, ravi):
    other = factories.make_symptom(ravi, slug="tics", title="Tics")
    RelatedSymptom.objects.create(symptom=symptom, other=other, system="eyes")
    factories.edit_page(symptom, by=ann)
    assert_refused(request_review(symptom, by=ann), ravi, "You wrote some of this page")


def test_a_restored_source_bars_who_wrote_it(ann, ravi, fiona):
    symptom = factories.make_symptom(ravi, writer=ann)
    first = symptom.get_latest_revision()
    factories.sign_page(symptom, by=fiona, asked_by=ann)
    factories.edit_page(symptom, by=ann, body="<p>Another.</p>")
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    restore(first, by=ann)
    review = request_review(symptom, by=ann)
    assert_refused(review, ravi, "You wrote some of this page")
    sign(review, fiona)


def test_the_lists_of_who_is_barred_agree_with_the_rule(ann, ravi, fiona, morgan):
    people, pages = [ann, ravi, fiona, morgan], []
    for number, writers in enumerate(
        [[ann], [ravi], [fiona, ravi], [ann, ravi, ann], [ravi, fiona]]
    ):
        page = factories.make_symptom(
            writers[0], slug=f"s{number}", title=f"S {number}", writer=ann
        )
        for step, writer in enumerate(writers):
            factories.edit_page(page, by=writer, summary=f"Summary {step}.")
        pages.append(page)
    factories.sign_page(pages[0], by=ravi, asked_by=ann)
    factories.sign_page(pages[1], by=fiona, asked_by=ann)
    factories.edit_page(pages[1], by=fiona, summary="Fiona's.")
    factories.sign_page(pages[1], by=ravi, asked_by=ann)
    factories.sign_page(pages[3], by=fiona, asked_by=ann)
    ids = [page.pk for page in pages]
    barred = get_barred_users_by_page(ids)
    assert any(barred.values())
    for user in people:
        pages_of_user = {page for page, users in barred.items() if user.pk in users}
        assert get_barred_pages(ids, user) == pages_of_user
        assert {page.pk for page in pages if is_barred(page, user)} == pages_of_user
    for page in pages:
        assert get_barred_users(page) == barred.get(page.pk, set())


def test_somebody_elses_review_is_not_signed(symptom, ann, ravi, fiona):
    review = request_review(symptom, by=ann, reviewer=fiona.reviewer)
    assert_refused(review, ravi, "assigned to Fiona Field")
    sign(review, fiona)


def test_a_review_is_not_signed_twice(symptom, ann, ravi, fiona):
    review = request_review(symptom, by=ann)
    sign(review, ravi)
    for again in (ravi, fiona):
        assert_refused(review, again, "decided already: signed by Ravi Rao on")
    assert "decided already" in get_signing_error(MedicalReview.objects.get(pk=review.pk), fiona)


def test_a_request_that_was_taken_back_is_not_signed(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    cancel_request(review, by=ann)
    assert_refused(review, ravi, "request cancelled by Ann Archer")


def test_a_licence_counts_to_its_last_day(symptom, ann, ravi, time_machine):
    time_machine.move_to("2026-03-10T12:00Z")
    review = request_review(symptom, by=ann)
    Reviewer.objects.filter(user=ravi).update(licence_expires=dt.date(2026, 3, 9))
    assert_refused(review, ravi, "Your licence lapsed on 9 March 2026")
    Reviewer.objects.filter(user=ravi).update(licence_expires=dt.date(2026, 3, 10))
    sign(review, ravi)


def test_an_unverified_reviewer_cannot_sign(symptom, ann, ravi):
    Reviewer.objects.filter(user=ravi).update(verified_by=None, verified_at=None)
    assert_refused(request_review(symptom, by=ann), ravi, "not been verified")


def test_a_deactivated_user_cannot_sign(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    User.objects.filter(pk=ravi.pk).update(is_active=False)
    assert_refused(review, ravi, "This account is closed")
    assert_refused(review, User.objects.get(pk=ravi.pk), "This account is closed")


def test_a_review_asked_for_before_a_withdrawal_is_not_signed(symptom, ann, ravi, fiona, morgan):
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    factories.edit_page(symptom, by=ann, summary="Mended.")
    review = request_review(symptom, by=ann)
    withdraw_page(symptom, reason="safety", by=morgan)
    assert_refused(review, fiona, "withdrawn after this request")
    request_changes(review, by=fiona, comment="It was withdrawn.")
    factories.sign_page(symptom, by=fiona, asked_by=ann)


def test_a_text_that_was_not_read_is_not_signed(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    factories.edit_page(symptom, by=ann, summary="Another text.")
    assert_refused(
        review,
        ravi,
        "not the text of this review",
        seen_digest=symptom.get_latest_revision().digest,
    )
    assert_refused(review, ravi, "not the text of this review", seen_digest="")


def test_what_is_signed_is_what_was_asked_and_not_what_was_edited_since(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    factories.edit_page(symptom, by=ann, title="Edited since")
    sign(review, ravi)
    assert Article.objects.get(pk=symptom.pk).live.title == "Facial spasms"


def test_an_altered_text_is_not_signed(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    with disable_triggers():
        sql("UPDATE articles_revision SET document = replace(document, '911', '119')")
    review = MedicalReview.objects.get(pk=review.pk)
    assert_refused(review, ravi, "altered after it was saved")
    assert_refused(
        review,
        ravi,
        "altered after it was saved",
        seen_digest=digest(review.revision.document.encode()),
    )


def test_a_text_older_than_the_published_one_is_not_signed(symptom, ann, ravi, fiona):
    review = request_review(symptom, by=ann)
    factories.edit_page(symptom, by=ann, summary="Later.")
    with disable_triggers():
        sql(
            "UPDATE reviews_medicalreview SET decided_at = requested_at, decided_by_id = %s, "
            "outcome = 'declined'",
            ann.pk,
        )
    factories.sign_page(symptom, by=fiona, asked_by=ann)
    with disable_triggers():
        sql(
            "UPDATE reviews_medicalreview SET decided_at = NULL, decided_by_id = NULL, "
            "outcome = '' WHERE id = %s",
            review.pk,
        )
    assert_refused(
        MedicalReview.objects.get(pk=review.pk), ravi, "A later text of this page is published"
    )


@pytest.mark.parametrize("conflicts", ["", "  \n", "None\x00", "None\ud800"])
def test_conflicts_of_interest_are_stated(symptom, ann, ravi, conflicts):
    assert_refused(
        request_review(symptom, by=ann),
        ravi,
        "conflicts of interest|cannot be printed",
        conflicts=conflicts,
    )


def test_nobody_is_refused_without_a_reason(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    record_revision(symptom, by=ann)
    assert get_signing_error(review, ravi) == ""
    sign(review, ravi)


def test_the_writer_named_on_a_page_does_not_sign_it(ann, ravi):
    review = request_review(factories.make_symptom(ann, writer=ravi), by=ann)
    assert_refused(review, ravi, "You wrote some of this page")


def test_an_old_text_typed_again_is_still_its_authors(ann, ravi, fiona):
    symptom = factories.make_symptom(ravi, writer=ann, body="<p>Ravi's words.</p>")
    factories.edit_page(symptom, by=ann, body="<p>Ann's words.</p>")
    factories.sign_page(symptom, by=fiona, asked_by=ann)
    factories.edit_page(symptom, by=ann, body="<p>Ravi's words.</p>")
    assert_refused(request_review(symptom, by=ann), ravi, "You wrote some of this page")


def test_a_right_taken_away_while_signing_counts(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    assert ravi.has_perm("reviews.sign_review")
    User.objects.get(pk=ravi.pk).groups.clear()
    assert_refused(review, ravi, "Only reviewers can sign")


def test_the_interval_is_the_one_of_the_request(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    Article.objects.filter(pk=symptom.pk).update(review_months=36)
    sign(review, ravi)
    assert (
        Article.objects.get(pk=symptom.pk).live.read_review_line().next_due.year
        == timezone.localdate().year + 1
    )
