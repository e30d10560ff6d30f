"""How the database keeps ``ListedPage`` in step, and how it is rebuilt and compared.

One SELECT says which row each page has. The triggers write what it gives for one page, in the
statement that changed something of that page; rebuilding writes what it gives for all of them;
verification compares the two. So no writer of pages has to know of these rows.
"""

from collections.abc import Iterator

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from articles.db.triggers import KeepingTrigger
from articles.models import Article, PublicationEvent, Revision
from reviews.models import ListedPage, ReviewSchedule

ARTICLE, LISTED = Article._meta.db_table, ListedPage._meta.db_table
SCHEDULE, REVISION = ReviewSchedule._meta.db_table, Revision._meta.db_table
PUBLICATION = PublicationEvent._meta.db_table
# Of the page itself, and then what is found out.
OWN_COLUMNS = ("kind", "sort_key", "slug", "risk", "writer_id", "notice_id")
COLUMNS = (*OWN_COLUMNS, "state", "due", "recorded", "reviewer_id")
ALL_COLUMNS = ", ".join(("article_id", *COLUMNS))
STATE_SQL = f"""CASE
WHEN a.live_id IS NULL AND EXISTS (SELECT 1 FROM {PUBLICATION} p WHERE p.article_id = a.id)
THEN 'withdrawn' WHEN a.live_id IS NULL THEN 'unpublished'
WHEN EXISTS (SELECT 1 FROM {PUBLICATION} p JOIN {REVISION} r ON r.article_id = p.article_id
AND r.id > p.revision_id WHERE p.id = a.live_id) THEN 'changed' ELSE 'live' END"""  # noqa: S608
# A CASE, as PostgreSQL would else look for one page among all that are not discarded: it plans the
# statements of a trigger before a table that is filled in bulk has statistics.
IS_LISTED_SQL = "CASE WHEN a.discarded_at IS NULL THEN 1 ELSE 0 END = 1"
READ_COLUMNS = ("id", *OWN_COLUMNS, "live_id", "discarded_at")
# A page as the trigger on its own row has it, so that it is not read again.
NEW_PAGE_SQL = f"(SELECT {', '.join(f'NEW.{name} AS {name}' for name in READ_COLUMNS)})"


def _build_expected(pages: str) -> str:
    """The rows of a table or query of pages."""
    return f"""SELECT a.id AS article_id, {", ".join(f"a.{name}" for name in OWN_COLUMNS)},
{STATE_SQL} AS state, COALESCE(s.next_due, '9999-12-31') AS due,
COALESCE(s.recorded, FALSE) AS recorded, s.reviewer_id AS reviewer_id
FROM {pages} a LEFT JOIN {SCHEDULE} s ON s.article_id = a.id
WHERE {IS_LISTED_SQL}"""  # noqa: S608


EXPECTED_SQL = _build_expected(ARTICLE)
STORED_SQL = f"SELECT {ALL_COLUMNS} FROM {LISTED}"  # noqa: S608
INSERT_SQL = f"INSERT INTO {LISTED} ({ALL_COLUMNS}) {EXPECTED_SQL}"
# Whether the rows before and after differ: null is equal to null.
CHANGED_SQL = " OR ".join(
    f"COALESCE({LISTED}.{name}, 0) <> COALESCE(excluded.{name}, 0)"
    if name in ("notice_id", "reviewer_id")
    else f"{LISTED}.{name} <> excluded.{name}"
    for name in COLUMNS
)
DIFFERING_SQL = f"""SELECT article_id FROM ({EXPECTED_SQL} EXCEPT {STORED_SQL}) AS missing
UNION SELECT article_id FROM ({STORED_SQL} EXCEPT {EXPECTED_SQL}) AS stale
ORDER BY article_id"""  # noqa: S608


