"""Which page of ours a record is about, and whether editors wrote in it since it came."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import Exists, OuterRef, Q, Subquery

from articles.fields import fold
from articles.imports.job import Job
from articles.imports.spool import Row, batched
from articles.models import Article, Origin, Revision

READ = ("uuid", "title", "sort_key", "slug", "edition", "discarded_at", "kind", "writer")  # of a page, for judging it


@dataclass(slots=True)
class Match:
    """A page of ours; ``origin`` where an import wrote it, ``others`` where the ids of a record lead to several."""

    page: Article
    origin: Origin | None = None
    others: tuple[str, ...] = ()

    @property
    def edited(self) -> bool:
        """Whether an editor saved the page, with another text, since the import that wrote it."""
        origin = self.origin
        return bool(origin and self.page.edition != origin.edition and self.page.newest != origin.revision_id)

    @property
    def begun(self) -> bool:
        """Whether an import made the page and was stopped before it filled it."""
        return bool(self.origin and not self.origin.said)


@lru_cache(maxsize=50_000)
def uuid_of(source: str, key: str) -> UUID:
    """The UUID of what has an id: the id itself where it is one of ours, else the same one on every site."""
    try:
        if len(key) == 36 and str(UUID(key)) == key:
            return UUID(key)
    except ValueError:
        pass
    return uuid5(NAMESPACE_URL, f"urn:countersign:{source}:{key}")


def known(job: Job, rows: list[Row]) -> dict[str, Match]:
    """Id → the page it stands for, of those that have one: by its origin, or because it is the page's own UUID."""
    merged = job.spool.merged_into(rows, "page")
    keys = [row.key for row in rows] + [key for keys in merged.values() for key in keys]
    origins = {origin.key: origin for origin in Origin.objects.filter(source=job.source, key__in=keys)}
    uuids = {row.key: uuid_of(job.source, row.key) for row in rows}
    pages = _pages(origin.article_id for origin in origins.values())
    own = {page.uuid: page for page in _with_newest(Article.objects.filter(uuid__in=uuids.values()))}
    found = {}
    for row in rows:
        led = [origins[key] for key in (row.key, *merged.get(row.key, ())) if key in origins]
        if led:
            others = {pages[origin.article_id].title for origin in led} - {pages[led[0].article_id].title}
            found[row.key] = Match(pages[led[0].article_id], led[0], tuple(sorted(others)))
        elif uuids[row.key] in own:
            found[row.key] = Match(own[uuids[row.key]])
    return found


def hold(job: Job, rows: list[Row]) -> None:
    """Hold the pages of records until the transaction ends, before anything is read of them."""
    keys = [row.key for row in rows]
    led = Q(pk__in=Origin.objects.filter(source=job.source, key__in=keys).values("article"))
    own = Q(uuid__in=[uuid_of(job.source, key) for key in keys])
    list(Article.objects.select_for_update().filter(led | own).order_by("pk").values_list("pk"))


def come(job: Job, rows: list[Row]) -> set[str]:
    """The ids of records that have a page already."""
    keys = [row.key for row in rows]
    led = set(Origin.objects.filter(source=job.source, key__in=keys).values_list("key", flat=True))
    uuids = {uuid_of(job.source, key): key for key in keys}
    return led | {uuids[uuid] for uuid in Article.objects.filter(uuid__in=uuids).values_list("uuid", flat=True)}


def _pages(keys: Iterable[int]) -> dict[int, Article]:
    return {page.pk: page for page in _with_newest(Article.objects.filter(pk__in=set(keys)))}


def _with_newest(pages):
    newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number")
    return pages.annotate(
        newest=Subquery(newest.values("pk")[:1]), newest_digest=Subquery(newest.values("digest")[:1])
    ).only(*READ)


def twins(job: Job, kind: str, rows: list[Row]) -> dict[str, Article]:
    """Folded title → a page of that title which did not come from this source."""
    titles = {fold(row.name)[:200] for row in rows}
    from_here = Origin.objects.filter(source=job.source, article=OuterRef("pk"))
    pages = Article.objects.kept().filter(~Exists(from_here), kind=kind, sort_key__in=titles)
    return {page.sort_key: page for page in _with_newest(pages.order_by("-pk"))}


def pages_of(job: Job, keys: Iterable[str]) -> dict[str, int]:
    """Id → primary key of the page that it leads to, of those that lead to one that is kept."""
    keys = set(keys)
    found = _led(job, keys)
    rest = keys - found.keys()
    # What is not known by its own id yet may be by one that its record, or the record that it was merged into, tells.
    others = job.spool.stands_for("page", rest) | job.spool.also("page", rest)
    led = _led(job, {other for several in others.values() for other in several})
    return found | {key: led[other] for key, several in others.items() for other in several if other in led}


def _led(job: Job, keys: set[str]) -> dict[str, int]:
    found = {}
    for some in batched(keys):
        uuids = {uuid_of(job.source, key): key for key in some}
        own = Article.objects.kept().filter(uuid__in=uuids).values_list("uuid", "pk")
        found |= {uuids[uuid]: pk for uuid, pk in own}
        led = Origin.objects.filter(source=job.source, key__in=some, article__discarded_at__isnull=True)
        found |= dict(led.values_list("key", "article"))
    return found


def take_along(lost: Article, kept: Article) -> None:
    """With a page that is merged into another go the ids under which it came."""
    Origin.objects.filter(article=lost).update(article=kept, merged=True)
