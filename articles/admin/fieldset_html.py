"""Writes a fieldset of a page's form as the admin's own template does, without that template."""

from django.contrib.admin.helpers import Fieldline, Fieldset
from django.forms import BoundField, HiddenInput
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from articles.form_fields import RichTextBox, compute_fingerprint

LONG = 100  # characters of a text that is compared by its fingerprint and not sent twice
EMPTY = (None, "", "False")  # what a box that was opened so sends no value for


def write_fieldset(fieldset: Fieldset, heading_id: str) -> SafeString:
    """A fieldset with its heading, its fields, what is wrong with them and what they are for."""
    lines = "".join(map(_write_line, fieldset))
    heading = conditional_escape(fieldset.name)  # type: ignore[attr-defined]
    described = "" if not fieldset.description else f"<div>{fieldset.description}</div>"
    html = (
        f'<fieldset class="module aligned {fieldset.classes}" aria-labelledby="{heading_id}">'
        f'<h2 id="{heading_id}" class="fieldset-heading">{heading}</h2>'
        f"{described}{lines}</fieldset>"
    )
    return mark_safe(html)  # noqa: S308 - each part escapes its values


def _write_line(line: Fieldline) -> str:
    fields = list(line)
    is_single = len(fields) == 1
    errors = line.errors() if is_single else ""
    classes = ["form-row"]
    if errors:
        classes.append("errors")
    if not line.has_visible_field:
        classes.append("hidden")
    classes += [f"field-{_get_name(field)}" for field in fields if _get_name(field)]
    written = "".join(_write_field(field, is_single=is_single) for field in fields)
    if not is_single:
        written = f'<div class="flex-container form-multiline">{written}</div>'
    return f'<div class="{" ".join(classes)}">{errors}{written}</div>\n'


def _get_name(field) -> str:
    return field.field["name"] if field.is_readonly else field.field.name


def _write_field(field, *, is_single: bool) -> str:
    errors = "" if is_single or field.is_readonly else field.errors()
    classes = ["flex-container"]
    if not is_single:
        classes += ["fieldBox", f"field-{_get_name(field)}"]
        if errors:
            classes.append("errors")
        if _is_hidden(field):
            classes.append("hidden")
    if field.is_checkbox:
        classes.append("checkbox-row")
        inside = f"{_write_box(field.field)}{field.label_tag()}"
    elif field.is_readonly:
        inside = f'{field.label_tag()}<div class="readonly">{field.contents()}</div>'
    else:
        inside = f"{field.label_tag()}{_write_box(field.field)}"
    box = f'<div class="{" ".join(classes)}">{inside}</div>'
    return f"<div>{errors}{box}{_write_help(field)}</div>"


def _is_hidden(field) -> bool:
    return field.field["is_hidden"] if field.is_readonly else field.field.is_hidden


def _write_help(field) -> str:
    text = field.field["help_text"] if field.is_readonly else field.field.help_text
    if not text:
        return ""
    target = "" if field.is_readonly else field.field.id_for_label
    own_id = f' id="{target}_helptext"' if target else ""
    hidden = " hidden" if _is_hidden(field) else ""
    return f'<div class="help{hidden}"{own_id}><div>{text}</div></div>'


def _write_box(bound: BoundField) -> str:
    """A box, and in a hidden field what it was opened with. Without one it was opened empty."""
    box = bound.as_widget()
    if not bound.field.show_hidden_initial:
        return box
    opened = bound.field.hidden_widget()
    if type(opened) is not HiddenInput or bound.form.is_bound:  # such as one for several values
        return f"{box}{bound.as_hidden(only_initial=True)}"
    value = opened.format_value(bound.value())
    if value in EMPTY:
        return box
    if isinstance(bound.field.widget, RichTextBox) and len(value) > LONG:
        value = compute_fingerprint(value)
    name, shown = bound.html_initial_name, conditional_escape(value)
    return f'{box}<input type=hidden name={name} value="{shown}">'
