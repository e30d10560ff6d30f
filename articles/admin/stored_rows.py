"""The stored rows of a list as a form shows them first: written in one pass, without a form each.

A row is written short: names, labels and values. What its boxes have in common (further choices,
attributes, links) stands in the blank row of the list alone, and the browser takes it from there
(``static/js/form/complete.js``). Without a script the rows can be read, changed and sent as they
are; only the further choices are missing then, which the form with ``rows`` in its address has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django import forms
from django.contrib.admin.helpers import InlineAdminFormSet
from django.contrib.admin.utils import flatten, label_for_field
from django.db.models import Model
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from articles.admin.autocomplete import PreloadedAutocomplete
from articles.admin.form_renderer import LinkedChoice, PageFormRenderer, write_json

# Writes the box of a field: gets its name in the form, the row, and the row's place in its list.
WriteBox = Callable[[str, Model, int], str]
SEE_ALL = "rows"  # with this in its address a form has its rows with all their choices


@dataclass(frozen=True)
class RowBox:
    """A field of the rows of a list: what stands before its box, the box, and what comes after.

    The help is written in the first row and in the blank one; the browser gives it to the others.
    """

    name: str
    before: str
    write: WriteBox
    after: str
    help: str = ""
    classes: str = ""  # of its label in the blank row

    def write_in(self, prefix: str, row: Model, place: int) -> str:
        return f"{self.before}{self.write(f'{prefix}-{self.name}', row, place)}{self.after}"

    def write_help(self) -> str:
        return f"<div class=help>{self.help}</div>" if self.help else ""


@dataclass(frozen=True)
class RowLayout:
    """How the rows of one list are written. Made once in a process for each kind of list."""

    row_name: str
    boxes: tuple[RowBox, ...]
    can_delete: bool
    blank: str  # the blank row

    def write_row(self, row: Model, prefix: str, number: int, place: int, *, is_first: bool) -> str:
        delete = ""
        if self.can_delete:
            word = _("Delete")
            delete = f"<label><input type=checkbox name={prefix}-DELETE> {word}</label>"
        written = []
        for box in self.boxes:
            help_text = box.write_help() if is_first else ""
            written.append(box.write_in(prefix, row, place) + help_text)
        boxes = "".join(written)
        title = str(row)
        # What a choice shows already is not written twice; the browser takes it from there.
        shown = conditional_escape(title)
        named = "" if f" selected>{shown}<" in boxes else f"<span>{shown}</span>"
        return (
            f"<div class=row><div><h3>{self.row_name} {number}</h3>{named}{delete}"
            f"</div><div>{boxes}</div>"
            f"<input type=hidden name={prefix}-{row._meta.pk.name} value={row.pk}></div>\n"
        )


def write_stored_rows(inline: InlineAdminFormSet) -> SafeString | None:
    """The stored rows of an unbound list and a blank one; None where its rows need their forms.

    They do where somebody may only read them, and where the address asks for empty rows.
    """
    formset = inline.formset
    may_write = inline.has_change_permission and inline.has_add_permission
    if formset.is_bound or not may_write or SEE_ALL in formset.query_params:
        return None
    layout = _get_layout(inline)
    if layout is None:
        return None
    first = formset.page.first_number
    parts = [formset.opened_places] if formset.is_ordered else []
    for index, row in enumerate(formset.page.rows):
        place = formset.places[row.pk]
        number = first + index if first else place
        prefix = f"{formset.prefix}-{index}"
        parts.append(layout.write_row(row, prefix, number, place, is_first=not index))
    return mark_safe("".join(parts) + layout.blank)  # noqa: S308 - each part escapes its values


_layouts: dict[tuple, RowLayout | None] = {}


def _get_layout(inline: InlineAdminFormSet) -> RowLayout | None:
    """The layout of a list, as its fields and the rights of a user make it."""
    fields = inline.formset.form.base_fields
    links = []
    for field in fields.values():
        if isinstance(field.widget, LinkedChoice):
            links.append(field.widget.list_links())
    kind = (type(inline.opts), inline.opts.parent_model, inline.formset.prefix)
    rights = (inline.formset.can_delete and inline.has_delete_permission, *links)
    key = (*kind, *rights, get_language())
    if key not in _layouts:
        _layouts[key] = _build_layout(inline)
    return _layouts[key]


def _build_layout(inline: InlineAdminFormSet) -> RowLayout | None:
    formset = inline.formset
    blank = formset.empty_form
    boxes = []
    names = chain.from_iterable(flatten(options["fields"]) for _name, options in inline.fieldsets)
    for name in names:
        if name in inline.readonly_fields:
            box = _build_readonly_box(inline, name)
        else:
            box = _build_box(name, blank.fields[name])
        if box is None:
            return None
        boxes.append(box)
    name = capfirst(inline.opts.verbose_name)
    html = _write_blank_row(formset.prefix, name, blank, boxes)
    can_delete = formset.can_delete and inline.has_delete_permission
    return RowLayout(name, tuple(boxes), can_delete, html)


def _write_blank_row(prefix: str, name: str, form: forms.ModelForm, boxes: list[RowBox]) -> str:
    """The row that is copied for each new one, its boxes with all that they have in common."""
    written = []
    for box in boxes:
        field = form.fields.get(box.name)
        inside = ""
        if field is None:
            inside = box.write("", form.instance, 0)
        else:
            inside = _write_blank_box(form[box.name], field.widget)
        before = box.before.replace("<label", f"<label class={box.classes}", 1)
        written.append(f"{before}{inside}{box.after}{box.write_help()}")
    key = form.instance._meta.pk.name
    return (
        f'<div class="row empty-form last-related" id={prefix}-empty>'
        f"<div><h3>{name} new</h3></div><div>{''.join(written)}</div>"
        f"<input type=hidden name={prefix}-__prefix__-{key}></div>\n"
    )


def _write_blank_box(bound: forms.BoundField, widget: forms.Widget) -> str:
    box = widget.widget if isinstance(widget, LinkedChoice) else widget
    written = box.render(bound.html_name, bound.value(), {}, PageFormRenderer())
    if isinstance(widget, LinkedChoice):
        links = write_json(widget.describe_links())
        refers = widget.rel.model._meta.model_name
        own = f"<select data-model-ref={refers} data-links={links} "
        return written.replace("<select ", own, 1)
    return written


def label_row(row: Any, name: str, number: str) -> None:
    """Name a row, and add this to the labels of its fields, which every row has alike."""
    row.label = f"{capfirst(name)} {number}"
    for key, field in row.form.fields.items():
        if not field.widget.is_hidden:
            field.widget.attrs["aria-label"] = f"{field.label or key}, {name} {number}"


def _build_readonly_box(inline: InlineAdminFormSet, name: str) -> RowBox | None:
    show = getattr(inline.opts, name, None)
    if not callable(show):
        return None
    label = capfirst(str(label_for_field(name, inline.opts.model, inline.opts)))

    def write(_name: str, row: Model, _place: int) -> str:
        return conditional_escape(show(row))

    before = f"<label>{label}: <span class=readonly>"
    return RowBox(name, before, write, "</span></label>", classes=f"field-{name}")


def _build_box(name: str, field: forms.Field) -> RowBox | None:
    """The box of a field; None if its widget is none of the usual."""
    write = _choose_writer(name, field)
    if write is None:
        return None
    label = conditional_escape(capfirst(field.label or name))
    classes = f'"field-{name} required"' if field.required else f"field-{name}"
    before, after = f"<label>{label}: ", "</label>"
    if isinstance(field.widget, forms.CheckboxInput):
        before, after = "<label>", f" {label}</label>"
    return RowBox(name, before, write, after, str(field.help_text or ""), classes)


def _choose_writer(name: str, field: forms.Field) -> WriteBox | None:
    widget = field.widget
    if name == "position":
        return write_position
    if isinstance(widget, LinkedChoice):
        is_chosen_by_name = isinstance(widget.widget, PreloadedAutocomplete)
        return _make_choice_writer(name, field) if is_chosen_by_name else None
    if type(widget) is forms.Select and not isinstance(field, forms.ModelChoiceField):
        return _make_select_writer(name, field)
    for kind, make in WRITERS:
        if isinstance(widget, kind):
            return make(name, field)
    return None


def write_position(name: str, _row: Model, place: int) -> str:
    return f"<input name={name} value={place}>"


def _make_choice_writer(name: str, _field: forms.Field) -> WriteBox:
    def write(box: str, row: Model, _place: int) -> str:
        chosen = getattr(row, name)
        option = ""
        if chosen is not None:
            option = f"<option value={chosen.pk} selected>{conditional_escape(str(chosen))}"
        return f"<select name={box}>{option}</select>"

    return write


def _make_input_writer(name: str, field: forms.Field) -> WriteBox:
    kind = field.widget.input_type
    start = "<input" if kind == "text" else f"<input type={kind}"

    def write(box: str, row: Model, _place: int) -> str:
        value = _read(row, name, field)
        return f'{start} name={box} value="{value}">' if value else f"{start} name={box}>"

    return write


def _make_file_writer(_name: str, _field: forms.Field) -> WriteBox:
    return lambda box, _row, _place: f"<input type=file name={box}>"


def _make_text_writer(name: str, field: forms.Field) -> WriteBox:
    def write(box: str, row: Model, _place: int) -> str:
        return f"<textarea name={box}>\n{_read(row, name, field)}</textarea>"

    return write


def _make_tick_writer(name: str, _field: forms.Field) -> WriteBox:
    def write(box: str, row: Model, _place: int) -> str:
        return f"<input type=checkbox name={box}{' checked' if getattr(row, name) else ''}>"

    return write


def _make_select_writer(name: str, field: forms.Field) -> WriteBox:
    labels = {str(value): conditional_escape(str(label)) for value, label in field.widget.choices}

    def write(box: str, row: Model, _place: int) -> str:
        value = _read(row, name, field)
        option = f'<option value="{value}" selected>{labels.get(value, value)}' if value else ""
        return f"<select name={box}>{option}</select>"

    return write


def _read(row: Model, name: str, field: forms.Field) -> str:
    """The value of a row in a field as a box shows it."""
    value = field.widget.format_value(field.prepare_value(getattr(row, name)))
    if isinstance(value, list):
        value = value[0] if value else ""
    return conditional_escape("" if value is None else str(value))


# Widgets, and what makes the function that writes their boxes; the first that fits counts.
WRITERS: tuple[tuple[type[forms.Widget], Callable[[str, Any], WriteBox]], ...] = (
    (forms.FileInput, _make_file_writer),
    (forms.CheckboxInput, _make_tick_writer),
    (forms.Textarea, _make_text_writer),
    (forms.TextInput, _make_input_writer),
    (forms.NumberInput, _make_input_writer),
    (forms.URLInput, _make_input_writer),
)
