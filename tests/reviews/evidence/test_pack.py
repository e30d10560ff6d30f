"""An evidence pack proves itself, holds nothing private, and shows one flipped byte in any file."""

import io
import json
import runpy
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.content.document import canonicalize, digest
from articles.images.store import get_file_name
from articles.publishing.actions import change_slug
from reviews import evidence, verification
from reviews.evidence import key as keys
from reviews.models import LedgerEntry, Reviewer
from reviews.signing import ledger
from reviews.signing.actions import decline, request_review, sign_off, withdraw_page
from symptoms.models import Symptom
from tests import factories
from tests.database import disable_triggers, sql
from tests.factories import add_figure, draw_picture, get_file_path, get_person, store_image

pytestmark = pytest.mark.django_db

CHECKER = Path(__file__).resolve().parents[3] / "docs" / "check_evidence.py"
MADE_AT = datetime(2026, 5, 3, tzinfo=UTC)
PRIVATE = "My sister works for the maker of a remedy."
SECRET = "Mrs Example of 12 High Street"


@pytest.fixture(scope="module")
def key():
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def shared_page(module_db):
    """Signed thrice, once with a private conflict; declined once; moved; another page between."""
    ann, ravi, fiona, morgan = map(get_person, ("ann", "ravi", "fiona", "morgan"))
    page = factories.make_page_signed_three_times(
        ann, ravi, middle_text=f"<p>{SECRET} had this.</p>"
    ).symptom
    factories.sign_page(factories.make_article(ann), by=ravi, asked_by=ann)
    decline(
        request_review(factories.edit_page(page, by=ann, summary="Mended."), by=ann),
        by=ravi,
        comment="Not my field.",
    )
    Reviewer.objects.filter(user=fiona).update(conflicts_private=True)
    review = request_review(factories.edit_page(page, by=ann, summary="Mended anew."), by=ann)
    sign_off(
        review,
        by=fiona,
        seen_digest=review.revision.digest,
        conflicts=PRIVATE,
        authentication="password",
    )
    change_slug(page, slug="face-spasms", by=morgan)
    return page


@pytest.fixture
def page(shared_page, db):
    return Symptom.objects.get(pk=shared_page.pk)


def write_pack(key, **scope) -> bytes:
    out = io.BytesIO()
    evidence.write_pack(out, evidence.EvidenceScope(**scope), made_at=MADE_AT, key=key)
    return out.getvalue()


