"""Archives that are not as they should be are refused with file, line and reason."""

import datetime as dt
import gzip
import shutil
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.core.management import CommandError

from articles.audit import authorship
from articles.audit.chain import GENESIS_HASH
from articles.content.document import digest
from articles.models import Revision
from config.operations.archive import reading
from tests import files
from tests.files import change_manifest, change_rows, replace_file

pytestmark = pytest.mark.usefixtures("transactional_db")
# Refused by what is read, whichever database waits for it. On both engines runs what the database
# refuses, and a file that ends while its rows are stored.
of_files = pytest.mark.sqlite


@pytest.fixture(scope="module")
def archive_template(tmp_path_factory) -> Path:
    """Where the archive of the story is kept from the first test to the last."""
    return tmp_path_factory.mktemp("kept") / "archive"


@pytest.fixture
def archive(archive_template, tmp_path, request) -> Path:
    """An archive to be spoiled, beside an empty database and an empty directory of pictures."""
    if not archive_template.exists():
        request.getfixturevalue("lived")
        files.export_archive(archive_template)
        files.empty_database()
    shutil.rmtree(storages["images"].location, ignore_errors=True)
    shutil.copytree(archive_template, tmp_path / "archive")
    return tmp_path / "archive"


def assert_refused(archive: Path, match: str) -> None:
    """It is refused in these words, checked or brought in, and leaves nothing behind."""
    for dry_run in (True, False):
        with pytest.raises(CommandError, match=match):
            files.import_archive(archive, dry_run=dry_run)
    assert_nothing_stored()


def assert_refused_by_database(archive: Path, match: str) -> None:
    """Line by line it looks right; the triggers or the verification refuse it."""
    with pytest.raises(CommandError, match=match):
        files.import_archive(archive)
    assert_nothing_stored()


def assert_nothing_stored() -> None:
    assert not User.objects.exists()
    assert not [path for path in Path(storages["images"].location).glob("*") if path.is_file()]


def change_row(archive: Path, file: str, row: int, /, **changed) -> None:
    """Alter some columns of one row, the first being 0, and have the manifest say so."""

    def change(rows):
        rows[row] |= changed
        return rows

    change_rows(archive, file, change)


def find_row(archive: Path, name: str, **values) -> int:
    """The number of the first row with these values."""
    rows = files.read_rows(archive, name)
    return next(number for number, row in enumerate(rows) if values.items() <= row.items())


def find_image(archive: Path) -> Path:
    return next((archive / "images").iterdir())


@of_files
def test_an_archive_without_a_manifest(archive):
    (archive / "manifest.json").unlink()
    assert_refused(archive, r"has no manifest\.json, so it is not a whole archive")


@of_files
def test_something_else_than_a_directory(archive):
    assert_refused(archive / "manifest.json", "is not a directory")


@of_files
@pytest.mark.parametrize("text", ["", "[]", '{"format": "countersign-site"}', "{"])
def test_a_manifest_that_is_none(archive, text):
    (archive / "manifest.json").write_text(text)
    assert_refused(archive, r"manifest\.json: it ")


@of_files
@pytest.mark.parametrize("name", ["head", "images_missing", "site_revision", "files", "private"])
def test_a_manifest_that_does_not_say_all(archive, name):
    change_manifest(archive, **{name: "x"})
    assert_refused(archive, rf"manifest\.json: “{name}” is missing or not what it should be")


@of_files
def test_a_byte_that_was_altered(archive):
    path = archive / "pages.jsonl.gz"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert_refused(archive, r"pages\.jsonl\.gz")


def test_a_file_that_was_cut_off(archive):
    path = archive / "revisions.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-2000])
    assert_refused(archive, r"revisions\.jsonl\.gz, line \d+: the file is cut off or damaged there")


@of_files
def test_a_file_that_is_not_compressed(archive):
    (archive / "topics.jsonl.gz").write_bytes(b"{}\n")
    assert_refused(archive, r"topics\.jsonl\.gz, line 1: the file is cut off or damaged there")


@of_files
def test_half_a_line(archive):
    text = gzip.decompress((archive / "topics.jsonl.gz").read_bytes())
    replace_file(archive, "topics.jsonl.gz", gzip.compress(text[:-9]))
    assert_refused(archive, r"topics\.jsonl\.gz, line \d+: it is not JSON")


