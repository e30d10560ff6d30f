"""`verify_ledger` passes after a full story, and names each row altered without triggers."""

import json
import sys
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from articles.content.document import canonicalize, digest
from articles.models import Article, AuditEvent, Authorship, PublicationEvent, TopicEntry
from articles.publishing.actions import change_slug
from articles.publishing.copyright_notices import roll_copyright_year
from reviews import triggers, verification
from reviews.models import LedgerEntry, MedicalReview, PrivateField, ReviewSchedule
from reviews.signing import ledger
from reviews.signing.actions import decline, request_changes, request_review, withdraw_page
from reviews.signing.ledger import EventsHead
from reviews.verification import batching
from reviews.verification.chain import FourEyesCheck
from reviews.verification.events_heads import EventsHeadCheck
from reviews.verification.heads import get_heads
from symptoms.models import CauseAddress, PublishedCause
from tests import factories
from tests.database import disable_triggers, find_faults_after, sql
from tests.factories import add_figure, draw_picture, get_file_path

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def shared_page(module_db):
    """A page with a full history: publish, change, send back, move, renew, withdraw, return."""
    ann, ravi, fiona, morgan = map(factories.get_person, ("ann", "ravi", "fiona", "morgan"))
    page = factories.make_symptom(ann)
    factories.add_facts(page, ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    factories.edit_page(page, by=ann, summary="Mended.")
    request_changes(request_review(page, by=ann), by=ravi, comment="Not yet.")
    decline(request_review(page, by=ann), by=ravi, comment="Not my field.")
    factories.sign_page(page, by=fiona, asked_by=ann)
    change_slug(page, slug="face-spasms", by=ann)
    roll_copyright_year([factories.make_notice()], year=2027, by=morgan)
    withdraw_page(page, reason="outdated", by=morgan)
    factories.sign_page(page, by=ravi, asked_by=ann)
    return page


@pytest.fixture
def site_with_history(shared_page, db):
    return Article.objects.get(pk=shared_page.pk)


def list_faults() -> str:
    return "\n".join(verification.find_faults())


def get_entry(sequence: int) -> LedgerEntry:
    return LedgerEntry.objects.get(sequence=sequence)


def test_a_full_story_verifies(site_with_history):
    assert list_faults() == ""
    assert [e.outcome for e in LedgerEntry.objects.in_order()] == [
        "approved", "changes", "declined", "approved", "withdrawn", "approved",
    ]  # fmt: skip
    assert PublicationEvent.objects.count() == 6


def test_an_empty_ledger_verifies(db):
    assert list_faults() == ""
    assert verification.get_head() == (0, "0" * 64)


def test_the_command_tells_the_head_to_keep_outside(site_with_history):
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    newest = get_entry(6)
    assert f"6 entries; the newest is {newest.hash}" in out.getvalue()


def test_the_command_prints_the_head_in_the_form_that_it_takes_back(site_with_history):
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    (line,) = [line for line in out.getvalue().splitlines() if line.startswith("To keep outside")]
    kept = line.rpartition(" ")[2]
    newest = AuditEvent.objects.latest("sequence")
    assert kept == f"6:{get_entry(6).hash},{newest.sequence}:{newest.hash}"
    nothing = f"0:{'0' * 64}"
    earlier = [f"2:{get_entry(2).hash}", nothing, f"{nothing},{nothing}"]
    call_command("verify_ledger", head=[kept, *earlier], stdout=out)


def test_the_command_says_what_it_cannot_find_out_without_a_head(site_with_history):
    """A head of a build that had no events is none of the chain of events."""
    heads = {
        "whether the newest entries or events were deleted": [],
        "whether the newest events were deleted": [f"6:{get_entry(6).hash}"],
        "": [str(get_heads())],
    }
    for words, kept in heads.items():
        out = StringIO()
        call_command("verify_ledger", head=kept, stdout=out)
        for head in kept:
            assert f"Kept outside, and still there: {head}" in out.getvalue()
        limits = [line for line in out.getvalue().splitlines() if line.startswith("not checked")]
        assert len(limits) == bool(words)
        assert words in "".join(limits)


def test_newest_events_deleted_with_all_that_names_them_show_with_a_kept_head_alone(
    site_with_history, ann, ravi
):
    review = request_review(site_with_history, by=ann, reviewer=ravi.reviewer)
    kept = str(get_heads())
    newest = AuditEvent.objects.latest("sequence")
    assert newest.subject == f"review:{review.uuid}"
    with disable_triggers():
        sql("DELETE FROM articles_auditprivatevalue WHERE event_id = %s", newest.pk)
        sql("DELETE FROM articles_auditevent WHERE sequence = %s", newest.pk)
        sql("DELETE FROM reviews_medicalreview WHERE id = %s", review.pk)
    assert list_faults() == ""
    errors = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_ledger", head=[kept], stdout=StringIO(), stderr=errors)
    assert (
        f"event {newest.pk}, whose hash was kept outside, is gone: the chain ends at "
        f"{newest.pk - 1}" in errors.getvalue()
    )


def test_an_entry_whose_newest_event_is_gone_or_another_one_is_named(site_with_history):
    entry = get_entry(6)
    size = ledger.read_record(entry).events.size
    name = f"reviews_signature {entry.pk} (entry 6): the newest event that it names, {size}, is "
    forged = "UPDATE articles_auditevent SET hash = %s WHERE sequence = %s"
    assert f"{name}another one now" in find_faults_after(forged, "e" * 64, size)
    with disable_triggers():
        sql("DELETE FROM articles_auditprivatevalue WHERE event_id >= %s", size)
        sql("DELETE FROM articles_auditevent WHERE sequence >= %s", size)
    assert f"{name}gone" in list_faults()


def test_an_entry_that_names_an_older_event_than_one_before_it_is_named(site_with_history):
    """Entries of a build without events name none, and go before."""
    record = ledger.read_record(get_entry(1))
    hashes = dict(AuditEvent.objects.values_list("sequence", "hash"))
    records = [
        record.model_copy(update={"events": size and EventsHead(size=size, hash=hashes[size])})
        for size in (None, 1, 1, 3, 2, 3)
    ]
    check = EventsHeadCheck()
    check.load(records)
    faults = [check.find_fault(one) for one in records]
    older = "the newest event that it names, 2, is older than one named before it"
    assert faults == ["", "", "", "", older, ""]


@pytest.mark.parametrize(
    ("kept", "explanation"),
    [
        (f"6:{'e' * 64}", "entry 6 is not the one that was kept outside"),
        (f"7:{'e' * 64}", "entry 7, whose hash was kept outside, is gone: the chain ends at 6"),
        (f"0:{'0' * 64},1:{'e' * 64}", "event 1 is not the one that was kept outside"),
        (f"0:{'0' * 64},99:{'e' * 64}", "event 99, whose hash was kept outside, is gone"),
    ],
)
def test_a_head_that_is_no_longer_in_the_chain_is_told(site_with_history, kept, explanation):
    errors = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("verify_ledger", head=[kept], stdout=StringIO(), stderr=errors)
    assert left.value.code == 1
    assert explanation in errors.getvalue()


@pytest.mark.parametrize(
    "kept",
    [
        "", "6", "6:abc", f"{'e' * 64}", f"six:{'e' * 64}", f"6:{'e' * 64},", f"6:{'e' * 64},7:abc",
    ],
)  # fmt: skip
def test_a_head_that_is_none_is_refused_in_plain_words(site_with_history, kept):
    with pytest.raises(CommandError, match="is not a head"):
        call_command("verify_ledger", head=[kept], stdout=StringIO())


class InteractiveStream(StringIO):
    def isatty(self):
        return True


def test_a_terminal_sees_how_far_it_has_come_and_every_fault_on_a_line_of_its_own(
    site_with_history, monkeypatch
):
    PrivateField.objects.update(value="LIC-forged")
    terminal = InteractiveStream()
    monkeypatch.setattr(sys, "stderr", terminal)
    with pytest.raises(SystemExit):
        call_command("verify_ledger", stdout=StringIO(), no_color=True)
    drawn = terminal.getvalue()
    assert "entries of the ledger:   0%|" in drawn
    assert "| 0/6 [" in drawn
    faults = [line for line in drawn.split("\n") if "is not the value that was signed" in line]
    assert len(faults) == PrivateField.objects.count() + 1
    assert all(
        line.rpartition("\r")[2].startswith(("reviews_privatefield", "3 faults; the first"))
        for line in faults
    )


@pytest.mark.parametrize(
    ("stream", "options"), [(StringIO, {}), (InteractiveStream, {"no_progress": True})]
)
def test_nothing_is_drawn_for_a_file_or_for_who_wants_none(
    site_with_history, monkeypatch, stream, options
):
    errors = stream()
    monkeypatch.setattr(sys, "stderr", errors)
    call_command("verify_ledger", stdout=StringIO(), **options)
    assert errors.getvalue() == ""


def test_thirty_entries_are_asked_for_no_oftener_than_three(ann, ravi, fiona):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert list_faults() == ""
        return len(asked)

    pages = [
        factories.make_article(ann, slug=f"diary-{number}", title=f"Diary {number}")
        for number in range(3)
    ]
    for page in pages:
        factories.sign_page(page, by=ravi, asked_by=ann)
    few = queries()
    for turn in range(9):
        for page in pages:
            factories.sign_page(
                factories.edit_page(page, by=ann, summary=f"{turn}"),
                by=(ravi, fiona)[turn % 2],
                asked_by=ann,
            )
    assert LedgerEntry.objects.count() == 30
    assert queries() == few


def test_more_entries_than_a_batch_are_one_chain(site_with_history, monkeypatch):
    monkeypatch.setattr(batching, "BATCH_SIZE", 2)
    assert list_faults() == ""
    found = find_faults_after(
        "UPDATE reviews_signature SET previous_hash = %s WHERE sequence = 3", "e" * 64
    )
    assert (
        f"reviews_signature {get_entry(3).pk} (entry 3): it does not follow the entry before it"
        in found
    )


def test_a_signature_over_own_words_is_named_unless_somebody_else_has_signed_them(
    site_with_history, ravi
):
    """Ravi signed entry 1, Fiona entry 4, and Ravi entry 6, over the text that Fiona had signed."""
    Authorship.objects.create(revision=get_entry(1).revision, user=ravi)
    assert (
        f"reviews_signature {get_entry(1).pk} (entry 1): its signer wrote some of what was signed"
        in list_faults()
    )
    assert "(entry 6): its signer" not in list_faults()


@given(st.lists(st.tuples(st.integers(1, 2), st.integers(1, 3), st.integers(1, 6)), max_size=12))
def test_four_eyes_in_one_pass_are_those_of_looking_back_each_time(signed):
    """Entries: page, signer and number of the revision; signers wrote revision 3 of each page."""
    one_pass, at = FourEyesCheck(), datetime(2026, 1, 1, tzinfo=UTC)
    for place, (page, signer, number) in enumerate(signed):
        earlier = [n for p, other, n in signed[:place] if p == page and other != signer]
        entry = SimpleNamespace(
            article_id=page, by_id=signer, at=at, revision_number=number, outcome="approved"
        )
        assert one_pass.is_violated_by(entry, [(3, at)]) == ((earlier[-1] if earlier else 0) < 3)


def test_the_command_leaves_with_1_and_names_the_row(site_with_history):
    revision = site_with_history.live.revision
    with disable_triggers():
        sql(
            "UPDATE articles_revision SET document = replace(document, '911', '119') WHERE id = %s",
            revision.pk,
        )
    errors = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("verify_ledger", stdout=StringIO(), stderr=errors)
    assert left.value.code == 1
    assert f"articles_revision {revision.pk}" in errors.getvalue()


def test_an_altered_document_is_named(site_with_history):
    (fault,) = find_faults_after(
        "UPDATE articles_revision SET document = document || ' ' WHERE id = %s",
        site_with_history.live.revision_id,
    )
    revision = site_with_history.live.revision
    assert (
        fault == f"articles_revision {revision.pk} ({revision.uuid}): "
        "its text is not the text of its digest"
    )


def test_a_document_altered_with_its_digest_is_named_by_the_ledger(site_with_history):
    document = site_with_history.live.revision.read().model_copy(update={"title": "Forged"})
    text = canonicalize(document)
    found = find_faults_after(
        "UPDATE articles_revision SET document = %s, digest = %s WHERE id = %s",
        text.decode(), digest(text), site_with_history.live.revision_id,
    )  # fmt: skip
    assert (
        f"reviews_signature {get_entry(6).pk} (entry 6): its digest is not what its record says"
        in found
    )
    assert (
        f"articles_publication {site_with_history.live_id}: "
        "its title or summary is not the one that was signed" in found
    )


@pytest.mark.parametrize("text", ["", "[]", "{}", "not JSON"])
def test_a_document_that_nobody_can_read_is_named_and_stops_nothing(site_with_history, text):
    found = find_faults_after("UPDATE articles_revision SET document = %s", text)
    assert any(
        fault.startswith(f"articles_revision {site_with_history.live.revision_id}")
        for fault in found
    )
    assert f"articles_publication {site_with_history.live_id}: its text cannot be read" in found


def test_an_altered_record_is_named(site_with_history):
    found = find_faults_after(
        "UPDATE reviews_signature SET record = replace(record, 'Fiona Field', 'Fay Field')"
    )
    assert (
        f"reviews_signature {get_entry(4).pk} (entry 4): its record is not the record of its hash"
        in found
    )
    assert "(entry 3)" not in "".join(found)


@pytest.mark.parametrize("record", ["", "{}", "not JSON"])
def test_a_record_that_nobody_can_read_is_named_and_stops_nothing(site_with_history, record):
    found = find_faults_after("UPDATE reviews_signature SET record = %s WHERE sequence = 4", record)
    assert (
        f"reviews_signature {get_entry(4).pk} (entry 4): its record is not the record of its hash"
        in found
    )


def test_a_signature_without_a_review_line_is_named_and_stops_nothing(site_with_history):
    values = json.loads(get_entry(6).record) | {"review_line": None}
    text = canonicalize(values)
    found = find_faults_after(
        "UPDATE reviews_signature SET record = %s, hash = %s WHERE sequence = 6",
        text.decode(),
        digest(text),
    )
    publication = PublicationEvent.objects.order_by("id").last()
    assert f"articles_publication {publication.pk}: the ledger has no entry for it" in found


def test_a_record_altered_with_its_hash_breaks_the_chain(site_with_history):
    values = json.loads(get_entry(2).record) | {"comment": "Fine."}
    text = canonicalize(values)
    found = find_faults_after(
        "UPDATE reviews_signature SET record = %s, hash = %s WHERE sequence = 2",
        text.decode(),
        digest(text),
    )
    assert (
        f"reviews_signature {get_entry(3).pk} (entry 3): it does not follow the entry before it"
        in found
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("outcome", "'approved'"),
        ("at", "'2020-01-01 00:00:00+00:00'"),
        ("revision_id", "(SELECT MIN(id) FROM articles_revision)"),
        ("by_id", "(SELECT id FROM auth_user WHERE username = 'fiona')"),
    ],
)  # fmt: skip
def test_an_altered_column_is_named(site_with_history, column, value):
    found = find_faults_after(f"UPDATE reviews_signature SET {column} = {value} WHERE sequence = 2")
    called = {"revision_id": "revision", "by_id": "by"}.get(column, column)
    assert (
        f"reviews_signature {get_entry(2).pk} (entry 2): its {called} is not what its record says"
        in found
    )


