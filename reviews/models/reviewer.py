"""Reviewer: a clinician who may sign."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles.content.review_line import Person
from articles.fields import LineField, PlainTextField, build_length_checks


class Reviewer(models.Model):
    """A clinician who may sign, with credentials that somebody else has checked."""

    CREDENTIAL_FIELDS = (
        "name",
        "post_nominals",
        "specialty",
        "licence_number",
        "licence_jurisdiction",
        "licence_expires",
    )

    class CapacityUnit(models.TextChoices):
        MINUTES = "minutes", _("minutes of reading")
        PAGES = "pages", _("pages")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviewer")
    name = LineField(max_length=150, help_text=_("As shown in the review line."))
    post_nominals = LineField(max_length=100, blank=True, help_text="Such as “MD, FRCP”.")
    specialty = LineField(max_length=100)
    slug = models.SlugField(_("URL slug"), max_length=150, unique=True)
    biography = PlainTextField(blank=True)
    disclosures = PlainTextField(
        blank=True, help_text=_("Lasting conflicts of interest, shown to visitors.")
    )
    licence_number = LineField(max_length=60, help_text="Never shown to visitors.")
    licence_jurisdiction = LineField(max_length=100)
    licence_expires = models.DateField()
    conflicts_private = models.BooleanField(
        default=False, help_text="Keep conflict statements at signing out of public records."
    )
    weekly_capacity = models.PositiveSmallIntegerField(
        _("capacity a week"),
        default=120,
        help_text=_(
            "What they can read in a full week. Plans give them no more, and with 0 nothing at all."
        ),
    )
    capacity_unit = models.CharField(
        _("counted in"), max_length=7, choices=CapacityUnit, default=CapacityUnit.MINUTES
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    verified_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        permissions = [
            ("verify_reviewer", "Can confirm that a reviewer's credentials were checked")
        ]
        constraints = [
            *build_length_checks("reviewer", name=150, post_nominals=100, specialty=100, slug=150),
            *build_length_checks("reviewer", licence_number=60, licence_jurisdiction=100),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True, verified_at__isnull=True)
                | Q(verified_by__isnull=False, verified_at__isnull=False),
                name="reviewer_verified_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=models.F("user")),
                name="reviewer_verified_by_someone_else",
                violation_error_message="Reviewers cannot verify their own credentials.",
            ),
        ]

    def __str__(self) -> str:
        if self.post_nominals:
            return f"{self.name}, {self.post_nominals}"
        return self.name

    def to_person(self) -> Person:
        return Person(
            name=self.name,
            post_nominals=self.post_nominals,
            specialty=self.specialty,
            slug=self.slug,
        )

    @property
    def is_suspended(self) -> bool:
        """Whether they disputed a signature, and nobody has restored their right to sign."""
        return any(dispute.restored_at is None for dispute in self.disputes.all())

    def get_signing_error(self, today: dt.date) -> str:
        """Why this reviewer can sign nothing today; empty if they can."""
        if not self.user.is_active:
            return "This account is closed."
        if not self.verified_at:
            return (
                "Your credentials have not been verified yet. Ask a managing editor to check them."
            )
        if self.is_suspended:
            return (
                "You reported that a signature in your name was not yours. "
                "A managing editor restores your right to sign once they know that it is you."
            )
        if self.licence_expires < today:
            return (
                f"Your licence lapsed on {self.licence_expires:%-d %B %Y}. "
                "Ask a managing editor to record the renewal."
            )
        return ""
