"""Everybody locks in one order: pages by key, ledger tip, publication log, end of the chain."""

import pytest

from articles.audit import verification
from articles.emergencies.phrases import add_phrase
from articles.models import Article, AuditEvent
from articles.publishing.actions import change_slug
from articles.publishing.bulk_actions import add_to_topic, set_notice
from articles.publishing.copyright_notices import roll_copyright_year
from reviews.signing.actions import request_review, withdraw_page
from tests import factories
from tests.database import run_concurrently
from tests.factories import sign_off

pytestmark = pytest.mark.postgresql  # SQLite has one writer at a time


def test_actions_in_opposite_orders_do_not_block_each_other(
    transactional_db, ann, ravi, fiona, morgan
):
    slugs = factories.publish_symptoms(4, by=ann, signer=ravi, related=0)
    pages = list(Article.objects.filter(slug__in=slugs).order_by("pk"))
    reviews = [request_review(page, by=ann, reviewer=None, trigger="annual") for page in pages[:2]]
    notice = factories.make_notice()
    other = factories.make_full_notice()
    topic = factories.make_topic("Face", "face")
    forwards = Article.objects.filter(pk__in=[page.pk for page in pages]).order_by("pk")

    def sign(review):
        return sign_off(
            review,
            by=fiona,
            seen_digest=review.revision.digest,
            conflicts="None",
            authentication="password",
        )

    outcomes = run_concurrently(
        lambda: set_notice(forwards.order_by("-pk"), notice=other, by=morgan).public_count,
        lambda: add_to_topic(forwards, topic=topic, by=morgan).public_count,
        lambda: roll_copyright_year([notice], year=2027, by=morgan),
        lambda: sign(reviews[1]),
        lambda: sign(reviews[0]),
        lambda: change_slug(pages[2], slug="elsewhere", by=morgan),
        lambda: withdraw_page(pages[3], reason="wrong", by=morgan),
        lambda: add_phrase(
            text="slumped over", meaning="now", subject="unconscious", language="en", by=morgan
        ),
    )
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert list(verification.find_faults()) == []
    numbers = list(AuditEvent.objects.in_order().values_list("sequence", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
