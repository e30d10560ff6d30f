"""Triggers that keep history append-only, and some tables in step, whatever writes to the database.

Each app gives its triggers to ``install_after_migrate``. They are installed again after every
``migrate``, because SQLite drops triggers in silence when a migration rebuilds a table. The
verification of the ledger calls ``find_missing``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.apps import AppConfig
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate


@dataclass(frozen=True)
class DatabaseTrigger:
    """One trigger: it refuses ``event`` on ``table`` if ``condition`` is true, or always.

    ``condition`` is SQL that both engines understand. NEW and OLD are the row after and before.
    One that ``reads_other_tables`` must be dropped while SQLite renames tables.
    """

    name: str
    table: str
    event: str
    message: str
    condition: str = ""
    reads_other_tables: bool = False

    def create_sql(self, vendor: str) -> list[str]:
        """The statements that create it on an engine."""
        if vendor == "sqlite":
            return [self._create_sqlite_trigger()]
        return [self._create_postgresql_function(), self._create_postgresql_trigger()]

    def _create_sqlite_trigger(self) -> str:
        where = f"WHERE {self.condition}" if self.condition else ""
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
            f"BEGIN SELECT RAISE(ABORT, '{self.message}') {where}; END"
        )

    def _create_postgresql_function(self) -> str:
        row = "OLD" if self.event == "DELETE" else "NEW"
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path FROM CURRENT AS $guard$ BEGIN IF {self.condition or 'true'} THEN "
            f"RAISE EXCEPTION '{self.message}' "
            "USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            f"RETURN {row}; END $guard$"
        )

    def _create_postgresql_trigger(self) -> str:
        level = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
            f"FOR EACH {level} EXECUTE FUNCTION {self.name}()"
        )

    def drop_sql(self, vendor: str) -> str:
        """The statement that drops it on an engine, if it exists."""
        on = f" ON {self.table}" if vendor == "postgresql" else ""
        return f"DROP TRIGGER IF EXISTS {self.name}{on}"


@dataclass(frozen=True)
class KeepingTrigger(DatabaseTrigger):
    """One trigger that keeps another table in step: after ``event``, it runs statements.

    ``event`` may name columns ("UPDATE OF title"). ``keeps`` is the table that is written, without
    which it is not installed. ``statements`` and ``condition`` are SQL of both engines.
    """

    message: str = ""
    statements: tuple[str, ...] = ()
    keeps: str = ""
    vendor: str = ""  # the one engine that has it
    reads_other_tables: bool = True

    def _create_sqlite_trigger(self) -> str:
        when = f"WHEN {self.condition} " if self.condition else ""
        body = "; ".join(self.statements)
        return (
            f"CREATE TRIGGER {self.name} AFTER {self.event} ON {self.table} {when}BEGIN {body}; END"
        )

    def _create_postgresql_function(self) -> str:
        body = "; ".join(self.statements)
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path FROM CURRENT AS $guard$ BEGIN IF {self.condition or 'true'} THEN "
            f"{body}; END IF; RETURN NULL; END $guard$"
        )

    def _create_postgresql_trigger(self) -> str:
        return (
            f"CREATE TRIGGER {self.name} AFTER {self.event} ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.name}()"
        )


_triggers: dict[str, list[DatabaseTrigger]] = {}
# What is done once they are installed, given the name of the database.
_followers: list[Callable[[str], None]] = []


def build_append_only_triggers(
    model: type[models.Model], *, unless: str = ""
) -> list[DatabaseTrigger]:
    """Triggers that let rows of a model be added and nothing else, in every way of both engines.

    ``unless`` is SQL for the one UPDATE that is allowed, as far as these triggers go.
    """
    table = model._meta.db_table
    message = f"{model._meta.verbose_name_plural} are added and never changed"
    condition = f"NOT ({unless})" if unless else ""
    return [
        DatabaseTrigger(
            f"{table}_no_update",
            table,
            "UPDATE",
            message,
            condition=condition,
            reads_other_tables=bool(unless),  # its own columns, which a migration adds and drops
        ),
        *build_no_delete_triggers(model, message),
    ]


def build_only_changes_sql(model: type[models.Model], column: str) -> str:
    """SQL for an UPDATE that leaves every column of a row as it was, except one."""
    conditions = []
    for field in model._meta.local_concrete_fields:
        other = field.column
        if other == column:
            continue
        if field.null:
            conditions.append(f"COALESCE(NEW.{other}, 0) = COALESCE(OLD.{other}, 0)")
        else:
            conditions.append(f"NEW.{other} = OLD.{other}")
    return " AND ".join(conditions)


def build_no_delete_triggers(model: type[models.Model], message: str = "") -> list[DatabaseTrigger]:
    """Triggers that keep every row of a model, though its columns may change."""
    table = model._meta.db_table
    message = message or f"{model._meta.verbose_name_plural} are never removed or replaced"
    key_conditions = []
    for key in _get_unique_keys(model):
        same_key = " AND ".join([f"t.{column} = NEW.{column}" for column in key])
        key_conditions.append(f"EXISTS (SELECT 1 FROM {table} t WHERE {same_key})")
    taken = " OR ".join(key_conditions)
    return [
        DatabaseTrigger(f"{table}_no_delete", table, "DELETE", message),
        DatabaseTrigger(f"{table}_no_truncate", table, "TRUNCATE", message),
        DatabaseTrigger(f"{table}_no_replace", table, "INSERT", message, condition=taken),
    ]


def _get_unique_keys(model: type[models.Model]) -> list[list[str | None]]:
    """The columns of each key."""
    columns = {field.name: field.column for field in model._meta.local_concrete_fields}
    alone = [[field.column] for field in model._meta.local_concrete_fields if field.unique]
    together = [
        [columns[name] for name in constraint.fields]
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint) and not constraint.condition
    ]
    return alone + together


def install_after_migrate(app_config: AppConfig, triggers: list[DatabaseTrigger]) -> None:
    """Install these triggers after every ``migrate``."""
    _triggers[app_config.label] = triggers
    pre_migrate.connect(
        _drop_before_migrate, sender=app_config, dispatch_uid=f"triggers-{app_config.label}"
    )
    post_migrate.connect(
        _install_after_last_app, sender=app_config, dispatch_uid=f"triggers-{app_config.label}"
    )


def follow_install(follower: Callable[[str], None]) -> None:
    """Call a function with the database after each ``migrate``, when triggers are installed."""
    if follower not in _followers:
        _followers.append(follower)


def list_applicable(connection: BaseDatabaseWrapper) -> list[DatabaseTrigger]:
    """The triggers whose tables exist, without those that the engine does not have."""
    tables = set(connection.introspection.table_names())
    found = []
    for trigger in chain.from_iterable(_triggers.values()):
        has_event = connection.vendor != "sqlite" or trigger.event != "TRUNCATE"
        if trigger.table in tables and has_event and _is_kept(trigger, tables, connection.vendor):
            found.append(trigger)
    return found


def _is_kept(trigger: DatabaseTrigger, tables: set[str], vendor: str) -> bool:
    """Whether there is what a trigger keeps. One that keeps nothing always has its place."""
    if not isinstance(trigger, KeepingTrigger):
        return True
    return trigger.keeps in tables and trigger.vendor in ("", vendor)


def _install_after_last_app(
    sender: AppConfig, using: str, plan: Sequence[Any] | None = None, **kwargs: Any
) -> None:
    """Install the triggers of every app again, after the last app that has some is migrated.

    ``flush`` gives no plan, and leaves nothing to follow.
    """
    if sender.label == list(_triggers)[-1]:
        install_triggers(connections[using])
        for follower in _followers if plan is not None else []:
            follower(using)


def install_triggers(connection: BaseDatabaseWrapper) -> None:
    """Install all triggers, also those that are there already.

    On PostgreSQL their functions see the schema of our tables first and temporary tables last, so
    that nobody can put a table of the same name in front of one that a trigger reads.
    """
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT set_config('search_path', current_schema() || ', pg_temp', true)"
            )
        for trigger in list_applicable(connection):
            cursor.execute(trigger.drop_sql(connection.vendor))
            for statement in trigger.create_sql(connection.vendor):
                cursor.execute(statement)


def _drop_before_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Drop triggers that read other tables: SQLite refuses to rename a table that one reads."""
    if connections[using].vendor == "sqlite":
        drop_triggers(connections[using], only_reading=True)


