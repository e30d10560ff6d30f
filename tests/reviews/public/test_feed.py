"""The feed of newly reviewed pages: well-formed, advice first, signed words only."""

import datetime as dt
import xml.etree.ElementTree as ET

import pytest
import time_machine

from articles.models import Article
from articles.public.page_cache import page_cache
from articles.publishing.actions import record_revision
from reviews.public import feed
from reviews.signing.actions import withdraw_page
from tests import factories, html
from tests.database import sql

pytestmark = pytest.mark.django_db
FEED = "/feeds/reviewed.atom"
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def read(client) -> ET.Element:
    page_cache.clear()
    response = client.get(FEED)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(response.content)  # noqa: S314 - our own


def list_entries(client) -> list[dict[str, str]]:
    return [
        {
            name: entry.findtext(f"a:{name}", namespaces=ATOM)
            for name in ("id", "title", "updated", "summary")
        }
        | {"link": entry.find("a:link", ATOM).get("href")}
        for entry in read(client).findall("a:entry", ATOM)
    ]


def test_an_entry_says_first_when_to_call_for_help_and_then_what_was_signed(ann, ravi, client):
    symptom = factories.make_symptom(ann, summary="Small & sudden <movements>.")
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    (entry,) = list_entries(client)
    assert entry["id"] == f"urn:uuid:{symptom.uuid}"
    assert entry["title"] == "Facial spasms"
    assert entry["link"] == "http://testserver/symptoms/facial-spasms/"
    assert entry["updated"] == symptom.publications.get().at.isoformat()
    text = html.get_text(entry["summary"])
    advice, summary = text.index("Call 911 if one side"), text.index("Small & sudden <movements>.")
    assert (
        text.index("Call for emergency help")
        < advice
        < summary
        < text.index("reviewed by Ravi Rao, MD")
    )


def test_the_newest_signature_comes_first_and_each_page_once(ann, ravi, client):
    start = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    first, second = (
        factories.make_symptom(ann, slug=slug, title=slug.title()) for slug in ("ache", "tics")
    )
    for day, page in ((2, first), (1, second)):
        with time_machine.travel(start + dt.timedelta(days=day)):
            factories.sign_page(page, by=ravi, asked_by=ann)
    assert [entry["title"] for entry in list_entries(client)] == ["Ache", "Tics"]
    with time_machine.travel(start + dt.timedelta(days=3)):
        factories.sign_page(
            factories.edit_page(second, by=ann, summary="New."),
            by=ravi,
            asked_by=ann,
            trigger="change",
        )
    found = list_entries(client)
    assert [entry["title"] for entry in found] == ["Tics", "Ache"]
    assert "Updated, countersigned by Ravi Rao, MD on 5 March 2026." in found[0]["summary"]


def test_of_two_signatures_of_one_moment_the_later_comes_first(ann, ravi, client):
    with time_machine.travel(dt.datetime(2026, 3, 2, tzinfo=dt.UTC), tick=False):
        for slug in ("ache", "tics"):
            page = factories.make_symptom(ann, slug=slug, title=slug.title())
            factories.sign_page(page, by=ravi, asked_by=ann)
    assert [entry["title"] for entry in list_entries(client)] == ["Tics", "Ache"]


def test_drafts_and_withdrawn_pages_are_not_in_it(ann, ravi, morgan, client):
    kept, gone = (
        factories.make_symptom(ann, slug=slug, title=slug.title()) for slug in ("kept", "gone")
    )
    for page in (kept, gone):
        factories.sign_page(page, by=ravi, asked_by=ann)
    withdraw_page(gone, reason="wrong", by=morgan)
    factories.edit_page(kept, by=ann, title="A draft title", summary="A draft summary")
    assert [entry["title"] for entry in list_entries(client)] == ["Kept"]
    assert "draft" not in client.get(FEED).text


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_three_queries_cold_and_none_warm(
    count, ann, ravi, client, django_assert_num_queries
):
    for number in range(count):
        factories.sign_page(
            factories.make_article(ann, slug=f"d-{number}", title=f"D {number}"),
            by=ravi,
            asked_by=ann,
        )
    with django_assert_num_queries(3):
        first = client.get(FEED)
    with django_assert_num_queries(0):
        assert client.get(FEED).content == first.content


def test_it_is_as_long_as_a_reader_of_feeds_can_use(ann, ravi, client):
    factories.publish_symptoms(feed.MAX_ENTRIES + 1, by=ann, signer=ravi)
    assert len(list_entries(client)) == feed.MAX_ENTRIES


def test_an_overdue_page_says_so_in_the_feed_too(ann, ravi, client):
    factories.sign_page(factories.make_article(ann), by=ravi, asked_by=ann)
    assert "past its review date" not in client.get(FEED).text
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=400)):
        assert "This page is past its review date." in list_entries(client)[0]["summary"]


def test_an_empty_feed_is_whole(client):
    tree = read(client)
    for name in ("id", "title", "updated"):
        assert tree.findtext(f"a:{name}", namespaces=ATOM)
    assert tree.findall("a:entry", ATOM) == []


def test_pages_say_where_the_feed_is(client):
    assert (
        '<link rel="alternate" type="application/atom+xml" '
        f'title="Newly reviewed pages" href="{FEED}">' in (client.get("/").text)
    )


def test_a_text_that_was_signed_with_what_xml_cannot_hold_leaves_the_feed_whole(
    ann, ravi, morgan, client
):
    symptom = factories.make_symptom(ann)
    sql("UPDATE articles_article SET title = %s WHERE id = %s", "Head\uffffache", symptom.pk)
    record_revision(Article.objects.get(pk=symptom.pk).symptom, by=ann)
    factories.sign_page(symptom, by=ravi, asked_by=morgan, override="As it stood.")
    (entry,) = list_entries(client)
    assert "Head\ufffdache" in entry["title"]
