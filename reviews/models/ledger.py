"""The append-only ledger of what was decided, and the row that its tip is held by."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from articles.models import Article, Revision
from reviews.models.review import MedicalReview


class SignatureQuerySet(models.QuerySet):
    def positive(self):
        """Entries that let a text be published: signatures, and earlier reviews that were recorded."""
        return self.filter(outcome__in=Signature.POSITIVE)

    def signed(self):
        """Signatures of clinicians here: four eyes and reviewers' own pages stand on these alone."""
        return self.filter(outcome=Signature.Outcome.APPROVED)

    def in_order(self):
        return self.order_by("sequence")


class Signature(models.Model):
    """One entry of the ledger: a decision or an act, its frozen record, and its place in the hash chain.

    ``record`` is canonical JSON (``ledger.Record``); ``hash`` is its SHA-256. The columns repeat parts of the record
    so that the database can hold rules over them; verification compares the two.
    """

    class Outcome(models.TextChoices):
        APPROVED = "approved", "Signed"
        CHANGES = "changes", "Sent back"
        DECLINED = "declined", "Declined"
        UNFIT = "unfit", "Withdrawal recommended"
        CANCELLED = "cancelled", "Request taken back"
        WITHDRAWN = "withdrawn", "Page withdrawn"
        EXPUNGED = "expunged", "Text expunged"
        ATTESTED = "attested", "Earlier review recorded"

    POSITIVE = (Outcome.APPROVED, Outcome.ATTESTED)

    sequence = models.PositiveBigIntegerField(unique=True)
    review = models.OneToOneField(MedicalReview, models.PROTECT, null=True, related_name="entry")
    article = models.ForeignKey(Article, models.PROTECT, related_name="signatures")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="signatures")
    outcome = models.CharField(max_length=10, choices=Outcome)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    record = models.TextField()
    previous_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        ordering = ["-sequence"]
        permissions = [
            ("export_evidence", "Can take an evidence pack out of the site"),
            ("attest_legacy", "Can record reviews that were made in an earlier system, and so publish pages"),
        ]
        indexes = [models.Index(fields=["by", "sequence"], name="signature_by_signer")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["withdrawn", "expunged", "attested"], review__isnull=True)
                | ~Q(outcome__in=["withdrawn", "expunged", "attested"]) & Q(review__isnull=False),
                name="signature_decides_a_review_or_stands_alone",
            ),
            models.CheckConstraint(
                condition=Q(hash__length=64, previous_hash__length=64), name="signature_hashes_are_64_digits"
            ),
        ]

    def __str__(self):
        return f"{self.sequence}. {self.get_outcome_display()}: {self.article}"


class PrivateField(models.Model):
    """A value that the ledger keeps only as SHA-256(salt‖value); this row, and not the chain, can be erased."""

    signature = models.ForeignKey(Signature, models.PROTECT, related_name="private_fields")
    name = models.CharField(max_length=40)
    salt = models.CharField(max_length=64)
    value = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["signature", "name"], name="private_field_once_an_entry"),
        ]

    def __str__(self):
        return f"{self.name} of entry {self.signature_id}"


class LedgerTip(models.Model):
    """One row, locked while an entry is appended, so that the chain cannot fork. It holds no fact."""

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_ledger_tip")]

    def __str__(self):
        return "The tip of the ledger"
