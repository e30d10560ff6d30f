"""A text is blanked for good by two people, with a reason and a ledger entry; nothing else is."""

import pytest
from django.db import connection, transaction

from articles.content import kinds
from articles.content.document import EXPUNGED
from articles.models import Article, PublicationEvent, Revision
from articles.publishing.actions import CannotExpunge, CannotRestore, restore
from reviews import verification
from reviews.expunging import actions
from reviews.expunging.actions import confirm_expunction, drop_expunction, request_expunction
from reviews.models import Expunction
from reviews.signing import ledger
from reviews.signing.actions import request_review, sign_off, withdraw_page
from symptoms.models import CauseAddress
from tests import factories
from tests.database import expect_refusal, find_faults_after, sql

pytestmark = pytest.mark.django_db

SECRET = "Mrs Example of 12 High Street had this."
WHY = {
    "reason": "It names a person.",
    "legal_basis": "Order of the court of Nowhere, 3 May 2026, no. 17.",
}


@pytest.fixture(scope="module")
def shared_page(module_db):
    """Signed three times; the second text names somebody, and a cause under another address."""
    ann, ravi = map(factories.get_person, ("ann", "ravi"))
    return factories.make_page_signed_three_times(ann, ravi, middle_text=f"<p>{SECRET}</p>")


@pytest.fixture
def page(shared_page, db):
    return Article.objects.get(pk=shared_page.pk)


def get_second_revision(page) -> Revision:
    return page.revisions.get(number=3)


def test_two_people_blank_a_text_and_its_digest_and_place_stay(page, morgan, olga):
    before = Revision.objects.filter(pk=get_second_revision(page).pk).values().get()
    assert SECRET in before.pop("document")
    entry = factories.expunge_revision(get_second_revision(page), asked_by=morgan, by=olga)
    after = Revision.objects.filter(pk=get_second_revision(page).pk).values().get()
    assert after.pop("document") == EXPUNGED
    assert after == before
    record = ledger.read_record(entry)
    assert (record.outcome, record.digest, record.reason) == (
        "expunged",
        before["digest"],
        WHY["reason"],
    )
    assert (record.asked_by.name, record.actor.name) == ("Morgan Mill", "Olga Orr")
    assert record.legal_basis == WHY["legal_basis"]
    assert not Revision.objects.filter(document__contains=SECRET).exists()
    with pytest.raises(kinds.ExpungedDocument):
        get_second_revision(page).read()


def test_verification_says_expunged_and_finds_no_fault(page, morgan, olga):
    assert list(verification.list_expunged_texts()) == []
    entry = factories.expunge_revision(get_second_revision(page), asked_by=morgan, by=olga)
    assert list(verification.find_faults()) == []
    revision = get_second_revision(page)
    sentence = (
        f"articles_revision {revision.pk} ({revision.uuid}): expunged by entry {entry.sequence}"
    )
    assert list(verification.list_expunged_texts()) == [sentence]


def test_the_log_tells_visitors_and_moves_the_site_revision(page, morgan, olga):
    before = PublicationEvent.objects.site_revision()
    entry = factories.expunge_revision(get_second_revision(page), asked_by=morgan, by=olga)
    line = PublicationEvent.objects.get(pk=PublicationEvent.objects.site_revision())
    assert line.pk > before
    assert (line.kind, line.evidence, line.revision_id) == (
        "expunge",
        entry.hash,
        page.live.revision_id,
    )
    assert Article.objects.get(pk=page.pk).live_id == line.pk


def test_a_text_of_a_withdrawn_page_goes_without_a_line_in_the_log(page, ann, morgan, olga):
    withdraw_page(page, reason="wrong", by=morgan)
    factories.edit_page(Article.objects.get(pk=page.pk).symptom, by=ann, body="<p>Anew.</p>")
    factories.expunge_revision(page.live.revision, asked_by=morgan, by=olga)
    assert not PublicationEvent.objects.filter(kind="expunge").exists()
    assert list(verification.find_faults()) == []


def test_an_address_that_only_the_expunged_text_gave_is_gone_and_others_stay(page, morgan, olga):
    def addresses() -> set:
        return set(CauseAddress.objects.values_list("slug", flat=True))

    assert addresses() == {"cause-0-of-facial-spasms", "an-address-of-old", "another-address"}
    factories.expunge_revision(get_second_revision(page), asked_by=morgan, by=olga)
    assert addresses() == {"cause-0-of-facial-spasms", "another-address"}
    assert list(verification.find_faults()) == []


def test_the_one_who_asked_cannot_confirm(page, morgan):
    asked = request_expunction(get_second_revision(page), by=morgan, **WHY)
    with pytest.raises(CannotExpunge, match="somebody else must confirm"):
        confirm_expunction(asked, by=morgan)
    assert SECRET in get_second_revision(page).document


@pytest.mark.parametrize("who", ["ann", "ravi", "charlie"])
def test_others_can_neither_ask_nor_confirm_nor_drop(page, morgan, request, who):
    person = request.getfixturevalue(who)
    asked = request_expunction(get_second_revision(page), by=morgan, **WHY)
    for action in (confirm_expunction, drop_expunction):
        with pytest.raises(CannotExpunge, match="Only managing editors"):
            action(asked, by=person)
    with pytest.raises(CannotExpunge, match="Only managing editors"):
        request_expunction(page.revisions.get(number=1), by=person, **WHY)


