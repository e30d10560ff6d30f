"""Triggers that keep history append-only whatever code or SQL writes to the database.

Each app hands its guards to ``install_after_migrate``; they are put back after every ``migrate`` because SQLite
drops triggers in silence when a migration rebuilds a table, and ``missing`` tells the ledger's verification.
"""

from dataclasses import dataclass

from django.db import connections, models, transaction
from django.db.models.signals import post_migrate, pre_migrate


@dataclass(frozen=True)
class Guard:
    """One trigger: refuse ``event`` on ``table`` ``when`` a condition holds (always, if empty).

    ``when`` is SQL that both engines understand; NEW and OLD are the row after and before.
    A ``reads`` guard looks into other tables, so it must stand aside while SQLite renames them.
    """

    name: str
    table: str
    event: str
    message: str
    when: str = ""
    reads: bool = False

    def create_sql(self, vendor: str) -> list[str]:
        if vendor == "sqlite":
            where = f"WHERE {self.when}" if self.when else ""
            return [
                f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
                f"BEGIN SELECT RAISE(ABORT, '{self.message}') {where}; END"
            ]
        level = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        test = f"IF {self.when} THEN" if self.when else "IF true THEN"
        outcome = "RETURN OLD" if self.event == "DELETE" else "RETURN NEW"
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path FROM CURRENT AS $guard$ BEGIN {test} "
            f"RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            f"{outcome}; END $guard$",
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
            f"FOR EACH {level} EXECUTE FUNCTION {self.name}()",
        ]

    def drop_sql(self, vendor: str) -> str:
        on = f" ON {self.table}" if vendor == "postgresql" else ""
        return f"DROP TRIGGER IF EXISTS {self.name}{on}"


_guards: dict[str, list[Guard]] = {}


def append_only(model: type[models.Model], *, unless: str = "") -> list[Guard]:
    """Guards that let rows of a model be added and nothing else, by either engine's every door.

    ``unless`` is the one condition under which an UPDATE is let through to the guards of the rooms above.
    """
    table, said = model._meta.db_table, f"{model._meta.verbose_name_plural} are added and never changed"
    refused = f"NOT ({unless})" if unless else ""
    return [Guard(f"{table}_no_update", table, "UPDATE", said, when=refused), *never_removed(model, said)]


def only_changes(model: type[models.Model], column: str) -> str:
    """SQL: an UPDATE that leaves every column of a row as it was, save for one."""
    return " AND ".join(
        f"COALESCE(NEW.{c}, 0) = COALESCE(OLD.{c}, 0)" if field.null else f"NEW.{c} = OLD.{c}"
        for field in model._meta.local_concrete_fields
        if (c := field.column) != column
    )


def never_removed(model: type[models.Model], said: str = "") -> list[Guard]:
    """Guards that keep each row of a model, though its columns may change."""
    table = model._meta.db_table
    said = said or f"{model._meta.verbose_name_plural} are never removed or replaced"
    taken = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} t WHERE {' AND '.join(f't.{c} = NEW.{c}' for c in key)})"  # noqa: S608
        for key in _unique_keys(model)
    )
    return [
        Guard(f"{table}_no_delete", table, "DELETE", said),
        Guard(f"{table}_no_truncate", table, "TRUNCATE", said),
        Guard(f"{table}_no_replace", table, "INSERT", said, when=taken),
    ]


def _unique_keys(model: type[models.Model]) -> list[list[str]]:
    alone = [[field.column] for field in model._meta.local_concrete_fields if field.unique]
    together = [
        [model._meta.get_field(name).column for name in constraint.fields]
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint) and not constraint.condition
    ]
    return alone + together


def install_after_migrate(app_config, guards: list[Guard]) -> None:
    """Have these guards stand after every migration."""
    _guards[app_config.label] = guards
    pre_migrate.connect(_stand_aside, sender=app_config, dispatch_uid=f"guards-{app_config.label}")
    post_migrate.connect(_install, sender=app_config, dispatch_uid=f"guards-{app_config.label}")


def _applicable(connection) -> list[Guard]:
    """Guards of this engine whose tables exist; SQLite has no TRUNCATE."""
    tables = set(connection.introspection.table_names())
    return [
        guard
        for guards in _guards.values()
        for guard in guards
        if guard.table in tables and (connection.vendor != "sqlite" or guard.event != "TRUNCATE")
    ]


def _install(sender, using, **kwargs) -> None:
    """Put the guards of every app back, whole, once the last app with guards is migrated."""
    if sender.label == list(_guards)[-1]:
        install(connections[using])


def install(connection) -> None:
    """Put all guards up at once, those that stand included.

    On PostgreSQL their functions see the schema of our tables first and temporary tables last, so that nobody can
    put a table of the same name in front of one that a guard reads.
    """
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT set_config('search_path', current_schema() || ', pg_temp', true)")
        for guard in _applicable(connection):
            cursor.execute(guard.drop_sql(connection.vendor))
            for statement in guard.create_sql(connection.vendor):
                cursor.execute(statement)


def _stand_aside(sender, using, **kwargs) -> None:
    """SQLite refuses to rename a table while a trigger of another names it; the append-only guards stay."""
    if connections[using].vendor == "sqlite":
        drop(connections[using], only_readers=True)


def drop(connection, *, only_readers: bool = False) -> None:
    """Take guards down. For migrations and for tests that look at what verification finds."""
    with connection.cursor() as cursor:
        for guard in _applicable(connection):
            if guard.reads or not only_readers:
                cursor.execute(guard.drop_sql(connection.vendor))


def missing(connection) -> list[str]:
    """Names of the guards that do not stand, or no longer say what they should, in the database's own words."""
    standing = _standing_sqlite(connection) if connection.vendor == "sqlite" else _standing_postgresql(connection)
    return [
        guard.name for guard in _applicable(connection) if standing.get(guard.name) != _said(guard, connection.vendor)
    ]


def _said(guard: Guard, vendor: str) -> list[str]:
    """What the database says of a guard that stands: its trigger, preceded on PostgreSQL by its function's body."""
    *function, trigger = guard.create_sql(vendor)
    return [*(statement.split("$guard$")[1] for statement in function), trigger]


def _standing_sqlite(connection) -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return {name: said for name, *said in cursor.fetchall()}


def _standing_postgresql(connection) -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, p.prosrc, pg_get_triggerdef(t.oid, true) FROM pg_trigger t "
            "JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') "
            "AND p.proconfig = ARRAY['search_path=' || current_schema() || ', pg_temp']"
        )
        return {name: said for name, *said in cursor.fetchall()}
