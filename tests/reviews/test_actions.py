"""Signing, from the request to the public page, and every refusal on the way."""

import pytest

from articles.models import Article
from reviews.actions import CannotSign, request_review, sign_off
from tests import stories

pytestmark = pytest.mark.django_db


def test_a_signed_symptom_is_public_with_its_review_line(ann, ravi, client):
    symptom = stories.write_symptom(ann)
    stories.sign(symptom, by=ravi, asked_by=ann)
    page = client.get("/symptoms/facial-spasms/")
    assert page.status_code == 200
    assert "Ravi Rao" in page.text
    assert Article.objects.get(pk=symptom.pk).live.revision.number == 1


def test_ann_cannot_sign(ann, ravi):
    symptom = stories.write_symptom(ann)
    review = request_review(symptom, by=ann)
    with pytest.raises(CannotSign, match="Only reviewers"):
        sign_off(review, by=ann, seen_digest=review.revision.digest, conflicts="None")
