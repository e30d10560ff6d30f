"""The way from the front page to a page: what it prints as breadcrumbs, and what machines may read of it."""

from typing import NamedTuple

from django.urls import reverse

from articles import kinds
from articles.models import Article


class Crumb(NamedTuple):
    """One step of the way: a name that visitors may read, and its path."""

    name: str
    url: str


HOME = Crumb("Home", "/")


def to(name: str, url: str) -> tuple[Crumb, ...]:
    """The way to a page that stands in no list of a kind."""
    return HOME, Crumb(name, url)


def to_list(kind: str) -> tuple[Crumb, ...]:
    """The way to the list of a kind, or home where it has none."""
    listed = kinds.get(kind).listed
    return (HOME, Crumb(listed[0], reverse(listed[1]))) if listed else (HOME,)


def to_page(page: Article, *below: Crumb) -> tuple[Crumb, ...]:
    """The way to a public page, by the title that was signed, and to what stands below it."""
    return (*to_list(page.kind), Crumb(page.live.title, page.path), *below)
