"""The actions that write history: each is logged, and nothing is lost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import (
    Article,
    Authorship,
    CopyrightNotice,
    PublicationEvent,
    Redirect,
    Revision,
)
from articles.publishing.actions import (
    CannotChangeSlug,
    CannotDiscard,
    CannotPublish,
    CannotRestore,
    CannotWithdraw,
    change_slug,
    discard,
    publish,
    publish_metadata,
    record_revisions,
    restore,
    withdraw,
)
from articles.publishing.copyright_notices import roll_copyright_year
from reviews.signing.actions import request_review, sign_off, withdraw_page
from symptoms.models import Symptom
from tests import factories
from tests.database import expect_refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(ann):
    return factories.make_symptom(ann)


@pytest.fixture
def published(draft, ann, ravi):
    factories.sign_page(draft, by=ravi, asked_by=ann)
    return Article.objects.get(pk=draft.pk)


def reload(page) -> Article:
    return Article.objects.select_related("live").get(pk=page.pk)


def get_last_kind(page) -> str:
    return page.publications.order_by("-id").first().kind


def test_revisions_of_many_pages_take_a_fixed_number_of_queries(ann):
    counts = []
    for number in range(3):
        factories.make_symptom(ann, slug=f"s{number}", title=f"S {number}")
        Symptom.objects.update(summary=f"Summary {number}.")
        with CaptureQueriesContext(connection) as queries:
            assert len(record_revisions(Symptom.objects.all(), by=ann)) == number + 1
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]


def test_numbers_of_revisions_count_up_a_page(draft, ann):
    factories.edit_page(draft, by=ann, summary="Two.")
    factories.edit_page(draft, by=ann, summary="Three.")
    assert list(draft.revisions.order_by("id").values_list("number", flat=True)) == [1, 2, 3]


def test_whoever_wrote_a_restored_text_is_an_author_of_it_again(ann, morgan, ravi, fiona):
    page = factories.make_symptom(fiona)
    first = page.get_latest_revision()
    factories.edit_page(page, by=ann, body="<p>Another.</p>")
    factories.sign_page(page, by=ravi, asked_by=ann)
    made = restore(first, by=morgan).revision
    assert set(Authorship.objects.filter(revision=made).values_list("user", flat=True)) == {
        fiona.pk,
        morgan.pk,
    }


def test_restoring_what_is_there_already_changes_nothing(draft, ann):
    assert restore(draft.get_latest_revision(), by=ann).revision.number == 1
    assert Revision.objects.count() == 1


def test_a_restore_is_a_later_edition_so_that_nobody_saves_over_it_unseen(draft, ann):
    restore(draft.get_latest_revision(), by=ann)
    assert reload(draft).form_version == draft.form_version + 1


def test_a_restore_changes_nothing_that_is_public(published, ann):
    first = published.get_latest_revision()
    factories.edit_page(published, by=ann, summary="Another.")
    restore(first, by=ann)
    assert reload(published).live == published.live


def test_a_discarded_page_is_not_restored(draft, ann):
    discard(draft, by=ann)
    with pytest.raises(CannotRestore, match="discarded"):
        restore(draft.get_latest_revision(), by=ann)


def test_a_draft_is_discarded_and_its_history_stays(draft, ann):
    discard(draft, by=ann)
    assert reload(draft).discarded_by == ann
    assert Revision.objects.filter(article=draft).exists()
    assert not Article.objects.active().exists()


def test_a_page_that_was_published_once_is_not_discarded(published, ann, morgan):
    with pytest.raises(CannotDiscard, match="withdrawn but not discarded"):
        discard(published, by=ann)
    withdraw_page(published, reason="wrong", by=morgan)
    with pytest.raises(CannotDiscard):
        discard(published, by=ann)


def test_a_discarded_page_is_not_published(draft, published, ann):
    other = factories.make_article(ann)
    discard(other, by=ann)
    line = published.live.read_review_line()
    revision = other.get_latest_revision()
    with pytest.raises(CannotPublish, match="discarded"):
        publish(
            revision=revision,
            document=revision.read(),
            review_line=line,
            evidence="",
            by=ann,
            at=line,
        )


def test_an_older_text_is_not_published_over_a_later_one(published, ann, ravi):
    older = published.live.revision
    factories.edit_page(published, by=ann, body="<p>A later text.</p>")
    factories.sign_page(published, by=ravi, asked_by=ann)
    later = reload(published).live
    with pytest.raises(CannotPublish, match="A later text of this page is already published"):
        publish(
            revision=older,
            document=older.read(),
            review_line=later.read_review_line(),
            evidence="",
            by=ann,
            at=later.at,
        )
    assert reload(published).live == later


def test_the_title_that_is_logged_is_that_of_the_signed_text(draft, ann, ravi):
    review = request_review(draft, by=ann)
    signed_title = draft.title
    factories.edit_page(draft, by=ann, title="A title that nobody signed")
    sign_off(
        review,
        by=ravi,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
    )
    assert reload(draft).title == "A title that nobody signed"
    assert reload(draft).live.title == signed_title


def test_a_draft_is_not_withdrawn(draft, ann):
    with pytest.raises(CannotWithdraw, match="not published"):
        withdraw(draft, reason="wrong", evidence="e" * 64, by=ann, at=draft.created_at)


def test_a_withdrawal_without_a_ledger_entry_is_refused(published, ann):
    with expect_refusal("an entry of the ledger first"):
        withdraw(published, reason="wrong", evidence="e" * 64, by=ann, at=published.created_at)
    assert reload(published).live


def test_a_moved_page_leads_visitors_from_its_old_address(published, ann, client):
    change_slug(published, slug="face-spasms", by=ann)
    assert client.get("/symptoms/face-spasms/").status_code == 200
    old = client.get("/symptoms/facial-spasms/")
    assert (old.status_code, old["Location"]) == (301, "/symptoms/face-spasms/")
    assert get_last_kind(published) == "address"
    assert reload(published).live.revision == published.live.revision


def test_a_page_that_moves_back_leads_from_the_other_address(published, ann, client):
    change_slug(published, slug="face-spasms", by=ann)
    change_slug(published, slug="facial-spasms", by=ann)
    assert client.get("/symptoms/facial-spasms/").status_code == 200
    assert client.get("/symptoms/face-spasms/")["Location"] == "/symptoms/facial-spasms/"
    assert Redirect.objects.count() == 1


def test_a_draft_moves_without_a_trace(draft, ann):
    change_slug(draft, slug="face-spasms", by=ann)
    assert reload(draft).slug == "face-spasms"
    assert not Redirect.objects.exists()
    assert not PublicationEvent.objects.exists()


def assert_slug_refused(page, slug: str, by, match: str):
    with pytest.raises(CannotChangeSlug, match=match):
        change_slug(page, slug=slug, by=by)
    assert reload(page).slug == page.slug


@pytest.mark.parametrize("slug", ["", "Two words", "a/b", "é", "x" * 201, "\x00"])
def test_a_page_does_not_move_to_what_is_no_address(published, ann, slug):
    assert_slug_refused(published, slug, ann, ".")


def test_a_page_does_not_move_where_it_is(published, ann):
    assert_slug_refused(published, "facial-spasms", ann, "already")


def test_a_page_does_not_move_to_a_taken_address(published, ann):
    factories.make_symptom(ann, slug="tics", title="Tics")
    assert_slug_refused(published, "tics", ann, "“Tics” has this URL slug")


def test_a_page_does_not_move_to_another_pages_old_address(published, ann, ravi):
    tics = factories.make_symptom(ann, slug="tics", title="Tics")
    factories.sign_page(tics, by=ravi, asked_by=ann)
    change_slug(tics, slug="motor-tics", by=ann)
    assert_slug_refused(published, "tics", ann, "redirects visitors to “Tics”")


def test_a_withdrawn_page_does_not_move(published, ann, morgan):
    withdraw_page(published, reason="wrong", by=morgan)
    assert_slug_refused(published, "face-spasms", ann, "withdrawn")


def sign_articles(count: int, ann, ravi) -> None:
    for number in range(count):
        page = factories.make_article(ann, slug=f"diary-{number}", title=f"Diary {number}")
        factories.sign_page(page, by=ravi, asked_by=ann)


@pytest.mark.parametrize("count", [1, 3])
def test_a_new_year_is_one_publication_a_page_and_no_revision(
    count, ann, ravi, morgan, django_assert_num_queries
):
    sign_articles(count, ann, ravi)
    factories.make_article(ann, slug="draft")
    texts, log = Revision.objects.count(), PublicationEvent.objects.count()
    notice = factories.make_notice()
    # There, the log and the chain of events are locked first.
    with django_assert_num_queries(27 if connection.vendor == "postgresql" else 25):
        assert roll_copyright_year([notice], year=2027, by=morgan) == count
    assert PublicationEvent.objects.count() == log + count
    assert Revision.objects.count() == texts
    for page in Article.objects.public().select_related("live"):
        assert page.live.kind == "notice"
        assert page.live.read_metadata().notice.year == 2027
        assert page.live.by == morgan


def test_the_same_year_again_logs_nothing(published, morgan):
    roll_copyright_year([factories.make_notice()], year=2027, by=morgan)
    before = PublicationEvent.objects.count()
    assert roll_copyright_year([factories.make_notice()], year=2027, by=morgan) == 0
    assert PublicationEvent.objects.count() == before


def test_another_holders_pages_keep_their_year(published, morgan):
    other = CopyrightNotice.objects.create(holder="Another", year=2020)
    assert roll_copyright_year([other], year=2027, by=morgan) == 0
    assert reload(published).live.read_metadata().notice.year == 2026


def test_a_page_filed_elsewhere_is_logged_and_its_review_line_stays(published, morgan):
    published.topics.set([factories.make_topic("Nerves", "nerves")])
    assert publish_metadata(Article.objects.filter(pk=published.pk), by=morgan) == 1
    live = reload(published).live
    assert live.kind == "filing"
    assert [topic.name for topic in live.read_metadata().filed_under] == ["Nerves"]
    assert live.review_line == published.live.review_line
    assert live.evidence is None


def test_drafts_and_withdrawn_pages_are_not_reframed(published, ann, morgan):
    factories.make_article(ann)
    withdraw_page(published, reason="wrong", by=morgan)
    before = PublicationEvent.objects.count()
    assert roll_copyright_year([factories.make_notice()], year=2027, by=morgan) == 0
    assert PublicationEvent.objects.count() == before
