"""Attempts are counted in the database, for all processes; what cannot be counted is refused."""

import datetime as dt
import itertools
import logging
import sqlite3

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.test import Client

from articles import attempts
from articles.attempts import CannotCount, count_attempt, forget_attempts, purge_counters
from articles.models import Article, AttemptCounter, AttemptKey, ReaderReport
from tests import factories
from tests.articles.feedback.test_feedback import send_answer, send_report
from tests.database import run_concurrently
from tests.factories import PASSWORD, get_person

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
NOON = dt.datetime(2026, 7, 5, 12, 10, tzinfo=dt.UTC)


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def count(by: str = "203.0.113.1", what: str = "sign in") -> int:
    return count_attempt(what, by, seconds=300).count


def test_each_is_counted_by_itself_until_its_span_is_over(noon):
    assert [count(), count(), count("203.0.113.2"), count(what="send"), count()] == [1, 2, 1, 1, 3]
    noon.shift(299)
    assert count_attempt("sign in", "203.0.113.1", seconds=300).seconds_left == 1
    noon.shift(1)
    assert [count(), count()] == [1, 2]


def test_a_clock_that_was_ahead_keeps_nobody_out_for_longer_than_a_span(noon):
    noon.shift(24 * 3600)
    count_attempt("guess", "ann", seconds=60)
    noon.shift(-10)
    again = count_attempt("guess", "ann", seconds=60)
    assert (again.count, again.seconds_left) == (2, 60)


def test_what_is_taken_back_or_forgotten_counts_no_more():
    count()
    count_attempt("sign in", "203.0.113.1", seconds=300).take_back()
    assert attempts.read_count("sign in", "203.0.113.1") == 1
    forget_attempts("sign in", "203.0.113.1")
    assert attempts.read_count("sign in", "203.0.113.1") == 0
    assert count() == 1


def test_nothing_stored_says_who_tried(noon, client, ann, settings):
    client.post("/accounts/login/", {"login": "ann", "password": "x"}, REMOTE_ADDR="203.0.113.77")
    rows = [*AttemptCounter.objects.values_list(), *AttemptKey.objects.values_list()]
    assert len(rows) == 4
    assert "203.0.113" not in repr(rows)
    assert "ann" not in repr(rows)
    keys = set(AttemptCounter.objects.values_list("key", flat=True))
    AttemptCounter.objects.all().delete()
    AttemptKey.objects.update(secret="0" * 64)
    client.post("/accounts/login/", {"login": "ann", "password": "x"}, REMOTE_ADDR="203.0.113.77")
    assert not keys & set(AttemptCounter.objects.values_list("key", flat=True))


def test_the_key_of_a_day_is_gone_with_the_next_but_one(noon):
    count()
    for _ in range(2):
        noon.shift(24 * 3600)
        count()
    days = [row.day.day for row in AttemptKey.objects.order_by("day")]
    assert days == [6, 7]


def test_counters_that_count_no_more_are_deleted_and_no_others(noon, capsys):
    for number in range(3):
        count(str(number))
    noon.shift(200)
    count("late")
    noon.shift(100)
    call_command("purge_attempts")
    assert "Deleted 3 counts of attempts." in capsys.readouterr().out
    assert purge_counters() == 0
    assert attempts.read_count("sign in", "late") == 1


def test_of_1800_messages_from_as_many_addresses_a_thousand_pass(settings, monkeypatch, ann, ravi):
    settings.FEEDBACK_AN_HOUR_IN_ALL = 30
    page = factories.make_article(ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    page = Article.objects.get(pk=page.pk)
    answers = [
        send_answer(Client(), page, REMOTE_ADDR=f"10.0.0.{number}").status_code
        for number in range(60)
    ]
    assert answers == [303] * 30 + [429] * 30


def test_a_name_is_guessed_at_five_times_whatever_a_cache_forgets(settings, ann):
    settings.ALLOWED_HOSTS = ["*"]
    tried = []
    for number in range(20):
        cache.clear()
        answer = Client(HTTP_HOST=f"host-{number}.example", REMOTE_ADDR=f"10.1.1.{number}").post(
            "/accounts/login/", {"login": "ann", "password": f"guess-{number}"}
        )
        tried.append("Too many" not in answer.text)
    assert tried == [True] * 5 + [False] * 15


def test_who_signs_in_rightly_is_not_counted(ann):
    for _ in range(7):
        signed_in = Client().post("/accounts/login/", {"login": "ann", "password": PASSWORD})
        assert signed_in.status_code == 302


@pytest.mark.django_db(transaction=True)
def test_processes_that_count_at_once_lose_no_count():
    found = run_concurrently(*[lambda: [count() for _ in range(10)]] * 4)
    numbers = sorted(itertools.chain.from_iterable(found))
    assert numbers == list(range(1, 41))


@pytest.fixture
def ann_and_page(transactional_db):
    ann, morgan = get_person("ann"), get_person("morgan")
    assert morgan
    page = factories.make_article(ann)
    factories.sign_page(page, by=get_person("ravi"), asked_by=ann)
    count_attempt("warm", "", seconds=1)  # the key of the day
    return ann, Article.objects.get(pk=page.pk)


@pytest.fixture
def locked(ann_and_page, monkeypatch):
    """The counters cannot be written: somebody else writes, and does not end."""
    monkeypatch.setattr(attempts, "WAIT", 50)
    if connection.vendor == "sqlite":
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield ann_and_page
        other.rollback()
        other.close()
        return
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE articles_attemptcounter IN EXCLUSIVE MODE")
        yield ann_and_page
        cursor.execute("ROLLBACK")
    other.close()


@pytest.mark.django_db(transaction=True)
def test_an_attempt_that_cannot_be_counted_is_let_through_nowhere(locked, client, caplog):
    _ann, page = locked
    caplog.set_level(logging.ERROR)
    with pytest.raises(CannotCount):
        count()
    asked = [
        client.post("/accounts/login/", {"login": "ann", "password": PASSWORD}),
        client.post("/accounts/password/reset/", {"email": "ann@example.org"}),
        send_answer(client, page),
        send_report(client, page),
    ]
    assert [answer.status_code for answer in asked] == [503] * 4
    assert all(answer["Retry-After"] and "911" in answer.text for answer in asked)
    assert "sessionid" not in client.cookies
    assert not ReaderReport.objects.exists()
    assert "could not be counted" in caplog.text


def test_the_wait_for_a_lock_is_two_seconds_and_after_it_as_before():
    def read_wait() -> str:
        with connection.cursor() as cursor:
            cursor.execute(
                "PRAGMA busy_timeout" if connection.vendor == "sqlite" else "SHOW lock_timeout"
            )
            return str(cursor.fetchone()[0])

    before = read_wait()
    with attempts._limit_wait():
        assert read_wait() in ("2000", "2s")
    if connection.vendor == "sqlite":
        assert read_wait() == before
        assert django_settings.DATABASES["default"]["OPTIONS"]["timeout"] == 20


def test_a_database_that_is_gone_lets_nobody_through(monkeypatch, client):
    def fail(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr(attempts, "_limit_wait", fail)
    answer = client.post("/accounts/login/", {"login": "ann", "password": PASSWORD})
    assert answer.status_code == 503
