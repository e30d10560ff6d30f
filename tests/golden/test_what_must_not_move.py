"""A site that build 978f4c9 wrote means the same to this build, to the byte (issue 13).

The fixture and every expected value are kept in ``tests/fixtures/golden``. They were written once,
by that build, and are never written again. ``names.py`` lists models that have another name since,
and ``project.py`` imports what is needed of the project's modules.
"""

import pytest

from tests.golden import names, program, rows, runs
from tests.golden.comparing import assert_all_there, assert_same, assert_same_site

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("way", ["database", "archive"])
def test_tables_columns_constraints_and_indexes_are_those_that_there_were(ways, way, engine):
    expected, observed = runs.expected(f"schema.{engine}"), ways[way]["schema"]
    for triggers in ("triggers", "what triggers do"):
        del expected[triggers]
    assert_same(
        expected,
        {name: observed[name] for name in observed if not name.endswith(("triggers", "do"))},
    )


def test_triggers_have_the_names_and_the_tables_that_they_had(site, engine):
    assert_same(runs.expected(f"schema.{engine}")["triggers"], site["schema"]["triggers"])


def test_triggers_refuse_what_they_refused(site, engine):
    """Their conditions; the words in which they refuse are for people."""
    name = "what triggers do"
    assert_same(runs.expected(f"schema.{engine}")[name], site["schema"][name])


def expect_rows(name: str) -> dict:
    """The rows that there were, without the tables that nothing is compared in."""
    return {table: row for table, row in runs.expected(name).items() if table not in rows.LEFT_OUT}


def test_every_value_in_every_row_of_the_database_is_the_one_that_there_was(database, engine):
    assert_same(expect_rows(f"rows.{engine}"), database["rows"])


def test_every_value_in_every_row_of_the_archive_comes_in_as_it_did(ways, engine):
    assert_same(expect_rows(f"rows_imported.{engine}"), ways["archive"]["rows"])


def test_every_entry_of_the_ledger_keeps_its_record_its_hash_and_its_place(site):
    assert_same({"ledger": runs.expected("ledger")}, {"ledger": site["ledger"]})


def test_every_revision_keeps_its_bytes_and_its_digest(site):
    assert_same(runs.expected("revisions"), site["revisions"])


def test_every_working_copy_composes_the_bytes_that_it_did(site):
    assert_same(runs.expected("composed"), site["composed"])


@pytest.mark.parametrize("way", ["database", pytest.param("archive", marks=pytest.mark.sqlite)])
@pytest.mark.parametrize("kind", ["signed", "json_ld", "files"])
def test_the_site_as_plain_files_is_the_same(ways, way, kind):
    """Signed documents for programs, JSON-LD, and every page, feed and list."""
    expected = {kind: names.without_rewritten(runs.expected("site")[kind])}
    observed = {kind: names.without_rewritten(ways[way]["site"][kind])}
    if kind == "json_ld":
        assert_same(expected, observed)
    else:
        empty = {"signed": {}, "files": {}}
        assert_same_site(empty | expected, empty | observed, ways.work / way / "site")


def test_an_archive_that_is_written_now_has_the_same_lines_and_head(site):
    assert_same(runs.expected("archive"), site["archive"])


def test_evidence_packs_have_the_same_files_with_the_same_bytes(whole_site):
    assert_same(runs.expected("evidence"), whole_site["evidence"])


def test_the_records_that_other_systems_get_are_the_same(whole_site):
    assert_same(runs.expected("content"), whole_site["content"])


def test_visitors_get_the_same_answers(whole_site):
    expected, observed = runs.expected("public"), whole_site["public"]
    assert_same(names.without_looks(expected), names.without_looks(observed))


def test_visitors_find_the_same_pages_in_the_same_order(whole_site):
    expected, observed = runs.expected("search"), whole_site["search"]
    chosen = names.without_chosen_otherwise
    assert_same(chosen(expected), chosen(observed))


def by_route(addresses: list) -> dict:
    return {f"{program.without_names(route)} {name}": "is there" for route, name in addresses}


def test_every_address_is_there(database):
    """Public ones and those of staff, with the names of their views, not of their parameters."""
    assert_all_there(by_route(runs.expected("addresses")), by_route(database["addresses"]))


def test_staff_get_the_same_answers(database):
    """Editors, reviewers, and two who hold rights by hand over models that were renamed."""
    assert_all_there(runs.expected("staff"), names.with_old_answers(database["staff"]))


def test_old_addresses_of_the_admin_lead_to_the_new_ones(database):
    assert database["bookmarks"] == {}


def test_sessions_that_were_open_are_open(database):
    assert_same(runs.expected("sessions"), database["sessions"])


def test_the_second_factor_is_read(database):
    assert database["second_factor"] == runs.expected("second_factor")


def test_lists_as_files_have_the_same_columns_and_rows(database):
    assert_all_there(runs.expected("sheets"), database["sheets"])


def test_letters_say_the_same(database):
    expected = names.without_rewritten_letters(runs.expected("mail"))
    assert_same(expected, names.without_rewritten_letters(database["mail"]))


def test_commands_take_the_same_options(database):
    assert_all_there(runs.expected("commands"), names.with_old_options(database["commands"]))


@pytest.mark.parametrize("kind", ["settings", "environment"])
def test_settings_and_what_the_environment_may_say_have_the_same_names(database, kind):
    expected, observed = runs.expected("settings")[kind], database["settings"][kind]
    assert set(expected) - set(observed) - names.DROPPED_SETTINGS == set()


def test_every_model_has_its_table_and_its_columns(database):
    assert_all_there(runs.expected("models"), database["models"])
