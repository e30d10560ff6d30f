"""Public causes: named, addressed and listed as signed, whatever the shared rows say now."""

import itertools
import json
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.core.paginator import Page
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery, Value

from articles.content import kinds
from articles.content.paths import get_numbered_path
from articles.db.prepared import PreparedList, PreparedQuery
from articles.models import Article, PublicationEvent, Revision
from articles.names import fold
from articles.page_store import subjects
from articles.search import index
from symptoms.content.document import DocumentCause, SymptomDocument, read_symptom
from symptoms.models import (
    Cause,
    CauseAddress,
    MergedCause,
    PublishedCause,
    PublishedExcerpt,
)
from symptoms.projections import cause_subjects, excerpts
from symptoms.projections.cause_subjects import CauseState

GRAVITY_BY_LABEL = {label: value for value, label in PublishedCause.Gravity.choices}
RARITY_BY_LABEL = {label: value for value, label in PublishedCause.Rarity.choices}
BATCH_SIZE = 500
CAUSES_PER_QUERY = 200  # SQLite allows no more than a thousand ORs in a query
ENTRIES_PER_PAGE = 20
MAX_GRAVEST_ROWS = 10  # of which the first with an emergency card heads the page of a cause


class Mention(NamedTuple):
    """A public page that names a cause: its risk, address, review line and signed text.

    ``excerpt`` is what the page of a cause shows of the text of ``revision``, or None.
    """

    cause_uuid: UUID
    page_uuid: UUID
    risk: str
    slug: str
    review_line: str
    revision: int
    excerpt: str | None


def on_publish(publication: PublicationEvent, document: SymptomDocument) -> set[str]:
    """A symptom's page was signed: these are its causes now, and nobody named them later."""
    causes = _get_causes(document)
    slugs = {cause.slug for cause in causes.values()}
    before = cause_subjects.load_state(publication.article_id, causes, slugs)
    _remove_page(publication.article_id, except_for=causes)
    PublishedCause.objects.filter(cause_uuid__in=list(causes), latest=True).update(latest=False)
    rows: list[PublishedCause] = []
    addresses: list[CauseAddress] = []
    for uuid, cause in causes.items():
        rows.append(_build_row(publication, cause, latest=True))
        addresses.append(CauseAddress(slug=cause.slug, cause_uuid=uuid))
    PublishedCause.objects.bulk_create(rows)
    CauseAddress.objects.bulk_create(addresses, ignore_conflicts=True)
    _update_search(causes)
    return _find_changed(publication, before)


def on_withdraw(withdrawal: PublicationEvent) -> set[str]:
    """A page is withdrawn: its causes are those of the other pages that name them, as signed."""
    before = cause_subjects.load_state(withdrawal.article_id)
    _remove_page(withdrawal.article_id)
    return _find_changed(withdrawal, before)


def _find_changed(publication: PublicationEvent, before: CauseState) -> set[str]:
    """The subjects of causes that an event of a page changed, now that the rows are written."""
    uuids = {*before.public, *before.mentions}
    after = cause_subjects.load_state(publication.article_id, uuids, before.public.values())
    return cause_subjects.find_changed(before, after)


def on_expunge(document: SymptomDocument) -> set[str]:
    """A former text was expunged: delete addresses of causes that no other signed text gives."""
    unused = get_addresses(document)
    signed = PublicationEvent.objects.signed().filter(article__kind="symptom")
    signed = signed.select_related("revision").order_by("pk")
    addresses = sorted(unused)
    for start in range(0, len(addresses), CAUSES_PER_QUERY):
        naming = Q(pk__in=[])
        for _, uuid in addresses[start : start + CAUSES_PER_QUERY]:
            naming |= Q(revision__document__contains=str(uuid))
        for publication in signed.filter(naming).iterator(BATCH_SIZE):
            unused -= get_addresses(read_symptom(publication.revision))
    for slug, uuid in unused:
        CauseAddress.objects.filter(slug=slug, cause_uuid=uuid).delete()
    return {subjects.link("cause", slug) for slug, _ in unused}


