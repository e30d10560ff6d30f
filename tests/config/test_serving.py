"""Several processes serve one site: what one publishes or withdraws, all of them show."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing

import pytest
from django.db import connection, transaction

from articles.page_store.following import MAX_STALENESS
from articles.publishing.actions import change_slug
from reviews.signing.actions import withdraw_page
from tests import factories, servers

PAGE = "/symptoms/facial-spasms/"


@pytest.fixture
def running_server(transactional_db, ann, ravi, morgan):
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    with servers.run_gunicorn(servers.get_database_url(connection), workers=2) as running:
        yield symptom, running


def request_pages(running: servers.Server, times: int) -> set[int]:
    with ThreadPoolExecutor(8) as people:
        return set(people.map(running.get, [PAGE] * times))


def test_a_withdrawal_shows_on_every_worker_within_one_second(running_server, morgan):
    symptom, running = running_server
    assert ask_every_worker(running) == {200}
    request_pages(running, 40)
    withdraw_page(symptom, reason="safety", by=morgan)
    time.sleep(1)
    assert request_pages(running, 40) == {410}
    assert ask_every_worker(running) == {410}


def ask_every_worker(running: servers.Server) -> set[int]:
    """The answers of so many requests that both workers gave some of them."""
    before, answers = len(running.list_worker_pids()), set()
    for _ in range(50):
        answers |= request_pages(running, 40)
        if len(set(running.list_worker_pids()[before:])) == 2:
            return answers
    pytest.fail("One worker answered every request.")


def test_a_worker_that_was_stopped_shows_nothing_old_when_it_goes_on(running_server, morgan):
    symptom, running = running_server
    ask_every_worker(running)
    pids = {int(pid.strip("<>")) for pid in running.list_worker_pids()}
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        withdraw_page(symptom, reason="safety", by=morgan)
        time.sleep(1)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    assert ask_every_worker(running) == {410}


@pytest.mark.postgresql
def test_a_withdrawal_that_takes_longer_than_a_later_publication_still_shows(
    transactional_db, ann, ravi, morgan, client
):
    """Their ids are given at the start and seen at the end: the greatest must always be the
    news.
    """
    slow, quick = (
        factories.make_symptom(ann, slug=slug, title=slug.title()) for slug in ("slow", "quick")
    )
    for page in (slow, quick):
        factories.sign_page(page, by=ravi, asked_by=ann)
    withdrawn, may_end = threading.Event(), threading.Event()

    def withdraw():
        with closing(connection), transaction.atomic():
            withdraw_page(slow, reason="safety", by=morgan)
            withdrawn.set()
            may_end.wait(120)

    def move():
        with closing(connection):
            change_slug(quick, slug="quicker", by=morgan)

    with ThreadPoolExecutor(2) as people:
        leaving = people.submit(withdraw)
        assert withdrawn.wait(120)
        moving = people.submit(move)
        wait([moving], timeout=0.5)
        assert client.get("/symptoms/slow/").status_code == 200
        may_end.set()
        leaving.result()
        moving.result()
    time.sleep(MAX_STALENESS)
    client.get("/symptoms/")
    assert client.get("/symptoms/slow/").status_code == 410
