"""Two processes, a primary, a streaming replica and a CDN: from a signature to what is read.

``FLEET_ROUNDS`` says how many withdrawals and signatures there are; benchmarks/fleet.py has 100.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager

import pytest
from django.db import connection

from articles.models import CopyPurge
from articles.page_store import changes, purging
from reviews.signing.actions import withdraw_page
from tests import factories, servers
from tests.config.test_cdn import NEEDS_VARNISH, TOKEN

pytestmark = [pytest.mark.postgresql, NEEDS_VARNISH]
ROUNDS = int(os.environ.get("FLEET_ROUNDS", "2"))
PAGE = "/symptoms/facial-spasms/"
LIMIT = 60  # seconds from a withdrawal to the last copy
KEY = "only-for-this-server"


@pytest.fixture
def page(transactional_db, ann, ravi):
    page = factories.make_symptom(ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    return page


@contextmanager
def run_fleet(*, replica_settings: str = ""):
    primary = servers.get_database_url(connection)
    name = connection.settings_dict["NAME"]
    with servers.run_replica(primary, settings=replica_settings) as replica:
        url = replica.get_uri(database=name)
        with (
            servers.run_gunicorn(primary, workers=2, REPLICA_URL=url, CDN_MAX_AGE="60") as site,
            servers.run_varnish(site.port, TOKEN) as cdn,
        ):
            yield primary, site, cdn


@contextmanager
def run_sender(primary: str, cdn: servers.Server):
    """The program that purges, as the service runs it."""
    environment = os.environ | {
        "DATABASE_URL": primary,
        "SECRET_KEY": KEY,
        "CDN_MAX_AGE": "60",
        "CDN_PURGE_URL": f"http://{servers.HOST}:{cdn.port}/cdn/purge",
        "CDN_PURGE_TOKEN": TOKEN,
    }
    command = [sys.executable, "manage.py", "purge_cdn", "--follow"]
    process = subprocess.Popen(command, cwd=servers.ROOT, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(condition: Callable[[], bool], seconds: float) -> float:
    """How long it took until something was so."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds
        time.sleep(0.02)
    return time.monotonic() - begun


def is_confirmed() -> bool:
    row = CopyPurge.objects.first()
    return row is not None and row.number == changes.get_newest()[0]


def report(name: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    last = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    median = statistics.median(ordered)
    print(f"{name}: median {median:.2f} s, p99 {last:.2f} s, of {len(ordered)}")


def test_a_signature_shows_and_a_withdrawn_page_is_gone_through_replica_and_cdn(
    page, ann, ravi, morgan
):
    gone, shown = [], []
    with run_fleet() as (primary, _site, cdn), run_sender(primary, cdn):
        wait_for(is_confirmed, 120)
        for _ in range(ROUNDS):
            assert cdn.get(PAGE) == 200
            withdraw_page(page, by=morgan, reason="safety")
            gone.append(wait_for(lambda: cdn.get(PAGE) == 410, LIMIT))
            wait_for(is_confirmed, 120)
            assert cdn.get(PAGE) == 410  # and nothing brought it back
            page.refresh_from_db()
            factories.sign_page(page, by=ravi, asked_by=ann)
            shown.append(wait_for(lambda: cdn.get(PAGE) == 200, LIMIT))
            wait_for(is_confirmed, 120)
    report("withdrawal to gone through CDN and replica", gone)
    report("signature to visible through CDN and replica", shown)


def test_a_purge_that_is_lost_is_sent_by_the_next_sender(page, morgan):
    with run_fleet() as (primary, site, cdn):
        purging.confirm(changes.get_newest()[0])
        assert cdn.get(PAGE) == 200
        withdraw_page(page, by=morgan, reason="safety")
        wait_for(lambda: site.get(PAGE) == 410, LIMIT)
        assert not is_confirmed()
        with run_sender(primary, cdn):
            print(f"lost and sent again: {wait_for(lambda: cdn.get(PAGE) == 410, LIMIT):.2f} s")
            wait_for(is_confirmed, 120)


def test_with_a_replica_that_is_30_seconds_late_a_withdrawn_page_is_gone_at_the_origin(
    page, morgan
):
    with run_fleet(replica_settings="recovery_min_apply_delay = 30s") as (_, site, _cdn):
        for _ in range(4):  # both processes have it
            assert site.get(PAGE) == 200
        withdraw_page(page, by=morgan, reason="safety")
        # A second of the promise; the rest is for a machine that is busy. The replica needs thirty.
        seconds = wait_for(lambda: all(site.get(PAGE) == 410 for _ in range(6)), 15)
        print(f"a replica 30 s late: gone at the origin after {seconds:.2f} s")
