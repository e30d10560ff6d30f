"""ReportedReview: a reader's report that a review is about, and the editor's reason."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from articles.fields import build_length_checks
from articles.models import ReaderReport
from reviews.models.review import MedicalReview


class ReportedReview(models.Model):
    """A review that a report opened, or that was open before (``taken_along``).

    The report is deleted after its time; the editor's reason, and that there was a report, stay.
    """

    MAX_REASON_LENGTH = 2000

    report = models.ForeignKey(ReaderReport, models.SET_NULL, null=True, related_name="+")
    review = models.ForeignKey(MedicalReview, models.PROTECT, related_name="reported")
    taken_along = models.BooleanField(default=False)
    reason = models.CharField(max_length=MAX_REASON_LENGTH)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            *build_length_checks("reported_review", reason=2000),
            models.CheckConstraint(condition=~Q(reason=""), name="reported_review_says_why"),
            models.UniqueConstraint(fields=["report"], name="reported_once"),
        ]

    def __str__(self) -> str:
        return f"A reader's report, {self.review}"