def test_a_deleted_entry_is_missed(site_with_history):
    review = get_entry(2).review_id
    with disable_triggers():
        sql("DELETE FROM reviews_privatefield WHERE signature_id = %s", get_entry(2).pk)
        sql("DELETE FROM reviews_signature WHERE sequence = 2")
    found = list(verification.find_faults())
    assert f"reviews_signature {get_entry(3).pk} (entry 3): entry 2 is missing before it" in found
    assert (
        f"reviews_signature {get_entry(3).pk} (entry 3): it does not follow the entry before it"
        in found
    )
    assert f"reviews_medicalreview {review}: its decision is not in the ledger" in found


def test_an_entry_deleted_at_the_end_is_missed(site_with_history):
    with disable_triggers():
        sql("DELETE FROM reviews_privatefield WHERE signature_id = %s", get_entry(6).pk)
        sql("DELETE FROM reviews_signaturereceipt WHERE entry_id = %s", get_entry(6).pk)
        sql("DELETE FROM reviews_signature WHERE sequence = 6")
    assert (
        f"articles_publication {site_with_history.live_id}: the ledger has no entry for it"
        in list(verification.find_faults())
    )


def test_a_deleted_publication_is_missed(site_with_history):
    second = site_with_history.publications.filter(evidence__isnull=False).order_by("id")[1]
    missed = f"reviews_signature {get_entry(4).pk} (entry 4): its publication is missing"
    assert missed in find_faults_after("DELETE FROM articles_publication WHERE id = %s", second.pk)


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        (
            "review_line",
            "replace(review_line, '20', '30')",
            "its review line is not the one that was signed",
        ),
        ("title", "'Forged'", "its title or summary is not the one that was signed"),
        ("summary", "'Forged'", "its title or summary is not the one that was signed"),
        ("evidence", "'" + "e" * 64 + "'", "the ledger has no entry for it"),
        ("revision_id", "(SELECT MIN(id) FROM articles_revision)", "its text was not signed"),
    ],
)
def test_an_altered_publication_is_named(site_with_history, column, value, fault):
    found = find_faults_after(
        f"UPDATE articles_publication SET {column} = {value} WHERE id = %s",
        site_with_history.live_id,
    )
    assert f"articles_publication {site_with_history.live_id}: {fault}" in found


