"""The neighbours of a signed page, in one query: links to what it names, pages of its topics."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Case, Count, QuerySet, Value, When

from articles.content import kinds
from articles.content.document import Document
from articles.content.review_line import TopicMetadata
from articles.models import Article, TopicEntry
from articles.names import fold

MAX_RELATED = 5
CANDIDATES_PER_TOPIC = 100
LINK_FIELDS = ("uuid", "kind", "live__slug")


@dataclass(frozen=True)
class RelatedPages:
    """``links``: the paths of what a document names, by UUID; ``related``: what to read next."""

    links: dict[UUID, str] = field(default_factory=dict)
    related: list[dict] = field(default_factory=list)


def get_link_querysets(uuids: set[UUID]) -> list[QuerySet]:
    """Those of some pages that visitors can read, as rows of UUID, kind and slug."""
    if not uuids:
        return []
    pages = Article.objects.public().order_by().filter(uuid__in=uuids)
    return [pages.values_list(*LINK_FIELDS)]


def find_related_pages(
    document: Document, filed_under: Iterable[TopicMetadata] = ()
) -> RelatedPages:
    """The neighbours of a page; without topics nothing is related."""
    querysets = [
        rows.annotate(title=Value("")) for rows in kinds.get(document.kind).links(document)
    ]
    if filed_under:
        topics = [topic.slug for topic in filed_under]
        querysets.append(_find_same_topics(document, topics))
    if not querysets:
        return RelatedPages()
    first, *others = querysets
    rows = first.union(*others, all=True) if others else first
    links = {}
    related = []
    for uuid, kind, slug, title in rows:
        path = kinds.get_path(kind, slug)
        if title:
            related.append({"title": title, "url": path, "kind": kind})
        else:
            links[uuid] = path
    related.sort(key=_get_sort_key)
    return RelatedPages(links, related)


def _get_sort_key(entry: dict) -> tuple[bool, str]:
    """Articles first, then by title."""
    return entry["kind"] != "article", fold(entry["title"])


def _find_same_topics(document: Document, topics: list[str]) -> QuerySet:
    """A few other pages of the same topics: articles first, then those that share most topics.

    Among equals, the next ones by title and not the first, or each page of a topic would name the
    same few. Pages that the text itself names are left out.
    """
    name = fold(document.title)[:200]
    nearest = _find_nearest_entries(name, topics)
    others = TopicEntry.objects.order_by().filter(
        pk__in=nearest, article__kind__in=kinds.get_medical_names()
    )
    others = others.exclude(article__uuid=document.uuid)
    if document.linked:
        others = others.exclude(article__uuid__in=document.linked)
    ranked = others.values("article").annotate(shared=Count("id"))
    ranked = ranked.order_by(
        Case(When(article__kind="article", then=0), default=1),
        "-shared",
        Case(When(sort_key__gt=name, then=0), default=1),
        "sort_key",
        "article",
    )
    # Limited in a subquery, because SQLite allows no limit on a part of a union.
    keys = ranked.values("article")[:MAX_RELATED]
    chosen = Article.objects.public().order_by().filter(pk__in=keys)
    return chosen.values_list(*LINK_FIELDS, "live__title")


def _find_nearest_entries(name: str, topics: list[str]) -> QuerySet:
    """Of each topic a limited number of entries: from a name on, and from the first."""
    parts = []
    for topic in topics:
        entries = TopicEntry.objects.filter(slug=topic).order_by("sort_key", "article").values("pk")
        for part in (entries.filter(sort_key__gte=name), entries):
            keys = part[:CANDIDATES_PER_TOPIC]
            parts.append(TopicEntry.objects.order_by().filter(pk__in=keys).values("pk"))
    return parts[0].union(*parts[1:])