def read_files(pack: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(pack)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def write_zip(contents: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        for name, data in contents.items():
            pack.writestr(name, data)
    return out.getvalue()


@pytest.fixture
def check(tmp_path, capsys):
    """Run the checker over a pack; gives the number of faults and what was said."""
    checker = runpy.run_path(str(CHECKER))["check"]

    def run(pack: bytes, pinned: Path | None = None, head: str | None = None) -> tuple[int, str]:
        path = tmp_path / "pack.zip"
        path.write_bytes(pack)
        faults = checker(path, pinned, head)
        return faults, capsys.readouterr().out

    return run


def run_checker(tmp_path, pack: bytes, *options: str) -> tuple[int, str]:
    """The status that the checker leaves with in a process of its own, and what it said."""
    path = tmp_path / "alone.zip"
    path.write_bytes(pack)
    done = subprocess.run(
        [sys.executable, "-I", CHECKER, path, *options], capture_output=True, text=True
    )
    return done.returncode, done.stdout


def write_key(tmp_path, key) -> Path:
    """The file of the public half of a key, as an auditor has it."""
    path = tmp_path / "key.pem"
    path.write_bytes(keys.encode_public_key(key.public_key()))
    return path


def test_a_pack_of_a_page_has_its_entries_texts_pages_lines_and_chain(page, key):
    inside = read_files(write_pack(key, page=page))
    manifest, chain = json.loads(inside["manifest.json"]), json.loads(inside["chain.json"])
    assert manifest["entries"] == [1, 2, 3, 5, 6]
    assert [len(h) for h in chain["hashes"]] == [64] * 6
    assert chain["before"] == ledger.GENESIS_HASH
    for entry in LedgerEntry.objects.filter(article=page.pk):
        assert inside[f"ledger/{entry.sequence:08}.json"].decode() == entry.record
        assert (f"texts/{entry.sequence:08}.html" in inside) == (entry.outcome == "approved")
        assert (f"documents/{entry.revision.digest}.json" in inside) == (entry.sequence != 5)
    lines = [json.loads(line) for line in inside["publications.jsonl"].splitlines()]
    assert [line["kind"] for line in lines] == ["publish"] * 4 + ["address"]
    assert (manifest["head"]["sequence"], manifest["head"]["hash"]) == verification.get_head()
    assert set(manifest["files"]) == set(inside) - {"manifest.json", "manifest.sig"}


def test_the_pages_open_anywhere_with_advice_first_and_the_review_line(page, key):
    html = read_files(write_pack(key, page=page))["texts/00000006.html"].decode()
    assert html.index("Call for emergency help") < html.index("Nobody is named.")
    assert "Medically reviewed by" in html
    assert "countersigned by" in html
    for elsewhere in ("src=", "<link", "<script", "url(", "@import", 'href="/'):
        assert elsewhere not in html


def test_a_pack_of_days_has_all_pages_and_leaves_other_days_out(page, key):
    today = timezone.localdate()
    manifest = json.loads(
        read_files(write_pack(key, first_day=today, last_day=today))["manifest.json"]
    )
    assert manifest["entries"] == [1, 2, 3, 4, 5, 6]
    empty = write_pack(key, first_day=date(2001, 1, 1), last_day=date(2001, 1, 2))
    assert json.loads(read_files(empty)["manifest.json"])["entries"] == []


def test_what_is_private_stays_out(page, key):
    everything = b"".join(read_files(write_pack(key, page=page)).values())
    for private in (PRIVATE, "LIC-fiona", "LIC-ravi"):
        assert private.encode() not in everything
    hashes = json.loads(LedgerEntry.objects.get(sequence=6).record)
    assert hashes["conflicts_hash"].encode() in everything


def test_the_same_data_gives_the_same_bytes(page, key):
    assert write_pack(key, page=page) == write_pack(key, page=page)


def test_more_entries_are_asked_for_no_oftener(page, key, ann, ravi):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            write_pack(key, page=page)
        return len(asked)

    few = queries()
    for turn in range(5):
        factories.sign_page(
            factories.edit_page(page, by=ann, summary=f"{turn}"), by=ravi, asked_by=ann
        )
    assert queries() == few


def test_all_of_it_holds(page, key, check, tmp_path):
    pinned = write_key(tmp_path, key)
    sequence, tip = verification.get_head()
    faults, output = check(write_pack(key, page=page), pinned, f"{sequence}:{tip}")
    assert faults == 0
    assert output.count("holds   ") == 7
    assert keys.get_fingerprint(key.public_key()) in output
    assert "5 entries of the ledger; 1 between them are listed by their hash alone" in output
    assert f"{sequence}:{tip}" in output


def test_a_pack_of_a_withdrawn_page_and_an_empty_one_hold(page, key, check, morgan):
    withdraw_page(page, reason="wrong", by=morgan)
    assert check(write_pack(key, page=page))[0] == 0
    assert check(write_pack(key, first_day=date(2001, 1, 1), last_day=date(2001, 1, 2)))[0] == 0


def test_one_flipped_bit_in_any_file_is_found(page, key, check):
    inside = read_files(write_pack(key, page=page))
    for name, data in inside.items():
        for place in {0, len(data) // 2, len(data) - 1}:
            flipped = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
            faults, output = check(write_zip(inside | {name: flipped}))
            assert faults, f"{name}, byte {place}"
            assert "DOES NOT HOLD" in output


def test_a_file_added_taken_away_or_twice_is_found(page, key, check):
    inside = read_files(write_pack(key, page=page))
    for name in inside:
        assert check(write_zip({other: data for other, data in inside.items() if other != name}))[
            0
        ], name
    assert "not in the list" in check(write_zip(inside | {"texts/more.html": b""}))[1]
    out = io.BytesIO(write_zip(inside))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(out, "a") as pack:
        pack.writestr("README.txt", inside["README.txt"])
    assert "README.txt is in the pack twice" in check(out.getvalue())[1]


def test_a_pack_damaged_on_its_way_is_told_in_plain_words(page, key, check):
    pack = write_pack(key, page=page)
    for place in range(0, len(pack), len(pack) // 40):
        check(pack[:place] + bytes([pack[place] ^ 255]) + pack[place + 1 :])  # raises nothing
    for damaged in (b"", b"not a pack", pack[: len(pack) // 2]):
        assert check(damaged)[0]


def test_a_pack_signed_anew_by_somebody_else_is_found_with_the_publishers_key(
    page, key, check, tmp_path
):
    pinned = write_key(tmp_path, key)
    forged = write_pack(Ed25519PrivateKey.generate(), page=page)
    assert check(forged)[0] == 0  # whole in itself: only the key tells
    assert "another key signed it" in check(forged, pinned)[1]


def sign_pack_again(key, inside: dict[str, bytes]) -> bytes:
    """What the publisher could do: change a file, list it anew and sign the list."""
    manifest = json.loads(inside["manifest.json"])
    manifest["files"] = {name: digest(inside[name]) for name in manifest["files"]}
    text = canonicalize(manifest)
    return write_zip(
        inside | {"manifest.json": text, "manifest.sig": key.sign(text).hex().encode()}
    )


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        (
            "ledger/00000002.json",
            (b"Ravi Rao", b"Ravi Roe"),
            "entry 2: its record does not have the hash",
        ),
        (
            "chain.json",
            (b'"before":"0', b'"before":"1'),
            "entry 1: it does not follow the entry before it",
        ),
        ("documents", (b"Facial", b"Racial"), "its text is not the text that was signed"),
        (
            "publications.jsonl",
            (b"Ravi Rao", b"Ravi Roe"),
            "shows another text or review line than was signed",
        ),
    ],
)
def test_what_the_publisher_itself_changes_and_signs_is_found(
    page, key, check, name, change, expected
):
    inside = read_files(write_pack(key, page=page))
    name = next(known for known in inside if known.startswith(name))
    assert change[0] in inside[name]
    faults, output = check(sign_pack_again(key, inside | {name: inside[name].replace(*change)}))
    assert faults
    assert expected in output


def test_a_head_that_was_kept_is_compared(page, key, check):
    pack = write_pack(key, page=page)
    assert "entry 4 is not the one whose hash you kept" in check(pack, None, f"4:{'e' * 64}")[1]
    assert check(pack, None, f"4:{LedgerEntry.objects.get(sequence=4).hash}")[0] == 0
    assert "says nothing about it" in check(pack, None, f"99:{'e' * 64}")[1]


def test_a_head_outside_the_pack_is_not_checked_and_the_status_says_so(page, key, tmp_path):
    pack = write_pack(key, page=page)
    pinned = write_key(tmp_path, key)
    status, output = run_checker(tmp_path, pack, "--key", str(pinned), "--head", f"99:{'e' * 64}")
    assert status == 3
    assert "not checked    the head that you kept: entry 99 is not in this pack" in output
    assert "holds          the head" not in output
    assert "All of it holds" not in output
    assert (
        output.splitlines()[-1] == "What was checked holds. 1 thing was not checked: see above why."
    )
    sequence, tip = verification.get_head()
    status, output = run_checker(
        tmp_path, pack, "--key", str(pinned), "--head", f"{sequence}:{tip.upper()}"
    )
    assert (status, output.splitlines()[-1]) == (0, "All of it holds.")
    status, output = run_checker(tmp_path, pack, "--head", f"{sequence}:{'e' * 64}")
    assert (status, output.splitlines()[-1]) == (
        1,
        "1 thing does not hold. Do not rely on this pack.",
    )


@pytest.mark.parametrize(
    "head", ["", "abc", "4", "4:", ":", "4:ab12", "-1:" + "e" * 64, "4:" + "g" * 64, "9" * 30]
)
def test_a_head_that_is_none_is_a_mistake_of_who_asks(page, key, tmp_path, head):
    assert run_checker(tmp_path, write_pack(key, page=page), f"--head={head}")[0] == 2


def test_the_entry_before_the_first_of_a_pack_is_known_by_its_hash(page, key, check):
    with disable_triggers():
        sql("UPDATE reviews_signature SET at = '2001-01-01 12:00:00+00:00' WHERE sequence > 4")
    pack = write_pack(key, first_day=date(2001, 1, 1), last_day=date(2001, 1, 1))
    before = LedgerEntry.objects.get(sequence=4).hash
    assert "holds          the head that you kept" in check(pack, None, f"4:{before}")[1]
    assert "is not the one whose hash you kept" in check(pack, None, f"4:{'e' * 64}")[1]
    assert "says nothing about it" in check(pack, None, f"3:{'e' * 64}")[1]


def test_a_text_that_was_expunged_is_not_checked_and_never_said_to_hold(
    page, key, tmp_path, morgan, olga
):
    factories.expunge_revision(page.revisions.get(number=3), asked_by=morgan, by=olga)
    status, output = run_checker(tmp_path, write_pack(key, page=page))
    assert status == 3
    assert (
        "not checked    each signed text is the one of the digest in its entry: Entry 2" in output
    )
    assert "holds          each signed text" not in output


def test_a_pack_without_an_entry_proves_nothing_of_entries(page, key, tmp_path):
    status, output = run_checker(
        tmp_path, write_pack(key, first_day=date(2001, 1, 1), last_day=date(2001, 1, 2))
    )
    assert status == 3
    assert "there is no entry in this pack" in output
    assert "holds          each entry" not in output


def test_a_signature_checked_with_the_packs_own_key_is_no_proof_of_who_made_it(
    page, key, check, tmp_path
):
    pinned = write_key(tmp_path, key)
    pack = write_pack(key, page=page)
    output = check(pack)[1]
    assert "by the key in the pack itself" in output
    assert "Whose key it is, the pack cannot show" in output
    assert "Whose key" not in check(pack, pinned)[1]


def change_lines(inside: dict[str, bytes], change) -> dict[str, bytes]:
    lines = [json.loads(line) for line in inside["publications.jsonl"].splitlines()]
    change(lines)
    return inside | {"publications.jsonl": b"".join(canonicalize(line) + b"\n" for line in lines)}


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("digest", "e" * 64, "than the line before it, and nothing was signed for it"),
        ("review_line", {}, "than the line before it, and nothing was signed for it"),
        ("title", "Another name", "its title or summary is not the one that was signed"),
        ("summary", "Other words", "its title or summary is not the one that was signed"),
    ],
)
def test_a_line_that_nobody_signed_is_compared_with_what_was_shown_before(
    page, key, check, field, value, expected
):
    inside = change_lines(
        read_files(write_pack(key, page=page)), lambda lines: lines[-1].update({field: value})
    )
    faults, output = check(sign_pack_again(key, inside))
    assert faults
    assert expected in output


def test_a_line_that_nobody_signed_and_nothing_comes_before_is_not_checked(page, key, tmp_path):
    inside = change_lines(
        read_files(write_pack(key, page=page)), lambda lines: lines.insert(0, lines.pop())
    )
    status, output = run_checker(tmp_path, sign_pack_again(key, inside))
    assert status == 3
    assert "the line before it is not in this pack" in output


def test_an_expunged_text_is_told_as_such_and_nothing_of_it_is_inside(
    page, key, check, morgan, olga
):
    second = page.revisions.get(number=3)
    factories.expunge_revision(second, asked_by=morgan, by=olga)
    pack = write_pack(key, page=page)
    inside = read_files(pack)
    assert SECRET.encode() not in b"".join(inside.values())
    assert f"documents/{second.digest}.json" not in inside
    assert "was expunged" in inside["texts/00000002.html"].decode()
    faults, output = check(pack)
    assert faults == 0
    assert (
        "Entry 2: its text was expunged by entry 7, for this reason: It names a person." in output
    )


def test_an_expunging_on_another_day_comes_with_the_entry_it_is_about(
    page, key, check, morgan, olga
):
    before = timezone.localdate()
    with disable_triggers():
        sql("UPDATE reviews_signature SET at = '2001-01-01 12:00:00+00:00' WHERE sequence = 2")
    factories.expunge_revision(page.revisions.get(number=3), asked_by=morgan, by=olga)
    pack = write_pack(key, first_day=date(2001, 1, 1), last_day=date(2001, 1, 1))
    assert json.loads(read_files(pack)["manifest.json"])["entries"] == [2, 7]
    assert before  # nothing else of today is in it
    assert check(pack)[0] == 0


def test_a_text_that_is_missing_without_an_entry_that_expunged_it_is_found(
    page, key, check, morgan, olga
):
    factories.expunge_revision(page.revisions.get(number=3), asked_by=morgan, by=olga)
    inside = read_files(write_pack(key, page=page))
    manifest = json.loads(inside["manifest.json"])
    manifest["expunged"] = dict.fromkeys(manifest["expunged"], 1)
    inside["manifest.json"] = canonicalize(manifest)
    assert "entry 1 does not expunge it" in check(sign_pack_again(key, inside))[1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE articles_revision SET document = document || ' '",
        "UPDATE reviews_signature SET record = record || ' ' WHERE sequence = 3",
        "UPDATE articles_publication SET review_line = '{}'",
    ],
)
def test_what_is_not_as_it_was_signed_is_not_vouched_for(page, key, statement):
    with disable_triggers():
        sql(statement)
    with pytest.raises(evidence.CannotExportEvidence, match="verify_ledger"):
        write_pack(key, page=page)


# The commands


@pytest.fixture
def key_file(tmp_path, settings):
    path = tmp_path / "evidence.pem"
    call_command("make_evidence_key", str(path), stdout=io.StringIO())
    settings.EVIDENCE_KEY = str(path)
    return path


def test_a_key_is_for_its_owner_alone_and_never_written_over(key_file):
    assert key_file.stat().st_mode & 0o777 == 0o600
    before = key_file.read_bytes()
    with pytest.raises(CommandError, match="is there already"):
        call_command("make_evidence_key", str(key_file))
    assert key_file.read_bytes() == before


def test_the_key_may_stand_in_the_environment_itself(key_file, settings):
    by_path = keys.get_fingerprint(keys.load_key().public_key())
    settings.EVIDENCE_KEY = key_file.read_text().replace("\n", "\\n")
    assert keys.get_fingerprint(keys.load_key().public_key()) == by_path


@pytest.mark.parametrize("given", ["", "/nowhere/at/all.pem", "-----BEGIN PRIVATE KEY-----\nx"])
def test_without_a_key_a_clear_sentence_and_no_file(page, settings, tmp_path, given):
    settings.EVIDENCE_KEY = given
    out = tmp_path / "pack.zip"
    with pytest.raises(CommandError, match="no key"):
        call_command("export_evidence", page="/symptoms/face-spasms/", out=out)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["/symptoms/face-spasms/", "/symptoms/facial-spasms/"])
