"""The symptoms that a visitor chose, as their pages were signed."""

import datetime as dt
from dataclasses import dataclass, field
from typing import NamedTuple

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery

from articles.content import kinds
from articles.content.languages import SOURCE_LANGUAGE
from articles.content.paths import get_path
from articles.content.review_line import ReviewLine
from articles.db.prepared import PreparedQuery
from articles.models import Article, PublicationEvent, Redirect
from symptoms.content.document import SymptomDocument


@dataclass(frozen=True)
class ChosenSymptom:
    """A symptom that a visitor chose, as its page was signed."""

    pk: int
    slug: str
    document: SymptomDocument
    line: ReviewLine
    risk: str

    @property
    def url(self) -> str:
        return get_path("symptoms:symptom", self.slug)

    def get_lateness(self, today: dt.date) -> str:
        """How late its review is: ``grace`` past the grace period, ``due`` past the date, or ""."""
        if self.line.is_past_grace(today, settings.GRACE_DAYS[self.risk]):
            return "grace"
        if self.line.is_overdue(today):
            return "due"
        return ""


@dataclass(frozen=True)
class SymptomSelection:
    """What the slugs of an address name: public symptoms, withdrawn pages, and unknown slugs."""

    symptoms: list[ChosenSymptom] = field(default_factory=list)
    withdrawn: list[dict] = field(default_factory=list)
    unknown: int = 0

    @property
    def slugs(self) -> list[str]:
        return [symptom.slug for symptom in self.symptoms]


def _build_former_slugs_query(slugs: list[str]) -> QuerySet:
    rows = Redirect.objects.filter(kind="symptom", language=SOURCE_LANGUAGE)
    return rows.filter(slug__any_of=slugs).values_list("slug", "article__slug")


class SymptomPage(NamedTuple):
    """A page that may be chosen. Without ``document``, and so without what stands before it,
    visitors cannot read it now.

    ``last_title``: that under which it was published last; None if it never was.
    """

    pk: int
    slug: str
    risk: str
    live_slug: str
    review_line: str
    document: str | None
    last_title: str | None


def _build_pages_query(slugs: list[str]) -> QuerySet:
    events = PublicationEvent.objects.filter(article=OuterRef("pk")).order_by("-id")
    rows = Article.objects.active().filter(kind="symptom", language=SOURCE_LANGUAGE)
    rows = rows.filter(slug__any_of=slugs)
    return rows.annotate(last_title=Subquery(events.values("title")[:1])).values_list(
        "pk",
        "slug",
        "risk",
        "live__slug",
        "live__review_line",
        "live__revision__document",
        "last_title",
    )


_former_slugs_query = PreparedQuery(_build_former_slugs_query, slugs=list[str])
_pages_query = PreparedQuery(_build_pages_query, slugs=list[str])


def load_selection(slugs: list[str]) -> SymptomSelection:
    """The symptoms at these current or former slugs, each once and in order. Two queries."""
    if not slugs:
        return SymptomSelection()
    current_slugs = _get_current_slugs(slugs)
    pages = _load_pages([*slugs, *current_slugs.values()])
    found: dict[int, SymptomPage] = {}
    unknown = 0
    for slug in slugs:
        page = pages.get(slug) or pages.get(current_slugs.get(slug, ""))
        if page and page.last_title:
            found[page.pk] = page
        else:
            unknown += 1
    symptoms: list[ChosenSymptom] = []
    withdrawn: list[dict] = []
    for page in found.values():
        if page.document is None:
            url = get_path("symptoms:symptom", page.slug)
            withdrawn.append({"title": page.last_title, "url": url})
        else:
            symptoms.append(_build_chosen_symptom(page))
    return SymptomSelection(symptoms, withdrawn, unknown)


def _get_current_slugs(slugs: list[str]) -> dict[str, str]:
    """Former slug → current slug, of those slugs that are former ones."""
    return dict(_former_slugs_query.fetch(slugs=slugs))


def _load_pages(slugs: list[str]) -> dict[str, SymptomPage]:
    """Slug → page."""
    pages = map(SymptomPage._make, _pages_query.fetch(slugs=slugs))
    return {page.slug: page for page in pages}


def _build_chosen_symptom(page: SymptomPage) -> ChosenSymptom:
    assert page.document  # it is public
    document = kinds.parse_shared(page.document)
    assert isinstance(document, SymptomDocument)  # as its page is one
    line = ReviewLine.model_validate_json(page.review_line)
    return ChosenSymptom(page.pk, page.live_slug, document, line, page.risk)
