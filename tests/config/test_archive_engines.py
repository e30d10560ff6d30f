"""From one engine to the other and back: the same bytes and the same ledger, whatever the site has lived through."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection

from config import groups
from config.demo import loader
from reviews import verification
from tests import archives, lives, scale
from tests.backups import done, nothing_yet
from tests.postgres import postgresql

pytestmark = pytest.mark.usefixtures("transactional_db")


@contextmanager
def other_engine(tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of the engine that these tests do not run on."""
    if connection.vendor == "sqlite":
        with postgresql() as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path}/other.sqlite3"


def brought(archive: Path, *, into: str, out: Path, tmp_path: Path) -> dict[str, bytes]:
    """An archive brought in somewhere, by the commands as people give them, and written out again from there."""
    there = {"url": into, "images": tmp_path / f"pictures of {out.name}"}
    done("migrate", "--verbosity", "0", **there)
    sequence, tip = verification.head()
    assert f"{sequence}:{tip}" in done("import_archive", archive, **there)
    assert "The ledger is whole." in done("verify_ledger", "--head", f"{sequence}:{tip}", **there)
    done("export_archive", out, "--with-private", **there)
    return archives.files(out)


def goes_there_and_back(tmp_path: Path) -> None:
    before = archives.export(tmp_path / "before")
    with other_engine(tmp_path) as there:
        assert brought(tmp_path / "before", into=there, out=tmp_path / "there", tmp_path=tmp_path) == before
    with nothing_yet(tmp_path) as here:
        assert brought(tmp_path / "there", into=here, out=tmp_path / "back", tmp_path=tmp_path) == before


def test_a_site_that_has_lived_goes_to_the_other_engine_and_back(ann, ravi, fiona, morgan, olga, tmp_path):
    lives.live_through(ann, ravi, fiona, morgan, olga)
    goes_there_and_back(tmp_path)


def test_the_demonstration_goes_to_the_other_engine_and_back(tmp_path):
    groups.grant(Group, Permission)  # an earlier test emptied the database
    loader.load(password="demo")
    goes_there_and_back(tmp_path)


def test_a_library_goes_out_and_in(ann, ravi, tmp_path):
    """More pages, entries and publications than are stored at a time."""
    scale.publish_symptoms(300, by=ann, signer=ravi)
    scale.sign_again(700, signer=ravi)
    before = archives.export(tmp_path / "before")
    archives.empty()
    archives.bring(tmp_path / "before")
    assert archives.export(tmp_path / "after") == before
