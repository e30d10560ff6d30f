"""What stands around a signed page, in one query: links to what it names, and related pages."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import IntegerField, QuerySet, Value

from articles.content import kinds
from articles.content.document import Document
from articles.db.prepared import PreparedQuery
from articles.models import Article, RelatedPage
from articles.page_store import subjects
from articles.public import footer
from articles.public.breadcrumbs import Breadcrumb
from articles.publishing.related_pages import MAX_SHOWN

LINK = 0  # the places of related pages begin at 1
IN_FOOTER = -1
LINK_FIELDS = ("uuid", "kind", "live__slug")


@dataclass(frozen=True)
class RelatedPages:
    """``links``: the paths of what a document names, by UUID; ``related``: what to read next.

    ``footer_links`` are those of the footer, which the same query brings.
    """

    links: dict[UUID, str] = field(default_factory=dict)
    related: list[dict] = field(default_factory=list)
    footer_links: tuple[Breadcrumb, ...] = ()


def _build_query(uuids: list[UUID], page: int) -> QuerySet[Any, Any]:
    """Rows of UUID, kind (or link target), slug, title and place.

    What a document names has no title. Of all these, only what visitors can open.
    """
    pages = Article.objects.public().order_by().filter(uuid__any_of=uuids)
    links = [pages.values_list(*LINK_FIELDS)]
    for target in kinds.get_link_targets().values():
        if target.links:
            links.append(target.links(uuids))
    related = RelatedPage.objects.order_by().filter(article=page, other__live__isnull=False)
    rows = related.values_list(
        "other__uuid", "other__kind", "other__live__slug", "other__live__title", "position"
    )
    in_footer = _add_place(footer.get_pages().values_list(*LINK_FIELDS), IN_FOOTER)
    return rows.union(*(_add_place(part, LINK) for part in links), in_footer, all=True)


def _add_place(rows: QuerySet[Any, Any], place: int) -> QuerySet[Any, Any]:
    return rows.annotate(shown_title=Value(""), place=Value(place, output_field=IntegerField()))


_query = PreparedQuery(_build_query, uuids=list[UUID], page=int)


def find_related_pages(document: Document, page: Article | None = None) -> RelatedPages:
    """The links of a document, and what the public page of it has beside them. One query or none.

    Without ``page``, the links alone.
    """
    uuids = kinds.get(document.kind).links(document)
    if not uuids and page is None:
        return RelatedPages()
    subjects.name(*map(subjects.name_of, uuids))
    links: dict[UUID, str] = {}
    related: list[tuple[int, dict]] = []
    footer_slugs: set[str] = set()
    for uuid, kind, slug, title, place in _query.fetch(
        uuids=list(uuids), page=page.pk if page else 0
    ):
        if place == IN_FOOTER:
            footer_slugs.add(slug)
        elif place == LINK:
            links[uuid] = kinds.get_path(kind, slug)
        else:
            related.append((place, {"uuid": uuid, "title": title, "kind": kind, "slug": slug}))
    if page is None:
        return RelatedPages(links)
    subjects.name(subjects.FOOTER)
    shown = [entry for _, entry in sorted(related, key=_get_place)[:MAX_SHOWN]]
    for entry in shown:
        subjects.name(subjects.name_of(entry.pop("uuid")))
        entry["url"] = kinds.get_path(entry["kind"], entry.pop("slug"))
    return RelatedPages(links, shown, footer.build_links(footer_slugs))


def _get_place(row: tuple[int, dict]) -> int:
    return row[0]
