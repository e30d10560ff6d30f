"""The same words changed on many pages, as the desk shows them: the groups, and the form."""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.desk.forms import SignForm
from reviews.models import Reviewer, ReviewOpening
from reviews.signing import same_changes
from reviews.signing.checklist import CONFIRMED, Answer
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


class SignTogetherForm(SignForm):
    """One signature over the same change on many pages, with the lines of all their checklists.

    Each line is confirmed or the form is not valid: what a signer does not judge is answered on the
    page itself.
    """

    html_form = "together"

    def __init__(self, *args, request, signing_list: SigningList, **kwargs):
        first = signing_list.places[0].review
        super().__init__(*args, request=request, review=first, **kwargs)
        self.checklist = signing_list.checklist
        del self.fields["digest"]
        for item in self.checklist.items:
            self.fields[f"check_{item.name}"] = forms.BooleanField(
                label=item.statement,
                help_text=item.title,
                error_messages={"required": _("Confirm it, or sign the pages one by one.")},
            )
        reviews = [place.review for place in signing_list.places]
        openings = ReviewOpening.objects.filter(user=self.user, review__in=reviews)
        # The latest: an opening of last week says nothing of the pages that are new in the list.
        self.opened_at = openings.order_by("-at").values_list("at", flat=True).first()
        checks = [f"check_{item.name}" for item in self.checklist.items]
        self.order_fields([*checks, *self.fields])

    @property
    def answers(self) -> dict[str, Answer]:
        return {item.name: CONFIRMED for item in self.checklist.items}


def read_seen(values: list[str]) -> list[SeenPlace]:
    """The places that a form names; what names none is left out."""
    seen: list[SeenPlace] = []
    for value in values:
        parts = value.split(SEPARATOR)
        if len(parts) == 3:
            seen.append((parts[0], parts[1], parts[2]))
    return seen
