"""A short hash of every column of every table, by raw SQL, in the order of the primary keys."""

import datetime as dt
import hashlib
import uuid
from decimal import Decimal

from django.db import connection

from tests.golden import names, schema

# Left out, each with its reason.
LEFT_OUT = {
    "django_migrations": "each build has its own list",
    "django_session": "who is signed in went to a table of ours (ADR 87)",
}
SEARCH_INDEX = "articles_searchindex"
BY_NAME = {
    "django_content_type",
    "auth_permission",
    "auth_group_permissions",
    "auth_user_user_permissions",
}


# Who has which permission.
GRANTED = {"auth_group_permissions", "auth_user_user_permissions"}


def observe(*, imported: bool) -> dict:
    """The columns of each table. ``imported``: an archive was imported into an empty database.

    There passwords are random, and Django numbers its own rows as it likes.
    """
    result = {
        name: columns(name, imported=imported) for name in schema.tables() if is_compared(name)
    }
    if imported:
        del result["auth_user"]["password"]
        for name in BY_NAME:
            del result[name]
    return result | {"rights by their names": by_name(imported=imported)}


def is_compared(table: str) -> bool:
    if table in LEFT_OUT:
        return False
    return not (connection.vendor == "sqlite" and is_part_of_an_index(table))


def is_part_of_an_index(table: str) -> bool:
    """The tables that SQLite's full-text search keeps its own books in."""
    virtual = [
        name
        for (name,) in schema.ask(
            "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%%'"
        )
    ]
    return any(table == name or table.startswith(f"{name}_") for name in virtual)


def columns(table: str, *, imported: bool) -> dict:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, table)
        keys = connection.introspection.get_primary_key_columns(cursor, table)
        found = [
            column.name
            for column in described
            if not is_derived_in_the_database(table, column.name)
        ]
        listed = ", ".join(map(quote, found))
        order = ", ".join(map(quote, keys or found))
        cursor.execute(
            f"SELECT {listed} FROM {quote(table)}{without_added_models(table)} ORDER BY {order}"
        )
        rows = cursor.fetchall()
    if table in names.KEYS_OF_NAMES:
        with_names = [dict(zip(found, row, strict=True)) for row in rows]
        rows = [tuple(names.with_old_key(table, row).values()) for row in with_names]
    result = {
        name: hashed(row[place] for row in rows)
        for place, name in enumerate(found)
        if not follows(table, name)
    }
    return {"rows": len(rows)} | result


def without_added_models(table: str) -> str:
    """A condition that leaves out what Django derives from models of later builds."""
    added = [
        str(key)
        for key, app, model in schema.ask("SELECT id, app_label, model FROM django_content_type")
        if names.is_added_model(app, model)
    ]
    if table == "django_content_type" and added:
        return f" WHERE id NOT IN ({', '.join(added)})"
    rights = [
        str(key)
        for key, app, model, codename in schema.ask(
            f"SELECT p.id, c.app_label, c.model, p.codename FROM {PERMISSION}"
        )
        if names.is_added_model(app, model) or names.is_added_permission(app, codename)
    ]
    column = "permission_id" if table in GRANTED else "id"
    is_of_rights = table in GRANTED or table == "auth_permission"
    return f" WHERE {column} NOT IN ({', '.join(rights)})" if is_of_rights and rights else ""


def is_derived_in_the_database(table: str, column: str) -> bool:
    return (table, column) == ("articles_searchentry", "words")


def follows(table: str, column: str) -> bool:
    """Whether Django derives a column from a model's name: it is compared in ``by_name``."""
    return (table, column) in {
        ("django_content_type", "model"),
        ("auth_permission", "codename"),
        ("auth_permission", "name"),  # “Can view publication”, for people
    }


def hashed(values) -> str:
    sha = hashlib.sha256()
    for value in values:
        sha.update(encoded(value).encode(errors="surrogatepass") + b"\n")
    return sha.hexdigest()[:20]


def encoded(value) -> str:
    if isinstance(value, dt.datetime) and value.tzinfo:
        value = value.astimezone(dt.UTC)
    if isinstance(value, dt.date | dt.time | uuid.UUID | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return repr(value)


PERMISSION = "auth_permission p JOIN django_content_type c ON c.id = p.content_type_id"


def by_name(*, imported: bool) -> dict:
    """Who may do what, in the names of build 978f4c9; with the keys, where they have to stay."""
    models = schema.ask("SELECT id, app_label, model FROM django_content_type")
    permissions = schema.ask(f"SELECT p.id, c.app_label, c.model, p.codename FROM {PERMISSION}")
    groups = schema.ask(
        f"SELECT g.name, c.app_label, p.codename FROM {PERMISSION}"
        " JOIN auth_group_permissions l ON l.permission_id = p.id"
        " JOIN auth_group g ON g.id = l.group_id"
    )
    people = schema.ask(
        f"SELECT u.username, c.app_label, p.codename FROM {PERMISSION}"
        " JOIN auth_user_user_permissions l ON l.permission_id = p.id"
        " JOIN auth_user u ON u.id = l.user_id"
    )
    first = 1 if imported else 0
    return {
        "models": sorted(
            [key, app, names.old_model(app, model)][first:]
            for key, app, model in models
            if not names.is_added_model(app, model)
        ),
        "permissions": sorted(
            [key, app, names.old_model(app, model), names.old_codename(app, codename)][first:]
            for key, app, model, codename in permissions
            if not names.is_added_model(app, model) and not names.is_added_permission(app, codename)
        ),
        "groups": sorted(
            [who, app, names.old_codename(app, codename)]
            for who, app, codename in groups
            if not names.is_added_permission(app, codename)
        ),
        "people": sorted(
            [who, app, names.old_codename(app, codename)]
            for who, app, codename in people
            if not names.is_added_permission(app, codename)
        ),
    }
