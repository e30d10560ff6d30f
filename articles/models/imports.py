"""Imports: their runs, their findings, and the external ids of the pages that they wrote."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles.fields import LineField, build_length_checks
from articles.models.article import Article
from articles.models.history import Revision


class ImportRun(models.Model):
    """One file that one person imports: completely, or not finished yet."""

    class OnConflict(models.TextChoices):
        KEEP = "keep", _("Keep what editors wrote here")
        TAKE = "take", _("Use the text of the file, as a new draft")
        BESIDE = "beside", _("Import beside a page of the same title; keep what editors wrote")
        STOP = "stop", _("Stop, and import nothing")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = LineField(max_length=60, help_text="Ids are unique within one source.")
    format = models.CharField(max_length=20)
    file_name = LineField("file", max_length=255)
    file_digest = models.CharField(max_length=64)
    on_conflict = models.CharField(max_length=6, choices=OnConflict)
    most = models.PositiveIntegerField(
        null=True, help_text=_("The most records that were to be read.")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-started_at", "-id"]
        permissions = [("import_content", "Can import pages from files")]
        constraints = build_length_checks("import_run", source=60, file_name=255)

    def __str__(self) -> str:
        return f"{self.file_name} from {self.source}, {self.started_at:%-d %B %Y}"


class ImportFinding(models.Model):
    """Something that an import refused, decided by a rule, or left to a person."""

    class FindingType(models.TextChoices):
        REFUSED = "refused", "Refused"
        CONFLICT = "conflict", "Conflict"
        NOTED = "noted", "Noted"

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="findings")
    what = models.CharField(max_length=8, choices=FindingType)
    line = models.PositiveIntegerField()
    key = models.CharField(max_length=200, blank=True)
    field = models.CharField(max_length=100, blank=True)
    text = models.CharField(max_length=1000)

    class Meta:
        ordering = ["id"]
        constraints = build_length_checks("import_finding", key=200, field=100, text=1000)

    def __str__(self) -> str:
        return f"Line {self.line}: {self.text}"


class ExternalId(models.Model):
    """The id of a page in the source that it was imported from, or one merged into that id there.

    ``record_digest`` is the digest of the record in the file, empty until the page has a text.
    ``revision`` and ``form_version`` are those that the import left: both differ after an editor
    saved the page.
    """

    source = LineField(max_length=60)
    key = models.CharField(_("external id"), max_length=200)
    article = models.ForeignKey(
        Article, models.PROTECT, related_name="external_ids", verbose_name=_("page")
    )
    merged = models.BooleanField(
        default=False, help_text=_("Whether the source merged this id into another one.")
    )
    url = models.CharField(_("source URL"), max_length=500, blank=True)
    record_digest = models.CharField(max_length=64, blank=True, db_column="said")
    revision = models.ForeignKey(Revision, models.PROTECT, null=True, related_name="+")
    form_version = models.PositiveIntegerField(default=0, db_column="edition")
    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="+")

    class Meta:
        db_table = "articles_origin"
        verbose_name = _("external id")
        ordering = ["source", "key"]
        indexes = [models.Index(fields=["url"], name="origin_by_url", condition=~Q(url=""))]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="origin_once"),
            *build_length_checks("origin", source=60, key=200, url=500),
        ]

    def __str__(self) -> str:
        return f"{self.key} in {self.source}"
