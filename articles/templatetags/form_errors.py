"""What is wrong in a form: each error with a link to its field, and the focus for the first."""

from dataclasses import dataclass

from django import template
from django.forms import BaseForm
from django.forms.boundfield import BoundField

from articles.lists import Label

register = template.Library()
MAX_LABEL_LENGTH = 40  # a longer label is a sentence, and the message says which it is


@dataclass(frozen=True)
class FieldError:
    """A message with the field that it is about, whose id is empty for one that nobody sees."""

    field_id: str
    label: Label
    message: str


@register.simple_tag
def list_errors(form: BaseForm) -> list[FieldError]:
    """The errors of a form's fields in their order. The first wrong field gets the focus.

    Call it before the fields are printed: it marks that field, so that a page that comes back with
    errors begins there, with no script.
    """
    errors: list[FieldError] = []
    for field in form:
        if not field.errors:
            continue
        if not errors and not field.is_hidden:
            field.field.widget.attrs["autofocus"] = True
        errors += [_describe(field, str(message)) for message in field.errors]
    return errors


def _describe(field: BoundField, message: str) -> FieldError:
    says_which = len(str(field.label)) > MAX_LABEL_LENGTH or message.startswith(str(field.label))
    return FieldError(_get_id(field), "" if says_which else field.label, message)


def _get_id(field: BoundField) -> str:
    """The id of the field, or of the first of its buttons."""
    if field.is_hidden:
        return ""
    return field.id_for_label or field.subwidgets[0].id_for_label
