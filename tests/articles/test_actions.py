"""What is written into history: restored, discarded, moved and reframed, each logged and nothing lost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.actions import (
    CannotChangeAddress,
    CannotDiscard,
    CannotPublish,
    CannotRestore,
    CannotWithdraw,
    change_address,
    discard,
    publish,
    record_revisions,
    reframe,
    restore,
    withdraw,
)
from articles.models import Article, Authorship, CopyrightNotice, Publication, Redirect, Revision
from articles.notices import roll_copyright_year
from reviews.actions import withdraw_page
from symptoms.models import Symptom
from tests import stories
from tests.database import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(ann):
    return stories.write_symptom(ann)


@pytest.fixture
def published(draft, ann, ravi):
    stories.sign(draft, by=ravi, asked_by=ann)
    return Article.objects.get(pk=draft.pk)


def fresh(page) -> Article:
    return Article.objects.select_related("live").get(pk=page.pk)


def last_kind(page) -> str:
    return page.publications.order_by("-id").first().kind


def test_revisions_of_many_pages_take_a_fixed_number_of_queries(ann):
    counts = []
    for number in range(3):
        stories.write_symptom(ann, slug=f"s{number}", title=f"S {number}")
        Symptom.objects.update(summary=f"Summary {number}.")
        with CaptureQueriesContext(connection) as queries:
            assert len(record_revisions(Symptom.objects.all(), by=ann)) == number + 1
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]


def test_numbers_of_revisions_count_up_a_page(draft, ann):
    stories.edit(draft, by=ann, summary="Two.")
    stories.edit(draft, by=ann, summary="Three.")
    assert list(draft.revisions.order_by("id").values_list("number", flat=True)) == [1, 2, 3]


def test_whoever_wrote_a_restored_text_is_an_author_of_it_again(ann, morgan, ravi, fiona):
    page = stories.write_symptom(fiona)
    first = page.latest_revision()
    stories.edit(page, by=ann, body="<p>Another.</p>")
    stories.sign(page, by=ravi, asked_by=ann)
    made = restore(first, by=morgan).revision
    assert set(Authorship.objects.filter(revision=made).values_list("user", flat=True)) == {fiona.pk, morgan.pk}


def test_restoring_what_is_there_already_changes_nothing(draft, ann):
    assert restore(draft.latest_revision(), by=ann).revision.number == 1
    assert Revision.objects.count() == 1


def test_a_restore_is_a_later_edition_so_that_nobody_saves_over_it_unseen(draft, ann):
    restore(draft.latest_revision(), by=ann)
    assert fresh(draft).edition == draft.edition + 1


def test_a_restore_changes_nothing_that_is_public(published, ann):
    first = published.latest_revision()
    stories.edit(published, by=ann, summary="Another.")
    restore(first, by=ann)
    assert fresh(published).live == published.live


def test_a_discarded_page_is_not_restored(draft, ann):
    discard(draft, by=ann)
    with pytest.raises(CannotRestore, match="discarded"):
        restore(draft.latest_revision(), by=ann)


def test_a_draft_is_discarded_and_its_history_stays(draft, ann):
    discard(draft, by=ann)
    assert fresh(draft).discarded_by == ann
    assert Revision.objects.filter(article=draft).exists()
    assert not Article.objects.kept().exists()


def test_a_page_that_was_published_once_is_not_discarded(published, ann, morgan):
    with pytest.raises(CannotDiscard, match="withdrawn but not discarded"):
        discard(published, by=ann)
    withdraw_page(published, reason="wrong", by=morgan)
    with pytest.raises(CannotDiscard):
        discard(published, by=ann)


def test_a_discarded_page_is_not_published(draft, published, ann):
    other = stories.write_article(ann)
    discard(other, by=ann)
    line = published.live.read_review_line()
    revision = other.latest_revision()
    with pytest.raises(CannotPublish, match="discarded"):
        publish(revision=revision, document=revision.read(), review_line=line, evidence="", by=ann, at=line)


def test_a_draft_is_not_withdrawn(draft, ann):
    with pytest.raises(CannotWithdraw, match="not published"):
        withdraw(draft, reason="wrong", evidence="e" * 64, by=ann, at=draft.created_at)


def test_a_withdrawal_without_a_ledger_entry_is_refused(published, ann):
    with refused("an entry of the ledger first"):
        withdraw(published, reason="wrong", evidence="e" * 64, by=ann, at=published.created_at)
    assert fresh(published).live


def test_a_moved_page_leads_visitors_from_its_old_address(published, ann, client):
    change_address(published, slug="face-spasms", by=ann)
    assert client.get("/symptoms/face-spasms/").status_code == 200
    old = client.get("/symptoms/facial-spasms/")
    assert (old.status_code, old["Location"]) == (301, "/symptoms/face-spasms/")
    assert last_kind(published) == "address"
    assert fresh(published).live.revision == published.live.revision


def test_a_page_that_moves_back_leads_from_the_other_address(published, ann, client):
    change_address(published, slug="face-spasms", by=ann)
    change_address(published, slug="facial-spasms", by=ann)
    assert client.get("/symptoms/facial-spasms/").status_code == 200
    assert client.get("/symptoms/face-spasms/")["Location"] == "/symptoms/facial-spasms/"
    assert Redirect.objects.count() == 1


def test_a_draft_moves_without_a_trace(draft, ann):
    change_address(draft, slug="face-spasms", by=ann)
    assert fresh(draft).slug == "face-spasms"
    assert not Redirect.objects.exists()
    assert not Publication.objects.exists()


def refuse_address(page, slug: str, by, match: str):
    with pytest.raises(CannotChangeAddress, match=match):
        change_address(page, slug=slug, by=by)
    assert fresh(page).slug == page.slug


@pytest.mark.parametrize("slug", ["", "Two words", "a/b", "é", "x" * 201, "\x00"])
def test_a_page_does_not_move_to_what_is_no_address(published, ann, slug):
    refuse_address(published, slug, ann, ".")


def test_a_page_does_not_move_where_it_is(published, ann):
    refuse_address(published, "facial-spasms", ann, "already")


def test_a_page_does_not_move_to_a_taken_address(published, ann):
    stories.write_symptom(ann, slug="tics", title="Tics")
    refuse_address(published, "tics", ann, "“Tics” has this address")


def test_a_page_does_not_move_to_another_pages_old_address(published, ann, ravi):
    tics = stories.write_symptom(ann, slug="tics", title="Tics")
    stories.sign(tics, by=ravi, asked_by=ann)
    change_address(tics, slug="motor-tics", by=ann)
    refuse_address(published, "tics", ann, "an old link to “Tics”")


def test_a_withdrawn_page_does_not_move(published, ann, morgan):
    withdraw_page(published, reason="wrong", by=morgan)
    refuse_address(published, "face-spasms", ann, "withdrawn")


def sign_articles(count: int, ann, ravi) -> None:
    for number in range(count):
        page = stories.write_article(ann, slug=f"diary-{number}", title=f"Diary {number}")
        stories.sign(page, by=ravi, asked_by=ann)


@pytest.mark.parametrize("count", [1, 3])
def test_a_new_year_is_one_publication_a_page_and_no_revision(count, ann, ravi, morgan, django_assert_num_queries):
    sign_articles(count, ann, ravi)
    stories.write_article(ann, slug="draft")
    texts, log = Revision.objects.count(), Publication.objects.count()
    notice = stories.notice()
    with django_assert_num_queries(14 if connection.vendor == "postgresql" else 13):  # there, the log is held first
        assert roll_copyright_year([notice], year=2027, by=morgan) == count
    assert Publication.objects.count() == log + count
    assert Revision.objects.count() == texts
    for page in Article.objects.public().select_related("live"):
        assert page.live.kind == "notice"
        assert page.live.read_frame().notice.year == 2027
        assert page.live.by == morgan


def test_the_same_year_again_logs_nothing(published, morgan):
    roll_copyright_year([stories.notice()], year=2027, by=morgan)
    before = Publication.objects.count()
    assert roll_copyright_year([stories.notice()], year=2027, by=morgan) == 0
    assert Publication.objects.count() == before


def test_another_holders_pages_keep_their_year(published, morgan):
    other = CopyrightNotice.objects.create(holder="Another", year=2020)
    assert roll_copyright_year([other], year=2027, by=morgan) == 0
    assert fresh(published).live.read_frame().notice.year == 2026


def test_a_page_filed_elsewhere_is_logged_and_its_review_line_stays(published, morgan):
    published.topics.set([stories.topic("Nerves", "nerves")])
    assert reframe(Article.objects.filter(pk=published.pk), by=morgan) == 1
    live = fresh(published).live
    assert live.kind == "filing"
    assert [topic.name for topic in live.read_frame().filed_under] == ["Nerves"]
    assert live.review_line == published.live.review_line
    assert live.evidence is None


def test_drafts_and_withdrawn_pages_are_not_reframed(published, ann, morgan):
    stories.write_article(ann)
    withdraw_page(published, reason="wrong", by=morgan)
    before = Publication.objects.count()
    assert roll_copyright_year([stories.notice()], year=2027, by=morgan) == 0
    assert Publication.objects.count() == before
