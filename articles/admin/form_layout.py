"""The sections of a form in the order of the public page, and their errors with links."""

from dataclasses import dataclass, field

from django.contrib.admin.helpers import Fieldset, InlineAdminFormSet
from django.contrib.admin.utils import flatten
from django.utils.text import capfirst, slugify

from articles.admin.fieldset_html import write_fieldset
from articles.admin.stored_rows import label_row, write_stored_rows

LAST = 10**9  # comes after every position
MAX_DIGITS = 10  # of a number that is a position


@dataclass(frozen=True)
class FormError:
    """One reason why a form is not saved; ``anchor`` is the id of the element to correct."""

    location: str
    message: str
    anchor: str


@dataclass
class FormSection:
    """A part of the form: a fieldset, or the rows of an inline in their order, a blank one last."""

    title: str
    fieldset: Fieldset | None = None
    inline: InlineAdminFormSet | None = None
    rows: list = field(default_factory=list)
    stored_rows: str = ""  # rows that are written already, in place of those
    errors: list[FormError] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"section-{slugify(self.title)}"

    @property
    def fields(self) -> str:
        """The HTML of its fieldset."""
        return write_fieldset(self.fieldset, f"{self.id}-heading") if self.fieldset else ""


def build_sections(order: tuple, adminform, inlines) -> list[FormSection]:
    """The sections of a form in an order of fieldset titles and inline classes; others last."""
    sections = {}
    for fieldset in adminform:
        section = FormSection(fieldset.name or "The page", fieldset=fieldset)
        section.errors = list(_iter_field_errors(fieldset, adminform.form))
        sections[fieldset.name or ""] = section
    for inline in inlines:
        section = _build_inline_section(inline)
        section.errors = list(_iter_row_errors(section, inline.formset))
        sections[type(inline.opts)] = section
    first = [sections.pop(name) for name in order if name in sections]
    return [*first, *sections.values()]


def list_page_errors(form) -> list[FormError]:
    """The errors of the page as a whole."""
    return [FormError("", message, "") for message in form.non_field_errors()]


def _build_inline_section(inline: InlineAdminFormSet) -> FormSection:
    """The rows of an inline by their numbers, so that a returned form looks as it was left."""
    title = str(capfirst(inline.opts.verbose_name_plural))
    stored_rows = write_stored_rows(inline)
    if stored_rows is not None:
        return FormSection(title, inline=inline, stored_rows=stored_rows)
    filled: list = []
    blank: list = []
    for row in inline:
        (blank if _is_blank(row) else filled).append(row)
    if inline.formset.is_bound:
        filled.sort(key=_get_position)
    name = inline.opts.verbose_name
    first = inline.formset.page.first_number
    for index, row in enumerate(filled):
        number = str(first + index) if first else _get_number(row)
        label_row(row, name, number)
    for row in blank:
        label_row(row, name, "new")
        row.blank = True
    return FormSection(title, inline=inline, rows=filled + blank)


def _is_blank(row) -> bool:
    return "__prefix__" in row.form.prefix


def _get_position(row) -> int:
    number = _get_number(row)
    if number.isascii() and number.isdecimal() and len(number) < MAX_DIGITS:
        return int(number)
    return LAST


def _get_number(row) -> str:
    """The number in a row's form, or "new"."""
    if "position" not in row.form.fields:
        return "new"
    return str(row.form["position"].value() or "new")


def _iter_field_errors(fieldset: Fieldset, form):
    for name in flatten(fieldset.fields):  # type: ignore[attr-defined]  # not in the stubs
        for message in form.errors.get(name, ()):
            yield FormError(str(form[name].label), message, form[name].auto_id)


def _iter_row_errors(section: FormSection, formset):
    for message in formset.non_form_errors():
        yield FormError(section.title, message, section.id)
    for row in section.rows:
        for name, messages in row.form.errors.items():
            bound = row.form[name] if name in row.form.fields else None
            for message in messages:
                yield _build_row_error(row, bound, message)


def _build_row_error(row, bound, message: str) -> FormError:
    """An error of a row, in one of its fields or in the row as a whole."""
    if bound is None:
        return FormError(row.label, message, row.form.prefix)
    location = row.label
    # “Cause 4: Cause is missing” needs no “Cause” in between.
    if not message.startswith(str(capfirst(bound.label))):
        location += f": {bound.label}"
    return FormError(location, message, bound.auto_id)
