"""The public pages of a symptom that names very many causes: none is lost, none is long, lists know them all."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.actions import change_address
from articles.models import Article
from articles.shelf import shelf
from config.export import addresses
from reviews.actions import withdraw_page
from tests import html, hubs, stories

pytestmark = pytest.mark.django_db
PAGE = "/symptoms/weakness/"
MEGABYTE = 1_000_000


@pytest.fixture
def hub(ann, ravi):
    """More causes than one page has, signed."""
    page = hubs.write_hub(ann, causes=1_100)
    stories.sign(page, by=ravi, asked_by=ann)
    return page


def names(page) -> list[int]:
    """The numbers of the causes that a page has sections for, in order."""
    return [int(said.split()[1]) for tag, said in html.Outline(page.text).steps if tag == "h3" and "Condition " in said]


def test_every_cause_stands_on_one_of_the_pages_and_the_advice_on_each(client, hub):
    pages = [client.get(f"{PAGE}causes/{number}") for number in ("", "2/", "3/")]
    assert [page.status_code for page in pages] == [200] * 3
    assert [len(names(page)) for page in pages] == [500, 500, 100]
    assert all("Call 911 if one side of your face droops." in html.text(page.text) for page in pages)
    assert "Causes 501–1,000 of 1,100." in html.text(pages[1].text)
    assert {f"{PAGE}causes/", f"{PAGE}causes/3/"} <= set(html.links(pages[1].text))
    assert "<title>What causes weakness? Page 2 –" in pages[1].text
    assert f'rel="canonical" href="http://testserver{PAGE}causes/2/"' in pages[1].text
    assert client.get(f"{PAGE}causes/4/").status_code == 404
    assert client.get(f"{PAGE}causes/0/").status_code == 404


def test_a_group_goes_on_under_its_heading(client, ann, ravi):
    page = hubs.write_hub(ann, causes=510)
    page.symptom_causes.update(group="Nerves")
    stories.sign(stories.edit(page, by=ann), by=ravi, asked_by=ann)
    assert ("h2", "Nerves") in html.Outline(client.get(f"{PAGE}causes/2/").text).steps


def test_the_page_itself_names_the_first_and_says_where_all_stand(client, hub):
    page = client.get(PAGE)
    assert "These are the first 500 of 1,100 causes." in html.text(page.text)
    assert "Condition 0499" in page.text
    assert "Condition 0500" not in page.text
    assert f"{PAGE}causes/" in html.links(page.text)


def test_a_symptom_of_some_causes_has_one_page_of_them_as_ever(client, ann, ravi):
    page = stories.write_symptom(ann)
    stories.add_facts(page, ann, causes=3)
    stories.sign(page, by=ravi, asked_by=ann)
    shown = client.get("/symptoms/facial-spasms/causes/")
    assert "of 3" not in html.text(shown.text)
    assert "More of this list" not in shown.text
    assert client.get("/symptoms/facial-spasms/causes/2/").status_code == 404


def test_moved_and_withdrawn_pages_answer_at_each_address(client, hub, morgan):
    change_address(Article.objects.get(pk=hub.pk), slug="feeling-weak", by=morgan)
    moved = client.get(f"{PAGE}causes/2/")
    assert (moved.status_code, moved["Location"]) == (301, "/symptoms/feeling-weak/causes/2/")
    withdraw_page(Article.objects.get(pk=hub.pk), reason="safety", by=morgan)
    shelf.clear()
    assert client.get("/symptoms/feeling-weak/causes/2/").status_code == 410
    paths = {address.path for address in addresses.every()}
    assert {"/symptoms/feeling-weak/causes/3/", f"{PAGE}causes/3/"} <= paths


def test_sitemap_export_and_finder_know_the_further_pages(client, hub):
    sitemap = client.get("/sitemap.xml").text
    assert all(f"{PAGE}causes/{number}</loc>" in sitemap for number in ("", "2/", "3/"))
    assert f"{PAGE}causes/4/" not in sitemap
    paths = [address.path for address in addresses.every()]
    assert [path for path in paths if path.startswith(f"{PAGE}causes/")] == [
        f"{PAGE}causes/",
        f"{PAGE}causes/2/",
        f"{PAGE}causes/3/",
    ]
    found = client.get("/finder/?s=weakness&causes=30")
    links = [link for link in html.links(found.text) if "causes/" in link and "#cause-" in link]
    assert links
    for link in links[:5]:
        path, anchor = link.split("#")
        assert f'id="{anchor}"' in client.get(path).text


def test_a_page_costs_two_queries_and_less_than_half_a_megabyte_at_the_size_of_an_ontology(client, ann, ravi):
    stories.sign(hubs.write_hub(ann), by=ravi, asked_by=ann)
    for path in (PAGE, f"{PAGE}causes/", f"{PAGE}causes/5/"):
        shelf.clear()
        with CaptureQueriesContext(connection) as queries:
            page = client.get(path)
        assert (page.status_code, len(queries)) == (200, 2)
        assert len(page.content) < MEGABYTE / 2
