"""Metadata of many pages is changed in batches, between which others write.

A stopped run is shown and finished.
"""

import pytest

from articles.audit import verification
from articles.models import Article, CopyrightNotice
from articles.publishing import bulk_actions
from articles.publishing.actions import publish_metadata
from articles.publishing.bulk_actions import (
    add_to_topic,
    change_in_batches,
    count_outdated_notices,
    count_outdated_topic,
    publish_in_batches,
)
from articles.publishing.copyright_notices import replace_notice, retire_notice, set_year
from reviews.signing.actions import withdraw_page
from tests import factories
from tests.database import run_concurrently
from tests.html import read_form

NOTICES = "/admin/articles/copyrightnotice/"
TOPICS = "/admin/articles/topic/"
STILL = "3 published pages still show it as it was before"


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(bulk_actions, "BATCH", 2)


def publish(ann, ravi, count: int = 5) -> list[Article]:
    slugs = factories.publish_symptoms(count, by=ann, signer=ravi, related=0)
    return list(Article.objects.filter(slug__in=slugs).order_by("pk"))


class WatchedKeys(list):
    """Keys that call something each time that a batch of them is taken."""

    between = staticmethod(lambda: None)

    def __getitem__(self, part):
        self.between()
        return super().__getitem__(part)


def test_between_two_batches_others_withdraw_a_page(
    transactional_db, small_batches, ann, ravi, morgan
):
    pages = publish(ann, ravi)
    topic = factories.make_topic("Skin", "skin")
    left = [pages[4], pages[3], pages[0]]  # from the end
    keys = WatchedKeys(page.pk for page in pages)

    def withdraw_one():
        page = left.pop()
        outcomes = run_concurrently(lambda: withdraw_page(page, reason="wrong", by=morgan))
        assert not isinstance(outcomes[0], Exception), outcomes

    keys.between = withdraw_one
    done = change_in_batches(keys, lambda batch: add_to_topic(batch, topic=topic, by=ann))
    assert left == []
    assert len(done.changed_ids) == 5
    assert done.public_count == 2  # each was withdrawn before its own batch
    assert list(verification.find_faults()) == []


@pytest.mark.django_db
def test_a_stopped_new_year_is_shown_and_finished_by_saving_the_notice(
    small_batches, morgan_client, ann, ravi, morgan
):
    pages = publish(ann, ravi)
    notice = pages[0].notice
    set_year([notice], year=2027)
    publish_metadata(Article.objects.filter(pk__in=[page.pk for page in pages[:2]]), by=morgan)
    notice.refresh_from_db()
    assert count_outdated_notices([notice]) == {notice.pk: 3}
    assert STILL in morgan_client.get(NOTICES).text
    form = f"{NOTICES}{notice.pk}/change/"
    shown = morgan_client.get(form)
    assert f"{STILL}. Save it again to finish." in shown.text
    saved = morgan_client.post(form, read_form(shown), follow=True)
    assert "3 published pages show it now." in saved.text
    assert count_outdated_notices([notice]) == {}
    assert "still show" not in saved.text


@pytest.mark.django_db
def test_a_holder_that_differs_by_a_capital_alone_is_not_what_pages_print(ann, ravi, morgan):
    notice = publish(ann, ravi, 1)[0].notice
    CopyrightNotice.objects.filter(pk=notice.pk).update(holder=notice.holder.swapcase())
    notice.refresh_from_db()
    assert count_outdated_notices([notice]) == {notice.pk: 1}
    assert publish_in_batches(Article.objects.all(), by=morgan) == 1
    assert count_outdated_notices([notice]) == {}
    assert count_outdated_notices([]) == {}


@pytest.mark.django_db
def test_a_stopped_renaming_of_a_topic_is_shown_and_finished_by_saving_it(
    small_batches, morgan_client, ann, ravi, morgan
):
    pages = publish(ann, ravi)
    topic = factories.make_topic("Skin", "skin")
    add_to_topic(Article.objects.filter(pk__in=[page.pk for page in pages]), topic=topic, by=ann)
    assert count_outdated_topic(topic) == 0
    topic.name = "Skin, hair and nails"
    topic.save()
    publish_metadata(Article.objects.filter(pk__in=[page.pk for page in pages[:2]]), by=morgan)
    assert count_outdated_topic(topic) == 3
    form = f"{TOPICS}{topic.pk}/change/"
    shown = morgan_client.get(form)
    assert f"{STILL}. Save it again to finish." in shown.text
    morgan_client.post(form, read_form(shown))
    assert count_outdated_topic(topic) == 0


@pytest.mark.django_db
def test_a_retired_notice_is_replaced_in_batches(small_batches, ann, ravi, morgan):
    notice = publish(ann, ravi)[0].notice
    other = CopyrightNotice.objects.create(holder="Another House", year=2026)
    retire_notice(notice, by=morgan, replacement=other)
    assert replace_notice(notice, replacement=other, by=morgan) == 5
    assert set(Article.objects.values_list("notice", flat=True)) == {other.pk}
