"""What stands around a signed page: where what it names can be read, and a few pages filed where it is. One query."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Case, Count, QuerySet, Value, When

from articles import kinds
from articles.content import Document
from articles.fields import fold
from articles.imprint import Filing
from articles.models import Article, TopicEntry

RELATED = 5
WINDOW = 100
LINK = ("uuid", "kind", "live__slug")


@dataclass(frozen=True)
class Neighbours:
    """``links`` gives the public path of what a document names, by UUID; ``related`` is what to read next."""

    links: dict[UUID, str] = field(default_factory=dict)
    related: list[dict] = field(default_factory=list)


def linked(uuids: set[UUID]) -> list[QuerySet]:
    """Those of some pages that visitors can read, as rows of UUID, kind and slug."""
    return [Article.objects.public().order_by().filter(uuid__in=uuids).values_list(*LINK)] if uuids else []


def of(document: Document, filed_under: Iterable[Filing] = ()) -> Neighbours:
    """The neighbours of a page; without topics nothing is related."""
    links = [rows.annotate(title=Value("")) for rows in kinds.get(document.kind).links(document)]
    related = [_filed_alike(document, [filing.slug for filing in filed_under])] if filed_under else []
    asked = [*links, *related]
    if not asked:
        return Neighbours()
    found = list(asked[0].union(*asked[1:], all=True) if asked[1:] else asked[0])
    return Neighbours(
        {uuid: kinds.path(kind, slug) for uuid, kind, slug, title in found if not title},
        sorted(
            ({"title": title, "url": kinds.path(kind, slug), "kind": kind} for _, kind, slug, title in found if title),
            key=lambda entry: (entry["kind"] != "article", fold(entry["title"])),
        ),
    )


def _filed_alike(document: Document, topics: list[str]) -> QuerySet:
    """A few other pages of the same topics: articles first, then what shares most topics, then the next by title.

    The next and not the first, or each page of a topic would name the same few. What the text itself names is left out.
    """
    name = fold(document.title)[:200]
    others = TopicEntry.objects.order_by().filter(pk__in=_near(name, topics), article__kind__in=kinds.medical())
    others = others.exclude(article__uuid=document.uuid)
    if document.linked:
        others = others.exclude(article__uuid__in=document.linked)
    nearest = others.values("article").annotate(shared=Count("id"))
    nearest = nearest.order_by(
        Case(When(article__kind="article", then=0), default=1),
        "-shared",
        Case(When(sort_key__gt=name, then=0), default=1),
        "sort_key",
        "article",
    )
    # Chosen in a query of its own inside: SQLite limits no part of a union.
    chosen = Article.objects.public().order_by().filter(pk__in=nearest.values("article")[:RELATED])
    return chosen.values_list(*LINK, "live__title")


def _near(name: str, topics: list[str]) -> QuerySet:
    """Of each topic as many entries from a name on, and from its start, as are worth ranking however many there are."""
    parts = []
    for topic in topics:
        entries = TopicEntry.objects.filter(slug=topic).order_by("sort_key", "article").values("pk")
        for part in (entries.filter(sort_key__gte=name), entries):
            parts.append(TopicEntry.objects.order_by().filter(pk__in=part[:WINDOW]).values("pk"))
    return parts[0].union(*parts[1:])