@of_files
def test_a_last_line_that_does_not_end(archive):
    text = gzip.decompress((archive / "topics.jsonl.gz").read_bytes())
    replace_file(archive, "topics.jsonl.gz", gzip.compress(text[:-1]))
    assert_refused(
        archive,
        r"topics\.jsonl\.gz, line \d+: it is not in canonical form \(RFC 8785\), or does not end",
    )


@of_files
def test_lines_that_are_missing(archive):
    text = gzip.decompress((archive / "topics.jsonl.gz").read_bytes())
    (archive / "topics.jsonl.gz").write_bytes(gzip.compress(text.split(b"\n")[0] + b"\n"))
    assert_refused(archive, r"topics\.jsonl\.gz: its .*lines.* is not what the manifest says")


@of_files
def test_a_file_that_is_missing(archive):
    (archive / "topics.jsonl.gz").unlink()
    assert_refused(archive, r"topics\.jsonl\.gz: it cannot be read \(No such file")


@of_files
def test_a_file_that_nobody_listed(archive):
    (archive / "notes.txt").write_text("Hello")
    assert_refused(archive, r"notes\.txt: the manifest does not list it")


@of_files
@pytest.mark.parametrize(
    "name", ["images/../../outside.png", "/etc/passwd", "images/x.svg", "other.jsonl.gz"]
)
def test_a_name_that_leads_elsewhere(archive, name):
    listed = files.read_manifest(archive)["files"]
    change_manifest(archive, files=listed | {name: {"sha256": "0" * 64, "size": 1}})
    assert_refused(archive, "which no archive has")


@of_files
def test_a_picture_that_is_a_link(archive, tmp_path):
    path = find_image(archive)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert_refused(archive, r"images/\w+\.png: it is a link")


@of_files
def test_a_directory_of_pictures_that_is_a_link(archive, tmp_path):
    (archive / "images").rename(tmp_path / "elsewhere")
    (archive / "images").symlink_to(tmp_path / "elsewhere")
    assert_refused(archive, "images: it is a link")


@of_files
def test_a_picture_that_was_altered(archive):
    path = find_image(archive)
    replace_file(archive, f"images/{path.name}", path.read_bytes() + b"x")
    assert_refused(archive, r"images/\w+\.png: it is not the file of its digest")


@of_files
def test_a_picture_that_nobody_tells_of(archive):
    change_rows(archive, "images", lambda rows: rows[1:])
    assert_refused(archive, r"no (line of images\.jsonl\.gz tells of it|image)")


def test_a_picture_that_is_not_there(archive):
    path = find_image(archive)
    path.unlink()
    listed = files.read_manifest(archive)["files"]
    del listed[f"images/{path.name}"]
    change_manifest(archive, files=listed)
    assert_refused(
        archive,
        rf"images\.jsonl\.gz, line \d: the picture images/{path.name} is not in the manifest",
    )
    change_manifest(archive, images_missing=[path.name])
    assert_refused_by_database(archive, f"does not verify.*\n.*the file {path.name} is missing")


@of_files
def test_a_column_that_is_missing_or_unknown(archive):
    change_rows(
        archive,
        "topics",
        lambda rows: [{key: row[key] for key in row if key != "name"} for row in rows],
    )
    assert_refused(archive, r"topics\.jsonl\.gz, line 1: it has no “name”")
    change_rows(
        archive, "topics", lambda rows: [row | {"name": "x", "password": "x"} for row in rows]
    )
    assert_refused(archive, r"topics\.jsonl\.gz, line 1: it has, and should not, “password”")


