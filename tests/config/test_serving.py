"""Several processes serve one site: what one publishes or withdraws, all of them show."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing

import pytest
from django.db import connection, transaction

from articles.actions import change_address
from articles.shelf import RECHECK
from reviews.actions import withdraw_page
from tests import server, stories

PAGE = "/symptoms/facial-spasms/"


@pytest.fixture
def served(transactional_db, ann, ravi, morgan):
    symptom = stories.write_symptom(ann)
    stories.sign(symptom, by=ravi, asked_by=ann)
    with server.gunicorn(server.url_of(connection), workers=2) as running:
        yield symptom, running


def ask(running: server.Server, times: int) -> set[int]:
    with ThreadPoolExecutor(8) as people:
        return set(people.map(running.get, [PAGE] * times))


def test_a_withdrawal_shows_on_every_worker_within_one_second(served, morgan):
    symptom, running = served
    assert ask_every_worker(running) == {200}
    ask(running, 40)
    withdraw_page(symptom, reason="safety", by=morgan)
    time.sleep(1)
    assert ask(running, 40) == {410}
    assert ask_every_worker(running) == {410}


def ask_every_worker(running: server.Server) -> set[int]:
    """The answers of so many requests that both workers gave some of them."""
    before, answers = len(running.served()), set()
    for _ in range(50):
        answers |= ask(running, 40)
        if len(set(running.served()[before:])) == 2:
            return answers
    pytest.fail("One worker answered every request.")


@pytest.mark.postgresql
def test_a_withdrawal_that_takes_longer_than_a_later_publication_still_shows(
    transactional_db, ann, ravi, morgan, client
):
    """Their ids are given at the start and seen at the end: the greatest must always be the news."""
    slow, quick = (stories.write_symptom(ann, slug=slug, title=slug.title()) for slug in ("slow", "quick"))
    for page in (slow, quick):
        stories.sign(page, by=ravi, asked_by=ann)
    withdrawn, may_end = threading.Event(), threading.Event()

    def withdraw():
        with closing(connection), transaction.atomic():
            withdraw_page(slow, reason="safety", by=morgan)
            withdrawn.set()
            may_end.wait(120)

    def move():
        with closing(connection):
            change_address(quick, slug="quicker", by=morgan)

    with ThreadPoolExecutor(2) as people:
        leaving = people.submit(withdraw)
        assert withdrawn.wait(120)
        moving = people.submit(move)
        wait([moving], timeout=0.5)
        assert client.get("/symptoms/slow/").status_code == 200
        may_end.set()
        leaving.result()
        moving.result()
    time.sleep(RECHECK)
    client.get("/symptoms/")
    assert client.get("/symptoms/slow/").status_code == 410
