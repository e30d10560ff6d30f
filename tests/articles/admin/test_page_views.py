"""The views around a page's form, without a transaction around them, as on a running site."""

import pytest

from articles.models import Article
from reviews.models import MedicalReview, Reviewer
from tests import factories
from tests.html import read_form

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_every_deed_of_the_admin_works_without_a_transaction_around_it(client, ann, ravi, morgan):
    symptom = factories.make_symptom(ann)
    client.force_login(morgan)

    def do(view, **values):
        response = client.post(f"/admin/symptoms/symptom/{symptom.pk}/{view}/", values)
        assert response.status_code == 302, view

    do("ask", trigger="first", note="Please read it.")
    do("take-back")
    do("address", slug="face-spasms")
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    do("restore", number=1)
    do("withdraw", reason="outdated")
    assert MedicalReview.objects.decided().count() == 2
    assert not Article.objects.public().exists()
    draft = symptom = factories.make_symptom(ann, slug="draft", title="Draft")
    do("discard")
    assert not Article.objects.active().filter(pk=draft.pk).exists()


def test_a_reviewer_stays_the_same_person_and_is_verified_anew_after_a_change(
    client, ann, ravi, morgan
):
    factories.sign_page(factories.make_symptom(ann), by=ravi, asked_by=ann)
    client.force_login(morgan)
    form = f"/admin/reviews/reviewer/{ravi.reviewer.pk}/change/"
    values = read_form(client.get(form)) | {
        "user": ann.pk,
        "slug": "somebody-else",
        "post_nominals": "MD, PhD",
    }
    response = client.post(form, values, follow=True)
    assert "can sign once somebody has verified these credentials" in response.text
    reviewer = Reviewer.objects.get(pk=ravi.reviewer.pk)
    assert (reviewer.user, reviewer.slug, reviewer.post_nominals) == (ravi, "ravi-rao", "MD, PhD")
    assert reviewer.verified_at is None
    act = {"action": "verify", "_selected_action": [reviewer.pk]}
    assert (
        "is verified, and can sign."
        in client.post("/admin/reviews/reviewer/", act, follow=True).text
    )
    assert Reviewer.objects.get(pk=reviewer.pk).verified_by == morgan
