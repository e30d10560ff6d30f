"""Pages as a site without a server prints them: by the same views and templates as ever, without a visitor."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import Http404
from django.template.loader import render_to_string
from django.urls import resolve

from articles.shelf import shelf
from config import views


@dataclass(frozen=True)
class Answer:
    """What stands at an address, and where it leads on to if it does."""

    status: int
    body: bytes
    location: str = ""


@contextmanager
def for_plain_files(site_url: str) -> Iterator[None]:
    """While this lasts, the process prints pages that begin their addresses so and ask no server for anything."""
    wanted = {"SITE_URL": site_url, "STATIC_EXPORT": True, "FINDER": False}
    before = {name: getattr(settings, name) for name in wanted}
    _set(wanted)
    try:
        yield
    finally:
        _set(before)
        shelf.clear()  # what was printed by other settings is another page


def _set(values: dict) -> None:
    for name, value in values.items():
        setattr(settings, name, value)


def page(path: str) -> Answer:
    """The answer of the view at a path. Middleware adds headers alone, and a file has none."""
    match = resolve(path)
    shelf.clear()  # nobody asks for it twice: kept, it would cost memory, and could be older than the one before it
    try:
        response = match.func(_request(path), *match.args, **match.kwargs)
    except Http404:
        return Answer(404, b"")
    location = response.get("Location", "")
    return Answer(response.status_code, _way_on(path, location) if location else response.content, location)


def not_found(path: str) -> Answer:
    """What a web server shows at an address where nothing is."""
    return Answer(200, views.not_found(_request(path), Http404()).content)


def needs_a_server(path: str) -> Answer:
    """In place of the search and the finder, to which signed words may lead: what there is instead."""
    return Answer(200, _own_page("config/needs_a_server.html", path))


def _way_on(path: str, location: str) -> bytes:
    """At an address of old: a link to the new one, which search engines are told too."""
    machines = {"origin": settings.SITE_URL, "canonical": settings.SITE_URL + location}
    return _own_page("config/moved.html", path, location=location, machines=machines)


def _own_page(template: str, path: str, **context) -> bytes:
    return render_to_string(template, context, _request(path)).encode()


def _request(path: str) -> WSGIRequest:
    site = urlsplit(settings.SITE_URL)
    port = site.port or {"http": 80, "https": 443}[site.scheme]
    return WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "SERVER_NAME": site.hostname,
            "SERVER_PORT": str(port),
            "wsgi.url_scheme": site.scheme,
            "wsgi.input": BytesIO(),
        }
    )
