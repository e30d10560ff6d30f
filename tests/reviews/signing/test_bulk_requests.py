"""Reviews of many pages: one set of rules, a fixed number of queries, and none asked for twice."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, AuditEvent, Revision
from reviews import verification
from reviews.models import MedicalReview
from reviews.recalls.actions import open_recall
from reviews.signing.actions import request_review
from reviews.signing.requests import ReviewRequest, prepare_pages, request_reviews
from tests import factories

pytestmark = pytest.mark.django_db


def publish(ann, ravi, *titles: str) -> list[Article]:
    pages = []
    for title in titles:
        page = factories.make_symptom(ann, slug=title.lower(), title=title)
        factories.sign_page(page, by=ravi, asked_by=ann)
        pages.append(page)
    return pages


def request_all(pages, by, **asked):
    return request_reviews([page.pk for page in pages], ReviewRequest(by, **asked))


def test_some_pages_are_refused_and_the_others_asked_for(ann, ravi, fiona):
    public, waiting, own = publish(ann, ravi, "Public", "Waiting", "Own")
    request_review(waiting, by=ann)
    factories.edit_page(own, by=fiona, body="<p>Words of hers.</p>")
    gone = factories.make_symptom(
        ann, slug="gone", title="Gone", discarded_by=ann, discarded_at=timezone.now()
    )
    draft = factories.make_symptom(ann, slug="draft", title="Draft")
    events = AuditEvent.objects.count()
    pages = [public, waiting, gone, own, draft]
    result = request_all(pages, ann, reviewer=fiona.reviewer, note="Soon, please.")
    assert {review.article.title: review.trigger for review in result.reviews} == {
        "Public": "annual",
        "Draft": "first",
    }
    reasons = {page.title: str(refusal) for page, refusal in result.refusals}
    assert reasons == {
        "Waiting": "This page is in review already. Cancel that request to request again.",
        "Gone": "This page was discarded.",
        "Own": "Fiona Field, MD wrote some of this page and cannot sign it. Choose somebody else.",
    }
    assert AuditEvent.objects.count() == events + 2
    assert request_all([public, waiting, gone, draft], ann).reviews == []
    assert MedicalReview.objects.waiting().count() == 3


def test_a_page_that_changed_since_it_was_prepared_is_asked_for_as_it_is(ann, ravi):
    same, changed = publish(ann, ravi, "Same", "Changed")
    keys = [same.pk, changed.pk]
    prepared = prepare_pages(keys)
    factories.edit_page(changed, by=ann, body="<p>Other words.</p>")
    result = request_reviews(keys, ReviewRequest(ann), prepared=prepared)
    assert [review.trigger for review in result.reviews] == ["annual", "change"]
    newest = Revision.objects.filter(article=changed.pk).order_by("-number").first()
    assert result.reviews[1].revision == newest
    assert list(verification.find_faults()) == []


def test_a_page_that_got_into_review_since_it_was_prepared_gets_no_second_one(ann, ravi):
    (page,) = publish(ann, ravi, "Page")
    prepared = prepare_pages([page.pk])
    request_review(page, by=ann)
    result = request_reviews([page.pk], ReviewRequest(ann), prepared=prepared)
    assert (result.reviews, len(result.refusals)) == ([], 1)


def test_three_pages_take_as_many_queries_as_one(ann, ravi, fiona, morgan):
    pages = publish(ann, ravi, *(f"Page {number}" for number in range(8)))
    keys = [page.pk for page in pages]

    def count(page_ids, act) -> int:
        with CaptureQueriesContext(connection) as queries:
            act(page_ids)
        return len(queries)

    def ask(page_ids):
        assert request_reviews(page_ids, ReviewRequest(ann, reviewer=fiona.reviewer)).reviews

    def recall(page_ids):
        open_recall(page_ids, trigger="safety", reason="News.", by=morgan)

    assert morgan.has_perm("reviews.see_radar")  # its queries come once
    assert count(keys[:1], ask) == count(keys[1:4], ask)
    one = count(keys[4:5], recall)
    assert one == count(keys[5:8], recall)
    assert one <= 36
