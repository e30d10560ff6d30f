"""The question that a very early signature asks, once, and what becomes of the answer."""

import datetime as dt
import io
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command
from django.utils import timezone

from reviews import verification
from reviews.evidence import EvidenceScope, write_pack
from reviews.models import LedgerEntry, MedicalReview, PrivateField, ReviewOpening
from reviews.signing import ledger, reading_time
from reviews.signing.actions import cancel_request, request_review
from reviews.signing.changes import build_checklist
from reviews.signing.checklist import Checklist
from tests import factories
from tests.html import get_text
from tests.reviews.desk.test_views import get_path, make_signature_data

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)


@pytest.fixture
def review(ann, ravi, time_machine):
    """A page that takes ten minutes to read."""
    time_machine.move_to(NOON, tick=False)
    body = "<p>" + "It is one more word here. " * 340 + "</p>"
    page = factories.make_article(ann, body=body)
    return request_review(page, by=ann, reviewer=ravi.reviewer)


def post(client, review, **changed):
    return client.post(get_path(review, "sign/"), make_signature_data(review, **changed))


def test_an_early_signature_asks_once_and_keeps_the_answer_in_private(
    review, ravi_client, time_machine
):
    ravi_client.get(get_path(review))
    time_machine.move_to(NOON + dt.timedelta(seconds=11), tick=False)
    asked = post(ravi_client, review, read_elsewhere="")
    assert asked.status_code == 422
    assert "Open for 11 seconds; about 10 minutes to read. Read elsewhere?" in get_text(asked.text)
    assert not LedgerEntry.objects.exists()
    done = post(ravi_client, review, read_elsewhere="elsewhere")
    assert done.status_code == 302
    entry = LedgerEntry.objects.get()
    kept = "Open for 11 seconds; about 10 minutes to read. Yes, I read it elsewhere."
    private = PrivateField.objects.get(entry=entry, name="reading_time_hash")
    assert private.value == kept
    record = ledger.read_record(entry)
    assert record.reading_time_hash == ledger.hash_with_salt(private.salt, kept)
    assert record.opened_at == NOON
    assert "elsewhere" not in entry.record
    assert kept in get_text(ravi_client.get(get_path(review, "done/")).text)
    assert list(verification.find_faults()) == []


@pytest.mark.parametrize(
    ("seconds", "is_asked"), [(0, True), (203, True), (205, False), (3600, False)]
)
def test_from_a_third_of_the_reading_time_on_nothing_is_asked(seconds, is_asked):
    checklist = Checklist((), "page", words=2040)
    now = NOON + dt.timedelta(seconds=seconds)
    assert bool(reading_time.find_short_time(checklist, NOON, now)) == is_asked


def test_an_opening_in_the_future_or_unknown_asks_what_can_be_asked():
    checklist = Checklist((), "page", words=2040)
    assert reading_time.find_short_time(checklist, None, NOON) == ""
    later = NOON + dt.timedelta(hours=5)
    assert reading_time.find_short_time(checklist, later, NOON).startswith("Open for 0 seconds;")


def test_nothing_is_asked_of_the_signer_of_a_small_change(review, ravi_client, ann, time_machine):
    post(ravi_client, review)
    factories.edit_page(review.article, by=ann, summary="Two lines each day.")
    change = request_review(review.article, by=ann)
    ravi_client.get(get_path(change))
    time_machine.move_to(NOON + dt.timedelta(seconds=5), tick=False)
    assert build_checklist(change).reading_seconds < 10
    assert post(ravi_client, change, read_elsewhere="").status_code == 302
    assert not PrivateField.objects.filter(name="reading_time_hash").exists()


def test_the_first_opening_counts_however_often_and_wherever_it_was_opened(
    review, client, ravi_client, ravi, time_machine
):
    ravi_client.get(get_path(review))
    for minutes in (1, 3):  # in another tab, and after signing in again
        time_machine.move_to(NOON + dt.timedelta(minutes=minutes), tick=False)
        client.logout()
        client.force_login(ravi)
        client.get(get_path(review))
    time_machine.move_to(NOON + dt.timedelta(minutes=4), tick=False)
    assert post(client, review, read_elsewhere="").status_code == 302
    assert ledger.read_record(LedgerEntry.objects.get()).opened_at == NOON
    assert not ReviewOpening.objects.exists()


def test_openings_go_with_any_decision_and_only_possible_signers_have_them(
    client, review, ravi, fiona, ann
):
    client.force_login(fiona)
    client.get(get_path(review))
    assert not ReviewOpening.objects.exists()
    client.force_login(ravi)
    client.get(get_path(review))
    assert ReviewOpening.objects.count() == 1
    cancel_request(review, by=ann)
    assert not ReviewOpening.objects.exists()
    client.get(get_path(MedicalReview.objects.get()))
    assert not ReviewOpening.objects.exists()


def test_after_another_mistake_the_answer_is_still_chosen(review, ravi_client):
    ravi_client.get(get_path(review))
    page = post(ravi_client, review, read_elsewhere="faster", password="wrong")
    assert "This is not your password." in page.text
    assert 'value="faster"' in page.text.partition("Read elsewhere?")[2]
    assert "checked" in page.text.partition('value="faster"')[2].partition(">")[0]


def test_answers_are_erased_after_24_months_and_the_chain_stays_whole(
    review, ravi_client, time_machine, capsys
):
    ravi_client.get(get_path(review))
    post(ravi_client, review)
    assert PrivateField.objects.filter(name="reading_time_hash").count() == 1
    for months, left in ((23, 1), (25, 0)):
        time_machine.move_to(NOON + dt.timedelta(days=months * 30.5), tick=False)
        call_command("purge_reading_times")
        assert PrivateField.objects.filter(name="reading_time_hash").count() == left
    assert "Erased 1 answer about the reading time" in capsys.readouterr().out
    assert list(verification.find_faults()) == []
    assert reading_time.get_own_answer(review) == ""
    assert PrivateField.objects.filter(name="licence_number_hash").exists()


def test_managers_see_how_many_and_not_whose(client, review, ravi, morgan):
    client.force_login(morgan)
    assert "third of the reading time" not in client.get("/desk/radar/").text
    client.force_login(ravi)
    client.get(get_path(review))
    post(client, review)
    client.force_login(morgan)
    text = get_text(client.get("/desk/radar/").text)
    assert "1 signature came sooner than a third of the reading time" in text
    assert "read it elsewhere" not in text


def test_no_evidence_pack_has_the_answer(review, ravi_client, tmp_path):
    ravi_client.get(get_path(review))
    post(ravi_client, review)
    out = io.BytesIO()
    write_pack(out, EvidenceScope(), made_at=timezone.now(), key=Ed25519PrivateKey.generate())
    with zipfile.ZipFile(out) as pack:
        texts = b"".join(pack.read(name) for name in pack.namelist())
    assert b"I read it elsewhere" not in texts
    assert b"The signer was asked about the whole page:" in texts