def _remove_page(article_id: int, except_for: Iterable[UUID] = ()) -> None:
    """Remove a page's causes.

    Each that it named last, ``except_for`` some, is named by the page that was signed before it.
    """
    rows = PublishedCause.objects.filter(article=article_id)
    removed = set(rows.values_list("cause_uuid", flat=True)).difference(except_for)
    latest = rows.filter(latest=True)
    orphans = set(latest.values_list("cause_uuid", flat=True)).difference(except_for)
    rows.delete()
    if orphans:
        _mark_previous(orphans)
    _update_search(removed)


def _mark_previous(uuids: set[UUID]) -> None:
    """Mark, of the rows that are left of these causes, those signed last."""
    others = PublishedCause.objects.filter(cause_uuid__in=uuids).order_by()
    newest = others.values("cause_uuid").annotate(newest=Max("publication")).values("newest")
    newest_of_cause = Subquery(newest.filter(cause_uuid=OuterRef("cause_uuid")))
    keys = list(others.filter(publication=newest_of_cause).values_list("pk", flat=True))
    PublishedCause.objects.filter(pk__in=keys).update(latest=True)


def _update_search(uuids: Iterable[UUID]) -> None:
    """Have the search find these causes by their current names, if a page names them."""
    uuids = set(uuids)
    index.remove_items(uuids)
    rows = PublishedCause.objects.filter(cause_uuid__in=uuids, latest=True)
    index.replace_items(build_search_item(row) for row in rows)


def build_search_item(row: PublishedCause) -> index.SearchItem:
    return index.SearchItem(uuid=row.cause_uuid, kind="cause", title=row.name, slug=row.slug)


def build_rows(publication: PublicationEvent, document: SymptomDocument) -> list[PublishedCause]:
    """The rows of one page, none of them marked as the latest yet."""
    causes = _get_causes(document).values()
    return [_build_row(publication, cause, latest=False) for cause in causes]


def get_addresses(document: SymptomDocument) -> set[tuple[str, UUID]]:
    return {(cause.slug, uuid) for uuid, cause in _get_causes(document).items()}


