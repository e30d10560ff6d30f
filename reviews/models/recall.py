"""Recall: why signed pages are reviewed again at once, and which reviews it opened."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from reviews.models.review import MedicalReview


class Recall(models.Model):
    """One piece of news because of which pages must be reviewed again."""

    TRIGGERS = (MedicalReview.Trigger.SAFETY, MedicalReview.Trigger.GUIDELINE)
    TRIGGER_CHOICES = [(name.value, name.label) for name in TRIGGERS]

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    trigger = models.CharField(max_length=10, choices=TRIGGER_CHOICES)
    reason = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="recall_says_why"),
            models.CheckConstraint(
                condition=Q(trigger__in=["safety", "guideline"]), name="recall_for_news_only"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_trigger_display()}, {self.asked_at:%-d %B %Y}"


class RecalledReview(models.Model):
    """A review that belongs to a recall: opened by it, or open before (``taken_along``)."""

    recall = models.ForeignKey(Recall, models.PROTECT, related_name="rows")
    review = models.ForeignKey(MedicalReview, models.PROTECT, related_name="recalls")
    taken_along = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["recall", "review"], name="review_once_a_recall")
        ]

    def __str__(self) -> str:
        return f"{self.recall}: {self.review}"
