"""The sitemap: every public address and when it changed last, from the publication log and its projections."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import EmptyPage, Paginator
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.http import Http404
from django.urls import reverse

from articles import kinds, topics
from articles.models import Publication, TopicEntry
from articles.shelf import Leaf, public_page
from reviews import profile
from reviews.models import Signature, Standing
from symptoms import cause_pages, causes
from symptoms.models import PublishedCause

ENTRIES_A_PAGE = 5_000
LISTS = ("home", "symptoms:index", "articles:index", "about:index")
XML = "application/xml; charset=utf-8"


@dataclass(frozen=True)
class Entry:
    path: str
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Section:
    """One sort of address: ``rows`` end in the moment of the last change, and ``path`` takes what comes before it."""

    rows: Callable[[], QuerySet | list[tuple]]
    path: Callable[..., str]

    def entries(self, rows) -> list[Entry]:
        return [Entry(self.path(*values), changed_at) for *values, changed_at in rows]


def _signed() -> QuerySet:
    """Public pages by age. A frame that changed is no change of a page, so each has the day of its last signature."""
    return Standing.objects.order_by("article")


def _pages() -> QuerySet:
    return _signed().values_list("article__kind", "article__live__slug", "publication__at")


def _pages_of_causes() -> list[tuple]:
    """The first of each symptom, and the further ones where it names very many causes."""
    named = PublishedCause.objects.order_by().filter(article=OuterRef("article")).values("article")
    counted = _signed().annotate(named=Subquery(named.annotate(count=Count("pk")).values("count")))
    rows = counted.filter(named__gt=0).values_list("article__live__slug", "named", "publication__at")
    return [(slug, number, at) for slug, count, at in rows for number in (1, *cause_pages.further(count))]


def _causes() -> QuerySet:
    return PublishedCause.objects.naming().order_by("cause_uuid").values_list("slug", "publication__at")


def _topics() -> QuerySet:
    return TopicEntry.objects.order_by("slug").values_list("slug").annotate(Max("publication__at"))


def _reviewers() -> QuerySet:
    signed = Signature.objects.signed().filter(by__reviewer__isnull=False).order_by("by__reviewer__slug")
    return signed.values_list("by__reviewer__slug").annotate(Max("at"))


SECTIONS = {
    "pages": Section(_pages, kinds.path),
    "pages-of-causes": Section(_pages_of_causes, cause_pages.address),
    "causes": Section(_causes, causes.address),
    "topics": Section(_topics, topics.address),
    "reviewers": Section(_reviewers, profile.address),
}


@public_page
def sitemap(request):
    """Every address where one file holds them all; else the files that do."""
    site_revision = Publication.objects.site_revision()
    rows = {name: list(section.rows()) for name, section in SECTIONS.items()}
    site = _site(max((row[-1] for row in rows["pages"]), default=None))
    if _fits(rows):
        entries = [*site, *(entry for name, section in SECTIONS.items() for entry in section.entries(rows[name]))]
        return Leaf("config/sitemap.xml", {"entries": entries}, site_revision, content_type=XML)
    files = [_file("site", 1, site[0].changed_at), *(file for name in SECTIONS for file in _files(name, rows[name]))]
    return Leaf("config/sitemap_index.xml", {"files": files}, site_revision, content_type=XML)


def files() -> list[str]:
    """The addresses of the files of a large site; none where one file holds everything."""
    rows = {name: list(section.rows()) for name, section in SECTIONS.items()}
    if _fits(rows):
        return []
    return [_file("site", 1, None).path, *(file.path for name in SECTIONS for file in _files(name, rows[name]))]


def _fits(rows: dict[str, list[tuple]]) -> bool:
    """Whether one file holds everything."""
    return len(LISTS) + sum(map(len, rows.values())) <= ENTRIES_A_PAGE


def _site(changed_at: datetime | None) -> list[Entry]:
    """The front page and the lists of everything: as new as the newest page."""
    return [Entry(reverse(name), changed_at) for name in LISTS]


def _file(name: str, number: int, changed_at: datetime) -> Entry:
    return Entry(reverse("sitemap_file", args=[name, number]), changed_at)


def _files(name: str, rows: list[tuple]) -> list[Entry]:
    """The files of a section, each as new as the newest of its entries."""
    starts = range(0, len(rows), ENTRIES_A_PAGE)
    return [
        _file(name, number, max(row[-1] for row in rows[start : start + ENTRIES_A_PAGE]))
        for number, start in enumerate(starts, 1)
    ]


@public_page
def file(request, name, number):
    """One file of the sitemap of a large site."""
    site_revision = Publication.objects.site_revision()
    if (name, number) == ("site", 1):
        entries = _site(_signed().aggregate(newest=Max("publication__at"))["newest"])
    else:
        entries = _page(name, number)
    return Leaf("config/sitemap.xml", {"entries": entries}, site_revision, content_type=XML)


def _page(name: str, number: int) -> list[Entry]:
    try:
        section = SECTIONS[name]
        return section.entries(Paginator(section.rows(), ENTRIES_A_PAGE, allow_empty_first_page=False).page(number))
    except (KeyError, EmptyPage) as nothing:
        raise Http404 from nothing
