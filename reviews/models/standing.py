"""Standing: which public page is due for review, when and by whom it was last read as a whole."""

import datetime as dt

from django.db import models

from articles.models import Article, Publication
from reviews.models.reviewer import Reviewer


class StandingQuerySet(models.QuerySet):
    def overdue(self, today: dt.date):
        """Past the date that their review line gives."""
        return self.filter(next_due__lt=today)

    def due_within(self, days: int, today: dt.date):
        """Not late yet, but due in so many days."""
        return self.filter(next_due__gte=today, next_due__lte=today + dt.timedelta(days=days))


class Standing(models.Model):
    """The dates of one public page, in columns that lists can filter and sort by.

    A projection of the publication log, written by ``reviews.standing`` alone: the review line that visitors read is
    the publication's own. ``publication`` is the one that a signature made.
    """

    article = models.OneToOneField(Article, models.PROTECT, related_name="+")
    publication = models.ForeignKey(Publication, models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(
        Reviewer, models.PROTECT, null=True, related_name="+", help_text="Who signed the whole page last."
    )
    last_reviewed = models.DateField()
    next_due = models.DateField(db_index=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        ordering = ["next_due", "article"]
        permissions = [("see_radar", "Can see what is due everywhere, plan reviews and recall pages")]

    def __str__(self):
        return f"{self.article_id}: due {self.next_due}"
