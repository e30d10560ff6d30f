"""What was typed at the desk and not sent: saved for its author, shown again, offered to copy."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from articles import unsent_forms
from articles.lists import Label
from articles.models import UnsentForm
from reviews.models import MedicalReview

# The HTML forms of the page of a review.
HTML_FORMS = ("decision", "decline", "recommend", "hand_over")
ABSENCE = "absence"
# Fields with words that somebody would want back, and what to call them.
TYPED_FIELD_LABELS: dict[str, Label] = {
    "conflicts": "Conflicts of interest",
    "text": "Your comment",
    "comment": "Your comment",
    "word": "Your message",
    "danger": "What could harm somebody",
}


@dataclass(frozen=True)
class UnsentText:
    """Words that were typed into a field, with its label."""

    label: Label
    text: str


@dataclass(frozen=True)
class OtherForm:
    """What was typed into the same form elsewhere, before the newest: words that differ."""

    key: str
    saved_at: dt.datetime
    texts: list[UnsentText]


@dataclass(frozen=True)
class SavedForm:
    """An HTML form of a page: its token, and what its person typed into it and did not send."""

    name: str
    token: str
    row: UnsentForm | None

    @property
    def saved_at(self) -> dt.datetime | None:
        """When it was saved; None if nothing is."""
        return self.row.saved_at if self.row and not self.row.is_empty else None

    @property
    def initial(self) -> dict[str, Any]:
        """By field the values that new forms begin with."""
        return self.row.data.dict() if self.row else {}

    def get_values(self, name: str) -> list[str]:
        """All values of a field that can have several."""
        return self.row.data.getlist(name) if self.row else []

    @property
    def texts(self) -> list[UnsentText]:
        return list_typed_texts(self.row.data) if self.row else []

    @property
    def others(self) -> list[OtherForm]:
        """Words of other pages or devices that are not in the newest, the newest first."""
        if self.row is None:
            return []
        newest = self.texts
        others = []
        for earlier in self.row.earlier_forms:
            texts = [text for text in list_typed_texts(earlier.fields) if text not in newest]
            if texts:
                others.append(OtherForm(earlier.key, earlier.saved_at, texts))
        return others


def get_subject(review: MedicalReview, html_form: str = "") -> str:
    """The subject of a form of a review; that of all of them without a form."""
    return f"review:{review.uuid}:{html_form}".rstrip(":")


def load_review_forms(user: User, review: MedicalReview) -> dict[str, SavedForm]:
    """By the name of each HTML form of a review what this person typed into it, in one query."""
    return _load_forms(user, {name: get_subject(review, name) for name in HTML_FORMS})


def make_token(user: User, review: MedicalReview) -> str:
    """The token for all forms of a review together, to discard what is in them."""
    return unsent_forms.make_token(user, get_subject(review), None)


def get_change_subject(key: str) -> str:
    """The subject of the form that signs the same change on many pages."""
    return f"change:{key}"


def load_change_form(user: User, key: str) -> SavedForm:
    return _load_forms(user, {"change": get_change_subject(key)})["change"]


def load_absence_form(user: User) -> SavedForm:
    return _load_forms(user, {ABSENCE: ABSENCE})[ABSENCE]


def _load_forms(user: User, subjects: dict[str, str]) -> dict[str, SavedForm]:
    rows = unsent_forms.load_forms(user, subjects.values())
    forms = {}
    for name, subject in subjects.items():
        row = rows.get(subject)
        forms[name] = SavedForm(name, unsent_forms.make_token(user, subject, row), row)
    return forms


def list_typed_texts(
    data: MultiValueDict[str, str], names: Collection[str] = TYPED_FIELD_LABELS
) -> list[UnsentText]:
    """The words in these fields of a form that was sent or saved, never a password or a code."""
    texts = []
    for name, label in TYPED_FIELD_LABELS.items():
        text = data.get(name) or ""
        if name in names and text.strip():
            texts.append(UnsentText(label, text))
    return texts


def list_other_fields(data: MultiValueDict[str, str], form: Form) -> list[tuple[str, str]]:
    """Names and values of an HTML form that are in no field of a form, to be sent along with it."""
    fields = []
    for name, values in unsent_forms.select_fields(data).items():
        if name not in form.fields:
            fields += [(name, value) for value in values]
    return fields


def list_saved_texts(
    forms: Iterable[SavedForm], names: Collection[str] = TYPED_FIELD_LABELS
) -> list[UnsentText]:
    """The words in fields that can no longer be sent, to copy: the newest and the others."""
    texts = []
    for form in forms:
        rows = [form.row.data, *(row.fields for row in form.row.earlier_forms)] if form.row else []
        for data in rows:
            texts += [text for text in list_typed_texts(data, names) if text not in texts]
    return texts


def clear(user: User, review: MedicalReview) -> None:
    """Delete what a person typed on a review: it is decided."""
    unsent_forms.clear_form(user, get_subject(review))


def clear_comment(user: User, review: MedicalReview) -> None:
    """Delete the comment that was pinned, and keep the rest of the decision form."""
    unsent_forms.clear_fields(user, get_subject(review, "decision"), ("part", "text"))


def is_opened_by_another(request: HttpRequest) -> bool:
    """Whether a form was sent from a page that somebody else opened in this browser."""
    token = unsent_forms.read_token(request.POST.get(unsent_forms.TOKEN_NAME, ""))
    return token is not None and token.user_id != request.user.pk


def is_decided_by(user_id: int, subject: str) -> bool:
    """Whether the subject is a review that this person has decided: nothing of it is unsent."""
    uuid = _read_review_uuid(subject)
    return MedicalReview.objects.filter(uuid=uuid, decided_by=user_id).exists() if uuid else False


def get_address(subject: str) -> str:
    """Where the form of a subject is."""
    kind, _, key = subject.partition(":")
    if kind == "change":
        return f"{reverse('reviews:same_change', args=[key])}#sign"
    uuid = _read_review_uuid(subject)
    return f"{reverse('reviews:review', args=[uuid])}#sign" if uuid else reverse("reviews:queue")


def _read_review_uuid(subject: str) -> UUID | None:
    kind, _, rest = subject.partition(":")
    return UUID(rest.partition(":")[0]) if kind == "review" else None
