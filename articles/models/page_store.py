"""The page store: rendered pages that all workers share, and the subjects that events changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_SUBJECT_LENGTH = 300


class ChangedSubject(models.Model):
    """When an event last changed what a subject says: one row a subject, for ever.

    ``number`` counts announcements, the same for all subjects of one. A process that has followed
    to a number reads the rows with a greater one.
    """

    subject = models.CharField(max_length=MAX_SUBJECT_LENGTH, primary_key=True)
    number = models.BigIntegerField(db_index=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        verbose_name = _("changed subject")
        verbose_name_plural = _("changed subjects")

    def __str__(self) -> str:
        return f"{self.subject}: {self.number}"


class StoredPage(models.Model):
    """A rendered page, in one encoding, as one build with its settings rendered it.

    ``key`` is the hash of address, encoding and fingerprint. ``revision`` is the number of the
    announcement to which the page is true. The moments are Unix time. ``subjects`` are the hashes
    that ``StoredPageSubject`` has as rows. ``mac`` is over all of it: articles.page_store.sealing.
    """

    key = models.CharField(max_length=32, unique=True)
    address = models.TextField()
    encoding = models.CharField(max_length=10, blank=True)
    fingerprint = models.CharField(max_length=32)
    status = models.PositiveSmallIntegerField()
    revision = models.BigIntegerField()
    rendered_at = models.BigIntegerField()
    expires_at = models.BigIntegerField()
    last_modified = models.BigIntegerField()
    headers = models.TextField()
    subjects = models.BinaryField()
    body = models.BinaryField()
    size = models.PositiveIntegerField()
    mac = models.BinaryField()

    class Meta:
        default_permissions = ()
        verbose_name = _("stored page")
        verbose_name_plural = _("stored pages")
        indexes = [
            models.Index(fields=["fingerprint", "rendered_at", "size"], name="stored_page_by_age")
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.encoding}".strip()


class StoredPageSubject(models.Model):
    """A subject that a stored page names, as a 64-bit hash."""

    pk = models.CompositePrimaryKey("subject", "page_id")
    subject = models.BigIntegerField()
    page = models.ForeignKey(
        StoredPage, models.CASCADE, related_name="subject_rows", db_constraint=False
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("subject of a stored page")
        verbose_name_plural = _("subjects of stored pages")

    def __str__(self) -> str:
        return f"{self.subject} on stored page {self.page_id}"


class CopyPurge(models.Model):
    """Up to which change a CDN has confirmed that it dropped its copies: one row at most.

    ``changed_at`` is the moment of that change.
    """

    number = models.BigIntegerField()
    changed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        verbose_name = _("purge of copies")
        verbose_name_plural = _("purges of copies")

    def __str__(self) -> str:
        return f"purged up to {self.number}"
