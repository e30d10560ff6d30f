"""ReportedReview: a reader's report that a review has to do with, and what the editor says of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from articles.fields import no_longer_than
from articles.models import ReaderReport
from reviews.models.review import MedicalReview


class ReportedReview(models.Model):
    """A review that a report opened, or that was open already and took it along.

    The reader's words go with the report after their time; the editor's, and that there was a report, stay.
    """

    LONGEST = 2000

    report = models.ForeignKey(ReaderReport, models.SET_NULL, null=True, related_name="+")
    review = models.ForeignKey(MedicalReview, models.PROTECT, related_name="reported")
    taken_along = models.BooleanField(default=False)
    reason = models.CharField(max_length=LONGEST)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            *no_longer_than("reported_review", reason=2000),
            models.CheckConstraint(condition=~Q(reason=""), name="reported_review_says_why"),
            models.UniqueConstraint(fields=["report"], name="reported_once"),
        ]

    def __str__(self):
        return f"A reader's report, {self.review}"
