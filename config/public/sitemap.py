"""The sitemap: every public address and when it changed last, from the log and its projections."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import EmptyPage, Paginator
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest
from django.utils import timezone

from articles.content import kinds
from articles.content.paths import get_path
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
XML = "application/xml; charset=utf-8"


@dataclass(frozen=True)
class SitemapEntry:
    path: str
    changed_at: datetime | None = None


@dataclass(frozen=True)
class SitemapSection:
    """One sort of address: ``get_rows`` end in the moment of the last change, and ``path`` takes
    what comes before it.
    """

    get_rows: Callable[[], QuerySet | list[tuple]]
    path: Callable[..., str]

    def build_entries(self, rows) -> list[SitemapEntry]:
        return [SitemapEntry(self.path(*values), changed_at) for *values, changed_at in rows]


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


def _get_cause_list_pages() -> list[tuple]:
    """The first of each symptom, and the further ones where it names very many causes."""
    named = PublishedCause.objects.order_by().filter(article=OuterRef("article")).values("article")
    counted = _get_reviewed_pages().annotate(
        named=Subquery(named.annotate(count=Count("pk")).values("count"))
    )
    rows = counted.filter(named__gt=0).values_list(
        "article__live__slug", "named", "publication__at"
    )
    pages: list[tuple] = []
    for slug, count, at in rows:
        numbers = (1, *cause_pages.get_further_numbers(count))
        pages.extend((slug, number, at) for number in numbers)
    return pages


def _get_causes() -> QuerySet:
    return (
        PublishedCause.objects.authoritative()
        .order_by("cause_uuid")
        .values_list("slug", "publication__at")
    )


def _get_topics() -> QuerySet:
    return TopicEntry.objects.order_by("slug").values_list("slug").annotate(Max("publication__at"))


def _get_reviewers() -> QuerySet:
    signed = (
        LedgerEntry.objects.signed()
        .filter(by__reviewer__isnull=False)
        .order_by("by__reviewer__slug")
    )
    return signed.values_list("by__reviewer__slug").annotate(Max("at"))


SECTIONS = {
    "pages": SitemapSection(_get_pages, kinds.get_path),
    "pages-of-causes": SitemapSection(_get_cause_list_pages, cause_pages.get_url),
    "causes": SitemapSection(_get_causes, causes.get_url),
    "topics": SitemapSection(_get_topics, topics.get_topic_url),
    "reviewers": SitemapSection(_get_reviewers, reviewer_profile.get_url),
}


@public_page
def sitemap(request: HttpRequest) -> PublicPage:
    """Every address where one file holds them all; else the files that do."""
    subjects.name(subjects.PUBLICATIONS)
    rows = {name: list(section.get_rows()) for name, section in SECTIONS.items()}
    site = _build_site_entries(max((row[-1] for row in rows["pages"]), default=None))
    if _fits_in_one_file(rows):
        entries = list(site)
        for name, section in SECTIONS.items():
            entries.extend(section.build_entries(rows[name]))
        return _build_file(entries)
    files = _build_index(rows, site[0].changed_at)
    return PublicPage("config/sitemap_index.xml", {"files": files}, content_type=XML)


def list_file_paths() -> list[str]:
    """The addresses of the files of a large site; none where one file holds everything."""
    rows = {name: list(section.get_rows()) for name, section in SECTIONS.items()}
    if _fits_in_one_file(rows):
        return []
    return [file.path for file in _build_index(rows, None)]


def _build_index(rows: dict[str, list[tuple]], changed_at: datetime | None) -> list[SitemapEntry]:
    """The files of a large site: the one of its lists, and those of each section."""
    files = [_build_file_entry("site", 1, changed_at)]
    for name in SECTIONS:
        files.extend(_build_file_entries(name, rows[name]))
    return files


def _fits_in_one_file(rows: dict[str, list[tuple]]) -> bool:
    """Whether one file holds everything."""
    return len(LIST_URL_NAMES) + sum(map(len, rows.values())) <= ENTRIES_PER_FILE


def _build_site_entries(changed_at: datetime | None) -> list[SitemapEntry]:
    """The front page and the lists of everything: as new as the newest page."""
    return [SitemapEntry(get_path(name), changed_at) for name in LIST_URL_NAMES]


def _build_file_entry(name: str, number: int, changed_at: datetime | None) -> SitemapEntry:
    return SitemapEntry(get_path("sitemap_file", name, number), changed_at)


def _build_file_entries(name: str, rows: list[tuple]) -> list[SitemapEntry]:
    """The files of a section, each as new as the newest of its entries."""
    files = []
    for number, start in enumerate(range(0, len(rows), ENTRIES_PER_FILE), 1):
        newest = max(row[-1] for row in rows[start : start + ENTRIES_PER_FILE])
        files.append(_build_file_entry(name, number, newest))
    return files


@public_page
def sitemap_file(request: HttpRequest, name: str, number: int) -> PublicPage:
    """One file of the sitemap of a large site."""
    subjects.name(subjects.PUBLICATIONS)
    if (name, number) == ("site", 1):
        entries = _build_site_entries(
            _get_reviewed_pages().aggregate(newest=Max("publication__at"))["newest"]
        )
    else:
        entries = _get_entries(name, number)
    return _build_file(entries)


def _build_file(entries: list[SitemapEntry]) -> PublicPage:
    """A file of thousands of lines: their moments are written before, on this site's clock."""
    lines: list[tuple[str, str]] = []
    for entry in entries:
        at = entry.changed_at
        lines.append((entry.path, timezone.localtime(at).isoformat() if at else ""))
    return PublicPage("config/sitemap.xml", {"lines": lines}, content_type=XML)


def _get_entries(name: str, number: int) -> list[SitemapEntry]:
    try:
        section = SECTIONS[name]
        paginator = Paginator(section.get_rows(), ENTRIES_PER_FILE, allow_empty_first_page=False)
        return section.build_entries(paginator.page(number))
    except (KeyError, EmptyPage) as error:
        raise Http404 from error