def _build_refresh(page: str, pages: str = ARTICLE) -> str:
    """The statement that writes the row of one page, whose id is SQL, if it differs."""
    changes = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS)
    return (
        f"INSERT INTO {LISTED} ({ALL_COLUMNS}) {_build_expected(pages)} AND a.id = {page} "
        f"ON CONFLICT (article_id) DO UPDATE SET {changes} WHERE {CHANGED_SQL}"
    )


def _build_removal(page: str) -> str:
    return f"DELETE FROM {LISTED} WHERE article_id = {page}"  # noqa: S608


# What of a page its row has, or is found out by.
PAGE_CHANGED_SQL = (
    "NEW.sort_key <> OLD.sort_key OR NEW.slug <> OLD.slug OR NEW.risk <> OLD.risk "
    "OR NEW.writer_id <> OLD.writer_id OR COALESCE(NEW.notice_id, 0) <> COALESCE(OLD.notice_id, 0) "
    "OR COALESCE(NEW.live_id, 0) <> COALESCE(OLD.live_id, 0)"
)


def get_triggers() -> list[KeepingTrigger]:
    """The triggers that keep the rows: one for each statement that can change what they have."""
    of_page, of_new = _build_refresh("NEW.id", NEW_PAGE_SQL), _build_refresh("NEW.article_id")
    of_old = _build_refresh("OLD.article_id")
    return [
        _keep("listed_page_of_new_page", ARTICLE, "INSERT", of_page),
        _keep("listed_page_of_changed_page", ARTICLE, "UPDATE", of_page, PAGE_CHANGED_SQL),
        _keep(
            "listed_page_of_discarded_page",
            ARTICLE,
            "UPDATE",
            _build_removal("NEW.id"),
            "NEW.discarded_at IS NOT NULL",
        ),
        _keep(
            "listed_page_of_taken_back_page",
            ARTICLE,
            "UPDATE",
            of_page,
            "NEW.discarded_at IS NULL AND OLD.discarded_at IS NOT NULL",
        ),
        _keep("listed_page_of_deleted_page", ARTICLE, "DELETE", _build_removal("OLD.id")),
        _keep("listed_page_of_revision", REVISION, "INSERT", of_new),
        _keep(
            "listed_page_of_withdrawal",
            PUBLICATION,
            "INSERT",
            of_new,
            "NEW.kind = 'withdraw'",
        ),
        _keep("listed_page_of_new_due_date", SCHEDULE, "INSERT", of_new),
        _keep("listed_page_of_other_due_date", SCHEDULE, "UPDATE", of_new),
        _keep("listed_page_of_old_due_date", SCHEDULE, "DELETE", of_old),
    ]


def _keep(name: str, table: str, event: str, statement: str, condition: str = "") -> KeepingTrigger:
    return KeepingTrigger(
        name, table, event, condition=condition, statements=(statement,), keeps=LISTED
    )


def rebuild(using: str = DEFAULT_DB_ALIAS) -> None:
    """Write the rows of all pages again, in one transaction."""
    connection = connections[using]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {LISTED}")  # noqa: S608
        cursor.execute(INSERT_SQL)


def find_faults(using: str = DEFAULT_DB_ALIAS) -> Iterator[str]:
    """A line for each page whose row is not what its revisions, publications and dates give."""
    with connections[using].cursor() as cursor:
        cursor.execute(DIFFERING_SQL)
        keys = [key for (key,) in cursor.fetchall()]
    for key in keys:
        yield f"{LISTED} {key}: the row of the lists is not what the page and its events say"


def mend_after_migrate(using: str) -> None:
    """Rebuild the rows if some are not what they should be: after an upgrade, or a lost trigger."""
    tables = set(connections[using].introspection.table_names())
    if {LISTED, SCHEDULE} <= tables and any(find_faults(using)):
        rebuild(using)
        # Until it has counted the new rows, PostgreSQL plans as if there were none.
        if connections[using].vendor == "postgresql":
            with connections[using].cursor() as cursor:
                cursor.execute(f"ANALYZE {LISTED}")
