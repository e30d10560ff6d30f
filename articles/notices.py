"""Deeds over copyright notices: a new year, a retirement, a return. No text and no review changes with them."""

from collections.abc import Iterable

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from articles.actions import CannotRetire, reframe
from articles.filing import set_notice
from articles.models import Article, CopyrightNotice


@transaction.atomic
def roll_copyright_year(notices: Iterable[CopyrightNotice], *, year: int, by: AbstractUser) -> int:
    """Bring notices to a year. Returns how many published pages print it from now on."""
    ids = [notice.pk for notice in notices]
    CopyrightNotice.objects.filter(pk__in=ids).update(year=year)
    return reframe(Article.objects.filter(notice__in=ids), by=by)


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
