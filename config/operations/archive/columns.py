"""Rows of the database as rows of an archive, with natural keys in place of primary keys."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain, islice

from django.db.models import Field, Model

from config.operations.archive.declaration import (
    LINE_NUMBER,
    NATURAL_KEYS,
    ArchiveFile,
    LinkedNames,
    NestedRows,
    list_columns,
)
from config.operations.archive.values import encode_value

BATCH_SIZE = 200  # rows at a time: a page or a text may be long


def read_rows(file: ArchiveFile, *, private: bool) -> Iterator[dict]:
    """Each row of a file as an archive holds it, a few hundred in memory at a time."""
    columns = list_columns(file, private=private)
    lookups = {column.name: _get_lookups(column.field) for column in columns}
    if file.number:
        lookups[file.number] = ("pk",)
    line_numbers = {}
    for column in columns:
        if column.target and column.is_line_number:
            line_numbers[column.name] = _number_lines(column.target)
    stream = _iter_values(file.model._base_manager.order_by("pk"), "pk", lookups)
    while batch := list(islice(stream, BATCH_SIZE)):
        rows_by_key = dict(batch)
        for name, numbers in line_numbers.items():
            for row in rows_by_key.values():
                row[name] = numbers.get(row[name])
        _add_related_names(file, rows_by_key)
        _add_related_rows(file, rows_by_key)
        yield from rows_by_key.values()


def _add_related_names(file: ArchiveFile, rows_by_key: dict[int, dict]) -> None:
    """Add to each row of a batch its lists of names: one query for each kind of list."""
    for name, relation in file.related_names.items():
        lookups = {name: _get_lookups(relation.column.field)}
        found = _read_related(relation.through, relation, rows_by_key, lookups)
        for key, row in rows_by_key.items():
            row[name] = sorted(link[name] for link in found[key])


def _add_related_rows(file: ArchiveFile, rows_by_key: dict[int, dict]) -> None:
    """Add to each row of a batch the rows nested in it: one query for each kind of them."""
    for name, relation in file.related_rows.items():
        lookups = {column.name: _get_lookups(column.field) for column in list_columns(relation)}
        found = _read_related(relation.model, relation, rows_by_key, lookups)
        for key, row in rows_by_key.items():
            nested = found[key]
            if not relation.is_single:
                row[name] = nested
            else:
                row[name] = nested[0] if nested else None


def _read_related(
    model: type[Model],
    relation: LinkedNames | NestedRows,
    rows_by_key: dict[int, dict],
    lookups: dict[str, tuple[str, ...]],
) -> dict[int, list[dict]]:
    """Rows of ``model`` by the key of the row that owns them."""
    owner = relation.owner_field
    keys = list(rows_by_key)
    rows = model._base_manager.filter(**{f"{owner}__gte": keys[0], f"{owner}__lte": keys[-1]})
    found = defaultdict(list)
    for key, values in _iter_values(rows.order_by("pk"), f"{owner}_id", lookups):
        found[key].append(values)
    return found


def _iter_values(
    rows, key_lookup: str, lookups: dict[str, tuple[str, ...]]
) -> Iterator[tuple[int, dict]]:
    """The key of each row, and its encoded values by the names of their columns."""
    flat = chain.from_iterable(lookups.values())
    for key, *values in rows.values_list(key_lookup, *flat).iterator(BATCH_SIZE):
        remaining = iter(values)
        yield key, {name: _take_value(remaining, len(of)) for name, of in lookups.items()}


def _take_value(values: Iterator, count: int):
    """The next value, encoded. A natural key of several parts is joined with dots."""
    if count == 1:
        return encode_value(next(values))
    return ".".join(islice(values, count))


def _get_lookups(field: Field) -> tuple[str, ...]:
    """How a query reads a field: by its name, or through it to the natural key of a row."""
    if field.related_model is None:
        return (field.name,)
    natural_key = NATURAL_KEYS[field.related_model]
    if natural_key is LINE_NUMBER:
        return (field.attname,)
    return tuple(f"{field.name}__{part}" for part in natural_key)


def _number_lines(model: type[Model]) -> dict[int, int]:
    """The number of the line of each row, by its primary key."""
    keys = model._base_manager.order_by("pk").values_list("pk", flat=True)
    return {key: number for number, key in enumerate(keys, start=1)}
