"""Archives of older versions of the format, raised to the version that this build writes.

An upcaster takes an archive from one version to the next: its manifest, and the lines of each file
that changed. Whoever changes what a line holds (a column, a name, a nested row, the name of a
permission) does three things:

1. raise ``VERSION`` by one;
2. add an ``Upcaster`` to ``UPCASTERS`` for the version before it, with a small function for each
file that changed;
3. write down the new lines in the test that holds them
(``tests/config/operations/archive/test_versions.py``).

An upcaster is never changed later, save for a fault: it names what the format was, not what the
models are.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeGuard

from config.operations.archive.folder import CannotRunOperation

VERSION = 4
FIRST_VERSION_WITH_EVENTS = 4  # and with hashes of authorship


@dataclass(frozen=True)
class Upcaster:
    """From one version to the next. ``rows``: by the name of a file, what becomes of each of its
    lines.

    ``manifest`` raises CannotRunOperation for an archive that cannot be read. A function of
    ``rows`` gives a new row; one that is not of its version it gives back as it is, so that the
    checks of every line refuse it.
    """

    manifest: Callable[[dict], dict]
    rows: dict[str, Callable[[dict], dict]] = field(default_factory=dict)


def require_known(version) -> None:
    """Raises CannotRunOperation for a version that this build cannot read."""
    if type(version) is not int or not 1 <= version <= VERSION:
        raise CannotRunOperation(
            f"manifest.json: the archive is of format {version}, and this build reads up to "
            f"{VERSION}."
        )


def upcast_manifest(manifest: dict) -> dict:
    """A manifest as this build reads it. Its version stays the one that the archive was
    written in.
    """
    version = manifest["version"]
    for older in range(version, VERSION):
        manifest = UPCASTERS[older].manifest(manifest)
    return manifest | {"version": version}


def list_row_upcasters(version: int, file_name: str) -> list[Callable[[dict], dict]]:
    """What each line of a file goes through, one step after the other; empty for this version."""
    upcasters = [UPCASTERS[older] for older in range(version, VERSION)]
    return [upcaster.rows[file_name] for upcaster in upcasters if file_name in upcaster.rows]


# Version 1, of builds up to 978f4c9: the lines of the tables of that build, whatever they were, so
# that an archive of other tables cannot be told from its version. In lines from these tables,
# permissions have the names of older models.
LAST_SCHEMA_OF_VERSION_1 = {
    "articles": "0011_merging",
    "auth": "0012_alter_user_first_name_max_length",
    "reviews": "0010_attestation",
    "symptoms": "0007_merging",
    "taggit": "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx",
}
MODELS_RENAMED_IN_VERSION_2 = {
    "articles.origin": "externalid",
    "articles.publication": "publicationevent",
    "reviews.signature": "ledgerentry",
    "reviews.standing": "reviewschedule",
    "symptoms.causeorigin": "causeexternalid",
}
MODEL_VERBS = ("add", "change", "delete", "view")


def _require_last_schema(manifest: dict) -> dict:
    """Version 1 is read for the last schema that was written in it; older ones need their build."""
    schema = manifest.get("schema")
    if not isinstance(schema, dict):
        raise CannotRunOperation("manifest.json: “schema” is missing or not what it should be.")
    differences = []
    for app in sorted(LAST_SCHEMA_OF_VERSION_1.keys() | schema.keys()):
        there = schema.get(app, "not there")
        readable = LAST_SCHEMA_OF_VERSION_1.get(app, "not there")
        if there != readable:
            differences.append(f"{app} is {there} there and {readable} in what this build reads")
    if differences:
        raise CannotRunOperation(
            f"manifest.json: the archive is of another schema: {'; '.join(differences)}. "
            f"It was made by build {manifest.get('build')}. Bring it in with that build, "
            "then bring the database up to date with “manage.py migrate”."
        )
    return manifest


def _rename_rights(row: dict) -> dict:
    """A group or a person, with their permissions under the names of version 2."""
    rights = row.get("rights")
    if not _is_sorted_names(rights):
        return row
    return row | {"rights": sorted(_rename_right(right) for right in rights)}


def _is_sorted_names(rights) -> TypeGuard[list[str]]:
    if not isinstance(rights, list) or not all(isinstance(right, str) for right in rights):
        return False
    return rights == sorted(rights)


def _rename_right(right: str) -> str:
    app, _, codename = right.partition(".")
    verb, _, model = codename.partition("_")
    renamed = MODELS_RENAMED_IN_VERSION_2.get(f"{app}.{model}")
    if renamed is None or verb not in MODEL_VERBS:
        return right
    return f"{app}.{verb}_{renamed}"


# Version 2, of builds up to 576a0b7: a page had one care card, with the heading of its level,
# nothing stood before the name of a symptom in questions, and there were neither emergency pages
# nor a table of phrases.
ADDED_TO_PAGES_IN_VERSION_3: dict[str, object] = {
    "advice_heading": "",
    "care_cards": [],
    "emergency": None,
    "same_for_everyone": False,
    "shows_crisis_line": False,
}


# By a right that a group had, those that version 3 adds to it.
ADDED_RIGHTS_IN_VERSION_3: dict[str, tuple[str, ...]] = {
    "articles.add_article": (
        "articles.add_emergencypage",
        "articles.change_emergencypage",
        "articles.view_emergencypage",
        "articles.view_phraseevent",
    ),
    "articles.view_readerreport": ("articles.view_harmdecision",),
    "articles.withdraw_article": (
        "articles.add_phraseevent",
        "articles.change_phraseevent",
        "articles.delete_phraseevent",
    ),
}
# And a cause had no description and was no catch-all.
ADDED_TO_CAUSES_IN_VERSION_3: dict[str, object] = {"catch_all": False, "description": None}


def _keep_manifest(manifest: dict) -> dict:
    return manifest


def _add_care_cards(row: dict) -> dict:
    """A page with one care card at most, as it was written in version 2."""
    if ADDED_TO_PAGES_IN_VERSION_3.keys() & row.keys():
        return row
    return row | ADDED_TO_PAGES_IN_VERSION_3


def _add_determiner(row: dict) -> dict:
    """A symptom whose questions had nothing before its name."""
    symptom = row.get("symptom")
    if not isinstance(symptom, dict) or "determiner" in symptom:
        return row
    return row | {"symptom": symptom | {"determiner": ""}}


def _upcast_page(row: dict) -> dict:
    return _add_determiner(_add_care_cards(row))


def _add_rights(row: dict) -> dict:
    """A group that wrote pages writes emergency pages; one that withdrew them keeps the table."""
    rights = row.get("rights")
    if not _is_sorted_names(rights):
        return row
    added: set[str] = set()
    for right, more in ADDED_RIGHTS_IN_VERSION_3.items():
        if right in rights:
            added.update(more)
    return row | {"rights": sorted([*rights, *(added - set(rights))])}


def _add_cause_facts(row: dict) -> dict:
    """A cause as it was written in version 2."""
    if ADDED_TO_CAUSES_IN_VERSION_3.keys() & row.keys():
        return row
    return row | ADDED_TO_CAUSES_IN_VERSION_3


# Version 3, of builds up to 7e69995: there was no chain of events, and an import begins one.
# Revisions had no hash of their authorship, and an import computes it.
def _add_events_head(manifest: dict) -> dict:
    return {"events_head": {"sequence": 0, "hash": "0" * 64}} | manifest


def _add_authorship_hash(row: dict) -> dict:
    return row if "authorship_hash" in row else row | {"authorship_hash": ""}


# And no review had a second reader.
def _add_first_review(row: dict) -> dict:
    return row if "continues" in row else row | {"continues": None}


UPCASTERS: dict[int, Upcaster] = {
    1: Upcaster(_require_last_schema, rows={"groups": _rename_rights, "people": _rename_rights}),
    2: Upcaster(
        _keep_manifest,
        rows={"groups": _add_rights, "pages": _upcast_page, "causes": _add_cause_facts},
    ),
    3: Upcaster(
        _add_events_head,
        rows={"revisions": _add_authorship_hash, "reviews": _add_first_review},
    ),
}
