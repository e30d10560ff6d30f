"""Several people at one moment: each action is whole, one wins, and the chain never forks."""

from functools import partial

import pytest
from django.contrib.auth.models import User

from articles.models import Article
from articles.publishing.actions import ActionRefused
from reviews import verification
from reviews.imported_reviews.actions import CannotAttest, attest_all
from reviews.models import LedgerEntry, MedicalReview
from reviews.signing.actions import (
    CannotAssign,
    CannotDecide,
    CannotRequestReview,
    CannotSign,
    assign,
    request_changes,
    request_review,
    sign_off,
    withdraw_page,
)
from reviews.signing.checklist import CONFIRMED
from reviews.signing.same_changes import find_same_changes
from reviews.signing.signing_together import build_list, sign_together
from tests import factories
from tests.database import count_lost, run_concurrently

pytestmark = pytest.mark.usefixtures("transactional_db")


def sign(review, by):
    """As in a request: everything is loaded anew, on the connection of its own thread."""
    review = MedicalReview.objects.select_related("revision").get(pk=review.pk)
    user = User.objects.get(pk=by.pk)
    return sign_off(
        review,
        by=user,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
    )


def send_back(review, by):
    return request_changes(
        MedicalReview.objects.get(pk=review.pk), by=User.objects.get(pk=by.pk), comment="No."
    )


def test_two_people_sign_one_review_and_one_signature_stands(ann, ravi, fiona):
    review = request_review(factories.make_symptom(ann), by=ann)
    outcomes = run_concurrently(partial(sign, review, ravi), partial(sign, review, fiona))
    (refusal,) = count_lost(outcomes)
    assert isinstance(refusal, CannotSign)
    assert "This review was decided already: signed by" in str(refusal)
    assert LedgerEntry.objects.count() == 1
    assert list(verification.find_faults()) == []


def test_one_person_signing_twice_at_once_signs_once(ann, ravi):
    review = request_review(factories.make_symptom(ann), by=ann)
    outcomes = run_concurrently(*[partial(sign, review, ravi)] * 2)
    (refusal,) = count_lost(outcomes)
    assert isinstance(refusal, CannotSign)
    assert "signed by Ravi Rao on" in str(refusal)
    assert LedgerEntry.objects.count() == 1


def test_one_signs_and_one_sends_back_and_exactly_one_wins(ann, ravi, fiona):
    review = request_review(factories.make_symptom(ann), by=ann)
    outcomes = run_concurrently(partial(sign, review, ravi), partial(send_back, review, fiona))
    (refusal,) = count_lost(outcomes)
    assert isinstance(refusal, (CannotSign, CannotDecide))
    assert "This review was decided already" in str(refusal)
    (entry,) = LedgerEntry.objects.all()
    assert bool(Article.objects.get().live_id) == (entry.outcome == "approved")
    assert list(verification.find_faults()) == []


def test_a_withdrawal_is_never_lost_to_a_signature_of_the_same_moment(ann, ravi, morgan):
    for number in range(10):
        page = factories.make_article(ann, slug=f"page-{number}", title=f"Page {number}")
        factories.sign_page(page, by=ravi, asked_by=ann)
        factories.edit_page(page, by=ann, summary="Mended.")
        review = request_review(page, by=ann)
        outcomes = run_concurrently(
            partial(sign, review, ravi), partial(withdraw_page, page, reason="safety", by=morgan)
        )
        assert [type(refusal) for refusal in count_lost(outcomes)] in ([], [CannotSign])
        assert Article.objects.get(pk=page.pk).live_id is None
    assert list(verification.find_faults()) == []


def test_a_review_given_away_while_it_is_signed_is_refused_in_a_sentence(ann, ravi, fiona):
    for number in range(10):
        page = factories.make_article(ann, slug=f"page-{number}", title=f"Page {number}")
        review = request_review(page, by=ann)
        outcomes = run_concurrently(
            partial(sign, review, ravi), partial(assign, review, reviewer=fiona.reviewer, by=ann)
        )
        (refusal,) = count_lost(outcomes)
        assert isinstance(refusal, (CannotSign, CannotAssign))
        assert "decided already" in str(refusal) or "assigned to Fiona Field" in str(refusal)
    assert list(verification.find_faults()) == []


def test_two_editors_ask_at_once_and_one_review_is_open(ann, morgan):
    page = factories.make_symptom(ann)
    outcomes = run_concurrently(*[partial(request_review, page, by=by) for by in (ann, morgan)])
    (refusal,) = count_lost(outcomes)
    assert isinstance(refusal, CannotRequestReview)
    assert "in review already" in str(refusal)
    assert MedicalReview.objects.count() == 1


