"""Bulk actions on page metadata: topics and notices of many pages. Logged, and shown at once.

Thousands of pages are changed in batches, each a transaction: nobody who signs, publishes or
withdraws waits longer than for one. Stopped between two, the same act done again does the rest.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Case, Count, F, QuerySet, Value, When
from django.db.models.functions import StrIndex

from articles.content.document import canonicalize
from articles.db.bulk_insert import insert_few_or_many
from articles.db.collector import collect_rarely
from articles.models import Article, CopyrightNotice, Topic
from articles.publishing.actions import ActionRefused, publish_metadata

BATCH = 500  # pages of one transaction
PAUSE = 0.1  # seconds; SQLite's writers look every tenth of a second whether it is their turn


class CannotChangeMetadata(ActionRefused):
    pass


@dataclass(frozen=True)
class MetadataChange:
    """The ids of the pages that changed, and how many of them changed for visitors."""

    changed_ids: list[int]
    public_count: int


@collect_rarely()
def change_in_batches(
    page_ids: Sequence[int], change: Callable[[QuerySet[Article]], MetadataChange]
) -> MetadataChange:
    """Do one of the actions below on pages, batch by batch."""
    changed_ids: list[int] = []
    public_count = 0
    for batch in _iterate_batches(page_ids):
        found = change(Article.objects.filter(pk__in=batch))
        changed_ids += found.changed_ids
        public_count += found.public_count
    return MetadataChange(changed_ids, public_count)


@collect_rarely()
def publish_in_batches(pages: QuerySet[Article], *, by: User) -> int:
    """Do ``publish_metadata`` batch by batch; gives how many pages show it now."""
    public = pages.filter(live__isnull=False).order_by("pk").distinct()
    keys = list(public.values_list("pk", flat=True))
    count = 0
    for batch in _iterate_batches(keys):
        count += publish_metadata(Article.objects.filter(pk__in=batch), by=by)
    return count


def _iterate_batches(page_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Batches of pages. On SQLite a pause follows each: a lock that is free at once is taken again
    before anybody who waits for it has looked. PostgreSQL gives it to who came first.
    """
    for start in range(0, len(page_ids), BATCH):
        if start and connection.vendor == "sqlite":
            time.sleep(PAUSE)
        yield page_ids[start : start + BATCH]


def count_outdated_notices(notices: Sequence[CopyrightNotice]) -> dict[int, int]:
    """By notice, how many public pages print it as it was before. One query."""
    if not notices:
        return {}
    lines = []
    for notice in notices:
        line = f'"notice":{canonicalize(notice.to_metadata()).decode()}'
        lines.append(When(notice=notice.pk, then=Value(line)))
    rows = Article.objects.filter(notice__in=notices, live__isnull=False).order_by()
    outdated = rows.annotate(place=StrIndex("live__metadata", Case(*lines))).filter(place=0)
    counted = outdated.values("notice").annotate(count=Count("pk"))
    return dict(counted.values_list("notice", "count"))


def count_outdated_topic(topic: Topic) -> int:
    """How many public pages of a topic print it as it was before. One query."""
    printed = Value(canonicalize(topic.to_metadata()).decode())
    rows = topic.articles.filter(live__isnull=False)
    return rows.annotate(place=StrIndex("live__metadata", printed)).filter(place=0).count()


@transaction.atomic
def add_to_topic(pages: QuerySet[Article], *, topic: Topic, by: User) -> MetadataChange:
    """File pages under a topic. Those that are filed there already stay as they are."""
    filing = Article.topics.through
    page_ids = _lock_pages(pages)
    filed = filing.objects.filter(topic=topic, article__in=page_ids)
    filed_ids = set(filed.values_list("article", flat=True))
    new_ids = [page_id for page_id in page_ids if page_id not in filed_ids]
    insert_few_or_many(filing, [filing(article_id=key, topic=topic) for key in new_ids])
    return _publish_changes(new_ids, by)


@transaction.atomic
def remove_from_topic(pages: QuerySet[Article], *, topic: Topic, by: User) -> MetadataChange:
    """Take pages from a topic. Those that are not filed there stay as they are."""
    filed = Article.topics.through.objects.filter(topic=topic, article__in=_lock_pages(pages))
    removed_ids = list(filed.values_list("article", flat=True))
    filed.delete()
    return _publish_changes(removed_ids, by)


@transaction.atomic
def set_notice(pages: QuerySet[Article], *, notice: CopyrightNotice, by: User) -> MetadataChange:
    """Give pages an active copyright notice. Raises CannotChangeMetadata if it is retired."""
    require_active(notice)
    locked = Article.objects.filter(pk__in=_lock_pages(pages))
    changed_ids = list(locked.exclude(notice=notice).values_list("pk", flat=True))
    Article.objects.filter(pk__in=changed_ids).update(notice=notice)
    return _publish_changes(changed_ids, by)


def require_active(notice: CopyrightNotice) -> None:
    """Raises CannotChangeMetadata if pages cannot be given a notice any more."""
    if not CopyrightNotice.objects.active().filter(pk=notice.pk).exists():
        raise CannotChangeMetadata(
            f"“{notice}” is retired. Choose another notice, or reactivate it first."
        )


def _lock_pages(pages: QuerySet[Article]) -> list[int]:
    """Lock the rows of pages until the transaction ends. Returns the ids of those not discarded."""
    page_ids = list(pages.values_list("pk", flat=True))
    rows = Article.objects.active().select_for_update().filter(pk__in=page_ids)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _publish_changes(changed_ids: list[int], by: User) -> MetadataChange:
    """Log the changes. The next form version makes forms that are open now count as outdated."""
    pages = Article.objects.filter(pk__in=changed_ids)
    pages.update(form_version=F("form_version") + 1)
    return MetadataChange(changed_ids, publish_metadata(pages, by=by))