def test_a_sort_key_of_an_earlier_fold_verifies_and_a_forged_one_is_named(ann, ravi):
    page = factories.make_symptom(ann, slug="oedema", title="Œdema of the leg")
    factories.sign_page(page, by=ravi, asked_by=ann)
    line = page.publications.get()
    assert line.sort_key == "oedema of the leg"
    statement = "UPDATE articles_publication SET sort_key = %s WHERE id = %s"
    assert find_faults_after(statement, "œdema of the leg", line.pk) == []
    assert find_faults_after(statement, "edema of the leg", line.pk) == [
        f"articles_publication {line.pk}: its sort key is not made of the title that was signed"
    ]


def test_an_altered_line_of_a_frame_is_named(site_with_history):
    moved = site_with_history.publications.get(kind="address")
    found = find_faults_after(
        "UPDATE articles_publication SET review_line = '{}' WHERE id = %s", moved.pk
    )
    assert (
        f"articles_publication {moved.pk}: "
        "its review line is not the one that was signed or shown before" in found
    )


@pytest.mark.parametrize("older", ["NULL", "(SELECT MIN(id) FROM articles_publication)"])
def test_an_altered_live_pointer_is_named(site_with_history, older):
    found = find_faults_after(
        f"UPDATE articles_article SET live_id = {older} WHERE id = %s", site_with_history.pk
    )
    assert (
        found[0]
        == f"articles_article {site_with_history.pk}: what is live is not its newest publication"
    )


