"""PlannedReview: who is to read which page in which week, before the review itself is opened."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from reviews.models.review import MedicalReview
from reviews.models.reviewer import Reviewer


class PlannedReviewQuerySet(models.QuerySet["PlannedReview"]):
    def pending(self) -> Self:
        """Neither opened nor removed from the plan."""
        return self.filter(review__isnull=True, removed_at__isnull=True)

    def with_page(self) -> Self:
        return self.select_related("article__live", "reviewer__user", "planned_by", "review")


class PlannedReview(models.Model):
    """One page that a reviewer is to read as a whole in a week.

    It blocks nothing: the page can be edited, and its changes reviewed, until the reviewer opens
    the review. That is ``review`` then. ``refusal`` is why it could not be opened the last time.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    article = models.ForeignKey(
        Article, models.PROTECT, related_name="planned_reviews", verbose_name=_("page")
    )
    reviewer = models.ForeignKey(Reviewer, models.PROTECT, related_name="planned_reviews")
    week = models.DateField(help_text=_("The Monday of the week."))
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    review = models.OneToOneField(
        MedicalReview, models.PROTECT, null=True, related_name="planned_review"
    )
    refusal = models.TextField(blank=True)
    refused_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True)

    objects = PlannedReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("planned review")
        ordering = ["week", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["article"],
                condition=Q(review__isnull=True, removed_at__isnull=True),
                name="one_pending_plan_an_article",
            ),
            models.CheckConstraint(
                condition=Q(removed_by__isnull=True, removed_at__isnull=True)
                | Q(removed_by__isnull=False, removed_at__isnull=False),
                name="planned_review_removed_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(review__isnull=True) | Q(removed_at__isnull=True),
                name="planned_review_opened_or_removed",
            ),
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True, refusal="")
                | Q(refused_at__isnull=False) & ~Q(refusal=""),
                name="planned_review_refused_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} for {self.reviewer_id} in the week of {self.week:%-d %B %Y}"
