"""What readers tell us of a page: reports in words, and tallies of Yes and No. Neither knows who told."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from articles.fields import no_longer_than, refuse_unprintable
from articles.models.article import Article
from articles.models.history import Revision

LONGEST = 2000  # characters of a report
LONGEST_OUTCOME = 500


class ReaderReportQuerySet(models.QuerySet):
    def open(self):
        """Reports that no editor has dealt with."""
        return self.filter(dealt_with_at__isnull=True)

    def dealt_with(self):
        return self.filter(dealt_with_at__isnull=False)

    def with_page(self):
        return self.select_related("article__live__revision", "revision", "dealt_with_by")


class ReaderReport(models.Model):
    """What a reader says is wrong with a page. Nothing is kept of the reader, and the words go after 90 days.

    ``uuid`` names what was sent: sent twice, it is one report.
    """

    class Kind(models.TextChoices):
        WRONG = "wrong", "Something is wrong or out of date"
        HARD = "hard", "Something is hard to understand"
        BROKEN = "broken", "A link or the page does not work"
        OTHER = "other", "Something else"

    LONGEST, LONGEST_OUTCOME = LONGEST, LONGEST_OUTCOME

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    article = models.ForeignKey(Article, models.PROTECT, related_name="reader_reports", verbose_name="page")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+", help_text="The text that the reader read.")
    kind = models.CharField(max_length=10, choices=Kind)
    words = models.CharField(max_length=LONGEST, validators=[refuse_unprintable])
    at = models.DateTimeField("received")
    dealt_with_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    dealt_with_at = models.DateTimeField(null=True, blank=True, editable=False)
    outcome = models.CharField(max_length=LONGEST_OUTCOME, blank=True, editable=False)

    objects = ReaderReportQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["at"], name="reader_report_by_age")]
        constraints = [
            *no_longer_than("reader_report", words=LONGEST, outcome=LONGEST_OUTCOME),
            models.CheckConstraint(condition=~Q(words=""), name="reader_report_says_something"),
            models.CheckConstraint(
                condition=Q(dealt_with_by__isnull=True, dealt_with_at__isnull=True, outcome="")
                | Q(dealt_with_by__isnull=False, dealt_with_at__isnull=False) & ~Q(outcome=""),
                name="reader_report_dealt_with_by_at_and_how",
            ),
        ]

    def __str__(self):
        """Never a word of the reader's: this stands in logs that outlive the report."""
        return f"Report of {timezone.localdate(self.at):%-d %B %Y} on “{self.article}”"


class ReaderTally(models.Model):
    """How many readers found a page helpful in a month, how many did not, and how many reported a problem."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="reader_tallies", verbose_name="page")
    month = models.DateField(help_text="Its first day.")
    helpful = models.PositiveIntegerField("helpful: yes", default=0)
    unhelpful = models.PositiveIntegerField("helpful: no", default=0)
    reports = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "reader tally"
        verbose_name_plural = "reader tallies"
        ordering = ["-month", "article"]
        constraints = [models.UniqueConstraint(fields=["article", "month"], name="reader_tally_once_a_month")]

    def __str__(self):
        return f"{self.month:%B %Y}, “{self.article}”"
