"""What is kept beside the publication log so that public lists are quick: written with it, and made anew from it."""

from collections import Counter
from collections.abc import Iterable, Iterator

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


def _of(publication: Publication) -> list[Projection]:
    own = kinds.get(publication.article.kind).projection
    return [*_of_every_kind, *([own] if own else [])]


def show(publication: Publication, document: Document) -> None:
    """Keep of a signed text what the rooms above keep of it."""
    for projection in _of(publication):
        projection.show(publication, document)


def hide(withdrawal: Publication) -> None:
    """Drop what was kept of a page that is withdrawn."""
    for projection in _of(withdrawal):
        projection.hide(withdrawal)


def forget(document: Document) -> None:
    """Drop what was kept of a text of old that was expunged."""
    own = kinds.get(document.kind).projection
    for projection in [*_of_every_kind, *([own] if own else [])]:
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


def _should_be() -> Iterator[tuple[type[Model], list[Model]]]:
    """Each table that is kept beside the log, with the rows that the log gives it."""
    yield TopicEntry, list(_filed())
    own = [kind.projection for kind in kinds.every() if kind.projection]
    for projection in [*_of_every_kind, *own]:
        rows = list(projection.rows())
        yield from ((model, [row for row in rows if isinstance(row, model)]) for model in projection.models)


@transaction.atomic
def rebuild() -> None:
    """Make every projection anew from the log, whole or not at all."""
    Publication.objects.take_turn()
    for model, rows in _should_be():
        model._base_manager.all().delete()
        model._base_manager.bulk_create(rows, batch_size=BATCH)


def faults() -> Iterator[str]:
    """A sentence for each row that the log does not give, and each that it gives and that is missing."""
    for model, rows in _should_be():
        names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
        due = Counter(tuple(getattr(row, name) for name in names) for row in rows)
        stored = Counter(model._base_manager.values_list(*names))
        for found, what in ((stored - due, "is not what the log says"), (due - stored, "is missing")):
            for values in found:
                told = ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))
                yield f"{model._meta.db_table}: the row with {told} {what}"
