"""The one address by which each public page is known, whatever the host."""

import re

import pytest

from articles.public.page_cache import page_cache
from tests import factories

pytestmark = pytest.mark.django_db

PAGE = "/symptoms/facial-spasms/"
META = re.compile(r'<meta property="([^"]+)" content="([^"]*)">')


@pytest.fixture
def spasms(ann, ravi):
    symptom = factories.make_complete_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return symptom


def get_canonical_url(html: str) -> str:
    (found,) = re.findall(r'<link rel="canonical" href="([^"]+)">', html)
    return found


def test_with_a_site_url_every_host_gives_the_same_bytes(
    spasms, client, settings, django_assert_num_queries
):
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://example.org", ["a.example", "b.example"]
    first = client.get(PAGE, headers={"host": "a.example"})
    with django_assert_num_queries(0):
        second = client.get(PAGE, headers={"host": "b.example"})
    assert first.content == second.content
    assert get_canonical_url(first.text) == f"https://example.org{PAGE}"
    assert "a.example" not in first.text


@pytest.mark.parametrize(
    "address", [PAGE, "/", "/sitemap.xml", "/feeds/reviewed.atom", "/robots.txt"]
)
def test_without_one_a_host_is_never_given_what_another_was_answered(
    address, spasms, client, settings
):
    settings.ALLOWED_HOSTS = ["a.example", "b.example"]
    for _ in range(2):
        for host, other in (
            ("a.example", "b.example"),
            ("b.example", "a.example"),
            ("b.example:8080", "a.example"),
        ):
            page = client.get(address, headers={"host": host})
            assert f"http://{host}/" in page.text
            assert other not in page.text


def test_the_scheme_is_part_of_the_address(spasms, client):
    assert get_canonical_url(client.get(PAGE).text) == f"http://testserver{PAGE}"
    assert get_canonical_url(client.get(PAGE, secure=True).text) == f"https://testserver{PAGE}"


def test_a_host_that_is_not_ours_is_answered_with_nothing(spasms, client):
    client.get(PAGE)
    refused = client.get(PAGE, headers={"host": "evil.example"})
    assert refused.status_code == 400
    assert "evil.example" not in refused.text


def test_whatever_follows_the_address_the_page_is_known_by_the_address(spasms, client):
    page_cache.clear()
    assert get_canonical_url(client.get(f"{PAGE}?q=private").text) == f"http://testserver{PAGE}"


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("/causes/cause-0-of-facial-spasms/1/", "/causes/cause-0-of-facial-spasms/"),
        ("/topics/bones-joints-and-muscles/1/", "/topics/bones-joints-and-muscles/"),
        ("/symptoms/a-z/f/1/", "/symptoms/a-z/f/"),
        ("/reviewers/ravi-rao/1/", "/reviewers/ravi-rao/"),
    ],
)
def test_the_first_list_of_several_is_known_by_the_address_without_a_number(
    asked, known, spasms, client
):
    assert get_canonical_url(client.get(asked, follow=True).text) == f"http://testserver{known}"


def test_whoever_shares_a_page_shares_its_question_and_signed_summary(spasms, client):
    meta = dict(META.findall(client.get(PAGE).text))
    changed = spasms.publications.get().at
    assert meta == {
        "og:site_name": "Countersign",
        "og:type": "article",
        "og:title": "What makes facial spasms?",
        "og:description": "Facial spasms are movements that you do not make on purpose.",
        "og:url": f"http://testserver{PAGE}",
        "article:modified_time": changed.isoformat(timespec="seconds"),
    }


def test_a_list_is_shared_as_what_it_is(spasms, client):
    meta = dict(META.findall(client.get("/symptoms/a-z/f/").text))
    assert (meta["og:type"], meta["og:title"]) == ("website", "Symptoms starting with F")
    assert "og:description" not in meta


def test_a_page_without_a_summary_is_described_by_its_question(ann, ravi, client):
    factories.sign_page(factories.make_minimal_symptom(ann), by=ravi, asked_by=ann)
    page = client.get("/symptoms/yawning/")
    assert '<meta name="description" content="What is yawning?">' in page.text


def test_pages_that_are_not_to_be_found_name_no_address(spasms, ann, client):
    for address in (f"{PAGE}history/", "/nowhere/", "/accounts/login/"):
        assert "canonical" not in client.get(address).text
    client.force_login(ann)
    assert "canonical" not in client.get(f"/admin/symptoms/symptom/{spasms.pk}/preview/").text
