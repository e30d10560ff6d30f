"""Formsets of a page's rows: choices are loaded together, rows are numbered, none gets lost."""

import re
from copy import copy

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model, UniqueConstraint
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from articles.admin.autocomplete import PreloadedAutocomplete
from articles.admin.form_renderer import PageFormRenderer
from articles.admin.forms import parse_key
from articles.admin.inline_ordering import OrderedRowFormSet
from articles.admin.inline_paging import RowPage
from articles.admin.link_validation import CheckedLinksMixin, finish_forms

MISCOUNTED = (
    "How many {rows} this form has was not sent, or cannot be. Those that arrived are shown here: "
    "check whether any is missing, then save again."
)
DISCARDED = (
    "“%(name)s” was discarded meanwhile. Choose another one, or delete this row. The rest is kept."
)
DUPLICATE_IN_FORM = "“{row}” is listed twice in these rows. Remove one of them."
ALREADY_IN_LIST = (
    "“{row}” is in this list already, as number {place:,}. Change that one, or remove this one."
)
NOT_SHOWN_HERE = (
    " It is not among the rows shown here: search for it in the list once this is saved."
)


class RowChoiceField(forms.ModelChoiceField):
    """A choice of a database row.

    ``preloaded`` gives rows by key, as text: the formset loads the choices of all its forms with
    one query. Without it, the field asks for its own.
    """

    default_error_messages = {
        "invalid_choice": "This is not one of the choices. Choose again. The rest is kept."
    }
    preloaded: dict | None = None

    def to_python(self, value):
        if self.preloaded is None or value in self.empty_values:
            return super().to_python(value)
        chosen = self.preloaded.get(str(value))
        if chosen is None:
            raise ValidationError(
                self.error_messages["invalid_choice"],
                code="invalid_choice",
                params={"value": value},
            )
        if getattr(chosen, "discarded_at", None):
            raise ValidationError(DISCARDED, code="discarded", params={"name": chosen})
        return chosen


class RowForm(CheckedLinksMixin):
    """One row of a page's inlines.

    A stored row that did not change is not validated again, which would load what it points to.
    """

    default_renderer = PageFormRenderer

    def has_changed(self):
        """A number alone makes no new row: the script numbers rows that nobody filled in."""
        changed = set(self.changed_data)
        if not self.instance.pk:
            changed.discard("position")
        return bool(changed)

    def _post_clean(self):
        if self.has_changed() or not self.instance.pk:
            super()._post_clean()


