"""The end of grace: pages whose annual review is so late that their class has them withdrawn."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from articles import actions as pages
from articles.actions import Refused
from articles.models import Publication
from reviews.actions import withdraw_page
from reviews.models import MedicalReview, Standing


@dataclass(frozen=True)
class Deed:
    """What became of one page past grace."""

    title: str
    next_due: dt.date
    done: str
    refused: bool = False


def apply(today: dt.date, *, by, dry_run: bool = False) -> Iterator[Deed]:
    """Withdraw, each in a transaction of its own, the pages past grace whose class says so. Safe to repeat."""
    late = _late(today).select_related("article__live").order_by("next_due", "article")
    for standing in list(late):
        title, due = standing.article.live.title, standing.next_due
        if dry_run:
            spared = _spared(today).filter(pk=standing.pk).exists()
            yield Deed(title, due, "would be left alone: it is in review" if spared else "would be withdrawn")
            continue
        try:
            yield Deed(title, due, _withdraw(standing, today, by))
        except Refused as refusal:
            yield Deed(title, due, f"not withdrawn: {refusal}", refused=True)


def _late(today: dt.date):
    return Standing.objects.to_withdraw().past_grace(today)


def _spared(today: dt.date):
    """Pages that a reviewer has on the desk as a whole: they get some days more, and not one after these."""
    reading = MedicalReview.objects.waiting().filter(article=OuterRef("article"), trigger__in=MedicalReview.WHOLE_PAGE)
    longer = Standing.objects.past_grace(today, more=settings.GRACE_DAYS_IN_REVIEW).values("pk")
    return _late(today).filter(Exists(reading)).exclude(pk__in=longer)


@transaction.atomic
def _withdraw(standing: Standing, today: dt.date, by) -> str:
    """Withdraw a page unless it was signed, withdrawn or asked for since the list was made."""
    pages.lock(standing.article)
    if not _late(today).filter(pk=standing.pk).exists():
        return "left alone: it was signed or withdrawn meanwhile"
    if _spared(today).filter(pk=standing.pk).exists():
        return "left alone: it is in review"
    withdraw_page(standing.article, reason=Publication.Reason.UNREVIEWED, by=by)
    return "withdrawn"