def read_addresses(text: str) -> set[tuple[str, UUID]]:
    """The same of the stored text of a symptom, a tenth as long. Raises ValueError."""
    slugs: dict[UUID, str] = {}
    try:
        for group in json.loads(text)["causes"]:
            slugs.update((UUID(cause["uuid"]), cause["slug"]) for cause in group["causes"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not the text of a symptom") from error
    return {(slug, uuid) for uuid, slug in slugs.items()}


def _get_causes(document: SymptomDocument) -> dict[UUID, DocumentCause]:
    return {cause.uuid: cause for cause in document.all_causes}


def _build_row(
    publication: PublicationEvent, cause: DocumentCause, *, latest: bool
) -> PublishedCause:
    return PublishedCause(
        article_id=publication.article_id,
        publication_id=publication.pk,
        cause_uuid=cause.uuid,
        name=cause.name,
        slug=cause.slug,
        name_key=fold(cause.name)[:200],
        sort_key=fold(publication.title)[:200],
        latest=latest,
        gravity=GRAVITY_BY_LABEL[cause.seriousness],
        rarity=RARITY_BY_LABEL[cause.frequency],
        catch_all=cause.catch_all,
        description_uuid=cause.description.uuid if cause.description else None,
    )


def list_named(document: SymptomDocument) -> set[UUID]:
    """The related symptoms and the causes of a page: what it links to where that is public."""
    return document.linked.union(_get_causes(document))


def get_links(uuids: list[UUID]) -> QuerySet:
    """Those of some causes that have a public page, as rows of UUID, link target and slug."""
    rows = PublishedCause.objects.authoritative().order_by().filter(cause_uuid__any_of=uuids)
    return rows.annotate(kind=Value("cause")).values_list("cause_uuid", "kind", "slug")


def get_readable_addresses() -> list[QuerySet]:
    """The addresses at which visitors find a cause, and the old ones that lead to one."""
    public = PublishedCause.objects.authoritative().order_by()
    named = PublishedCause.objects.filter(cause_uuid=OuterRef("cause_uuid"))
    return [public, CauseAddress.objects.filter(Exists(named))]


def get_known_addresses() -> list[QuerySet]:
    """The addresses that causes will have once a signed page names them."""
    return [Cause.objects.all()]


def get_url(slug: str, number: int = 1) -> str:
    return get_numbered_path("causes:cause", slug, number=number)


def get_by_slug(slug: str) -> PublishedCause | None:
    """The row that names the cause at an address."""
    row: PublishedCause | None = _cause_query.first(slug=slug)
    return row


_cause_query = PreparedQuery(
    lambda slug: PublishedCause.objects.authoritative().filter(slug=slug).order_by("pk")[:1],
    slug=str,
)


def get_current_slug(slug: str) -> str | None:
    """The address that a public cause has now, if it was once signed under this one.

    Where no public page names it any more, it is that of the public cause into which it was merged.
    """
    former = CauseAddress.objects.filter(slug=slug).values("cause_uuid")
    merged = MergedCause.objects.filter(uuid__in=former).values("kept__uuid")
    rows = PublishedCause.objects.authoritative().order_by("-publication_id")
    slugs = rows.values_list("slug", flat=True)
    return (
        slugs.filter(cause_uuid__in=former).first() or slugs.filter(cause_uuid__in=merged).first()
    )


def get_symptom_page(cause: PublishedCause, number: int) -> Page:
    """One page of the mentions of a cause, the gravest label first. Two queries.

    Raises EmptyPage past the last page.
    """
    page = _mentions.get_page(number, cause=cause.cause_uuid)
    page.object_list = list(itertools.starmap(Mention, page.object_list))
    return page


def list_gravest_mentions(cause: PublishedCause) -> list[Mention]:
    """The first pages that name a cause, the gravest labels first. One query."""
    return list(itertools.starmap(Mention, _gravest_query.fetch(cause=cause.cause_uuid)))


def _get_rows(cause: UUID) -> QuerySet[PublishedCause]:
    """What each public page says of a cause: the gravest first, then the most common, by title."""
    rows = PublishedCause.objects.filter(cause_uuid=cause)
    return rows.order_by("-gravity", "rarity", "sort_key", "article_id")


def _load_mentions(rows: QuerySet[PublishedCause]) -> QuerySet[Any, Any]:
    return rows.values_list(
        "cause_uuid",
        "article__uuid",
        "article__risk",
        "article__live__slug",
        "article__live__review_line",
        "article__live__revision",
        Subquery(_excerpts.values("text")),
    )


# Of the public text of a page, and of no other: a revision never changes.
_excerpts = PublishedExcerpt.objects.filter(
    article=OuterRef("article"), revision=OuterRef("article__live__revision")
)
_mentions = PreparedList(_get_rows, _load_mentions, per_page=ENTRIES_PER_PAGE, cause=UUID)
_gravest_query = PreparedQuery(
    lambda cause: _load_mentions(_get_rows(cause))[:MAX_GRAVEST_ROWS], cause=UUID
)


def find_description(cause: PublishedCause) -> Article | None:
    """The public article that describes a cause, with its text. One query, or none."""
    if cause.description_uuid is None:
        return None
    return _description_query.first(uuid=cause.description_uuid)


_description_query = PreparedQuery(
    lambda uuid: (
        Article.objects.public()
        .order_by()
        .filter(uuid=uuid, kind="article")
        .select_related("live__revision")
    ),
    uuid=UUID,
)


def read_mentions(mentions: Iterable[Mention]) -> list[tuple[SymptomDocument, DocumentCause]]:
    """The signed documents of pages, as far as they are shown, and what each says of the cause.

    A query for those without an excerpt, whose whole documents are read.
    """
    mentions = list(mentions)
    without = [mention.revision for mention in mentions if mention.excerpt is None]
    texts = dict(_documents_query.fetch(keys=without)) if without else {}
    found: list[tuple[SymptomDocument, DocumentCause]] = []
    for mention in mentions:
        if mention.excerpt is not None:
            found.append(excerpts.read(mention.excerpt, mention.cause_uuid))
        else:
            document = kinds.parse_shared(texts[mention.revision])
            assert isinstance(document, SymptomDocument)  # as its page is one
            found.append((document, _get_causes(document)[mention.cause_uuid]))
    return found


_documents_query = PreparedQuery(
    lambda keys: Revision.objects.order_by().filter(pk__any_of=keys).values_list("pk", "document"),
    keys=list[int],
)
