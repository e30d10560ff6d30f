"""The same words changed on many pages, as the desk shows them: the groups, and the form."""

from dataclasses import dataclass

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews.desk.signature_form import FirstFocusRadioSelect, SignatureForm
from reviews.models import Reviewer, ReviewOpening
from reviews.models.review import CHANGE_STATEMENT
from reviews.signing import reading_time, same_changes
from reviews.signing.checklist import CONFIRMED, Answer, ChecklistItem
from reviews.signing.signing_together import SEPARATOR, SeenPlace, SigningList

MAX_GROUPS = 5  # on a desk; the others are there once these are signed


@dataclass(frozen=True)
class ChangeGroup:
    """One change on many pages: its words by part, and how many open reviews are of it."""

    key: str
    count: int
    words: list[tuple[str, str, str]]
    has_more: bool = False


def build_groups(reviewer: Reviewer) -> list[ChangeGroup]:
    """The changes that several pages share and that this reviewer can sign. A fixed number of
    queries.
    """
    shared = same_changes.find_same_changes(reviewer.pk)[:MAX_GROUPS]
    samples = same_changes.load_changes([same.candidates[0] for same in shared])
    groups = []
    for same in shared:
        change = samples.get(same.candidates[0].review)
        if change is not None:
            count = len(same.candidates)
            groups.append(ChangeGroup(same.key, count, change.describe(), same.has_more))
    return groups


class SignTogetherForm(SignatureForm):
    """One signature over the same change on many pages, with the lines of all their checklists.

    ``place`` names each page that was seen, and ``leave_out`` those that are signed by themselves.
    """

    statement = forms.BooleanField(
        label=CHANGE_STATEMENT,
        error_messages={"required": _("Check this box to say what your signature means.")},
    )
    read_elsewhere = forms.ChoiceField(
        label=_("How you read it"),
        choices=tuple(reading_time.ANSWERS.items()),
        widget=FirstFocusRadioSelect,
        required=False,
    )

    def __init__(self, *args, request, signing_list: SigningList, **kwargs):
        super().__init__(*args, request=request, auto_id="sign-%s", **kwargs)
        self.signing_list = signing_list
        self.fields["conflicts_choice"].help_text = _(
            "Anything that could look like an interest in what these pages say."
        )
        self.reading_question = ""
        for item in signing_list.items:
            self.fields[f"check_{item.name}"] = forms.BooleanField(
                label=item.statement,
                help_text=item.title,
                error_messages={"required": _("Confirm it, or sign the pages one by one.")},
            )
        checks = [f"check_{item.name}" for item in signing_list.items]
        asked = ("conflicts_choice", "conflicts", "statement", "password", "code", "read_elsewhere")
        self.order_fields([*checks, *asked])

    def clean_read_elsewhere(self) -> str:
        """Ask once, before a code is used up, if the list was opened only just now."""
        reviews = [place.review for place in self.signing_list.places]
        openings = ReviewOpening.objects.filter(user=self.user, review__in=reviews)
        opened_at = openings.order_by("-at").values_list("at", flat=True).first()
        self.reading_question = reading_time.find_short_time(
            self.signing_list.checklist, opened_at, timezone.now()
        )
        answer = self.cleaned_data["read_elsewhere"]
        if self.reading_question and not answer:
            raise forms.ValidationError(_("Say how you read it, or go back to the list."))
        return answer

    @property
    def checks(self) -> list[tuple[ChecklistItem, forms.BoundField]]:
        """The lines of all checklists, each with its field."""
        return [(item, self[f"check_{item.name}"]) for item in self.signing_list.items]

    @property
    def answers(self) -> dict[str, Answer]:
        """Each line is confirmed: a form that leaves one out is not valid."""
        return {item.name: CONFIRMED for item in self.signing_list.items}


def read_seen(values: list[str]) -> list[SeenPlace]:
    """The places that a form names; what names none is left out."""
    seen: list[SeenPlace] = []
    for value in values:
        parts = value.split(SEPARATOR)
        if len(parts) == 3:
            seen.append((parts[0], parts[1], parts[2]))
    return seen
