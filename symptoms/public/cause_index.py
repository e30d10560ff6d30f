"""The A–Z of public causes, by the names under which they were signed last."""

import string
from dataclasses import dataclass
from functools import lru_cache

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.db.models.functions import Left

from articles.content.paths import get_numbered_path
from articles.db.prepared import PreparedQuery
from articles.page_store import subjects
from symptoms.models import PublishedCause
from symptoms.projections import causes
from symptoms.projections.cause_subjects import KIND
from symptoms.projections.names import OTHER_LETTER, find_letter

ENTRIES_PER_PAGE = 300


@dataclass(frozen=True)
class CauseLetter:
    """One letter of the list; causes that start with none of a–z are under ``other``."""

    key: str
    count: int

    @property
    def label(self) -> str:
        return "#" if self.key == OTHER_LETTER else self.key.upper()

    @property
    def url(self) -> str | None:
        return get_url(self.key) if self.count else None


def get_listed() -> QuerySet:
    """The row of each public cause that has a page, with its letter, in alphabetical order."""
    rows = PublishedCause.objects.authoritative().annotate(letter=Left("name_key", 1))
    return rows.order_by("name_key", "cause_uuid")


_letters_query = PreparedQuery(
    lambda: (
        get_listed()
        .order_by()
        .values("letter")
        .annotate(count=Count("id"))
        .values_list("letter", "count")
    )
)
_names_query = PreparedQuery(lambda: get_listed().values_list("name", "slug", "letter"))


def get_letters() -> list[CauseLetter]:
    """Every letter with its number of causes; ``other`` only where there are any."""
    subjects.name(subjects.letters(KIND))
    counts = dict.fromkeys(string.ascii_lowercase, 0)
    for letter, count in _letters_query.fetch():
        key = find_letter(letter)
        counts[key] = counts.get(key, 0) + count
    return [CauseLetter(key, count) for key, count in counts.items()]


def get_letter_page(letter: CauseLetter, number: int) -> Page:
    """One page of the causes under a letter. Raises EmptyPage past the last page."""
    subjects.name(subjects.letter(KIND, letter.key))
    page = Paginator(range(letter.count), ENTRIES_PER_PAGE).page(number)
    start = (page.number - 1) * ENTRIES_PER_PAGE
    if letter.key == OTHER_LETTER:
        page.object_list = _prepare_others(ENTRIES_PER_PAGE).fetch(start=start)
    else:
        query = _prepare_letter(ENTRIES_PER_PAGE)
        page.object_list = query.fetch(start=start, letter=letter.key)
    return page


@lru_cache(maxsize=4)
def _prepare_letter(per_page: int) -> PreparedQuery:
    def build(letter: str, start: int) -> QuerySet:
        rows = get_listed().filter(letter=letter).values_list("name", "slug")
        return rows[start : start + per_page]

    return PreparedQuery(build, letter=str, start=int)


@lru_cache(maxsize=4)
def _prepare_others(per_page: int) -> PreparedQuery:
    def build(start: int) -> QuerySet:
        rows = get_listed().exclude(letter__in=string.ascii_lowercase)
        return rows.values_list("name", "slug")[start : start + per_page]

    return PreparedQuery(build, start=int)


def group_by_letter() -> list[tuple[str, list[dict]]]:
    """All public causes by label of their letter."""
    for key in (*string.ascii_lowercase, OTHER_LETTER):
        subjects.name(subjects.letter(KIND, key))
    groups: dict[str, list[dict]] = {}
    for name, slug, letter in _names_query.fetch():
        label = letter.upper() if letter in string.ascii_lowercase else "#"
        groups.setdefault(label, []).append(build_entry(name, slug))
    return list(groups.items())


def build_entry(name: str, slug: str) -> dict:
    return {"title": name, "url": causes.get_url(slug)}


def get_url(key: str, number: int = 1) -> str:
    return get_numbered_path("causes:letter", key, number=number)