def test_a_draft_that_points_to_another_pages_publication_is_named(site_with_history, ann):
    draft = factories.make_article(ann)
    older = site_with_history.publications.filter(evidence__isnull=False).order_by("id")[0]
    assert find_faults_after(
        "UPDATE articles_article SET live_id = %s WHERE id = %s", older.pk, draft.pk
    ) == [f"articles_article {draft.pk}: what is live is not its newest publication"]


def test_an_altered_address_is_named(site_with_history):
    found = find_faults_after(
        "UPDATE articles_article SET slug = 'elsewhere' WHERE id = %s", site_with_history.pk
    )
    name = f"articles_article {site_with_history.pk}"
    assert f"{name}: its address is not the one that was published" in found


@pytest.mark.parametrize(
    "change",
    [
        "outcome = 'declined'",
        "decided_by_id = (SELECT id FROM auth_user WHERE username = 'fiona')",
        "decided_at = '2020-01-01 00:00:00+00:00'",
        "comment = 'Fine.'",
        "trigger = 'annual'",
        "outcome = '', decided_by_id = NULL, decided_at = NULL, comment = ''",
    ],
)
def test_an_altered_decision_is_named(site_with_history, change):
    review = get_entry(2).review
    change = change.replace("trigger", connection.ops.quote_name("trigger"))
    found = find_faults_after(f"UPDATE reviews_medicalreview SET {change} WHERE id = %s", review.pk)
    assert f"reviews_medicalreview {review.pk}: its decision is not in the ledger" in found


