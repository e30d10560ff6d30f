"""The public pages of a symptom with very many causes: none is lost and no page is long."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from articles.public.page_cache import page_cache
from articles.publishing.actions import change_slug
from config.operations.static_site import addresses
from reviews.signing.actions import withdraw_page
from symptoms.models import Symptom
from tests import factories, html

pytestmark = pytest.mark.django_db
PAGE = "/symptoms/weakness/"
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def shared_large_symptom(module_db):
    """More causes than one page has, signed."""
    ann, ravi = map(factories.get_person, ("ann", "ravi"))
    page = factories.make_large_symptom(ann, causes=1_100)
    factories.sign_page(page, by=ravi, asked_by=ann)
    return page


@pytest.fixture
def large_symptom(shared_large_symptom, db):
    return Symptom.objects.get(pk=shared_large_symptom.pk)


def list_names(page) -> list[int]:
    """The numbers of the causes that a page has sections for, in order."""
    numbers = []
    for tag, text in html.Outline(page.text).steps:
        if tag == "h3" and "Condition " in text:
            numbers.append(int(text.split()[1]))
    return numbers


def test_every_cause_stands_on_one_of_the_pages_and_the_advice_on_each(client, large_symptom):
    pages = [client.get(f"{PAGE}causes/{number}") for number in ("", "2/", "3/")]
    assert [page.status_code for page in pages] == [200] * 3
    assert [len(list_names(page)) for page in pages] == [500, 500, 100]
    assert all(
        "Call 911 if one side of your face droops." in html.get_text(page.text) for page in pages
    )
    assert "Causes 501–1,000 of 1,100." in html.get_text(pages[1].text)
    assert {f"{PAGE}causes/", f"{PAGE}causes/3/"} <= set(html.get_links(pages[1].text))
    assert "<title>What causes weakness? Page 2 –" in pages[1].text
    assert f'rel="canonical" href="http://testserver{PAGE}causes/2/"' in pages[1].text
    assert client.get(f"{PAGE}causes/4/").status_code == 404
    assert client.get(f"{PAGE}causes/0/").status_code == 404
    first_again = client.get(f"{PAGE}causes/1/")
    assert (first_again.status_code, first_again["Location"]) == (301, f"{PAGE}causes/")


def test_a_group_goes_on_under_its_heading(client, ann, ravi):
    page = factories.make_large_symptom(ann, causes=510)
    page.symptom_causes.update(group="Nerves")
    factories.sign_page(factories.edit_page(page, by=ann), by=ravi, asked_by=ann)
    assert ("h2", "Nerves") in html.Outline(client.get(f"{PAGE}causes/2/").text).steps


def test_the_page_itself_names_the_first_and_says_where_all_stand(client, large_symptom):
    page = client.get(PAGE)
    assert "These are the first 500 of 1,100 causes." in html.get_text(page.text)
    assert "Condition 0499" in page.text
    assert "Condition 0500" not in page.text
    assert f"{PAGE}causes/" in html.get_links(page.text)


def test_a_symptom_of_some_causes_has_one_page_of_them_as_ever(client, ann, ravi):
    page = factories.make_symptom(ann)
    factories.add_facts(page, ann, causes=3)
    factories.sign_page(page, by=ravi, asked_by=ann)
    shown = client.get("/symptoms/facial-spasms/causes/")
    assert "of 3" not in html.get_text(shown.text)
    assert "More of this list" not in shown.text
    assert client.get("/symptoms/facial-spasms/causes/2/").status_code == 404


def test_moved_and_withdrawn_pages_answer_at_each_address(client, large_symptom, morgan):
    change_slug(Article.objects.get(pk=large_symptom.pk), slug="feeling-weak", by=morgan)
    moved = client.get(f"{PAGE}causes/2/")
    assert (moved.status_code, moved["Location"]) == (301, "/symptoms/feeling-weak/causes/2/")
    withdraw_page(Article.objects.get(pk=large_symptom.pk), reason="safety", by=morgan)
    page_cache.clear()
    assert client.get("/symptoms/feeling-weak/causes/2/").status_code == 410
    paths = {address.path for address in addresses.iter_addresses()}
    assert {"/symptoms/feeling-weak/causes/3/", f"{PAGE}causes/3/"} <= paths


def test_sitemap_export_and_finder_know_the_further_pages(client, large_symptom):
    sitemap = client.get("/sitemap.xml").text
    assert all(f"{PAGE}causes/{number}</loc>" in sitemap for number in ("", "2/", "3/"))
    assert f"{PAGE}causes/4/" not in sitemap
    paths = [address.path for address in addresses.iter_addresses()]
    assert [path for path in paths if path.startswith(f"{PAGE}causes/")] == [
        f"{PAGE}causes/",
        f"{PAGE}causes/2/",
        f"{PAGE}causes/3/",
    ]
    found = client.get("/finder/?s=weakness&causes=30")
    links = [link for link in html.get_links(found.text) if "causes/" in link and "#cause-" in link]
    assert links
    for link in links[:5]:
        path, anchor = link.split("#")
        assert f'id="{anchor}"' in client.get(path).text


def test_a_page_costs_four_queries_and_less_than_half_a_megabyte_at_the_size_of_an_ontology(
    client, ann, ravi
):
    factories.sign_page(factories.make_large_symptom(ann), by=ravi, asked_by=ann)
    for path in (PAGE, f"{PAGE}causes/", f"{PAGE}causes/5/"):
        page_cache.clear()
        with CaptureQueriesContext(connection) as queries:
            page = client.get(path)
        assert (page.status_code, len(queries)) == (200, 4)
        assert len(page.content) < MEGABYTE / 2
