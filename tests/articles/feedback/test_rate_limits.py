"""How often one address may write: counted in the cache alone, and told in plain words."""

import datetime as dt

import pytest
import time_machine
from django.core.cache import cache, caches
from django.test import RequestFactory
from django.utils import timezone

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


def list_stored_keys() -> str:
    """Everything in the cache, keys and values."""
    return repr(caches["default"]._cache)


def test_an_address_has_so_many_an_hour_and_keeps_its_words(page, client, noon):
    for number in range(3):
        assert send_report(client, page, words=f"Report {number}.").status_code == 303
    refused = send_report(client, page, words=WORDS)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "3000"
    assert WORDS in refused.text
    assert "Your words are still below" in refused.text
    assert ReaderReport.objects.count() == 3
    answer = send_answer(client, page)
    assert answer.status_code == 429
    assert "try again in an hour" in answer.text
    assert send_answer(client, page, REMOTE_ADDR="203.0.113.9").status_code == 303
    noon.shift(3000)
    assert send_report(client, page).status_code == 303


def test_a_form_with_mistakes_costs_nothing(page, client):
    for _ in range(5):
        assert send_report(client, page, kind="").status_code == 422
    assert send_report(client, page).status_code == 303


def test_all_together_have_a_ceiling_that_one_alone_cannot_use_up(page, client, noon):
    for _ in range(20):
        send_answer(client, page, REMOTE_ADDR="203.0.113.1")
    statuses = [
        send_answer(client, page, REMOTE_ADDR=f"203.0.113.{n}").status_code for n in range(2, 6)
    ]
    assert statuses == [303, 303, 429, 429]


def test_the_address_is_in_no_key_and_no_value(page, client, noon):
    send_answer(client, page, REMOTE_ADDR="203.0.113.77")
    assert "feedback" in list_stored_keys()
    assert "203.0.113" not in list_stored_keys()


def test_another_day_has_another_salt_and_a_lost_cache_too(noon):
    first = rate_limits._hash_visitor(make_request("203.0.113.1"))
    assert rate_limits._hash_visitor(make_request("203.0.113.1")) == first
    assert rate_limits._hash_visitor(make_request("203.0.113.2")) != first
    noon.shift(24 * 3600)
    assert rate_limits._hash_visitor(make_request("203.0.113.1")) != first
    noon.move_to(NOON)
    cache.clear()
    assert rate_limits._hash_visitor(make_request("203.0.113.1")) != first


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


def test_the_salt_does_not_outlive_its_day_by_much(noon):
    rate_limits._hash_visitor(make_request("203.0.113.1"))
    key = f"feedback:salt:{timezone.now().date().isoformat()}"
    assert cache.get(key)
    noon.shift(26 * 3600)
    assert cache.get(key) is None


def test_a_cache_of_files_remembers_for_the_whole_hour_too(page, client, settings, tmp_path):
    files = "django.core.cache.backends.filebased.FileBasedCache"
    settings.CACHES = {"default": {"BACKEND": files, "LOCATION": str(tmp_path)}}
    with time_machine.travel(NOON, tick=False) as clock:
        for number in range(3):
            assert send_report(client, page, words=f"Report {number}.").status_code == 303
        clock.shift(40 * 60)
        assert send_report(client, page).status_code == 429
