"""Every address that visitors can ask for, from the log and its projections, in batches."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from django.db.models import Count, QuerySet
from django.urls import reverse

from articles.content import kinds
from articles.content.languages import SOURCE_LANGUAGE
from articles.models import Article, PublicationEvent, PublishedImage, Redirect, TopicEntry
from articles.public import history, topics
from config.operations.static_site import rendering, signed
from config.operations.static_site.rendering import ExportedResponse
from config.public import sitemap
from reviews.models import LedgerEntry, Reviewer
from reviews.public import reviewer_profile
from symptoms.content import cause_pages
from symptoms.content.document import read_symptom
from symptoms.models import CauseAddress, PublishedCause
from symptoms.projections import causes
from symptoms.public import az_index, cause_index

BATCH_SIZE = 500
SINGLE_URL_NAMES = (
    "articles:index",
    "symptoms:index",
    "articles:topics",
    "reviewers:index",
    "emergencies:index",
    "causes:index",
    "about:index",
    "home",
    "reviewed",
    "sitemap",
    "robots",
)
ICON_PATHS = ("/favicon.ico", "/apple-touch-icon.png")
SERVER_URL_NAMES = ("articles:search", "finder:find")


@dataclass(frozen=True)
class ExportAddress:
    """Where visitors find something, and who makes it; one that is not ``is_required`` may lead
    nowhere any more.
    """

    path: str
    render: Callable[[str], ExportedResponse] = rendering.render_page
    is_required: bool = True


@dataclass(frozen=True)
class ExportedPage:
    """A page that was published once: where it is, what there is below it, and its live
    publication.
    """

    kind: str
    slug: str
    live: int | None
    subpaths: tuple[str, ...]

    @property
    def path(self) -> str:
        return kinds.get_path(self.kind, self.slug)

    def list_cause_paths(self) -> Iterator[str]:
        """Its lists of causes."""
        for subpath in self.subpaths:
            if subpath.startswith("causes/"):
                yield self.path + subpath

    def list_paths(self, slug: str) -> Iterator[str]:
        """Its address and those below it, as they are or were under a slug."""
        path = kinds.get_path(self.kind, slug)
        yield path
        for subpath in self.subpaths:
            yield path + subpath


def iter_addresses() -> Iterator[ExportAddress]:
    """First what must not be read any more; then what pages need, the pages, and last the lists
    that lead to them.
    """
    for page in _iter_published(Article.objects.withdrawn()):
        yield from map(ExportAddress, page.list_paths(page.slug))
    yield from _iter_images()
    yield from _iter_pages()
    yield from map(ExportAddress, iter_list_paths())
    yield from _iter_redirects()
    for name in SERVER_URL_NAMES:
        yield ExportAddress(reverse(name), rendering.render_server_notice)
    yield from map(ExportAddress, sitemap.list_file_paths())
    for path in ICON_PATHS:
        yield ExportAddress(path, rendering.render_icon)
    yield ExportAddress("/404.html", rendering.render_not_found)
    yield ExportAddress(reverse("security"), is_required=False)
    for name in SINGLE_URL_NAMES:
        yield ExportAddress(reverse(name))


def iter_public() -> Iterator[ExportedPage]:
    """Each public page."""
    return _iter_published(Article.objects.public())


def iter_list_paths() -> Iterator[str]:
    """The pages of causes, topics, reviewers and letters."""
    yield from _iter_causes()
    yield from _iter_topics()
    yield from _iter_reviewers()
    yield from _iter_letters()


def _iter_pages() -> Iterator[ExportAddress]:
    for page in iter_public():
        assert page.live  # it is public
        yield from map(ExportAddress, page.list_paths(page.slug))
        yield ExportAddress(
            signed.build_path(kinds.get_path(page.kind, page.slug)),
            partial(signed.build_signed_document, page.live),
        )


def _iter_published(pages: QuerySet) -> Iterator[ExportedPage]:
    rows, last = pages.filter(language=SOURCE_LANGUAGE).order_by("pk"), 0
    while batch := list(
        rows.filter(pk__gt=last).values_list("pk", "kind", "slug", "live")[:BATCH_SIZE]
    ):
        last = batch[-1][0]
        yield from _add_subpaths(batch).values()


def _add_subpaths(batch: list[tuple]) -> dict[int, ExportedPage]:
    keys = [key for key, *_ in batch]
    numbers = defaultdict(list)
    log = PublicationEvent.objects.filter(article__in=keys).order_by("id")
    for key, number in log.values_list("article", "revision__number"):
        numbers[key].append(number)
    rows = PublishedCause.objects.filter(article__in=keys).order_by().values_list("article")
    cause_counts = dict(rows.annotate(count=Count("id")))
    withdrawn = [row for row in batch if row[3] is None]
    cause_counts.update(_count_causes_once_named(withdrawn))
    pages = {}
    for key, kind, slug, live in batch:
        subpaths = tuple(_list_subpaths(numbers[key], cause_counts.get(key, 0)))
        pages[key] = ExportedPage(kind, slug, live, subpaths)
    return pages


def _count_causes_once_named(gone: list[tuple]) -> dict[int, int]:
    """How many causes withdrawn pages have named at most: all their addresses say that they are
    withdrawn.
    """
    keys = [key for key, kind, *_ in gone if kinds.get(kind).causes_partial]
    found = dict.fromkeys(keys, 1)  # nobody can tell of a text that was expunged
    if not keys:
        return found
    signed_events = PublicationEvent.objects.signed().filter(article__in=keys)
    for event in signed_events.select_related("revision"):
        if not event.revision.expunged:
            count = len(read_symptom(event.revision).all_causes)
            found[event.article_id] = max(found[event.article_id], count)
    return found


def _list_subpaths(numbers: list[int], causes_named: int) -> Iterator[str]:
    if causes_named:
        yield "causes/"
        for number in cause_pages.get_further_numbers(causes_named):
            yield f"causes/{number}/"
    yield "history/"
    for number in _list_further_pages(len(numbers), history.EVENTS_PER_PAGE):
        yield f"history/page/{number}/"
    for number in dict.fromkeys(numbers):
        yield f"history/{number}/"


def _list_further_pages(rows: int, per_page: int) -> range:
    """The numbers of the pages of a list after the first."""
    return range(2, -(-rows // per_page) + 1)


def _iter_redirects() -> Iterator[ExportAddress]:
    """Earlier addresses, with all that is below them."""
    rows = Redirect.objects.filter(language=SOURCE_LANGUAGE).order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last).values_list("pk", "slug", "article")[:BATCH_SIZE]):
        last = batch[-1][0]
        pages = Article.objects.filter(pk__in=[article for _, _, article in batch])
        found = _add_subpaths(list(pages.values_list("pk", "kind", "slug", "live")))
        for _, slug, article in batch:
            for path in found[article].list_paths(slug):
                yield ExportAddress(path, is_required=False)
    named = PublishedCause.objects.authoritative().order_by().values("slug")
    earlier = CauseAddress.objects.exclude(slug__in=named).order_by("slug")
    for slug in earlier.values_list("slug", flat=True).distinct():
        yield ExportAddress(causes.get_url(slug), is_required=False)


def _iter_images() -> Iterator[ExportAddress]:
    seen = set()
    for row in PublishedImage.objects.order_by("sha256").iterator(BATCH_SIZE):
        if row.sha256 not in seen:
            seen.add(row.sha256)
            yield ExportAddress(reverse("articles:image", args=[row.sha256, row.extension]))


def _iter_causes() -> Iterator[str]:
    rows = PublishedCause.objects.order_by().values_list("cause_uuid")
    counts = dict(rows.annotate(count=Count("id")).values_list("cause_uuid", "count"))
    named = PublishedCause.objects.authoritative().order_by("slug")
    for slug, uuid in named.values_list("slug", "cause_uuid"):
        yield causes.get_url(slug)
        for number in _list_further_pages(counts[uuid], causes.ENTRIES_PER_PAGE):
            yield causes.get_url(slug, number)


def _iter_topics() -> Iterator[str]:
    rows = TopicEntry.objects.order_by("slug").values_list("slug").annotate(count=Count("id"))
    counts = list(rows.values_list("slug", "count"))
    for number in _list_further_pages(len(counts), topics.TOPICS_PER_PAGE):
        yield topics.get_list_url(number)
    for slug, count in counts:
        yield topics.get_topic_url(slug)
        for number in _list_further_pages(count, topics.ENTRIES_PER_PAGE):
            yield topics.get_topic_url(slug, number)


def _iter_reviewers() -> Iterator[str]:
    signers = LedgerEntry.objects.signed().order_by().values("by")
    for reviewer in Reviewer.objects.filter(user__in=signers).order_by("slug"):
        last = reviewer_profile.get_signatures(reviewer, 1).paginator.num_pages
        for number in range(1, last + 1):
            yield reviewer_profile.get_url(reviewer.slug, number)
    for number in range(2, reviewer_profile.get_reviewers_page(1).paginator.num_pages + 1):
        yield reviewer_profile.get_list_url(number)


def _iter_letters() -> Iterator[str]:
    for letter in az_index.get_letters():
        yield az_index.get_url(letter.key)
        for number in _list_further_pages(letter.count, az_index.ENTRIES_PER_PAGE):
            yield az_index.get_url(letter.key, number)
    for cause_letter in cause_index.get_letters():
        yield cause_index.get_url(cause_letter.key)
        for number in _list_further_pages(cause_letter.count, cause_index.ENTRIES_PER_PAGE):
            yield cause_index.get_url(cause_letter.key, number)
