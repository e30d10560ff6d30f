"""Requests that never end hold no thread of the server."""

import http.client
import socket
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
from django.db import connection

from config.buffering_worker import MAX_BUFFERED, MAX_HEAD, BufferedConnection
from tests import servers

HEAD = b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n"
HALVES = [
    b"",
    b"GET / HT",
    b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n",
    HEAD + b"Content-Length: 10\r\n\r\nabc",
    HEAD + b"X-Padding: " + b"x" * 3000,
    # A whole one, and the half of the next.
    b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\n",
]


def make_connection() -> BufferedConnection:
    one, _other = socket.socketpair()
    return BufferedConnection(SimpleNamespace(), one, ("127.0.0.1", 1), ("127.0.0.1", 2))


def receive(*parts: bytes) -> list[bool]:
    """Whether a thread gets the request, after each part of it."""
    conn = make_connection()
    found = []
    for part in parts:
        conn.receive(part)
        found.append(conn.is_whole)
    conn.sock.close()
    return found


@pytest.mark.parametrize("size", [1, 3, 4, 50])
def test_a_request_is_whole_with_its_last_byte_however_it_is_cut(size):
    sent = HEAD + b"content-length: 12 \r\n\r\nhello\r\n\r\nabc"
    parts = [sent[start : start + size] for start in range(0, len(sent), size)]
    found = receive(*parts)
    assert found == [False] * (len(parts) - 1) + [True]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"Content-Length: 5\r\n", False),
        (b"CONTENT-LENGTH:5\r\n", False),
        (b"X-Content-Length: 5\r\n", True),
        (b"Content-Length: five\r\n", True),  # refused by the parser, with an answer
        (b"Content-Length: %d\r\n" % MAX_BUFFERED, False),
        (b"Content-Length: %d\r\n" % (MAX_BUFFERED + 1), True),
        (b"Transfer-Encoding: chunked\r\n", True),
        (b"Expect: 100-continue\r\nContent-Length: 5\r\n", True),
        (b"", True),
    ],
)
def test_what_is_waited_for_is_a_small_body_that_says_how_long_it_is(head, expected):
    assert receive(HEAD + head + b"\r\n") == [expected]


def test_a_head_without_end_goes_to_the_parser_which_refuses_it():
    assert receive(b"x" * MAX_HEAD, b"x") == [False, True]


@pytest.mark.sqlite  # no page is asked for
def test_whole_requests_are_answered_beside_halves_that_never_end(transactional_db):
    database = servers.get_database_url(connection)
    with ExitStack() as stack:
        server = stack.enter_context(servers.run_gunicorn(database, workers=1, threads=2))
        for half in HALVES * 7:
            sent = socket.create_connection((servers.HOST, server.port), timeout=60)
            stack.enter_context(sent)
            sent.sendall(half)
        kept = http.client.HTTPConnection(servers.HOST, server.port, timeout=8)
        for _ in range(20):
            kept.request("GET", "/healthz")
            answer = kept.getresponse()
            assert (answer.status, answer.read()) == (200, b"ok")
        kept.close()


@pytest.mark.sqlite  # no page is asked for
def test_requests_in_pieces_in_a_row_and_at_once_are_answered_each(transactional_db):
    database = servers.get_database_url(connection)
    asked = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    posted = b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\na=b"
    form = b"login=ann&csrfmiddlewaretoken=" + b"a" * 32 + b"&more=" + b"x" * 1_000_000
    large = (
        b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nCookie: csrftoken=%s\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n"
    ) % (b"a" * 32, len(form))
    with servers.run_gunicorn(database, workers=1, threads=2) as server:
        for parts in (
            [asked[:9], asked[9:], asked, asked],
            [asked + asked, asked + asked[:5], asked[5:]],
            [posted[:-2], posted[-2:] + posted, asked, asked],
            [large + form[:99_999], form[99_999:] + asked],
        ):
            count = b"".join(parts).count(b"Host: localhost")
            with socket.create_connection((servers.HOST, server.port), timeout=60) as sent:
                for part in parts:
                    sent.sendall(part)
                sent.settimeout(60)
                text = b""
                while text.count(b"HTTP/1.1 ") < count and (data := sent.recv(65536)):
                    text += data
            assert text.count(b"HTTP/1.1 ") == count, parts
