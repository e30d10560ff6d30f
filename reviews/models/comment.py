"""Comment: a reviewer's comment on one part of a page, and the editors' answer."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from articles.fields import build_length_checks
from reviews.models.review import MedicalReview


class CommentQuerySet(models.QuerySet["Comment"]):
    def answered(self) -> Self:
        return self.filter(answered_at__isnull=False)

    def with_people(self) -> Self:
        return self.select_related("by", "answered_by", "review__revision")


class Comment(models.Model):
    """A comment pinned to one part of the text under review, with at most one answer.

    ``part`` is the key of a block as the page's kind gives it, ``label`` its name at that time.
    """

    review = models.ForeignKey(MedicalReview, models.PROTECT, related_name="comments")
    part = models.CharField(max_length=400)
    label = models.CharField(max_length=400)
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
            models.CheckConstraint(
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False),
                name="comment_answered_by_at_and_what",
            ),
            *build_length_checks("comment", part=400, label=400),
        ]

    def __str__(self) -> str:
        return f"On “{self.label}”: {self.text}"
