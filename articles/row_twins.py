"""What may stand only once in a list of rows: a second one is refused, and told where the first one is."""

from django.db.models import UniqueConstraint
from django.utils.functional import cached_property

TWICE = "“{row}” stands twice among these rows. Leave one of them out."
THERE = "“{row}” is in this list already, as number {place:,}. Change that one, or leave this one out."
ELSEWHERE = " It is not among the rows shown here: look for it in the list once this is saved."


class Once:
    """Mixed into formsets of rows, which know their whole list: no row costs a query, and the words lead somewhere."""

    @cached_property
    def _stood(self) -> dict[tuple[str, ...], dict[tuple, object]]:
        """By the fields that may not come twice together: the rows of the list by what they said there before."""
        found = {}
        for constraint in self.model._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and self.fk.name in constraint.fields:
                names = tuple(name for name in constraint.fields if name != self.fk.name)
                found[names] = {_said(row, names): row for row in self.every}
        return found

    def validate_unique(self):
        for names, stood in self._stood.items():
            seen = dict(stood)
            for form in self.forms:
                if form in self.deleted_forms or not form.has_changed() or form.errors:
                    continue
                key = _said(form.instance, names)
                twin = seen.setdefault(key, form.instance)
                if twin is not form.instance and None not in key:
                    form.add_error(self._field(form, names), self._refusal(form.instance, twin))

    def _field(self, form, names: tuple[str, ...]) -> str | None:
        return next((name for name in reversed(names) if name in form.fields), None)

    def _refusal(self, row, twin) -> str:
        if twin.pk is None:
            return TWICE.format(row=row)
        words = THERE.format(row=row, place=self.places[twin.pk])
        return words if twin in self.get_queryset() else words + ELSEWHERE


def _said(row, names: tuple[str, ...]) -> tuple:
    return tuple(getattr(row, row._meta.get_field(name).attname) for name in names)
