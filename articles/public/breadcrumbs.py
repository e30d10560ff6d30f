"""Breadcrumbs: the way from the front page to a page, as printed and as structured data."""

from typing import NamedTuple

from articles.content import kinds
from articles.content.paths import get_path
from articles.models import Article


class Breadcrumb(NamedTuple):
    """One step: a public name, and its path."""

    name: str
    url: str


HOME = Breadcrumb("Home", "/")


def build_trail(name: str, url: str) -> tuple[Breadcrumb, ...]:
    """The way to a page that is in no list of a kind."""
    return HOME, Breadcrumb(name, url)


def build_list_trail(kind: str) -> tuple[Breadcrumb, ...]:
    """The way to the list of a kind, or home where it has none."""
    list_page = kinds.get(kind).list_page
    if not list_page:
        return (HOME,)
    name, url_name = list_page
    return HOME, Breadcrumb(name, get_path(url_name))


def build_page_trail(page: Article, *children: Breadcrumb) -> tuple[Breadcrumb, ...]:
    """The way to a public page, by its signed title, and to a page below it."""
    assert page.live  # it is public
    return (*build_list_trail(page.kind), Breadcrumb(page.live.title, page.path), *children)
