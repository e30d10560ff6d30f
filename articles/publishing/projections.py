"""Projections of the publication log, for fast public lists: written with it, rebuilt from it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from typing import Any

from django.db import transaction
from django.db.models import Model

from articles.content import kinds
from articles.content.document import Document
from articles.content.kinds import Projection
from articles.db.bulk_insert import insert_few_or_many, insert_prepared
from articles.models import PublicationEvent, TopicEntry
from articles.names import fold
from articles.page_store import changes
from articles.page_store.subjects import EVERYTHING
from articles.publishing import stored_keys

BATCH = 500
MAX_SHOWN = 40  # letters of a value in the line of a fault
_common_projections: list[Projection[Any]] = []
_rebuilders: list[Callable[[], None]] = []


def register(projection: Projection[Document]) -> None:
    """Add a projection for pages of every kind."""
    _common_projections.append(projection)


def follow_rebuild(rebuilder: Callable[[], None]) -> None:
    """Call a function at the end of each rebuild: it writes what goes by more than the log."""
    _rebuilders.append(rebuilder)


def _get_projections(kind: str) -> list[Projection[Any]]:
    projections = list(_common_projections)
    own = kinds.get(kind).projection
    if own:
        projections.append(own)
    return projections


def on_publish(publication: PublicationEvent, document: Document) -> set[str]:
    """Write what the projections store of a signed text. Gives the subjects that this changes."""
    changed: set[str] = set()
    for projection in _get_projections(document.kind):
        changed.update(projection.on_publish(publication, document) or ())
    return changed


def on_withdraw(withdrawal: PublicationEvent) -> set[str]:
    """Remove what they store of a page that is withdrawn. Gives the subjects that this changes."""
    changed: set[str] = set()
    for projection in _get_projections(withdrawal.article.kind):
        changed.update(projection.on_withdraw(withdrawal) or ())
    return changed


def on_expunge(document: Document) -> set[str]:
    """Remove what they store of an older text. Gives the subjects that this changes."""
    changed: set[str] = set()
    for projection in _get_projections(document.kind):
        changed.update(projection.on_expunge(document) or ())
    return changed


def find_excess(document: Document) -> str:
    """Why some projection cannot store a text, so that it cannot be published; else empty."""
    for projection in _get_projections(document.kind):
        excess = projection.find_excess(document)
        if excess:
            return excess
    return ""


def update_topic_entries(publications: list[PublicationEvent]) -> None:
    """File pages as their newest events say. A withdrawn page is filed nowhere. Two statements."""
    article_ids = [event.article_id for event in publications]
    entries = list(_build_topic_entries(publications))
    TopicEntry.objects.filter(article__in=article_ids).delete()
    insert_few_or_many(TopicEntry, entries)


def _build_topic_entries(events: Iterable[PublicationEvent]) -> Iterator[TopicEntry]:
    """The rows of the topics that these events show, one for each page and topic."""
    for event in events:
        if event.kind == PublicationEvent.EventKind.WITHDRAW:
            continue
        topics = {topic.slug: topic for topic in event.read_metadata().filed_under}
        for topic in topics.values():
            yield TopicEntry(
                article_id=event.article_id,
                publication=event,
                slug=topic.slug,
                name=topic.name,
                sort_key=fold(event.title)[:200],
            )


def _build_expected_rows() -> Iterator[Model]:
    """Each row that the projections should have by the log, one after the other."""
    live_events = PublicationEvent.objects.live().order_by("pk")
    yield from _build_topic_entries(live_events.iterator(BATCH))
    for projection in _get_all_projections():
        yield from projection.build_rows()


def _get_all_projections() -> list[Projection[Any]]:
    own = [kind.projection for kind in kinds.get_all()]
    return [*_common_projections, *filter(None, own)]


def _get_models() -> list[type[Model]]:
    """The models of all projections, each once: several projections may share one."""
    models: list[type[Model]] = [TopicEntry]
    for projection in _get_all_projections():
        models += projection.models
    return list(dict.fromkeys(models))


@transaction.atomic
def rebuild() -> None:
    """Rebuild every projection from the log, and the keys of names, in one transaction."""
    PublicationEvent.objects.lock_log_end()
    stored_keys.rebuild()
    waiting: dict[type[Model], list[Model]] = {}
    for model in _get_models():
        model._base_manager.all().delete()
        waiting[model] = []
    for row in _build_expected_rows():
        model = type(row)
        waiting[model].append(row)
        if len(waiting[model]) == BATCH:
            insert_prepared(model, waiting[model])
            waiting[model].clear()
    for model, rows in waiting.items():
        insert_prepared(model, rows)
    for rebuild_more in _rebuilders:
        rebuild_more()
    changes.announce([EVERYTHING])


def find_faults() -> Iterator[str]:
    """A sentence for each row that should not be there by the log, and each that is missing.

    Rows are compared by their digests, so that the texts of a whole site need not be in memory.
    """
    expected = Counter(map(_compute_digest, _build_expected_rows()))
    stored = Counter(map(_compute_digest, _iterate_stored_rows()))
    if expected == stored:
        return
    for row in _select_rows(_iterate_stored_rows(), stored - expected):
        yield f"{_describe_row(row)} is not what the log says"
    for row in _select_rows(_build_expected_rows(), expected - stored):
        yield f"{_describe_row(row)} is missing"


def _select_rows(rows: Iterable[Model], digests: Counter[bytes]) -> Iterator[Model]:
    """The rows with these digests, each as often as it is counted."""
    for row in rows:
        row_digest = _compute_digest(row)
        if digests[row_digest] > 0:
            digests[row_digest] -= 1
            yield row


def _describe_row(row: Model) -> str:
    values = [f"{name} {shorten(value)}" for name, value in _get_values(row) if value != ""]
    key = f" {row.pk}" if row.pk else ""
    return f"{row._meta.db_table}{key}: the row with {', '.join(values)}"


def shorten(value: object) -> str:
    """A value of a column on one line, without the rest of a long one."""
    text = " ".join(str(value).split())
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def _iterate_stored_rows() -> Iterator[Model]:
    for model in _get_models():
        yield from model._base_manager.order_by("pk").iterator(BATCH)


def _get_values(row: Model) -> list[tuple[str, object]]:
    values = []
    for field in row._meta.concrete_fields:
        if not field.primary_key:
            value = field.get_prep_value(getattr(row, field.attname))
            values.append((field.attname, value))
    return values


def _compute_digest(row: Model) -> bytes:
    return blake2b(repr((row._meta.label, _get_values(row))).encode(), digest_size=16).digest()
