"""Form fields for text: what was sent as the form showed it stays as it is stored.

All other text is mended, and refused if it has characters that no page can keep.
"""

import hashlib
import re
from typing import Any

from django import forms
from django_prose_editor.fields import ProseEditorFormField
from django_prose_editor.widgets import AdminProseEditorWidget

from articles import characters

FINGERPRINT = re.compile("sha256-[0-9a-f]{64}")
LINE_BREAKS = re.compile(r"\s*[\r\n]+\s*")


class StoredText(str):
    """A text as it is stored, or cleaned to be stored: saving writes it as it is."""

    __slots__ = ()


def mend_line(text: str) -> str:
    """Text on a single line, its characters mended."""
    return LINE_BREAKS.sub(" ", characters.mend(text))


def is_sent_as_shown(shown: Any, sent: Any) -> bool:
    """Whether a browser sends this for a text that was shown unchanged.

    Browsers send line breaks in another form, drop them from a line, and show U+FFFD for U+0000.
    """
    if not isinstance(shown, str) or not isinstance(sent, str):
        return False
    return shown == sent or _reduce(shown) == _reduce(sent) or _flatten(shown) == sent


def _reduce(text: str) -> str:
    text = text.replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")
    return text.removeprefix("\n")


def _flatten(text: str) -> str:
    return text.replace("\0", "\ufffd").replace("\r", "").replace("\n", "")


def compute_fingerprint(text: str) -> str:
    """What stands for a text that a form was opened with, however a browser breaks its lines."""
    return f"sha256-{hashlib.sha256(_reduce(text).encode()).hexdigest()}"


class StoredTextBoundField(forms.BoundField):
    """A field whose data is the stored text itself where it was sent as it was shown."""

    field: "StoredTextMixin"  # type: ignore[assignment]

    @property
    def data(self) -> Any:
        sent = super().data
        if not sent or not self.field.is_sent_as_shown(self.initial, sent):
            return sent
        if isinstance(self.initial, StoredText):
            return self.initial
        row = getattr(self.form, "instance", None)
        if row is None or row._state.adding:
            return sent
        return StoredText(self.initial)


class StoredTextMixin:
    """A form field that leaves a text alone which was sent as it was shown."""

    disabled: bool

    def is_sent_as_shown(self, shown: Any, sent: Any) -> bool:
        return is_sent_as_shown(shown, sent)

    def check_characters(self, text: str) -> None:
        """Raises ValidationError for a text that cannot be kept."""
        characters.refuse(text)

    def prepare(self, text: str) -> str:
        """A text that somebody changed, as it is validated and stored."""
        return characters.mend(text).strip()

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        return StoredTextBoundField(form, self, field_name)  # type: ignore[arg-type]

    def clean(self, value: Any) -> Any:
        if isinstance(value, StoredText):
            return value
        if isinstance(value, str):
            self.check_characters(value)
            value = self.prepare(value)
        return super().clean(value)  # type: ignore[misc]

    def has_changed(self, initial: Any, data: Any) -> bool:
        if self.disabled or self.is_sent_as_shown(initial, data):
            return False
        if isinstance(data, str) and not isinstance(data, StoredText):
            data = self.prepare(data)
        return super().has_changed(initial, data)  # type: ignore[misc]


class UnstrippedMixin:
    """A form field of characters whose blanks stay until it is known that somebody changed it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "strip": False})


class PlainTextFormField(StoredTextMixin, UnstrippedMixin, forms.CharField):
    """Plain text, of several lines where its widget lets them be typed."""


class LineFormField(PlainTextFormField):
    """One line of plain text."""

    def prepare(self, text: str) -> str:
        return mend_line(text).strip()


class LinkFormField(StoredTextMixin, forms.URLField):
    """A web address. Browsers send it without the blanks around it."""

    def is_sent_as_shown(self, shown: Any, sent: Any) -> bool:
        if isinstance(shown, str) and isinstance(sent, str):
            shown, sent = shown.strip(), sent.strip()
        return is_sent_as_shown(shown, sent)


class RichTextBox(AdminProseEditorWidget):
    """A box whose editor the form's script mounts; what it can do stands once in the form."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.attrs = {name: self.attrs[name] for name in self.attrs.keys() - {"cols", "rows"}}

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return forms.Textarea.get_context(self, name, value, attrs)

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        return super().build_attrs(base_attrs, extra_attrs) | {"data-rich-text": True}


class RichTextFormField(StoredTextMixin, UnstrippedMixin, ProseEditorFormField):
    """Rich text. The field of the model cleans it, and looks at its characters after that."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "widget": RichTextBox})

    def is_sent_as_shown(self, shown: Any, sent: Any) -> bool:
        """``shown`` may be the fingerprint of a text, too, which is what a long one is sent as."""
        if isinstance(sent, str) and isinstance(shown, str) and FINGERPRINT.fullmatch(shown):
            return shown == compute_fingerprint(sent)
        return super().is_sent_as_shown(shown, sent)

    def check_characters(self, text: str) -> None:
        """Nothing here: a mark in the HTML is no character of the text."""

    def prepare(self, text: str) -> str:
        return text.strip()
