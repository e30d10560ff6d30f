"""The index over the words of what is searched, each engine's own: FTS5 on SQLite, a weighted tsvector on PostgreSQL.

Neither is a table of Django's, so both are put in place after every ``migrate``, whole or not at all; SQLite drops
triggers in silence when a migration rebuilds a table, and PostgreSQL's column goes with a table that is made anew.
"""

from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models.signals import post_migrate

from articles import projections
from articles.models import Article, SearchEntry

ENTRY = SearchEntry._meta.db_table
FTS = "articles_search"
COLUMNS = "title_words, name_words, text_words"
OLD = (
    f"INSERT INTO {FTS} ({FTS}, rowid, {COLUMNS}) "  # noqa: S608
    "VALUES ('delete', OLD.id, OLD.title_words, OLD.name_words, OLD.text_words)"
)
NEW = f"INSERT INTO {FTS} (rowid, {COLUMNS}) VALUES (NEW.id, NEW.title_words, NEW.name_words, NEW.text_words)"  # noqa: S608
TRIGGERS = {"INSERT": [NEW], "DELETE": [OLD], "UPDATE": [OLD, NEW]}
SQLITE = [
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {FTS} USING fts5 ({COLUMNS}, content='{ENTRY}', content_rowid='id', "
    "tokenize='unicode61 remove_diacritics 0')",
    f"INSERT INTO {FTS} ({FTS}, rank) VALUES ('rank', 'bm25(10.0, 6.0, 1.0)')",  # noqa: S608
    *(f"DROP TRIGGER IF EXISTS {FTS}_{event.lower()}" for event in TRIGGERS),
    *(
        f"CREATE TRIGGER {FTS}_{event.lower()} AFTER {event} ON {ENTRY} BEGIN {'; '.join(said)}; END"
        for event, said in TRIGGERS.items()
    ),
    f"INSERT INTO {FTS} ({FTS}) VALUES ('rebuild')",  # noqa: S608
]
POSTGRESQL = [
    f"ALTER TABLE {ENTRY} ADD COLUMN IF NOT EXISTS words tsvector GENERATED ALWAYS AS ("
    "setweight(to_tsvector('simple', title_words), 'A') || setweight(to_tsvector('simple', name_words), 'B') || "
    "setweight(to_tsvector('simple', text_words), 'D')) STORED",
    f"CREATE INDEX IF NOT EXISTS articles_search_words ON {ENTRY} USING gin (words)",
]


def install_after_migrate(app_config) -> None:
    post_migrate.connect(_install, sender=app_config, dispatch_uid="search")


def _install(using, **kwargs) -> None:
    connection = connections[using]
    if ENTRY in connection.introspection.table_names():
        install(connection)
        _fill(connection)


def install(connection) -> None:
    """Put the index in place, with what is in the table now."""
    standing = connection.vendor == "sqlite" and _stands(connection)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in [] if standing else SQLITE if connection.vendor == "sqlite" else POSTGRESQL:
            cursor.execute(statement)


def _stands(connection) -> bool:
    names = [FTS, *(f"{FTS}_{event.lower()}" for event in TRIGGERS)]
    marks = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM sqlite_master WHERE name IN ({marks})", names)  # noqa: S608
        return cursor.fetchone()[0] == len(names)


def _fill(connection) -> None:
    """Pages that were published before there was a search are found from now on."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT 1 FROM {Article._meta.db_table} WHERE live_id IS NOT NULL) "  # noqa: S608
            f"AND NOT EXISTS (SELECT 1 FROM {ENTRY})"
        )
        empty = cursor.fetchone()[0]
    executor = MigrationExecutor(connection) if empty else None
    if executor and not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        projections.rebuild()