@pytest.mark.parametrize("lacking", ["reason", "legal_basis"])
def test_a_reason_and_a_legal_basis_are_needed(page, morgan, lacking):
    with pytest.raises(CannotExpunge, match=r"Give the reason|legal basis"):
        request_expunction(get_second_revision(page), by=morgan, **WHY | {lacking: " \n "})


def test_the_text_that_visitors_read_is_refused(page, morgan):
    with pytest.raises(CannotExpunge, match="Visitors read this text now"):
        request_expunction(page.live.revision, by=morgan, **WHY)


def test_the_latest_text_is_refused_as_the_form_still_holds_it(page, ann, morgan):
    latest = factories.edit_page(page.symptom, by=ann, body="<p>Newer.</p>").get_latest_revision()
    with pytest.raises(CannotExpunge, match="the form still has it"):
        request_expunction(latest, by=morgan, **WHY)


def test_a_text_in_review_is_refused(page, ann, morgan):
    review = request_review(factories.edit_page(page.symptom, by=ann, body="<p>Newer.</p>"), by=ann)
    factories.edit_page(page.symptom, by=ann, body="<p>Newest.</p>")
    with pytest.raises(CannotExpunge, match="Cancel that request first"):
        request_expunction(review.revision, by=morgan, **WHY)


def test_a_twin_of_the_text_is_a_revision_of_its_own(ann, ravi, morgan, olga):
    page = factories.make_article(ann, body=f"<p>{SECRET}</p>")
    factories.edit_page(page, by=ann, body="<p>Nobody is named.</p>")
    first = page.revisions.get(number=1)
    asked = request_expunction(first, by=morgan, **WHY)
    twin = restore(first, by=ann).revision
    page.refresh_from_db()
    factories.sign_page(page, by=ravi, asked_by=ann)
    assert actions.get_identical_revisions(first) == [twin]
    confirm_expunction(asked, by=olga)
    with pytest.raises(CannotExpunge, match="Visitors read this text now"):
        request_expunction(twin, by=morgan, **WHY)
    assert list(verification.find_faults()) == []


def test_what_is_in_review_or_became_live_before_it_was_confirmed_is_refused(
    ann, ravi, morgan, olga
):
    page = factories.make_article(ann, body=f"<p>{SECRET}</p>")
    review = request_review(page, by=ann)
    factories.edit_page(page, by=ann, body="<p>Nobody is named.</p>")
    # As if it had been asked for a moment before the review was.
    asked = Expunction.objects.create(
        revision=review.revision, asked_by=morgan, asked_at=page.created_at, **WHY
    )
    with pytest.raises(CannotExpunge, match="Cancel that request"):
        confirm_expunction(asked, by=olga)
    sign_off(
        review,
        by=ravi,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
    )
    with pytest.raises(CannotExpunge, match="Visitors read this text now"):
        confirm_expunction(asked, by=olga)


def test_the_database_too_keeps_the_text_that_visitors_read_and_the_latest(page, ann, morgan, olga):
    Expunction.objects.create(
        revision=page.live.revision, asked_by=morgan, asked_at=page.created_at, **WHY
    )
    draft = {
        "outcome": "expunged",
        "meaning": "",
        "actor": ledger.make_editor_actor(olga),
        "at": page.live.at,
    }
    ledger.append(
        ledger.EntryDraft(revision=page.live.revision, by=olga, authentication="password", **draft)
    )
    for _ in ("live and the latest", "live"):
        with expect_refusal("neither the text that visitors read nor the latest"):
            sql(BLANK, EXPUNGED, page.live.revision_id)
        factories.edit_page(page.symptom, by=ann, body="<p>Newer.</p>")


def test_a_request_is_asked_and_settled_once(page, morgan, olga):
    asked = request_expunction(get_second_revision(page), by=morgan, **WHY)
    with pytest.raises(CannotExpunge, match="requested already"):
        request_expunction(get_second_revision(page), by=olga, **WHY)
    drop_expunction(asked, by=olga)
    for action in (confirm_expunction, drop_expunction):
        with pytest.raises(CannotExpunge, match="decided already"):
            action(asked, by=olga)
    factories.expunge_revision(get_second_revision(page), asked_by=olga, by=morgan)
    with pytest.raises(CannotExpunge, match="expunged already"):
        request_expunction(get_second_revision(page), by=morgan, **WHY)


def test_an_expunged_text_is_neither_restored_nor_published(page, ann, morgan, olga):
    factories.expunge_revision(get_second_revision(page), asked_by=morgan, by=olga)
    with pytest.raises(CannotRestore, match="was expunged"):
        restore(get_second_revision(page), by=ann)
    with expect_refusal(
        "a text that was expunged is not published|only on a positive signature over it"
    ):
        sql(
            "INSERT INTO articles_publication (article_id, revision_id, kind, evidence, slug, "
            "title, sort_key, summary, review_line, frame, reason, by_id, at) "
            "SELECT article_id, %s, 're-sign', %s, slug, title, sort_key, summary, review_line, "
            "frame, reason, by_id, at FROM articles_publication WHERE id = %s",
            get_second_revision(page).pk,
            "e" * 64,
            page.live_id,
        )


