"""Finding a symptom by what somebody types."""

from dataclasses import dataclass

from articles.fields import fold
from articles.models import Article

MOST = 8


@dataclass(frozen=True)
class Match:
    """A public symptom, and the other name by which it was found, if it was."""

    title: str
    slug: str
    also: str = ""
    exact: bool = False


def matching(typed: str) -> list[Match]:
    """The symptoms that this may mean, the likeliest first."""
    asked = fold(typed)
    rows = Article.objects.public().filter(kind="symptom", language="en")
    for word in asked.split():
        rows = rows.filter(live__sort_key__contains=word)
    found = rows.order_by("live__sort_key").values_list("live__title", "live__slug", "live__sort_key")[:MOST]
    return [Match(title, slug, exact=key == asked) for title, slug, key in found]
