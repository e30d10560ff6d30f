"""Safety alerts: what the safety checks refuse in the texts that visitors read now.

They are stored with the publication log, so that lists and counts read no document. They depend on
the checks and on the site's emergency number too: a migration rebuilds them, and so does the
command ``rebuild_projections``.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models.signals import post_migrate

from articles.content import kinds
from articles.content.document import Document
from articles.models import Article, PublicationEvent, SafetyAlert
from articles.quality.base import Problem
from articles.quality.safety_checks import SAFETY_CHECKS

BATCH = 200


def find_alerting_problems(page: Article, document: Document) -> list[Problem]:
    """What the safety checks refuse in a text, the gravest first."""
    own = [check for check in kinds.get(document.kind).checks if check.is_safety]
    problems: list[Problem] = []
    for check in (*SAFETY_CHECKS, *own):
        problems += check(page, document)
    return sorted(
        (problem for problem in problems if problem.alert), key=lambda problem: problem.alert
    )


def on_publish(publication: PublicationEvent, document: Document) -> None:
    """Store what the checks refuse in a signed text, in place of what they did before."""
    SafetyAlert.objects.filter(article=publication.article_id).delete()
    SafetyAlert.objects.bulk_create(_build_rows(publication.article, document))


def on_withdraw(withdrawal: PublicationEvent) -> None:
    SafetyAlert.objects.filter(article=withdrawal.article_id).delete()


def build_all_rows() -> Iterator[SafetyAlert]:
    """The rows of every live page of the publication log, one text in memory at a time."""
    live = PublicationEvent.objects.live().select_related("revision", "article").order_by("pk")
    for publication in live.iterator(BATCH):
        yield from _build_rows(publication.article, publication.revision.read())


def install_after_migrate(app_config: AppConfig) -> None:
    """Have the alerts stored again whenever the tables were changed: the checks may be new too."""
    post_migrate.connect(_rebuild_after, sender=app_config, dispatch_uid="safety alerts")


def _rebuild_after(using: str, plan: Sequence[Any] = (), **kwargs: Any) -> None:
    executor = MigrationExecutor(connections[using])
    is_current = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan and is_current and using == "default":
        rebuild()


@transaction.atomic
def rebuild() -> None:
    """Store the alerts of all live pages again."""
    PublicationEvent.objects.lock_log_end()
    SafetyAlert.objects.all().delete()
    SafetyAlert.objects.bulk_create(build_all_rows(), batch_size=BATCH)


def _build_rows(page: Article, document: Document) -> Iterable[SafetyAlert]:
    problems = find_alerting_problems(page, document)
    if not problems:
        return []
    findings = "\n".join(f"{problem.message} {problem.fix}" for problem in problems)
    return [SafetyAlert(article_id=page.pk, gravity=_get_gravity(problems[0]), findings=findings)]


def _get_gravity(problem: Problem) -> Any:
    assert problem.alert
    return problem.alert.value
