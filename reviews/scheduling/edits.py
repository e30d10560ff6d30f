"""What somebody changed in the rows of a plan, on this page of it and on those before.

The form of each page carries the changes that were made on the others, and what was posted is
saved as an unsent form too, for a tab that is closed. What a row showed before somebody changed it
is sent along, so that a change is told from a row whose plan became another one meanwhile.
"""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.dateparse import parse_date

from articles.admin.forms import parse_key
from articles.unsent_forms import load_form, save_form

SEPARATOR = "|"


@dataclass(frozen=True)
class RowChoice:
    """What a row of a plan says: who, in which week (its Monday), and whether it is marked.

    In a proposal the marked rows are those to plan; in a plan those to remove.
    """

    reviewer: int | None = None
    week: dt.date | None = None
    is_marked: bool = False

    @property
    def value(self) -> str:
        """The choice as a field of a form has it."""
        week = self.week.isoformat() if self.week else ""
        return SEPARATOR.join([str(self.reviewer or ""), week, "1" if self.is_marked else ""])


def read_choice(value: str) -> RowChoice:
    """A choice from the field of a form. What is neither a number nor a date is left out."""
    reviewer, week, mark = [*value.split(SEPARATOR), "", "", ""][:3]
    return RowChoice(parse_key(reviewer), _parse_day(week), mark == "1")


def _parse_day(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


class RowEdits:
    """The changed rows of a posted form, by their keys, and the keys of the rows it showed."""

    def __init__(self, data: QueryDict):
        self.shown = _read_keys(data.getlist("row"))
        self.choices = _read_hidden(data.get("edits", ""))
        for key in self.shown:
            choice = RowChoice(
                parse_key(data.get(f"who-{key}", "")),
                _parse_day(data.get(f"week-{key}", "")),
                f"mark-{key}" in data,
            )
            if choice.value == data.get(f"was-{key}", ""):
                self.choices.pop(key, None)
            else:
                self.choices[key] = choice

    @classmethod
    def load(cls, user: User, subject: str) -> "RowEdits":
        """What this person changed and did not apply."""
        saved = load_form(user, subject)
        data = QueryDict(mutable=True)
        if saved:
            data.setlist("edits", saved.fields.get("edits", [""]))
        return cls(data)

    def save(self, user: User, subject: str) -> None:
        data = QueryDict(mutable=True)
        data["edits"] = self.hide(()) if self.choices else ""
        save_form(user, subject, data, page=subject)

    def hide(self, shown: Iterable[int]) -> str:
        """The changes of rows that a page does not show, for its form to carry."""
        others = self.choices.keys() - set(shown)
        return json.dumps({str(key): self.choices[key].value for key in sorted(others)})


def _read_keys(values: list[str]) -> list[int]:
    keys = [parse_key(value) for value in values]
    return [key for key in keys if key]


def _read_hidden(text: str) -> dict[int, RowChoice]:
    """The changes that a form carried. What is no such list is left out."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    choices = {}
    for name, value in found.items():
        key = parse_key(name)
        if key and isinstance(value, str):
            choices[key] = read_choice(value)
    return choices
