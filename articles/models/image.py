"""Pictures: uploaded files, their texts on pages, and which of them are public."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.content.document import IMAGE_EXTENSIONS
from articles.fields import LineField, build_length_checks
from articles.models.article import Article


class ImageType(models.TextChoices):
    PNG = "image/png", "PNG"
    JPEG = "image/jpeg", "JPEG"
    WEBP = "image/webp", "WebP"


class Image(models.Model):
    """One stored file, named by the SHA-256 of its bytes. Rows are added and never changed."""

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    media_type = models.CharField("kind of file", max_length=10, choices=ImageType)
    width = models.PositiveIntegerField(help_text="In pixels.")
    height = models.PositiveIntegerField(help_text="In pixels.")
    length = models.PositiveIntegerField("size", help_text="In bytes.")
    name = LineField(max_length=200, help_text=_("The name of the file when it was uploaded."))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            *build_length_checks("image", name=200),
            models.CheckConstraint(
                condition=models.Q(sha256__length=64), name="image_sha256_is_64_digits"
            ),
            models.CheckConstraint(
                condition=models.Q(media_type__in=ImageType.values), name="image_of_a_known_type"
            ),
            models.CheckConstraint(
                condition=models.Q(width__gt=0, height__gt=0, length__gt=0),
                name="image_is_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.width:,} × {self.height:,}"

    @property
    def extension(self) -> str:
        return IMAGE_EXTENSIONS[self.media_type]


class Figure(models.Model):
    """A picture on the working copy of a page, with its texts there."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="figures")
    image = models.ForeignKey(Image, models.PROTECT, related_name="+")
    place = models.CharField(_("place on the page"), max_length=20, default="overview")
    alt = LineField(
        "alternative text",
        max_length=500,
        help_text=_(
            "What the image shows, for people who cannot see it, in one or two sentences. "
            "Not “image of …”, not the caption again."
        ),
    )
    caption = LineField(max_length=500, blank=True, help_text=_("Shown below the image."))
    credit = LineField(
        "credit and licence",
        max_length=200,
        blank=True,
        help_text=_(
            "Who made it, and why we may use it: “Drawn for this site”, “Jane Roe, CC BY 4.0”."
        ),
    )
    position = models.PositiveSmallIntegerField("order", default=0)

    class Meta:
        verbose_name = "image"
        ordering = ["position", "id"]
        constraints = [
            *build_length_checks("figure", alt=500, caption=500, credit=200),
            models.CheckConstraint(condition=~models.Q(alt=""), name="figure_has_alternative_text"),
        ]

    def __str__(self) -> str:
        return self.image.name


class PublishedImage(models.Model):
    """A picture on a public page. Visitors can only load these.

    A projection of the publication log, written by ``articles.images.store`` alone.
    """

    article = models.ForeignKey(Article, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=10, choices=ImageType)

    class Meta:
        ordering = ["sha256", "article"]
        constraints = [
            models.UniqueConstraint(
                fields=["sha256", "article"], name="published_image_once_a_page"
            )
        ]

    def __str__(self) -> str:
        return self.sha256

    @property
    def extension(self) -> str:
        return IMAGE_EXTENSIONS[self.media_type]