def test_a_waiting_review_is_no_fault(site_with_history, ann):
    request_review(site_with_history, by=ann)
    assert MedicalReview.objects.waiting().exists()
    assert list_faults() == ""


def test_an_altered_private_field_is_named_and_an_erased_one_is_not(site_with_history):
    private = PrivateField.objects.get(entry=get_entry(4))
    PrivateField.objects.filter(pk=private.pk).update(value="LIC-forged")
    assert (
        list_faults() == f"reviews_privatefield {private.pk}: it is not the value that was signed"
    )
    private.delete()
    assert list_faults() == ""


def test_a_missing_guard_is_named(site_with_history):
    guard = triggers.get_triggers()[0]
    sql(guard.drop_sql(connection.vendor))
    assert list_faults() == f"guard {guard.name} is missing or altered"


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (TopicEntry, {"name": "Miracle cures"}),
        (PublishedCause, {"name": "A cause nobody signed"}),
        (CauseAddress, {"slug": "an-address-nobody-signed"}),
        (ReviewSchedule, {"next_due": "2099-01-01"}),
    ],
)
def test_a_row_of_a_list_that_the_log_does_not_give_is_named(site_with_history, model, values):
    with disable_triggers():
        assert model.objects.filter(pk=model.objects.first().pk).update(**values)
    table = model._meta.db_table
    faults = [fault for fault in verification.find_faults() if fault.startswith(table)]
    assert any(
        "is not what the log says" in fault and next(iter(values.values())) in fault
        for fault in faults
    )
    assert any(fault.endswith("is missing") for fault in faults)
    call_command("rebuild_projections", verbosity=0)
    assert list(verification.find_faults()) == []


