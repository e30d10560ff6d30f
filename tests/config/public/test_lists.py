"""The lists of topics and of reviewers: empty, with one and with three rows, in several pages."""

import pytest

from articles.public import topics
from articles.public.page_cache import page_cache
from reviews.public import reviewer_profile
from reviews.signing.actions import withdraw_page
from tests import factories, html
from tests.html import find_node, read_json_ld

pytestmark = pytest.mark.django_db


def list_links(page, start: str) -> list[str]:
    main = page.text[page.text.index("<main") : page.text.index("</main>")]
    return [link for link in html.get_links(main) if link.startswith(start) and link != start]


@pytest.mark.parametrize(
    ("address", "words"), [("/topics/", "No topics yet"), ("/reviewers/", "No reviewers yet")]
)
def test_an_empty_list_says_what_will_stand_there(address, words, ann, client):
    factories.make_symptom(ann).topics.add(factories.make_topic("Secret", "secret"))
    page = client.get(address)
    assert page.status_code == 200
    assert words in page.text
    assert "Secret" not in page.text
    assert html.find_empty_sections(page.text) == []
    assert client.get(f"{address}page/2/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_topics_are_listed_by_name_in_a_fixed_number_of_queries(
    count, ann, ravi, client, django_assert_num_queries
):
    for name in ("Skin", "Bones", "Ears")[:count]:
        page = factories.make_article(ann, slug=name.lower(), title=name)
        page.topics.set([factories.make_topic(name, name.lower())])
        factories.sign_page(page, by=ravi, asked_by=ann)
    with django_assert_num_queries(4):
        page = client.get("/topics/")
    listed = {1: ["/topics/skin/"], 3: [f"/topics/{slug}/" for slug in ("bones", "ears", "skin")]}
    assert list_links(page, "/topics/") == listed[count]
    assert "1 page" in html.get_text(page.text)
    assert find_node(read_json_ld(page.text), "CollectionPage")["name"] == "Topics"
    with django_assert_num_queries(0):
        client.get("/topics/")


@pytest.mark.parametrize("count", [1, 3])
def test_reviewers_are_those_whose_signature_is_public(
    count, ann, ravi, fiona, morgan, client, django_assert_num_queries
):
    for number in range(count):
        page = factories.make_symptom(ann, slug=f"ache-{number}", title=f"Ache {number}")
        factories.sign_page(page, by=ravi, asked_by=ann)
    gone = factories.make_article(ann)
    factories.sign_page(gone, by=fiona, asked_by=ann)
    page_cache.clear()
    with django_assert_num_queries(5):
        page = client.get("/reviewers/")
    assert list_links(page, "/reviewers/") == ["/reviewers/fiona-field/", "/reviewers/ravi-rao/"]
    assert f"{count} signed page" in html.get_text(page.text)
    withdraw_page(gone, reason="wrong", by=morgan)
    page_cache.clear()
    assert list_links(client.get("/reviewers/"), "/reviewers/") == ["/reviewers/ravi-rao/"]


def test_a_reviewer_has_the_name_and_credentials_of_the_latest_signature(ann, ravi, client):
    factories.sign_page(factories.make_symptom(ann), by=ravi, asked_by=ann)
    ravi.reviewer.name, ravi.reviewer.post_nominals = "Somebody Else", "PhD"
    ravi.reviewer.save()
    page = client.get("/reviewers/")
    assert "Ravi Rao" in page.text
    assert "Somebody Else" not in page.text
    assert "PhD" not in page.text


def test_long_lists_come_in_pages(ann, ravi, fiona, client, monkeypatch):
    monkeypatch.setattr(topics, "TOPICS_PER_PAGE", 1)
    monkeypatch.setattr(reviewer_profile._reviewers, "per_page", 1)
    for signer, slug in ((ravi, "ache"), (fiona, "tics")):
        page = factories.make_symptom(ann, slug=slug, title=slug.title())
        page.topics.set([factories.make_topic(slug.title(), f"{slug}-topic")])
        factories.sign_page(page, by=signer, asked_by=ann)
    for address, first, second in (
        ("/topics/", "/topics/ache-topic/", "/topics/tics-topic/"),
        ("/reviewers/", "/reviewers/fiona-field/", "/reviewers/ravi-rao/"),
    ):
        more = f"{address}page/2/"
        assert list_links(client.get(address), address) == [first, more]
        assert list_links(client.get(more), address) == [second]
        assert client.get(f"{address}page/3/").status_code == 404