def test_the_command_writes_a_pack_that_the_checker_takes_in_a_process_of_its_own(
    page, key_file, tmp_path, address
):
    out, output = tmp_path / "pack.zip", io.StringIO()
    call_command("export_evidence", page=address, out=out, stdout=output)
    assert "5 entries are in" in output.getvalue()
    pinned = write_key(tmp_path, keys.load_key())
    done = subprocess.run(
        [sys.executable, "-I", CHECKER, out, "--key", pinned], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "All of it holds.")
    out.write_bytes(out.read_bytes()[:-30])
    assert subprocess.run([sys.executable, "-I", CHECKER, out], capture_output=True).returncode == 1


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, "Say what it is about"),
        ({"first": "2026-01-01"}, "Say what it is about"),
        ({"page": "/symptoms/never/"}, "there never was one"),
        ({"page": "/about/"}, "there never was one"),
        ({"first": "yesterday", "last": "2026-01-01"}, "is not a day"),
        ({"first": "2026-01-02", "last": "2026-01-01"}, "before the first"),
    ],
)
def test_what_cannot_be_packed_is_told_in_plain_words(page, key_file, tmp_path, asked, expected):
    with pytest.raises(CommandError, match=expected):
        call_command("export_evidence", out=tmp_path / "pack.zip", **asked)
    assert not (tmp_path / "pack.zip").exists()


