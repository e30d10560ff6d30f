"""Lines of an archive as rows that can be stored: every name looked up, every value of its kind."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Model

from config.archive.declaration import File, Names, Rows, told
from config.archive.keys import Keys, key
from config.archive.reading import Archive, Broken
from config.archive.values import decode


@dataclass(frozen=True)
class Brought:
    """A row that was read, with what belongs to it, and where it stands in the archive."""

    row: Model
    belonging: dict[str, list[Model]]
    name: str
    number: int

    def broken(self, why: str) -> Broken:
        return Broken(self.name, self.number, why)


def brought(archive: Archive, file: File, keys: Keys) -> Iterator[Brought]:
    """Each line of a file as a row that is not stored yet. Raises Broken where one cannot be."""
    columns = told(file, private=archive.private)
    for number, said in archive.lines(file):
        try:
            row = file.model(pk=key(file, said, number), **_values(columns, said, keys))
            belonging = {name: _named(inside, said[name], row.pk, keys) for name, inside in file.names.items()}
            belonging |= {name: _inside(inside, said[name], row.pk, keys) for name, inside in file.rows.items()}
        except ValueError as error:
            raise Broken(file.file_name, number, str(error)) from error
        yield Brought(row, belonging, file.file_name, number)


def _values(columns: list, said: dict, keys: Keys) -> dict:
    return {column.attname: _value(column, said[column.name], keys) for column in columns}


def _value(column, said, keys: Keys):
    if not column.is_relation:
        return decode(column, said)
    if said is not None:
        return keys.of(column.related_model, said)
    if not column.null:
        raise ValueError(f"“{column.name}” is empty and must not be")
    return None


def _named(inside: Names, said, owner: int, keys: Keys) -> list[Model]:
    if not isinstance(said, list) or any(one >= other for one, other in itertools.pairwise(said)):
        raise ValueError(f"{said!r:.80} is not a sorted list of names")
    target = inside.through._meta.get_field(inside.of)
    on = inside.through._meta.get_field(inside.on)
    return [inside.through(**{on.attname: owner, target.attname: _value(target, name, keys)}) for name in said]


def _inside(inside: Rows, said, owner: int, keys: Keys) -> list[Model]:
    if inside.one:
        said = [] if said is None else [said]
    columns = told(inside)
    names = {column.name for column in columns}
    if not isinstance(said, list) or any(not isinstance(row, dict) or row.keys() != names for row in said):
        raise ValueError(f"“{inside.model._meta.verbose_name}” is not told with {', '.join(sorted(names))} alone")
    on = inside.model._meta.get_field(inside.on).attname
    return [inside.model(**{on: owner}, **_values(columns, row, keys)) for row in said]
