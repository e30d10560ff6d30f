"""What is live follows the publication log, and the log shows only texts that were signed."""

import pytest
from django.db import connection

from articles.models import Article, PublicationEvent
from articles.publishing.actions import change_slug
from reviews.models import LedgerEntry
from reviews.signing.actions import request_changes, request_review, withdraw_page
from tests import factories
from tests.database import expect_refusal, sql

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def shared_published(module_db):
    """A page that was signed twice: its older publication is still in the log."""
    ann, ravi = map(factories.get_person, ("ann", "ravi"))
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    factories.edit_page(symptom, by=ann, summary="Another summary.")
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return symptom


@pytest.fixture
def published(shared_published, db):
    return Article.objects.get(pk=shared_published.pk)


def copy_values(publication: PublicationEvent, **changed) -> PublicationEvent:
    """A new row for the log, like another but for what changed."""
    fields = {
        f.name: getattr(publication, f.name)
        for f in PublicationEvent._meta.fields
        if f.name != "id"
    }
    return PublicationEvent(**fields | changed)


def test_a_text_without_a_signature_is_not_published(published, ann):
    factories.edit_page(published, by=ann, title="Unsigned")
    revision = published.get_latest_revision()
    with expect_refusal("only on a positive signature"):
        copy_values(published.live, revision=revision, evidence="e" * 64).save()


def test_an_old_signature_does_not_publish_another_text(published, ann):
    entry = LedgerEntry.objects.get(hash=published.live.evidence)
    draft = factories.make_article(ann)
    with expect_refusal("positive signature|added and never changed"):
        copy_values(
            published.live,
            article=draft,
            revision=draft.get_latest_revision(),
            slug=draft.slug,
            evidence=entry.hash,
        ).save()


def test_a_text_that_was_sent_back_is_not_published(published, ann, ravi):
    factories.edit_page(published, by=ann, summary="A third summary.")
    entry = request_changes(request_review(published, by=ann), by=ravi, comment="Not yet.")
    with expect_refusal("only on a positive signature"):
        copy_values(published.live, revision=entry.revision, evidence=entry.hash).save()


def test_raw_sql_publishes_nothing_unsigned(published):
    names = [f.column for f in PublicationEvent._meta.fields if f.name != "id"]
    values = ["'" + "e" * 64 + "'" if name == "evidence" else name for name in names]
    with expect_refusal("only on a positive signature"):
        sql(
            f"INSERT INTO articles_publication ({', '.join(names)}) "
            f"SELECT {', '.join(values)} FROM articles_publication WHERE id = {published.live_id}"
        )


def test_a_publication_over_another_pages_revision_is_refused(published, ann):
    other = factories.make_article(ann)
    with expect_refusal("of its own page|carries on, to the letter"):
        copy_values(
            published.live, kind="address", evidence=None, revision=other.get_latest_revision()
        ).save()


@pytest.mark.parametrize(
    "forged",
    [
        {"title": "Cure"},
        {"sort_key": "a"},
        {"summary": "Drink bleach."},
        {"slug": "cure"},
        {"metadata": None},
    ],
)
def test_a_line_without_a_signature_carries_on_what_is_live(published, forged):
    frame = published.live.metadata.replace("2026", "2027")
    forged = {name: value or frame for name, value in forged.items()}
    with expect_refusal("carries on, to the letter, what is live"):
        kind = "notice" if "metadata" not in forged else "address"
        copy_values(published.live, kind=kind, evidence=None, **forged).save()


@pytest.mark.parametrize("changed", ["revision", "review_line"])
def test_a_change_of_frame_keeps_text_and_review_line(published, changed):
    older = published.publications.order_by("id").first()
    other = {"revision": older.revision, "review_line": older.review_line}[changed]
    assert other != getattr(published.live, changed)
    with expect_refusal("carries on, to the letter, what is live"):
        copy_values(published.live, kind="notice", evidence=None, **{changed: other}).save()


def test_a_withdrawal_needs_its_entry(published):
    with expect_refusal("an entry of the ledger first"):
        copy_values(published.live, kind="withdraw", reason="safety", evidence="e" * 64).save()


def test_live_does_not_point_to_an_older_publication(published):
    older = published.publications.order_by("id").first()
    with expect_refusal("follows the newest publication"):
        sql("UPDATE articles_article SET live_id = %s WHERE id = %s", older.pk, published.pk)


def test_a_page_does_not_vanish_without_a_withdrawal(published):
    with expect_refusal("follows the newest publication"):
        sql("UPDATE articles_article SET live_id = NULL WHERE id = %s", published.pk)


def test_a_withdrawn_page_does_not_come_back_by_itself(published, morgan):
    was = published.live_id
    withdraw_page(published, reason="safety", by=morgan)
    with expect_refusal("follows the newest publication"):
        sql("UPDATE articles_article SET live_id = %s WHERE id = %s", was, published.pk)


def test_live_does_not_point_to_another_pages_publication(published, ann):
    draft = factories.make_article(ann)
    with expect_refusal("follows the newest publication"):
        sql("UPDATE articles_article SET live_id = %s WHERE id = %s", published.live_id, draft.pk)


def test_a_published_address_is_not_changed_raw(published, ann):
    with expect_refusal("through the publication log only"):
        sql("UPDATE articles_article SET slug = 'elsewhere' WHERE id = %s", published.pk)
    draft = factories.make_article(ann)
    sql("UPDATE articles_article SET slug = 'elsewhere' WHERE id = %s", draft.pk)
    change_slug(published, slug="moved", by=ann)
    with expect_refusal("through the publication log only"):
        sql("UPDATE articles_article SET slug = 'facial-spasms' WHERE id = %s", published.pk)


@pytest.mark.parametrize(("column", "value"), [("kind", "article"), ("language", "de")])
def test_kind_and_language_of_a_page_stay(published, column, value):
    with expect_refusal("never change"):
        sql(f"UPDATE articles_article SET {column} = %s WHERE id = %s", value, published.pk)


def test_a_page_starts_unpublished(published, ann):
    fresh = Article(slug="fresh", title="Fresh", writer=ann, live=published.live)
    with expect_refusal("starts as a draft"):
        fresh.save()


@pytest.mark.sqlite
def test_a_published_page_is_not_replaced_by_a_draft(published):
    names = [f.column for f in Article._meta.fields]
    values = ["NULL" if name == "live_id" else name for name in names]
    with expect_refusal("starts as a draft"):
        sql(
            f"INSERT OR REPLACE INTO articles_article ({', '.join(names)}) "
            f"SELECT {', '.join(values)} FROM articles_article"
        )


def test_a_published_page_is_not_deleted(published):
    with expect_refusal("(?i)foreign key"):
        for table in (
            "symptoms_symptom",
            "articles_reference",
            "articles_article_topics",
            "articles_article",
        ):
            sql(f"DELETE FROM {table}")
        connection.check_constraints()
