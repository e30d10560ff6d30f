"""Which server is read: the primary, or for a while its replica."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

REPLICA = "replica"  # in DATABASES, where a site has one
_alias: ContextVar[str] = ContextVar("alias", default=DEFAULT_DB_ALIAS)


def get_reading_connection() -> BaseDatabaseWrapper:
    """The connection over which statements of our own read the content of pages."""
    return connections[_alias.get()]


@contextmanager
def use_replica() -> Iterator[None]:
    """In the block, what this thread reads is read from the replica."""
    with _use(REPLICA):
        yield


@contextmanager
def use_primary() -> Iterator[None]:
    """In the block, what this thread reads is read from the primary: for what a process keeps."""
    with _use(DEFAULT_DB_ALIAS):
        yield


@contextmanager
def _use(alias: str) -> Iterator[None]:
    token = _alias.set(alias)
    try:
        yield
    finally:
        _alias.reset(token)


class ReplicaRouter:
    """Whatever the ORM writes goes to the primary; it reads from the replica in ``use_replica``."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        return _alias.get()

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: models.Model, other: models.Model, **hints: Any) -> bool:
        """Rows of both are rows of one database."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db != REPLICA
