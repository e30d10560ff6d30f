"""Pages of the static site, rendered by the same views and templates as on the server."""

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

from config.public import views


@dataclass(frozen=True)
class ExportedResponse:
    """What is at an address, and where it redirects to if it does."""

    status: int
    body: bytes
    location: str = ""


@contextmanager
def use_export_settings(site_url: str) -> Iterator[None]:
    """For its duration, pages of this process begin their addresses so and need no server."""
    wanted = {"SITE_URL": site_url, "STATIC_EXPORT": True, "FINDER": False}
    before = {name: getattr(settings, name) for name in wanted}
    _apply_settings(wanted)
    try:
        yield
    finally:
        _apply_settings(before)


def _apply_settings(values: dict) -> None:
    for name, value in values.items():
        setattr(settings, name, value)


def render_page(path: str) -> ExportedResponse:
    """The response of the view at a path, without middleware: that adds headers only, and a file
    has none.
    """
    match = resolve(path)
    try:
        response = match.func(build_request(path), *match.args, **match.kwargs)
    except Http404:
        return ExportedResponse(404, b"")
    location = response.get("Location", "")
    return ExportedResponse(
        response.status_code,
        _render_redirect(path, location) if location else response.content,
        location,
    )


def render_not_found(path: str) -> ExportedResponse:
    """What a web server shows at an address where there is nothing."""
    return ExportedResponse(200, views.not_found(build_request(path), Http404()).content)


def render_server_notice(path: str) -> ExportedResponse:
    """In place of the search and the finder, to which signed texts may link: what there is
    instead.
    """
    return ExportedResponse(200, _render_template("config/needs_a_server.html", path))


def render_icon(path: str) -> ExportedResponse:
    """A file that browsers look for at the root of a site."""
    return ExportedResponse(200, (settings.WHITENOISE_ROOT / path.lstrip("/")).read_bytes())


def _render_redirect(path: str, location: str) -> bytes:
    """At an earlier address: a link to the new one, with its canonical address for search
    engines.
    """
    metadata = {"origin": settings.SITE_URL, "canonical": settings.SITE_URL + location}
    return _render_template("config/moved.html", path, location=location, head_metadata=metadata)


def _render_template(template: str, path: str, **context) -> bytes:
    return render_to_string(template, context, build_request(path)).encode()


def build_request(path: str, **headers: str) -> WSGIRequest:
    """A request for a path at the site's own address. Headers are named as WSGI names them."""
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
            **headers,
        }
    )
