"""Rows of the database as rows of an archive: read as a stream, other rows by their names, never by their keys."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from django.db.models import Model

from config.archive.declaration import KEYS, LINE, File, Names, Rows, told
from config.archive.values import encode

BATCH = 200  # rows at a time: a page or a text may be long


def rows(file: File, *, private: bool) -> Iterator[dict]:
    """Each row of a file as an archive tells it, a few hundred in memory at a time."""
    columns = told(file, private=private)
    names = [column.name for column in columns]
    if file.number:
        names.append(file.number)
    paths = [_paths(column) for column in columns] + ([("pk",)] if file.number else [])
    places = _places(column.related_model for column in columns if column.is_relation)
    stream = _values(file.model._base_manager.order_by("pk"), paths, ("pk",))
    while batch := list(islice(stream, BATCH)):
        found = {key: dict(zip(names, values, strict=True)) for key, values in batch}
        for column in columns:
            if column.is_relation and KEYS[column.related_model] is LINE:
                for row in found.values():
                    row[column.name] = places[column.related_model].get(row[column.name])
        _add_what_belongs(file, found)
        yield from found.values()


def _add_what_belongs(file: File, found: dict[int, dict]) -> None:
    """What stands inside the lines of a batch: one query for each kind of it."""
    for name, inside in file.names.items():
        belonging = _belonging(inside, found, [_path(inside.through, inside.of)])
        for key, row in found.items():
            row[name] = sorted(value for (value,) in belonging[key])
    for name, inside in file.rows.items():
        columns = told(inside)
        belonging = _belonging(inside, found, [_paths(column) for column in columns])
        for key, row in found.items():
            told_rows = [dict(zip((c.name for c in columns), values, strict=True)) for values in belonging[key]]
            row[name] = told_rows if not inside.one else told_rows[0] if told_rows else None


def _belonging(inside: Names | Rows, found: dict[int, dict], paths: list[tuple[str, ...]]) -> dict[int, list[list]]:
    model = inside.through if isinstance(inside, Names) else inside.model
    owner = model._meta.get_field(inside.on).attname
    keys = list(found)
    belonging = defaultdict(list)
    rows = model._base_manager.filter(**{f"{inside.on}__gte": keys[0], f"{inside.on}__lte": keys[-1]}).order_by("pk")
    for key, values in _values(rows, paths, (owner,)):
        belonging[key].append(values)
    return belonging


def _values(rows, paths: list[tuple[str, ...]], first: tuple[str]) -> Iterator[tuple[int, list]]:
    """Of each row the value of ``first``, and what each of ``paths`` leads to; several make one value, with dots."""
    flat = [path for several in paths for path in several]
    for key, *values in rows.values_list(*first, *flat).iterator(BATCH):
        given = iter(values)
        yield key, [_one([encode(next(given)) for _ in several]) for several in paths]


def _one(values: list):
    return values[0] if len(values) == 1 else ".".join(values)


def _paths(column) -> tuple[str, ...]:
    return _path(column.model, column.name) if column.is_relation else (column.name,)


def _path(model: type[Model], name: str) -> tuple[str, ...]:
    """How a query reaches the key of the row that a column leads to."""
    column = model._meta.get_field(name)
    key = KEYS[column.related_model]
    return (column.attname,) if key is LINE else tuple(f"{name}__{part}" for part in key)


def _places(models) -> dict[type[Model], dict[int, int]]:
    """Which line each row of those models stands on that have no name."""
    return {
        model: {key: place for place, key in enumerate(_keys(model), start=1)}
        for model in models
        if KEYS[model] is LINE
    }


def _keys(model: type[Model]):
    return model._base_manager.order_by("pk").values_list("pk", flat=True)
