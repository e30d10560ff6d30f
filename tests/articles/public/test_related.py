"""Related pages: public pages of the same topics and facts, as published, in one query."""

import re

import pytest

from articles.models import Article
from articles.public import related as public_related
from articles.public.page_cache import page_cache
from articles.publishing import related_pages
from articles.publishing.actions import publish_metadata
from reviews.signing.actions import withdraw_page
from tests import factories

pytestmark = pytest.mark.django_db

PAGE = "/symptoms/facial-spasms/"


@pytest.fixture
def publish(ann, ravi):
    """Write and sign a page in some topics: ``publish("Tics", "bones", kind="symptom")``."""

    def publish(title: str, *topics: str, kind: str = "symptom", **fields):
        write = {"symptom": factories.make_symptom, "article": factories.make_article}[kind]
        page = write(ann, title=title, slug=title.lower().replace(" ", "-"), **fields)
        page.topics.set([factories.make_topic(topic.title(), topic) for topic in topics])
        factories.sign_page(page, by=ravi, asked_by=ann)
        return page

    return publish


def read_related(client, address: str = PAGE) -> list[str]:
    """The titles under "Related pages", on the day after."""
    related_pages.renew()
    page_cache.clear()
    section = re.search(
        r'<section class="related">.*?</section>', client.get(address).text, re.DOTALL
    )
    return re.findall(r"<li><a [^>]*>(.*?)</a>", section[0]) if section else []


def test_articles_come_first_then_by_title(publish, client):
    publish("Facial spasms", "bones")
    for title in ("Tics", "Ache", "Yawning"):
        publish(title, "bones")
    publish("Stretching", "bones", kind="article")
    assert read_related(client) == ["Stretching", "Ache", "Tics", "Yawning"]


def test_only_public_pages_of_the_same_topics_by_their_published_names(
    publish, ann, ravi, morgan, client
):
    publish("Facial spasms", "bones")
    kept, gone, moved = (publish(title, "bones") for title in ("Tics", "Gone", "Moved"))
    publish("Elsewhere", "heart")
    factories.make_symptom(ann, title="Draft", slug="draft").topics.set(
        [factories.make_topic("Bones", "bones")]
    )
    factories.edit_page(kept, by=ann, title="A draft title")
    withdraw_page(gone, reason="wrong", by=morgan)
    moved.topics.set([factories.make_topic("Heart", "heart")])
    assert read_related(client) == ["Moved", "Tics"]
    publish_metadata(Article.objects.filter(pk=moved.pk), by=morgan)
    assert read_related(client) == ["Tics"]


def test_what_shares_most_topics_is_chosen_and_then_the_next_by_title(publish, client):
    publish("Facial spasms", "bones", "nerves")
    for title in ("Ache", "Bruise", "Gait", "Hiccup", "Itch"):
        publish(title, "bones")
    publish("Cramp", "bones", "nerves")
    assert read_related(client) == ["Ache", "Cramp", "Gait", "Hiccup", "Itch"]


def test_what_the_text_names_itself_is_not_told_twice(publish, ann, ravi, client):
    other = publish("Tics", "bones")
    publish("Ache", "bones")
    symptom = factories.make_complete_symptom(ann, others=[other])
    symptom.topics.set([factories.make_topic("Bones", "bones")])
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    assert read_related(client) == ["Ache"]


def test_an_article_has_related_pages_and_a_page_alone_has_none(publish, client):
    publish("Stretching", "bones", kind="article")
    assert read_related(client, "/articles/stretching/") == []
    publish("Tics", "bones")
    assert read_related(client, "/articles/stretching/") == ["Tics"]
    assert read_related(client, "/symptoms/tics/") == ["Stretching"]
    assert "Related pages" not in client.get("/symptoms/tics/history/").text


@pytest.mark.parametrize("count", [1, 3, 300])
def test_the_neighbours_are_one_query_however_many_they_are(
    count, publish, ann, ravi, django_assert_num_queries
):
    slug = factories.publish_symptoms(count, by=ann, signer=ravi)[-1]
    page = publish("Aah", "bones-joints-and-muscles", "nerves")
    document = page.get_latest_revision().read()
    with django_assert_num_queries(1):
        near = public_related.find_related_pages(document, page)
    assert len(near.related) == min(count, related_pages.MAX_SHOWN)
    assert (
        f"/symptoms/{slug}/" in [entry["url"] for entry in near.related]
        or count > related_pages.MAX_SHOWN
    )
