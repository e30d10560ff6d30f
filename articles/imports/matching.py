"""Which page of ours a record is about, and whether editors wrote in it since it came."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import Exists, OuterRef, Q, Subquery

from articles.imports.job import ImportJob
from articles.imports.staging import StagedRecord, batched
from articles.models import Article, ExternalId, Revision
from articles.names import fold

# The fields of a page that its verdict depends on.
LOADED_FIELDS = (
    "uuid",
    "title",
    "sort_key",
    "slug",
    "form_version",
    "discarded_at",
    "kind",
    "writer",
)


@dataclass(slots=True)
class PageMatch:
    """A page of ours that a record is about.

    ``external_id`` is set if an import wrote the page, ``other_titles`` if the ids of the record
    lead to several pages.
    """

    page: Article
    external_id: ExternalId | None = None
    other_titles: tuple[str, ...] = ()

    @property
    def is_edited(self) -> bool:
        """Whether an editor saved the page, with another text, since the import that wrote it."""
        if self.external_id is None:
            return False
        saved = self.page.form_version != self.external_id.form_version
        return saved and self.page.newest_revision_id != self.external_id.revision_id

    @property
    def is_stub(self) -> bool:
        """Whether an import made the page and was stopped before it wrote the text."""
        return self.external_id is not None and not self.external_id.record_digest


@lru_cache(maxsize=50_000)
def derive_uuid(source: str, key: str) -> UUID:
    """The UUID of an id: the id itself if it is a UUID, else one that is the same everywhere."""
    try:
        if len(key) == 36 and str(UUID(key)) == key:
            return UUID(key)
    except ValueError:
        pass
    return uuid5(NAMESPACE_URL, f"urn:countersign:{source}:{key}")


def match_pages(job: ImportJob, rows: list[StagedRecord]) -> dict[str, PageMatch]:
    """Id → page, of the records that have one: by an external id, or by the UUID of the page."""
    merged = job.staging.get_merged_ids(rows, "page")
    keys = [row.key for row in rows]
    for merged_keys in merged.values():
        keys.extend(merged_keys)
    external_ids = _get_external_ids(job, keys)
    uuids = {row.key: derive_uuid(job.source, row.key) for row in rows}
    pages = _get_pages({external_id.article_id for external_id in external_ids.values()})
    own_pages = _get_pages_by_uuid(uuids.values())
    found = {}
    for row in rows:
        known = []
        for key in (row.key, *merged.get(row.key, ())):
            if key in external_ids:
                known.append(external_ids[key])
        if known:
            found[row.key] = _build_match(known, pages)
        elif uuids[row.key] in own_pages:
            found[row.key] = PageMatch(own_pages[uuids[row.key]])
    return found


def _build_match(external_ids: list[ExternalId], pages: dict[int, Article]) -> PageMatch:
    """The page of the first of some ids, and the titles of the pages that the others lead to."""
    first, *others = external_ids
    page = pages[first.article_id]
    titles = {pages[other.article_id].title for other in others} - {page.title}
    return PageMatch(page, first, tuple(sorted(titles)))


def lock_pages(job: ImportJob, rows: list[StagedRecord]) -> None:
    """Lock the pages of records until the transaction ends, before anything of them is read."""
    keys = [row.key for row in rows]
    external_ids = ExternalId.objects.filter(source=job.source, key__any_of=keys)
    imported = Q(pk__in=external_ids.values("article"))
    own = Q(uuid__any_of=[derive_uuid(job.source, key) for key in keys])
    pages = Article.objects.select_for_update().filter(imported | own)
    list(pages.order_by("pk").values_list("pk"))


def find_existing_ids(job: ImportJob, rows: list[StagedRecord]) -> set[str]:
    """The ids of records that have a page already."""
    keys = [row.key for row in rows]
    external_ids = ExternalId.objects.filter(source=job.source, key__any_of=keys)
    found = set(external_ids.values_list("key", flat=True))
    keys_by_uuid = {derive_uuid(job.source, key): key for key in keys}
    pages = Article.objects.filter(uuid__any_of=keys_by_uuid)
    for uuid in pages.values_list("uuid", flat=True):
        found.add(keys_by_uuid[uuid])
    return found


def _get_external_ids(job: ImportJob, keys: list[str]) -> dict[str, ExternalId]:
    external_ids = ExternalId.objects.filter(source=job.source, key__any_of=keys)
    return {external_id.key: external_id for external_id in external_ids}


def _get_pages(page_ids: set[int]) -> dict[int, Article]:
    pages = _annotate_newest_revision(Article.objects.filter(id__any_of=page_ids))
    return {page.pk: page for page in pages}


def _get_pages_by_uuid(uuids: Iterable[UUID]) -> dict[UUID, Article]:
    pages = _annotate_newest_revision(Article.objects.filter(uuid__any_of=uuids))
    return {page.uuid: page for page in pages}


def _annotate_newest_revision(pages):
    newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number")
    return pages.annotate(
        newest_revision_id=Subquery(newest.values("pk")[:1]),
        newest_digest=Subquery(newest.values("digest")[:1]),
    ).only(*LOADED_FIELDS)


def find_same_titles(job: ImportJob, kind: str, rows: list[StagedRecord]) -> dict[str, Article]:
    """Folded title → a page of that title which did not come from this source."""
    titles = {fold(row.name)[:200] for row in rows}
    from_here = ExternalId.objects.filter(source=job.source, article=OuterRef("pk"))
    pages = Article.objects.active().filter(~Exists(from_here), kind=kind, sort_key__any_of=titles)
    return {page.sort_key: page for page in _annotate_newest_revision(pages.order_by("-pk"))}


def find_page_ids(job: ImportJob, keys: Iterable[str]) -> dict[str, int]:
    """Id → primary key of the page that it leads to, of the ids that lead to an active page."""
    wanted = set(keys)
    found = _find_page_ids(job, wanted)
    # An id without a page may have one under another id of its record, or of the record that it
    # was merged into.
    alternatives = _get_alternative_ids(job, wanted - found.keys())
    other_pages = _find_page_ids(job, set().union(*alternatives.values()))
    for key, others in alternatives.items():
        for other in others:
            if other in other_pages:
                found[key] = other_pages[other]
    return found


def _get_alternative_ids(job: ImportJob, keys: set[str]) -> dict[str, list[str]]:
    return {
        **job.staging.get_replacing_ids("page", keys),
        **job.staging.get_ids_merged_into("page", keys),
    }


def _find_page_ids(job: ImportJob, keys: set[str]) -> dict[str, int]:
    found = {}
    for batch in batched(keys):
        keys_by_uuid = {derive_uuid(job.source, key): key for key in batch}
        own = Article.objects.active().filter(uuid__any_of=keys_by_uuid)
        for uuid, pk in own.values_list("uuid", "pk"):
            found[keys_by_uuid[uuid]] = pk
        external_ids = ExternalId.objects.filter(
            source=job.source, key__any_of=batch, article__discarded_at__isnull=True
        )
        found.update(external_ids.values_list("key", "article"))
    return found


def move_external_ids(merged_page: Article, target: Article) -> None:
    """Move the ids of a page that is merged into another one."""
    ExternalId.objects.filter(article=merged_page).update(article=target, merged=True)