def test_two_editors_save_at_once_and_both_texts_are_kept(ann, morgan):
    page = factories.make_symptom(ann)

    def save(by, summary):
        copy = type(page).objects.get(pk=page.pk)
        factories.edit_page(copy, by=by, summary=summary)

    assert (
        count_lost(
            run_concurrently(partial(save, ann, "Ann's."), partial(save, morgan, "Morgan's."))
        )
        == []
    )
    numbers = sorted(page.revisions.values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert page.get_latest_revision().read().summary == type(page).objects.get(pk=page.pk).summary


def sign_many(ann, signers: list, pages: int) -> None:
    """Each signer takes their share of the reviews, all at once."""
    reviews = []
    for number in range(pages):
        page = factories.make_article(ann, slug=f"page-{number}", title=f"Page {number}")
        reviews.append(request_review(page, by=ann))
    shares = [reviews[place :: len(signers)] for place in range(len(signers))]

    def work(share, by):
        for review in share:
            sign(review, by)

    shared = zip(shares, signers, strict=True)
    assert count_lost(run_concurrently(*[partial(work, share, by) for share, by in shared])) == []


def assert_one_chain(length: int) -> None:
    entries = list(LedgerEntry.objects.in_order().values_list("sequence", "previous_hash", "hash"))
    assert [sequence for sequence, _, _ in entries] == list(range(1, length + 1))
    assert [previous for _, previous, _ in entries] == [
        "0" * 64,
        *(hash_ for _, _, hash_ in entries[:-1]),
    ]
    assert Article.objects.public().count() == length
    assert list(verification.find_faults()) == []


@pytest.mark.postgresql
def test_eight_people_sign_200_reviews_into_one_unforked_gapless_chain(ann, ravi, fiona):
    sign_many(ann, [ravi, fiona] * 4, pages=200)
    assert_one_chain(200)


@pytest.mark.sqlite
def test_two_people_sign_20_reviews_into_one_unforked_gapless_chain(ann, ravi, fiona):
    sign_many(ann, [ravi, fiona], pages=20)
    assert_one_chain(20)


def test_nobody_wins_by_an_error_that_is_not_a_refusal(ann, ravi, fiona):
    """Ten rounds of the closest race: whoever loses reads a sentence and not a stack trace."""
    for number in range(10):
        page = factories.make_article(ann, slug=f"page-{number}", title=f"Page {number}")
        review = request_review(page, by=ann)
        outcomes = run_concurrently(
            partial(sign, review, ravi),
            partial(sign, review, fiona),
            partial(send_back, review, ravi),
        )
        assert [isinstance(refusal, ActionRefused) for refusal in count_lost(outcomes)] == [
            True,
            True,
        ]
    assert LedgerEntry.objects.count() == 10


def test_two_managing_editors_record_one_batch_and_it_is_recorded_once(ann, morgan, olga):
    pages = [factories.make_article(ann, slug=f"page-{n}", title=f"Page {n}") for n in range(3)]
    claims = [factories.make_claim(page) for page in pages]
    turned = [claims, claims[::-1]]  # held in one order all the same
    outcomes = run_concurrently(
        *(
            partial(attest_all, these, by=by)
            for these, by in zip(turned, (morgan, olga), strict=True)
        )
    )
    (refusal,) = count_lost(outcomes)
    assert isinstance(refusal, CannotAttest)
    assert "recorded already" in str(refusal)
    assert LedgerEntry.objects.count() == 3
    assert list(verification.find_faults()) == []


def test_a_page_recorded_while_somebody_asks_for_its_review_is_one_or_the_other(ann, morgan):
    page = factories.make_article(ann)
    claim = factories.make_claim(page)
    outcomes = run_concurrently(
        partial(attest_all, [claim], by=morgan), partial(request_review, page, by=ann)
    )
    assert len(count_lost(outcomes)) <= 1
    assert list(verification.find_faults()) == []
    waiting = MedicalReview.objects.waiting().filter(article=page.pk).first()
    assert waiting is None or waiting.trigger == "first"


def sign_all(key, seen, by):
    """One act over many pages, as in a request."""
    user = User.objects.get(pk=by.pk)
    answers = {item.name: CONFIRMED for item in build_list(key, user).items}
    return sign_together(
        key, seen, by=user, conflicts="None", authentication="password", answers=answers
    )


def test_an_act_over_many_pages_is_whole_though_one_of_them_is_decided_at_once(ann, ravi, fiona):
    reviews = []
    for slug in ("a", "b", "c"):
        page = factories.make_symptom(ann, slug=slug, title=slug, body="<p>Phone 116 123.</p>")
        factories.sign_page(page, by=fiona, asked_by=ann)
        factories.edit_page(page, by=ann, body="<p>Phone 0800 555.</p>")
        reviews.append(request_review(page, by=ann))
    (same,) = find_same_changes(ravi.reviewer.pk)
    seen = [place.seen for place in build_list(same.key, ravi).places]
    before = LedgerEntry.objects.count()
    (refusal,) = count_lost(
        run_concurrently(
            partial(sign_all, same.key, seen, ravi),
            partial(sign_all, same.key, seen[::-1], fiona),
            partial(
                assign, MedicalReview.objects.get(pk=reviews[2].pk), reviewer=ravi.reviewer, by=ann
            ),
        )[:2]
    )
    assert isinstance(refusal, CannotSign)
    assert LedgerEntry.objects.count() == before + 3
    signers = LedgerEntry.objects.filter(review__in=reviews).values_list("by", flat=True)
    assert len(set(signers)) == 1
    assert list(verification.find_faults()) == []
