"""Actions on copyright notices: a new year, retirement, return. No text or review changes."""

from collections.abc import Iterable
from functools import partial
from operator import attrgetter

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from articles.models import Article, CopyrightNotice
from articles.publishing.actions import ActionRefused, CannotRetireNotice
from articles.publishing.bulk_actions import (
    change_in_batches,
    publish_in_batches,
    require_active,
    set_notice,
)


class CannotRollOver(ActionRefused):
    pass


def roll_copyright_year(notices: Iterable[CopyrightNotice], *, year: int, by: User) -> int:
    """Set the year of notices, and show it on their pages. Returns how many public pages show it.

    Raises CannotRollOver.
    """
    notices = list(notices)
    set_year(notices, year=year)
    return show_notices(notices, by=by)


@transaction.atomic
def set_year(notices: Iterable[CopyrightNotice], *, year: int) -> None:
    """Set the year of notices, of all or of none. Raises CannotRollOver.

    ``show_notices`` shows it on their pages, once this is committed.
    """
    ids = [notice.pk for notice in notices]
    rows = CopyrightNotice.objects.select_for_update(no_key=True).filter(pk__in=ids)
    error = get_year_error(rows.order_by("pk"), year)
    if error:
        raise CannotRollOver(error)
    CopyrightNotice.objects.filter(pk__in=ids).update(year=year)


def show_notices(notices: Iterable[CopyrightNotice], *, by: User) -> int:
    """Have public pages print their notices as they are now, in batches; gives how many changed."""
    ids = [notice.pk for notice in notices]
    return publish_in_batches(Article.objects.filter(notice__in=ids), by=by)


def get_year_error(notices: Iterable[CopyrightNotice], year: int) -> str:
    """Why notices cannot have a year: too far ahead, or before theirs. Empty if they can."""
    latest = timezone.localdate().year + 1
    if year > latest:
        return f"{year} is too far ahead: {latest} is the latest year that a notice can show now."
    ahead = max(notices, key=attrgetter("year"), default=None)
    if ahead is None or ahead.year <= year:
        return ""
    if ahead.year > latest:
        return (
            f"“{ahead}” shows {ahead.year} already. "
            "Correct its year in its own form, or leave it out."
        )
    return f"“{ahead}” shows {ahead.year} already and cannot go back. Choose {ahead.year} or later."


@transaction.atomic
def retire_notice(
    notice: CopyrightNotice, *, by: User, replacement: CopyrightNotice | None = None
) -> None:
    """Stop offering a notice. Its pages keep it, until ``replace_notice`` gives them another one.

    Raises CannotRetireNotice, or CannotChangeMetadata if the other one is retired.
    """
    _lock_notice(notice)
    if notice.retired_at:
        raise CannotRetireNotice(f"“{notice}” is retired already.")
    if replacement and replacement.pk == notice.pk:
        raise CannotRetireNotice("A notice cannot replace itself.")
    if replacement:
        require_active(replacement)
    if not CopyrightNotice.objects.active().exclude(pk=notice.pk).exists():
        raise CannotRetireNotice(
            "This is the last notice that pages can be given. Add another one first."
        )
    CopyrightNotice.objects.filter(pk=notice.pk).update(retired_by=by, retired_at=timezone.now())


def replace_notice(
    notice: CopyrightNotice, *, replacement: CopyrightNotice | None, by: User
) -> int:
    """Give the pages of a notice another one, in batches. Returns how many public pages show it."""
    if replacement is None:
        return 0
    pages = Article.objects.active().filter(notice=notice).order_by("pk")
    keys = list(pages.values_list("pk", flat=True))
    return change_in_batches(keys, partial(set_notice, notice=replacement, by=by)).public_count


@transaction.atomic
def reinstate_notice(notice: CopyrightNotice, *, by: User) -> None:
    """Offer a retired notice again. Raises CannotRetireNotice if it is not retired."""
    _lock_notice(notice)
    if not notice.retired_at:
        raise CannotRetireNotice(f"“{notice}” is not retired.")
    CopyrightNotice.objects.filter(pk=notice.pk).update(retired_by=None, retired_at=None)


def _lock_notice(notice: CopyrightNotice) -> None:
    """Lock the notice's row, but not its key: saving a page with this notice need not wait."""
    rows = CopyrightNotice.objects.select_for_update(no_key=True)
    rows.values_list("pk").get(pk=notice.pk)
    notice.refresh_from_db(fields=["retired_by", "retired_at"])


def count_usage(notices: Iterable[CopyrightNotice]) -> dict[int, dict[str, dict[str, int]]]:
    """By notice and kind of page: how many pages have it, and how many of them are public.

    One query.
    """
    usage: dict[int, dict[str, dict[str, int]]] = {notice.pk: {} for notice in notices}
    pages = Article.objects.active().filter(notice__in=list(usage)).order_by()
    for row in pages.values("notice", "kind").annotate(pages=Count("pk"), public=Count("live")):
        usage[row["notice"]][row["kind"]] = {"pages": row["pages"], "public": row["public"]}
    return usage
