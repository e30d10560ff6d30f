"""Tables, columns, constraints, indexes and triggers as each engine gives them, by their names."""

import re

from django.db import connection

from tests.golden import names

MESSAGE = re.compile(
    r"RAISE\(ABORT, '(?:[^']|'')*'\)|RAISE EXCEPTION '(?:[^']|'')*'"
)  # what people read may change
# After a dump was read back in, PostgreSQL prints the same conditions with other casts.
CASTS = (
    (re.compile(r"\(('(?:[^']|'')*')::character varying\)::text"), r"\1"),
    (re.compile(r"\((ARRAY\[[^\]]*\])\)::text\[\]"), r"\1"),
    (re.compile(r"('(?:[^']|'')*')::character varying"), r"\1"),
    (re.compile(r"ANY \(\((ARRAY\[[^\]]*\])\)\)"), r"ANY (\1)"),
)
NAMED_CHECK = re.compile(r'CONSTRAINT "([^"]+)" CHECK ')


def observe() -> dict:
    return sqlite() if connection.vendor == "sqlite" else postgresql()


def ask(statement: str, *params) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def tables() -> list[str]:
    """Every table, save for those that SQLite makes for itself and those that were added since."""
    found = connection.introspection.table_names()
    return sorted(
        name for name in found if name != "sqlite_sequence" and not names.is_added_table(name)
    )


def sqlite() -> dict:
    result = {"tables": {name: _sqlite_table(name) for name in tables()}}
    rows = ask("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
    rows = [row for row in rows if not names.is_added_table(row[1])]
    result["triggers"] = {name: table for name, table, _ in rows}
    does = {name: MESSAGE.sub("", sql) for name, _, sql in rows}
    result["what triggers do"] = names.without_added_conditions(does)
    return result


def _sqlite_table(name: str) -> dict:
    (text,) = ask("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", name)[0]
    columns = ask(f'PRAGMA table_info("{name}")')
    indexes = ask(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql IS NOT"
        " NULL",
        name,
    )
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, name).values()
    return {
        "columns": {
            column: [type, bool(notnull) or names.was_required(name, column), default, pk]
            for _, column, type, notnull, default, pk in columns
        },
        "indexes": dict(indexes),
        "checks": checks(text),
        "unique": sorted(sorted(c["columns"] or []) for c in constraints if c["unique"]),
        "foreign keys": sorted(
            [*c["columns"], *c["foreign_key"]]
            for c in constraints
            if c["foreign_key"] and not names.is_added(name, c["columns"][0])
        ),
        "deferred": text.count("DEFERRABLE INITIALLY DEFERRED") - _count_added_keys(name),
        "strictness": [word for word in ("AUTOINCREMENT", "COLLATE", "VIRTUAL") if word in text],
    }


def _count_added_keys(table: str) -> int:
    """The foreign keys of a table that later builds added."""
    keys = ask(f'PRAGMA foreign_key_list("{table}")')
    return sum(names.is_added(table, column) for _, _, _, column, *_ in keys)


def checks(text: str) -> dict[str, str]:
    """Each named CHECK of a CREATE TABLE with what it asks for."""
    return {found[1]: _in_brackets(text, found.end()) for found in NAMED_CHECK.finditer(text)}


def _in_brackets(text: str, start: int) -> str:
    depth, quoted = 0, False
    for place in range(start, len(text)):
        sign = text[place]
        quoted ^= sign == "'"
        depth += 0 if quoted else (sign == "(") - (sign == ")")
        if depth == 0:
            return text[start : place + 1]
    raise ValueError(f"A bracket stays open: {text[start:]}")


def without_casts(text: str) -> str:
    for pattern, plain in CASTS:
        text = pattern.sub(plain, text)
    return text


def postgresql() -> dict:
    columns = ask(
        "SELECT table_name, column_name, format_type(a.atttypid, a.atttypmod), is_nullable,"
        " column_default,"
        " is_identity, generation_expression FROM information_schema.columns"
        " JOIN pg_attribute a"
        " ON a.attrelid = quote_ident(table_name)::regclass AND a.attname = column_name"
        " WHERE table_schema = current_schema()"
    )
    result: dict = {"tables": {name: {} for name in tables()}}
    for table, column, *rest in columns:
        if not names.is_added_table(table):
            if names.was_required(table, column):
                rest[1] = "NO"  # is_nullable
            result["tables"].setdefault(table, {})[column] = rest
    result["constraints"] = {
        f"{table} {name}": without_casts(text)
        for table, name, text in ask(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = current_schema()::regnamespace AND contype <> 'n'"
        )
        if not names.is_added_table(table)
    }
    indexes = ask(
        "SELECT indexname, indexdef, tablename FROM pg_indexes WHERE schemaname = current_schema()"
    )
    result["indexes"] = {
        name: without_casts(text)
        for name, text, table in indexes
        if not names.is_added_table(table)
    }
    triggers = ask(
        "SELECT tgname, tgrelid::regclass::text, pg_get_triggerdef(t.oid), p.prosrc"
        " FROM pg_trigger t"
        " JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT tgisinternal"
    )
    added = {name for name, table, _, _ in triggers if names.is_added_table(table)}
    triggers = [row for row in triggers if row[0] not in added]
    added |= names.ADDED_FUNCTIONS
    result["triggers"] = {name: table for name, table, _, _ in triggers}
    does = {name: f"{how} {MESSAGE.sub('', what)}" for name, _, how, what in triggers}
    result["what triggers do"] = names.without_added_conditions(does)
    result["functions"] = sorted(
        name
        for (name,) in ask(
            "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
        )
        if name not in added
    )
    return result
