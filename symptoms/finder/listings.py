"""The finder's lists of public symptoms to choose from.

There is a list for each body system under which signed pages name a symptom, and one of all.
"""

import string
from dataclasses import dataclass

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Left

from articles.content.languages import SOURCE_LANGUAGE
from articles.db.prepared import PreparedQuery
from articles.models import Article, PublicationEvent
from symptoms.models import BodySystem, PublishedRelation

ALL, OTHER = "all", "other"
ENTRIES_PER_PAGE = 60


def get_body_systems() -> list[tuple[str, str]]:
    """Key and signed label of each body system under which a public symptom is named. One query."""
    found = _systems_query.first()
    if found is None:  # nothing was ever published
        return []
    return [(key, label) for key, label in zip(BodySystem.values, found, strict=True) if label]


def _build_systems_query() -> QuerySet:
    public = Article.objects.public().filter(uuid=OuterRef("other_uuid"), kind="symptom")
    rows = PublishedRelation.objects.filter(Exists(public)).order_by("other_uuid", "article_id")
    labels = [Subquery(rows.filter(system=key).values("label")[:1]) for key in BodySystem.values]
    return PublicationEvent.objects.order_by("-id").values_list(*labels)[:1]


_systems_query = PreparedQuery(_build_systems_query)


@dataclass(frozen=True)
class SymptomListing:
    """One page of a list: titles and slugs, as published.

    ``letters`` are those that its symptoms begin with; empty where the list has a single page.
    """

    page: Page
    letters: list[str]
    letter: str


def get_listing(system: str, letter: str, number: int) -> SymptomListing | None:
    """The symptoms of a body system, or ``all``; None where there are none. Two queries."""
    rows = _get_symptoms(system)
    counts = _count_by_letter(rows)
    if not counts:
        return None
    if letter not in counts:
        letter = ""
    if letter == OTHER:
        rows = rows.exclude(letter__in=string.ascii_lowercase)
    elif letter:
        rows = rows.filter(letter=letter)
    return _build_listing(rows, counts, letter, number)


def _get_symptoms(system: str) -> QuerySet:
    """Public symptoms of a body system, or of ``all``, each with its first letter."""
    rows = Article.objects.public().filter(kind="symptom", language=SOURCE_LANGUAGE)
    if system != ALL:
        named = PublishedRelation.objects.filter(system=system).values("other_uuid")
        rows = rows.filter(uuid__in=named)
    rows = rows.annotate(letter=Left("search_entries__sort_key", 1))
    return rows.order_by("search_entries__sort_key", "id")


def _count_by_letter(rows: QuerySet) -> dict[str, int]:
    """The number of symptoms under each letter; ``other`` has those that begin with none of a–z."""
    found = rows.order_by().values("letter").annotate(count=Count("id"))
    counts: dict[str, int] = {}
    for letter, count in found.values_list("letter", "count"):
        key = letter if letter in string.ascii_lowercase else OTHER
        counts[key] = counts.get(key, 0) + count
    return counts


def _build_listing(
    rows: QuerySet, counts: dict[str, int], letter: str, number: int
) -> SymptomListing:
    total = sum(counts.values())
    paginator = Paginator(rows.values_list("live__title", "live__slug"), ENTRIES_PER_PAGE)
    paginator.count = counts[letter] if letter else total  # saves a query
    try:
        page = paginator.page(number)
    except EmptyPage:
        page = paginator.page(paginator.num_pages)
    letters: list[str] = []
    if total > ENTRIES_PER_PAGE:
        letters = _sort_letters(counts)
    return SymptomListing(page, letters, letter)


def _sort_letters(counts: dict[str, int]) -> list[str]:
    """In alphabetical order, ``other`` last."""
    letters = sorted(counts.keys() - {OTHER})
    if OTHER in counts:
        letters.append(OTHER)
    return letters
