"""A choice of reviewers who can sign a page, with the days on which they are away."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from articles.models import Article
from reviews.models import Absence, Reviewer
from reviews.signing.eligibility import get_barred_users, get_qualified_reviewers


class ReviewerField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """Reviewers by name, with the days on which they are away."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(Reviewer.objects.none(), *args, **kwargs)
        self.absence_labels: dict[int, str] = {}

    def set_choices(self, reviewers: QuerySet[Reviewer]) -> None:
        self.queryset = reviewers
        self.absence_labels = {}
        today = timezone.localdate()
        absences = Absence.objects.filter(reviewer__in=reviewers).current_or_upcoming(today)
        # The first absence of a reviewer comes last, and its label stays.
        for absence in absences.order_by("-first_day"):
            self.absence_labels[absence.reviewer_id] = _describe_absence(absence, today)

    def label_from_instance(self, reviewer: Reviewer) -> str:
        absence_label = self.absence_labels.get(reviewer.pk)
        if absence_label is None:
            return str(reviewer)
        return f"{reviewer} ({absence_label})"


def _describe_absence(absence: Absence, today: dt.date) -> str:
    if absence.first_day <= today:
        return f"away until {absence.last_day:%-d %B}"
    return f"away from {absence.first_day:%-d %B} to {absence.last_day:%-d %B}"


def get_eligible_reviewers(page: Article) -> QuerySet[Reviewer]:
    """Qualified reviewers whom four eyes do not bar from a page."""
    return get_qualified_reviewers().exclude(user__in=get_barred_users(page))
