"""The sitemap: every public address and when it changed last, from the log and its projections.

Where one file cannot hold everything, it lists the files that do, by how many rows each section
has. They have no moment: of thousands of pages one is signed nearly every day.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Subquery, Value
from django.http import Http404, HttpRequest
from django.utils import timezone

from articles.content import kinds
from articles.content.paths import get_path
from articles.db.prepared import PreparedQuery
from articles.models import TopicEntry
from articles.page_store import subjects
from articles.public import topics
from articles.public.page_cache import PublicPage, public_page
from reviews.models import LedgerEntry, ReviewSchedule
from reviews.public import reviewer_profile
from symptoms.content import cause_pages
from symptoms.models import PublishedCause
from symptoms.projections import causes

ENTRIES_PER_FILE = 5_000
LIST_URL_NAMES = (
    "home",
    "symptoms:index",
    "causes:index",
    "articles:index",
    "articles:topics",
    "reviewers:index",
    "emergencies:index",
    "about:index",
)
MAX_FILES = 10_000  # of a section
XML = "application/xml; charset=utf-8"
LIST_COUNT = len(LIST_URL_NAMES)


@dataclass(frozen=True)
class SitemapSection:
    """One sort of address, one row for each or for a few.

    ``rows`` are what ``paths`` takes, in a fixed order, and the moment of the last change;
    ``counted`` counts them, in ``count``.
    """

    rows: Callable[[], QuerySet[Any, Any]]
    counted: Callable[[], QuerySet[Any, Any]]
    paths: Callable[..., Iterator[str]]


def _get_reviewed_pages() -> QuerySet:
    """Public pages by age. Changed metadata is no change of a page: its day is that of its last
    signature.

    By their keys: the order of ``article`` would be that of the titles of drafts.
    """
    return ReviewSchedule.objects.order_by("article_id")


def _get_pages() -> QuerySet:
    return _get_reviewed_pages().values_list(
        "article__kind", "article__live__slug", "publication__at"
    )


def _get_cause_list_pages() -> QuerySet:
    named = PublishedCause.objects.order_by().filter(article=OuterRef("article")).values("article")
    counted = _get_naming_pages().annotate(
        named=Subquery(named.annotate(count=Count("pk")).values("count"))
    )
    return counted.values_list("article__live__slug", "named", "publication__at")


def _get_naming_pages() -> QuerySet:
    return _get_reviewed_pages().filter(
        Exists(PublishedCause.objects.filter(article=OuterRef("article")))
    )


def _iter_cause_list_paths(slug: str, count: int) -> Iterator[str]:
    """The first of a symptom, and the further ones where it names very many causes."""
    for number in (1, *cause_pages.get_further_numbers(count)):
        yield cause_pages.get_url(slug, number)


def _get_causes() -> QuerySet:
    return (
        PublishedCause.objects.authoritative()
        .order_by("cause_uuid")
        .values_list("slug", "publication__at")
    )


def _get_topics() -> QuerySet:
    return TopicEntry.objects.order_by("slug").values_list("slug").annotate(Max("publication__at"))


def _get_reviewers() -> QuerySet:
    signed = _get_signatures().order_by("by__reviewer__slug")
    return signed.values_list("by__reviewer__slug").annotate(Max("at"))


def _get_signatures() -> QuerySet:
    return LedgerEntry.objects.signed().filter(by__reviewer__isnull=False)


def _count(rows: QuerySet, column: str = "pk") -> QuerySet:
    """One row with how many different values a column has."""
    counted = rows.order_by().values(one=Value(1)).annotate(count=Count(column, distinct=True))
    return counted.values_list("count", flat=True)


def _iter_path(get_path: Callable[..., str]) -> Callable[..., Iterator[str]]:
    """What gives the one address of a row."""

    def iter_path(*values: Any) -> Iterator[str]:
        yield get_path(*values)

    return iter_path


SECTIONS = {
    "pages": SitemapSection(
        _get_pages, lambda: _count(_get_reviewed_pages()), _iter_path(kinds.get_path)
    ),
    "pages-of-causes": SitemapSection(
        _get_cause_list_pages, lambda: _count(_get_naming_pages()), _iter_cause_list_paths
    ),
    "causes": SitemapSection(
        _get_causes,
        lambda: _count(PublishedCause.objects.authoritative()),
        _iter_path(causes.get_url),
    ),
    "topics": SitemapSection(
        _get_topics,
        lambda: _count(TopicEntry.objects.all(), "slug"),
        _iter_path(topics.get_topic_url),
    ),
    "reviewers": SitemapSection(
        _get_reviewers,
        lambda: _count(_get_signatures(), "by"),
        _iter_path(reviewer_profile.get_url),
    ),
}


def _build_counts_query() -> QuerySet:
    """How many rows each section has, by its name; nothing of one that has none."""
    first, *others = (
        section.counted().annotate(section=Value(name)).values_list("section", "count")
        for name, section in SECTIONS.items()
    )
    return first.union(*others, all=True)


_counts_query = PreparedQuery(_build_counts_query)
_newest_query = PreparedQuery(
    lambda: ReviewSchedule.objects.order_by("-publication_id").values_list(
        "publication__at", flat=True
    )[:1]
)


@lru_cache(maxsize=32)
def _prepare_rows(name: str, per_file: int) -> PreparedQuery:
    def build(start: int) -> QuerySet:
        return SECTIONS[name].rows()[start : start + per_file]

    return PreparedQuery(build, start=int)


def _count_rows() -> dict[str, int]:
    counted = dict(_counts_query.fetch())
    return {name: counted.get(name, 0) for name in SECTIONS}


@public_page
def sitemap(request: HttpRequest) -> PublicPage:
    """Every address where one file holds them all; else the files that do."""
    subjects.name(subjects.PUBLICATIONS)
    counts = _count_rows()
    if not _fits_in_one_file(counts):
        files = _list_file_paths(counts)
        return PublicPage("config/sitemap_index.xml", {"files": files}, content_type=XML)
    lines = _build_site_lines()
    for name, count in counts.items():
        if count:
            lines += _build_lines(name, 1)
    return _build_file(lines)


def list_file_paths() -> list[str]:
    """The addresses of the files of a large site; none where one file holds everything."""
    counts = _count_rows()
    return [] if _fits_in_one_file(counts) else _list_file_paths(counts)


def _list_file_paths(counts: dict[str, int]) -> list[str]:
    """The files of a large site: the one of its lists, and those of each section."""
    paths = [get_path("sitemap_file", "site", 1)]
    for name, count in counts.items():
        for number in range(1, ceil(count / ENTRIES_PER_FILE) + 1):
            paths.append(get_path("sitemap_file", name, number))
    return paths


def _fits_in_one_file(counts: dict[str, int]) -> bool:
    return LIST_COUNT + sum(counts.values()) <= ENTRIES_PER_FILE


@public_page
def sitemap_file(request: HttpRequest, name: str, number: int) -> PublicPage:
    """One file of the sitemap of a large site."""
    subjects.name(subjects.PUBLICATIONS)
    if (name, number) == ("site", 1):
        return _build_file(_build_site_lines())
    if name not in SECTIONS or not 1 <= number <= MAX_FILES:
        raise Http404
    lines = _build_lines(name, number)
    if not lines:
        raise Http404
    return _build_file(lines)


Line = tuple[str, str]  # a path, and the moment of its last change on this site's clock


def _build_site_lines() -> list[Line]:
    """The front page and the lists of everything: as new as the newest page."""
    newest = _newest_query.first()
    moment = timezone.localtime(newest).isoformat() if newest else ""
    return [(get_path(name), moment) for name in LIST_URL_NAMES]


def _build_lines(name: str, number: int) -> list[Line]:
    """The lines of one file of a section."""
    paths, zone = SECTIONS[name].paths, timezone.get_current_timezone()
    start = (number - 1) * ENTRIES_PER_FILE
    lines: list[Line] = []
    for *values, changed_at in _prepare_rows(name, ENTRIES_PER_FILE).fetch(start=start):
        moment = changed_at.astimezone(zone).isoformat()
        lines += [(path, moment) for path in paths(*values)]
    return lines


def _build_file(lines: list[Line]) -> PublicPage:
    return PublicPage("config/sitemap.xml", {"lines": lines}, content_type=XML)
