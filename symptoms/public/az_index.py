"""The A–Z of published symptoms, by their titles and other names as they were signed."""

import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.core.paginator import Page
from django.db.models import Count, QuerySet

from articles.content.paths import get_numbered_path, get_path
from articles.db.prepared import PreparedList, PreparedQuery
from articles.names import fold
from articles.page_store import subjects
from symptoms.models import PublishedName
from symptoms.projections.names import KIND, OTHER_LETTER

ENTRIES_PER_PAGE = 300
ENTRY_FIELDS = ("name", "is_title", "article__live__title", "article__live__slug")


@dataclass(frozen=True)
class Letter:
    """One letter of the index; names that start with none of a–z are under ``other``.

    ``symptoms`` counts the pages, and ``count`` the lines of the list, other names among them.
    """

    key: str
    count: int
    symptoms: int

    @property
    def label(self) -> str:
        return "#" if self.key == OTHER_LETTER else self.key.upper()

    @property
    def url(self) -> str | None:
        return get_url(self.key) if self.count else None


_letters_query = PreparedQuery(
    lambda: (
        PublishedName.objects.order_by()
        .values_list("letter", "is_title")
        .annotate(count=Count("id"))
    )
)


def get_letters() -> list[Letter]:
    """Every letter with the number of its names; ``other`` only where there are any."""
    subjects.name(subjects.letters(KIND))
    counts: dict[str, list[int]] = {letter: [0, 0] for letter in string.ascii_lowercase}
    for letter, is_title, count in _letters_query.fetch():
        of_letter = counts.setdefault(letter, [0, 0])
        of_letter[0] += count
        if is_title:
            of_letter[1] += count
    return [Letter(key, *of_letter) for key, of_letter in counts.items()]


def get_letter_page(letter: Letter, number: int) -> Page:
    """One page of the names under a letter. Raises EmptyPage past the last page."""
    subjects.name(subjects.letter(KIND, letter.key))
    return _letter_list.get_page(number, letter=letter.key)


def group_by_letter() -> list[tuple[str, list[dict]]]:
    """All names by label of their letter."""
    for key in (*string.ascii_lowercase, OTHER_LETTER):
        subjects.name(subjects.letter(KIND, key))
    groups: dict[str, list[dict]] = {}
    for letter, *row in _names_query.fetch():
        label = "#" if letter == OTHER_LETTER else letter.upper()
        groups.setdefault(label, []).append(row)
    return [(label, build_entries(rows)) for label, rows in groups.items()]


def _order(rows: QuerySet) -> QuerySet:
    """Names in order, where two pages have one: its title first, then by title of the page."""
    return rows.order_by("sort_key", "-is_title", "article__live__title", "article_id")


_names_query = PreparedQuery(
    lambda: _order(PublishedName.objects.all()).values_list("letter", *ENTRY_FIELDS)
)
_letter_list = PreparedList(
    lambda letter: PublishedName.objects.filter(letter=letter),
    lambda rows: _order(rows).values_list(*ENTRY_FIELDS),
    per_page=ENTRIES_PER_PAGE,
    letter=str,
)


def build_entries(rows: Iterable) -> list[dict]:
    """Lines of the list. Another name of several pages is one line that leads to each."""
    entries: list[dict] = []
    for (is_title, _key), group in groupby(rows, key=_get_group_key):
        same = list(group)
        links = [_build_link(title, slug) for _name, _is_title, title, slug in same]
        if is_title:
            entries += links
        else:
            entries.append({"title": same[0][0], "see": links})
    return entries


def _get_group_key(row: Sequence) -> tuple[bool, str]:
    name, is_title, *_page = row
    return is_title, fold(name)


def _build_link(title: str, slug: str) -> dict:
    return {"title": title, "url": get_path("symptoms:symptom", slug)}


def get_url(key: str, number: int = 1) -> str:
    return get_numbered_path("symptoms:letter", key, number=number)
