"""The format of archives has versions: what version 4 holds does not move, and older ones come in.

``tests/fixtures/archive-4.json`` holds the keys of the lines of version 4, and the permissions that
they may name. A test below fails when a model changes them. Then raise ``VERSION`` in
``config/operations/archive/versions.py``, write an upcaster for the version before, and keep the
new shape in a file of its own. The file of a version is never changed once a build wrote such
archives.
"""

import json
import shutil
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError

from config.operations.archive import versions
from config.operations.archive.declaration import FILES, list_columns, list_keys
from reviews import verification
from tests import files
from tests.files import change_manifest
from tests.golden import runs

KEPT_SHAPE = Path("tests/fixtures") / f"archive-{versions.VERSION}.json"


def get_shape() -> dict:
    """By file, the keys of a line; of what stands inside it, the keys again."""
    shape = {}
    for file in FILES:
        nested = {}
        for name, relation in file.related_rows.items():
            nested[name] = sorted(column.name for column in list_columns(relation))
        private = list_keys(file, private=True) - list_keys(file, private=False)
        shape[file.name] = {
            "keys": sorted(list_keys(file, private=True)),
            "nested": nested,
            "private": sorted(private),
        }
    return shape


def list_permissions() -> set[str]:
    names = Permission.objects.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in names}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_line_has_the_keys_that_this_version_has(file):
    kept = json.loads(KEPT_SHAPE.read_text())["files"]
    assert get_shape()[file.name] == kept[file.name], f"see the top of {Path(__file__).name}"


def test_an_archive_has_the_files_that_this_version_has():
    assert list(get_shape()) == list(json.loads(KEPT_SHAPE.read_text())["files"])


def test_every_permission_that_this_version_names_is_there(db):
    kept = set(json.loads(KEPT_SHAPE.read_text())["permissions"])
    assert kept - list_permissions() == set(), f"see the top of {Path(__file__).name}"


def test_there_is_an_upcaster_from_every_older_version():
    assert sorted(versions.UPCASTERS) == list(range(1, versions.VERSION))
    files = {file.name for file in FILES}
    for upcaster in versions.UPCASTERS.values():
        assert upcaster.rows.keys() <= files


@pytest.fixture(scope="module")
def older_template(tmp_path_factory) -> Path:
    return runs.unpack_archive(tmp_path_factory.mktemp("older") / "archive")


@pytest.fixture
def older(older_template, tmp_path) -> Path:
    """An archive of version 1, as build 978f4c9 wrote it."""
    return shutil.copytree(older_template, tmp_path / "older")


def read_rights(archive: Path) -> dict[str, list[str]]:
    rights = {}
    for file in ("groups", "people"):
        for row in files.read_rows(archive, file):
            rights[row.get("username") or row["name"]] = row["rights"]
    return rights


def read_pages(archive: Path) -> list[dict]:
    """The pages without the keys that sort them, which are computed anew when they come in, and
    without what later versions added, which is empty.
    """
    added = versions.ADDED_TO_PAGES_IN_VERSION_3
    pages = []
    for page in files.read_rows(archive, "pages"):
        assert {name: page.pop(name) for name in added.keys() & page.keys()} in ({}, added)
        if page["symptom"]:
            assert page["symptom"].pop("determiner", "") == ""
        del page["sort_key"]
        pages.append(page)
    return pages


CHANGED_FILES = {
    f"{name}.jsonl.gz" for name in ("groups", "people", "pages", "causes", "revisions", "reviews")
}


def test_version_1_comes_in_and_goes_out_as_this_version(transactional_db, older, tmp_path):
    before = read_rights(older)
    files.import_archive(older)
    assert list(verification.find_faults()) == []
    files.export_archive(tmp_path / "newer")
    manifest = files.read_manifest(tmp_path / "newer")
    assert manifest["version"] == versions.VERSION
    for name, entry in files.read_manifest(older)["files"].items():
        if name not in CHANGED_FILES:
            assert manifest["files"][name] == entry
    assert read_pages(tmp_path / "newer") == read_pages(older)
    causes = list(files.read_rows(tmp_path / "newer", "causes"))
    new = versions.ADDED_TO_CAUSES_IN_VERSION_3
    assert causes == [cause | new for cause in files.read_rows(older, "causes")]
    revisions = list(files.read_rows(tmp_path / "newer", "revisions"))
    assert all(len(revision.pop("authorship_hash")) == 64 for revision in revisions)
    assert revisions == list(files.read_rows(older, "revisions"))
    reviews = list(files.read_rows(tmp_path / "newer", "reviews"))
    assert {review.pop("continues") for review in reviews} == {None}
    assert reviews == list(files.read_rows(older, "reviews"))
    after = read_rights(tmp_path / "newer")
    added = set().union(*versions.ADDED_RIGHTS_IN_VERSION_3.values())
    assert {name: len({*rights} - added) for name, rights in after.items()} == {
        name: len(rights) for name, rights in before.items()
    }
    assert "articles.add_emergencypage" in after["Editors"]
    assert "articles.delete_phraseevent" in after["Managing editors"]
    assert "articles.view_phraseevent" not in after["Reviewers"]
    names = set().union(*after.values())
    assert not [name for name in names if name.endswith(("_signature", "_publication", "_origin"))]
    assert {"reviews.view_ledgerentry", "articles.view_publicationevent"} <= names
    assert names <= list_permissions()
    assert_chain_began_with_what_was_found(tmp_path / "newer")


