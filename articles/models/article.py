"""Article: the working copy that editors write, and a pointer to what visitors read."""

import uuid
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from taggit.models import TaggedItemBase

from articles.content import kinds
from articles.content.document import ADVICE_LABELS, CARE_CARD_LABELS, GRAVITY_ORDER
from articles.content.languages import SOURCE_LANGUAGE
from articles.fields import LineField, LinkField, RichTextField, build_length_checks
from articles.models.history import PublicationEvent, Revision
from articles.models.merged_page import MergedPage
from articles.models.metadata import CopyrightNotice, Redirect, Topic
from articles.names import fold


class ArticleTag(TaggedItemBase):
    """A tag on an article. Its key is to Article, so that a Symptom and its Article share tags."""

    content_object = models.ForeignKey("articles.Article", models.CASCADE, related_name="tag_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["content_object", "tag"], name="tag_once_an_article")
        ]


def _has_events() -> models.Exists:
    return models.Exists(PublicationEvent.objects.filter(article=models.OuterRef("pk")))


def _has_later_revision() -> models.Exists:
    """Whether a page has a text that is newer than the public one."""
    return models.Exists(
        Revision.objects.filter(
            article=models.OuterRef("pk"), pk__gt=models.OuterRef("live__revision")
        )
    )


class ArticleQuerySet(models.QuerySet["Article"]):
    def public(self) -> Self:
        """Pages that visitors can read now."""
        return self.filter(live__isnull=False)

    def unpublished(self) -> Self:
        """Pages that visitors could never read."""
        return self.filter(~_has_events(), live__isnull=True)

    def withdrawn(self) -> Self:
        """Pages that visitors could read once and cannot now."""
        return self.filter(_has_events(), live__isnull=True)

    def changed(self) -> Self:
        """Public pages whose working copy was changed since."""
        return self.public().filter(_has_later_revision())

    def unsigned(self) -> Self:
        """Pages with words that nobody has signed: never published, or public and changed since."""
        never_published = models.Q(~_has_events(), live__isnull=True)
        return self.filter(never_published | models.Q(_has_later_revision(), live__isnull=False))

    def as_signed(self) -> Self:
        """Public pages whose text is the one that was signed."""
        return self.public().filter(~_has_later_revision())

    def active(self) -> Self:
        """Pages that were not discarded as drafts."""
        return self.filter(discarded_at__isnull=True)

    def linkable(self) -> Self:
        """Pages that others can name: neither discarded nor merged into another."""
        return self.active().filter(
            ~models.Exists(MergedPage.objects.filter(page=models.OuterRef("pk")))
        )

    def with_slug(self, *, kind: str, slug: str, language: str = SOURCE_LANGUAGE) -> Self:
        return self.active().filter(kind=kind, slug=slug, language=language)

    def with_publication(self) -> Self:
        """With what visitors read."""
        return self.select_related("live", "live__revision")

    def with_dates(self) -> Self:
        """With the dates when the page and when its current text were first public."""
        signed = (
            PublicationEvent.objects.signed()
            .filter(article=models.OuterRef("pk"))
            .order_by("id")
            .values("at")
        )
        this_text = signed.filter(revision=models.OuterRef("live__revision"))
        return self.annotate(
            published_at=models.Subquery(signed[:1]), changed_at=models.Subquery(this_text[:1])
        )


