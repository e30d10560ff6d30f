"""Forms of a page's rows: looked up together, numbered, and never lost."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.text import capfirst

from articles.admin_choices import KnownAutocomplete
from articles.forms import as_key
from articles.row_order import Ordered
from articles.row_pages import RowPage
from articles.row_twins import Once

MISCOUNTED = (
    "How many {rows} this form has was not sent, or cannot be. Those that came stand here: look whether any is "
    "missing, then save again."
)


class RowChoiceField(forms.ModelChoiceField):
    """A choice of a row, found in one query with those of the other rows."""

    default_error_messages = {"invalid_choice": "This is not one of the choices. Choose again. The rest is kept."}
    found: dict | None = None

    def to_python(self, value):
        if self.found is None or value in self.empty_values:
            return super().to_python(value)
        chosen = self.found.get(str(value))
        if chosen is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value})
        if getattr(chosen, "discarded_at", None):
            message = "“%(name)s” was discarded meanwhile. Choose another one, or delete this row. The rest is kept."
            raise ValidationError(message, code="discarded", params={"name": chosen})
        return chosen


class RowForm(forms.ModelForm):
    """One row of a page's inlines. A row that was not touched is not looked up again for what it points to."""

    def has_changed(self):
        """A number alone makes no new row: the script numbers rows that nobody filled in."""
        changed = set(self.changed_data)
        return bool(changed if self.instance.pk else changed - {"position"})

    def _post_clean(self):
        if self.has_changed() or not self.instance.pk:
            super()._post_clean()


