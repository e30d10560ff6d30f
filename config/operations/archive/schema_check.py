"""Whether the tables of this database are those that this build knows."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.operations.archive.folder import CannotRunOperation


def require_migrated() -> None:
    """Raises CannotRunOperation where migrations are missing here, or unknown to this build."""
    executor = MigrationExecutor(connection)
    known = executor.loader.graph.nodes
    later = []
    for name in executor.loader.applied_migrations:
        if name not in known and _is_installed(name, known):
            later.append(" ".join(name))
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CannotRunOperation(
            "The tables of this database are not there, or not up to date. "
            "Run “manage.py migrate” first."
        )
    if later:
        raise CannotRunOperation(
            f"This database is ahead of this build, which does not know {', '.join(sorted(later))}."
        )


def _is_installed(name: tuple[str, str], known) -> bool:
    """Whether the app is installed: apps that were removed leave the names of migrations behind."""
    return name[0] in {app for app, _ in known}
