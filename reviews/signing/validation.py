"""What every action checks first: the review and the user as they are now, and texts."""

from collections.abc import Collection

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
    (review,) = lock_reviews([review.pk])
    if error := describe_decision(review):
        raise error_class(error)
    return review


def lock_reviews(review_ids: Collection[int]) -> list[MedicalReview]:
    """Reviews in the order of their requests, their rows locked until the transaction ends."""
    rows = MedicalReview.objects.select_for_update().filter(pk__in=review_ids)
    list(rows.order_by("pk").values_list("pk"))
    joined = MedicalReview.objects.select_related(
        "article", "revision__article", "reviewer", "decided_by"
    )
    return list(joined.filter(pk__in=review_ids).order_by("requested_at", "pk"))


def describe_decision(review: MedicalReview) -> str:
    """Who decided a review already, in words; empty where it is open."""
    if not review.decided_by:
        return ""
    outcome = review.get_outcome_display().lower()
    name = review.decided_by.get_full_name() or review.decided_by.get_username()
    day = timezone.localdate(review.decided_at)
    return f"This review was decided already: {outcome} by {name} on {day:%-d %B %Y}."


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
