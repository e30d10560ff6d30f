"""HEAD: what a page would answer, without its body."""

import pytest
from django.core.handlers.base import BaseHandler
from django.test import RequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask():
    """What the application hands to its server; a test client would drop the body by itself."""
    handler = BaseHandler()
    handler.load_middleware()
    return lambda method, path, **more: handler.get_response(
        RequestFactory().generic(method, path, **more)
    )


@pytest.mark.parametrize(
    "path", ["/", "/symptoms/", "/articles/", "/nowhere/", "/admin/", "/symptoms/a-z/F/"]
)
def test_a_head_has_the_headers_of_the_page_and_no_body(path, ask):
    got, head = ask("GET", path), ask("HEAD", path)
    assert got.headers.pop("X-Request-ID") != head.headers.pop("X-Request-ID")
    assert (head.status_code, dict(head.headers)) == (got.status_code, dict(got.headers))
    assert head["Content-Length"] == str(len(got.content))
    assert head.content == b""


def test_a_head_of_a_page_that_is_known_is_not_modified(ask):
    known = ask("GET", "/")["ETag"]
    head = ask("HEAD", "/", headers={"if-none-match": known})
    assert (head.status_code, head["ETag"], head.content) == (304, known, b"")