class RowFormSet(OrderedRowFormSet):
    """Rows whose choices cost one query a field, and that may have been moved or deleted meanwhile.

    A long list has forms for some of its rows only. These are saved; the others stay as they are.
    """

    row_name, rows_name = "row", "rows"  # what the inline calls one, and several
    query_params = QueryDict()  # of the form's address: which rows of a long list are shown

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_bound:
            self.spread_opened_places()
            self._put_stored_rows_first()
            self._remember_stored_values()

    def _remember_stored_values(self) -> None:
        """Compute the cached properties about stored rows before forms change the rows."""
        if self.only_read is None:
            _ = self.places, self._positions, self._stored_by_key

    def __getitem__(self, index):
        """A form by its number. Templates ask for any name here first: no form is made for that."""
        if isinstance(index, str):
            raise KeyError(index)
        return super().__getitem__(index)

    @property
    def media(self) -> forms.Media:
        """Nothing: ``form_media`` collects what a whole form needs, without making its rows."""
        return forms.Media()

    def is_multipart(self) -> bool:
        fields = self.form.base_fields.values()
        return any(field.widget.needs_multipart_form for field in fields)

    @property
    def counts(self) -> SafeString:
        """The hidden fields that say how many rows the form has."""
        total, initial = self.total_form_count(), self.initial_form_count()
        counts = [(self.prefix, "TOTAL", total), (self.prefix, "INITIAL", initial)]
        return format_html_join("", "<input type=hidden name={}-{}_FORMS value={}>", counts)

    @cached_property
    def page(self) -> RowPage:
        return RowPage(self.all_rows, self.prefix, self.query_params)

    def get_queryset(self):
        """The stored rows that have a form, in the order of the forms."""
        return self._sent_rows if self.is_bound else self.page.rows

    def _put_stored_rows_first(self) -> None:
        """Stored rows stand before new ones, as formsets want it, however the rows were moved.

        Rows that somebody deleted meanwhile become new ones, so that nothing typed gets lost.
        """
        key = self.model._meta.pk.name
        found: set[int] = set()
        self._sent_rows = []
        stored_numbers = []
        new_numbers = []
        deleted = False
        for number in self._row_numbers:
            sent_key = self.data.get(f"{self.prefix}-{number}-{key}", "")
            row = self._find_row(sent_key)
            if row is None or row.pk in found:
                new_numbers.append(number)
                deleted = deleted or bool(sent_key)
            else:
                found.add(row.pk)
                stored_numbers.append(number)
                self._sent_rows.append(self._take_over(row))
        order = [*stored_numbers, *new_numbers]
        if deleted or order != list(range(len(order))):
            self._renumber_data(stored_numbers, new_numbers)
        self._set_counts(initial=len(stored_numbers), total=len(order))

    def _find_row(self, sent_key: str) -> Model | None:
        place = self.places.get(parse_key(sent_key) or 0)
        row = self.all_rows[place - 1] if place else None
        return row if row is not None and str(row.pk) == sent_key else None

    def _take_over(self, row: Model) -> Model:
        """A row of the list that a form may change: of one that is only read, a copy in it."""
        if self.only_read is None:
            return row
        own = copy(row)
        self.all_rows[self.places[row.pk] - 1] = own
        return own

    def _renumber_data(self, stored_numbers: list[int], new_numbers: list[int]) -> None:
        """Number the sent rows from 0 on: stored ones first, then new ones, without a key."""
        key = self.model._meta.pk.name
        order = [*stored_numbers, *new_numbers]
        rows = [self._get_row_data(number) for number in order]
        for row in rows[len(stored_numbers) :]:
            row["", key] = [""]
        if self.files:
            self.files = self._reorder_files(order)
        self.data = copy(self.data)  # its lists are replaced, not changed
        for place, row in enumerate(rows):
            for (initial, name), values in row.items():
                self.data.setlist(f"{initial}{self.prefix}-{place}-{name}", values)

    def _set_counts(self, *, initial: int, total: int) -> None:
        """Set the counts of the management form to those of the rows that came."""
        counts = {"TOTAL": total, "INITIAL": initial}
        wrong = {}
        for name, count in counts.items():
            field = f"{self.prefix}-{name}_FORMS"
            if self.data.get(field) != str(count):
                wrong[field] = str(count)
        if wrong:
            self.data = copy(self.data)  # its lists are replaced, not changed
            for field, text in wrong.items():
                self.data[field] = text
        self.__dict__.pop("management_form", None)  # cached, and read from the data before

    @cached_property
    def _claimed_total(self) -> int | None:
        """How many rows the form says that it has; None where a count is missing or no number."""
        total = parse_key(self.data.get(f"{self.prefix}-TOTAL_FORMS", ""))
        initial = parse_key(self.data.get(f"{self.prefix}-INITIAL_FORMS", ""))
        if initial is None:
            return None
        return total

    @cached_property
    def _row_numbers(self) -> list[int]:
        """The numbers of the rows that came. A number without any field is not among them."""
        field = re.compile(rf"{re.escape(self.prefix)}-([0-9]{{1,9}})-")
        total = self._claimed_total
        numbers = set()
        for name in (*self.data, *self.files):
            match = field.match(name)
            if match is None:
                continue
            number = int(match[1])
            written_plainly = str(number) == match[1]
            if written_plainly and (total is None or number < total):
                numbers.add(number)
        return sorted(numbers)[: self.absolute_max]

    def clean(self):
        if self._claimed_total is None or self._claimed_total > self.absolute_max:
            raise ValidationError(MISCOUNTED.format(rows=self.rows_name), code="miscounted")
        super().clean()
        kept = [form for form in self.forms if form not in self.deleted_forms]
        finish_forms(kept, self.instance)

    def _get_row_data(self, number: int) -> dict[tuple[str, str], list[str]]:
        """What was sent of a row, and the number that it had when the form was opened."""
        values = {}
        for name in (*self.form.base_fields, self.model._meta.pk.name, "DELETE"):
            values["", name] = self.data.getlist(f"{self.prefix}-{number}-{name}")
        values["initial-", "position"] = self.data.getlist(
            f"initial-{self.prefix}-{number}-position"
        )
        return values

    def _reorder_files(self, order: list[int]) -> MultiValueDict:
        """The files that were sent, under the new numbers of their rows."""
        found: MultiValueDict = MultiValueDict()
        for place, number in enumerate(order):
            for name in self.form.base_fields:
                sent = self.files.getlist(f"{self.prefix}-{number}-{name}")
                if sent:
                    found.setlist(f"{self.prefix}-{place}-{name}", sent)
        return found

    def make_touched_forms(self) -> tuple[list, list]:
        """The forms of the stored rows that somebody changed, and of the new ones: no others."""
        count = self.initial_form_count()
        make = self._construct_form  # type: ignore[attr-defined]
        stored = []
        for index, row in enumerate(self._sent_rows):
            if self._is_touched(index, row):
                stored.append(make(index))
        return stored, [make(index) for index in range(count, self.total_form_count())]

    def _is_touched(self, index: int, row) -> bool:
        """Whether a form sends something else of a stored row than it was opened with."""
        prefix = f"{self.prefix}-{index}"
        if f"{prefix}-DELETE" in self.data:
            return True
        for name, field in self.form.base_fields.items():
            sent = field.widget.value_from_datadict(self.data, self.files, f"{prefix}-{name}")
            shown = _get_shown(row, name)
            if name == "position":
                shown = parse_key(self.data.get(f"initial-{prefix}-position", ""))
            if field.has_changed(shown, sent):
                return True
        return False

    @cached_property
    def _choices_by_field(self) -> dict[str, dict[str, object]]:
        """What the rows point to, by field: one query each."""
        found: dict[str, dict[str, object]] = {}
        found[self.model._meta.pk.name] = {str(row.pk): row for row in self._sent_rows}
        for name, field in self.form.base_fields.items():
            if isinstance(field, RowChoiceField):
                found[name] = self._load_choices(name, field.queryset)
        return found

    def _load_choices(self, name: str, queryset) -> dict[str, object]:
        """The rows that a field of the forms points to, by key; for merged ones, the successors."""
        sent = [self.data.get(f"{self.prefix}-{number}-{name}", "") for number in self._row_numbers]
        keys = {key for key in map(parse_key, sent) if key is not None}
        rows = {row.pk: row for row in queryset.filter(pk__in=keys)}
        rows |= _find_merge_targets(queryset.model, keys, rows)
        return {str(key): row for key, row in rows.items()}

    def add_fields(self, form, index):
        super().add_fields(form, index)
        key = self.model._meta.pk.name
        plain = form.fields[key]
        form.fields[key] = RowChoiceField(
            plain.queryset, initial=plain.initial, required=False, widget=plain.widget
        )
        for name, field in form.fields.items():
            self._set_required_message(field, name)
            if isinstance(field, RowChoiceField) and self.is_bound:
                field.preloaded = self._choices_by_field[name]
            self._preload_labels(form, name, field)
        self.add_position(form)

    def _set_required_message(self, field, name: str) -> None:
        label = capfirst(field.label or name)
        field.error_messages["required"] = (
            f"{label} is missing. Fill it in, or remove this {self.row_name}. The rest is kept."
        )

    def _preload_labels(self, form, name: str, field) -> None:
        widget = getattr(field.widget, "widget", None)
        if not isinstance(widget, PreloadedAutocomplete):
            return
        if form.instance.pk:
            chosen = getattr(form.instance, name)
            widget.preloaded_labels = {str(chosen.pk): str(chosen)}
        if field.preloaded:
            widget.preloaded_labels = {key: str(row) for key, row in field.preloaded.items()}

    @cached_property
    def _stored_by_key(self) -> dict[tuple[str, ...], dict[tuple, object]]:
        """For each unique constraint: the stored rows by their values in its fields.

        The keys of the outer mapping are the names of these fields, without the page's own.
        """
        found: dict[tuple[str, ...], dict[tuple, object]] = {}
        for constraint in self.model._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and self.fk.name in constraint.fields:
                names = tuple(name for name in constraint.fields if name != self.fk.name)
                rows = found[names] = {}
                for row in self.all_rows:
                    rows[self.get_row_key(row, names)] = row
        return found

    def get_row_key(self, row, names: tuple[str, ...]) -> tuple:
        """By this a list may have a row once only: its values in some fields."""
        return tuple(getattr(row, row._meta.get_field(name).attname) for name in names)

    def validate_unique(self):
        """Refuse a second row where a list may have one only; the message names the first.

        The whole list is loaded, so that no row costs a query.
        """
        for names, stored in self._stored_by_key.items():
            seen = dict(stored)
            for form in self.forms:
                if form in self.deleted_forms or not form.has_changed() or form.errors:
                    continue
                key = self.get_row_key(form.instance, names)
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


def _get_shown(row, name: str):
    """What a form shows of a row in a field; None for a field that is none of the row."""
    try:
        return row._meta.get_field(name).value_from_object(row)
    except FieldDoesNotExist:
        return None


def _find_merge_targets(model, keys: set[int], rows: dict) -> dict:
    """For choices that are missing or not public: the rows into which they were merged, by key."""
    if not hasattr(model, "get_merge_targets"):
        return {}
    gone = []
    for key in keys:
        if key not in rows or getattr(rows[key], "live_id", key) is None:
            gone.append(key)
    if not gone:
        return {}
    return model.get_merge_targets(gone)
