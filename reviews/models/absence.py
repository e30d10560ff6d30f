"""Absence: days on which a reviewer reads nothing."""

from django.db import models
from django.db.models import F, Q

from reviews.models.reviewer import Reviewer


class Absence(models.Model):
    """A reviewer is away from the first day to the last, both included."""

    reviewer = models.ForeignKey(Reviewer, models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        ordering = ["first_day", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day__lte=F("last_day")),
                name="absence_ends_after_it_begins",
                violation_error_message="The last day cannot come before the first.",
            ),
        ]

    def __str__(self):
        return f"{self.reviewer}, {self.first_day:%-d %B %Y} to {self.last_day:%-d %B %Y}"
