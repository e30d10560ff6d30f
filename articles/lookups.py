"""Look-ups by number that find nothing for a number no column can hold, where a database would break.

Django does so for ``exact`` and comparisons of plain columns, and neither for ``in`` nor through foreign keys.
"""

from django.core.exceptions import EmptyResultSet
from django.db.models import ForeignObject, IntegerField
from django.db.models.fields.related_lookups import RelatedExact, RelatedIn
from django.db.models.lookups import In


def _fits(lookup, number, connection) -> bool:
    """Whether the column that is looked into could hold a number; true for all that is no number."""
    field = lookup.lhs.output_field
    while getattr(field, "remote_field", None):
        field = field.target_field
    if not isinstance(number, int) or not isinstance(field, IntegerField):
        return True
    least, most = connection.ops.integer_field_range(field.get_internal_type())
    return (least is None or number >= least) and (most is None or number <= most)


class _FittingInMixin:
    def process_rhs(self, compiler, connection):
        if self.rhs_is_direct_value():
            self.rhs = [number for number in self.rhs if _fits(self, number, connection)]
        return super().process_rhs(compiler, connection)


class IntegerIn(_FittingInMixin, In):
    pass


class FittingRelatedIn(_FittingInMixin, RelatedIn):
    pass


class FittingRelatedExact(RelatedExact):
    def process_rhs(self, compiler, connection):
        if self.rhs_is_direct_value() and not _fits(self, self.rhs, connection):
            raise EmptyResultSet
        return super().process_rhs(compiler, connection)


def register() -> None:
    """Once, for all models."""
    IntegerField.register_lookup(IntegerIn)
    ForeignObject.register_lookup(FittingRelatedIn)
    ForeignObject.register_lookup(FittingRelatedExact)
