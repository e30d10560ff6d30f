"""The beginning of the chain on a site that has rows already: after ``migrate``."""

from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from articles.audit import recording
from articles.db import triggers


def install_after_migrate() -> None:
    """Have the chain begin after each ``migrate``, once the triggers are installed."""
    triggers.follow_install(_record_after)


def _record_after(using: str) -> None:
    executor = MigrationExecutor(connections[using])
    is_current = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    if is_current and using == "default":
        recording.record_baseline()
