"""The chain of events: what stands publicly around signed texts, added and never edited."""

from typing import Self

from django.conf import settings
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from articles.fields import build_length_checks

MAX_SUBJECT_LENGTH = 300


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def in_order(self) -> Self:
        return self.order_by("sequence")

    def newest(self) -> Self:
        """The newest event of each subject of each kind."""
        later = AuditEvent.objects.filter(
            kind=models.OuterRef("kind"),
            subject=models.OuterRef("subject"),
            sequence__gt=models.OuterRef("sequence"),
        )
        return self.filter(~models.Exists(later))

    def lock_chain_end(self) -> None:
        """Lock the end of the chain until the transaction ends, so that it cannot fork.

        It is the last lock of a transaction: after pages by key, the tip of the ledger and the end
        of the publication log. SQLite has one writer at a time and needs none.
        """
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    f"LOCK TABLE {AuditEvent._meta.db_table} IN SHARE ROW EXCLUSIVE MODE"
                )


class AuditEvent(models.Model):
    """One event: what is true of a subject from now on, and its place in the chain.

    ``record`` is canonical JSON (``articles.audit.chain.EventRecord``); ``hash`` is its SHA-256.
    The columns repeat parts of it, for queries; verification compares the two.
    """

    sequence = models.PositiveBigIntegerField(primary_key=True)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=MAX_SUBJECT_LENGTH)
    record = models.TextField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event of the chain")
        verbose_name_plural = _("events of the chain")
        ordering = ["-sequence"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["kind", "subject", "sequence"], name="audit_event_by_subject")
        ]
        constraints = [
            *build_length_checks("audit_event", kind=40, subject=MAX_SUBJECT_LENGTH),
            models.CheckConstraint(
                condition=models.Q(hash__length=64, previous_hash__length=64),
                name="audit_event_hashes_are_64_digits",
            ),
            models.CheckConstraint(
                condition=models.Q(sequence__gte=1), name="audit_event_sequence_from_1"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}. {self.kind}: {self.subject}"


class AuditPrivateValue(models.Model):
    """A value that the chain has only as SHA-256(salt‖value). This row can be erased."""

    event = models.ForeignKey(AuditEvent, models.PROTECT, related_name="private_values")
    name = models.CharField(max_length=40)
    salt = models.CharField(max_length=64)
    value = models.TextField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["event", "name"], name="audit_private_value_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of event {self.event_id}"
