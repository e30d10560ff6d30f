"""The full-text index of each engine: FTS5 on SQLite, a weighted tsvector on PostgreSQL.

Neither is a table of Django's, so both are installed after every ``migrate``, whole or not at all.
SQLite silently drops triggers when a migration rebuilds a table, and PostgreSQL's column goes with
a table that is replaced.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.models.signals import post_migrate

from articles.models import Article, SearchEntry
from articles.publishing import projections, stored_keys

ENTRY_TABLE = SearchEntry._meta.db_table
FTS_TABLE = "articles_search"
COLUMNS = "title_words, name_words, text_words"
OLD_COLUMNS = "OLD.title_words, OLD.name_words, OLD.text_words"
NEW_COLUMNS = "NEW.title_words, NEW.name_words, NEW.text_words"
DELETE_OLD_SQL = (
    f"INSERT INTO {FTS_TABLE} ({FTS_TABLE}, rowid, {COLUMNS}) "  # noqa: S608
    f"VALUES ('delete', OLD.id, {OLD_COLUMNS})"
)
INSERT_NEW_SQL = f"INSERT INTO {FTS_TABLE} (rowid, {COLUMNS}) VALUES (NEW.id, {NEW_COLUMNS})"  # noqa: S608
TRIGGERS = {
    "INSERT": INSERT_NEW_SQL,
    "DELETE": DELETE_OLD_SQL,
    "UPDATE": f"{DELETE_OLD_SQL}; {INSERT_NEW_SQL}",
}


TOKENIZER = "tokenize='unicode61 remove_diacritics 0'"
TABLE_SQL = (
    f"CREATE VIRTUAL TABLE {FTS_TABLE} USING fts5 ({COLUMNS}, "
    f"content='{ENTRY_TABLE}', content_rowid='id', {TOKENIZER})"
)


def _get_trigger_name(event: str) -> str:
    return f"{FTS_TABLE}_{event.lower()}"


def _build_trigger_sql(event: str) -> str:
    name, body = _get_trigger_name(event), TRIGGERS[event]
    return f"CREATE TRIGGER {name} AFTER {event} ON {ENTRY_TABLE} BEGIN {body}; END"


def list_definitions() -> dict[str, str]:
    """The table of the index and its triggers, by name, as SQLite stores their statements."""
    definitions = {FTS_TABLE: TABLE_SQL}
    for event in TRIGGERS:
        definitions[_get_trigger_name(event)] = _build_trigger_sql(event)
    return definitions


def _build_sqlite_statements() -> list[str]:
    statements = [
        TABLE_SQL.replace(" TABLE ", " TABLE IF NOT EXISTS ", 1),
        f"INSERT INTO {FTS_TABLE} ({FTS_TABLE}, rank) "  # noqa: S608
        "VALUES ('rank', 'bm25(10.0, 6.0, 1.0)')",
    ]
    for event in TRIGGERS:
        statements.append(f"DROP TRIGGER IF EXISTS {_get_trigger_name(event)}")
        statements.append(_build_trigger_sql(event))
    statements.append(f"INSERT INTO {FTS_TABLE} ({FTS_TABLE}) VALUES ('rebuild')")  # noqa: S608
    return statements


INDEX_NAME = "articles_search_words"
WORDS_EXPRESSION = (
    "setweight(to_tsvector('simple', title_words), 'A') || "
    "setweight(to_tsvector('simple', name_words), 'B') || "
    "setweight(to_tsvector('simple', text_words), 'D')"
)
# Which of many matches are read is chosen by what stands in their names: this is short enough to
# stay in the row, where the words of the text are stored apart.
NAMES_EXPRESSION = "strip(to_tsvector('simple', title_words || ' ' || name_words))"
# By its name, each column of PostgreSQL's own and how it is computed.
POSTGRESQL_COLUMNS = {"words": WORDS_EXPRESSION, "names": NAMES_EXPRESSION}
POSTGRESQL_STATEMENTS = [
    *(
        f"ALTER TABLE {ENTRY_TABLE} ADD COLUMN IF NOT EXISTS {name} tsvector "
        f"GENERATED ALWAYS AS ({expression}) STORED"
        for name, expression in POSTGRESQL_COLUMNS.items()
    ),
    f"CREATE INDEX IF NOT EXISTS {INDEX_NAME} ON {ENTRY_TABLE} USING gin (words)",
]


def install_after_migrate(app_config: AppConfig) -> None:
    post_migrate.connect(_install, sender=app_config, dispatch_uid="search")


def _install(using: str, plan: Sequence = (), **kwargs: Any) -> None:
    connection = connections[using]
    if ENTRY_TABLE in connection.introspection.table_names():
        install(connection)
        if _is_empty(connection) or stored_keys.has_new_keys(plan):
            _rebuild_faulty(connection)


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the index over what is in the table now."""
    if connection.vendor != "sqlite":
        statements = POSTGRESQL_STATEMENTS
    elif _is_installed(connection):
        statements = []
    else:
        statements = _build_sqlite_statements()
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def rebuild(connection: BaseDatabaseWrapper) -> None:
    """Drop the index, whatever it has become, and create it again from the entries."""
    if connection.vendor == "sqlite":
        statements = [f"DROP TRIGGER IF EXISTS {_get_trigger_name(event)}" for event in TRIGGERS]
        statements += [f"DROP TABLE IF EXISTS {FTS_TABLE}", *_build_sqlite_statements()]
    else:
        # PostgreSQL changes no table for whose rows a constraint is still to be checked.
        statements = ["SET CONSTRAINTS ALL IMMEDIATE"]
        for name in POSTGRESQL_COLUMNS:
            statements.append(f"ALTER TABLE {ENTRY_TABLE} DROP COLUMN IF EXISTS {name}")
        statements += [f"DROP INDEX IF EXISTS {INDEX_NAME}", *POSTGRESQL_STATEMENTS]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def list_triggers(vendor: str) -> list[tuple[str, str]]:
    """The triggers that keep the index: the name and the table of each. Only SQLite has them."""
    if vendor != "sqlite":
        return []
    return [(f"{FTS_TABLE}_{event.lower()}", ENTRY_TABLE) for event in TRIGGERS]


def _is_installed(connection: BaseDatabaseWrapper) -> bool:
    names = [FTS_TABLE, *map(_get_trigger_name, TRIGGERS)]
    marks = ", ".join(["%s"] * len(names))
    query = f"SELECT COUNT(*) FROM sqlite_master WHERE name IN ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, names)
        return cursor.fetchone()[0] == len(names)


def _is_empty(connection: BaseDatabaseWrapper) -> bool:
    """Whether there are pages, and none is found: they were published before there was a search."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT 1 FROM {Article._meta.db_table} "  # noqa: S608
            f"WHERE live_id IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM {ENTRY_TABLE})"
        )
        return bool(cursor.fetchone()[0])


def _rebuild_faulty(connection: BaseDatabaseWrapper) -> None:
    """Rebuild the projections, once all tables are up to date, if one is not what the log says."""
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not pending and any(projections.find_faults()):
        projections.rebuild()
