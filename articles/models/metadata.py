"""Page metadata: topics, copyright notices and old addresses."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.content import review_line
from articles.fields import LineField, LinkField, build_length_checks
from articles.models.normalized_name import NormalizedNameMixin
from articles.names import fold


class Topic(NormalizedNameMixin, models.Model):
    """A topic that pages are filed under, such as "Bones, Joints and Muscles"."""

    name = LineField(max_length=100, unique=True)
    slug = models.SlugField(max_length=100, unique=True)
    sort_key = models.CharField(max_length=100, editable=False)

    twin_noun = "topic"

    class Meta:
        ordering = ["sort_key"]
        constraints = build_length_checks("topic", name=100, slug=100)

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs: Any) -> None:
        self.sort_key = fold(self.name)[:100]
        super().save(**kwargs)

    def find_twin(self) -> "Topic | None":
        named = Topic.objects.filter(sort_key=fold(self.name)[:100])
        return named.exclude(pk=self.pk).first()

    def to_metadata(self) -> review_line.TopicMetadata:
        return review_line.TopicMetadata(name=self.name, slug=self.slug)


class TopicEntry(models.Model):
    """A page on the public page of a topic, as in the metadata of its live publication event.

    A projection of the publication log, written by ``articles.publishing.projections`` alone and
    rebuilt, never edited.
    """

    article = models.ForeignKey("articles.Article", models.PROTECT, related_name="+")
    publication = models.ForeignKey("articles.PublicationEvent", models.PROTECT, related_name="+")
    slug = models.SlugField(max_length=100, db_index=False)
    name = models.CharField(max_length=100)
    sort_key = models.CharField(max_length=200, help_text="Of the page.")

    class Meta:
        ordering = ["sort_key", "article"]
        indexes = [
            models.Index(fields=["slug", "sort_key", "article"], name="topic_entry_in_order")
        ]
        constraints = [models.UniqueConstraint(fields=["article", "slug"], name="topic_entry_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.sort_key}"


class CopyrightNoticeQuerySet(models.QuerySet["CopyrightNotice"]):
    def active(self) -> Self:
        """Notices that pages can be given now."""
        return self.filter(retired_at__isnull=True)


class CopyrightNotice(models.Model):
    """Whose copyright a page is, of which year, and under which user agreement."""

    holder = LineField(max_length=200)
    year = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1900), MaxValueValidator(2200)]
    )
    statement = LineField(
        max_length=500, blank=True, help_text="Printed after the holder, as one sentence."
    )
    agreement_title = LineField(_("user agreement"), max_length=200, blank=True)
    agreement_url = LinkField(_("link to the user agreement"), blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CopyrightNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["holder", "-year"]
        constraints = [
            *build_length_checks(
                "notice", holder=200, statement=500, agreement_title=200, agreement_url=200
            ),
            models.CheckConstraint(
                condition=models.Q(agreement_title="", agreement_url="")
                | ~models.Q(agreement_title="") & ~models.Q(agreement_url=""),
                name="notice_agreement_has_title_and_address",
                violation_error_message=(
                    "Give both the title and the link of the user agreement, or neither."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(retired_by__isnull=True, retired_at__isnull=True)
                | models.Q(retired_by__isnull=False, retired_at__isnull=False),
                name="notice_retired_by_and_at",
            ),
        ]

    def __str__(self) -> str:
        return f"© {self.year} {self.holder}"

    def to_metadata(self) -> review_line.NoticeMetadata:
        return review_line.NoticeMetadata(
            holder=self.holder,
            year=self.year,
            statement=self.statement,
            agreement_title=self.agreement_title,
            agreement_url=self.agreement_url,
        )


class Redirect(models.Model):
    """An address that a published page once had. It redirects to the page."""

    language = models.CharField(max_length=12)
    kind = models.CharField(max_length=20)
    slug = models.SlugField(max_length=200)
    article = models.ForeignKey(
        "articles.Article", models.PROTECT, related_name="old_addresses", verbose_name=_("page")
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["language", "kind", "slug"], name="redirect_address_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug} → {self.article.slug}"
