"""The page of a form: its sections in the order of the public page, and what is wrong in them, in words with links."""

from dataclasses import dataclass, field

from django.contrib.admin.helpers import Fieldset, InlineAdminFormSet
from django.utils.text import capfirst, slugify


@dataclass(frozen=True)
class Mistake:
    """One thing that keeps a form from being saved; ``anchor`` is the id of where to mend it."""

    where: str
    message: str
    anchor: str


@dataclass
class Section:
    """A part of the form: a fieldset, or the rows of an inline in their order, a blank one last."""

    title: str
    fieldset: Fieldset | None = None
    inline: InlineAdminFormSet | None = None
    rows: list = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"section-{slugify(self.title)}"


def sections(order: tuple, adminform, inlines) -> list[Section]:
    """The parts of a form as ``order`` names them: fieldsets by their title, inlines by their class; others last."""
    named = {part.name or "": Section(part.name or "The page", fieldset=part) for part in adminform}
    named |= {type(part.opts): _section_of(part) for part in inlines}
    for section in named.values():
        section.mistakes = list(_in_rows(section) if section.inline else _in_fields(section.fieldset, adminform.form))
    first = [named.pop(name) for name in order if name in named]
    return first + list(named.values())


def whole(form) -> list[Mistake]:
    """What is wrong with the page as a whole."""
    return [Mistake("", message, "") for message in form.non_field_errors()]


def _section_of(inline: InlineAdminFormSet) -> Section:
    """Rows in the order that their numbers say, so that a form that comes back looks as it was left."""
    rows = list(inline)
    filled, blank = [row for row in rows if not _is_blank(row)], [row for row in rows if _is_blank(row)]
    if inline.formset.is_bound:
        filled.sort(key=_place)
    first = inline.formset.page.first_number
    for place, row in enumerate(filled):
        _call(row, inline.opts.verbose_name, str(first + place) if first else _number(row))
    for row in blank:
        _call(row, inline.opts.verbose_name, "new")
        row.blank = True
    return Section(str(capfirst(inline.opts.verbose_name_plural)), inline=inline, rows=filled + blank)


def _call(row, name: str, which: str) -> None:
    """Say which row it is, and of its fields too: a label alone stands in each of them."""
    row.called = f"{capfirst(name)} {which}"
    for key, typed in row.form.fields.items():
        if not typed.widget.is_hidden:
            typed.widget.attrs["aria-label"] = f"{typed.label or key}, {name} {which}"


def _is_blank(row) -> bool:
    return "__prefix__" in row.form.prefix


def _place(row) -> int:
    number = _number(row)
    return int(number) if number.isascii() and number.isdecimal() else 10**9


def _number(row) -> str:
    """The number that stands in a row's form."""
    return str(row.form["position"].value() or "new") if "position" in row.form.fields else "new"


def _in_fields(fieldset: Fieldset, form):
    names = [name for line in fieldset.fields for name in ([line] if isinstance(line, str) else line)]
    for name in names:
        for message in form.errors.get(name, ()):
            yield Mistake(str(form[name].label), message, form[name].auto_id)


def _in_rows(section: Section):
    for message in section.inline.formset.non_form_errors():
        yield Mistake(section.title, message, section.id)
    for row in section.rows:
        for name, messages in row.form.errors.items():
            bound = row.form[name] if name in row.form.fields else None
            for message in messages:
                # “Cause 4: Cause is missing” needs no “Cause” in between.
                told = bound is None or message.startswith(capfirst(bound.label))
                where = row.called if told else f"{row.called}: {bound.label}"
                yield Mistake(where, message, bound.auto_id if bound else row.form.prefix)
