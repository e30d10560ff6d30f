"""The symptoms that a visitor chose, as their pages were signed."""

import datetime as dt
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import OuterRef, Subquery

from articles.content.languages import SOURCE_LANGUAGE
from articles.content.paths import get_path
from articles.content.review_line import ReviewLine
from articles.models import Article, PublicationEvent, Redirect
from symptoms.content.document import SymptomDocument, read_symptom


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


def load_selection(slugs: list[str]) -> SymptomSelection:
    """The symptoms at these current or former slugs, each once and in order. Two queries."""
    if not slugs:
        return SymptomSelection()
    current_slugs = _get_current_slugs(slugs)
    pages = _load_pages([*slugs, *current_slugs.values()])
    found: dict[int, tuple[Article, str]] = {}
    unknown = 0
    for slug in slugs:
        page, title = pages.get(slug) or pages.get(current_slugs.get(slug, "")) or (None, None)
        if page and title:
            found[page.pk] = (page, title)
        else:
            unknown += 1
    symptoms: list[ChosenSymptom] = []
    withdrawn: list[dict] = []
    for page, title in found.values():
        if page.live:
            symptoms.append(_build_chosen_symptom(page.pk, page.risk, page.live))
        else:
            url = get_path("symptoms:symptom", page.slug)
            withdrawn.append({"title": title, "url": url})
    return SymptomSelection(symptoms, withdrawn, unknown)


def _get_current_slugs(slugs: list[str]) -> dict[str, str]:
    """Former slug → current slug, of those slugs that are former ones."""
    rows = Redirect.objects.filter(kind="symptom", language=SOURCE_LANGUAGE, slug__in=slugs)
    return dict(rows.values_list("slug", "article__slug"))


def _load_pages(slugs: list[str]) -> dict[str, tuple[Article, str | None]]:
    """Slug → page, each with the title it was published under last; None for never published."""
    events = PublicationEvent.objects.filter(article=OuterRef("pk")).order_by("-id")
    rows = Article.objects.active().filter(kind="symptom", language=SOURCE_LANGUAGE, slug__in=slugs)
    rows = rows.select_related("live__revision")
    rows = rows.annotate(last_title=Subquery(events.values("title")[:1]))
    return {row.slug: (row, row.last_title) for row in rows}


def _build_chosen_symptom(pk: int, risk: str, live: PublicationEvent) -> ChosenSymptom:
    return ChosenSymptom(
        pk=pk,
        slug=live.slug,
        document=read_symptom(live.revision),
        line=live.read_review_line(),
        risk=risk,
    )