def test_a_file_that_is_there_is_left_alone(page, key_file, tmp_path):
    out = tmp_path / "pack.zip"
    out.write_text("mine")
    with pytest.raises(CommandError, match="left alone"):
        call_command("export_evidence", page="/symptoms/face-spasms/", out=out)
    assert out.read_text() == "mine"


# The button in the history of a page


def find_button(page) -> str:
    return reverse("admin:symptoms_symptom_evidence", args=[page.pk])


def test_a_managing_editor_takes_a_pack_from_the_history_of_a_page(
    page, key_file, client, morgan, check
):
    client.force_login(morgan)
    assert (
        f'action="{find_button(page)}"'
        in client.get(reverse("admin:symptoms_symptom_revisions", args=[page.pk])).text
    )
    answer = client.post(find_button(page))
    assert answer["Content-Disposition"].startswith('attachment; filename="evidence-face-spasms-')
    assert check(b"".join(answer.streaming_content))[0] == 0


def test_without_a_key_the_history_says_what_to_do(page, client, morgan, settings):
    settings.EVIDENCE_KEY = ""
    client.force_login(morgan)
    assert "make_evidence_key" in client.post(find_button(page), follow=True).text


def test_others_take_none(page, key_file, client, ann, ravi):
    client.force_login(ann)
    assert (
        "Evidence pack"
        not in client.get(reverse("admin:symptoms_symptom_revisions", args=[page.pk])).text
    )
    assert client.post(find_button(page)).status_code == 403
    client.force_login(ravi)
    assert client.post(find_button(page)).status_code == 302


