"""Causes as visitors meet them: named, addressed and listed by what was signed, whatever the shared rows say now."""

from collections.abc import Iterable
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery, Value
from django.urls import reverse

from articles import kinds, neighbours
from articles.fields import fold
from articles.models import Publication
from articles.search import index
from symptoms.content import Cause, SymptomDocument
from symptoms.models import CauseAddress, MergedCause, PublishedCause

GRAVITY = {label: value for value, label in PublishedCause.Gravity.choices}
RARITY = {label: value for value, label in PublishedCause.Rarity.choices}
BATCH = 500
A_QUESTION = 200  # causes that one is about: SQLite follows no more than a thousand ORs
ENTRIES_A_PAGE = 30


def show(publication: Publication, document: SymptomDocument) -> None:
    """A symptom's page was signed: these are its causes now, and nobody named them later."""
    named = _causes(document)
    _drop(publication.article_id, but=set(named))
    PublishedCause.objects.filter(cause_uuid__in=list(named), latest=True).update(latest=False)
    PublishedCause.objects.bulk_create([_row(publication, cause, latest=True) for cause in named.values()])
    CauseAddress.objects.bulk_create(
        [CauseAddress(slug=cause.slug, cause_uuid=uuid) for uuid, cause in named.items()], ignore_conflicts=True
    )
    _find(named)


def hide(withdrawal: Publication) -> None:
    """A page is withdrawn: its causes are those of the other pages that name them, as they were signed."""
    _drop(withdrawal.article_id)


def forget(document: SymptomDocument) -> None:
    """A text of old was expunged: addresses of causes that no other signed text gives lead nowhere now."""
    gone = addresses(document)
    signed = Publication.objects.signed().filter(article__kind="symptom").select_related("revision").order_by("pk")
    asked = sorted(gone)
    for start in range(0, len(asked), A_QUESTION):
        naming = Q(pk__in=[])
        for _, uuid in asked[start : start + A_QUESTION]:
            naming |= Q(revision__document__contains=str(uuid))
        for publication in signed.filter(naming).iterator(BATCH):
            gone -= addresses(publication.revision.read())
    for slug, uuid in gone:
        CauseAddress.objects.filter(slug=slug, cause_uuid=uuid).delete()


def _drop(article_id: int, but: Iterable[UUID] = ()) -> None:
    """Take a page's causes away. Each that it named last, ``but`` for some, is named by the page signed before it."""
    rows = PublishedCause.objects.filter(article=article_id)
    dropped = set(rows.values_list("cause_uuid", flat=True)) - set(but)
    orphans = set(rows.filter(latest=True).values_list("cause_uuid", flat=True)) - set(but)
    rows.delete()
    if orphans:
        others = PublishedCause.objects.filter(cause_uuid__in=orphans).order_by()
        newest = others.values("cause_uuid").annotate(newest=Max("publication")).values("newest")
        heirs = others.filter(publication=Subquery(newest.filter(cause_uuid=OuterRef("cause_uuid"))))
        PublishedCause.objects.filter(pk__in=list(heirs.values_list("pk", flat=True))).update(latest=True)
    _find(dropped)


def _find(uuids: Iterable[UUID]) -> None:
    """Have the search find these causes by the names that they have now, and those that no page names no more."""
    uuids = set(uuids)
    index.take(uuids)
    index.put(item(row) for row in PublishedCause.objects.filter(cause_uuid__in=uuids, latest=True))


def item(row: PublishedCause) -> index.Item:
    return index.Item(uuid=row.cause_uuid, kind="cause", title=row.name, slug=row.slug)


def of(publication: Publication, document: SymptomDocument) -> list[PublishedCause]:
    """The rows of one page, none of them marked as the latest yet."""
    return [_row(publication, cause, latest=False) for cause in _causes(document).values()]


def addresses(document: SymptomDocument) -> set[tuple[str, UUID]]:
    return {(cause.slug, uuid) for uuid, cause in _causes(document).items()}


def mark_latest(named: list[PublishedCause]) -> None:
    """Of all rows of each cause, the one that was signed last."""
    latest: dict[UUID, int] = {}
    for row in named:
        latest[row.cause_uuid] = max(latest.get(row.cause_uuid, 0), row.publication_id)
    for row in named:
        row.latest = latest[row.cause_uuid] == row.publication_id


def _causes(document: SymptomDocument) -> dict[UUID, Cause]:
    return {cause.uuid: cause for group in document.causes for cause in group.causes}


def _row(publication: Publication, cause: Cause, *, latest: bool) -> PublishedCause:
    return PublishedCause(
        article_id=publication.article_id,
        publication_id=publication.pk,
        cause_uuid=cause.uuid,
        name=cause.name,
        slug=cause.slug,
        name_key=fold(cause.name)[:200],
        sort_key=publication.sort_key,
        latest=latest,
        gravity=GRAVITY[cause.seriousness],
        rarity=RARITY[cause.frequency],
    )


def links(document: SymptomDocument) -> list[QuerySet]:
    """The related symptoms and the causes that have a public page."""
    causes = _causes(document)
    named = PublishedCause.objects.naming().order_by().filter(cause_uuid__in=causes)
    rows = [named.annotate(kind=Value("cause")).values_list("cause_uuid", "kind", "slug")] if causes else []
    return neighbours.linked(document.linked) + rows


def address(slug: str, number: int = 1) -> str:
    return reverse("causes:cause", args=[slug] if number == 1 else [slug, number])


def at_address(slug: str) -> PublishedCause | None:
    """The row that names the cause at an address, carrying the site revision of the same moment."""
    newest = Publication.objects.order_by("-id").values("id")[:1]
    return PublishedCause.objects.naming().filter(slug=slug).annotate(site_revision=Subquery(newest)).first()


def moved_to(slug: str) -> str | None:
    """The address that a public cause has now, if it was once signed under this one.

    Where no public page names it any more, it is that of the public cause into which it was merged.
    """
    was = CauseAddress.objects.filter(slug=slug).values("cause_uuid")
    merged = MergedCause.objects.filter(uuid__in=was).values("kept__uuid")
    rows = PublishedCause.objects.naming().order_by("-publication").values_list("slug", flat=True)
    return rows.filter(cause_uuid__in=was).first() or rows.filter(cause_uuid__in=merged).first()


def named_by(cause: PublishedCause, number: int) -> Page:
    """One page of the symptoms that name a cause, with what they were signed to say. Raises EmptyPage past the last."""
    rows = PublishedCause.objects.filter(cause_uuid=cause.cause_uuid).select_related("article__live__revision")
    return Paginator(rows, ENTRIES_A_PAGE).page(number)


def entries(rows: Iterable[PublishedCause]) -> list[dict]:
    """What each page says of the cause in its labels, and its emergency advice, from the signed documents."""
    found = []
    for row in rows:
        document = row.article.live.revision.read()
        found.append(
            {
                "document": document,
                "url": kinds.path(document.kind, row.article.live.slug),
                "cause": _causes(document)[row.cause_uuid],
                "line": row.article.live.read_review_line(),
            }
        )
    return found
