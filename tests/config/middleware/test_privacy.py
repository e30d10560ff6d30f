"""What somebody asks of the search, the finder or the code look-up is remembered by nobody."""

import http.client
import logging
import socket
from itertools import chain

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.http import HttpResponse
from django.urls import path
from django.utils.log import AdminEmailHandler

from articles.public.page_cache import page_cache
from config import urls
from config.middleware import privacy
from config.middleware.privacy import PrivacyFilter
from tests import servers

WORD = "zq-my-secret-ache"


def _failing_view(request, what=None):
    raise ValueError(f"No way to look for {request.GET['q']}")


def _caching_view(request):
    response = HttpResponse("found")
    response.set_cookie("last", request.GET["q"])
    response["ETag"], response["Last-Modified"], response["Cache-Control"] = '"1"', "Mon", "public"
    return response


urlpatterns = [
    *(
        path(f"{name}/breaks/", _failing_view)
        for name in ("search", "finder", "connect", "elsewhere/<slug:what>")
    ),
    *(path(f"{name}/", _caching_view) for name in ("search", "finder", "connect", "elsewhere")),
    *urls.urlpatterns,
]
handler404, handler500 = urls.handler404, urls.handler500
override_private_urls = pytest.mark.parametrize("name", ["search", "finder", "connect"])


@pytest.fixture
def logged_text(caplog):
    """Every record that Django's loggers hand on, as a handler prints it."""
    logger = logging.getLogger("django")
    logger.addHandler(caplog.handler)
    yield lambda: caplog.text
    logger.removeHandler(caplog.handler)


@pytest.fixture
def error_mail(settings):
    """Mails to the people who run the site, with all that Django puts into them."""
    settings.ADMINS = [("Olga", "olga@example.org")]
    handlers = [AdminEmailHandler(include_html=html) for html in (False, True)]
    logger = logging.getLogger("django.request")
    for handler in handlers:
        logger.addHandler(handler)
    yield
    for handler in handlers:
        logger.removeHandler(handler)


@override_private_urls
@pytest.mark.urls(__name__)
def test_an_answer_of_a_confidant_is_stored_nowhere_and_points_nobody_there(client, name):
    answer = client.get(f"/{name}/", {"q": WORD})
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex"
    assert not answer.cookies
    assert not {"ETag", "Last-Modified", "Expires"} & set(answer.headers)


@pytest.mark.urls(__name__)
def test_other_answers_are_as_their_view_made_them(client):
    answer = client.get("/elsewhere/", {"q": WORD})
    assert (answer["Cache-Control"], answer["ETag"], answer.cookies["last"].value) == (
        "public",
        '"1"',
        WORD,
    )


@override_private_urls
@pytest.mark.urls(__name__)
def test_a_refusal_of_a_confidant_is_not_stored_either(client, name):
    answer = client.get(f"/{name}/nowhere/", {"q": WORD})
    assert (answer.status_code, answer["Cache-Control"], answer["Referrer-Policy"]) == (
        404,
        "no-store",
        "no-referrer",
    )


@override_private_urls
@pytest.mark.urls(__name__)
def test_a_failure_tells_the_log_and_the_mail_where_it_broke_and_not_what_was_asked(
    client, logged_text, error_mail, mailoutbox, name
):
    client.raise_request_exception = False
    answer = client.get(
        f"/{name}/breaks/", {"q": WORD}, headers={"referer": f"https://example.org/?{WORD}"}
    )
    assert answer.status_code == 500
    mails = [str(mail.message()) for mail in mailoutbox]
    assert len(mails) == 2
    for text in [logged_text(), *mails]:
        assert f"/{name}/breaks/" in text
        assert WORD not in text
    assert "ValueError" in logged_text()
    assert "_failing_view" in logged_text()


@pytest.mark.urls(__name__)
def test_a_failure_anywhere_is_logged_by_its_pattern_and_where_it_broke_alone(
    client, logged_text, error_mail, mailoutbox
):
    client.raise_request_exception = False
    answer = client.get(f"/elsewhere/{WORD}/breaks/", {"q": WORD}, headers={"user-agent": WORD})
    assert answer.status_code == 500
    mails = [str(mail.message()) for mail in mailoutbox]
    assert len(mails) == 2
    for text in [logged_text(), *mails]:
        assert "Internal Server Error: GET /elsewhere/<slug:what>/breaks/" in text
        assert WORD not in text
    assert "_failing_view" in logged_text()


@pytest.fixture
def fresh_refusals():
    privacy._refusals.clear()
    yield
    privacy._refusals.clear()


@pytest.mark.django_db
def test_a_refused_request_is_one_line_a_minute_and_quotes_nothing(
    client, logged_text, fresh_refusals
):
    for number in range(20):
        answer = client.get(f"/{WORD}/", {"q": WORD}, headers={"host": f"{WORD}-{number}.example"})
        assert answer.status_code == 400
        client.get("/symptoms/", headers={"host": f"{WORD}_{number}!"})
    assert logged_text().count("A request was refused: DisallowedHost.") == 1
    assert len(logged_text().strip().splitlines()) == 1
    assert WORD not in logged_text()
    client.force_login(User.objects.create_superuser("chief"))
    client.get("/admin/auth/user/", {"password__startswith": WORD})
    client.post("/admin/auth/user/?_to_field=" + WORD)
    assert "DisallowedModelAdmin" in logged_text()
    assert WORD not in logged_text()


