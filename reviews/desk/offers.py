"""What the page of a review offers beside the decision: taking it, giving it back, an alarm."""

from django import forms
from django.utils.translation import gettext_lazy as _

from articles.form_fields import PlainTextFormField
from reviews.desk.danger import DangerForm
from reviews.models import MedicalReview


class GiveBackForm(forms.Form):
    """Why a reviewer gives a review back."""

    word = PlainTextFormField(
        label=_("Why you give it back"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        help_text=_("The next reviewer and the editors read it."),
        error_messages={"required": _("Say in a word why you give it back.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="give_back-%s", **kwargs)


def build_offers(review: MedicalReview, user, *, refusal: str) -> dict:
    """The forms for a reviewer. ``refusal`` is why they cannot sign the review."""
    is_open = not review.decided_at
    is_own = review.reviewer is not None and review.reviewer.user_id == user.pk
    return {
        "may_take": is_open and review.reviewer is None and not refusal,
        "give_back_form": GiveBackForm() if is_open and is_own else None,
        "danger_form": DangerForm(reviewed=review),
    }
