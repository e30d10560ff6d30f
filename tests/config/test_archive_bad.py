"""Archives that are not as they should be: refused with file, line and reason, and nothing is stored."""

import gzip
import shutil
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.core.management import CommandError

from articles.content import digest
from config.archive import reading
from tests import archives, lives
from tests.archives import rewrite, write

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    """Where the archive of the story is kept from the first test to the last."""
    return tmp_path_factory.mktemp("kept") / "archive"


@pytest.fixture
def archive(kept, tmp_path, request) -> Path:
    """An archive to be spoiled, beside an empty database and an empty directory of pictures."""
    if not kept.exists():
        lives.live_through(*(request.getfixturevalue(name) for name in ("ann", "ravi", "fiona", "morgan", "olga")))
        archives.export(kept)
        archives.empty()
    shutil.rmtree(storages["images"].location, ignore_errors=True)
    shutil.copytree(kept, tmp_path / "archive")
    return tmp_path / "archive"


def refused(archive: Path, match: str) -> None:
    """It is refused in these words, checked or brought in, and leaves nothing behind."""
    for dry_run in (True, False):
        with pytest.raises(CommandError, match=match):
            archives.bring(archive, dry_run=dry_run)
    untouched()


def refused_by_the_database(archive: Path, match: str) -> None:
    """It looks right line by line, and yet the rules of the database, or the proof at the end, do not let it in."""
    with pytest.raises(CommandError, match=match):
        archives.bring(archive)
    untouched()


def untouched() -> None:
    assert not User.objects.exists()
    assert not [path for path in Path(storages["images"].location).glob("*") if path.is_file()]


def say(archive: Path, **facts) -> None:
    archives.write_manifest(archive, archives.manifest(archive) | facts)


def one(archive: Path, file: str, row: int, /, **changed) -> None:
    """Alter some columns of one row, the first being 0, and have the manifest say so."""

    def change(rows):
        rows[row] |= changed
        return rows

    rewrite(archive, file, change)


def place(archive: Path, name: str, **said) -> int:
    """Which row is the first to say so."""
    rows = archives.lines(archive, name)
    return next(number for number, row in enumerate(rows) if said.items() <= row.items())


def picture(archive: Path) -> Path:
    return next((archive / "images").iterdir())


def test_an_archive_without_a_manifest(archive):
    (archive / "manifest.json").unlink()
    refused(archive, r"has no manifest\.json, so it is not a whole archive")


def test_something_else_than_a_directory(archive):
    refused(archive / "manifest.json", "is not a directory")


@pytest.mark.parametrize("text", ["", "[]", '{"format": "countersign-site"}', "{"])
def test_a_manifest_that_is_none(archive, text):
    (archive / "manifest.json").write_text(text)
    refused(archive, r"manifest\.json: it ")


@pytest.mark.parametrize("name", ["head", "images_missing", "site_revision", "files", "private"])
def test_a_manifest_that_does_not_say_all(archive, name):
    say(archive, **{name: "x"})
    refused(archive, rf"manifest\.json: “{name}” is missing or not what it should be")


def test_another_format(archive):
    say(archive, version=2)
    refused(archive, r"manifest\.json: the archive is of format 2, and this build reads 1")


def test_another_schema(archive):
    schema = archives.manifest(archive)["schema"]
    here = schema["articles"]
    say(archive, schema=schema | {"articles": "0001_initial"})
    refused(archive, rf"articles is 0001_initial there and {here} here.*made by build")


def test_a_byte_that_was_altered(archive):
    path = archive / "pages.jsonl.gz"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    refused(archive, r"pages\.jsonl\.gz")


def test_a_file_that_was_cut_off(archive):
    path = archive / "revisions.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-2000])
    refused(archive, r"revisions\.jsonl\.gz, line \d+: the file is cut off or damaged there")


def test_a_file_that_is_not_compressed(archive):
    (archive / "topics.jsonl.gz").write_bytes(b"{}\n")
    refused(archive, r"topics\.jsonl\.gz, line 1: the file is cut off or damaged there")


def test_half_a_line(archive):
    text = gzip.decompress((archive / "topics.jsonl.gz").read_bytes())
    write(archive, "topics.jsonl.gz", gzip.compress(text[:-9]))
    refused(archive, r"topics\.jsonl\.gz, line \d+: it is not JSON")


def test_a_last_line_that_does_not_end(archive):
    text = gzip.decompress((archive / "topics.jsonl.gz").read_bytes())
    write(archive, "topics.jsonl.gz", gzip.compress(text[:-1]))
    refused(archive, r"topics\.jsonl\.gz, line \d+: it is not in canonical form \(RFC 8785\), or does not end")


