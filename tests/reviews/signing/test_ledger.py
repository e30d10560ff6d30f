"""What an entry of the ledger says, byte for byte, and that an outsider can recompute the chain."""

import datetime as dt
import hashlib
import json

import pytest
import rfc8785

from articles.models import AuditEvent
from reviews.models import LedgerEntry, LedgerTip, MedicalReview, PrivateField, Reviewer
from reviews.signing import ledger
from reviews.signing.actions import (
    cancel_request,
    request_changes,
    request_review,
    sign_off,
    withdraw_page,
)
from reviews.signing.changes import confirm_all
from tests import factories
from tests.articles.content.test_document import FIXTURES
from tests.database import expect_refusal

RECORD_DIGEST = "188759f9fb3907140a6201b3573b64219c5d7748161515fe31787f1656e45083"


@pytest.fixture
def signed(symptom, ann, ravi, settings, time_machine):
    """A first entry, made at a known time by a known build."""
    settings.BUILD = "a1b2c3"
    time_machine.move_to("2026-03-10T12:30:15Z", tick=False)
    review = request_review(symptom, by=ann)
    opened = dt.datetime(2026, 3, 10, 13, 10, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    return sign_off(
        review,
        by=ravi,
        seen_digest=review.revision.digest,
        conflicts="I teach for a pharmacy chain.",
        authentication="password",
        opened_at=opened,
        answers=confirm_all(review),
    )


def read_record(entry) -> dict:
    return json.loads(LedgerEntry.objects.get(pk=entry.pk).record)


@pytest.mark.django_db
def test_the_first_entry_follows_64_zeros(signed):
    assert (signed.sequence, signed.previous_hash) == (1, "0" * 64)


@pytest.mark.django_db
def test_a_record_says_all_that_a_signature_must_say(signed, symptom, ravi):
    review, revision = signed.review, signed.revision
    record = read_record(signed)
    actor = record.pop("actor")
    size = record["events"]["size"]
    assert record == {
        "version": 1,
        "sequence": 1,
        "previous_hash": "0" * 64,
        "outcome": "approved",
        "meaning": review.meaning,
        "comment": "",
        "review": str(review.uuid),
        "trigger": "first",
        "article": str(symptom.uuid),
        "revision": str(revision.uuid),
        "revision_number": 1,
        "digest": revision.digest,
        "conflicts": "I teach for a pharmacy chain.",
        "conflicts_hash": "",
        "checklist": {},
        "asked": record["asked"],
        "asked_over": "page",
        "opened_at": record["opened_at"],
        "at": "2026-03-10T12:30:15Z",
        "authentication": "password",
        "review_line": {
            "reviewed_by": {
                "name": "Ravi Rao",
                "post_nominals": "MD",
                "specialty": "Neurology",
                "slug": "ravi-rao",
            },
            "last_reviewed": "2026-03-10",
            "next_due": "2027-03-10",
            "updates": [],
        },
        "next_due_rule": "12 months after the review: the site's interval for standard risk.",
        "reason": "",
        "provenance": ledger.compute_provenance(signed.revision),
        "events": {"size": size, "hash": AuditEvent.objects.get(sequence=size).hash},
        "build": "a1b2c3",
    }
    assert actor.pop("licence_number_hash") != ""
    assert actor == {
        "name": "Ravi Rao",
        "role": "reviewer",
        "reviewer": str(ravi.reviewer.uuid),
        "post_nominals": "MD",
        "specialty": "Neurology",
        "slug": "ravi-rao",
        "licence_jurisdiction": "Nowhere",
        "licence_expires": str(ravi.reviewer.licence_expires),
    }


@pytest.mark.django_db
def test_times_are_in_utc(signed):
    assert read_record(signed)["opened_at"] == "2026-03-10T12:10:00Z"


@pytest.mark.django_db
def test_the_meaning_tells_a_change_from_a_whole_page(signed, symptom, ann, ravi):
    assert "I have read the whole page" in read_record(signed)["meaning"]
    factories.edit_page(symptom, by=ann, summary="Mended.")
    change = factories.sign_page(symptom, by=ravi, asked_by=ann)
    assert "not a review of the whole page" in read_record(change)["meaning"]
    assert (
        read_record(change)["next_due_rule"]
        == "A signature over a change does not move the annual review."
    )


@pytest.mark.django_db
def test_the_licence_number_is_in_no_record_and_can_be_proved(signed):
    assert "LIC-ravi" not in signed.record
    private = PrivateField.objects.get(entry=signed)
    expected = hashlib.sha256(f"{private.salt}LIC-ravi".encode()).hexdigest()
    assert read_record(signed)["actor"]["licence_number_hash"] == expected
    assert len(private.salt) == 64


@pytest.mark.django_db
def test_private_conflicts_are_in_no_record_and_can_be_proved(symptom, ann, ravi):
    Reviewer.objects.filter(user=ravi).update(conflicts_private=True)
    review = request_review(symptom, by=ann)
    entry = sign_off(
        review,
        by=ravi,
        seen_digest=review.revision.digest,
        conflicts="A private matter.",
        authentication="password",
    )
    assert "A private matter." not in entry.record
    assert read_record(entry)["conflicts"] == ""
    private = PrivateField.objects.get(entry=entry, name="conflicts_hash")
    assert (
        read_record(entry)["conflicts_hash"]
        == hashlib.sha256(f"{private.salt}A private matter.".encode()).hexdigest()
    )


@pytest.mark.django_db
def test_two_signatures_salt_one_licence_differently(signed, symptom, ann, ravi):
    factories.edit_page(symptom, by=ann, summary="Mended.")
    second = factories.sign_page(symptom, by=ravi, asked_by=ann)
    assert (
        read_record(second)["actor"]["licence_number_hash"]
        != read_record(signed)["actor"]["licence_number_hash"]
    )


@pytest.mark.django_db
def test_credentials_stay_as_on_that_day(signed, symptom, ann, ravi):
    Reviewer.objects.filter(user=ravi).update(
        post_nominals="MD, PhD", licence_jurisdiction="Elsewhere"
    )
    assert read_record(signed)["actor"]["post_nominals"] == "MD"
    factories.edit_page(symptom, by=ann, summary="Mended.")
    ravi = type(ravi).objects.get(pk=ravi.pk)
    assert (
        read_record(factories.sign_page(symptom, by=ravi, asked_by=ann))["actor"][
            "licence_jurisdiction"
        ]
        == "Elsewhere"
    )


@pytest.mark.django_db
def test_every_decision_and_withdrawal_is_an_entry(symptom, ann, ravi, morgan):
    request_changes(request_review(symptom, by=ann), by=ravi, comment="Say when to call.")
    cancel_request(request_review(symptom, by=ann), by=ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    withdraw_page(symptom, reason="outdated", by=morgan)
    entries = list(LedgerEntry.objects.in_order())
    assert [entry.outcome for entry in entries] == ["changes", "cancelled", "approved", "withdrawn"]
    assert [entry.sequence for entry in entries] == [1, 2, 3, 4]
    assert read_record(entries[0])["comment"] == "Say when to call."
    assert read_record(entries[1])["actor"]["role"] == "editor"
    assert read_record(entries[3])["reason"] == "outdated"
    assert read_record(entries[3])["actor"]["name"] == "Morgan Mill"
    assert all(read_record(entry)["build"] for entry in entries)


@pytest.mark.django_db
def test_an_outsider_recomputes_the_chain_from_the_records_alone(symptom, ann, ravi, morgan):
    request_changes(request_review(symptom, by=ann), by=ravi, comment="Ménière – 目 🩺")
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    withdraw_page(symptom, reason="wrong", by=morgan)
    rows = list(LedgerEntry.objects.in_order().values_list("record", "previous_hash", "hash"))
    assert len(rows) == 3
    tip = "0" * 64
    for record, previous_hash, hash_ in rows:
        values = json.loads(record)
        assert rfc8785.dumps(values) == record.encode()
        assert values["previous_hash"] == previous_hash == tip
        tip = hashlib.sha256(record.encode()).hexdigest()
        assert tip == hash_


@pytest.mark.django_db
def test_documents_are_named_by_uuid_and_digest_and_never_by_a_key(signed):
    keys = {name for name in read_record(signed) if name == "id" or name.endswith("_id")}
    assert keys == set()
    assert (
        hashlib.sha256(signed.revision.document.encode()).hexdigest()
        == read_record(signed)["digest"]
    )


def test_records_of_every_version_still_read():
    stored = (FIXTURES / "record-1.json").read_bytes().rstrip(b"\n")
    assert hashlib.sha256(stored).hexdigest() == RECORD_DIGEST
    record = ledger.read_record(LedgerEntry(record=stored.decode()))
    assert ledger.canonicalize(record) == stored
    assert record.review_line.updates[0].by.name == "Fiona Field"


def test_every_field_of_a_record_is_in_its_fixture():
    """A new field needs a default, so that older records still read, or the next version."""
    stored = json.loads((FIXTURES / "record-1.json").read_text())
    added = ledger.LedgerRecord.model_fields.keys() - stored.keys()
    assert all(not ledger.LedgerRecord.model_fields[name].is_required() for name in added)


@pytest.mark.django_db
def test_the_ledger_has_one_tip():
    ledger.lock_tip()
    ledger.lock_tip()
    assert LedgerTip.objects.count() == 1
    with expect_refusal("one_ledger_tip"):
        LedgerTip.objects.create(pk=2)


@pytest.mark.django_db
def test_a_signature_of_ones_own_words_is_refused_by_the_database_itself(symptom, ann):
    revision = symptom.get_latest_revision()
    with expect_refusal("words of their own|only a verified reviewer"):
        make_entry(symptom, revision, by=ann, outcome="approved").save()


@pytest.mark.django_db
@pytest.mark.parametrize("outcome", ["approved", "changes", "cancelled"])
def test_a_decision_without_a_review_is_refused(symptom, ann, outcome):
    with expect_refusal("signature_decides_a_review|only a verified reviewer|words of their own"):
        make_entry(symptom, symptom.get_latest_revision(), by=ann, outcome=outcome).save()


@pytest.mark.django_db
def test_the_database_holds_four_eyes_over_all_that_nobody_else_has_signed(symptom, ann, ravi):
    factories.edit_page(symptom, by=ravi, summary="Ravi's.")
    factories.edit_page(symptom, by=ann, summary="Ann's.")
    review = request_review(symptom, by=ann)
    with expect_refusal("words of their own"):
        make_entry(symptom, review.revision, by=ravi, outcome="approved", review=review).save()


@pytest.mark.django_db
def test_only_a_verified_reviewer_and_the_one_who_was_asked_signs(
    symptom, ann, ravi, fiona, charlie
):
    review = request_review(symptom, by=ann, reviewer=fiona.reviewer)
    for nobody in (charlie, ravi):
        with expect_refusal("only a verified reviewer"):
            make_entry(
                symptom, review.revision, by=nobody, outcome="approved", review=review
            ).save()
    make_entry(symptom, review.revision, by=fiona, outcome="approved", review=review).save()


@pytest.mark.django_db
def test_an_entry_about_another_pages_text_is_refused(symptom, ann, ravi):
    other = factories.make_article(ann)
    with expect_refusal("about a revision of its page|only a verified reviewer"):
        make_entry(symptom, other.get_latest_revision(), by=ravi, outcome="approved").save()


@pytest.mark.django_db
def test_an_entry_about_another_text_than_its_review_is_refused(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    factories.edit_page(symptom, by=ann, summary="Another.")
    with expect_refusal("about a revision of its page"):
        make_entry(
            symptom, symptom.get_latest_revision(), by=ravi, outcome="approved", review=review
        ).save()


def make_entry(page, revision, **more) -> LedgerEntry:
    return LedgerEntry(
        sequence=1,
        article=page,
        revision=revision,
        at=revision.saved_at,
        record="{}",
        previous_hash="0" * 64,
        hash="1" * 64,
        **more,
    )


@pytest.mark.django_db
def test_a_review_does_not_move_to_another_text_and_its_decision_is_final(symptom, ann, ravi):
    review = request_review(symptom, by=ann)
    factories.edit_page(symptom, by=ann, summary="Another.")
    mine = MedicalReview.objects.filter(pk=review.pk)
    with expect_refusal("a review stays as it was asked for"):
        mine.update(revision=symptom.get_latest_revision())
    with expect_refusal("a review stays as it was asked for"):
        mine.update(article=factories.make_article(ann))
    request_changes(review, by=ravi, comment="No.")
    for changed in ({"outcome": "approved"}, {"comment": "Fine."}, {"decided_by": ann}):
        with expect_refusal("a decision is final"):
            mine.update(**changed)