@of_files
@pytest.mark.parametrize(
    ("name", "changed", "why"),
    [
        ("people", {"is_staff": "yes"}, "“is_staff” is neither true nor false"),
        ("people", {"number": "1"}, "“1” is not a number that a row can have"),
        ("people", {"date_joined": "yesterday"}, "“date_joined” is not a moment"),
        (
            "people",
            {"date_joined": "2026-01-01T00:00:00"},
            "“date_joined” is not written as an archive writes it",
        ),
        ("people", {"groups": ["Nobody"]}, "no group “Nobody” is in the archive"),
        ("people", {"rights": ["articles.fly"]}, "no permission “articles.fly” is in the archive"),
        (
            "people",
            {"rights": ["reviews.see_radar", "articles.view_topic"]},
            "is not a sorted list of names",
        ),
        ("topics", {"name": None}, "“name” is empty and must not be"),
        ("topics", {"name": "x" * 101}, "“name” has 101 characters, and 100 is the most"),
        ("topics", {"name": 7}, "“name” is not text: 7"),
        ("topics", {"name": "a\0"}, "a character that no database keeps"),
        ("topics", {"name": "a\x07"}, r"a character that cannot be printed \(U\+0007\)"),
        ("reviewers", {"licence_expires": "never"}, "“licence_expires” is not a date"),
        ("notices", {"year": 1.5}, "“year” is not a whole number"),
        ("pages", {"writer": "nobody"}, "no user “nobody” is in the archive"),
        ("pages", {"notice": 99}, "no copyright notice “99” is in the archive"),
        ("pages", {"uuid": "x"}, "“x” is not a UUID"),
        (
            "pages",
            {"codes": [{"code": "x"}]},
            "“code” is not told with code, display, system alone",
        ),
        ("pages", {"references": None}, "“reference” is not told with"),
        ("publications", {"revision": None}, "“revision” is empty and must not be"),
    ],
)
def test_a_value_that_cannot_be(archive, name, changed, why):
    change_row(archive, name, 0, **changed)
    assert_refused(archive, rf"{name}\.jsonl\.gz, line 1: .*{why}")


@of_files
def test_a_row_that_is_there_twice(archive):
    change_rows(archive, "topics", lambda rows: [rows[0], rows[0]])
    assert_refused(archive, r"topics\.jsonl\.gz, line 2: “[\w-]+” is there twice")


@of_files
def test_a_key_that_is_there_twice_in_one_line(archive):
    text = gzip.decompress((archive / "tags.jsonl.gz").read_bytes()).replace(
        b'{"name"', b'{"name":"x","name"', 1
    )
    replace_file(archive, "tags.jsonl.gz", gzip.compress(text))
    assert_refused(archive, r"tags\.jsonl\.gz, line 1: it is not in canonical form")


@of_files
def test_a_line_that_never_ends(archive, monkeypatch):
    monkeypatch.setattr(reading, "MAX_LINE_SIZE", 500)
    assert_refused(archive, r"\.jsonl\.gz, line \d+: it is longer than 500 bytes")


@of_files
def test_a_text_that_was_altered(archive):
    text = files.read_rows(archive, "revisions")[0]["document"]
    change_row(archive, "revisions", 0, document=text.replace("muscle", "nerve"))
    assert_refused(archive, r"revisions\.jsonl\.gz, line 1: its text is not the text of its digest")


@of_files
def test_a_text_that_is_blank_and_that_no_entry_expunged(archive):
    change_row(archive, "revisions", 0, document='{"expunged":true}')
    assert_refused(
        archive,
        r"revisions\.jsonl\.gz, line 1: its text is blank, and no entry of the ledger says so",
    )


@of_files
def test_an_entry_that_was_altered(archive):
    record = files.read_rows(archive, "ledger")[2]["record"]
    change_row(archive, "ledger", 2, record=record.replace("Ravi", "Rava"))
    assert_refused(archive, r"ledger\.jsonl\.gz, line 3: its record is not the record of its hash")


@of_files
def test_an_entry_that_is_missing(archive):
    change_rows(archive, "ledger", lambda rows: rows[:3] + rows[4:])
    assert_refused(
        archive,
        r"ledger\.jsonl\.gz, line 4: it does not follow the entry before it|no ledger|no signature",
    )


def test_entries_that_were_cut_off_at_the_end(archive):
    newest = files.read_rows(archive, "ledger")[-1]["hash"]
    change_rows(archive, "ledger", lambda rows: rows[:-1])
    change_rows(
        archive, "publications", lambda rows: [row for row in rows if row["evidence"] != newest]
    )
    with pytest.raises(CommandError):
        files.import_archive(archive)
    assert_nothing_stored()


@of_files
def test_a_decision_that_is_not_the_one_of_the_ledger(archive):
    change_row(archive, "reviews", 0, outcome="declined")
    assert_refused(
        archive,
        r"ledger\.jsonl\.gz, line \d+: it is not what its review tells of how it was decided",
    )