# What the database refuses whatever code or SQL asks.

BLANK = "UPDATE articles_revision SET document = %s WHERE id = %s"


def test_the_database_blanks_nothing_without_an_entry(page):
    with expect_refusal("added and never changed"):
        sql(BLANK, EXPUNGED, get_second_revision(page).pk)


@pytest.mark.parametrize(
    "change",
    [
        "document = '{}'",
        f"document = '{EXPUNGED}', number = 77",
        f"document = '{EXPUNGED}', saved_by_id = saved_by_id + 1",
    ],
)
def test_an_entry_lets_nothing_but_the_mark_through(page, morgan, olga, change):
    other = page.revisions.get(number=1)
    asked = request_expunction(other, by=morgan, **WHY)
    with transaction.atomic():
        ledger.append(
            ledger.EntryDraft(
                outcome="expunged",
                meaning="",
                revision=other,
                by=olga,
                actor=ledger.make_editor_actor(olga),
                at=asked.asked_at,
                authentication="password",
            )
        )
        with expect_refusal("added and never changed"):
            sql(f"UPDATE articles_revision SET {change} WHERE id = %s", other.pk)
        with expect_refusal("added and never changed"):
            sql(BLANK, EXPUNGED, get_second_revision(page).pk)


def test_the_database_takes_no_entry_that_nobody_else_asked_for(page, morgan, olga):
    draft = {
        "outcome": "expunged",
        "meaning": "",
        "revision": get_second_revision(page),
        "actor": ledger.make_editor_actor(morgan),
        "at": page.live.at,
        "authentication": "password",
    }
    with expect_refusal("at the request of another"):
        ledger.append(ledger.EntryDraft(by=morgan, **draft))
    asked = request_expunction(get_second_revision(page), by=morgan, **WHY)
    with expect_refusal("at the request of another"):
        ledger.append(ledger.EntryDraft(by=morgan, **draft))
    drop_expunction(asked, by=morgan)
    with expect_refusal("at the request of another"):
        ledger.append(ledger.EntryDraft(by=olga, **draft))


def test_an_expunged_text_cannot_be_written_back(page, morgan, olga):
    text = get_second_revision(page).document
    factories.expunge_revision(get_second_revision(page), asked_by=morgan, by=olga)
    with expect_refusal("added and never changed"):
        sql(BLANK, text, get_second_revision(page).pk)


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'x'",
        "legal_basis = 'x'",
        "asked_by_id = confirmed_by_id",
        "entry_id = NULL, confirmed_by_id = NULL, confirmed_at = NULL",
    ],
)
def test_a_settled_request_stays_as_it_was(page, morgan, olga, change):
    factories.expunge_revision(get_second_revision(page), asked_by=morgan, by=olga)
    with expect_refusal("stays as it was asked for|CHECK|check constraint"):
        sql(f"UPDATE reviews_expunction SET {change}")
    with expect_refusal("never removed or replaced"):
        sql("DELETE FROM reviews_expunction")


def test_a_blank_text_that_no_entry_expunged_is_named(page):
    revision = get_second_revision(page)
    found = find_faults_after(BLANK, EXPUNGED, revision.pk)
    assert (
        f"articles_revision {revision.pk} ({revision.uuid}): it is blank, and no entry expunged it"
        in found
    )


def test_a_text_that_came_back_is_named(page, morgan, olga):
    text, revision = get_second_revision(page).document, get_second_revision(page)
    factories.expunge_revision(revision, asked_by=morgan, by=olga)
    asked = Expunction.objects.get()
    assert f"reviews_expunction {asked.pk}: its text is still there" in find_faults_after(
        BLANK, text, revision.pk
    )


@pytest.mark.parametrize(
    "change", ["reason = 'Another.'", "asked_at = '2020-01-01 00:00:00+00:00'"]
)
def test_a_request_that_does_not_say_what_its_entry_says_is_named(page, morgan, olga, change):
    factories.expunge_revision(get_second_revision(page), asked_by=morgan, by=olga)
    found = find_faults_after(f"UPDATE reviews_expunction SET {change}")
    asked = Expunction.objects.get()
    assert f"reviews_expunction {asked.pk}: it is not what its entry says" in found


def test_an_entry_whose_request_is_gone_is_named(page, morgan, olga):
    entry = factories.expunge_revision(get_second_revision(page), asked_by=morgan, by=olga)
    found = find_faults_after("DELETE FROM reviews_expunction")
    name = f"reviews_signature {entry.pk} (entry {entry.sequence})"
    assert f"{name}: nobody asked to expunge its text" in found


def test_the_guards_stand_again_after_an_expunging(page, morgan, olga):
    factories.expunge_revision(get_second_revision(page), asked_by=morgan, by=olga)
    with expect_refusal("added and never changed"):
        sql("UPDATE articles_revision SET document = 'x'")
    assert connection.in_atomic_block
