"""What every deed looks at first: the review as it stands, the person as they are now, words that can be kept."""

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils import timezone

from articles import fields
from articles.actions import Refused
from reviews.models import MedicalReview


def still_open(review: MedicalReview, refusal: type[Refused]) -> MedicalReview:
    """The review's row, held until the transaction ends; refused where somebody decided it meanwhile."""
    MedicalReview.objects.select_for_update().values_list("pk").get(pk=review.pk)
    joined = MedicalReview.objects.select_related("article", "revision__article", "reviewer", "decided_by")
    review = joined.get(pk=review.pk)
    if review.decided_at:
        who = review.decided_by.get_full_name() or review.decided_by.get_username()
        when = timezone.localdate(review.decided_at)
        raise refusal(
            f"This review was decided already: {review.get_outcome_display().lower()} by {who} on {when:%-d %B %Y}."
        )
    return review


def as_of_now(user):
    """The person with the rights they have at this moment, not those they came in with."""
    return get_user_model().objects.get(pk=user.pk)


def refuse_bad_text(text: str, when_empty: str, refusal: type[Refused]) -> None:
    if not text.strip():
        raise refusal(when_empty)
    refuse_unprintable(text, refusal)


def refuse_unprintable(text: str, refusal: type[Refused]) -> None:
    try:
        fields.refuse_unprintable(text)
    except ValidationError as error:
        raise refusal(error.messages[0]) from error
