"""Who can be planned for: reviewers who can sign today, and what they have to read already."""

from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db.models import QuerySet

from reviews.models import MedicalReview, Reviewer
from reviews.reading_speed import load_reading_minutes
from reviews.signing.eligibility import get_qualified_reviewers

MODEL_BACKEND_PATH = "django.contrib.auth.backends.ModelBackend"


def get_users_with_right(right: str) -> QuerySet[User]:
    """The open accounts that have a right of this app."""
    return get_user_model().objects.with_perm(
        f"reviews.{right}", backend=MODEL_BACKEND_PATH, include_superusers=False
    )


def get_readers() -> QuerySet[Reviewer]:
    """Reviewers who can sign today, by their credentials and by their rights."""
    signers = get_users_with_right("sign_review")
    return get_qualified_reviewers().filter(user__in=signers).select_related("user")


def load_waiting_minutes() -> dict[int, list[int]]:
    """Reviewer → the reading minutes of each review that waits for them."""
    waiting = MedicalReview.objects.waiting().filter(reviewer__isnull=False).order_by("pk")
    rows = list(waiting.values_list("reviewer", "revision"))
    minutes = load_reading_minutes(revision for _, revision in rows)
    found: dict[int, list[int]] = {}
    for reviewer, revision in rows:
        found.setdefault(reviewer, []).append(minutes[revision])
    return found


def find_decliners(page_ids: Iterable[int]) -> dict[int, set[int]]:
    """Page → reviewers who declined to review it since it was signed the last time."""
    outcomes = MedicalReview.Outcome
    decided = MedicalReview.objects.filter(
        article__in=page_ids, outcome__in=(outcomes.APPROVED, outcomes.DECLINED)
    )
    found: dict[int, set[int]] = {}
    for page, reviewer, outcome in decided.order_by("decided_at", "pk").values_list(
        "article", "reviewer", "outcome"
    ):
        if outcome == outcomes.APPROVED:
            found.pop(page, None)
        else:
            found.setdefault(page, set()).add(reviewer)
    return found
