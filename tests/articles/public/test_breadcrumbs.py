"""Breadcrumbs: the way from the front page, in words that visitors may read."""

import re

import pytest

from symptoms.models import Symptom
from tests import factories

pytestmark = pytest.mark.django_db

SPASMS = "/symptoms/facial-spasms/"
SYMPTOMS = [("Home", "/"), ("Symptoms", "/symptoms/")]


@pytest.fixture(scope="module")
def shared_published(module_db):
    ann, ravi = map(factories.get_person, ("ann", "ravi"))
    symptom = factories.make_complete_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    factories.edit_page(symptom, by=ann, summary="Better.")
    factories.sign_page(symptom, by=ravi, asked_by=ann, trigger="change")
    factories.sign_page(factories.make_article(ann), by=ravi, asked_by=ann)
    factories.edit_page(symptom, by=ann, title="A draft title")
    return symptom


@pytest.fixture
def published(shared_published, db):
    return Symptom.objects.get(pk=shared_published.pk)


def read_breadcrumbs(page) -> tuple[list[tuple[str, str]], str]:
    """The links of the way, and where it ends."""
    way = re.search(
        r'<nav class="crumbs" aria-label="Breadcrumb">\n<ol>(.*?)</ol>', page.text, re.DOTALL
    )[1]
    links = [(name, url) for url, name in re.findall(r'<a href="([^"]*)">(.*?)</a>', way)]
    [here] = re.findall(r'<span aria-current="page">(.*?)</span>', way)
    return links, here


@pytest.mark.parametrize(
    ("address", "way", "here"),
    [
        (SPASMS, SYMPTOMS, "Facial spasms"),
        (f"{SPASMS}causes/", [*SYMPTOMS, ("Facial spasms", SPASMS)], "Causes"),
        (f"{SPASMS}history/", [*SYMPTOMS, ("Facial spasms", SPASMS)], "History"),
        (
            f"{SPASMS}history/2/",
            [*SYMPTOMS, ("Facial spasms", SPASMS), ("History", f"{SPASMS}history/")],
            "Revision 2",
        ),
        ("/symptoms/a-z/f/", SYMPTOMS, "F"),
        (
            "/articles/keeping-a-diary/",
            [("Home", "/"), ("Articles", "/articles/")],
            "Keeping a diary",
        ),
        ("/topics/general-health/", [("Home", "/"), ("Topics", "/topics/")], "General health"),
        (
            "/causes/cause-0-of-facial-spasms/",
            [("Home", "/"), ("Causes", "/causes/")],
            "Cause 0 of Facial spasms",
        ),
        ("/reviewers/ravi-rao/", [("Home", "/"), ("Reviewers", "/reviewers/")], "Ravi Rao"),
    ],
)
def test_a_page_says_where_it_stands_by_signed_names(address, way, here, published, client):
    assert read_breadcrumbs(client.get(address)) == (way, here)


def test_the_front_page_the_lists_and_the_desk_have_none(published, ravi, client):
    for address in ("/", "/symptoms/", "/articles/", "/nowhere/"):
        assert 'class="crumbs"' not in client.get(address).text
    client.force_login(ravi)
    assert 'class="crumbs"' not in client.get("/desk/").text
