"""Topics as visitors meet them: the pages that are filed under one, as their live frames print it."""

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, Subquery
from django.urls import reverse

from articles import kinds
from articles.fields import fold
from articles.models import Publication, TopicEntry

ENTRIES_A_PAGE = 100


def address(slug: str, number: int = 1) -> str:
    return reverse("articles:topic", args=[slug] if number == 1 else [slug, number])


def every() -> list[dict]:
    """Each topic that a public page is filed under, by name, with how many; a name as it was printed last."""
    rows = TopicEntry.objects.order_by().values("slug", "name").annotate(count=Count("id"), newest=Max("publication"))
    topics: dict[str, dict] = {}
    for row in rows.order_by("newest"):
        count = row["count"] + topics.get(row["slug"], {"count": 0})["count"]
        topics[row["slug"]] = {"name": row["name"], "url": address(row["slug"]), "count": count}
    return sorted(topics.values(), key=lambda topic: fold(topic["name"]))


def at_address(slug: str) -> TopicEntry | None:
    """The newest line of a topic, which names it, carrying the site revision of the same moment."""
    newest = Publication.objects.order_by("-id").values("id")[:1]
    lines = TopicEntry.objects.filter(slug=slug).order_by("-publication")
    return lines.annotate(site_revision=Subquery(newest)).first()


def filed_under(slug: str, number: int) -> Page:
    """One page of the pages filed under a topic, by title. Raises EmptyPage past the last."""
    lines = TopicEntry.objects.filter(slug=slug)
    fields = ["article__kind", "article__live__title", "article__live__slug", "article__live__summary"]
    return Paginator(lines.values_list(*fields), ENTRIES_A_PAGE).page(number)


def entry(kind: str, title: str, slug: str, summary: str) -> dict:
    return {"title": title, "url": reverse(kinds.get(kind).url_name, args=[slug]), "summary": summary, "kind": kind}
