"""Lookups by number that find nothing, instead of failing, for numbers that no column can store.

Django does so for ``exact`` and comparisons of plain columns, but not for ``in`` and foreign keys.
And one by any number of values, for queries of a constant text.
"""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignObject, IntegerField, Lookup
from django.db.models.fields.related_lookups import RelatedExact, RelatedIn
from django.db.models.lookups import In

from articles.db.prepared import adapt


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
    """``uuid__any_of=uuids``: one of some texts, numbers or UUIDs, however many, by one SQL text.

    The SQL of ``in`` has a mark for each value, and is another one for each number of values.
    """

    lookup_name = "any_of"

    def get_prep_lookup(self) -> list[Any]:
        return list(self.rhs)

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        text = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608 - our column
        if connection.vendor == "postgresql":
            text = f"{column} = ANY(%s)"
        return text, [*params, adapt(self.rhs, connection)]


def register_lookups() -> None:
    """Register the lookups for all models. It is called once."""
    IntegerField.register_lookup(FittingIntegerIn)
    ForeignObject.register_lookup(FittingRelatedIn)
    ForeignObject.register_lookup(FittingRelatedExact)
    Field.register_lookup(AnyOf)
