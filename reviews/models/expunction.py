"""Expunction: a request to blank the text of one revision for good, and its result."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from articles.fields import LineField, build_length_checks, refuse_unprintable
from articles.models import Revision
from reviews.models.ledger import LedgerEntry


class ExpunctionQuerySet(models.QuerySet["Expunction"]):
    def waiting(self) -> Self:
        """Requests that are neither confirmed nor dropped yet."""
        return self.filter(confirmed_at__isnull=True, dropped_at__isnull=True)

    def confirmed(self) -> Self:
        return self.filter(confirmed_at__isnull=False)


class Expunction(models.Model):
    """A request to blank a text for good. Another person confirms it, or somebody drops it.

    ``entry`` is the entry of the ledger. It has the reason and the legal basis too, for ever.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    reason = models.TextField(validators=[refuse_unprintable])
    legal_basis = LineField(max_length=300)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    entry = models.OneToOneField(
        LedgerEntry, models.PROTECT, null=True, editable=False, related_name="expunction"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, editable=False)
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    dropped_at = models.DateTimeField(null=True, editable=False)

    objects = ExpunctionQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        verbose_name = _("expunction request")
        verbose_name_plural = _("expunction requests")
        permissions = [("expunge_revision", _("Can request and confirm expunctions"))]
        constraints = [
            *build_length_checks("expunction", legal_basis=300),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(legal_basis=""), name="expunction_says_why"
            ),
            models.CheckConstraint(
                condition=Q(
                    confirmed_by__isnull=True, confirmed_at__isnull=True, entry__isnull=True
                )
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, entry__isnull=False),
                name="expunction_confirmed_by_at_and_entered",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")),
                name="expunction_takes_two_people",
            ),
            models.CheckConstraint(
                condition=Q(dropped_by__isnull=True, dropped_at__isnull=True)
                | Q(dropped_by__isnull=False, dropped_at__isnull=False, confirmed_at__isnull=True),
                name="expunction_dropped_by_and_at_or_confirmed",
            ),
            models.UniqueConstraint(
                fields=["revision"],
                condition=Q(dropped_at__isnull=True),
                name="one_expunction_a_revision",
            ),
        ]

    def __str__(self) -> str:
        return f"Expunging of {self.revision}"

    @property
    def waiting(self) -> bool:
        return not (self.confirmed_at or self.dropped_at)
