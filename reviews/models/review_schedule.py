"""ReviewSchedule: when each public page is due, and who signed it last, when."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles.models import Article, PublicationEvent
from reviews.models.reviewer import Reviewer


def get_policy_date(next_due: dt.date, risk: str) -> dt.date:
    """The last day of the grace of a page. After it the policy of its risk class applies."""
    return next_due + dt.timedelta(days=settings.GRACE_DAYS[risk])


def is_withdrawn_late(risk: str) -> bool:
    """Whether pages of a risk class are withdrawn after their policy date."""
    return settings.OVERDUE_POLICY[risk] == "withdraw"


def get_grace_condition(today: dt.date, *, risk: str, next_due: str, extra_days: int = 0) -> Q:
    """The condition that a page is past the grace period of its risk class, plus some days.

    ``risk`` and ``next_due`` are the names of the columns of the table that is asked.
    """
    late = Q(pk__in=[])
    for name, days in settings.GRACE_DAYS.items():
        last_day = today - dt.timedelta(days=days + extra_days)
        late |= Q(**{risk: name, f"{next_due}__lt": last_day})
    return late


def is_past_grace(today: dt.date, extra_days: int = 0) -> Q:
    """The condition that a scheduled page is past its grace period, plus some days."""
    return get_grace_condition(
        today, risk="article__risk", next_due="next_due", extra_days=extra_days
    )


class ReviewScheduleQuerySet(models.QuerySet["ReviewSchedule"]):
    def recorded(self) -> Self:
        """Pages that nobody has signed here, with an imported review."""
        return self.filter(recorded=True)

    def overdue(self, today: dt.date) -> Self:
        """Past the due date of their review line."""
        return self.filter(next_due__lt=today)

    def past_grace(self, today: dt.date, extra_days: int = 0) -> Self:
        """Past the grace period of their risk class, plus some days."""
        return self.filter(is_past_grace(today, extra_days))

    def subject_to_withdrawal(self) -> Self:
        """Pages of a risk class that are withdrawn when they are past grace."""
        policy = settings.OVERDUE_POLICY
        risks = [risk for risk in policy if policy[risk] == "withdraw"]
        return self.filter(article__risk__in=risks)

    def due_within(self, days: int, today: dt.date) -> Self:
        """Not overdue, but due in so many days."""
        return self.filter(next_due__gte=today, next_due__lte=today + dt.timedelta(days=days))


class ReviewSchedule(models.Model):
    """The dates of one public page, in columns that lists can filter and sort by.

    A projection of the publication log that only ``reviews.signing.due_dates`` writes. Visitors
    read the review line of the publication. ``publication`` is that of a signature, or of an
    imported review.
    """

    article = models.OneToOneField(
        Article, models.PROTECT, related_name="+", verbose_name=_("page")
    )
    publication = models.ForeignKey(PublicationEvent, models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(
        Reviewer,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Who signed the whole page last."),
    )
    recorded = models.BooleanField(
        default=False,
        help_text=_("Nobody has signed it here: it has an imported review."),
    )
    last_reviewed = models.DateField()
    next_due = models.DateField(db_index=True)

    objects = ReviewScheduleQuerySet.as_manager()

    class Meta:
        db_table = "reviews_standing"
        verbose_name = _("review schedule")
        ordering = ["next_due", "article"]
        permissions = [("see_radar", _("Can view the radar, plan reviews and recall pages"))]

    def __str__(self) -> str:
        return f"{self.article_id}: due {self.next_due}"
