"""The care cards in the form of a page: a box for each level, the gravest first.

So a page cannot have two cards of one level, or a lesser card before a graver one. An empty box is
no card.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.db.models import Field, prefetch_related_objects
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from articles.admin.link_validation import CheckedLinksMixin
from articles.content.document import ADVICE_LABELS, GRAVITY_ORDER, SAME_FOR_EVERYONE
from articles.fields import StoredTextFieldMixin, clean_rich_text
from articles.form_fields import StoredText
from articles.models import Article, CareCard
from articles.publishing import composing

HEADING, TEXT = "heading", "text"
# Headings that the form offers, by level; the number is the site's.
SUGGESTED_HEADINGS = {
    "emergency": ("Call {number} now", "Go to an emergency department now"),
    "urgent": ("Get help today",),
    "routine": ("See a clinician if …",),
}
LABELS = {
    "emergency": (_("Heading of the emergency card"), _("Emergency card")),
    "urgent": (_("Heading of the urgent card"), _("Urgent card")),
    "routine": (_("Heading of the non-urgent card"), _("Non-urgent card")),
}
HELP = {
    "emergency": _(
        "Call now, or go to an emergency department now: the signs, and what to do until help is "
        "there. Empty: the page has no such card."
    ),
    "urgent": _("Get help today: the signs. No emergency, and nothing that can wait."),
    "routine": _("See a clinician if …: what can wait for an appointment. Home care is no card."),
}
MARK_HELP = {
    "same_for_everyone": format_lazy(
        _("Prints “{sentence}” Tick it if that is so; otherwise say in the cards what differs."),
        sentence=SAME_FOR_EVERYONE,
    ),
    "shows_crisis_line": _(
        "Prints a strip with the crisis line under the emergency card. Its words are fixed."
    ),
}
FORM_IS_OLDER = _(
    "This form was opened before a page could have several cards, and its text had no level. The "
    "text is in the non-urgent card now. Move it to the card that it belongs to, then save."
)
NOTHING_TO_COMPARE = _("The page has no card that this could be said of. Write one, or untick it.")


def get_name(level: str, part: str) -> str:
    """The name of a field of the form: the heading or the text of the card of a level."""
    return f"{level}_{part}"


CARD_FIELDS = tuple(
    chain.from_iterable(
        (get_name(level, HEADING), get_name(level, TEXT)) for level in GRAVITY_ORDER
    )
)
FIELDSET: tuple[str, Any] = (
    "When to get help",
    {"fields": (*CARD_FIELDS, "same_for_everyone", "shows_crisis_line")},
)


class HeadingInput(forms.TextInput):
    """A line that offers the usual headings of its card."""

    def __init__(self, level: str) -> None:
        super().__init__(attrs={"class": "vLargeTextField"})
        self.level = level

    def render(self, name, value, attrs=None, renderer=None) -> SafeString:
        list_id = f"suggested_{name}"
        line = super().render(name, value, {**(attrs or {}), "list": list_id}, renderer)
        options = format_html_join("", '<option value="{}"></option>', self._iter_suggestions())
        return format_html('{}<datalist id="{}">{}</datalist>', line, list_id, options)

    def _iter_suggestions(self) -> Iterator[tuple[str]]:
        for heading in SUGGESTED_HEADINGS[self.level]:
            yield (heading.format(number=settings.EMERGENCY_NUMBER),)


def _build_heading_field(level: str) -> forms.Field:
    field = CareCard._meta.get_field("heading").formfield(
        label=LABELS[level][0],
        widget=HeadingInput(level),
        help_text=format_lazy(_("Empty: “{label}”."), label=ADVICE_LABELS[level]),
    )
    assert field
    return field


def _build_text_field(level: str) -> forms.Field:
    field = CareCard._meta.get_field("html").formfield(
        label=LABELS[level][1], widget=AdminTextareaWidget, help_text=HELP[level], required=False
    )
    assert field
    return field


class CareCardsForm(CheckedLinksMixin):
    """A form of a page with the boxes of its care cards.

    Boxes that nobody changed stay as they are stored, and so does a page of which none changed.
    """

    emergency_heading = _build_heading_field("emergency")
    emergency_text = _build_text_field("emergency")
    urgent_heading = _build_heading_field("urgent")
    urgent_text = _build_text_field("urgent")
    routine_heading = _build_heading_field("routine")
    routine_text = _build_text_field("routine")

    unsaved_reason: str | Promise = ""  # why this form must not be saved as it was sent
    instance: Article

    def __init__(self, data=None, *args, **kwargs):
        read = read_older_form(data)
        super().__init__(read, *args, **kwargs)
        if read is not data and data.get("advice") and data["advice_level"] not in GRAVITY_ORDER:
            self.unsaved_reason = self.unsaved_reason or FORM_IS_OLDER
        self.card_texts: dict[str, str] = {}
        for name in MARK_HELP.keys() & self.fields.keys():
            self.fields[name].help_text = MARK_HELP[name]
        if self.instance.pk:
            self._remember_cards()

    def _remember_cards(self) -> None:
        page = self.instance
        if not self.is_bound:
            prefetch_related_objects([page], "care_cards")
        for card in composing.compose_care_cards(page):
            self.initial[get_name(card.level, HEADING)] = _store(HEADING, card.heading)
            self.initial[get_name(card.level, TEXT)] = _store(TEXT, card.html)
        if page.advice and not page.advice_level:  # no build writes it, and no text gets lost
            self.initial[get_name("routine", TEXT)] = _store(TEXT, page.advice)

    def _post_clean(self):
        self.clean_cards()
        self.put_cards()
        super()._post_clean()

    def clean_cards(self) -> None:
        """Read the boxes that somebody changed, and add an error for each that cannot be kept."""
        self.card_texts = {}
        for name in CARD_FIELDS:
            self.card_texts[name] = self._clean_box(name)
        for level in GRAVITY_ORDER:
            heading, text = get_name(level, HEADING), get_name(level, TEXT)
            if self.card_texts[heading] and not self.card_texts[text] and text not in self.errors:
                self.add_error(heading, CareCard.NO_TEXT)
        has_cards = any(self.card_texts[get_name(level, TEXT)] for level in GRAVITY_ORDER)
        if self.cleaned_data.get("same_for_everyone") and not has_cards:
            self.add_error("same_for_everyone", NOTHING_TO_COMPARE)

    def _clean_box(self, name: str) -> str:
        """The text of a box as it will be stored; as it is stored now if nobody changed it."""
        stored = self.initial.get(name) or ""
        if name not in self.changed_data or name not in self.cleaned_data:
            return stored
        sent = self.cleaned_data[name]
        if not sent:
            return ""
        try:
            text = _get_field(name).clean(sent, None)
        except ValidationError as error:
            self.add_error(name, error)
            return stored
        if not text:
            self._refuse_emptied(name, sent)
        return text

    def _refuse_emptied(self, name: str, sent: str) -> None:
        """Add an error if a text was sent of which cleaning leaves nothing."""
        removed = clean_rich_text(sent).dropped if name.endswith(TEXT) else ()
        if removed:
            message = _(
                "Nothing of this text can be kept: %(removed)s. Write the text again, or empty "
                "the box."
            )
            self.add_error(name, ValidationError(message, params={"removed": ", ".join(removed)}))

    @property
    def changed_cards(self) -> bool:
        """Whether the cards are stored again: somebody changed one, or a part of one is missing."""
        page = self.instance
        is_whole = bool(page.advice) == bool(page.advice_level)
        if not is_whole or (page.advice_heading and not page.advice):
            return True
        return any(name in self.changed_data for name in CARD_FIELDS)

    def put_cards(self) -> None:
        """Give the page its gravest card, if somebody changed any. It is not saved."""
        if self.changed_cards:
            self.arrange_cards()

    def arrange_cards(self) -> list[CareCard]:
        """Give the page its gravest card. Returns the others. Nothing is saved."""
        cards = self._build_cards()
        composing.set_gravest_card(self.instance, cards[0] if cards else None)
        return cards[1:]

    def _build_cards(self) -> list[CareCard]:
        cards: list[CareCard] = []
        for level in GRAVITY_ORDER:
            html = self.card_texts[get_name(level, TEXT)]
            heading = self.card_texts[get_name(level, HEADING)]
            if html:
                card = CareCard(
                    article_id=self.instance.pk, level=level, heading=heading, html=html
                )
                cards.append(card)
        return cards

    def _save_m2m(self):
        super()._save_m2m()
        if self.changed_cards:
            composing.replace_further_cards(self.instance, self._build_cards()[1:])

    def get_text(self, name):
        return self.card_texts[name] if name in CARD_FIELDS else super().get_text(name)

    def set_text(self, name, html):
        if name in CARD_FIELDS:
            self.card_texts[name] = html
        else:
            super().set_text(name, html)


def _get_field(name: str) -> Field:
    """The field of the model that the text of a box is stored in."""
    column = "html" if name.endswith(TEXT) else "heading"
    field = CareCard._meta.get_field(column)
    assert isinstance(field, Field)
    return field


def _store(part: str, text: str) -> StoredText:
    """A text that was read from the database, so that it is written back as it is."""
    field = _get_field(part)
    assert isinstance(field, StoredTextFieldMixin)
    return field.stored_class(text)


def read_older_form(data):
    """A form that was opened when a page had one card, with its text in the box of its level.

    Any other data comes back as it is.
    """
    if not isinstance(data, QueryDict | dict) or "advice_level" not in data:
        return data
    if any(name in data for name in CARD_FIELDS):
        return data
    read = data.copy()
    for prefix in ("", "initial-"):
        if f"{prefix}advice_level" not in data:
            continue
        for name in CARD_FIELDS:
            read[f"{prefix}{name}"] = ""
        level = data[f"{prefix}advice_level"]
        text = get_name(level if level in GRAVITY_ORDER else GRAVITY_ORDER[-1], TEXT)
        read[f"{prefix}{text}"] = data.get(f"{prefix}advice", "")
    return read


def make_readable(fieldset: tuple) -> tuple:
    """A fieldset with the cards as they are in place of their boxes."""
    if fieldset[0] != FIELDSET[0]:
        return fieldset
    return FIELDSET[0], {"fields": ("shown_cards", "same_for_everyone", "shows_crisis_line")}


def show_cards(page: Article) -> SafeString:
    """The cards of a page for those who may read its form only."""
    lines = []
    for card in composing.compose_care_cards(page):
        lines.append((LABELS[card.level][1], card.label, SafeString(card.html)))
    return format_html_join("", "<h3>{}: {}</h3>{}", lines) or SafeString("–")
