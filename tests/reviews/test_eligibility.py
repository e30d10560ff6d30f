"""Every refusal to sign: nothing is published, nothing is in the ledger, and the signer is told why."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from articles.actions import record_revision, restore
from articles.content import digest
from articles.models import Article
from config import groups
from reviews.actions import CannotSign, cancel_request, request_changes, request_review, sign_off, withdraw_page
from reviews.eligibility import has_own_words, pages_with_own_words, why_not_sign, with_own_words
from reviews.models import MedicalReview, Reviewer, Signature
from symptoms.actions import record_cause
from symptoms.models import RelatedSymptom, SymptomCause
from tests import stories
from tests.conftest import make_reviewer
from tests.database import guards_off, sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def symptom(ann):
    return stories.write_symptom(ann)


def sign(review, by, **more):
    return sign_off(review, by=by, **{"seen_digest": review.revision.digest, "conflicts": "None"} | more)


def refuse(review, by, match: str, **more):
    before = Signature.objects.count(), Article.objects.get(pk=review.article_id).live_id
    with pytest.raises(CannotSign, match=match):
        sign(review, by, **more)
    assert (Signature.objects.count(), Article.objects.get(pk=review.article_id).live_id) == before


def doctor(user, morgan):
    """Somebody who writes becomes a reviewer too."""
    user.groups.add(Group.objects.get(name=groups.REVIEWERS))
    make_reviewer(user, verified_by=morgan)
    return User.objects.get(pk=user.pk)


def test_who_is_no_reviewer_cannot_sign(symptom, ann, charlie, morgan):
    review = request_review(symptom, by=ann)
    for nobody in (ann, charlie, morgan):
        refuse(review, nobody, "Only reviewers can sign")


def test_a_reviewer_without_the_right_cannot_sign(symptom, ann, charlie, morgan):
    make_reviewer(charlie, verified_by=morgan)
    refuse(request_review(symptom, by=ann), charlie, "Only reviewers can sign")


def test_nobody_signs_their_own_words(symptom, ann, morgan):
    refuse(request_review(symptom, by=ann), doctor(ann, morgan), "Some words of this page are your own")


def test_one_saved_word_among_many_is_enough(symptom, ann, ravi, fiona):
    stories.edit(symptom, by=ravi, summary="Ravi's summary.")
    stories.edit(symptom, by=ann, summary="Ann's summary.")
    review = request_review(symptom, by=ann)
    refuse(review, ravi, "words of this page are your own")
    sign(review, fiona)


def test_words_that_somebody_else_signed_bar_no_more(symptom, ann, ravi, fiona):
    stories.edit(symptom, by=ravi, summary="Ravi's summary.")
    stories.sign(symptom, by=fiona, asked_by=ann)
    stories.edit(symptom, by=ann, summary="Ann's summary.")
    stories.sign(symptom, by=ravi, asked_by=ann)


def test_words_that_were_sent_back_still_bar(symptom, ann, ravi, fiona):
    stories.edit(symptom, by=ravi, summary="Ravi's summary.")
    request_changes(request_review(symptom, by=ann), by=fiona, comment="No.")
    stories.edit(symptom, by=ann, summary="Ann's summary.")
    refuse(request_review(symptom, by=ann), ravi, "words of this page are your own")


def test_asking_for_a_review_records_the_words_of_who_asks(symptom, ann, morgan, fiona):
    symptom.summary = "Saved, not recorded."
    symptom.save()
    review = request_review(symptom, by=morgan)
    refuse(review, doctor(morgan, fiona), "words of this page are your own")


def test_a_cause_renamed_since_bars_who_renamed_it(symptom, ann, ravi, fiona):
    cause = stories.write_cause(ann)
    SymptomCause.objects.create(symptom=symptom, cause=cause)
    stories.edit(symptom, by=ann)
    stories.sign(symptom, by=fiona, asked_by=ann)
    cause.name = "Tourette syndrome"
    cause.save()
    record_cause(cause, by=ravi)
    review = request_review(symptom, by=ann)
    refuse(review, ravi, "words of this page are your own")
    sign(review, fiona)


def test_a_cause_written_before_it_was_linked_bars_who_wrote_it(symptom, ann, ravi, fiona):
    cause = stories.write_cause(ravi)
    SymptomCause.objects.create(symptom=symptom, cause=cause)
    stories.edit(symptom, by=ann)
    review = request_review(symptom, by=ann)
    refuse(review, ravi, "words of this page are your own")
    sign(review, fiona)


def test_a_related_draft_titled_by_the_signer_bars_them(symptom, ann, ravi):
    other = stories.write_symptom(ravi, slug="tics", title="Tics")
    RelatedSymptom.objects.create(symptom=symptom, other=other, system="eyes")
    stories.edit(symptom, by=ann)
    refuse(request_review(symptom, by=ann), ravi, "words of this page are your own")


def test_a_restored_source_bars_who_wrote_it(ann, ravi, fiona):
    symptom = stories.write_symptom(ravi, writer=ann)
    first = symptom.latest_revision()
    stories.sign(symptom, by=fiona, asked_by=ann)
    stories.edit(symptom, by=ann, body="<p>Another.</p>")
    stories.sign(symptom, by=ravi, asked_by=ann)
    restore(first, by=ann)
    review = request_review(symptom, by=ann)
    refuse(review, ravi, "words of this page are your own")
    sign(review, fiona)


def test_the_lists_of_who_is_barred_agree_with_the_rule(ann, ravi, fiona, morgan):
    people, pages = [ann, ravi, fiona, morgan], []
    for number, writers in enumerate([[ann], [ravi], [fiona, ravi], [ann, ravi, ann], [ravi, fiona]]):
        page = stories.write_symptom(writers[0], slug=f"s{number}", title=f"S {number}", writer=ann)
        for step, writer in enumerate(writers):
            stories.edit(page, by=writer, summary=f"Summary {step}.")
        pages.append(page)
    stories.sign(pages[0], by=ravi, asked_by=ann)
    stories.sign(pages[1], by=fiona, asked_by=ann)
    stories.edit(pages[1], by=fiona, summary="Fiona's.")
    stories.sign(pages[1], by=ravi, asked_by=ann)
    stories.sign(pages[3], by=fiona, asked_by=ann)
    barred = {(page.pk, user.pk) for page in pages for user in people if has_own_words(page, user)}
    assert barred
    assert {(page.pk, user) for page in pages for user in with_own_words(page)} == barred
    ids = [page.pk for page in pages]
    assert {(page, user.pk) for user in people for page in pages_with_own_words(ids, user)} == barred


def test_somebody_elses_review_is_not_signed(symptom, ann, ravi, fiona):
    review = request_review(symptom, by=ann, reviewer=fiona.reviewer)
    refuse(review, ravi, "given to Fiona Field")
    sign(review, fiona)


def test_a_review_is_not_signed_twice(symptom, ann, ravi, fiona):
    review = request_review(symptom, by=ann)
    sign(review, ravi)
    for again in (ravi, fiona):
        refuse(review, again, "decided already: signed by Ravi Rao on")
    assert "decided already" in why_not_sign(MedicalReview.objects.get(pk=review.pk), fiona)


def test_a_request_that_was_taken_back_is_not_signed(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    cancel_request(review, by=ann)
    refuse(review, ravi, "request taken back by Ann Archer")


def test_a_licence_counts_to_its_last_day(symptom, ann, ravi, time_machine):
    time_machine.move_to("2026-03-10T12:00Z")
    review = request_review(symptom, by=ann)
    Reviewer.objects.filter(user=ravi).update(licence_expires=dt.date(2026, 3, 9))
    refuse(review, ravi, "Your licence lapsed on 9 March 2026")
    Reviewer.objects.filter(user=ravi).update(licence_expires=dt.date(2026, 3, 10))
    sign(review, ravi)


def test_an_unverified_reviewer_cannot_sign(symptom, ann, ravi):
    Reviewer.objects.filter(user=ravi).update(verified_by=None, verified_at=None)
    refuse(request_review(symptom, by=ann), ravi, "not been verified")


def test_a_deactivated_user_cannot_sign(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    User.objects.filter(pk=ravi.pk).update(is_active=False)
    refuse(review, ravi, "This account is closed")
    refuse(review, User.objects.get(pk=ravi.pk), "This account is closed")


def test_a_review_asked_for_before_a_withdrawal_is_not_signed(symptom, ann, ravi, fiona, morgan):
    stories.sign(symptom, by=ravi, asked_by=ann)
    stories.edit(symptom, by=ann, summary="Mended.")
    review = request_review(symptom, by=ann)
    withdraw_page(symptom, reason="safety", by=morgan)
    refuse(review, fiona, "withdrawn after this review was asked for")
    request_changes(review, by=fiona, comment="It was withdrawn.")
    stories.sign(symptom, by=fiona, asked_by=ann)


def test_a_text_that_was_not_read_is_not_signed(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    stories.edit(symptom, by=ann, summary="Another text.")
    refuse(review, ravi, "not the text of this review", seen_digest=symptom.latest_revision().digest)
    refuse(review, ravi, "not the text of this review", seen_digest="")


def test_what_is_signed_is_what_was_asked_and_not_what_was_edited_since(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    stories.edit(symptom, by=ann, title="Edited since")
    sign(review, ravi)
    assert Article.objects.get(pk=symptom.pk).live.title == "Facial spasms"


def test_an_altered_text_is_not_signed(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    with guards_off():
        sql("UPDATE articles_revision SET document = replace(document, '911', '119')")
    review = MedicalReview.objects.get(pk=review.pk)
    refuse(review, ravi, "altered after it was saved")
    refuse(review, ravi, "altered after it was saved", seen_digest=digest(review.revision.document.encode()))


def test_a_text_older_than_the_published_one_is_not_signed(symptom, ann, ravi, fiona):
    review = request_review(symptom, by=ann)
    stories.edit(symptom, by=ann, summary="Later.")
    with guards_off():
        sql(
            "UPDATE reviews_medicalreview SET decided_at = requested_at, decided_by_id = %s, outcome = 'declined'",
            ann.pk,
        )
    stories.sign(symptom, by=fiona, asked_by=ann)
    with guards_off():
        sql(
            "UPDATE reviews_medicalreview SET decided_at = NULL, decided_by_id = NULL, outcome = '' WHERE id = %s",
            review.pk,
        )
    refuse(MedicalReview.objects.get(pk=review.pk), ravi, "A later text of this page is published")


@pytest.mark.parametrize("conflicts", ["", "  \n", "None\x00", "None\ud800"])
def test_conflicts_of_interest_are_stated(symptom, ann, ravi, conflicts):
    refuse(request_review(symptom, by=ann), ravi, "conflicts of interest|cannot be printed", conflicts=conflicts)


def test_nobody_is_refused_without_a_reason(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    record_revision(symptom, by=ann)
    assert why_not_sign(review, ravi) == ""
    sign(review, ravi)


def test_the_writer_named_on_a_page_does_not_sign_it(ann, ravi):
    review = request_review(stories.write_symptom(ann, writer=ravi), by=ann)
    refuse(review, ravi, "words of this page are your own")


def test_an_old_text_typed_again_is_still_its_authors(ann, ravi, fiona):
    symptom = stories.write_symptom(ravi, writer=ann, body="<p>Ravi's words.</p>")
    stories.edit(symptom, by=ann, body="<p>Ann's words.</p>")
    stories.sign(symptom, by=fiona, asked_by=ann)
    stories.edit(symptom, by=ann, body="<p>Ravi's words.</p>")
    refuse(request_review(symptom, by=ann), ravi, "words of this page are your own")


def test_a_right_taken_away_while_signing_counts(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    assert ravi.has_perm("reviews.sign_review")
    User.objects.get(pk=ravi.pk).groups.clear()
    refuse(review, ravi, "Only reviewers can sign")


def test_the_interval_is_the_one_of_the_request(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    Article.objects.filter(pk=symptom.pk).update(review_months=36)
    sign(review, ravi)
    assert Article.objects.get(pk=symptom.pk).live.read_review_line().next_due.year == timezone.localdate().year + 1