def test_lines_that_are_missing(archive):
    text = gzip.decompress((archive / "topics.jsonl.gz").read_bytes())
    (archive / "topics.jsonl.gz").write_bytes(gzip.compress(text.split(b"\n")[0] + b"\n"))
    refused(archive, r"topics\.jsonl\.gz: its .*lines.* is not what the manifest says")


def test_a_file_that_is_missing(archive):
    (archive / "topics.jsonl.gz").unlink()
    refused(archive, r"topics\.jsonl\.gz: it cannot be read \(No such file")


def test_a_file_that_nobody_listed(archive):
    (archive / "notes.txt").write_text("Hello")
    refused(archive, r"notes\.txt: the manifest does not list it")


@pytest.mark.parametrize("name", ["images/../../outside.png", "/etc/passwd", "images/x.svg", "other.jsonl.gz"])
def test_a_name_that_leads_elsewhere(archive, name):
    listed = archives.manifest(archive)["files"]
    say(archive, files=listed | {name: {"sha256": "0" * 64, "size": 1}})
    refused(archive, "which no archive has")


def test_a_picture_that_is_a_link(archive, tmp_path):
    path = picture(archive)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    refused(archive, r"images/\w+\.png: it is a link")


def test_a_directory_of_pictures_that_is_a_link(archive, tmp_path):
    (archive / "images").rename(tmp_path / "elsewhere")
    (archive / "images").symlink_to(tmp_path / "elsewhere")
    refused(archive, "images: it is a link")


def test_a_picture_that_was_altered(archive):
    path = picture(archive)
    write(archive, f"images/{path.name}", path.read_bytes() + b"x")
    refused(archive, r"images/\w+\.png: it is not the file of its digest")


def test_a_picture_that_nobody_tells_of(archive):
    rewrite(archive, "images", lambda rows: rows[1:])
    refused(archive, r"no (line of images\.jsonl\.gz tells of it|image)")


def test_a_picture_that_is_not_there(archive):
    path = picture(archive)
    path.unlink()
    listed = archives.manifest(archive)["files"]
    del listed[f"images/{path.name}"]
    say(archive, files=listed)
    refused(archive, rf"images\.jsonl\.gz, line \d: the picture images/{path.name} is not in the manifest")
    say(archive, images_missing=[path.name])
    refused_by_the_database(archive, f"does not verify.*\n.*the file {path.name} is missing")


def test_a_column_that_is_missing_or_unknown(archive):
    rewrite(archive, "topics", lambda rows: [{key: row[key] for key in row if key != "name"} for row in rows])
    refused(archive, r"topics\.jsonl\.gz, line 1: it has no “name”")
    rewrite(archive, "topics", lambda rows: [row | {"name": "x", "password": "x"} for row in rows])
    refused(archive, r"topics\.jsonl\.gz, line 1: it has, and should not, “password”")


@pytest.mark.parametrize(
    ("name", "changed", "why"),
    [
        ("people", {"is_staff": "yes"}, "“is_staff” is neither true nor false"),
        ("people", {"number": "1"}, "“1” is not a number that a row can have"),
        ("people", {"date_joined": "yesterday"}, "“date_joined” is not a moment"),
        ("people", {"date_joined": "2026-01-01T00:00:00"}, "“date_joined” is not written as an archive writes it"),
        ("people", {"groups": ["Nobody"]}, "no group “Nobody” is in the archive"),
        ("people", {"rights": ["articles.fly"]}, "no permission “articles.fly” is in the archive"),
        ("people", {"rights": ["reviews.see_radar", "articles.view_topic"]}, "is not a sorted list of names"),
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
        ("pages", {"codes": [{"code": "x"}]}, "“code” is not told with code, display, system alone"),
        ("pages", {"references": None}, "“reference” is not told with"),
        ("publications", {"revision": None}, "“revision” is empty and must not be"),
    ],
)
def test_a_value_that_cannot_be(archive, name, changed, why):
    one(archive, name, 0, **changed)
    refused(archive, rf"{name}\.jsonl\.gz, line 1: .*{why}")


def test_a_row_that_is_there_twice(archive):
    rewrite(archive, "topics", lambda rows: [rows[0], rows[0]])
    refused(archive, r"topics\.jsonl\.gz, line 2: “[\w-]+” is there twice")


def test_a_key_that_is_there_twice_in_one_line(archive):
    text = gzip.decompress((archive / "tags.jsonl.gz").read_bytes()).replace(b'{"name"', b'{"name":"x","name"', 1)
    write(archive, "tags.jsonl.gz", gzip.compress(text))
    refused(archive, r"tags\.jsonl\.gz, line 1: it is not in canonical form")


