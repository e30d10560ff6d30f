"""A view that counts how often it is rendered, and the workers that answer with it."""

from collections.abc import Callable

from django.http import HttpRequest
from django.test import RequestFactory

from articles.page_store import subjects
from articles.page_store.following import follower
from articles.public.page_cache import PublicPage, page_cache, public_page


class CountedView:
    """A public page that names its address. ``during`` is called while it is rendered."""

    def __init__(self) -> None:
        self.rendered: list[str] = []
        self.during: Callable[[], None] = lambda: None
        self._view = public_page(self._build)

    def _build(self, request: HttpRequest) -> PublicPage:
        self.rendered.append(request.path)
        subjects.name(request.path, "list")
        self.during()
        return PublicPage("404.html", {})

    def visit(self, path: str = "/one/"):
        return self._view(RequestFactory().get(path))


def start_worker() -> None:
    """Forget what this process knows, as one that just began."""
    page_cache.memory.clear()
    follower.clear()
