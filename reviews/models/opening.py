"""When somebody first opened a review at the desk, until it is decided."""

from django.conf import settings
from django.db import models

from reviews.models.review import MedicalReview


class ReviewOpening(models.Model):
    """The first time that a person opened an open review. Further openings change nothing.

    The time goes into the record of the decision, and the row goes with it.
    """

    review = models.ForeignKey(MedicalReview, models.PROTECT, related_name="openings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "user"], name="opening_once_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.review}, opened {self.at:%-d %B %Y, %H:%M}"
