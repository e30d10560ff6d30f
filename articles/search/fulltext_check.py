"""Proof that the full-text index of the engine has the words of the search entries, and no others.

The entries themselves are compared with the publication log by ``articles.publishing.projections``.
"""

from collections.abc import Iterator

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from articles.models import SearchEntry
from articles.search import fulltext

ENTRY_TABLE, FTS_TABLE = fulltext.ENTRY_TABLE, fulltext.FTS_TABLE
TOKENS, EXPECTED = "temp.search_tokens", "temp.search_expected"
EXPECTED_TOKENS = "temp.search_expected_tokens"
DROP_STATEMENTS = [f"DROP TABLE IF EXISTS {table}" for table in (TOKENS, EXPECTED_TOKENS, EXPECTED)]
# The index as it is, and one that is built from the entries, as a row for each word.
COMPARE_STATEMENTS = [
    *DROP_STATEMENTS,
    f"CREATE VIRTUAL TABLE {TOKENS} USING fts5vocab(main, {FTS_TABLE}, instance)",
    f"CREATE VIRTUAL TABLE {EXPECTED} USING fts5({fulltext.COLUMNS}, content='', "
    f"{fulltext.TOKENIZER})",
    f"INSERT INTO {EXPECTED} (rowid, {fulltext.COLUMNS}) "  # noqa: S608
    f"SELECT id, {fulltext.COLUMNS} FROM {ENTRY_TABLE}",
    f"CREATE VIRTUAL TABLE {EXPECTED_TOKENS} USING "
    f"fts5vocab(temp, {EXPECTED.partition('.')[2]}, instance)",
]
FIRST_TOKEN_SQL = f"SELECT doc FROM {TOKENS} LIMIT 1"  # noqa: S608
DIFFERING_SQL = (
    f"SELECT doc FROM (SELECT * FROM {TOKENS} EXCEPT SELECT * FROM {EXPECTED_TOKENS}) "  # noqa: S608
    f"UNION SELECT doc FROM (SELECT * FROM {EXPECTED_TOKENS} EXCEPT SELECT * FROM {TOKENS}) "
    "ORDER BY doc"
)
# Rows whose columns of words are not computed from their other columns.
POSTGRESQL_DIFFERING_SQL = (
    f"SELECT id FROM {ENTRY_TABLE} "  # noqa: S608
    f"WHERE words IS DISTINCT FROM ({fulltext.WORDS_EXPRESSION}) "
    f"OR names IS DISTINCT FROM ({fulltext.NAMES_EXPRESSION}) ORDER BY id"
)
IS_GENERATED_SQL = (
    "SELECT attname, attgenerated = 's' FROM pg_attribute "
    "WHERE attrelid = to_regclass(%s) AND attname = ANY(%s)"
)
IS_INDEXED_SQL = (
    "SELECT i.indisvalid AND i.indpred IS NULL AND a.amname = 'gin' "
    "FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam "
    "WHERE i.indrelid = to_regclass(%s) AND c.relname = %s"
)


def find_faults(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """A line for each entry whose words are not those of the index, and for the index itself."""
    if connection.vendor == "sqlite":
        yield from _find_sqlite_faults(connection)
    else:
        yield from _find_postgresql_faults(connection)


def _find_sqlite_faults(connection: BaseDatabaseWrapper) -> Iterator[str]:
    expected = fulltext.list_definitions()
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master")
        installed = dict(cursor.fetchall())
    for name, statement in expected.items():
        if installed.get(name) != statement:
            yield f"{name}: it is missing, or not the one of the full-text index"
    if FTS_TABLE in installed and not _is_consistent(connection):
        yield from _name_differing_entries(connection)


def _is_consistent(connection: BaseDatabaseWrapper) -> bool:
    """Whether the engine itself finds the words of the entries in the index, and nothing else."""
    check = f"INSERT INTO {FTS_TABLE} ({FTS_TABLE}, rank) VALUES ('integrity-check', 1)"  # noqa: S608
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(check)
    except DatabaseError:
        return False
    return True


def _name_differing_entries(connection: BaseDatabaseWrapper) -> Iterator[str]:
    try:
        keys = _list_differing_keys(connection)
    except DatabaseError as error:
        yield f"{FTS_TABLE}: the full-text index cannot be read ({error})"
        return
    if keys is None:
        count = SearchEntry.objects.count()
        yield f"{FTS_TABLE}: the full-text index is empty, and there are {count:,} entries"
        return
    yield from _describe_entries(keys)


def _list_differing_keys(connection: BaseDatabaseWrapper) -> list[int] | None:
    """The rows whose words differ; None where there is no word in the index at all."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in COMPARE_STATEMENTS:
            cursor.execute(statement)
        cursor.execute(FIRST_TOKEN_SQL)
        is_empty = cursor.fetchone() is None
        cursor.execute(DIFFERING_SQL)
        keys = [key for (key,) in cursor.fetchall()]
        for statement in DROP_STATEMENTS:
            cursor.execute(statement)
    return None if is_empty else keys


def _describe_entries(keys: list[int]) -> Iterator[str]:
    titles = dict(SearchEntry.objects.filter(pk__in=keys).values_list("pk", "title"))
    for key in keys:
        title = f" ({titles[key]})" if key in titles else ""
        yield f"{ENTRY_TABLE} {key}{title}: its words are not those of the full-text index"


def _find_postgresql_faults(connection: BaseDatabaseWrapper) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(IS_GENERATED_SQL, [ENTRY_TABLE, list(fulltext.POSTGRESQL_COLUMNS)])
        generated = dict(cursor.fetchall())
        for name in fulltext.POSTGRESQL_COLUMNS:
            if not generated.get(name):
                yield f"{ENTRY_TABLE}: its column of {name} is missing, or no longer computed"
        if generated.keys() != fulltext.POSTGRESQL_COLUMNS.keys():
            return
        cursor.execute(IS_INDEXED_SQL, [ENTRY_TABLE, fulltext.INDEX_NAME])
        if cursor.fetchone() != (True,):
            yield f"{fulltext.INDEX_NAME}: it is missing, or not the one of the full-text index"
        cursor.execute(POSTGRESQL_DIFFERING_SQL)
        keys = [key for (key,) in cursor.fetchall()]
    count = SearchEntry.objects.count()
    if keys and len(keys) == count:
        yield f"{ENTRY_TABLE}: the full-text index has the words of none of its {count:,} rows"
    else:
        yield from _describe_entries(keys)
