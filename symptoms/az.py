"""The A–Z of published symptoms, by the names under which they were signed."""

import string
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.db.models.functions import Left
from django.urls import reverse

from symptoms.models import Symptom

ENTRIES_A_PAGE = 300
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
        return address(self.key) if self.count else None


def published() -> QuerySet:
    return Symptom.objects.public().annotate(letter=Left("live__sort_key", 1)).order_by("live__sort_key", "id")


def letters() -> list[Letter]:
    """Every letter with its number of published symptoms; ``other`` only where there are any."""
    rows = published().order_by().values("letter").annotate(count=Count("id")).values_list("letter", "count")
    counts = dict.fromkeys(string.ascii_lowercase, 0)
    for letter, count in rows:
        key = letter if letter in counts else OTHER
        counts[key] = counts.get(key, 0) + count
    return [Letter(key, count) for key, count in counts.items()]


def under(letter: Letter, number: int) -> Page:
    """One page of the symptoms under a letter. Raises EmptyPage past the last."""
    if letter.key == OTHER:
        rows = published().exclude(letter__in=string.ascii_lowercase)
    else:
        rows = published().filter(letter=letter.key)
    return Paginator(rows.values_list("live__title", "live__slug"), ENTRIES_A_PAGE).page(number)


def everything() -> list[tuple[str, list[dict]]]:
    """All published symptoms by label of their letter."""
    groups: dict[str, list[dict]] = {}
    for title, slug, letter in published().values_list("live__title", "live__slug", "letter"):
        label = letter.upper() if letter in string.ascii_lowercase else "#"
        groups.setdefault(label, []).append(entry(title, slug))
    return list(groups.items())


def entry(title: str, slug: str) -> dict:
    return {"title": title, "url": reverse("symptoms:symptom", args=[slug])}


def address(key: str, number: int = 1) -> str:
    return reverse("symptoms:letter", args=[key] if number == 1 else [key, number])
