"""What is kept beside the publication log so that public lists are quick: written with it, and made anew from it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from django.db import transaction
from django.db.models import Model

from articles import kinds
from articles.content import Document
from articles.kinds import Projection
from articles.models import Publication, TopicEntry

BATCH = 500
_of_every_kind: list[Projection] = []


def register(projection: Projection) -> None:
    """Keep something of every page, whatever its kind."""
    _of_every_kind.append(projection)


def _of(kind: str) -> list[Projection]:
    own = kinds.get(kind).projection
    return [*_of_every_kind, *([own] if own else [])]


def show(publication: Publication, document: Document) -> None:
    """Keep of a signed text what the rooms above keep of it."""
    for projection in _of(document.kind):
        projection.show(publication, document)


def hide(withdrawal: Publication) -> None:
    """Drop what was kept of a page that is withdrawn."""
    for projection in _of(withdrawal.article.kind):
        projection.hide(withdrawal)


def forget(document: Document) -> None:
    """Drop what was kept of a text of old that was expunged."""
    for projection in _of(document.kind):
        projection.forget(document)


def file(publications: list[Publication]) -> None:
    """File pages as the newest lines of their log print them; a withdrawn page is filed nowhere. Two statements."""
    TopicEntry.objects.filter(article__in=[line.article_id for line in publications]).delete()
    TopicEntry.objects.bulk_create(
        [entry for line in publications for entry in _entries(line)],
        batch_size=BATCH,
    )


def _entries(line: Publication) -> Iterable[TopicEntry]:
    if line.kind == Publication.Kind.WITHDRAW:
        return
    for filing in {filing.slug: filing for filing in line.read_frame().filed_under}.values():
        yield TopicEntry(
            article_id=line.article_id,
            publication=line,
            slug=filing.slug,
            name=filing.name,
            sort_key=line.sort_key,
        )


def _filed() -> Iterable[TopicEntry]:
    """Every line of every topic, as the live lines of the log print it."""
    return (entry for line in Publication.objects.live().order_by("pk").iterator(BATCH) for entry in _entries(line))


def _should_be() -> Iterator[Model]:
    """Each row that the log gives to the tables that are kept beside it, one after the other."""
    yield from _filed()
    for projection in _every():
        yield from projection.rows()


def _every() -> list[Projection]:
    return [*_of_every_kind, *(kind.projection for kind in kinds.every() if kind.projection)]


def _models() -> list[type[Model]]:
    """The tables that are kept beside the log; several projections may share one."""
    return list(dict.fromkeys([TopicEntry, *(model for projection in _every() for model in projection.models)]))


@transaction.atomic
def rebuild() -> None:
    """Make every projection anew from the log, whole or not at all."""
    Publication.objects.take_turn()
    waiting: dict[type[Model], list[Model]] = {}
    for model in _models():
        model._base_manager.all().delete()
        waiting[model] = []
    for row in _should_be():
        waiting[type(row)].append(row)
        if len(waiting[type(row)]) == BATCH:
            type(row)._base_manager.bulk_create(waiting[type(row)])
            waiting[type(row)].clear()
    for model, rows in waiting.items():
        model._base_manager.bulk_create(rows)


def faults() -> Iterator[str]:
    """A sentence for each row that the log does not give, and each that it gives and that is missing.

    Rows are compared by their digests, so that the texts of a whole library need not be in memory at once.
    """
    due = Counter(_digest(row) for row in _should_be())
    stored = Counter(_digest(row) for row in _stored())
    if due == stored:
        return
    for rows, off, what in (
        (_stored(), stored - due, "is not what the log says"),
        (_should_be(), due - stored, "is missing"),
    ):
        for row in rows:
            if off[_digest(row)] > 0:
                off[_digest(row)] -= 1
                told = ", ".join(f"{name} {value}" for name, value in _values(row))
                yield f"{row._meta.db_table}: the row with {told} {what}"


def _stored() -> Iterator[Model]:
    for model in _models():
        yield from model._base_manager.order_by("pk").iterator(BATCH)


def _values(row: Model) -> list[tuple[str, object]]:
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    return [(field.attname, field.get_prep_value(getattr(row, field.attname))) for field in fields]


def _digest(row: Model) -> bytes:
    return blake2b(repr((row._meta.label, _values(row))).encode(), digest_size=16).digest()
