"""The many pages of other tests and benchmarks are as good as pages signed one by one."""

import pytest

from articles.models import Article
from reviews import verification
from reviews.models import LedgerEntry
from tests import factories

pytestmark = pytest.mark.django_db


def test_pages_made_at_once_pass_verification(ann, ravi, client):
    slugs = factories.publish_symptoms(30, by=ann, signer=ravi)
    assert list(verification.find_faults()) == []
    assert Article.objects.public().count() == 30
    page = client.get(f"/symptoms/{slugs[0]}/")
    assert page.status_code == 200
    assert all(
        word in page.text for word in ("Ravi Rao", "Long day 0", "/symptoms/ache-2/", "filed under")
    )


def test_pages_signed_again_at_once_pass_verification(ann, ravi):
    factories.publish_symptoms(5, by=ann, signer=ravi)
    factories.sign_all_again(12, signer=ravi)
    assert list(verification.find_faults()) == []
    assert LedgerEntry.objects.count() == 17
