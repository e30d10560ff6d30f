"""Verification names triggers that should not be there, whatever they do."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from reviews import verification
from tests import factories
from tests.database import disable_triggers, sql

pytestmark = pytest.mark.django_db


def create_trigger(name: str, table: str, action: str, event: str = "AFTER INSERT") -> None:
    """Do in silence, whenever rows of a table change, what ``action`` says in SQL."""
    if connection.vendor == "sqlite":
        sql(f"CREATE TRIGGER {name} {event} ON {table} BEGIN {action}; END")
        return
    sql(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {action}; RETURN NEW; END $$"
    )
    sql(f"CREATE TRIGGER {name} {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def test_a_database_as_it_was_migrated_has_no_stray_trigger(ann, ravi):
    factories.sign_page(factories.make_symptom(ann), by=ravi, asked_by=ann)
    assert list(verification.find_faults()) == []


def test_a_trigger_that_changes_what_will_be_signed_is_named_before_it_did(ann, ravi):
    factories.sign_page(factories.make_symptom(ann), by=ravi, asked_by=ann)
    create_trigger(
        "tidy_up", "articles_revision", "UPDATE articles_revision SET document = '{}' WHERE id < 0"
    )
    assert list(verification.find_faults()) == [
        "trigger tidy_up on articles_revision should not be there"
    ]
    with pytest.raises(SystemExit):
        call_command("verify_ledger", stdout=StringIO(), stderr=StringIO())


def test_a_trigger_that_changed_a_signed_row_is_named_with_what_it_did(ann, ravi):
    factories.sign_page(factories.make_symptom(ann), by=ravi, asked_by=ann)
    change = "UPDATE reviews_signature SET record = record || ' ' WHERE sequence = 1"
    with disable_triggers():
        create_trigger("sync_names", "articles_topic", change, event="AFTER UPDATE")
        sql("UPDATE articles_topic SET name = name")
    first, *others = verification.find_faults()
    assert first == "trigger sync_names on articles_topic should not be there"
    assert others


@pytest.mark.parametrize("table", ["auth_user", "django_session", "other_system"])
def test_a_trigger_on_any_table_of_the_database_is_named(table):
    if table == "other_system":
        sql("CREATE TABLE other_system (id integer)")
    create_trigger("stray", table, "UPDATE articles_topic SET name = 'x' WHERE id < 0")
    assert list(verification.find_faults()) == [f"trigger stray on {table} should not be there"]


def test_a_trigger_with_the_name_of_one_of_ours_on_another_table_is_named():
    if connection.vendor == "sqlite":
        sql("DROP TRIGGER articles_revision_no_update")
        sql(
            "CREATE TRIGGER articles_revision_no_update BEFORE UPDATE ON articles_topic "
            "BEGIN SELECT 1; END"
        )
    else:
        sql(
            "CREATE TRIGGER articles_revision_no_update BEFORE UPDATE ON articles_topic "
            "FOR EACH ROW WHEN (false) EXECUTE FUNCTION articles_revision_no_update()"
        )
    faults = list(verification.find_faults())
    assert "trigger articles_revision_no_update on articles_topic should not be there" in faults


@pytest.mark.postgresql
def test_a_trigger_that_is_switched_off_for_now_is_named_too():
    create_trigger("sleeper", "articles_revision", "NULL")
    sql("ALTER TABLE articles_revision DISABLE TRIGGER sleeper")
    assert list(verification.find_faults()) == [
        "trigger sleeper on articles_revision should not be there"
    ]
