"""Queries of a constant text: the ORM builds each once for a connection, and only values change.

Building a query of several joins takes longer than running it.
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5
from weakref import WeakKeyDictionary

from django.core.paginator import Page, Paginator
from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, QuerySet, Value

FIRST_NUMBER = 2_000_000_000  # samples of numbers begin here: nothing else in a query is as large


def adapt(value: Any, connection: BaseDatabaseWrapper) -> Any:
    """A value as the driver of an engine takes it. A list is one parameter."""
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    if isinstance(value, list):
        values = [adapt(part, connection) for part in value]
        return values if connection.vendor == "postgresql" else json.dumps(values)
    return value


class PreparedQuery:
    """A query that is built once for a connection, and then run with any values.

    ``build`` gives the queryset for values of the types in ``parameters``: str, int, UUID, or
    ``list[str]`` and so on. It may use them for ``exact`` and ``any_of`` alone, and a number as the
    beginning of a slice.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **parameters: Any) -> None:
        self._build = build
        self._samples: dict[str, Any] = {}
        for place, (name, kind) in enumerate(parameters.items()):
            self._samples[name] = _make_sample(place, kind)
        self._model: Any = None
        self._built: WeakKeyDictionary[BaseDatabaseWrapper, _BuiltQuery] = WeakKeyDictionary()

    def fetch(self, **values: Any) -> list[Any]:
        """The rows for these values, as the queryset would give them. One query."""
        if self._model is None:
            self._model = self._build(**self._samples).model
        connection = connections[router.db_for_read(self._model)]
        built = self._built.get(connection)
        if built is None:
            queryset = self._build(**self._samples).using(connection.alias)
            built = self._built[connection] = _BuiltQuery(queryset, self._samples, connection)
        return built.fetch(values)

    def first(self, **values: Any) -> Any:
        """The first row for these values, or None. One query."""
        rows = self.fetch(**values)
        return rows[0] if rows else None


class PreparedList:
    """A list in pages, by two prepared queries: how many rows there are, and those of one page.

    ``select`` gives the rows in order for values of the types in ``parameters``, and ``load`` what
    is shown of them.
    """

    def __init__(
        self,
        select: Callable[..., QuerySet[Any, Any]],
        load: Callable[[QuerySet[Any, Any]], QuerySet[Any, Any]],
        *,
        per_page: int,
        **parameters: Any,
    ) -> None:
        def count(**values: Any) -> QuerySet[Any, Any]:
            rows = select(**values).order_by().values(one=Value(1))
            return rows.annotate(count=Count("pk")).values_list("count", flat=True)

        self.per_page = per_page
        self._select, self._load, self._parameters = select, load, parameters
        self._count = PreparedQuery(count, **parameters)
        self._rows: dict[int, PreparedQuery] = {}  # by the length of a page

    def get_page(self, number: int, **values: Any) -> Page[Any]:
        """One page of the rows for these values. Two queries. Raises EmptyPage past the last."""
        count, per_page = self._count.first(**values) or 0, self.per_page
        page = Paginator(range(count), per_page).page(number)
        if per_page not in self._rows:
            self._rows[per_page] = self._prepare_rows(per_page)
        start = (page.number - 1) * per_page
        page.object_list = self._rows[per_page].fetch(start=start, **values)
        return page

    def _prepare_rows(self, per_page: int) -> PreparedQuery:
        def show(start: int, **values: Any) -> QuerySet[Any, Any]:
            return self._load(self._select(**values))[start : start + per_page]

        return PreparedQuery(show, start=int, **self._parameters)


def _make_sample(place: int, kind: Any) -> Any:
    """A value of a type that is found again among the parameters of a query."""
    if kind is int:
        return FIRST_NUMBER + place
    if kind is str:
        return f"sample {place}"
    if kind is UUID:
        return uuid5(NAMESPACE_OID, str(place))
    (of,) = kind.__args__  # list[…]
    return [_make_sample(place, of)]


class _BuiltQuery:
    """A queryset with its SQL for one connection, which one thread uses at a time."""

    def __init__(
        self, queryset: QuerySet[Any, Any], samples: dict[str, Any], connection: BaseDatabaseWrapper
    ) -> None:
        self._connection = connection
        self._queryset = queryset
        compiler: Any = queryset.query.get_compiler(using=connection.alias)
        self._sql, params = compiler.as_sql()
        self._params = list(params)
        self._places: dict[int, str] = {}  # of a parameter, and its name
        for name, sample in samples.items():
            self._find_places(name, adapt(sample, connection))
        self._given: list[Any] = []
        columns = [column for column, _sql, _alias in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(columns)
        # What Django would build for each run.
        compiler.as_sql = lambda *args, **kwargs: (self._sql, self._given)
        compiler.get_converters = lambda expressions: converters
        query: Any = queryset.query
        query.get_compiler = lambda *args, **kwargs: compiler

    def _find_places(self, name: str, sample: Any) -> None:
        """Find where a value stands among the parameters, or as the offset at the end."""
        offset = f" OFFSET {sample}"
        if self._sql.endswith(offset):
            self._sql = self._sql.removesuffix(offset) + " OFFSET %s"
            self._params.append(sample)
        found = [place for place, param in enumerate(self._params) if param == sample]
        if not found:
            raise ValueError(f"the query does not use {name}")
        self._places |= dict.fromkeys(found, name)

    def fetch(self, values: dict[str, Any]) -> list[Any]:
        adapted = {name: adapt(value, self._connection) for name, value in values.items()}
        self._given = list(self._params)
        for place, name in self._places.items():
            self._given[place] = adapted[name]
        rows: Any = self._queryset._iterable_class
        return list(rows(self._queryset))
