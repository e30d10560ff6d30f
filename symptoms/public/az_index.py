"""The A–Z of published symptoms, by the names under which they were signed."""

import string
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.db.models.functions import Left
from django.urls import reverse

from symptoms.models import Symptom

ENTRIES_PER_PAGE = 300
OTHER = "other"


@dataclass(frozen=True)
class Letter:
    """One letter of the index; symptoms that start with none of a–z are under ``other``."""

    key: str
    count: int

    @property
    def label(self) -> str:
        return "#" if self.key == OTHER else self.key.upper()

    @property
    def url(self) -> str | None:
        return get_url(self.key) if self.count else None


def get_published() -> QuerySet:
    rows = Symptom.objects.public().annotate(letter=Left("search_entries__sort_key", 1))
    return rows.order_by("search_entries__sort_key", "id")


def get_letters() -> list[Letter]:
    """Every letter with its number of published symptoms; ``other`` only where there are any."""
    rows = get_published().order_by().values("letter").annotate(count=Count("id"))
    counts = dict.fromkeys(string.ascii_lowercase, 0)
    for letter, count in rows.values_list("letter", "count"):
        key = letter if letter in counts else OTHER
        counts[key] = counts.get(key, 0) + count
    return [Letter(key, count) for key, count in counts.items()]


def get_letter_page(letter: Letter, number: int) -> Page:
    """One page of the symptoms under a letter. Raises EmptyPage past the last page."""
    if letter.key == OTHER:
        rows = get_published().exclude(letter__in=string.ascii_lowercase)
    else:
        rows = get_published().filter(letter=letter.key)
    return Paginator(rows.values_list("live__title", "live__slug"), ENTRIES_PER_PAGE).page(number)


def group_by_letter() -> list[tuple[str, list[dict]]]:
    """All published symptoms by label of their letter."""
    groups: dict[str, list[dict]] = {}
    for title, slug, letter in get_published().values_list("live__title", "live__slug", "letter"):
        label = letter.upper() if letter in string.ascii_lowercase else "#"
        groups.setdefault(label, []).append(build_entry(title, slug))
    return list(groups.items())


def build_entry(title: str, slug: str) -> dict:
    return {"title": title, "url": reverse("symptoms:symptom", args=[slug])}


def get_url(key: str, number: int = 1) -> str:
    arguments: list[str | int] = [key]
    if number != 1:
        arguments.append(number)
    return reverse("symptoms:letter", args=arguments)
