"""Lines that are not the signer's to judge, and the second reader of advice and doses."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article, PublicationEvent
from reviews import verification
from reviews.desk import queue
from reviews.models import LedgerEntry, MedicalReview
from reviews.notifications import pending, requests
from reviews.recalls import actions as recalls
from reviews.scheduling import overdue_policy
from reviews.signing import ledger
from reviews.signing.actions import (
    CannotDecide,
    CannotSign,
    assign,
    cancel_request,
    decline,
    request_changes,
    request_review,
    sign_off,
    withdraw_page,
)
from reviews.signing.assignment import CannotAssign, hand_over
from reviews.signing.changes import confirm_all
from reviews.signing.eligibility import get_barred_pages, get_signing_error
from reviews.signing.reviewer_field import get_eligible_reviewers
from tests import factories
from tests.database import expect_refusal, sql
from tests.html import get_text
from tests.reviews.desk.test_views import get_path, make_signature_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(symptom, ann):
    return request_review(symptom, by=ann, note="Please read it.")


def sign(review, by, **answers):
    """Sign, confirming each line but those that are answered otherwise."""
    return sign_off(
        review,
        by=by,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
        answers=confirm_all(review) | answers,
    )


def get_second(review) -> MedicalReview:
    return review.article.medical_reviews.waiting().get()


def make_third(ann):
    user = factories.make_user("tess", "Tess", "Tate", group="Reviewers")
    factories.make_reviewer(user, verified_by=factories.get_person("morgan"))
    return user


def test_a_line_that_is_neither_advice_nor_dose_is_left_out_and_published(review, ravi):
    entry = sign(review, ravi, language="not mine")
    assert entry.outcome == "approved"
    record = ledger.read_record(entry)
    assert record.meaning.endswith("This leaves out what I do not judge: Plain language.")
    assert record.earlier_readings == ()
    assert Article.objects.get(pk=review.article_id).live


def test_advice_that_nobody_confirmed_publishes_nothing_and_asks_for_a_second_reader(
    review, ravi, ann
):
    entry = sign(review, ravi, advice="not mine")
    review.refresh_from_db()
    assert (entry.outcome, review.outcome) == ("partly", "partly")
    assert "must not be published before a second reader" in ledger.read_record(entry).meaning
    assert ledger.read_record(entry).review_line is None
    assert not PublicationEvent.objects.exists()
    second = get_second(review)
    assert second.reviewer is None
    assert (second.continues, second.revision, second.requested_by) == (
        review,
        review.revision,
        ann,
    )
    assert (second.trigger, second.note) == (review.trigger, review.note)
    assert list(verification.find_faults()) == []


def test_the_second_reader_publishes_and_the_entry_says_what_the_first_confirmed(
    review, ravi, fiona
):
    first = sign(review, ravi, advice="not mine")
    entry = sign(get_second(review), fiona, references="not mine", card_levels="not mine")
    record = ledger.read_record(entry)
    assert entry.outcome == "approved"
    assert record.earlier_readings == (first.sequence,)
    assert "Care cards (confirmed by Ravi Rao, MD on " in record.meaning
    assert "References (confirmed by Ravi Rao, MD on " in record.meaning
    line = Article.objects.get(pk=review.article_id).live.read_review_line()
    assert line.reviewed_by.name == "Fiona Field"
    assert list(verification.find_faults()) == []


def test_a_second_who_does_not_judge_it_either_leaves_it_to_a_third(review, ravi, fiona, ann):
    tess = make_third(ann)
    sign(review, ravi, advice="not mine", groups_of_people="not mine")
    assert sign(get_second(review), fiona, advice="not mine").outcome == "partly"
    third = get_second(review)
    assert third.continues == review
    for user in (ravi, fiona):
        assert get_signing_error(third, user) == (
            "You read this text first, so somebody else must read it now."
        )
    # The second confirmed one of the two, so that the third may leave it.
    entry = sign(third, tess, groups_of_people="not mine")
    assert entry.outcome == "approved"
    assert len(ledger.read_record(entry).earlier_readings) == 2


def test_the_first_reader_cannot_be_the_second_in_any_way(review, ravi, fiona, morgan, ann):
    sign(review, ravi, advice="not mine")
    second = get_second(review)
    with pytest.raises(CannotSign, match="You read this text first"):
        sign(second, ravi)
    with pytest.raises(CannotAssign, match="a second reader must be somebody else"):
        assign(second, reviewer=ravi.reviewer, by=morgan)
    with pytest.raises(CannotAssign, match="a second reader must be somebody else"):
        hand_over(second, to=ravi.reviewer, by=fiona)
    assert list(get_eligible_reviewers(review.article)) == [fiona.reviewer]
    assert get_barred_pages([review.article_id], ravi) == {review.article_id}
    assert get_barred_pages([review.article_id], fiona) == set()
    assert queue.build_queue(ravi.reviewer)["open"].paginator.count == 0
    assert queue.build_queue(fiona.reviewer)["open"].paginator.count == 1
    recipients = pending.MailRecipients(review.requested_at.date())
    assert [line.user for line in requests.collect_requests(recipients)] == [fiona]
    with expect_refusal("somebody else than those who have read the text before"):
        LedgerEntry.objects.create(
            sequence=2, review=second, article=second.article, revision=second.revision,
            outcome="approved", by=ravi, at=second.requested_at, record="{}",
            previous_hash=LedgerEntry.objects.get().hash, hash="f" * 64,
        )  # fmt: skip


def test_the_database_knows_what_a_second_reading_is_of(review, ravi, symptom, ann, fiona):
    other = request_review(factories.make_symptom(ann, slug="b", title="Other"), by=ann)
    sign(review, ravi, advice="not mine")
    second = get_second(review)
    with expect_refusal("a second reader is asked for a text that a first one has confirmed"):
        MedicalReview.objects.create(
            article=other.article, revision=other.revision, trigger="first", requested_by=ann,
            requested_at=other.requested_at, review_months=12, interval_rule="x", continues=review,
        )  # fmt: skip
    with expect_refusal("a review stays as it was asked for"):
        sql("UPDATE reviews_medicalreview SET continues_id = NULL WHERE id = %s", second.pk)
    with expect_refusal("published only on a positive signature"):
        PublicationEvent.objects.create(
            article=symptom, revision=review.revision, kind="publish", by=ravi,
            at=review.requested_at, evidence=LedgerEntry.objects.get().hash, slug=symptom.slug,
            title="x", summary="", sort_key="x", review_line='{"reviewed_by":{}}', metadata="{}",
        )  # fmt: skip


def test_the_editors_cancel_it_and_a_new_request_asks_everything_of_anybody(review, ravi, ann):
    sign(review, ravi, advice="not mine")
    cancel_request(get_second(review), by=ann)
    new = request_review(review.article, by=ann)
    assert new.continues is None
    assert sign(new, ravi).outcome == "approved"


def test_a_second_who_declines_leaves_it_to_another_second_reader(review, ravi, fiona, ann):
    tess = make_third(ann)
    sign(review, ravi, advice="not mine")
    decline(get_second(review), by=fiona, comment="Not my field.")
    new = request_review(review.article, by=ann)
    assert new.continues == review
    with pytest.raises(CannotSign):
        sign(new, ravi)
    assert sign(new, tess, card_levels="not mine").outcome == "approved"


def test_another_text_after_a_decline_begins_anew(review, ravi, fiona, ann):
    sign(review, ravi, advice="not mine")
    decline(get_second(review), by=fiona, comment="Not my field.")
    factories.edit_page(review.article, by=ann, summary="Other.")
    assert request_review(review.article, by=ann).continues is None


def test_the_second_can_request_changes_and_nobody_decides_the_first_again(
    review, ravi, fiona, ann
):
    sign(review, ravi, advice="not mine")
    with pytest.raises(CannotDecide, match="partly confirmed by Ravi Rao"):
        request_changes(review, by=fiona, comment="Name a source.")
    entry = request_changes(get_second(review), by=fiona, comment="Name a source.")
    assert entry.outcome == "changes"
    factories.edit_page(review.article, by=ann, summary="With a source.")
    assert request_review(review.article, by=ann).continues is None


def test_a_page_withdrawn_meanwhile_is_not_published_by_the_second(
    symptom, ann, ravi, fiona, morgan
):
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    review = request_review(symptom, by=ann, trigger="annual")
    sign(review, ravi, advice="not mine")
    withdraw_page(symptom, reason="safety", by=morgan)
    with pytest.raises(CannotSign, match="The page was withdrawn after this request"):
        sign(get_second(review), fiona)


def test_the_correction_is_printed_by_the_second_alone(symptom, ann, ravi, fiona):
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    factories.edit_page(symptom, by=ann, body="<p>Take 5 mg.</p>")
    review = request_review(symptom, by=ann, correction="It said 50 mg.")
    first = sign(review, ravi, doses="not mine")
    assert "correction" not in ledger.read_record(first).meaning
    sign(get_second(review), fiona)
    line = Article.objects.get(pk=symptom.pk).live.read_review_line()
    (correction,) = line.corrections
    assert (correction.text, correction.by.name) == ("It said 50 mg.", "Fiona Field")


def test_without_answers_no_second_reading_is_signed(review, ravi, fiona):
    sign(review, ravi, advice="not mine")
    second = get_second(review)
    facts = {"seen_digest": review.revision.digest, "conflicts": "None"}
    with pytest.raises(CannotSign, match="answers the checklist"):
        sign_off(second, by=fiona, authentication="password", **facts)
    for answers in ({}, {"advice": "confirmed"}, confirm_all(second) | {"more": "confirmed"}):
        with pytest.raises(CannotSign, match="not the one that you answered"):
            sign_off(second, by=fiona, authentication="password", answers=answers, **facts)


def test_somebody_who_wrote_in_the_page_confirms_no_part_of_it(symptom, ravi, ann):
    factories.edit_page(symptom, by=ravi, summary="Mine.")
    review = request_review(symptom, by=ann)
    with pytest.raises(CannotSign):
        sign(review, ravi, advice="not mine")
    with expect_refusal("nobody signs words of their own"):
        LedgerEntry.objects.create(
            sequence=1, review=review, article=symptom, revision=review.revision, outcome="partly",
            by=ravi, at=review.requested_at, record="{}", previous_hash="0" * 64, hash="f" * 64,
        )  # fmt: skip


def test_a_late_page_with_a_second_reader_is_still_in_review(symptom, ann, ravi, morgan, settings):
    settings.OVERDUE_POLICY = {"standard": "withdraw", "high": "banner"}
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    review = request_review(symptom, by=ann, trigger="annual")
    sign(review, ravi, advice="not mine")
    due = Article.objects.get(pk=symptom.pk).live.read_review_line().next_due
    late = due + dt.timedelta(days=61)
    (row,) = overdue_policy.apply_policy(late, by=morgan, dry_run=True)
    assert row.result == "would be left alone: it is in review"


def test_a_recalled_page_waits_until_its_second_reader_has_signed(
    symptom, ann, ravi, fiona, morgan
):
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    recall = recalls.open_recall(
        [symptom.pk], trigger="safety", reason="A regulator warns.", by=morgan
    )
    review = recall.rows.get().review
    sign(review, ravi, advice="not mine")
    (page,) = recalls.get_recalled_pages(recall)
    assert page.state == "waiting"
    (task,) = queue.build_queue(fiona.reviewer)["open"].object_list
    assert task.priority.label == "Safety alert"
    sign(get_second(review), fiona)
    (page,) = recalls.get_recalled_pages(recall)
    assert page.state == "signed"


def test_the_desk_shows_the_second_what_the_first_answered(client, ravi_client, review, fiona):
    data = make_signature_data(review, check_advice="not mine")
    done = get_text(ravi_client.post(get_path(review, "sign/"), data, follow=True).text)
    assert "What you confirmed of revision 1 of “Facial spasms” is recorded." in done
    assert "It is not published" in done
    assert "Nobody else can sign" not in done
    again = ravi_client.post(get_path(review, "sign/"), data, follow=True)
    assert again.status_code == 200
    second = get_second(review)
    client.force_login(fiona)
    desk = get_text(client.get("/desk/").text)
    assert "Second reading." in desk
    text = get_text(client.get(get_path(second)).text)
    assert "You are the second reader. Ravi Rao, MD read this text on" in text
    assert "Not judged Ravi Rao, MD" in text
    assert "Confirmed Ravi Rao, MD" in text
    assert client.post(get_path(second, "sign/"), make_signature_data(second)).status_code == 302
    assert Article.objects.get(pk=review.article_id).live


def test_where_nobody_else_can_sign_the_first_and_the_editors_are_told(
    client, review, ann, ravi, fiona
):
    client.force_login(ravi)
    type(fiona.reviewer).objects.filter(pk=fiona.reviewer.pk).update(
        verified_by=None, verified_at=None
    )
    data = make_signature_data(review, check_advice="not mine")
    done = client.post(get_path(review, "sign/"), data, follow=True)
    assert "Nobody else can sign this page now." in done.text
    client.force_login(ann)
    form = client.get(f"/admin/symptoms/symptom/{review.article_id}/change/")
    text = get_text(form.text)
    assert "Second reader needed" in text
    assert "Ravi Rao, MD confirmed the rest" in text
    assert "Nobody else can sign this page now." in text


def test_earlier_readings_cost_the_same_for_one_and_for_three(symptom, ann, ravi, fiona):
    counts = []
    review = request_review(symptom, by=ann)
    for reader in (ravi, fiona, make_third(ann)):
        sign(get_second(review), reader, advice="not mine")
        pages = [review.article_id]
        with CaptureQueriesContext(connection) as queries:
            get_barred_pages(pages, ann)
            list(get_eligible_reviewers(review.article))
        counts.append(len(queries))
    assert len(set(counts)) == 1
