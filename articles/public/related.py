"""The neighbours of a signed page, in one query: links to what it names, and related pages.

Pages that share facts with it (causes, symptoms) come before those that share a topic alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When

from articles.content import kinds
from articles.content.document import Document
from articles.content.review_line import TopicMetadata
from articles.models import Article, TopicEntry
from articles.names import fold
from articles.page_store import subjects
from articles.public import footer
from articles.public.breadcrumbs import Breadcrumb

MAX_RELATED = 5
CANDIDATES_PER_TOPIC = 100
IN_FOOTER = -1
SHARES_TOPIC = 1
SHARES_FACTS = 10  # more than a topic, however many ways there are
LINK_FIELDS = ("uuid", "kind", "live__slug")


@dataclass(frozen=True)
class RelatedPages:
    """``links``: the paths of what a document names, by UUID; ``related``: what to read next.

    ``footer_links`` are those of the footer, which the same query brings.
    """

    links: dict[UUID, str] = field(default_factory=dict)
    related: list[dict] = field(default_factory=list)
    footer_links: tuple[Breadcrumb, ...] = ()


def get_link_querysets(uuids: set[UUID]) -> list[QuerySet]:
    """Those of some pages that visitors can read, as rows of UUID, kind and slug."""
    if not uuids:
        return []
    subjects.name(*map(subjects.name_of, uuids))
    pages = Article.objects.public().order_by().filter(uuid__in=uuids)
    return [pages.values_list(*LINK_FIELDS)]


def find_related_pages(
    document: Document, filed_under: Iterable[TopicMetadata] | None = None
) -> RelatedPages:
    """The neighbours of a page: links, and what is related to it unless ``filed_under`` is None."""
    kind = kinds.get(document.kind)
    querysets = [
        rows.annotate(title=Value(""), nearness=_build_nearness(0)) for rows in kind.links(document)
    ]
    if filed_under is not None:
        subjects.name(subjects.FOOTER, subjects.PUBLICATIONS)
        querysets.append(_select_footer_pages())
        for keys in kind.neighbours(document):
            querysets.append(_select_pages(document, keys[:MAX_RELATED], nearness=SHARES_FACTS))
    if filed_under:
        topics = [topic.slug for topic in filed_under]
        keys = _find_same_topics(document, topics)[:MAX_RELATED]
        querysets.append(_select_pages(document, keys, nearness=SHARES_TOPIC))
    if not querysets:
        return RelatedPages()
    first, *others = querysets
    rows = first.union(*others, all=True) if others else first
    links: dict[UUID, str] = {}
    found: dict[str, dict] = {}
    footer_slugs: set[str] = set()
    for uuid, kind_name, slug, title, nearness in rows:
        path = kinds.get_path(kind_name, slug)
        if nearness == IN_FOOTER:
            footer_slugs.add(slug)
            continue
        if not title:
            links[uuid] = path
            continue
        entry = found.setdefault(path, {"title": title, "url": path, "kind": kind_name, "near": 0})
        entry["near"] += nearness
    related = sorted(found.values(), key=_get_sort_key)
    return RelatedPages(links, related[:MAX_RELATED], footer.build_links(footer_slugs))


def _select_footer_pages() -> QuerySet:
    pages = footer.get_pages().annotate(name=Value(""), nearness=_build_nearness(IN_FOOTER))
    return pages.values_list(*LINK_FIELDS, "name", "nearness")


def _build_nearness(nearness: int) -> Value:
    return Value(nearness, output_field=IntegerField())


def _get_sort_key(entry: dict) -> tuple[int, bool, str]:
    """What shares most ways of being near first, then articles, then by title."""
    shares_facts = -(entry["near"] // SHARES_FACTS)
    return shares_facts, entry["kind"] != "article", fold(entry["title"])


def _select_pages(document: Document, keys: QuerySet, *, nearness: int) -> QuerySet:
    """Public pages with these keys. The keys are limited: no part of a union can be on SQLite."""
    pages = Article.objects.public().order_by().filter(pk__in=keys).exclude(uuid=document.uuid)
    pages = pages.annotate(nearness=_build_nearness(nearness))
    return pages.values_list(*LINK_FIELDS, "live__title", "nearness")


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
    return ranked.values("article")


def _find_nearest_entries(name: str, topics: list[str]) -> QuerySet:
    """Of each topic a limited number of entries: from a name on, and from the first."""
    parts = []
    for topic in topics:
        entries = TopicEntry.objects.filter(slug=topic).order_by("sort_key", "article").values("pk")
        for part in (entries.filter(sort_key__gte=name), entries):
            keys = part[:CANDIDATES_PER_TOPIC]
            parts.append(TopicEntry.objects.order_by().filter(pk__in=keys).values("pk"))
    return parts[0].union(*parts[1:])
