"""No public page writes SQL for each render, and each asks a fixed number of queries.

The text of a query is written once for a connection. Counting them with one and with three rows is
the business of the tests of each page; here all kinds of page are rendered twice.
"""

import pytest
from django.db import connection
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext

from articles.public.page_cache import page_cache
from tests import factories

pytestmark = pytest.mark.django_db

# Page → how many queries a render asks at most, the newest change of the site among them.
PAGES = {
    "/": 8,
    "/symptoms/": 5,
    "/symptoms/a-z/f/": 6,
    "/symptoms/facial-spasms/": 5,
    "/symptoms/facial-spasms/causes/": 5,
    "/symptoms/facial-spasms/history/": 9,
    "/articles/": 4,
    "/articles/keeping-a-diary/": 5,
    "/causes/": 5,
    "/causes/a-z/c/": 6,
    "/causes/cause-0-of-facial-spasms/": 8,
    "/topics/": 4,
    "/topics/general-health/": 6,
    "/reviewers/": 5,
    "/reviewers/ravi-rao/": 7,
    "/about/": 4,
    "/about/privacy/": 6,
    "/emergencies/": 4,
    "/feeds/reviewed.atom": 3,
    "/sitemap.xml": 9,
    "/sitemap/pages-1.xml": 3,
}


@pytest.fixture
def site(ann, ravi):
    page = factories.make_complete_symptom(ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    edited = factories.edit_page(page, by=ann, summary="New.")
    factories.sign_page(edited, by=ravi, asked_by=ann, trigger="change")
    for other in (factories.make_article(ann), factories.make_about_page(ann, slug="privacy")):
        factories.sign_page(other, by=ravi, asked_by=ann)
    return page


def render(client, address: str) -> tuple[int, str]:
    """How many queries a render asks, and its text."""
    page_cache.clear()
    with CaptureQueriesContext(connection) as asked:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(asked), response.text


def test_a_page_asks_few_queries_of_constant_text(site, client, monkeypatch):
    old = site.publications.earliest("id").revision.number
    pages = PAGES | {f"/symptoms/facial-spasms/history/{old}/": 8}
    for address in pages:
        render(client, address)
    written = []
    as_sql = SQLCompiler.as_sql

    def write(self, *args, **kwargs):
        written.append(self.query.model.__name__)
        return as_sql(self, *args, **kwargs)

    monkeypatch.setattr(SQLCompiler, "as_sql", write)
    found = {}
    for address in pages:
        written.clear()
        found[address] = render(client, address)[0]
        assert written == [], address
    assert {page: count for page, count in found.items() if count > pages[page]} == {}
