"""Feedback of readers on a page: reports and tallies. Neither stores which reader sent it."""

import datetime as dt
import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.fields import build_length_checks, refuse_unprintable
from articles.models.article import Article
from articles.models.history import Revision

MAX_REPORT_LENGTH = 2000  # characters of a report
MAX_OUTCOME_LENGTH = 500
MAX_SUMMARY_LENGTH = 2000  # of what was decided of a report of harm


class ReaderReportQuerySet(models.QuerySet["ReaderReport"]):
    def open(self) -> Self:
        """Reports that no editor has dealt with."""
        return self.filter(dealt_with_at__isnull=True)

    def dealt_with(self) -> Self:
        return self.filter(dealt_with_at__isnull=False)

    def with_page(self) -> Self:
        return self.select_related(
            "article__live__revision", "revision", "dealt_with_by", "reported_by"
        )

    def of_readers(self) -> Self:
        """Without those of people at the desk."""
        return self.filter(reported_by__isnull=True)

    def harmful(self) -> Self:
        """Reports that the page could harm somebody."""
        return self.filter(kind=ReaderReport.ReportKind.HARM)

    def late(self, now: dt.datetime) -> Self:
        """Open reports of harm that should have been decided by now."""
        hours = dt.timedelta(hours=settings.HARM_REPORT_HOURS)
        return self.open().harmful().filter(at__lt=now - hours)


class ReaderReport(models.Model):
    """A report of a problem on a page, by a reader or by somebody at the desk (``reported_by``).

    Nothing is stored of a reader, and their text is deleted after 90 days. ``uuid`` identifies what
    was sent, so that sending it twice makes one report. A report that the page could harm somebody
    stays open, without its text, until it is decided.
    """

    class ReportKind(models.TextChoices):
        HARM = "harm", "This could harm somebody"
        WRONG = "wrong", "Something is wrong or out of date"
        HARD = "hard", "Something is hard to understand"
        BROKEN = "broken", "A link or the page does not work"
        OTHER = "other", "Something else"

    MAX_REPORT_LENGTH = MAX_REPORT_LENGTH
    MAX_OUTCOME_LENGTH = MAX_OUTCOME_LENGTH
    DELETED_WORDS = "(The reader’s words were deleted after 90 days.)"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    article = models.ForeignKey(
        Article, models.PROTECT, related_name="reader_reports", verbose_name="page"
    )
    revision = models.ForeignKey(
        Revision, models.PROTECT, related_name="+", help_text="The text that the reader read."
    )
    kind = models.CharField(max_length=10, choices=ReportKind)
    words = models.CharField(max_length=MAX_REPORT_LENGTH, validators=[refuse_unprintable])
    at = models.DateTimeField("received")
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text=_("Who reported it at the desk; nobody where it was a reader."),
    )
    dealt_with_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    dealt_with_at = models.DateTimeField(null=True, blank=True, editable=False)
    outcome = models.CharField(max_length=MAX_OUTCOME_LENGTH, blank=True, editable=False)

    objects = ReaderReportQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["at"], name="reader_report_by_age")]
        constraints = [
            *build_length_checks(
                "reader_report", words=MAX_REPORT_LENGTH, outcome=MAX_OUTCOME_LENGTH
            ),
            models.CheckConstraint(condition=~Q(words=""), name="reader_report_says_something"),
            models.CheckConstraint(
                condition=Q(dealt_with_by__isnull=True, dealt_with_at__isnull=True, outcome="")
                | Q(dealt_with_by__isnull=False, dealt_with_at__isnull=False) & ~Q(outcome=""),
                name="reader_report_dealt_with_by_at_and_how",
            ),
        ]

    def __str__(self) -> str:
        """Without the reader's text: this is in logs that outlive the report."""
        return f"Report of {timezone.localdate(self.at):%-d %B %Y} on “{self.article}”"

    @property
    def is_harmful(self) -> bool:
        return self.kind == self.ReportKind.HARM

    @property
    def decide_by(self) -> dt.datetime:
        """When a report that the page could harm somebody is to be decided."""
        return self.at + dt.timedelta(hours=settings.HARM_REPORT_HOURS)

    @property
    def is_late(self) -> bool:
        """Whether it could mean harm, is open, and should have been decided by now."""
        return self.is_harmful and not self.dealt_with_at and self.decide_by < timezone.now()


class HarmDecision(models.Model):
    """What editors decided of a report that a page could harm somebody, in their own words.

    It stays when the report is deleted, and has nothing of the reader. ``report_uuid`` is that of
    the report.
    """

    report_uuid = models.UUIDField(unique=True, editable=False)
    article = models.ForeignKey(
        Article, models.PROTECT, related_name="harm_decisions", verbose_name=_("page")
    )
    revision = models.ForeignKey(
        Revision, models.PROTECT, related_name="+", help_text=_("The text that the reader read.")
    )
    received_at = models.DateTimeField(_("received"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"))
    summary = models.CharField(max_length=MAX_SUMMARY_LENGTH)

    class Meta:
        ordering = ["-decided_at", "-id"]
        constraints = [
            *build_length_checks("harm_decision", summary=MAX_SUMMARY_LENGTH),
            models.CheckConstraint(condition=~Q(summary=""), name="harm_decision_says_something"),
        ]

    def __str__(self) -> str:
        return f"Report of {timezone.localdate(self.received_at):%-d %B %Y} on “{self.article}”"


class ReaderTally(models.Model):
    """How many readers found a page helpful in a month, did not, or reported a problem."""

    article = models.ForeignKey(
        Article, models.PROTECT, related_name="reader_tallies", verbose_name="page"
    )
    month = models.DateField(help_text=_("The first day of the month."))
    helpful = models.PositiveIntegerField("helpful: yes", default=0)
    unhelpful = models.PositiveIntegerField("helpful: no", default=0)
    reports = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("feedback count")
        verbose_name_plural = _("feedback counts")
        ordering = ["-month", "article"]
        constraints = [
            models.UniqueConstraint(fields=["article", "month"], name="reader_tally_once_a_month")
        ]

    def __str__(self) -> str:
        return f"{self.month:%B %Y}, “{self.article}”"
