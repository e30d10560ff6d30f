"""The deeds around an editor's form, outside of any transaction but their own, as on a running site."""

import pytest

from articles.models import Article
from reviews.models import MedicalReview
from tests import stories

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_every_deed_of_the_admin_works_without_a_transaction_around_it(client, ann, ravi, morgan):
    symptom = stories.write_symptom(ann)
    client.force_login(morgan)

    def do(deed, **values):
        response = client.post(f"/admin/symptoms/symptom/{symptom.pk}/{deed}/", values)
        assert response.status_code == 302, deed

    do("ask", trigger="first", note="Please read it.")
    do("take-back")
    do("address", slug="face-spasms")
    stories.sign(symptom, by=ravi, asked_by=ann)
    do("restore", number=1)
    do("withdraw", reason="outdated")
    assert MedicalReview.objects.decided().count() == 2
    assert not Article.objects.public().exists()
    draft = symptom = stories.write_symptom(ann, slug="draft", title="Draft")
    do("discard")
    assert not Article.objects.kept().filter(pk=draft.pk).exists()
