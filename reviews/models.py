"""Who signed: reviewers, the reviews they are asked for, and the append-only ledger of what they decided."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from articles.fields import LineField, no_longer_than
from articles.imprint import Person
from articles.models import Article, Publication, Revision


class Reviewer(models.Model):
    """A clinician who may sign, with the credentials that somebody else has checked."""

    CREDENTIALS = (
        "name",
        "post_nominals",
        "specialty",
        "licence_number",
        "licence_jurisdiction",
        "licence_expires",
    )

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviewer")
    name = LineField(max_length=150, help_text="As printed in the review line.")
    post_nominals = LineField(max_length=100, blank=True, help_text="Such as “MD, FRCP”.")
    specialty = LineField(max_length=100)
    slug = models.SlugField("address", max_length=150, unique=True)
    biography = models.TextField(blank=True)
    disclosures = models.TextField(blank=True, help_text="Standing conflicts of interest, shown to visitors.")
    licence_number = LineField(max_length=60, help_text="Never shown to visitors.")
    licence_jurisdiction = LineField(max_length=100)
    licence_expires = models.DateField()
    conflicts_private = models.BooleanField(
        default=False, help_text="Keep conflict statements at signing out of public records."
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    verified_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        permissions = [("verify_reviewer", "Can confirm that a reviewer's credentials were checked")]
        constraints = [
            *no_longer_than("reviewer", name=150, post_nominals=100, specialty=100, slug=150),
            *no_longer_than("reviewer", licence_number=60, licence_jurisdiction=100),
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

    def __str__(self):
        return f"{self.name}, {self.post_nominals}" if self.post_nominals else self.name

    def as_printed(self) -> Person:
        return Person(name=self.name, post_nominals=self.post_nominals, specialty=self.specialty, slug=self.slug)

    def why_not(self, today: dt.date) -> str:
        """Why this reviewer can sign nothing today; empty where they can."""
        if not self.user.is_active:
            return "This account is closed."
        if not self.verified_at:
            return "Your credentials have not been verified yet. Ask a managing editor to check them."
        if self.licence_expires < today:
            return (
                f"Your licence lapsed on {self.licence_expires:%-d %B %Y}. Ask a managing editor to record the renewal."
            )
        return ""


class MedicalReviewQuerySet(models.QuerySet):
    def waiting(self):
        """Asked for and not decided yet."""
        return self.filter(decided_at__isnull=True)

    def decided(self):
        return self.filter(decided_at__isnull=False)

    def with_page(self):
        return self.select_related("article__live", "revision", "reviewer", "requested_by")


class MedicalReview(models.Model):
    """A request to sign one frozen revision, and what became of it."""

    class Trigger(models.TextChoices):
        FIRST = "first", "First review"
        ANNUAL = "annual", "Annual review"
        CHANGE = "change", "Change"
        SAFETY = "safety", "Safety alert"
        GUIDELINE = "guideline", "Guideline change"
        READER = "reader", "Reader report"

    class Outcome(models.TextChoices):
        APPROVED = "approved", "Signed"
        CHANGES = "changes", "Sent back"
        DECLINED = "declined", "Declined"
        CANCELLED = "cancelled", "Request taken back"

    # Only these move the annual dates: the clinician reads the whole page.
    WHOLE_PAGE = (Trigger.FIRST, Trigger.ANNUAL)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    article = models.ForeignKey(Article, models.PROTECT, related_name="medical_reviews")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="medical_reviews")
    trigger = models.CharField(max_length=10, choices=Trigger)
    note = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    basis = models.ForeignKey(
        Publication,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="The last line of the page's publication log when the review was asked for.",
    )
    review_months = models.PositiveSmallIntegerField(help_text="Until the next annual review, if this one is annual.")
    interval_rule = models.CharField(max_length=100, help_text="Why it is as many months.")
    reviewer = models.ForeignKey(Reviewer, models.PROTECT, null=True, blank=True, related_name="medical_reviews")
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    comment = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = MedicalReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-id"]
        permissions = [
            ("request_review", "Can ask for a medical review"),
            ("sign_review", "Can decide medical reviews"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["article"], condition=Q(decided_at__isnull=True), name="one_open_review_an_article"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, outcome="")
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(outcome=""),
                name="review_decided_by_at_and_how",
            ),
            models.CheckConstraint(condition=~Q(outcome="changes") | ~Q(comment=""), name="review_sent_back_says_why"),
        ]

    def __str__(self):
        return f"{self.get_trigger_display()} of {self.article}"

    @property
    def whole_page(self) -> bool:
        return self.trigger in self.WHOLE_PAGE

    @property
    def meaning(self) -> str:
        """What a signature says, in the words the signer agrees to and the record keeps."""
        if self.whole_page:
            return (
                "I have read the whole page. In my professional judgment it is accurate, current and safe "
                "for the public to read."
            )
        return (
            "I have read what changed since the page was last signed. In my professional judgment the change "
            "is accurate and safe for the public to read. This is not a review of the whole page."
        )


class SignatureQuerySet(models.QuerySet):
    def positive(self):
        """Entries that let a text be published."""
        return self.filter(outcome__in=Signature.POSITIVE)

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
        CANCELLED = "cancelled", "Request taken back"
        WITHDRAWN = "withdrawn", "Page withdrawn"

    POSITIVE = (Outcome.APPROVED,)

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
        indexes = [models.Index(fields=["by", "sequence"], name="signature_by_signer")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="withdrawn", review__isnull=True)
                | ~Q(outcome="withdrawn") & Q(review__isnull=False),
                name="signature_decides_a_review_unless_it_withdraws",
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
