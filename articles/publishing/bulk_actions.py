"""Bulk actions on page metadata: topics and notices of many pages. Logged, and shown at once."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, QuerySet

from articles.db.bulk_insert import insert_few_or_many
from articles.models import Article, CopyrightNotice, Topic
from articles.publishing.actions import ActionRefused, publish_metadata


class CannotChangeMetadata(ActionRefused):
    pass


@dataclass(frozen=True)
class MetadataChange:
    """The ids of the pages that changed, and how many of them changed for visitors."""

    changed_ids: list[int]
    public_count: int


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
    if not CopyrightNotice.objects.active().filter(pk=notice.pk).exists():
        raise CannotChangeMetadata(
            f"“{notice}” is retired. Choose another notice, or reactivate it first."
        )
    locked = Article.objects.filter(pk__in=_lock_pages(pages))
    changed_ids = list(locked.exclude(notice=notice).values_list("pk", flat=True))
    Article.objects.filter(pk__in=changed_ids).update(notice=notice)
    return _publish_changes(changed_ids, by)


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
