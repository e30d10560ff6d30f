"""What every action checks first: the review and the user as they are now, and texts."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone

from articles import fields
from articles.publishing.actions import ActionRefused
from reviews.models import MedicalReview


def lock_open_review(review: MedicalReview, error_class: type[ActionRefused]) -> MedicalReview:
    """The review, its row locked until the transaction ends.

    Raises ``error_class`` if somebody decided it meanwhile.
    """
    MedicalReview.objects.select_for_update().values_list("pk").get(pk=review.pk)
    joined = MedicalReview.objects.select_related(
        "article", "revision__article", "reviewer", "decided_by"
    )
    review = joined.get(pk=review.pk)
    if review.decided_by:
        outcome = review.get_outcome_display().lower()
        name = review.decided_by.get_full_name() or review.decided_by.get_username()
        day = timezone.localdate(review.decided_at)
        raise error_class(
            f"This review was decided already: {outcome} by {name} on {day:%-d %B %Y}."
        )
    return review


def reload_user(user: User) -> User:
    """The user with the permissions of this moment, not those of the start of the request."""
    return User.objects.get(pk=user.pk)


def validate_text(text: str, empty_message: str, error_class: type[ActionRefused]) -> None:
    """Raises ``error_class`` for a text that is empty or cannot be printed."""
    if not text.strip():
        raise error_class(empty_message)
    validate_printable(text, error_class)


def validate_printable(text: str, error_class: type[ActionRefused]) -> None:
    """Raises ``error_class`` for a text that cannot be printed."""
    try:
        fields.refuse_unprintable(text)
    except ValidationError as error:
        raise error_class(error.messages[0]) from error
