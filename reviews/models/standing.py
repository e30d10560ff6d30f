"""Standing: which public page is due for review, when and by whom it was last read as a whole."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q

from articles.models import Article, Publication
from reviews.models.reviewer import Reviewer


class StandingQuerySet(models.QuerySet):
    def recorded(self):
        """Pages that nobody has reviewed here: what they rest on was recorded from an earlier system."""
        return self.filter(recorded=True)

    def overdue(self, today: dt.date):
        """Past the date that their review line gives."""
        return self.filter(next_due__lt=today)

    def past_grace(self, today: dt.date, more: int = 0):
        """Later than the grace that their risk allows, and so many days more."""
        late = Q(pk__in=[])
        for risk, days in settings.GRACE_DAYS.items():
            late |= Q(article__risk=risk, next_due__lt=today - dt.timedelta(days=days + more))
        return self.filter(late)

    def to_withdraw(self):
        """Pages of a risk for which being past grace ends in a withdrawal."""
        risks = [risk for risk, end in settings.OVERDUE_POLICY.items() if end == "withdraw"]
        return self.filter(article__risk__in=risks)

    def due_within(self, days: int, today: dt.date):
        """Not late yet, but due in so many days."""
        return self.filter(next_due__gte=today, next_due__lte=today + dt.timedelta(days=days))


class Standing(models.Model):
    """The dates of one public page, in columns that lists can filter and sort by.

    A projection of the publication log, written by ``reviews.standing`` alone: the review line that visitors read is
    the publication's own. ``publication`` is the one that a signature, or a recorded earlier review, made.
    """

    article = models.OneToOneField(Article, models.PROTECT, related_name="+")
    publication = models.ForeignKey(Publication, models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(
        Reviewer, models.PROTECT, null=True, related_name="+", help_text="Who signed the whole page last."
    )
    recorded = models.BooleanField(
        default=False, help_text="Nobody has signed it here: its review was recorded from an earlier system."
    )
    last_reviewed = models.DateField()
    next_due = models.DateField(db_index=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        ordering = ["next_due", "article"]
        permissions = [("see_radar", "Can see what is due everywhere, plan reviews and recall pages")]

    def __str__(self):
        return f"{self.article_id}: due {self.next_due}"
