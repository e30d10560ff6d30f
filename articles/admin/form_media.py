"""The scripts and style sheets of a page's form: collected once in a process for each kind of form.

Django adds them up from every field of every row, each time, by comparing their addresses.
"""

import re
from collections.abc import Iterable

from django import forms
from django.contrib.admin.helpers import InlineAdminFormSet
from django.http import HttpResponse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from js_asset import Media

from articles.admin.form_renderer import write_json

BLANKS = re.compile(rb"\s*\n\s*")
NONCE = "nonce-of-the-response"
_written: dict[tuple, str] = {}


def write_media(page_admin, form: forms.ModelForm, inlines: Iterable, nonce: str) -> SafeString:
    """The elements for the head of a page with a form and its rows."""
    inlines = tuple(inlines)
    classes = tuple(type(inline.opts) for inline in inlines)
    key = (type(page_admin), tuple(form.fields), classes, get_language())
    if key not in _written:
        media = page_admin.media + _add_up(form.base_fields.values())
        for inline in inlines:
            media += inline.opts.media + _add_up(inline.formset.form.base_fields.values())
        _written[key] = _write(media)
    return mark_safe(_written[key].replace(NONCE, nonce))  # noqa: S308 - elements of the libraries


def _write(media: forms.Media) -> str:
    """Only the import map needs a nonce: it is no file of this site."""
    lines = []
    for line in str(Media.from_media(media, nonce=NONCE)).splitlines():
        lines.append(line if "importmap" in line else line.replace(f' nonce="{NONCE}"', ""))
    return "\n".join(lines)


def trim_blanks(response: HttpResponse) -> HttpResponse:
    """Leave out the blanks at the beginnings of lines before and after the fields of a form."""
    head, start, rest = response.content.partition(b'<div class="sections">')
    fields, end, tail = rest.rpartition(b'<div class="save-bar">')
    if not end or b"<textarea" in head:
        return response
    response.content = b"".join(
        (BLANKS.sub(b"\n", head), start, fields, end, BLANKS.sub(b"\n", tail))
    )
    return response


def _add_up(fields: Iterable[forms.Field]) -> forms.Media:
    media = forms.Media()
    for field in fields:
        media += field.widget.media
    return media


class RowList(InlineAdminFormSet):
    """The rows of an inline. They are not made to ask for their media."""

    @classmethod
    def copy(cls, inline: InlineAdminFormSet) -> "RowList":
        return cls(
            inline.opts,
            inline.formset,
            inline.fieldsets,
            inline.prepopulated_fields,
            inline.readonly_fields,
            inline.model_admin,
            inline.has_add_permission,
            inline.has_change_permission,
            inline.has_delete_permission,
            inline.has_view_permission,
        )

    @property
    def media(self) -> forms.Media:
        return forms.Media()

    @property
    def options(self) -> SafeString:
        """What Django's script for rows asks for, as an attribute."""
        words = {"verbose_name": capfirst(self.opts.verbose_name)}
        options = {
            "prefix": self.formset.prefix,
            "addText": gettext("Add another %(verbose_name)s") % words,
            "deleteText": gettext("Remove"),
        }
        return write_json({"name": f"#{self.formset.prefix}", "options": options})
