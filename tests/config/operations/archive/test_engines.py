"""From one engine to the other and back: the same bytes and the same ledger."""

import shutil
from pathlib import Path

import pytest

from config.operations.demo import loader
from reviews import verification
from tests import factories, files, snapshots
from tests.files import create_empty_database, run_successfully

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def sqlite_url(request, tmp_path) -> str:
    """A migrated database of the other engine: copied, if an earlier run made one."""
    place = tmp_path / "other.sqlite3"
    kept = snapshots.get_kept_file(request.config.cache.mkdir("databases"))
    if kept.exists():
        shutil.copyfile(kept, place)
    else:
        run_successfully("migrate", "--verbosity", "0", url=f"sqlite:///{place}")
    return f"sqlite:///{place}"


def move_archive(archive: Path, *, into: str, out: Path, tmp_path: Path) -> dict[str, bytes]:
    """Import an archive by the commands, and export it again from there; gives its files."""
    there = {"url": into, "images": tmp_path / f"pictures of {out.name}"}
    sequence, tip = verification.get_head()
    assert f"{sequence}:{tip}" in run_successfully("import_archive", archive, **there)
    assert "The ledger is whole." in run_successfully(
        "verify_ledger", "--head", f"{sequence}:{tip}", **there
    )
    run_successfully("export_archive", out, "--with-private", **there)
    return files.read_files(out)


def assert_round_trip(tmp_path: Path, there: str) -> None:
    before = files.export_archive(tmp_path / "before")
    assert (
        move_archive(tmp_path / "before", into=there, out=tmp_path / "there", tmp_path=tmp_path)
        == before
    )
    with create_empty_database(tmp_path, migrated=True) as here:
        assert (
            move_archive(tmp_path / "there", into=here, out=tmp_path / "back", tmp_path=tmp_path)
            == before
        )


@pytest.mark.postgresql
def test_a_site_that_has_lived_goes_to_sqlite_and_back(lived, sqlite_url, tmp_path):
    """Each engine writes what the other one brings in, so that one way round is both."""
    assert_round_trip(tmp_path, sqlite_url)


@pytest.mark.postgresql
def test_the_demonstration_goes_to_sqlite_and_back(sqlite_url, tmp_path):
    loader.load(password="demo")
    assert_round_trip(tmp_path, sqlite_url)


def test_a_library_goes_out_and_in(ann, ravi, tmp_path):
    """More pages, entries and publications than are stored at a time."""
    factories.publish_symptoms(300, by=ann, signer=ravi)
    factories.sign_all_again(700, signer=ravi)
    before = files.export_archive(tmp_path / "before")
    files.empty_database()
    files.import_archive(tmp_path / "before")
    assert files.export_archive(tmp_path / "after") == before