class Article(models.Model):
    """A page, subclassed by kinds of page. Its fields are the working copy, not what is public."""

    class Risk(models.TextChoices):
        STANDARD = "standard", "Standard"
        HIGH = "high", "High: wrong advice could cost a life"

    RESERVED_SLUGS = ("a-z",)  # in /a-z/…, a letter of the index follows
    PROTECTED_FIELDS = ("live", "discarded_by", "discarded_at", "kind", "language")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, editable=False)
    language = models.CharField(max_length=12, default=SOURCE_LANGUAGE, editable=False)
    translation_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="translations"
    )
    slug = models.SlugField(
        _("URL slug"), max_length=200, help_text=_("The last part of the page's URL.")
    )
    title = LineField(max_length=200)
    sort_key = models.CharField(max_length=200, editable=False)
    headline = LineField(
        max_length=200,
        blank=True,
        help_text="The question at the top of the page. Empty: made from the title.",
    )
    summary = LineField(
        max_length=300, blank=True, help_text="One or two sentences for lists and search results."
    )
    advice_level = models.CharField(
        "level", max_length=10, blank=True, choices=[("", "No advice"), *ADVICE_LABELS.items()]
    )
    advice_heading = LineField("heading", max_length=120, blank=True)
    advice = RichTextField("when to get help")
    same_for_everyone = models.BooleanField(_("the same for everyone"), default=False)
    shows_crisis_line = models.BooleanField(_("show the crisis line"), default=False)
    body = RichTextField("overview")
    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        help_text="Shown as “Written by”.",
    )
    risk = models.CharField(max_length=10, choices=Risk, default=Risk.STANDARD)
    review_months = models.PositiveSmallIntegerField(
        "review every (months)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(36)],
        help_text="Empty: the site's interval for the page's risk.",
    )
    topics = models.ManyToManyField(
        Topic, blank=True, related_name="articles", verbose_name=_("topics")
    )
    notice = models.ForeignKey(
        CopyrightNotice, models.PROTECT, null=True, blank=True, verbose_name="copyright notice"
    )
    form_version = models.PositiveIntegerField(default=0, editable=False, db_column="edition")
    live = models.OneToOneField(
        PublicationEvent, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    discarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    discarded_at = models.DateTimeField(null=True, editable=False)

    tags = TaggableManager(through=ArticleTag, blank=True)

    # What Django prefetches, and what queries annotate.
    _prefetched_objects_cache: dict[str, Any]
    published_at: datetime
    changed_at: datetime
    newest_revision_id: int | None
    newest_digest: str | None

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key", "id"]
        base_manager_name = "objects"
        permissions = [
            ("change_address", _("Can change the URL slug of a published page")),
            ("withdraw_article", "Can withdraw a published page"),
        ]
        indexes = [
            models.Index(fields=["kind", "sort_key"], name="article_by_title"),
            # What lists of editors count, sort and search by, so that they read no texts for it.
            models.Index(
                fields=["discarded_at", "kind", "sort_key", "slug", "live"],
                name="article_in_lists",
            ),
        ]
        constraints = [
            *build_length_checks(
                "article", title=200, slug=200, headline=200, summary=300, advice_heading=120
            ),
            models.UniqueConstraint(
                fields=["language", "kind", "slug"],
                condition=models.Q(discarded_at__isnull=True),
                name="article_address_once",
            ),
            models.CheckConstraint(
                condition=models.Q(discarded_at__isnull=True, discarded_by__isnull=True)
                | models.Q(
                    discarded_at__isnull=False, discarded_by__isnull=False, live__isnull=True
                ),
                name="article_discarded_by_someone_and_not_live",
            ),
            models.CheckConstraint(
                condition=models.Q(review_months__isnull=True)
                | models.Q(review_months__gte=1, review_months__lte=36),
                name="article_review_months_between_1_and_36",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, **kwargs: Any) -> None:
        """Save the working copy.

        What visitors read is written by ``articles.publishing.actions`` alone, so that a copy that
        was loaded before a publication cannot undo it.
        """
        if type(self) is not Article:
            self.kind = kinds.get_for_model(type(self)).name
        elif not self.kind:
            self.kind = "article"
        self.sort_key = fold(self.title)[:200]
        if not self._state.adding:
            kwargs.setdefault("update_fields", self._get_editable_columns())
        super().save(**kwargs)

    def _get_editable_columns(self) -> list[str]:
        names = []
        for field in self._meta.concrete_fields:
            if not field.primary_key and field.name not in self.PROTECTED_FIELDS:
                names.append(field.name)
        return names

    def clean(self) -> None:
        self.check_slug()
        if bool(self.advice) != bool(self.advice_level):
            raise ValidationError({"advice": "Give both the advice and its level, or neither."})
        if self.advice_heading and not self.advice:
            raise ValidationError({"advice_heading": CareCard.NO_TEXT})

    def check_slug(self) -> None:
        """Raise ValidationError if the site needs the address, or another page has or had it."""
        if self.slug in self.RESERVED_SLUGS:
            raise ValidationError(
                {"slug": "The site itself uses this URL slug. Choose another one."}
            )
        kind = self.kind or kinds.get_for_model(type(self)).name
        address = {"language": self.language, "kind": kind, "slug": self.slug}
        other = Article.objects.active().filter(**address).exclude(pk=self.pk).first()
        if other:
            message = f"“{other.title}” has this URL slug. Choose another one."
            raise ValidationError({"slug": message})
        redirects = Redirect.objects.filter(**address).exclude(article=self.pk)
        redirect = redirects.select_related("article").first()
        if redirect:
            title = redirect.article.title
            message = f"This URL slug redirects visitors to “{title}”. Choose another one."
            raise ValidationError({"slug": message})

    @property
    def path(self) -> str:
        """The public path of the page, by the slug of its working copy."""
        return kinds.get_path(self.kind, self.slug)

    @property
    def published(self) -> bool:
        return self.live_id is not None

    def get_latest_revision(self) -> Revision | None:
        return self.revisions.order_by("-number").first()


class CareCard(models.Model):
    """A care card of a page beside its gravest one, which the page itself has."""

    NO_TEXT = _("This card has a heading and no text. Write the text, or remove the heading.")

    article = models.ForeignKey(Article, models.CASCADE, related_name="care_cards")
    level = models.CharField(_("level"), max_length=10, choices=list(CARE_CARD_LABELS.items()))
    heading = LineField(_("heading"), max_length=120, blank=True)
    html = RichTextField(_("text"), blank=False)

    class Meta:
        verbose_name = _("care card")
        ordering = ["id"]
        constraints = [
            *build_length_checks("care_card", heading=120),
            models.UniqueConstraint(fields=["article", "level"], name="care_card_one_a_level"),
            models.CheckConstraint(
                condition=models.Q(level__in=GRAVITY_ORDER), name="care_card_of_a_known_level"
            ),
            models.CheckConstraint(condition=~models.Q(html=""), name="care_card_has_a_text"),
        ]

    def __str__(self) -> str:
        return self.get_level_display()


class Reference(models.Model):
    """One source of a page."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="references")
    title = LineField(max_length=300)
    publisher = LineField(max_length=200, blank=True)
    url = LinkField(_("link"), max_length=500, blank=True)
    year = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1500), MaxValueValidator(2200)]
    )
    position = models.PositiveSmallIntegerField("order", default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = build_length_checks("reference", title=300, publisher=200, url=500)

    def __str__(self) -> str:
        return self.title
