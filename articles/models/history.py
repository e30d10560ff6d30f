"""The history of texts and of publications: rows that are added and never edited."""

import uuid
from typing import Self

from django.conf import settings
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from articles.content import kinds
from articles.content.document import EXPUNGED, Document
from articles.content.review_line import PageMetadata, ReviewLine
from articles.fields import build_length_checks


class Revision(models.Model):
    """One frozen text of a page: canonical JSON, its digest, who saved it and when."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    article = models.ForeignKey(
        "articles.Article", models.PROTECT, related_name="revisions", verbose_name=_("page")
    )
    number = models.PositiveIntegerField()
    document = models.TextField()
    digest = models.CharField(max_length=64)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    restored_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Of who saved it and wrote in it, and of the revision before it: articles.audit.authorship.
    authorship_hash = models.CharField(max_length=64, editable=False)

    class Meta:
        ordering = ["article", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="revision_number_once"),
            models.CheckConstraint(
                condition=models.Q(digest__length=64), name="revision_digest_is_64_digits"
            ),
            models.CheckConstraint(
                condition=models.Q(authorship_hash__length=64),
                name="revision_authorship_hash_is_64_digits",
            ),
        ]

    def __str__(self) -> str:
        return f"Revision {self.number}"

    def read(self) -> Document:
        """The document as written on that day, upcast to today's schema."""
        return kinds.parse_document(self.document)

    @property
    def expunged(self) -> bool:
        """Whether the text was blanked for good. Its digest and who saved it when stay."""
        return self.document == EXPUNGED

    @property
    def title(self) -> str:
        """The title of the page in this text, if it can still be read."""
        if self.expunged:
            return "A text that was expunged"
        return self.read().title


class Authorship(models.Model):
    """Somebody whose words came into a page with a revision. Four eyes are checked with these."""

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="authorships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "user"], name="authorship_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.revision}"


class PublicationEventQuerySet(models.QuerySet["PublicationEvent"]):
    def site_revision(self) -> int:
        """The greatest publication id: it moves with everything that visitors can see."""
        return self.aggregate(latest=models.Max("id"))["latest"] or 0

    def live(self) -> Self:
        """The events whose text is public now."""
        return self.filter(article__live=models.F("pk"))

    def signed(self) -> Self:
        """The events that a signature made."""
        return self.filter(kind__in=PublicationEvent.SIGNED_KINDS)

    def lock_log_end(self) -> None:
        """Lock the end of the log until the transaction ends: events appear in the order of ids.

        The greatest id is the site revision: an event that appeared with a lower one would not
        refresh cached pages. SQLite has one writer at a time and needs no lock.
        """
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    f"LOCK TABLE {PublicationEvent._meta.db_table} IN SHARE ROW EXCLUSIVE MODE"
                )


class PublicationEvent(models.Model):
    """One event of the publication log: a signed text, page metadata, or a withdrawal."""

    class EventKind(models.TextChoices):
        PUBLISH = "publish", "Published"
        RESIGN = "re-sign", "Signed again unchanged"
        WITHDRAW = "withdraw", "Withdrawn"
        ADDRESS = "address", "Address changed"
        NOTICE = "notice", "Copyright notice changed"
        FILING = "filing", "Filed elsewhere"
        EXPUNGE = "expunge", "An earlier text expunged"

    class Reason(models.TextChoices):
        SAFETY = "safety", "Following its advice might harm someone."
        WRONG = "wrong", "It said something that is not correct."
        OUTDATED = "outdated", "It no longer reflects current medical knowledge."
        UNREVIEWED = "unreviewed", "Its annual review is overdue."
        RIGHTS = "rights", "We may no longer publish it."
        MERGED = "merged", "Its subject is now covered by another page."

    SIGNED_KINDS = (EventKind.PUBLISH, EventKind.RESIGN)

    article = models.ForeignKey(
        "articles.Article", models.PROTECT, related_name="publications", verbose_name=_("page")
    )
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="publications")
    kind = models.CharField(max_length=10, choices=EventKind)
    evidence = models.CharField(  # noqa: DJ001 - unique, but empty for changes of metadata
        max_length=64,
        unique=True,
        null=True,
        help_text=_("The hash of the ledger entry that allowed it."),
    )
    slug = models.SlugField(max_length=200)
    title = models.CharField(max_length=200, help_text="As signed.")
    sort_key = models.CharField(max_length=200)
    summary = models.TextField(help_text="As signed.")
    review_line = models.TextField()
    metadata = models.TextField(verbose_name=_("page metadata"), db_column="frame")
    reason = models.CharField(max_length=12, choices=Reason, blank=True)
    successor = models.ForeignKey(
        "articles.Article",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The page that covers the subject of one that was withdrawn as merged.",
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = PublicationEventQuerySet.as_manager()

    class Meta:
        db_table = "articles_publication"
        verbose_name = _("publication event")
        ordering = ["-id"]
        indexes = [models.Index(fields=["sort_key", "id"], name="publication_by_sort_key")]
        constraints = [
            *build_length_checks("publication", title=200, slug=200),
            models.CheckConstraint(
                condition=models.Q(kind="withdraw") & ~models.Q(reason="")
                | ~models.Q(kind="withdraw") & models.Q(reason=""),
                name="publication_reason_with_withdrawal_only",
            ),
            models.CheckConstraint(
                condition=models.Q(successor__isnull=True)
                | models.Q(reason="merged") & ~models.Q(article=models.F("successor")),
                name="publication_successor_of_merged_only",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=["publish", "re-sign", "withdraw", "expunge"], evidence__isnull=False
                )
                | models.Q(kind__in=["address", "notice", "filing"], evidence__isnull=True),
                name="publication_evidence_unless_frame",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.title}"

    def read_review_line(self) -> ReviewLine:
        return ReviewLine.model_validate_json(self.review_line)

    def read_metadata(self) -> PageMetadata:
        return PageMetadata.model_validate_json(self.metadata)