def test_after_a_minute_a_kind_of_refusal_is_logged_again():
    log = privacy.RefusalLog()
    assert [log.may_log("a"), log.may_log("b"), log.may_log("a")] == [True, True, False]
    log._next["a"] -= 60
    assert log.may_log("a")


def test_every_kind_of_refusal_that_django_has_is_known_to_the_log():
    kinds = {kind.__name__ for kind in list_kinds(SuspiciousOperation)}
    assert kinds
    for kind in kinds:
        filters = logging.getLogger(f"django.security.{kind}").filters
        assert any(isinstance(each, PrivacyFilter) for each in filters), kind


def list_kinds(of: type) -> list[type]:
    found = [of]
    for kind in of.__subclasses__():
        if kind.__module__.startswith("django."):
            found += list_kinds(kind)
    return found


@pytest.mark.sqlite  # no page is asked for
def test_what_the_server_cannot_read_is_in_none_of_its_logs(transactional_db, tmp_path):
    lines = [
        f"GET /search/?q={WORD} HTTP/9.9",
        f"{WORD} /search/ HTTP/1.1",
        f"GET /search/?q={WORD} and more HTTP/1.1",
        f"GET /search/?q={WORD}",
        f"GET /search/?q={WORD} HTTP/1.1\r\nBad Header {WORD}: x",
        f"GET /search/?q={WORD} HTTP/1.1\r\nTransfer-Encoding: {WORD}",
        f"POST /search/?q={WORD} HTTP/1.1\r\nHost: x\r\nContent-Length: {WORD}",
    ]
    log = tmp_path / "access"
    with servers.run_gunicorn(
        servers.get_database_url(connection), workers=1, access_log=log
    ) as running:
        for line in [*lines, *lines]:
            with socket.create_connection((servers.HOST, running.port), timeout=60) as sent:
                sent.sendall(f"{line}\r\n\r\n".encode())
                sent.shutdown(socket.SHUT_WR)
                while sent.recv(4096):
                    pass
        errors = running.read_errors()
    assert errors.count("A request was refused: malformed.") == 1
    assert WORD not in errors + log.read_text()


@pytest.mark.parametrize(
    "line",
    [
        f'"GET /search/?q={WORD} HTTP/1.1" 200 5',
        f"Error handling request /finder/?s={WORD}&s=x",
        f"/connect/service?mainSearchCriteria.v.c={WORD} failed",
        f"GET http://127.0.0.1/search?q={WORD}",
    ],
)
def test_an_address_in_a_line_of_a_log_loses_what_was_asked(line):
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "%s", (line,), None)
    assert PrivacyFilter().filter(record)
    assert WORD not in record.getMessage()
    assert ("/search" in line and "/search" in record.getMessage()) or "/search" not in line


@pytest.fixture
def all_log_records(caplog):
    """Whatever any logger hands on, down to the smallest detail; but for two whose level the
    settings hold up.
    """
    caplog.set_level(logging.DEBUG)
    quiet = {"django.template", "django.db.backends"}
    assert {logging.getLogger(name).level for name in quiet} == {logging.WARNING}
    names = [
        "",
        *(name for name in logging.root.manager.loggerDict if not name.startswith(tuple(quiet))),
    ]
    loggers = [logging.getLogger(name) for name in names]
    before = [(logger, logger.level) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.addHandler(caplog.handler)
    yield lambda: caplog.text
    for logger, level in before:
        logger.setLevel(level)
        logger.removeHandler(caplog.handler)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/search/?q={}",
        "/search/?q=x&topic={}",
        "/search/suggestions/?q={}",
        "/finder/?s={}",
        "/finder/?q={}",
    ],
)
def test_what_is_asked_of_the_site_itself_is_kept_by_nothing(
    client, all_log_records, mailoutbox, address
):
    answer = client.get(address.format(WORD), headers={"cookie": ""})
    assert answer.status_code == 200
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")
    kept = [
        all_log_records(),
        repr(cache.__dict__),
        repr(getattr(cache, "_cache", "")),
        repr(vars(page_cache)),
        *mailoutbox,
    ]
    rows = chain.from_iterable(model._base_manager.values() for model in apps.get_models())
    assert not [place for place in [*kept, *rows] if WORD in str(place)]
    assert not answer.cookies
    assert not client.cookies


@pytest.mark.sqlite  # the server asks no database for it
def test_the_access_log_of_the_server_names_paths_only(transactional_db, tmp_path):
    log = tmp_path / "access"
    with servers.run_gunicorn(
        servers.get_database_url(connection), workers=1, access_log=log
    ) as running:
        asked = http.client.HTTPConnection(servers.HOST, running.port, timeout=120)
        asked.request(
            "GET", f"/search/?q={WORD}", headers={"Referer": f"http://example.org/?{WORD}"}
        )
        asked.getresponse().read()
        asked.request("GET", f"/finder/?s={WORD}")
        asked.getresponse().read()
        asked.request("GET", "/symptoms/")
        asked.getresponse().read()
    assert "/search/" in log.read_text()
    assert "/finder/" in log.read_text()
    assert "/symptoms/" in log.read_text()
    assert WORD not in log.read_text()


def test_the_development_server_prints_paths_only(caplog):
    logger = logging.getLogger("django.server")
    logger.addHandler(caplog.handler)
    logger.info('"%s" %s %s', f"GET /search/?q={WORD} HTTP/1.1", "200", "5")
    logger.removeHandler(caplog.handler)
    assert "GET /search/" in caplog.text
    assert WORD not in caplog.text