def drop_triggers(connection: BaseDatabaseWrapper, *, only_reading: bool = False) -> None:
    """Drop those that read other tables, for migrations; or else all that refuse, for tests."""
    with connection.cursor() as cursor:
        for trigger in list_applicable(connection):
            refuses = not isinstance(trigger, KeepingTrigger)
            if trigger.reads_other_tables if only_reading else refuses:
                cursor.execute(trigger.drop_sql(connection.vendor))


def find_missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of triggers that are missing, or are not defined as they should be."""
    if connection.vendor == "sqlite":
        installed = _get_installed_sqlite(connection)
    else:
        installed = _get_installed_postgresql(connection)
    missing = []
    for trigger in list_applicable(connection):
        if installed.get(trigger.name) != _get_expected_definition(trigger, connection.vendor):
            missing.append(trigger.name)
    return missing


def _get_expected_definition(trigger: DatabaseTrigger, vendor: str) -> list[str]:
    """How the database defines a trigger; on PostgreSQL its function's body comes first."""
    statements = trigger.create_sql(vendor)
    if vendor == "sqlite":
        return statements
    function, create_trigger = statements
    return [function.split("$guard$")[1], create_trigger]


def _get_installed_sqlite(connection: BaseDatabaseWrapper) -> dict[str, list[str]]:
    """The definition of each trigger in the database, by name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return {name: definition for name, *definition in cursor.fetchall()}


def _get_installed_postgresql(connection: BaseDatabaseWrapper) -> dict[str, list[str]]:
    """The definition of each active trigger with a safe search path, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, p.prosrc, pg_get_triggerdef(t.oid, true) FROM pg_trigger t "
            "JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') "
            "AND p.proconfig = ARRAY['search_path=' || current_schema() || ', pg_temp']"
        )
        return {name: definition for name, *definition in cursor.fetchall()}
