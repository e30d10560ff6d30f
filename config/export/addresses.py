"""Every address that visitors can ask for, found in the log and its projections a few hundred pages at a time."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from django.db.models import Count, QuerySet
from django.urls import reverse

from articles import history, kinds, topics
from articles.models import Article, Publication, PublishedImage, Redirect, TopicEntry
from config import sitemap
from config.export import printing, signed
from config.export.printing import Answer
from reviews import profile
from reviews.models import Reviewer, Signature
from symptoms import az, cause_pages, causes
from symptoms.models import CauseAddress, PublishedCause

BATCH = 500
LANGUAGE = "en"  # the one in which pages have addresses so far
SINGLE = ("articles:index", "symptoms:index", "about:index", "home", "reviewed", "sitemap", "robots")
NEEDS_A_SERVER = ("articles:search", "finder:find")


@dataclass(frozen=True)
class Address:
    """Where visitors find something, and who makes it; one that is not ``sure`` may lead nowhere any more."""

    path: str
    make: Callable[[str], Answer] = printing.page
    sure: bool = True


@dataclass(frozen=True)
class Logged:
    """A page that was published once: where it is, what there is below it, and its live publication."""

    kind: str
    slug: str
    live: int | None
    below: tuple[str, ...]

    def under(self, slug: str) -> Iterator[str]:
        """Its address and those below it, as they are or were under a slug."""
        path = kinds.path(self.kind, slug)
        yield from (path + part for part in ("", *self.below))


def every() -> Iterator[Address]:
    """First what must not be read any more; then what pages need, the pages, and last the lists that lead to them."""
    yield from (Address(path) for page in _logged(Article.objects.withdrawn()) for path in page.under(page.slug))
    yield from _images()
    yield from _pages()
    yield from map(Address, _causes())
    yield from map(Address, _topics())
    yield from map(Address, _reviewers())
    yield from map(Address, _letters())
    yield from _moved()
    yield from (Address(reverse(name), printing.needs_a_server) for name in NEEDS_A_SERVER)
    yield from map(Address, sitemap.files())
    yield Address("/404.html", printing.not_found)
    yield Address(reverse("security"), sure=False)
    yield from (Address(reverse(name)) for name in SINGLE)


def _pages() -> Iterator[Address]:
    for page in _logged(Article.objects.public()):
        for path in page.under(page.slug):
            yield Address(path)
        yield Address(signed.address(kinds.path(page.kind, page.slug)), partial(signed.statement, page.live))


def _logged(pages: QuerySet) -> Iterator[Logged]:
    rows, last = pages.filter(language=LANGUAGE).order_by("pk"), 0
    while batch := list(rows.filter(pk__gt=last).values_list("pk", "kind", "slug", "live")[:BATCH]):
        last = batch[-1][0]
        yield from _with_what_is_below(batch).values()


def _with_what_is_below(batch: list[tuple]) -> dict[int, Logged]:
    keys, numbers = [row[0] for row in batch], defaultdict(list)
    log = Publication.objects.filter(article__in=keys).order_by("id")
    for key, number in log.values_list("article", "revision__number"):
        numbers[key].append(number)
    rows = PublishedCause.objects.filter(article__in=keys).order_by().values_list("article")
    named = dict(rows.annotate(count=Count("id"))) | _once_named([row for row in batch if row[3] is None])
    return {
        key: Logged(kind, slug, live, tuple(_below(numbers[key], named.get(key, 0)))) for key, kind, slug, live in batch
    }


def _once_named(gone: list[tuple]) -> dict[int, int]:
    """How many causes withdrawn pages have named at most: all their addresses say that they are withdrawn."""
    keys = [key for key, kind, *_ in gone if kinds.get(kind).causes_partial]
    found = dict.fromkeys(keys, 1)  # nobody can tell of a text that was expunged
    texts = Publication.objects.signed().filter(article__in=keys).select_related("revision") if keys else []
    for line in texts:
        if not line.revision.expunged:
            found[line.article_id] = max(found[line.article_id], len(line.revision.read().every_cause))
    return found


def _below(numbers: list[int], causes_named: int) -> Iterator[str]:
    if causes_named:
        yield "causes/"
        yield from (f"causes/{number}/" for number in cause_pages.further(causes_named))
    yield "history/"
    yield from (f"history/page/{number}/" for number in _more(len(numbers), history.LINES_A_PAGE))
    yield from (f"history/{number}/" for number in dict.fromkeys(numbers))


def _more(rows: int, a_page: int) -> range:
    """The numbers of the pages of a list after the first."""
    return range(2, -(-rows // a_page) + 1)


def _moved() -> Iterator[Address]:
    """Addresses of old, with all that is below them."""
    rows = Redirect.objects.filter(language=LANGUAGE).order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last).values_list("pk", "slug", "article")[:BATCH]):
        last = batch[-1][0]
        pages = Article.objects.filter(pk__in=[article for _, _, article in batch])
        found = _with_what_is_below(list(pages.values_list("pk", "kind", "slug", "live")))
        for _, slug, article in batch:
            yield from (Address(path, sure=False) for path in found[article].under(slug))
    named = PublishedCause.objects.naming().order_by().values("slug")
    for slug in CauseAddress.objects.exclude(slug__in=named).order_by("slug").values_list("slug", flat=True).distinct():
        yield Address(causes.address(slug), sure=False)


def _images() -> Iterator[Address]:
    seen = set()
    for row in PublishedImage.objects.order_by("sha256").iterator(BATCH):
        if row.sha256 not in seen:
            seen.add(row.sha256)
            yield Address(reverse("articles:image", args=[row.sha256, row.extension]))


def _causes() -> Iterator[str]:
    rows = PublishedCause.objects.order_by().values_list("cause_uuid")
    counts = dict(rows.annotate(count=Count("id")).values_list("cause_uuid", "count"))
    for slug, uuid in PublishedCause.objects.naming().order_by("slug").values_list("slug", "cause_uuid"):
        yield causes.address(slug)
        yield from (causes.address(slug, number) for number in _more(counts[uuid], causes.ENTRIES_A_PAGE))


def _topics() -> Iterator[str]:
    rows = TopicEntry.objects.order_by("slug").values_list("slug").annotate(count=Count("id"))
    for slug, count in rows.values_list("slug", "count"):
        yield topics.address(slug)
        yield from (topics.address(slug, number) for number in _more(count, topics.ENTRIES_A_PAGE))


def _reviewers() -> Iterator[str]:
    signers = Signature.objects.signed().order_by().values("by")
    for reviewer in Reviewer.objects.filter(user__in=signers).order_by("slug"):
        last = profile.signed_by(reviewer, 1).paginator.num_pages
        yield from (profile.address(reviewer.slug, number) for number in range(1, last + 1))


def _letters() -> Iterator[str]:
    for letter in az.letters():
        yield az.address(letter.key)
        yield from (az.address(letter.key, number) for number in _more(letter.count, az.ENTRIES_A_PAGE))