def test_a_line_that_never_ends(archive, monkeypatch):
    monkeypatch.setattr(reading, "LONGEST", 500)
    refused(archive, r"\.jsonl\.gz, line \d+: it is longer than 500 bytes")


def test_a_text_that_was_altered(archive):
    text = archives.lines(archive, "revisions")[0]["document"]
    one(archive, "revisions", 0, document=text.replace("muscle", "nerve"))
    refused(archive, r"revisions\.jsonl\.gz, line 1: its text is not the text of its digest")


def test_a_text_that_is_blank_and_that_no_entry_expunged(archive):
    one(archive, "revisions", 0, document='{"expunged":true}')
    refused(archive, r"revisions\.jsonl\.gz, line 1: its text is blank, and no entry of the ledger says so")


def test_an_entry_that_was_altered(archive):
    record = archives.lines(archive, "ledger")[2]["record"]
    one(archive, "ledger", 2, record=record.replace("Ravi", "Rava"))
    refused(archive, r"ledger\.jsonl\.gz, line 3: its record is not the record of its hash")


def test_an_entry_that_is_missing(archive):
    rewrite(archive, "ledger", lambda rows: rows[:3] + rows[4:])
    refused(archive, r"ledger\.jsonl\.gz, line 4: it does not follow the entry before it|no ledger|no signature")


def test_entries_that_were_cut_off_at_the_end(archive):
    newest = archives.lines(archive, "ledger")[-1]["hash"]
    rewrite(archive, "ledger", lambda rows: rows[:-1])
    rewrite(archive, "publications", lambda rows: [row for row in rows if row["evidence"] != newest])
    with pytest.raises(CommandError):
        archives.bring(archive)
    untouched()


def test_a_decision_that_is_not_the_one_of_the_ledger(archive):
    one(archive, "reviews", 0, outcome="declined")
    refused(archive, r"ledger\.jsonl\.gz, line \d+: it is not what its review tells of how it was decided")


def test_a_decision_that_no_entry_tells(archive):
    waiting = place(archive, "reviews", decided_at=None)
    one(
        archive,
        "reviews",
        waiting,
        outcome="changes",
        comment="No.",
        decided_by="ravi",
        decided_at="2026-01-01T00:00:00+00:00",
    )
    refused(archive, rf"reviews\.jsonl\.gz, line {waiting + 1}: it is decided, and no entry of the ledger says so")


def test_a_publication_that_no_entry_let_out(archive):
    one(archive, "publications", 0, evidence=digest(b"nothing"))
    refused(archive, r"publications\.jsonl\.gz, line 1: no entry of the ledger let it out")


def test_another_head(archive):
    say(archive, head={"sequence": 1, "hash": "0" * 64})
    refused(archive, r"manifest\.json: it names the head 1:0000")


def test_another_site_revision(archive):
    say(archive, site_revision=1)
    refused_by_the_database(archive, "its site revision is not the number of the newest publication")


def test_words_of_ones_own_that_one_signed(archive):
    """The guards stand during an import: this one says that nobody signs what they wrote."""
    one(archive, "revisions", place(archive, "revisions", number=2), authors=["ann", "ravi"])
    words = r"ledger\.jsonl\.gz lines \d+ to \d+.*: nobody signs words of their own that nobody else has signed"
    refused_by_the_database(archive, words)


def test_a_title_that_was_not_signed(archive):
    one(archive, "publications", 0, title="Something else")
    refused_by_the_database(archive, "title or summary is not the one that was signed")


def test_a_withdrawn_page_that_is_shown_again(archive):
    gone = archives.lines(archive, "publications")[place(archive, "publications", kind="withdraw")]["evidence"]
    rewrite(archive, "publications", lambda rows: [row for row in rows if row["evidence"] != gone])
    refused_by_the_database(archive, "its publication is missing|carries on")


def test_a_signature_of_somebody_who_is_no_reviewer(archive):
    one(archive, "reviews", 0, decided_by="morgan")
    one(archive, "ledger", 0, by="morgan")
    refused_by_the_database(archive, "only a verified reviewer signs")


def test_two_pages_at_one_address(archive):
    tics, yet = place(archive, "pages", slug="tics"), place(archive, "pages", slug="open-ache")
    one(archive, "pages", yet, slug=archives.lines(archive, "pages")[tics]["slug"])
    refused_by_the_database(archive, r"pages\.jsonl\.gz, line 1: the database refuses one of the lines 1 to \d+")


def test_other_files_are_the_same_after_a_refusal(archive):
    """An archive is only read."""
    before = archives.files(archive)
    say(archive, site_revision=1)
    after = archives.files(archive)
    refused_by_the_database(archive, "site revision")
    assert {**after, "manifest.json": b""} == {**before, "manifest.json": b""}
    assert archives.files(archive) == after
