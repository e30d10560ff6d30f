"""How often one address may write: counted in the database, and told in plain words."""

import datetime as dt

import pytest
import time_machine
from django.test import RequestFactory

from articles.feedback import rate_limits
from articles.models import Article, ReaderReport, ReaderTally
from tests import factories
from tests.articles.feedback.test_feedback import OURS, WORDS, get_path, send_answer, send_report

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 7, 5, 12, 10, tzinfo=dt.UTC)


@pytest.fixture
def page(ann, ravi, settings):
    settings.FEEDBACK_AN_HOUR = 3
    settings.FEEDBACK_AN_HOUR_IN_ALL = 5
    article = factories.make_article(ann)
    factories.sign_page(article, by=ravi, asked_by=ann)
    return Article.objects.get(pk=article.pk)


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def make_request(address: str, **more):
    return RequestFactory().post("/", REMOTE_ADDR=address, **more)


def test_an_address_has_so_many_an_hour_and_keeps_its_words(page, client, noon):
    for number in range(3):
        assert send_report(client, page, words=f"Report {number}.").status_code == 303
    refused = send_report(client, page, words=WORDS)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "3600"
    assert WORDS in refused.text
    assert "Your words are still below" in refused.text
    assert ReaderReport.objects.count() == 3
    answer = send_answer(client, page)
    assert answer.status_code == 429
    assert "try again in an hour" in answer.text
    assert send_answer(client, page, REMOTE_ADDR="203.0.113.9").status_code == 303
    noon.shift(3600)
    assert send_report(client, page).status_code == 303


def test_a_form_with_mistakes_is_no_message_yet(page, client):
    for _ in range(5):
        assert send_report(client, page, kind="").status_code == 422
    assert send_report(client, page).status_code == 303


def test_forms_with_mistakes_and_those_of_machines_are_counted_before_they_are_read(page, client):
    for _ in range(8):
        assert send_report(client, page, kind="").status_code == 422
    for _ in range(7):
        assert send_report(client, page, trap="x").status_code == 303
    for sent in ({"kind": ""}, {"trap": "x"}, {}):
        refused = send_report(client, page, **sent)
        assert refused.status_code == 429
        assert WORDS not in refused.text
    assert not ReaderReport.objects.exists()


def test_more_than_any_form_has_is_refused_unread_and_not_printed(page, client):
    for path in (get_path(page, "problem"), get_path(page, "helpful"), "/", "/search/"):
        refused = client.post(path, {"words": "pain " * 20_000, "kind": "harm"}, **OURS)
        assert refused.status_code == 413
        assert "pain pain" not in refused.text
    kept = client.post(get_path(page, "problem"), {"words": "pain " * 10_000}, **OURS)
    assert kept.status_code == 422


@pytest.mark.parametrize("length", ["abc", "-1", "9" * 30, "²"])
def test_a_length_that_is_none_is_refused(page, client, length):
    for path in ("/search/", "/accounts/login/", "/admin/", "/desk/"):
        assert client.post(path, CONTENT_LENGTH=length).status_code == 400


def test_all_together_have_a_ceiling_that_one_alone_cannot_use_up(page, client, noon):
    for _ in range(20):
        send_answer(client, page, REMOTE_ADDR="203.0.113.1")
    statuses = [
        send_answer(client, page, REMOTE_ADDR=f"203.0.113.{n}").status_code for n in range(2, 6)
    ]
    assert statuses == [303, 303, 429, 429]


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_a_household_of_new_addresses_is_one(address, counted_as):
    assert rate_limits._get_network(make_request(address)) == counted_as


def test_behind_our_own_proxy_the_address_is_the_one_it_adds(settings):
    forwarded = {"HTTP_X_FORWARDED_FOR": "198.51.100.1, 203.0.113.7"}
    assert rate_limits._get_network(make_request("127.0.0.1", **forwarded)) == "127.0.0.1"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert rate_limits._get_network(make_request("127.0.0.1", **forwarded)) == "203.0.113.7"


def test_a_refused_origin_counts_for_nothing(page, client):
    for _ in range(5):
        assert client.post(get_path(page, "helpful"), {"helpful": "yes"}).status_code == 403
    assert client.post(get_path(page, "helpful"), {"helpful": "yes"}, **OURS).status_code == 303
    assert ReaderTally.objects.get().helpful == 1
