"""From one engine to the other and back: the same bytes and the same ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from config.operations.demo import loader
from reviews import verification
from tests import archives, scale, site_history
from tests.backups import create_empty_database, run_successfully
from tests.people import create_groups
from tests.postgres import postgresql

pytestmark = pytest.mark.usefixtures("transactional_db")


@contextmanager
def create_other_database(tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of the engine that these tests do not run on."""
    if connection.vendor == "sqlite":
        with postgresql() as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path}/other.sqlite3"


def move_archive(archive: Path, *, into: str, out: Path, tmp_path: Path) -> dict[str, bytes]:
    """Import an archive by the commands, and export it again from there; gives its files."""
    there = {"url": into, "images": tmp_path / f"pictures of {out.name}"}
    run_successfully("migrate", "--verbosity", "0", **there)
    sequence, tip = verification.get_head()
    assert f"{sequence}:{tip}" in run_successfully("import_archive", archive, **there)
    assert "The ledger is whole." in run_successfully(
        "verify_ledger", "--head", f"{sequence}:{tip}", **there
    )
    run_successfully("export_archive", out, "--with-private", **there)
    return archives.read_files(out)


def assert_round_trip(tmp_path: Path) -> None:
    before = archives.export_archive(tmp_path / "before")
    with create_other_database(tmp_path) as there:
        assert (
            move_archive(tmp_path / "before", into=there, out=tmp_path / "there", tmp_path=tmp_path)
            == before
        )
    with create_empty_database(tmp_path) as here:
        assert (
            move_archive(tmp_path / "there", into=here, out=tmp_path / "back", tmp_path=tmp_path)
            == before
        )


def test_a_site_that_has_lived_goes_to_the_other_engine_and_back(
    ann, ravi, fiona, morgan, olga, tmp_path
):
    site_history.create(ann, ravi, fiona, morgan, olga)
    assert_round_trip(tmp_path)


def test_the_demonstration_goes_to_the_other_engine_and_back(tmp_path):
    create_groups()  # an earlier test emptied the database
    loader.load(password="demo")
    assert_round_trip(tmp_path)


def test_a_library_goes_out_and_in(ann, ravi, tmp_path):
    """More pages, entries and publications than are stored at a time."""
    scale.publish_symptoms(300, by=ann, signer=ravi)
    scale.sign_again(700, signer=ravi)
    before = archives.export_archive(tmp_path / "before")
    archives.empty_database()
    archives.import_archive(tmp_path / "before")
    assert archives.export_archive(tmp_path / "after") == before
