"""History is added and never edited: the database refuses the rest, whoever asks."""

import dataclasses

import pytest
from django.apps import apps
from django.db import connection, models

from articles import triggers as articles_triggers
from articles.db import triggers
from articles.models import PublicationEvent, Revision
from reviews import triggers as reviews_rules
from reviews.models import LedgerEntry
from tests import factories
from tests.database import disable_triggers, expect_refusal, sql

pytestmark = pytest.mark.django_db

TABLES = ["articles_revision", "articles_authorship", "articles_publication", "reviews_signature"]
# An INSERT over a signature may meet the guard of who signs before that of the row that stands.
APPEND_ONLY = "are added and never changed|only a verified reviewer signs"
FRESH = {
    "id": "id + 1000",
    "uuid": "'00000000000000000000000000000001'",
    "number": "number + 1000",
    "sequence": "sequence + 1000",
    "review_id": "NULL",
    "hash": "hash || 'a'",
    "previous_hash": "previous_hash || 'a'",
}
OTHER_KEYS = [
    ("articles_revision", {"uuid"}),
    ("articles_revision", {"article_id", "number"}),
    ("articles_authorship", {"revision_id", "user_id"}),
    ("articles_publication", {"evidence"}),
    ("reviews_signature", {"sequence"}),
    ("reviews_signature", {"review_id"}),
    ("reviews_signature", {"hash"}),
    ("reviews_signature", {"previous_hash"}),
]


@pytest.fixture
def published(ann, ravi):
    """A page that was signed: each of the tables has a row."""
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return symptom


def list_columns_of(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [
            column.name for column in connection.introspection.get_table_description(cursor, table)
        ]


@pytest.mark.parametrize("table", TABLES)
def test_an_update_is_refused(published, table):
    with expect_refusal(APPEND_ONLY):
        sql(f"UPDATE {table} SET id = id")


@pytest.mark.parametrize("table", TABLES)
def test_a_delete_is_refused(published, table):
    with expect_refusal(APPEND_ONLY):
        sql(f"DELETE FROM {table}")


@pytest.mark.postgresql
@pytest.mark.parametrize("table", TABLES)
def test_a_truncate_is_refused(published, table):
    connection.check_constraints()
    with expect_refusal(APPEND_ONLY):
        sql(f"TRUNCATE {table} CASCADE")


@pytest.mark.sqlite
@pytest.mark.parametrize("table", TABLES)
def test_an_insert_or_replace_of_a_whole_row_is_refused(published, table):
    with expect_refusal(APPEND_ONLY):
        sql(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


@pytest.mark.sqlite
@pytest.mark.parametrize(("table", "key"), OTHER_KEYS)
def test_an_insert_or_replace_by_another_key_is_refused(published, table, key):
    names = list_columns_of(table)
    values = [name if name in key else FRESH.get(name, name) for name in names]
    with expect_refusal(APPEND_ONLY):
        sql(
            f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) "
            f"SELECT {', '.join(values)} FROM {table}"
        )


@pytest.mark.parametrize("table", TABLES)
def test_an_upsert_is_refused(published, table):
    with expect_refusal(APPEND_ONLY):
        sql(
            f"INSERT INTO {table} SELECT * FROM {table} WHERE id > 0 "
            "ON CONFLICT (id) DO UPDATE SET id = excluded.id"
        )


@pytest.mark.parametrize("model", [Revision, PublicationEvent, LedgerEntry])
def test_our_own_code_is_refused_too(published, model):
    row = model.objects.first()
    with expect_refusal(APPEND_ONLY):
        row.save()
    with expect_refusal(APPEND_ONLY):
        model.objects.filter(pk=row.pk)._raw_delete(using="default")


def test_a_new_row_is_not_refused(published, ann):
    factories.edit_page(published, by=ann, summary="Another summary.")
    assert Revision.objects.count() == 2


def list_triggers() -> list[triggers.DatabaseTrigger]:
    of_this_engine = [*articles_triggers.build_triggers(), *reviews_rules.get_triggers()]
    found = []
    for trigger in of_this_engine:
        has_event = connection.vendor == "postgresql" or trigger.event != "TRUNCATE"
        if has_event and getattr(trigger, "vendor", "") in ("", connection.vendor):
            found.append(trigger)
    return found


def test_every_guard_stands_after_migrate(db):
    assert triggers.find_missing(connection) == []


def test_each_guard_that_is_dropped_is_missing(db):
    for guard in list_triggers():
        sql(guard.drop_sql(connection.vendor))
    assert set(triggers.find_missing(connection)) == {guard.name for guard in list_triggers()}
    triggers.install_triggers(connection)
    assert triggers.find_missing(connection) == []


def test_a_guard_of_the_same_name_that_says_less_is_missing(db):
    guard = next(g for g in list_triggers() if g.name == "articles_revision_no_update")
    sql(guard.drop_sql(connection.vendor))
    for statement in dataclasses.replace(guard, condition="1 = 0").create_sql(connection.vendor):
        sql(statement)
    assert triggers.find_missing(connection) == [guard.name]


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "weakened",
    [
        "BEFORE UPDATE ON articles_revision FOR EACH ROW WHEN (false)",
        "AFTER UPDATE ON articles_revision FOR EACH STATEMENT",
        "BEFORE UPDATE ON articles_topic FOR EACH ROW",
    ],
)
def test_a_guard_hung_up_otherwise_is_missing(db, weakened):
    sql("DROP TRIGGER articles_revision_no_update ON articles_revision")
    sql(
        f"CREATE TRIGGER articles_revision_no_update {weakened} "
        "EXECUTE FUNCTION articles_revision_no_update()"
    )
    assert triggers.find_missing(connection) == ["articles_revision_no_update"]


@pytest.mark.postgresql
def test_a_guard_that_is_switched_off_is_missing(db):
    sql("ALTER TABLE articles_revision DISABLE TRIGGER articles_revision_no_update")
    assert triggers.find_missing(connection) == ["articles_revision_no_update"]


def test_guards_can_be_lifted_by_who_owns_the_database_and_put_back(published):
    with disable_triggers():
        sql("UPDATE articles_revision SET saved_at = saved_at")
    with expect_refusal(APPEND_ONLY):
        sql("UPDATE articles_revision SET saved_at = saved_at")


def test_every_unique_key_of_an_append_only_table_is_tried_above():
    tried = {(table, frozenset(key)) for table, key in OTHER_KEYS} | {
        (table, frozenset({"id"})) for table in TABLES
    }
    unique = set()
    for model in apps.get_models():
        table = model._meta.db_table
        if table in TABLES:
            unique.update((table, key) for key in list_unique_keys(model))
    assert unique == tried


def list_unique_keys(model) -> set[frozenset]:
    single = {frozenset({field.column}) for field in model._meta.local_fields if field.unique}
    together = set()
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            fields = [model._meta.get_field(name) for name in constraint.fields]
            together.add(frozenset(field.column for field in fields))
    return single | together
