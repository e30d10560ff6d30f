"""The finder's lists to choose from: public symptoms by the body systems under which signed pages name them, or all."""

import string
from dataclasses import dataclass

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Left

from articles.models import Article, Publication
from symptoms.models import BodySystem, PublishedRelation

ALL, OTHER = "all", "other"
ENTRIES_A_PAGE = 60


def systems() -> list[tuple[str, str]]:
    """Key and label, as signed, of each body system under which a public symptom is named. One query."""
    public = Article.objects.public().filter(uuid=OuterRef("other_uuid"), kind="symptom")
    labels = {}
    for key in BodySystem.values:
        rows = PublishedRelation.objects.filter(Exists(public), system=key).order_by("other_uuid", "article")
        labels[f"label_{len(labels)}"] = Subquery(rows.values("label")[:1])
    found = Publication.objects.order_by("-id").values_list(*labels.values()).first()
    return [(key, label) for key, label in zip(BodySystem.values, found or (), strict=False) if label]


@dataclass(frozen=True)
class Listing:
    """One page of a list. ``letters`` are those that its symptoms begin with, where it has more than one page."""

    page: Page
    letters: list[str]
    letter: str

    @property
    def symptoms(self) -> list[tuple[str, str]]:
        """Title and slug, as published."""
        return list(self.page.object_list)


def listing(system: str, letter: str, number: int) -> Listing | None:
    """The symptoms of a body system, or ``all``; None where there are none. Two queries."""
    rows = Article.objects.public().filter(kind="symptom", language="en")
    if system != ALL:
        rows = rows.filter(uuid__in=PublishedRelation.objects.filter(system=system).values("other_uuid"))
    rows = rows.annotate(letter=Left("live__sort_key", 1)).order_by("live__sort_key", "id")
    counts: dict[str, int] = {}
    for first, count in rows.order_by().values("letter").annotate(count=Count("id")).values_list("letter", "count"):
        key = first if first in string.ascii_lowercase else OTHER
        counts[key] = counts.get(key, 0) + count
    letter = letter if letter in counts else ""
    if letter:
        rows = rows.exclude(letter__in=string.ascii_lowercase) if letter == OTHER else rows.filter(letter=letter)
    return _one_page(rows, counts, letter, number) if counts else None


def _one_page(rows, counts: dict[str, int], letter: str, number: int) -> Listing:
    paginator = Paginator(rows.values_list("live__title", "live__slug"), ENTRIES_A_PAGE)
    paginator.count = counts[letter] if letter else sum(counts.values())  # known already
    try:
        page = paginator.page(number)
    except EmptyPage:
        page = paginator.page(paginator.num_pages)
    several = sum(counts.values()) > ENTRIES_A_PAGE
    return Listing(page, sorted(counts, key=lambda key: (key == OTHER, key)) if several else [], letter)
