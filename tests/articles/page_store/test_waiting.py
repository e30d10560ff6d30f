"""No request waits for long for a database that does not answer."""

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from articles.page_store.following import follower
from articles.page_store.outage import watch
from articles.page_store.waiting import SHORT_SECONDS, wait_guard
from config.public import outages
from tests import factories
from tests.database import run_concurrently, sql

PAGE = "/symptoms/facial-spasms/"
STAFF_SECONDS = 20  # that a writer waits for the file of SQLite


@pytest.fixture(autouse=True)
def no_guard():
    yield
    wait_guard.end()


def read_busy_timeout() -> float:
    connection.ensure_connection()
    return connection.connection.execute("PRAGMA busy_timeout").fetchone()[0] / 1000


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_open", [True, False])
def test_who_reads_waits_a_moment_for_a_locked_file_and_who_writes_as_long_as_ever(is_open):
    if not is_open:
        connection.close()
    wait_guard.begin(60)
    assert read_busy_timeout() == SHORT_SECONDS
    with wait_guard.limit(0.5):
        assert read_busy_timeout() == 0.5
    assert read_busy_timeout() == SHORT_SECONDS
    wait_guard.end()
    assert read_busy_timeout() == STAFF_SECONDS
    connection.close()
    wait_guard.begin(60, patient=True)
    assert read_busy_timeout() == STAFF_SECONDS


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("path", "seconds"), [(PAGE, SHORT_SECONDS), ("/admin/", STAFF_SECONDS)])
def test_requests_of_visitors_are_those_that_read(path, seconds, monkeypatch):
    seen = []

    def answer(request):
        seen.append(read_busy_timeout())
        return outages.HttpResponse()

    connection.close()
    outages.OutageMiddleware(answer)(Client().get(path).wsgi_request)
    assert seen == [seconds]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_statement_that_waits_too_long_fails_and_nothing_of_it_is_left():
    with wait_guard.limit(0.3):
        with pytest.raises(OperationalError) as failure:
            sql("SELECT pg_sleep(120)")
        assert wait_guard.has_waited(failure.value)
        connection.close()
        with pytest.raises(OperationalError, match="long enough"):
            sql("SELECT 1")
    for _ in range(100):
        sql("SELECT pg_sleep(0.1)")
        if not list_sleeping():
            break
    assert not list_sleeping()


def list_sleeping() -> list:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(120)'")
        return cursor.fetchall()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_long_statement_of_staff_ends_where_the_server_answers_others():
    wait_guard.begin(0.1, patient=True)
    sql("SELECT pg_sleep(2)")
    assert not wait_guard.has_waited(OperationalError())


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_page_whose_table_somebody_has_locked_is_503_in_place_of_waiting(ann, ravi):
    factories.sign_page(factories.make_symptom(ann), by=ravi, asked_by=ann)
    follower.follow()

    def ask_while_it_is_locked():
        with transaction.atomic():
            sql("LOCK TABLE articles_article IN ACCESS EXCLUSIVE MODE")
            (answer,) = run_concurrently(lambda: Client().get(PAGE))
            return answer

    answer = ask_while_it_is_locked()
    assert answer.status_code == 503
    assert 'href="tel:911"' in answer.text
    watch.clear()  # for a second, nobody else waits for it
    assert Client().get(PAGE).status_code == 200
