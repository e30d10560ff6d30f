"""A symptom is an article with facts: other names, causes, related symptoms and codes."""

import uuid
from collections.abc import Collection, Iterable
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.fields import LineField, RichTextField, build_length_checks
from articles.models import (
    Article,
    ImportRun,
    NormalizedNameMixin,
    PublicationEvent,
    Revision,
)
from articles.names import build_stored_key
from articles.publishing.merging import get_merge_targets
from symptoms.coding_systems import InvalidCode, normalize_code, normalize_or_keep
from symptoms.questions import build_question


class BodySystem(models.TextChoices):
    """The adjective that heads a group: "Neurological symptoms that may occur along with …"."""

    NEUROLOGICAL = "neurological", "Neurological"
    MUSCULOSKELETAL = "musculoskeletal", "Bone, joint and muscle"
    EYES = "eyes", "Eye"
    EARS_NOSE_THROAT = "ears-nose-throat", "Ear, nose and throat"
    SKIN = "skin", "Skin"
    HEART = "heart", "Heart and circulation"
    BREATHING = "breathing", "Breathing"
    DIGESTIVE = "digestive", "Digestive"
    MENTAL_HEALTH = "mental-health", "Mental health"
    URINARY = "urinary", "Urinary"
    REPRODUCTIVE = "reproductive", "Reproductive"
    WHOLE_BODY = "whole-body", "Whole-body"


class Symptom(Article):
    """A page about one symptom."""

    class Determiner(models.TextChoices):
        """What stands before the name in a question, as English needs it."""

        NONE = "", _("nothing (“What are facial spasms?”)")
        A = "a", _("a (“What is a headache?”)")
        AN = "an", _("an (“What is an earache?”)")
        THE = "the", _("the (“What is the flu?”)")

    phrase = LineField(
        "name inside a sentence",
        max_length=200,
        blank=True,
        help_text="As in “What causes facial spasms?”. Empty: the title with a small first letter.",
    )
    determiner = models.CharField(
        _("before the name in a question"),
        max_length=3,
        choices=Determiner,
        blank=True,
        help_text=_("“What is a headache?” and “What causes a headache?”, but “headache causes”."),
    )
    plural = models.BooleanField(
        default=False, help_text="“What are facial spasms?”, not “What is …?”"
    )
    spotlight_title = LineField(max_length=120, blank=True)
    spotlight = RichTextField("spotlight")
    causes_intro = RichTextField("introduction to the causes")
    diagnosis_questions = RichTextField("questions at a diagnosis")
    treatment = RichTextField("treatment")
    complications = RichTextField("complications")
    related = models.ManyToManyField(
        "self", through="RelatedSymptom", symmetrical=False, related_name="related_from"
    )

    class Meta:
        constraints = build_length_checks("symptom", phrase=200, spotlight_title=120)

    def clean(self) -> None:
        super().clean()
        if self.spotlight_title and not self.spotlight:
            raise ValidationError(
                {"spotlight": "The spotlight has a title but no text. Write it or clear the title."}
            )
        if self.plural and self.determiner in (self.Determiner.A, self.Determiner.AN):
            message = _(
                "“%(word)s” stands before one thing, and “Plural” is checked. "
                "Choose nothing here, or clear “Plural”."
            )
            params = {"word": self.determiner}
            raise ValidationError({"determiner": ValidationError(message, params=params)})

    @classmethod
    def get_merge_targets(cls, keys: Iterable[int]) -> dict[int, "Symptom"]:
        """By key, the symptoms into which some others were merged. Two queries at most."""
        targets = get_merge_targets(keys)
        if not targets:
            return {}
        rows = cls.objects.select_related("live").in_bulk(set(targets.values()))
        return {key: rows[target] for key, target in targets.items() if target in rows}

    @property
    def name_in_sentence(self) -> str:
        """The name as it stands inside a sentence."""
        return self.phrase or self.title[:1].lower() + self.title[1:]

    @property
    def question(self) -> str:
        return build_question(self.name_in_sentence, self.determiner, plural=self.plural)