@of_files
def test_a_decision_that_no_entry_tells(archive):
    waiting = find_row(archive, "reviews", decided_at=None)
    change_row(
        archive,
        "reviews",
        waiting,
        outcome="changes",
        comment="No.",
        decided_by="ravi",
        decided_at="2026-01-01T00:00:00+00:00",
    )
    assert_refused(
        archive,
        rf"reviews\.jsonl\.gz, line {waiting + 1}: it is decided, and no entry of the ledger"
        r" says so",
    )


@of_files
def test_a_publication_that_no_entry_let_out(archive):
    change_row(archive, "publications", 0, evidence=digest(b"nothing"))
    assert_refused(archive, r"publications\.jsonl\.gz, line 1: no entry of the ledger let it out")


@of_files
def test_another_head(archive):
    change_manifest(archive, head={"sequence": 1, "hash": "0" * 64})
    assert_refused(archive, r"manifest\.json: it names the head 1:0000")


def test_another_site_revision(archive):
    change_manifest(archive, site_revision=1)
    assert_refused_by_database(
        archive, "its site revision is not the number of the newest publication"
    )


def hash_again(archive: Path, rows: list[dict]) -> list[dict]:
    """Revisions with hashes of the authorship that they claim."""
    people = {row["username"]: row["number"] for row in files.read_rows(archive, "people")}
    newest: dict[str, str] = {}
    for row in rows:
        revision = Revision(
            number=row["number"],
            digest=row["digest"],
            saved_by_id=people[row["saved_by"]],
            saved_at=dt.datetime.fromisoformat(row["saved_at"]),
        )
        row["authorship_hash"] = newest[row["article"]] = authorship.compute_hash(
            revision,
            UUID(row["article"]),
            authors=[people[name] for name in row["authors"]],
            previous_hash=newest.get(row["article"], GENESIS_HASH),
        )
    return rows


def test_words_of_ones_own_that_one_signed(archive):
    """Triggers are in place during an import: this one is that nobody signs what they wrote."""
    row = find_row(archive, "revisions", number=2)
    change_row(archive, "revisions", row, authors=["ann", "ravi"])
    assert_refused(archive, r"revisions\.jsonl\.gz, line 3: who saved it or wrote in it is not")
    change_rows(archive, "revisions", lambda rows: hash_again(archive, rows))
    words = (
        r"ledger\.jsonl\.gz lines \d+ to \d+.*: nobody signs words of their own that nobody else"
        r" has signed"
    )
    assert_refused_by_database(archive, words)


def test_a_title_that_was_not_signed(archive):
    change_row(archive, "publications", 0, title="Something else")
    assert_refused_by_database(archive, "title or summary is not the one that was signed")


def test_a_withdrawn_page_that_is_shown_again(archive):
    gone = files.read_rows(archive, "publications")[
        find_row(archive, "publications", kind="withdraw")
    ]["evidence"]
    change_rows(
        archive, "publications", lambda rows: [row for row in rows if row["evidence"] != gone]
    )
    assert_refused_by_database(archive, "its publication is missing|carries on")


def test_a_signature_of_somebody_who_is_no_reviewer(archive):
    change_row(archive, "reviews", 0, decided_by="morgan")
    change_row(archive, "ledger", 0, by="morgan")
    assert_refused_by_database(archive, "only a verified reviewer signs")


def test_two_pages_at_one_address(archive):
    tics, yet = (
        find_row(archive, "pages", slug="tics"),
        find_row(archive, "pages", slug="open-ache"),
    )
    change_row(archive, "pages", yet, slug=files.read_rows(archive, "pages")[tics]["slug"])
    assert_refused_by_database(
        archive, r"pages\.jsonl\.gz, line 1: the database refuses one of the lines 1 to \d+"
    )


def test_other_files_are_the_same_after_a_refusal(archive):
    """An archive is only read."""
    before = files.read_files(archive)
    change_manifest(archive, site_revision=1)
    after = files.read_files(archive)
    assert_refused_by_database(archive, "site revision")
    assert {**after, "manifest.json": b""} == {**before, "manifest.json": b""}
    assert files.read_files(archive) == after
