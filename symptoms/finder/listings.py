"""The finder's lists of public symptoms to choose from.

There is a list for each body system under which signed pages name a symptom, and one of all.
"""

import string
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Left

from articles.content.languages import SOURCE_LANGUAGE
from articles.db.prepared import PreparedQuery
from articles.models import Article, PublicationEvent
from symptoms.models import BodySystem, PublishedRelation

ALL, OTHER = "all", "other"
ANY_LETTER = "a–z"
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
    counts = _count_by_letter(system)
    if not counts:
        return None
    if letter not in counts:
        letter = ""
    total = sum(counts.values())
    paginator = Paginator(range(counts[letter] if letter else total), ENTRIES_PER_PAGE)
    page = paginator.page(min(number, paginator.num_pages))
    values: dict[str, str] = {"system": system} if system != ALL else {}
    values |= {"letter": letter} if letter not in ("", OTHER) else {}
    query = _rows_queries[system == ALL, letter if letter in ("", OTHER) else ANY_LETTER]
    page.object_list = query.fetch(start=(page.number - 1) * ENTRIES_PER_PAGE, **values)
    letters: list[str] = []
    if total > ENTRIES_PER_PAGE:
        letters = _sort_letters(counts)
    return SymptomListing(page, letters, letter)


def _count_by_letter(system: str) -> dict[str, int]:
    """The number of symptoms under each letter; ``other`` has those that begin with none of a–z."""
    counts: dict[str, int] = {}
    values = {} if system == ALL else {"system": system}
    for letter, count in _counts_queries[system == ALL].fetch(**values):
        key = letter if letter in string.ascii_lowercase else OTHER
        counts[key] = counts.get(key, 0) + count
    return counts


def _select_symptoms(system: str | None) -> QuerySet:
    """Public symptoms of a body system, or all, each with its first letter."""
    rows = Article.objects.public().filter(kind="symptom", language=SOURCE_LANGUAGE)
    if system is not None:
        named = PublishedRelation.objects.filter(system=system).values("other_uuid")
        rows = rows.filter(uuid__in=named)
    return rows.annotate(letter=Left("search_entries__sort_key", 1))


def _build_counts_query(system: str | None = None) -> QuerySet:
    rows = _select_symptoms(system).order_by().values("letter")
    return rows.annotate(count=Count("id")).values_list("letter", "count")


def _build_rows_query(start: int, system: str | None = None, letter: str | None = None) -> QuerySet:
    rows = _select_symptoms(system)
    if letter is not None:
        rows = rows.filter(letter=letter)
    return _show_rows(rows, start)


def _build_others_query(start: int, system: str | None = None) -> QuerySet:
    """Those that begin with none of a–z."""
    rows = _select_symptoms(system).exclude(letter__in=string.ascii_lowercase)
    return _show_rows(rows, start)


def _show_rows(rows: QuerySet, start: int) -> QuerySet:
    ordered = rows.order_by("search_entries__sort_key", "id")
    return ordered.values_list("live__title", "live__slug")[start : start + ENTRIES_PER_PAGE]


# By whether all symptoms are listed, and by the letter, if there is one.
_counts_queries = {
    True: PreparedQuery(_build_counts_query),
    False: PreparedQuery(_build_counts_query, system=str),
}
_rows_queries = {
    (True, ""): PreparedQuery(_build_rows_query, start=int),
    (True, ANY_LETTER): PreparedQuery(_build_rows_query, letter=str, start=int),
    (True, OTHER): PreparedQuery(_build_others_query, start=int),
    (False, ""): PreparedQuery(_build_rows_query, system=str, start=int),
    (False, ANY_LETTER): PreparedQuery(_build_rows_query, system=str, letter=str, start=int),
    (False, OTHER): PreparedQuery(_build_others_query, system=str, start=int),
}


def _sort_letters(counts: dict[str, int]) -> list[str]:
    """In alphabetical order, ``other`` last."""
    letters = sorted(counts.keys() - {OTHER})
    if OTHER in counts:
        letters.append(OTHER)
    return letters