@pytest.fixture
def page_with_image(ann, ravi, settings, tmp_path):
    """A page whose first text has a picture and whose public one has none; and the file."""
    place = {"BACKEND": "articles.storage.ImageStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"images": place}
    page = factories.make_article(ann)
    figure = add_figure(page, by=ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    figure.delete()
    factories.sign_page(factories.edit_page(page, by=ann, summary="Mended."), by=ravi, asked_by=ann)
    return page, Path(get_file_path(figure.image))


def test_a_spoilt_picture_is_named(page_with_image):
    _, file = page_with_image
    assert list_faults() == ""
    file.write_bytes(draw_picture(colour="red"))
    assert list_faults().endswith(f"the file {file.name} is not the one of its digest")


def test_a_missing_picture_is_named_as_long_as_a_text_can_be_read_that_shows_it(
    page_with_image, ann, morgan, olga
):
    page, file = page_with_image
    file.unlink()
    assert list_faults().endswith(f"the file {file.name} is missing")
    for revision in page.revisions.order_by("number"):
        if '"figures"' in revision.document:
            factories.expunge_revision(revision, asked_by=morgan, by=olga)
    assert list_faults() == ""


def test_an_altered_row_of_public_pictures_is_named(site_with_history, ann, ravi):
    add_figure(site_with_history, by=ann)
    factories.sign_page(site_with_history, by=ravi, asked_by=ann)
    assert list_faults() == ""
    [wrong, missing] = find_faults_after("UPDATE articles_publishedimage SET sha256 = %s", "0" * 64)
    assert "articles_publishedimage" in wrong
    assert "is missing" in missing


def test_a_private_value_that_was_erased_is_said_not_to_be_checked(site_with_history):
    assert list(verification.list_erased_values()) == []
    count = PrivateField.objects.filter(name="licence_number_hash").count()
    with disable_triggers():
        sql("DELETE FROM reviews_privatefield WHERE name = 'licence_number_hash'")
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    assert f"not checked: the licence number of {count} entries, which was erased" in out.getvalue()
