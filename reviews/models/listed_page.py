"""ListedPage: what the lists of editors filter, count and sort pages by, in one narrow row each."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles.models import Article, CopyrightNotice
from reviews.models.review_schedule import get_grace_condition
from reviews.models.reviewer import Reviewer

NO_DATE = dt.date.max  # comes after every date in both orders of both engines


def is_past_grace(today: dt.date) -> Q:
    """The condition that a listed page is past the grace period of its risk class."""
    return get_grace_condition(today, risk="risk", next_due="due")


class ListedPage(models.Model):
    """A page that was not discarded, as lists need it: no texts, and no second table to ask.

    A projection of pages, revisions, publications and due dates. The database itself keeps it, in
    the statement that changes one of these (``reviews.listed_pages``), whoever sends it.
    """

    class State(models.TextChoices):
        UNPUBLISHED = "unpublished", "Never published"
        LIVE = "live", "Published as signed"
        CHANGED = "changed", "Published, and changed since"
        WITHDRAWN = "withdrawn", "Withdrawn"

    PUBLIC_STATES = (State.LIVE, State.CHANGED)

    article = models.OneToOneField(
        Article,
        models.CASCADE,
        primary_key=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("page"),
    )
    kind = models.CharField(max_length=20)
    sort_key = models.CharField(max_length=200)
    slug = models.CharField(max_length=200)
    risk = models.CharField(max_length=10)
    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    notice = models.ForeignKey(
        CopyrightNotice,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    state = models.CharField(max_length=12, choices=State)
    due = models.DateField(help_text="When the next review is due; 9999-12-31 where it never is.")
    recorded = models.BooleanField(
        help_text=_("Nobody has signed it here: it has an imported review.")
    )
    reviewer = models.ForeignKey(
        Reviewer,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        help_text=_("Who signed the whole page last."),
    )

    class Meta:
        ordering = ["sort_key", "article"]
        indexes = [
            models.Index(fields=["kind", "sort_key", "article"], name="listed_by_title"),
            models.Index(fields=["kind", "due", "sort_key", "article"], name="listed_by_due"),
            models.Index(
                fields=["kind", "state", "sort_key", "article", "recorded"], name="listed_by_state"
            ),
            models.Index(fields=["kind", "writer", "sort_key", "article"], name="listed_by_writer"),
            models.Index(fields=["kind", "notice", "sort_key", "article"], name="listed_by_notice"),
            models.Index(
                fields=["kind", "reviewer", "sort_key", "article"], name="listed_by_reviewer"
            ),
            # Radar and home count and list all kinds together.
            models.Index(fields=["due", "sort_key", "article", "kind"], name="listed_radar"),
            models.Index(
                fields=["state", "due", "sort_key", "article", "kind", "writer"],
                name="listed_radar_state",
            ),
            models.Index(
                fields=["reviewer", "due", "sort_key", "article"], name="listed_radar_reviewer"
            ),
            models.Index(
                fields=["due", "sort_key", "article"],
                condition=Q(recorded=True),
                name="listed_radar_recorded",
            ),
        ]

    def __str__(self) -> str:
        return self.sort_key
