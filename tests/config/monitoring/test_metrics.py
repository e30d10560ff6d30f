"""What a monitor counts: for who has the token, without a word of a visitor (ADR 92)."""

import os
import re
import sys

import pytest
from django.db import OperationalError, connection
from django.test import Client

from articles import attempts, counts
from articles.attempts import CannotCount
from articles.models import ReaderReport
from config import request_metrics
from config.monitoring.metrics import database_counts
from reviews.signing.actions import withdraw_page
from tests import factories, servers
from tests.engines import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
TOKEN = "a-token-of-some-length"
MONITOR = {"authorization": f"Bearer {TOKEN}"}
PAGE = "/symptoms/facial-spasms/"


@pytest.fixture(autouse=True)
def monitored(settings):
    settings.MONITOR_TOKEN = TOKEN
    database_counts.clear()
    yield
    database_counts.clear()


@pytest.fixture
def spasms(ann, ravi):
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return symptom


def read(client) -> str:
    page = client.get("/metrics", headers=MONITOR)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    return page.text


def get(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0


def test_nobody_without_the_token_finds_it(client, morgan, settings):
    for sent in ("", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x"):
        assert client.get("/metrics", headers={"authorization": sent}).status_code == 404
    client.force_login(morgan)
    assert client.get("/metrics").status_code == 404
    settings.MONITOR_TOKEN = ""
    assert client.get("/metrics", headers=MONITOR).status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


def test_requests_are_counted_by_view_and_class_of_status(spasms, client):
    names = [
        'countersign_requests_total{status="2xx",view="articles:search"}',
        'countersign_requests_total{status="4xx",view="none"}',
        'countersign_request_seconds_count{view="articles:search"}',
        'countersign_requests_total{status="2xx",view="from memory"}',
        'countersign_requests_total{status="3xx",view="from memory"}',
        'countersign_pages_total{source="rendered"}',
        'countersign_pages_total{source="memory"}',
    ]
    before = read(client)
    client.get("/search/?q=spasms")
    client.get("/nowhere/")
    etag = client.get(PAGE)["ETag"]
    client.get(PAGE)
    client.get(PAGE, headers={"if-none-match": etag})
    after = read(client)
    grown = [get(after, name) - get(before, name) for name in names]
    assert grown[:5] == [1, 1, 1, 1, 1]
    assert grown[5] == 1
    assert grown[6] == 2


def test_a_page_that_memory_answers_is_no_request_of_a_view(spasms, client):
    client.get(PAGE)
    before = dict(counts.from_memory)
    page = client.get(PAGE)
    assert counts.from_memory[200] == before.get(200, 0) + 1
    assert "X-Request-ID" not in page


def test_what_the_database_knows_is_counted_whoever_did_it(spasms, client, morgan):
    text = read(client)
    assert get(text, 'countersign_signatures_total{outcome="approved"}') == 1
    assert get(text, 'countersign_publications_total{kind="publish"}') == 1
    withdraw_page(spasms, by=morgan, reason="safety")
    assert 'kind="withdraw"' not in read(client)  # kept for ten seconds
    database_counts.clear()
    assert get(read(client), 'countersign_publications_total{kind="withdraw"}') == 1


def test_attempts_over_a_limit_are_counted(client):
    names = ("login", "feedback", "not counted")
    before = {name: counts.throttled[name] for name in names}
    for _ in range(12):
        client.post("/accounts/login/", {"login": "rareword", "password": "wrong"})
    assert counts.throttled["login"] + counts.throttled["login_failed"] > before["login"]

    def refuse(execute, sql, params, many, context):
        raise OperationalError

    with connection.execute_wrapper(refuse), pytest.raises(CannotCount):
        attempts.count_attempt("feedback", "rareword", seconds=60)
    assert counts.throttled["not counted"] == before["not counted"] + 1
    assert "rareword" not in read(client)


RARE = ("zyxomatic", "quuxitis", "plughache", "xyzzyname", "frobcookie", "198.51.100.77")


def test_no_word_of_a_request_is_in_the_metrics(spasms, ann, client):
    path, query, body, name, header, address = RARE
    sent = {
        "REMOTE_ADDR": address,
        "HTTP_USER_AGENT": header,
        "HTTP_REFERER": f"https://{header}.example/",
        "HTTP_X_REQUEST_ID": header,
        "HTTP_X_FORWARDED_FOR": address,
        "HTTP_COOKIE": f"{header}={header}",
    }
    asking = Client(raise_request_exception=False)
    for address_ in (
        f"/{path}/",
        f"/symptoms/{path}/",
        f"/causes/{path}/",
        f"/{path}.php",
        f"/search/?q={query}",
        f"/search/suggest/?q={query}",
        f"/finder/?has={query}",
        f"{PAGE}?{query}={query}",
        f"/accounts/login/?next=/{path}/",
        f"/images/{path}.png",
        f"/admin/{path}/?q={query}",
    ):
        asking.get(address_, **sent)
        asking.post(address_, {"words": body, "username": name}, **sent)
    asking.post("/accounts/login/", {"login": name, "password": body}, **sent)
    asking.generic(path.upper(), f"/{path}/", **sent)
    asking.get("/", headers={"host": f"{header}.example"})
    asking.get(f"/{path}/%00")
    asking.force_login(ann)
    asking.get(f"/admin/symptoms/symptom/?q={query}&{path}=1", **sent)
    asking.get(f"/admin/{path}/", **sent)
    assert not ReaderReport.objects.exists()
    text = read(client).lower()
    assert "countersign_requests_total" in text
    assert [word for word in RARE if word in text] == []
    assert "spasms" not in text
    assert ann.username not in re.findall(r'"([^"]*)"', text)


def test_without_the_database_the_rest_is_there(client):
    def refuse(execute, sql, params, many, context):
        raise OperationalError

    with connection.execute_wrapper(refuse):
        text = read(client)
    assert "countersign_requests_total" in text
    assert "countersign_signatures_total" not in text


def test_a_page_from_memory_costs_a_plain_number(spasms, client, settings):
    """Nothing of the library of metrics runs for it."""
    client.get(PAGE)
    called = []

    def note(frame, event, argument):
        if event == "call" and "prometheus_client" in frame.f_code.co_filename:
            called.append(frame.f_code.co_name)

    sys.setprofile(note)
    try:
        client.get(PAGE)
    finally:
        sys.setprofile(None)
    assert called == []


def test_each_number_is_in_the_guide():
    guide = (ROOT / "docs" / "operators-guide.md").read_text()
    named = set(re.findall(r"\| `(countersign_\w+)", guide))
    own = {metric.name for metric in request_metrics.registry.collect()}
    own |= {f"countersign_{name}" for name in ("signatures", "publications", "mails")}
    assert named == {name if "seconds" in name else f"{name}_total" for name in own}


@pytest.mark.django_db(transaction=True)
def test_any_process_answers_for_all(spasms, tmp_path):
    uri = servers.get_database_url(connection)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(tmp_path / "db.sqlite3")])
        uri = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    with servers.run_gunicorn(uri, workers=2, threads=2, MONITOR_TOKEN=TOKEN) as running:
        for _ in range(40):
            assert running.get("/nowhere/") == 404
        token = f"Bearer {TOKEN}"
        asked = [running.ask("/metrics", Authorization=token)[2] for _ in range(4)]
    name = 'countersign_requests_total{status="4xx",view="none"}'
    assert [get(text, name) for text in asked] == [40] * 4
    assert os.environ.get("PROMETHEUS_MULTIPROC_DIR") is None
