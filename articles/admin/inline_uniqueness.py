"""What may stand only once in a list of rows: a second one is refused, naming the first."""

from django.db.models import UniqueConstraint
from django.utils.functional import cached_property

DUPLICATE_IN_FORM = "“{row}” is listed twice in these rows. Remove one of them."
ALREADY_IN_LIST = (
    "“{row}” is in this list already, as number {place:,}. Change that one, or remove this one."
)
NOT_SHOWN_HERE = (
    " It is not among the rows shown here: search for it in the list once this is saved."
)


class UniqueRowsMixin:
    """Mixed into formsets of rows, which have loaded their whole list: no row costs a query.

    The messages name the place of the row that is there already.
    """

    @cached_property
    def _stored_by_key(self) -> dict[tuple[str, ...], dict[tuple, object]]:
        """For each unique constraint: the stored rows by their values in its fields.

        The keys of the outer mapping are the names of these fields, without the page's own.
        """
        found = {}
        for constraint in self.model._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and self.fk.name in constraint.fields:
                names = tuple(name for name in constraint.fields if name != self.fk.name)
                rows = found[names] = {}
                for row in self.all_rows:
                    rows[_get_key(row, names)] = row
        return found

    def validate_unique(self):
        for names, stored in self._stored_by_key.items():
            seen = dict(stored)
            for form in self.forms:
                if form in self.deleted_forms or not form.has_changed() or form.errors:
                    continue
                key = _get_key(form.instance, names)
                first = seen.setdefault(key, form.instance)
                if first is not form.instance and None not in key:
                    field = self._get_error_field(form, names)
                    form.add_error(field, self._build_error(form.instance, first))

    def _get_error_field(self, form, names: tuple[str, ...]) -> str | None:
        """The last of the fields that the form has, or None."""
        for name in reversed(names):
            if name in form.fields:
                return name
        return None

    def _build_error(self, row, other) -> str:
        if other.pk is None:
            return DUPLICATE_IN_FORM.format(row=row)
        message = ALREADY_IN_LIST.format(row=row, place=self.places[other.pk])
        if other not in self.get_queryset():
            message += NOT_SHOWN_HERE
        return message


def _get_key(row, names: tuple[str, ...]) -> tuple:
    return tuple(getattr(row, row._meta.get_field(name).attname) for name in names)
