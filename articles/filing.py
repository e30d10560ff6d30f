"""Deeds that change the frame of many pages at once: their topics and their notice. Logged, and shown at once."""

from dataclasses import dataclass

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import F

from articles.actions import Refused, reframe
from articles.models import Article, CopyrightNotice, Topic


class CannotFrame(Refused):
    pass


@dataclass(frozen=True)
class Framed:
    """What came of it: the keys of the pages that changed, and how many of them visitors see changed."""

    changed: list[int]
    shown: int


@transaction.atomic
def file_under(pages, *, topic: Topic, by: AbstractUser) -> Framed:
    """File pages under a topic; those that are filed there already stay as they are."""
    filing = Article.topics.through
    held = _hold(pages)
    there = set(filing.objects.filter(topic=topic, article__in=held).values_list("article", flat=True))
    fresh = [page for page in held if page not in there]
    filing.objects.bulk_create(filing(article_id=page, topic=topic) for page in fresh)
    return _show(fresh, by)


@transaction.atomic
def take_from(pages, *, topic: Topic, by: AbstractUser) -> Framed:
    """Take pages from a topic; those that are not filed there stay as they are."""
    filed = Article.topics.through.objects.filter(topic=topic, article__in=_hold(pages))
    gone = list(filed.values_list("article", flat=True))
    filed.delete()
    return _show(gone, by)


@transaction.atomic
def set_notice(pages, *, notice: CopyrightNotice, by: AbstractUser) -> Framed:
    """Give pages a copyright notice that is offered now."""
    if not CopyrightNotice.objects.offered().filter(pk=notice.pk).exists():
        raise CannotFrame(f"“{notice}” is retired. Choose another notice, or bring it back first.")
    held = Article.objects.filter(pk__in=_hold(pages))
    other = list(held.exclude(notice=notice).values_list("pk", flat=True))
    Article.objects.filter(pk__in=other).update(notice=notice)
    return _show(other, by)


def _hold(pages) -> list[int]:
    """The keys of pages, whose rows are held until the transaction ends."""
    rows = Article.objects.kept().select_for_update().filter(pk__in=list(pages.values_list("pk", flat=True)))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _show(changed: list[int], by: AbstractUser) -> Framed:
    """A new edition tells whoever has the form of a page open that it is not what they opened."""
    pages = Article.objects.filter(pk__in=changed)
    pages.update(edition=F("edition") + 1)
    return Framed(changed, reframe(pages, by=by))