class OtherName(NormalizedNameMixin, models.Model):
    """Another name by which people look for a symptom."""

    symptom = models.ForeignKey(Symptom, models.CASCADE, related_name="other_names")
    name = LineField(max_length=200)
    folded = models.CharField(max_length=400, editable=False)
    position = models.PositiveSmallIntegerField("order", default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["symptom", "folded"], name="other_name_once_a_symptom"),
            *build_length_checks("other_name", name=200),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs: Any) -> None:
        self.folded = build_stored_key(self.name, self.folded)
        super().save(**kwargs)

    def clean(self) -> None:
        super().clean()
        self.folded = build_stored_key(self.name, self.folded)  # by which two names are one


class Cause(NormalizedNameMixin, models.Model):
    """A condition that may cause symptoms: one row, shared by every page that names it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = LineField(max_length=200)
    folded = models.CharField(max_length=400, unique=True, editable=False)
    slug = models.SlugField(_("URL slug"), max_length=200, unique=True)
    description = models.ForeignKey(
        Article,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"kind": "article"},
        verbose_name=_("description"),
        help_text=_(
            "The article that says what it is. Its signed text is shown on the page of the cause."
        ),
    )
    catch_all = models.BooleanField(
        _("catch-all"),
        default=False,
        help_text=_(
            "It may cause almost anything, such as side effects of medicines. "
            "Lists of causes name it last among those that explain as many symptoms."
        ),
    )
    authors = models.ManyToManyField(settings.AUTH_USER_MODEL, editable=False, related_name="+")

    twin_noun = "cause"

    class Meta:
        ordering = ["folded"]
        constraints = build_length_checks("cause", name=200, slug=200)

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs: Any) -> None:
        self.folded = build_stored_key(self.name, self.folded)
        super().save(**kwargs)

    @classmethod
    def get_merge_targets(cls, keys: Iterable[int]) -> dict[int, "Cause"]:
        """By the key of a row that is gone, the cause into which it was merged. One query."""
        merged = MergedCause.objects.filter(key__in=keys).select_related("kept")
        return {row.key: row.kept for row in merged if row.key}

    def find_twin(self) -> "Cause | None":
        named = Cause.objects.filter(folded=build_stored_key(self.name))
        return named.exclude(pk=self.pk).first()


class CauseExternalId(models.Model):
    """The id under which a cause came from a source; ``name`` is what the import called it last."""

    source = LineField(max_length=60)
    key = models.CharField(_("external id"), max_length=200)
    cause = models.ForeignKey(Cause, models.CASCADE, related_name="external_ids")
    name = models.CharField(max_length=200)
    record_digest = models.CharField(max_length=64, db_column="said")
    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="+")

    class Meta:
        db_table = "symptoms_causeorigin"
        verbose_name = _("external id of a cause")
        ordering = ["source", "key"]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="cause_origin_once"),
            *build_length_checks("cause_origin", source=60, key=200, name=200),
        ]

    def __str__(self) -> str:
        return f"{self.key} in {self.source}"


class MergedCause(models.Model):
    """A cause that was merged into another: its name, address and key, and who merged it when.

    ``kept`` always exists: when it is merged in turn, this row moves on to the other.
    """

    uuid = models.UUIDField(unique=True)
    key = models.BigIntegerField(
        unique=True,
        null=True,
        help_text="The key of its row in this database, which forms opened before still send.",
    )
    name = models.CharField(max_length=200)
    folded = models.CharField(max_length=400, db_index=True)
    slug = models.SlugField(max_length=200)
    kept = models.ForeignKey(Cause, models.CASCADE, related_name="merged")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["folded", "id"]

    def __str__(self) -> str:
        return f"{self.name} → {self.kept}"


class SymptomCause(models.Model):
    """What one page says of one cause."""

    class Seriousness(models.TextChoices):
        SERIOUS = "serious", "Serious"
        LIFE_THREATENING = "life-threatening", "Life-threatening"

    class Frequency(models.TextChoices):
        COMMON = "common", "Common"
        UNCOMMON = "uncommon", "Uncommon"
        RARE = "rare", "Rare"

    symptom = models.ForeignKey(Symptom, models.CASCADE, related_name="symptom_causes")
    cause = models.ForeignKey(Cause, models.PROTECT, related_name="symptom_causes")
    group = LineField(max_length=120, blank=True, help_text=_("The heading above it on the page."))
    seriousness = models.CharField(max_length=20, choices=Seriousness, blank=True)
    frequency = models.CharField("how common", max_length=10, choices=Frequency, blank=True)
    text = RichTextField("text")
    position = models.PositiveSmallIntegerField("order", default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["symptom", "cause"],
                name="cause_once_a_symptom",
                violation_error_message="This cause is listed already.",
            ),
            *build_length_checks("symptom_cause", group=120),
        ]

    def __str__(self) -> str:
        return f"{self.cause}"


class RelatedSymptom(models.Model):
    """Another symptom that may occur along with this one."""

    symptom = models.ForeignKey(Symptom, models.CASCADE, related_name="related_symptoms")
    other = models.ForeignKey(
        Symptom, models.PROTECT, related_name="+", verbose_name="related symptom"
    )
    system = models.CharField("body system", max_length=20, choices=BodySystem)
    serious = models.BooleanField(
        default=False, help_text="Shown among the symptoms that need emergency care."
    )
    position = models.PositiveSmallIntegerField("order", default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["symptom", "other"],
                name="related_symptom_once",
                violation_error_message="This symptom is listed already.",
            ),
            models.CheckConstraint(
                condition=~models.Q(symptom=models.F("other")),
                name="symptom_not_related_to_itself",
                violation_error_message="A symptom cannot be related to itself.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.other}"

    def clean(self) -> None:
        if self.other_id is not None and self.other_id == self.symptom_id:
            raise ValidationError({"other": "A symptom cannot be related to itself."})


class Code(models.Model):
    """The term for this symptom in a coding system."""

    class System(models.TextChoices):
        ICD_10_CM = "ICD-10-CM", "ICD-10-CM"
        ICD_9_CM = "ICD-9-CM", "ICD-9-CM"
        SNOMED_CT = "SNOMED CT", "SNOMED CT"
        MESH = "MeSH", "MeSH"
        LOINC = "LOINC", "LOINC"

    symptom = models.ForeignKey(Symptom, models.CASCADE, related_name="codes")
    system = models.CharField(max_length=12, choices=System)
    code = LineField(max_length=40)
    display = LineField("name in that system", max_length=200, blank=True)
    _stored: tuple[str | None, str | None] | None = None  # system and code, as they were loaded

    class Meta:
        ordering = ["system", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["symptom", "system", "code"],
                name="code_once_a_symptom",
                violation_error_message="This code is listed already.",
            ),
            *build_length_checks("code", code=40, display=200),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.code}"

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **options: Any
    ) -> Self:
        row = super().from_db(db, field_names, values, **options)
        row._stored = (row.__dict__.get("system"), row.__dict__.get("code"))
        return row

    def clean(self) -> None:
        """Mend the code, or refuse it. One that nobody changed stays as it was stored."""
        if (self.system, self.code) == self._stored or self.system not in self.System:
            return
        try:
            self.code = normalize_code(self.system, self.code)
        except InvalidCode as error:
            raise ValidationError({"code": str(error)}) from error

    @property
    def normal_form(self) -> tuple[str, str]:
        """System and code: rows with the same are the same code, however it was written."""
        return self.system, normalize_or_keep(self.system, self.code)


class PublishedCauseQuerySet(models.QuerySet["PublishedCause"]):
    def authoritative(self) -> Self:
        """The rows that give each public cause its name and address: those signed last.

        If two causes were signed under one address, the later one has it, and the other has no
        page for now.
        """
        later = PublishedCause.objects.filter(
            latest=True,
            slug=models.OuterRef("slug"),
            publication__gt=models.OuterRef("publication"),
        )
        return self.filter(~models.Exists(later), latest=True)


class PublishedCause(models.Model):
    """A cause that a public page names, in the words that were signed.

    A projection of the publication log, written by ``symptoms.projections.causes`` alone.
    ``publication`` is the event of the signature; ``latest`` marks, of all rows of a cause, the one
    that was signed last. ``gravity`` and ``rarity`` are the labels of this page, numbered as the
    finder ranks them. ``catch_all`` and ``description_uuid`` are facts of the cause itself, as this
    page was signed. The description of the latest row counts, as its name does.
    """

    class Gravity(models.IntegerChoices):
        NOT_GIVEN = 0, ""
        SERIOUS = 1, "serious"
        LIFE_THREATENING = 2, "life-threatening"

    class Rarity(models.IntegerChoices):
        COMMON = 1, "common"
        UNCOMMON = 2, "uncommon"
        RARE = 3, "rare"
        NOT_GIVEN = 4, ""

    article = models.ForeignKey(Article, models.PROTECT, related_name="+")
    publication = models.ForeignKey(PublicationEvent, models.PROTECT, related_name="+")
    cause_uuid = models.UUIDField()
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=200, db_index=False)
    name_key = models.CharField(max_length=200, help_text="The name, folded.")
    sort_key = models.CharField(max_length=200, help_text="Of the page.")
    latest = models.BooleanField()
    gravity = models.PositiveSmallIntegerField(choices=Gravity)
    rarity = models.PositiveSmallIntegerField(choices=Rarity)
    catch_all = models.BooleanField(default=False)
    description_uuid = models.UUIDField(null=True)

    objects = PublishedCauseQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key", "article"]
        indexes = [
            models.Index(
                fields=["cause_uuid", "sort_key", "article"], name="published_cause_in_order"
            ),
            models.Index(fields=["cause_uuid", "publication"], name="published_cause_by_date"),
            models.Index(
                fields=["slug", "publication"],
                condition=models.Q(latest=True),
                name="published_cause_by_slug",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["article", "cause_uuid"], name="published_cause_once"),
            models.UniqueConstraint(
                fields=["cause_uuid"],
                condition=models.Q(latest=True),
                name="published_cause_one_latest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.sort_key}"


class PublishedRelation(models.Model):
    """A body system under which a public page names another symptom, as it was signed.

    A projection of the publication log, written by ``symptoms.projections.relations`` alone. Rows
    are created again, never edited.
    """

    article = models.ForeignKey(Article, models.PROTECT, related_name="+")
    publication = models.ForeignKey(PublicationEvent, models.PROTECT, related_name="+")
    system = models.CharField(max_length=20)
    label = models.CharField(max_length=60)
    other_uuid = models.UUIDField()

    class Meta:
        indexes = [
            models.Index(fields=["system", "other_uuid"], name="published_relation_by_system"),
            models.Index(fields=["other_uuid"], name="published_relation_by_other"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "system", "other_uuid"], name="published_relation_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.other_uuid}"


class PublishedExcerpt(models.Model):
    """What the pages of causes show of a public page: title, care cards, and its causes, as signed.

    A projection of the publication log, written by ``symptoms.projections.excerpts`` alone. Rows
    are created again, never edited. ``text`` is the part of the text of ``revision`` that
    ``excerpts.build_text`` takes; the row is read only while that revision is the public one.
    """

    article = models.OneToOneField(Article, models.PROTECT, related_name="+")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    text = models.TextField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.article_id}: revision {self.revision_id}"


class PublishedName(models.Model):
    """A name under which the A–Z lists a public page: its title, or another name, as signed.

    A projection of the publication log, written by ``symptoms.projections.names`` alone. Rows
    are created again, never edited.
    """

    article = models.ForeignKey(Article, models.PROTECT, related_name="+")
    publication = models.ForeignKey(PublicationEvent, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=200, help_text="The name, folded.")
    letter = models.CharField(max_length=5, help_text="Of the A–Z.")
    is_title = models.BooleanField()

    class Meta:
        ordering = ["sort_key", "-is_title", "article"]
        indexes = [
            models.Index(fields=["letter", "sort_key"], name="published_name_in_order"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["article", "sort_key"], name="published_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class CauseAddress(models.Model):
    """An address under which a cause was ever signed: old links redirect while it is public."""

    slug = models.SlugField(max_length=200, db_index=False)
    cause_uuid = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug", "cause_uuid"], name="cause_address_once")
        ]

    def __str__(self) -> str:
        return self.slug
