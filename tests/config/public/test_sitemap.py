"""The sitemap: every public address, nothing that is not public, in a fixed number of queries."""

import datetime as dt
import xml.etree.ElementTree as ET

import pytest
import time_machine

from articles.models import PublicationEvent
from articles.public.page_cache import page_cache
from articles.publishing.actions import change_slug
from config.public import sitemap
from reviews.signing.actions import withdraw_page
from tests import factories

pytestmark = pytest.mark.django_db
SITE = "http://testserver"
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def list_entries(response) -> dict[str, str]:
    """Address → moment of its last change, of a sitemap or of an index of them."""
    tree = ET.fromstring(response.content)  # noqa: S314 - our own
    assert response["Content-Type"].startswith("application/xml")
    return {
        node.findtext("s:loc", namespaces=NAMES): node.findtext("s:lastmod", namespaces=NAMES)
        for node in [*tree.findall("s:url", NAMES), *tree.findall("s:sitemap", NAMES)]
    }


def test_every_public_address_is_listed_and_can_be_read(ann, ravi, client):
    for page in (factories.make_complete_symptom(ann), factories.make_article(ann)):
        factories.sign_page(page, by=ravi, asked_by=ann)
    found = list_entries(client.get("/sitemap.xml"))
    assert {address.removeprefix(SITE) for address in found} == {
        "/",
        "/symptoms/",
        "/causes/",
        "/articles/",
        "/topics/",
        "/reviewers/",
        "/emergencies/",
        "/about/",
        "/symptoms/facial-spasms/",
        "/symptoms/facial-spasms/causes/",
        "/articles/keeping-a-diary/",
        *(f"/causes/cause-{place}-of-facial-spasms/" for place in range(3)),
        "/topics/bones-joints-and-muscles/",
        "/topics/general-health/",
        "/reviewers/ravi-rao/",
    }
    for address in found:
        assert client.get(address.removeprefix(SITE)).status_code == 200, address


def test_the_title_of_a_draft_moves_no_line(ann, ravi, client):
    pages = [
        factories.make_symptom(ann, slug=name, title=name.title()) for name in ("ache", "bump")
    ]
    for page in pages:
        factories.sign_page(page, by=ravi, asked_by=ann)
    before = client.get("/sitemap.xml").content
    factories.edit_page(pages[0], by=ann, title="Zebra")
    page_cache.clear()
    assert client.get("/sitemap.xml").content == before


def test_drafts_withdrawn_pages_and_histories_are_not_listed(ann, ravi, morgan, client):
    factories.make_symptom(ann, slug="draft", title="Draft")
    gone, moved = (
        factories.make_complete_symptom(ann, slug=slug, title=slug.title())
        for slug in ("gone", "moved")
    )
    for page in (gone, moved):
        factories.sign_page(page, by=ravi, asked_by=ann)
    withdraw_page(gone, reason="wrong", by=morgan)
    change_slug(moved, slug="found", by=morgan)
    moved.refresh_from_db()
    factories.sign_page(
        factories.edit_page(moved, by=ann, summary="New."), by=ravi, asked_by=ann, trigger="change"
    )
    text = client.get("/sitemap.xml").text
    assert f"{SITE}/symptoms/found/" in text
    for word in ("draft", "gone", "/moved/", "history"):
        assert word not in text


def test_a_signature_moves_a_page_and_a_frame_does_not(ann, ravi, morgan, client):
    address = f"{SITE}/articles/keeping-a-diary/"
    signed = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
    with time_machine.travel(signed, tick=False):
        page = factories.make_article(ann, slug="diary")
        factories.sign_page(page, by=ravi, asked_by=ann)
    change_slug(page, slug="keeping-a-diary", by=morgan)
    assert list_entries(client.get("/sitemap.xml"))[address] == signed.isoformat()
    with time_machine.travel(signed + dt.timedelta(days=3), tick=False):
        factories.sign_page(page, by=ravi, asked_by=ann, trigger="annual")
    page_cache.clear()
    assert (
        list_entries(client.get("/sitemap.xml"))[address]
        == (signed + dt.timedelta(days=3)).isoformat()
    )


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_are_the_same_for_one_page_and_for_many(
    count, ann, ravi, client, django_assert_num_queries
):
    factories.publish_symptoms(count, by=ann, signer=ravi)
    with django_assert_num_queries(9):
        first = client.get("/sitemap.xml")
    with django_assert_num_queries(0):
        assert client.get("/sitemap.xml").content == first.content


def test_a_large_site_has_a_sitemap_in_several_files(
    ann, ravi, client, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(sitemap, "ENTRIES_PER_FILE", 3)
    factories.publish_symptoms(7, by=ann, signer=ravi)
    with django_assert_num_queries(3):
        index = list_entries(client.get("/sitemap.xml"))
    files = [
        f"/sitemap/{name}.xml" for name in ("pages-1", "pages-2", "pages-3", "causes-1", "site-1")
    ]
    assert set(files) < {address.removeprefix(SITE) for address in index}
    found = {}
    for address in index:
        page_cache.clear()
        with django_assert_num_queries(3):
            found |= list_entries(client.get(address.removeprefix(SITE)))
    assert len([address for address in found if address.startswith(f"{SITE}/symptoms/ache-")]) == 14
    assert f"{SITE}/" in found
    assert len(found) == 7 * 2 + 1 + 1 + 1 + 8


@pytest.mark.parametrize(
    "address", ["/sitemap/pages-0.xml", "/sitemap/pages-2.xml", "/sitemap/nothing-1.xml"]
)
def test_a_file_that_does_not_exist_is_not_there(address, ann, ravi, client):
    factories.sign_page(factories.make_article(ann), by=ravi, asked_by=ann)
    assert client.get(address).status_code == 404


def test_an_empty_site_has_a_sitemap(client):
    names = ("symptoms", "causes", "articles", "topics", "reviewers", "emergencies", "about")
    lists = ("", *(f"{name}/" for name in names))
    assert set(list_entries(client.get("/sitemap.xml"))) == {f"{SITE}/{name}" for name in lists}
    assert not PublicationEvent.objects.exists()
