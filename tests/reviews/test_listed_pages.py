"""The rows of the lists: the database keeps them in step with pages, texts, events and dates."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from articles.db.bulk_insert import insert_objects
from articles.models import Article, PublicationEvent
from articles.publishing import actions as publishing
from reviews import listed_pages
from reviews.models import ListedPage, ReviewSchedule
from reviews.models.listed_page import NO_DATE
from reviews.signing import actions
from reviews.verification import checks
from tests import factories
from tests.database import sql

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
State = ListedPage.State


def get_row(page) -> ListedPage:
    return ListedPage.objects.get(pk=page.pk)


def publish_pages(count: int, by, signer) -> list[Article]:
    factories.publish_symptoms(count, by=by, signer=signer)
    return list(Article.objects.order_by("pk"))


def find_faults() -> list[str]:
    return list(listed_pages.find_faults())


def test_every_act_on_a_page_leaves_its_row_as_its_rows_say(ann, ravi, fiona, morgan, olga):
    factories.make_site_history(ann, ravi, fiona, morgan, olga)
    factories.publish_symptoms(3, by=ann, signer=ravi)
    factories.edit_page(Article.objects.public().first(), by=ann, summary="Another summary.")
    assert find_faults() == []
    active = Article.objects.active()
    by_state = {
        State.UNPUBLISHED: active.unpublished(),
        State.LIVE: active.as_signed(),
        State.CHANGED: active.changed(),
        State.WITHDRAWN: active.withdrawn(),
    }
    for state, pages in by_state.items():
        listed = ListedPage.objects.filter(state=state).order_by("pk")
        assert list(listed.values_list("pk", flat=True)) == sorted(
            pages.values_list("pk", flat=True)
        ), state
        assert listed, state
    dated = ListedPage.objects.exclude(due=NO_DATE).order_by("pk")
    assert list(dated.values_list("pk", "due", "reviewer", "recorded")) == list(
        ReviewSchedule.objects.order_by("article").values_list(
            "article", "next_due", "reviewer", "recorded"
        )
    )


def test_a_page_is_never_published_then_live_then_changed_then_withdrawn(ann, ravi, morgan):
    page = factories.make_symptom(ann)
    assert (get_row(page).state, get_row(page).due) == (State.UNPUBLISHED, NO_DATE)
    factories.sign_page(page, by=ravi, asked_by=ann)
    row = get_row(page)
    assert (row.state, row.due) == (State.LIVE, ReviewSchedule.objects.get().next_due)
    factories.edit_page(page, by=ann, title="Zebra")
    row = get_row(page)
    assert (row.state, row.sort_key) == (State.CHANGED, "zebra")
    actions.withdraw_page(Article.objects.get(pk=page.pk), reason="safety", by=morgan)
    row = get_row(page)
    assert (row.state, row.due, row.reviewer) == (State.WITHDRAWN, NO_DATE, None)
    assert find_faults() == []


def test_a_discarded_page_has_no_row(ann):
    page = factories.make_symptom(ann)
    publishing.discard(Article.objects.get(pk=page.pk), by=ann)
    assert not ListedPage.objects.exists()
    sql("UPDATE articles_article SET discarded_at = NULL, discarded_by_id = NULL")
    assert get_row(page).state == State.UNPUBLISHED


def test_what_raw_sql_changes_is_in_the_row_at_once(ann, morgan):
    page = factories.make_symptom(ann)
    sql(f"UPDATE articles_article SET sort_key = 'aa', risk = 'high', writer_id = {morgan.pk}")
    row = get_row(page)
    assert (row.sort_key, row.risk, row.writer_id) == ("aa", "high", morgan.pk)


def test_what_is_rolled_back_leaves_the_row_as_it_was(ann):
    page = factories.make_symptom(ann)
    with transaction.atomic():
        factories.edit_page(page, by=ann, title="Zebra")
        transaction.set_rollback(True)
    assert get_row(page).sort_key != "zebra"


def test_a_row_that_is_wrong_missing_or_left_over_is_named_and_rebuilt(ann, ravi):
    wrong, missing = publish_pages(2, ann, ravi)
    ListedPage.objects.filter(pk=wrong.pk).update(state=State.WITHDRAWN)
    ListedPage.objects.filter(pk=missing.pk).delete()
    faults = find_faults()
    assert [fault.split(":")[0] for fault in faults] == [
        f"reviews_listedpage {wrong.pk}",
        f"reviews_listedpage {missing.pk}",
    ]
    assert set(faults) <= set(checks.find_faults())
    call_command("rebuild_projections", verbosity=0, stdout=StringIO())
    assert find_faults() == []


def test_an_upgrade_writes_the_rows_of_pages_that_were_there_before(ann, ravi):
    publish_pages(2, ann, ravi)
    ListedPage.objects.all().delete()
    listed_pages.mend_after_migrate("default")
    assert ListedPage.objects.filter(state=State.LIVE).count() == 2
    assert find_faults() == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans without statistics")
def test_rows_that_an_upgrade_wrote_are_counted_by_the_engine_at_once(ann, ravi):
    publish_pages(3, ann, ravi)
    ListedPage.objects.all().delete()
    listed_pages.mend_after_migrate("default")
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'reviews_listedpage'")
        assert cursor.fetchone()[0] == 3


def test_an_event_of_the_log_alone_does_not_make_a_page_live(ann, ravi):
    """The pointer of the page decides, as it does for visitors."""
    (page,) = publish_pages(1, ann, ravi)
    assert PublicationEvent.objects.count() == 1
    assert get_row(page).state == State.LIVE
    assert timezone.localdate() < get_row(page).due


@pytest.mark.postgresql  # which counts what a transaction reads
def test_a_new_page_gets_its_row_without_a_look_at_any_page(ann):
    read = (
        "SELECT seq_scan + idx_scan FROM pg_stat_xact_user_tables "
        "WHERE relname = 'articles_article'"
    )
    new = [
        Article(
            kind="symptom", title=f"Ache {n}", sort_key=f"ache {n}", slug=f"ache-{n}", writer=ann
        )
        for n in range(100)
    ]
    with connection.cursor() as cursor:
        cursor.execute(read)
        before = cursor.fetchone()
        insert_objects(Article, new)
        cursor.execute(read)
        after = cursor.fetchone()
    assert after == before or after == (0,)
    assert ListedPage.objects.filter(state=State.UNPUBLISHED).count() == 100
    assert find_faults() == []
