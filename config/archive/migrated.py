"""Whether the tables of this database are those that this build knows."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.archive.folder import Refused


def refuse_unless_migrated() -> None:
    """What is written of tables of another shape could be brought back by no build."""
    executor = MigrationExecutor(connection)
    known = executor.loader.graph.nodes
    later = [" ".join(name) for name in executor.loader.applied_migrations if name not in known and _ours(name, known)]
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Refused("The tables of this database are not there, or not up to date. Run “manage.py migrate” first.")
    if later:
        raise Refused(f"This database is ahead of this build, which does not know {', '.join(sorted(later))}.")


def _ours(name: tuple[str, str], known) -> bool:
    """Of an app that is here: those that were taken out leave their names behind."""
    return name[0] in {app for app, _ in known}
