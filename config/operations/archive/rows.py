"""Lines of an archive as model instances: natural keys resolved, values checked."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic

from django.db.models import Model

from config.operations.archive.declaration import (
    ArchiveColumn,
    ArchiveFile,
    LinkedNames,
    ModelT,
    NestedRows,
    list_columns,
)
from config.operations.archive.keys import KeyMap, get_key
from config.operations.archive.reading import Archive, InvalidArchive
from config.operations.archive.values import decode_value


@dataclass(frozen=True)
class ArchiveRow(Generic[ModelT]):
    """A row that was read, with the rows that belong to it, and its place in the archive."""

    instance: ModelT
    related: dict[str, list]
    name: str
    number: int

    def error(self, reason: str) -> InvalidArchive:
        return InvalidArchive(self.name, self.number, reason)


def build_rows(
    archive: Archive, file: ArchiveFile[ModelT], keys: KeyMap
) -> Iterator[ArchiveRow[ModelT]]:
    """Each line of a file as an instance that is not stored yet. Raises InvalidArchive."""
    columns = list_columns(file, private=archive.private)
    for number, data in archive.read_lines(file):
        try:
            instance = file.model(
                pk=get_key(file, data, number), **_decode_values(columns, data, keys)
            )
            related = _build_all_related(file, data, instance.pk, keys)
        except ValueError as error:
            raise InvalidArchive(file.file_name, number, str(error)) from error
        yield ArchiveRow(instance, related, file.file_name, number)


def _build_all_related(
    file: ArchiveFile, data: dict, owner: int, keys: KeyMap
) -> dict[str, list[Model]]:
    related = {}
    for name, links in file.related_names.items():
        related[name] = _build_links(links, data[name], owner, keys)
    for name, nested in file.related_rows.items():
        related[name] = _build_nested(nested, data[name], owner, keys)
    return related


def _decode_values(columns: list[ArchiveColumn], data: dict, keys: KeyMap) -> dict:
    """Values for the constructor of a model."""
    values = {}
    for column in columns:
        values[column.field.attname] = _decode_value(column, data[column.name], keys)
    return values


def _decode_value(column: ArchiveColumn, data, keys: KeyMap):
    if column.target is None:
        return decode_value(column, data)
    if data is not None:
        return keys.of(column.target, data)
    if not column.field.null:
        raise ValueError(f"“{column.name}” is empty and must not be")
    return None


def _build_links(relation: LinkedNames, names, owner: int, keys: KeyMap) -> list[Model]:
    if not _is_sorted_list(names):
        raise ValueError(f"{names!r:.80} is not a sorted list of names")
    column, links = relation.column, []
    for name in names:
        target = _decode_value(column, name, keys)
        values = {f"{relation.owner_field}_id": owner, f"{relation.of}_id": target}
        links.append(relation.through(**values))
    return links


def _is_sorted_list(names) -> bool:
    """Whether this is a list in ascending order in which nothing is there twice."""
    return isinstance(names, list) and all(one < other for one, other in itertools.pairwise(names))


def _build_nested(relation: NestedRows, data, owner: int, keys: KeyMap) -> list[Model]:
    columns = list_columns(relation)
    expected = {column.name for column in columns}
    if relation.is_single:
        data = [] if data is None else [data]
    if not isinstance(data, list) or not all(_has_keys(row, expected) for row in data):
        raise ValueError(
            f"“{relation.model._meta.verbose_name}” is not told with "
            f"{', '.join(sorted(expected))} alone"
        )
    instances = []
    for row in data:
        values = _decode_values(columns, row, keys)
        instances.append(relation.model(**{f"{relation.owner_field}_id": owner}, **values))
    return instances


def _has_keys(row, expected: set[str]) -> bool:
    return isinstance(row, dict) and row.keys() == expected
