"""Lookups for numbers that no column can store, and for many values at once.

A number that no column can store finds nothing, instead of failing. Django does so for ``exact``
and comparisons of plain columns, but not for ``in`` and foreign keys.

``any_of`` is ``in`` for hundreds or thousands of values. They are sent as one parameter, so that
the text of the query is always the same, and no time goes into a placeholder for each.
"""

import json
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignObject, IntegerField, Lookup
from django.db.models.fields.related_lookups import RelatedExact, RelatedIn
from django.db.models.lookups import In


def _fits_column(lookup, number, connection) -> bool:
    """Whether the column could store a number. True for a value that is no number."""
    field = lookup.lhs.output_field
    while getattr(field, "remote_field", None):
        field = field.target_field
    if not isinstance(number, int) or not isinstance(field, IntegerField):
        return True
    least, most = connection.ops.integer_field_range(field.get_internal_type())
    if least is not None and number < least:
        return False
    return most is None or number <= most


class _FittingInMixin:
    def process_rhs(self, compiler, connection):
        if self.rhs_is_direct_value():
            self.rhs = [number for number in self.rhs if _fits_column(self, number, connection)]
        return super().process_rhs(compiler, connection)


class FittingIntegerIn(_FittingInMixin, In):
    pass


class FittingRelatedIn(_FittingInMixin, RelatedIn):
    pass


class FittingRelatedExact(RelatedExact):
    def process_rhs(self, compiler, connection):
        if self.rhs_is_direct_value() and not _fits_column(self, self.rhs, connection):
            raise EmptyResultSet
        return super().process_rhs(compiler, connection)


class AnyOf(Lookup):
    """Whether a column has one of some texts, numbers or UUIDs. None is never among them."""

    lookup_name = "any_of"

    def get_prep_lookup(self) -> list[Any]:
        return list(self.rhs)

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        values = json.dumps(self._prepare(connection))
        text = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608 - our own column
        return text, [*params, values]

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*params, self._prepare(connection)]

    def _prepare(self, connection: BaseDatabaseWrapper) -> list[Any]:
        """The values as the engine's driver takes them. Raises EmptyResultSet if there is none."""
        field = self.lhs.output_field
        values = [field.get_db_prep_value(value, connection) for value in self.rhs]
        if not values:
            raise EmptyResultSet
        return values


def register_lookups() -> None:
    """Register the lookups for all models. It is called once."""
    IntegerField.register_lookup(FittingIntegerIn)
    ForeignObject.register_lookup(FittingRelatedIn)
    ForeignObject.register_lookup(FittingRelatedExact)
    Field.register_lookup(AnyOf)
