"""Triggers that nobody of ours installed: one can change a signed row in silence."""

from collections.abc import Iterator

from django.db import connection

from articles.db import triggers
from articles.search import fulltext

INSTALLED_SQL = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    # Those that PostgreSQL itself installs for constraints are internal.
    "postgresql": (
        "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
    ),
}


def find_faults() -> Iterator[str]:
    """A sentence for each trigger of this database that neither history nor the search has."""
    expected = {(trigger.name, trigger.table) for trigger in triggers.list_applicable(connection)}
    expected.update(fulltext.list_triggers(connection.vendor))
    with connection.cursor() as cursor:
        cursor.execute(INSTALLED_SQL[connection.vendor])
        installed = set(cursor.fetchall())
    for name, table in sorted(installed - expected):
        yield f"trigger {name} on {table} should not be there"