def assert_chain_began_with_what_was_found(archive: Path) -> None:
    """The rows of an older build were found on the day of the import, and come back so."""
    records = [json.loads(event["record"]) for event in files.read_rows(archive, "events")]
    found = {record["kind"] for record in records if record.get("found")}
    assert {"reviewer", "review", "comment", "hand-over", "recall", "expunction"} <= found
    begun = {record["subject"] for record in records if record["kind"] == "baseline"}
    assert found == begun
    head = verification.get_heads()
    files.empty_database()
    files.import_archive(archive)
    assert verification.get_heads() == head
    assert list(verification.find_faults()) == []


def test_version_1_of_an_older_schema_is_refused_with_the_build_to_use(db, older):
    schema = files.read_manifest(older)["schema"]
    change_manifest(older, schema=schema | {"articles": "0010_imports"}, build="596e206")
    words = (
        r"articles is 0010_imports there and 0011_merging in what this build reads\. "
        r"It was made by build 596e206\. Bring it in with that build"
    )
    for dry_run in (True, False):
        with pytest.raises(CommandError, match=words):
            files.import_archive(older, dry_run=dry_run)
    change_manifest(older, schema="x")
    with pytest.raises(CommandError, match="“schema” is missing or not what it should be"):
        files.import_archive(older)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("rights", "why"),
    [
        (["reviews.view_signature", "articles.view_publication"], "is not a sorted list of names"),
        (["reviews.view_ledgerentry", "reviews.view_signature"], "is not a sorted list of names"),
        (["reviews.sign_signature"], "no permission “reviews.sign_signature” is in the archive"),
        (["reviews.view_publication"], "no permission “reviews.view_publication”"),
        ([1], "no permission “1”"),
        ("x", "is not a sorted list of names"),
        (None, "is not a sorted list of names"),
    ],
)
def test_rights_of_version_1_that_cannot_be(db, older, rights, why):
    files.change_rows(older, "groups", lambda rows: [rows[0] | {"rights": rights}, *rows[1:]])
    with pytest.raises(CommandError, match=rf"groups\.jsonl\.gz, line 1: .*{why}"):
        files.import_archive(older, dry_run=True)


def test_a_line_of_version_1_without_its_rights(db, older):
    def remove_rights(rows: list[dict]) -> list[dict]:
        del rows[0]["rights"]
        return rows

    files.change_rows(older, "people", remove_rights)
    with pytest.raises(CommandError, match=r"people\.jsonl\.gz, line 1: it has no “rights”"):
        files.import_archive(older, dry_run=True)


@pytest.mark.parametrize(
    ("written", "added"),
    [({"title": "A"}, versions.ADDED_TO_PAGES_IN_VERSION_3), ({"care_cards": [{}]}, {})],
)
def test_a_page_of_version_2_has_one_card_at_most(written, added):
    (upcast,) = versions.list_row_upcasters(2, "pages")
    assert upcast(written) == written | added
    assert versions.list_row_upcasters(versions.VERSION, "pages") == []


def test_version_1_under_the_number_of_version_2_is_not_taken_for_it(db, older):
    """Old names of permissions mean nothing in version 2."""
    change_manifest(older, version=2)
    with pytest.raises(CommandError, match=r"no permission “articles\.\w+_\w+” is in the archive"):
        files.import_archive(older, dry_run=True)


@pytest.mark.parametrize("version", [versions.VERSION + 1, 0, -1, None, "2", 2.0, True])
def test_a_version_that_this_build_does_not_know_is_refused(db, older, version):
    change_manifest(older, version=version)
    words = f"the archive is of format {version}, and this build reads up to {versions.VERSION}"
    with pytest.raises(CommandError, match=words):
        files.import_archive(older)


def test_this_version_does_not_ask_for_the_migrations_of_one_build(transactional_db, tmp_path):
    files.export_archive(tmp_path / "archive")
    for schema in ({"articles": "9999_later"}, "x", None):
        change_manifest(tmp_path / "archive", schema=schema)
        assert "The archive is whole." in files.import_archive(tmp_path / "archive", dry_run=True)
