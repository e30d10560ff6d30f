"""Whatever an address asks of a list of the staff, it is answered in words."""

from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client

from articles.models import ImportRun
from reviews.signing.actions import request_review
from tests import factories, html
from tests.files import THREE_RECORDS, import_records

pytestmark = pytest.mark.django_db
RADAR = "desk/radar/"
# List → its parameter with choices, and the one for its page.
LISTS = {
    "admin/symptoms/symptom/": ("state", "p"),
    "admin/articles/article/": ("due", "p"),
    "admin/articles/aboutpage/": ("reviewer", "p"),
    "admin/articles/copyrightnotice/": ("offered", "p"),
    "admin/articles/readerreport/": ("page", "p"),
    "admin/articles/importrun/": ("source", "p"),
    "admin/articles/importrun/{run}/change/": ("what", "p"),
    "admin/reviews/mail/": ("kind__exact", "p"),
    "admin/symptoms/symptom/export/": ("topic", "p"),
    "admin/reports/one-way-relations/": ("system", "page"),
    "admin/reports/orphan-causes/": ("signed", "page"),
    "admin/reports/missing-codes/": ("lacks", "page"),
    "admin/reports/look-alike-causes/": ("how", "page"),
    "admin/reports/look-alike-symptoms/": ("how", "page"),
    "admin/reports/untouched-drafts/": ("days", "page"),
    "admin/reports/incomplete-pages/": ("kind", "page"),
    RADAR: ("until", "page"),
    "desk/radar/plan/": ("due", "page"),
    "desk/radar/planned/": ("show", "page"),
}
# Lists that Django filters by itself: what they cannot follow leads back to the whole list.
STOCK_LISTS = {
    "admin/symptoms/cause/": ("name", "p"),
    "admin/articles/topic/": ("name", "p"),
    "admin/articles/publicationevent/": ("kind__exact", "p"),
    "admin/reviews/medicalreview/": ("reviewer__id__exact", "p"),
    "admin/reviews/ledgerentry/": ("outcome__exact", "p"),
}
ODD_VALUES = ["\0", "²", "-1", "1e9", "0", "99999", "x"]


@pytest.fixture(scope="module")
def chief(module_db) -> User:
    """A superuser: nothing is closed to them. There are two rows of almost everything."""
    chief, client = User.objects.create_superuser("chief"), Client()
    client.force_login(chief)
    ann, ravi = map(factories.get_person, ("ann", "ravi"))
    page = factories.make_symptom(ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    request_review(factories.make_article(ann), by=ann, reviewer=ravi.reviewer)
    factories.report_problem(page, "It is wrong.")
    import_records(client, *THREE_RECORDS)
    return chief


@pytest.fixture
def chief_client(chief, client):
    client.force_login(chief)
    return client


def get(client, path: str, query):
    address = path.format(run=ImportRun.objects.values_list("pk", flat=True).first())
    return client.get(f"/{address}?{urlencode(query)}", follow=True)


def assert_unbroken(client, path: str, parameter: str, page_parameter: str) -> None:
    for value in ODD_VALUES:
        names = (parameter, page_parameter, "o", "q", "colour", value)
        response = get(client, path, dict.fromkeys(names, value))
        assert response.status_code == 200, value
    for name, length in ((parameter, 2**20), (page_parameter, 2**20), ("q", 60_000)):
        assert get(client, path, {name: "x" * length}).status_code == 200, name


@pytest.mark.parametrize("path", STOCK_LISTS)
def test_an_odd_address_breaks_no_list_of_django(chief_client, path):
    assert_unbroken(chief_client, path, *STOCK_LISTS[path])


@pytest.mark.parametrize("path", LISTS)
def test_what_a_list_does_not_know_is_named_and_the_rest_followed(chief_client, path):
    parameter, page_parameter = LISTS[path]
    assert_unbroken(chief_client, path, parameter, page_parameter)
    text = html.get_text(get(chief_client, path, {parameter: "nonsense", "colour": "red"}).text)
    assert "There is no filter “colour”; " in text
    assert "“nonsense”; " in text
    twice = [(parameter, "first"), (parameter, "second"), ("o", "nonsense")]
    text = html.get_text(get(chief_client, path, twice).text)
    assert "“second”; " in text
    assert "“first”" not in text
    if page_parameter == "page":
        assert "not sorted by “nonsense”" in text or "There is no filter “o”" in text


@pytest.mark.parametrize("number", ["0", "-1", "99999", "x", "²"])
@pytest.mark.parametrize(
    "path", ["admin/reports/untouched-drafts/", "admin/articles/importrun/{run}/change/", RADAR]
)
def test_a_page_that_does_not_exist_is_named(chief_client, path, number):
    response = get(chief_client, path, {LISTS[path][1]: number})
    assert f"This list has no page {number}; this is the first." in response.text
