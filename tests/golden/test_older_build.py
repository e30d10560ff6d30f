"""The demonstration as build 596e206 wrote it, as a database and as an archive, comes in whole."""

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
