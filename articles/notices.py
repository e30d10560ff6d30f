"""Deeds over copyright notices: a new year, a retirement, a return. No text and no review changes with them."""

from collections.abc import Iterable

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from articles.actions import CannotRetire, Refused, reframe
from articles.filing import set_notice
from articles.models import Article, CopyrightNotice


class CannotRollOver(Refused):
    pass


@transaction.atomic
def roll_copyright_year(notices: Iterable[CopyrightNotice], *, year: int, by: AbstractUser) -> int:
    """Bring notices to a year. Returns how many published pages print it from now on."""
    ids = [notice.pk for notice in notices]
    held = CopyrightNotice.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    if refusal := why_not_year(held, year):
        raise CannotRollOver(refusal)
    CopyrightNotice.objects.filter(pk__in=ids).update(year=year)
    return reframe(Article.objects.filter(notice__in=ids), by=by)


def why_not_year(notices: Iterable[CopyrightNotice], year: int) -> str:
    """Why notices cannot say a year: too far ahead, or before the one they say now. Empty where they can."""
    latest = timezone.localdate().year + 1
    if year > latest:
        return f"{year} is too far ahead: {latest} is the latest year that a notice can say now."
    ahead = max(notices, key=lambda notice: notice.year, default=None)
    if ahead is None or ahead.year <= year:
        return ""
    if ahead.year > latest:
        return f"“{ahead}” says {ahead.year} already. Put its year right in its own form, or leave it out."
    return f"“{ahead}” says {ahead.year} already and cannot go back. Choose {ahead.year} or later, or leave it out."


@transaction.atomic
def retire_notice(notice: CopyrightNotice, *, by: AbstractUser, replacement: CopyrightNotice | None = None) -> int:
    """Offer a notice no more. Its pages keep it, or take a replacement; returns how many published ones show that."""
    _hold(notice)
    if notice.retired_at:
        raise CannotRetire(f"“{notice}” is retired already.")
    if replacement and replacement.pk == notice.pk:
        raise CannotRetire("A notice cannot replace itself.")
    if not CopyrightNotice.objects.offered().exclude(pk=notice.pk).exists():
        raise CannotRetire("This is the last notice that pages can be given. Add another one first.")
    CopyrightNotice.objects.filter(pk=notice.pk).update(retired_by=by, retired_at=timezone.now())
    if replacement is None:
        return 0
    return set_notice(Article.objects.kept().filter(notice=notice), notice=replacement, by=by).shown


@transaction.atomic
def reinstate_notice(notice: CopyrightNotice, *, by: AbstractUser) -> None:
    """Offer a retired notice again."""
    _hold(notice)
    if not notice.retired_at:
        raise CannotRetire(f"“{notice}” is not retired.")
    CopyrightNotice.objects.filter(pk=notice.pk).update(retired_by=None, retired_at=None)


def _hold(notice: CopyrightNotice) -> None:
    """The notice's row. Not its key: whoever saves a page with this notice meanwhile need not wait."""
    CopyrightNotice.objects.select_for_update(no_key=True).filter(pk=notice.pk).values_list("pk").get()
    notice.refresh_from_db(fields=["retired_by", "retired_at"])


def usage(notices: Iterable[CopyrightNotice]) -> dict[int, dict[str, dict[str, int]]]:
    """By notice and kind of page, how many pages have it, and how many of these visitors read. One query."""
    pages = Article.objects.kept().filter(notice__in=[notice.pk for notice in notices]).order_by()
    found: dict[int, dict[str, dict[str, int]]] = {notice.pk: {} for notice in notices}
    for row in pages.values("notice", "kind").annotate(pages=Count("pk"), public=Count("live")):
        found[row["notice"]][row["kind"]] = {"pages": row["pages"], "public": row["public"]}
    return found
