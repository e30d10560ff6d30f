"""The files for a proxy hold what they promise, where nginx and Caddy are installed."""

import re
import subprocess
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.db import connection

from tests import proxies, servers
from tests.proxies import find_program

pytestmark = pytest.mark.sqlite  # no page of the database is asked for
WORD = "zq-my-secret-ache"
HALVES = [
    b"",
    b"GET /search/?q=" + WORD.encode(),
    b"GET /healthz HTTP/1.1\r\nHost: symptoms.example.org\r\n",
    b"POST /accounts/login/ HTTP/1.1\r\nHost: symptoms.example.org\r\nContent-Length: 9\r\n\r\na",
]
needs_nginx = pytest.mark.skipif(
    find_program("nginx") is None, reason="nginx is not installed (apt-get install nginx-light)"
)
needs_caddy = pytest.mark.skipif(
    find_program("caddy") is None, reason="Caddy is not installed (apt-get install caddy)"
)


@contextmanager
def open_proxy(run, directory: Path):
    database = servers.get_database_url(connection)
    own = {"ALLOWED_HOSTS": f"127.0.0.1,{proxies.NAME}", "BEHIND_PROXY": "on"}
    with (
        servers.run_gunicorn(database, workers=1, threads=2, **own) as server,
        run(server.port, directory) as running,
    ):
        yield running


def answer_beside_halves(proxy, *, cuts: bool = False) -> None:
    """Forty requests never end; ten whole ones are answered, and large bodies are refused.

    The program does not read on what is too long, so a proxy that ``cuts`` may lose an answer.
    """
    with ExitStack() as stack:
        for half in HALVES * 10:
            sent = stack.enter_context(proxy.connect())
            sent.sendall(half)
        for _ in range(10):
            assert proxy.ask("/healthz").startswith("HTTP/1.1 200")
    large = b"words=" + b"x" * 70_000
    for path in ("/", "/search/", "/feedback/x/problem/"):
        for body in (large, large * 3):
            answer = proxy.ask(path, method="POST", body=body)
            assert answer.startswith("HTTP/1.1 413") or (cuts and not answer)
    refused = proxy.ask("/accounts/login/", method="POST", body=large)
    assert refused.startswith("HTTP/1.1 403") or (cuts and refused[9:12] in ("502", ""))
    proxy.ask(f"/search/nowhere/?q={WORD}")
    refused = proxy.ask("/", name="evil.example")
    assert "symptoms" not in refused.lower()
    proxy.ask(f"/{WORD}<>/ HTTP/9.9 {WORD}")
    assert f"?q={WORD}" not in proxy.read_logs()


@needs_nginx
def test_behind_nginx_whole_requests_are_answered_beside_halves_and_no_word_is_logged(
    transactional_db, tmp_path: Path
):
    with open_proxy(proxies.run_nginx, tmp_path) as proxy:
        answer_beside_halves(proxy)
        logs = proxy.read_logs()
    assert '"GET /healthz" 200' in logs
    assert '"GET /search/nowhere/"' in logs
    assert "/feedback/" not in logs


@needs_caddy
def test_behind_caddy_whole_requests_are_answered_beside_halves_and_no_word_is_logged(
    transactional_db, tmp_path: Path
):
    with open_proxy(proxies.run_caddy, tmp_path) as proxy:
        answer_beside_halves(proxy, cuts=True)
        assert WORD not in proxy.read_logs()


@needs_caddy
def test_caddy_accepts_its_file():
    command = [find_program("caddy"), "validate", "--adapter", "caddyfile", "--config"]
    done = subprocess.run(
        [*map(str, command), str(proxies.CADDY_FILE)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_both_files_let_through_what_the_program_takes_and_bound_the_rest():
    nginx, caddy = proxies.NGINX_FILE.read_text(), proxies.CADDY_FILE.read_text()
    assert re.findall(r"client_max_body_size (\w+);", nginx) == ["64k", "101m"]
    assert re.findall(r"max_size (\w+)", caddy) == ["100KB", "101MB"]
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in nginx  # Caddy's own default
    for section in ("admin", "desk", "accounts"):
        assert section in nginx
        assert f"/{section}/*" in caddy
