"""How a review was handed over, and when a reviewer is away."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from reviews.models.review import MedicalReview
from reviews.models.reviewer import Reviewer


class HandOver(models.Model):
    """An open review changed hands: taken, given back, handed over or reassigned, with a message
    (``word``).

    ``to`` is who has it now; None if it is open to any reviewer again.
    """

    review = models.ForeignKey(MedicalReview, models.PROTECT, related_name="hand_overs")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    to = models.ForeignKey(Reviewer, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    word = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.review} to {self.to or 'any reviewer'}"

    @property
    def is_taken(self) -> bool:
        """Whether a reviewer took a review that was open to any."""
        return self.to is not None and self.to.user_id == self.by_id


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def current_or_upcoming(self, today: dt.date) -> Self:
        """Absences that have not ended."""
        return self.filter(last_day__gte=today)


class Absence(models.Model):
    """Days on which a reviewer does not review. Editors see it; it takes no permission away."""

    reviewer = models.ForeignKey(Reviewer, models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["first_day", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day__lte=F("last_day")), name="absence_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer} away until {self.last_day:%-d %B %Y}"
