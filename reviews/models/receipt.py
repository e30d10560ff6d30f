"""Receipts of signatures, signatures that their signer disputes, and failed attempts to sign."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles.fields import build_length_checks
from articles.models import ReaderReport
from reviews.models.ledger import LedgerEntry
from reviews.models.mail import Mail
from reviews.models.reviewer import Reviewer


class SignatureReceipt(models.Model):
    """That a signer is told of a signature in their name: by which mail, and in which sign-in.

    ``sign_in`` is the random number that a session gets at its first signature. It opens nothing:
    it only groups the signatures of one session. None where the caller knew no session.
    """

    entry = models.OneToOneField(LedgerEntry, models.PROTECT, related_name="receipt")
    sign_in = models.UUIDField(null=True, editable=False, db_index=True)
    mail = models.ForeignKey(Mail, models.PROTECT, related_name="receipts")

    class Meta:
        ordering = ["id"]
        verbose_name = _("receipt of a signature")
        verbose_name_plural = _("receipts of signatures")

    def __str__(self) -> str:
        return f"Receipt of entry {self.entry_id}"


class SignatureDisputeQuerySet(models.QuerySet["SignatureDispute"]):
    def open(self) -> Self:
        """Those after which nobody has restored the right to sign."""
        return self.filter(restored_at__isnull=True)


class SignatureDispute(models.Model):
    """A signer says that a signature in their name is not theirs.

    Their right to sign ends with it, until somebody else restores it (``restored_by``), and
    writes how they recognised the person (``identity_check``). ``report`` is the alert that was
    raised on the page; None where visitors could not read the page.
    """

    MAX_CHECK_LENGTH = 1000

    entry = models.OneToOneField(LedgerEntry, models.PROTECT, related_name="dispute")
    reviewer = models.ForeignKey(Reviewer, models.PROTECT, related_name="disputes")
    at = models.DateTimeField(_("reported"))
    report = models.ForeignKey(
        ReaderReport, models.PROTECT, null=True, related_name="+", verbose_name=_("safety alert")
    )
    restored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    restored_at = models.DateTimeField(_("right to sign restored"), null=True)
    identity_check = models.CharField(
        _("how the person was recognised"), max_length=MAX_CHECK_LENGTH, blank=True
    )

    objects = SignatureDisputeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("disputed signature")
        verbose_name_plural = _("disputed signatures")
        constraints = [
            *build_length_checks("signature_dispute", identity_check=1000),
            models.CheckConstraint(
                condition=Q(restored_by__isnull=True, restored_at__isnull=True, identity_check="")
                | Q(restored_by__isnull=False, restored_at__isnull=False) & ~Q(identity_check=""),
                name="dispute_restored_by_at_and_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer} disputes entry {self.entry_id}"


class FailedAttempt(models.Model):
    """A wrong password or code where somebody's signature was asked for; deleted after 90 days.

    It keeps the account and the time, and nothing of the device or of what was typed.
    """

    class WrongSecret(models.TextChoices):
        PASSWORD = "password", _("wrong password")
        CODE = "code", _("wrong code")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    secret = models.CharField(max_length=10, choices=WrongSecret)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["at"], name="failed_attempt_by_time")]

    def __str__(self) -> str:
        return f"{self.get_secret_display()}, {self.user_id}"
