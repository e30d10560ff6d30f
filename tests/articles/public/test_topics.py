"""A topic's page lists what live frames file there, and nothing else."""

import pytest

from articles.models import Article, Topic
from articles.public.page_cache import page_cache
from articles.publishing.actions import change_slug, publish_metadata
from reviews.signing.actions import withdraw_page
from tests import factories, html

pytestmark = pytest.mark.django_db

BONES = "/topics/bones-joints-and-muscles/"


def sign_symptoms(count, ann, ravi) -> list:
    written = [
        factories.make_symptom(ann, slug=f"ache-{n}", title=f"Ache {9 - n}") for n in range(count)
    ]
    for page in written:
        factories.sign_page(page, by=ravi, asked_by=ann)
    return written


@pytest.mark.parametrize("count", [1, 3])
def test_a_topic_lists_its_pages_by_title_in_a_fixed_number_of_queries(
    count, ann, ravi, client, django_assert_num_queries
):
    last = sign_symptoms(count, ann, ravi)[-1]
    factories.edit_page(last, by=ann, title="A draft title", summary="A draft summary")
    factories.make_symptom(ann, slug="draft", title="A draft page")
    page_cache.clear()
    with django_assert_num_queries(6):
        page = client.get(BONES)
    listed = [link for link in html.get_links(page.text) if "/ache-" in link]
    assert listed == [f"/symptoms/ache-{n}/" for n in reversed(range(count))]
    assert "are movements that you do not make on purpose." in page.text
    assert ">Symptom<" in page.text
    assert "draft" not in page.text
    assert html.find_empty_sections(page.text) == []
    with django_assert_num_queries(0):
        assert client.get(BONES).content == page.content


def test_a_topic_without_public_pages_is_not_there(ann, ravi, morgan, client):
    factories.make_topic("Secret plans", "secret-plans")
    assert client.get("/topics/secret-plans/").status_code == 404
    assert client.get(BONES).status_code == 404
    assert "<h2>Topics</h2>" not in client.get("/").text
    [page] = sign_symptoms(1, ann, ravi)
    page_cache.clear()
    assert client.get(BONES).status_code == 200
    withdraw_page(page, reason="wrong", by=morgan)
    page_cache.clear()
    assert client.get(BONES).status_code == 404


def test_pages_of_every_kind_stand_in_one_list_and_link_back(ann, ravi, client):
    sign_symptoms(1, ann, ravi)
    article = factories.make_article(ann)
    article.topics.add(factories.make_topic())
    factories.sign_page(article, by=ravi, asked_by=ann)
    page_cache.clear()
    text = client.get(BONES).text
    assert text.index("/symptoms/ache-0/") < text.index("/articles/keeping-a-diary/")
    assert BONES in html.get_links(client.get("/articles/keeping-a-diary/").text)
    assert {BONES, "/topics/general-health/"} <= set(html.get_links(client.get("/").text))


def test_a_renamed_topic_shows_only_once_its_pages_print_it(ann, ravi, morgan, client):
    sign_symptoms(1, ann, ravi)
    Topic.objects.filter(slug="bones-joints-and-muscles").update(name="Skeleton", slug="skeleton")
    page_cache.clear()
    assert "Bones, Joints and Muscles" in client.get(BONES).text
    assert client.get("/topics/skeleton/").status_code == 404
    publish_metadata(Article.objects.all(), by=morgan)
    page_cache.clear()
    assert "Skeleton" in client.get("/topics/skeleton/").text
    assert "Skeleton" in client.get("/").text
    assert client.get(BONES).status_code == 404


def test_a_moved_page_is_listed_at_its_new_address(ann, ravi, morgan, client):
    [page] = sign_symptoms(1, ann, ravi)
    change_slug(page, slug="pains", by=morgan)
    page_cache.clear()
    assert "/symptoms/pains/" in html.get_links(client.get(BONES).text)


def test_a_long_topic_comes_in_lists(ann, ravi, client, django_assert_num_queries):
    factories.publish_symptoms(150, by=ann, signer=ravi, title="Ache {:03}", related=0)
    with django_assert_num_queries(6):
        first = client.get(BONES)
    second = client.get(f"{BONES}2/")
    assert "list 1 of 2" in first.text
    assert f"{BONES}2/" in html.get_links(first.text)
    assert BONES in html.get_links(second.text)
    assert "/symptoms/ache-100/" in html.get_links(first.text)
    assert "/symptoms/ache-101/" in html.get_links(second.text)
    for number in (0, 3, 10**30):
        assert client.get(f"{BONES}{number}/").status_code == 404
    assert client.post(BONES).status_code == 405