class RowFormSet(Ordered, Once, BaseInlineFormSet):
    """Rows whose choices cost one query a field, and that may have been moved or deleted meanwhile.

    Of a long list it has forms for some rows only. What was sent of these is saved; the others are left alone.
    """

    row_name, rows_name = "row", "rows"  # what the inline calls one, and several
    asked = QueryDict()  # of the form's address: which rows of a long list are shown

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_bound:
            self._put_stored_rows_first()
            self.places, self._positions, self._stood = self.places, self._positions, self._stood  # before forms write

    @cached_property
    def every(self) -> list:
        """All rows of the list in their order, as they are stored when a form opens or comes."""
        return list(super().get_queryset())

    @cached_property
    def page(self) -> RowPage:
        return RowPage(self.every, self.prefix, self.asked)

    def get_queryset(self) -> list:
        """The stored rows that have a form, in the order of the forms."""
        return self._sent if self.is_bound else self.page.rows

    def _put_stored_rows_first(self) -> None:
        """Stored rows stand before new ones, as formsets want it, however the rows were moved about.

        Rows that somebody deleted meanwhile become new ones, so that what was typed into them is kept.
        """
        key = self.model._meta.pk.name
        stored, first, self._sent = {str(row.pk): row for row in self.every}, [], []
        for number in self._numbers:
            row = stored.pop(self.data.get(f"{self.prefix}-{number}-{key}"), None)
            if row is not None:
                self._sent.append(row)
                first.append(number)
        stands = set(first)
        rest = [number for number in self._numbers if number not in stands]
        deleted = any(self.data.get(f"{self.prefix}-{number}-{key}") for number in rest)
        if deleted or [*first, *rest] != list(range(len(self._numbers))):
            rows = [self._row(number) for number in first] + [self._row(number) | {("", key): [""]} for number in rest]
            if self.files:
                self.files = self._files([*first, *rest])
            self.data = self.data.copy()
            for place, row in enumerate(rows):
                for (initial, name), values in row.items():
                    self.data.setlist(f"{initial}{self.prefix}-{place}-{name}", values)
        self._set_counts(initial=len(first), total=len(self._numbers))

    def _set_counts(self, *, initial: int, total: int) -> None:
        """Let the form's own counts be those of the rows that came."""
        counts = {"TOTAL": total, "INITIAL": initial, "MIN_NUM": self.min_num, "MAX_NUM": self.max_num}
        fields = {f"{self.prefix}-{name}_FORMS": str(count) for name, count in counts.items()}
        wrong = {name: count for name, count in fields.items() if self.data.get(name) != count}
        if wrong:
            self.data = self.data.copy()
            for name, count in wrong.items():
                self.data[name] = count
        self.__dict__.pop("management_form", None)  # read from the data before

    @cached_property
    def _claimed(self) -> int | None:
        """How many rows the form says that it has; None where it says nothing that could be."""
        total, initial = (as_key(self.data.get(f"{self.prefix}-{name}_FORMS", "")) for name in ("TOTAL", "INITIAL"))
        return None if initial is None else total

    @cached_property
    def _numbers(self) -> list[int]:
        """The rows that came, by their numbers. No row is made for a number that came without a field."""
        field = re.compile(rf"{re.escape(self.prefix)}-([0-9]{{1,9}})-")
        found = {match[1] for name in (*self.data, *self.files) if (match := field.match(name))}
        sent = sorted({int(number) for number in found if str(int(number)) == number})
        return [number for number in sent if self._claimed is None or number < self._claimed][: self.absolute_max]

    def clean(self):
        if self._claimed is None or self._claimed > self.absolute_max:
            raise ValidationError(MISCOUNTED.format(rows=self.rows_name), code="miscounted")
        super().clean()

    def _row(self, number: int) -> dict[tuple[str, str], list[str]]:
        """What was sent of a row, and the number that it had when the form was opened."""
        names = [("", name) for name in (*self.form.base_fields, self.model._meta.pk.name, "DELETE")]
        names.append(("initial-", "position"))
        return {(opened, name): self.data.getlist(f"{opened}{self.prefix}-{number}-{name}") for opened, name in names}

    def _files(self, order: list[int]) -> MultiValueDict:
        """The files that were sent, with the rows that they came with."""
        found = MultiValueDict()
        for place, number in enumerate(order):
            for name in self.form.base_fields:
                if sent := self.files.getlist(f"{self.prefix}-{number}-{name}"):
                    found.setlist(f"{self.prefix}-{place}-{name}", sent)
        return found

    @cached_property
    def _found(self) -> dict[str, dict]:
        """What the rows point to, by field: one query each."""
        found = {self.model._meta.pk.name: {str(row.pk): row for row in self._sent}}
        for name, field in self.form.base_fields.items():
            if isinstance(field, RowChoiceField):
                typed = {self.data.get(f"{self.prefix}-{number}-{name}", "") for number in self._numbers}
                keys = {as_key(text) for text in typed} - {None}
                rows = {row.pk: row for row in field.queryset.filter(pk__in=keys)}
                found[name] = {str(key): row for key, row in (rows | _heirs(field.queryset.model, keys, rows)).items()}
        return found

    def add_fields(self, form, index):
        super().add_fields(form, index)
        key = self.model._meta.pk.name
        plain = form.fields[key]
        form.fields[key] = RowChoiceField(plain.queryset, initial=plain.initial, required=False, widget=plain.widget)
        for name, field in form.fields.items():
            self._say_what_is_missing(field, name)
            if isinstance(field, RowChoiceField) and self.is_bound:
                field.found = self._found[name]
            self._bring_names(form, name, field)
        self.add_number(form)

    def _say_what_is_missing(self, field, name: str) -> None:
        label = capfirst(field.label or name)
        field.error_messages["required"] = (
            f"{label} is missing. Fill it in, or remove this {self.row_name}. The rest is kept."
        )

    def _bring_names(self, form, name: str, field) -> None:
        widget = getattr(field.widget, "widget", None)
        if not isinstance(widget, KnownAutocomplete):
            return
        if form.instance.pk:
            chosen = getattr(form.instance, name)
            widget.known = {str(chosen.pk): str(chosen)}
        if field.found:
            widget.known = {key: str(row) for key, row in field.found.items()}


def _heirs(model, keys: set[int], rows: dict) -> dict:
    """What stands now for choices that are not there or not public: those into which they were merged meanwhile."""
    if not hasattr(model, "heirs"):
        return {}
    gone = [key for key in keys if key not in rows or getattr(rows[key], "live_id", key) is None]
    return model.heirs(gone) if gone else {}
