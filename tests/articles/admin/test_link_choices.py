"""The dialog for a link: pages by title with their state, and each address judged in words."""

import pytest

from articles.publishing.actions import change_slug, discard
from reviews.signing.actions import withdraw_page
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/admin/articles/article/links/"


@pytest.fixture
def pages(ann, ravi, morgan):
    """A page in every state, all with the same word in their titles."""
    public = factories.make_symptom(ann, slug="jaw-pain", title="Jaw pain")
    factories.sign_page(public, by=ravi, asked_by=ann)
    gone = factories.make_article(ann, slug="old-jaw", title="Old advice on the jaw")
    factories.sign_page(gone, by=ravi, asked_by=ann)
    withdraw_page(gone, reason="outdated", by=morgan)
    factories.make_article(ann, slug="jaw", title="Jaw")
    discard(factories.make_article(ann, slug="jaws", title="Jaws"), by=ann)
    return public


def test_pages_are_found_by_title_the_likeliest_first_with_their_state(ann_client, pages):
    found = ann_client.get(URL, {"q": "JAW"}).json()["pages"]
    assert [(page["title"], page["kind"], page["state"], page["href"]) for page in found] == [
        ("Jaw", "Article", "not public yet", "/articles/jaw/"),
        ("Jaw pain", "Symptom", "public", "/symptoms/jaw-pain/"),
        ("Old advice on the jaw", "Article", "withdrawn", "/articles/old-jaw/"),
    ]
    assert ann_client.get(URL, {"q": " "}).json() == {"pages": []}


def test_it_costs_the_same_for_1_and_for_3_pages(ann_client, pages, django_assert_max_num_queries):
    ann_client.get(URL, {"q": "pain"})
    for text in ("pain", "jaw"):
        with django_assert_max_num_queries(6):
            ann_client.get(URL, {"q": text})


def test_an_address_is_judged_in_words(ann_client, pages, morgan):
    def judge(href):
        return ann_client.get(URL, {"href": href}).json()

    assert judge("tel:+44 20 7946 0000") == {"href": "tel:+442079460000"}
    assert "leads into the admin" in judge("/admin/")["fault"]
    assert "leads to no page of this site" in judge("/symptoms/none/")["fault"]
    change_slug(pages, slug="pain-in-the-jaw", by=morgan)
    assert judge("/symptoms/jaw-pain/#causes") == {
        "href": "/symptoms/pain-in-the-jaw/#causes",
        "title": "Jaw pain",
        "state": "public",
    }


def test_only_editors_are_answered(client, charlie, pages):
    client.force_login(charlie)
    assert client.get(URL, {"q": "jaw"}).status_code in (302, 403)
