"""The append-only ledger of decisions, and the row by which its tip is locked."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Revision
from reviews.models.review import MedicalReview


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    def positive(self) -> Self:
        """Entries that allow a publication: signatures, and imported reviews."""
        return self.filter(outcome__in=LedgerEntry.POSITIVE)

    def signed(self) -> Self:
        """Signatures of clinicians here. Four eyes and the pages of reviewers use these alone."""
        return self.filter(outcome=LedgerEntry.EntryOutcome.APPROVED)

    def partly(self) -> Self:
        """Readings that confirmed a part of what was asked, so that a second reader is needed."""
        return self.filter(outcome=LedgerEntry.EntryOutcome.PARTLY)

    def in_order(self) -> Self:
        return self.order_by("sequence")


class LedgerEntry(models.Model):
    """One entry of the ledger: a decision or an action, its frozen record, its place in the chain.

    ``record`` is canonical JSON (``LedgerRecord``); ``hash`` is its SHA-256. The columns repeat
    parts of it so that triggers can check them; verification compares the two.
    """

    class EntryOutcome(models.TextChoices):
        APPROVED = "approved", "Signed"
        CHANGES = "changes", _("Changes requested")
        DECLINED = "declined", "Declined"
        UNFIT = "unfit", "Withdrawal recommended"
        CANCELLED = "cancelled", _("Request cancelled")
        WITHDRAWN = "withdrawn", "Page withdrawn"
        EXPUNGED = "expunged", "Text expunged"
        ATTESTED = "attested", _("Imported review recorded")
        PARTLY = "partly", _("Partly confirmed")

    POSITIVE = (EntryOutcome.APPROVED, EntryOutcome.ATTESTED)

    sequence = models.PositiveBigIntegerField(unique=True)
    review = models.OneToOneField(MedicalReview, models.PROTECT, null=True, related_name="entry")
    article = models.ForeignKey(
        Article, models.PROTECT, related_name="ledger_entries", verbose_name=_("page")
    )
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="ledger_entries")
    outcome = models.CharField(max_length=10, choices=EntryOutcome)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    record = models.TextField()
    previous_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        db_table = "reviews_signature"
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["-sequence"]
        permissions = [
            ("export_evidence", _("Can export evidence packs")),
            (
                "attest_legacy",
                _("Can record imported reviews, which publishes pages"),
            ),
        ]
        indexes = [models.Index(fields=["by", "sequence"], name="signature_by_signer")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["withdrawn", "expunged", "attested"], review__isnull=True)
                | ~Q(outcome__in=["withdrawn", "expunged", "attested"]) & Q(review__isnull=False),
                name="signature_decides_a_review_or_stands_alone",
            ),
            models.CheckConstraint(
                condition=Q(hash__length=64, previous_hash__length=64),
                name="signature_hashes_are_64_digits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}. {self.get_outcome_display()}: {self.article}"


class PrivateField(models.Model):
    """A value that the ledger has only as SHA-256(salt‖value). This row can be erased."""

    entry = models.ForeignKey(
        LedgerEntry, models.PROTECT, related_name="private_fields", db_column="signature_id"
    )
    name = models.CharField(max_length=40)
    salt = models.CharField(max_length=64)
    value = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "name"], name="private_field_once_an_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of entry {self.entry_id}"


class LedgerTip(models.Model):
    """One row without data, locked while an entry is appended so that the chain cannot fork."""

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_ledger_tip")]

    def __str__(self) -> str:
        return "The tip of the ledger"
