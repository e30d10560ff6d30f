"""The demonstration as older builds wrote it comes in whole: 596e206, and 576a0b7 before cards."""

import json

import pytest

from tests.golden import runs
from tests.golden.comparing import assert_same

pytestmark = pytest.mark.django_db


def history() -> dict:
    """Its texts and its ledger, read with SQL alone from the database as build 596e206 left it."""
    return runs.expected("older_history")


@pytest.mark.parametrize("kind", ["ledger", "revisions"])
def test_its_archive_keeps_texts_digests_and_ledger(older_archive, kind):
    assert_same({kind: history()[kind]}, {kind: older_archive[kind]})


@pytest.mark.sqlite
@pytest.mark.parametrize("kind", ["ledger", "revisions"])
def test_its_database_keeps_texts_digests_and_ledger(older_database, kind):
    assert_same({kind: history()[kind]}, {kind: older_database[kind]})


@pytest.mark.sqlite
@pytest.mark.parametrize("when", ["composed", "composed after a save"])
def test_its_pages_make_the_texts_that_they_made(older_database, when):
    """Composed by this build, before and after every row is saved as it was read."""
    assert older_database[when] == older_database["latest"]


@pytest.mark.sqlite
def test_its_database_has_the_tables_of_today_once_it_is_migrated(older_database):
    assert_same(runs.expected("schema.sqlite"), older_database["schema"])


@pytest.mark.sqlite
def test_a_database_from_before_care_cards_keeps_every_text_and_its_review(tmp_path):
    """Every page makes the text that it made, and an annual review of one adds none."""
    url = runs.unpack_database(tmp_path / "older.sqlite3", "build_576a0b7/")
    runs.unpack_pictures(tmp_path, runs.OLDER)  # the demonstration had the same
    ran = runs.run("-m", "tests.golden.before_cards", tmp_path, url=url, images=tmp_path / "images")
    assert not ran.returncode, ran.stdout + ran.stderr
    observed = json.loads((tmp_path / "observed.json").read_bytes())
    assert_same({"revisions": observed["revisions before"]}, {"revisions": observed["revisions"]})
    assert len(observed["latest"]) == 40
    assert observed["composed"] == observed["latest"]
    assert observed["reviewed"] == "re-sign"
    assert observed["revisions after"] == observed["revisions"]