def test_reading_the_address_takes_nothing(page, key_file, client, morgan):
    client.force_login(morgan)
    assert client.get(find_button(page)).status_code == 405


def test_pictures_travel_with_the_texts_and_are_checked_by_their_digests(key, check, ann, ravi):
    page = factories.make_article(ann)
    image = add_figure(page, by=ann).image
    factories.sign_page(page, by=ravi, asked_by=ann)
    pack = write_pack(key, page=page)
    inside = read_files(pack)
    name = f"images/{get_file_name(image)}"
    assert digest(inside[name]) == image.sha256
    assert f'<img src="../{name}"' in inside["texts/00000001.html"].decode()
    assert check(pack)[0] == 0
    assert (
        f"{name} is not the picture of its digest"
        in check(sign_pack_again(key, inside | {name: draw_picture(colour="red")}))[1]
    )
    without = {other: data for other, data in inside.items() if other != name}
    manifest = json.loads(without["manifest.json"])
    del manifest["files"][name]
    text = canonicalize(manifest)
    without |= {"manifest.json": text, "manifest.sig": key.sign(text).hex().encode()}
    assert f"{name} is missing, and documents/" in check(write_zip(without))[1]


def test_a_pack_vouches_for_no_picture_that_is_spoilt(key, ann, ravi):
    page = factories.make_article(ann)
    image = add_figure(page, by=ann, image=store_image(ann, size=(61, 43))).image
    factories.sign_page(page, by=ravi, asked_by=ann)
    Path(get_file_path(image)).write_bytes(b"spoilt")
    with pytest.raises(evidence.CannotExportEvidence, match="An image cannot be put in"):
        write_pack(key, page=page)
    Path(get_file_path(image)).unlink()
