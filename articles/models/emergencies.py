"""Emergencies: the page of what to do, its place by subject, and the table of phrases."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.care.emergencies import EMERGENCIES
from articles.content.languages import SOURCE_LANGUAGE
from articles.fields import LineField, build_length_checks
from articles.models.article import Article
from articles.models.history import PublicationEvent

MAX_ACT_LENGTH = 160
MAX_PHRASE_LENGTH = 100


def list_subjects() -> list[tuple[str, str]]:
    """The emergencies to choose from, by key and name."""
    return list(EMERGENCIES.items())


class EmergencyPage(Article):
    """What to do in one emergency: call, and at most one act more.

    ``next_page`` is the page that an editor chose to go on with.
    """

    subject = models.CharField(_("emergency"), max_length=40, choices=list_subjects)
    act = LineField(
        _("the one act more"),
        max_length=MAX_ACT_LENGTH,
        blank=True,
        help_text=_(
            "What to do while help is on its way, in one short sentence. "
            "Empty: to call is all that there is to do."
        ),
    )
    next_page = models.ForeignKey(
        Article,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("page to go on with"),
        help_text=_("Linked where it is public."),
    )

    class Meta:
        verbose_name = _("emergency page")
        constraints = build_length_checks("emergency_page", act=MAX_ACT_LENGTH, subject=40)


class PublishedEmergency(models.Model):
    """Which public page says what to do in an emergency: one a subject.

    A projection of the publication log, written by ``articles.emergencies.projection`` alone. Rows
    are created again, never edited.
    """

    article = models.OneToOneField(Article, models.PROTECT, related_name="+")
    publication = models.ForeignKey(PublicationEvent, models.PROTECT, related_name="+")
    subject = models.CharField(max_length=40, unique=True)
    next_uuid = models.UUIDField(null=True)

    def __str__(self) -> str:
        return self.subject


class PhraseEventQuerySet(models.QuerySet["PhraseEvent"]):
    def newest(self) -> Self:
        """The newest event of each phrase."""
        later = PhraseEvent.objects.filter(
            phrase=models.OuterRef("phrase"), number__gt=models.OuterRef("number")
        )
        return self.filter(~models.Exists(later))

    def current(self) -> Self:
        """The phrases of the table as they are now: the newest event of each that is not gone."""
        return self.newest().exclude(action=PhraseEvent.PhraseAction.REMOVE)


class PhraseEvent(models.Model):
    """One event of the table of phrases: somebody added, changed or removed a phrase.

    The newest event of a phrase says how it is now. Events are added and never changed.
    """

    class PhraseAction(models.TextChoices):
        ADD = "add", _("Added")
        CHANGE = "change", _("Changed")
        REMOVE = "remove", _("Removed")

    class Meaning(models.TextChoices):
        NOW = "now", _("It is happening now")
        TOPIC = "topic", _("It is a topic")
        CRISIS_DONE = "crisis-done", _("Crisis: somebody has hurt themselves")
        CRISIS = "crisis", _("Crisis: somebody thinks of it")

    class PhraseLanguage(models.TextChoices):
        ENGLISH = SOURCE_LANGUAGE, _("English")
        SPANISH = "es", _("Spanish")

    NEEDS_SUBJECT = (Meaning.NOW, Meaning.TOPIC)

    phrase = models.UUIDField(default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(default=1, editable=False)
    action = models.CharField(max_length=6, choices=PhraseAction, editable=False)
    text = LineField(
        _("phrase"),
        max_length=MAX_PHRASE_LENGTH,
        help_text=_("As people type it. Typing mistakes in it are understood."),
    )
    meaning = models.CharField(max_length=11, choices=Meaning)
    subject = models.CharField(
        _("emergency"),
        max_length=40,
        blank=True,
        choices=list_subjects,
        help_text=_("Whose page says what to do. Empty for a crisis."),
    )
    language = models.CharField(
        max_length=2, choices=PhraseLanguage, default=PhraseLanguage.ENGLISH
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
    at = models.DateTimeField(editable=False)

    objects = PhraseEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("phrase")
        verbose_name_plural = _("phrases")
        ordering = ["text", "id"]
        constraints = [
            *build_length_checks("phrase", text=MAX_PHRASE_LENGTH, subject=40),
            models.UniqueConstraint(fields=["phrase", "number"], name="phrase_event_once"),
            models.CheckConstraint(
                condition=models.Q(action="add", number=1)
                | models.Q(action__in=["change", "remove"], number__gt=1),
                name="phrase_is_added_first",
            ),
            models.CheckConstraint(
                condition=models.Q(meaning__in=["now", "topic"]) & ~models.Q(subject="")
                | models.Q(meaning__in=["crisis-done", "crisis"], subject=""),
                name="phrase_has_subject_unless_crisis",
                violation_error_message=_(
                    "Choose the emergency of the phrase; leave it empty for a crisis."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def facts(self) -> dict[str, Any]:
        """What the event says of the phrase."""
        return {
            "text": self.text,
            "meaning": self.meaning,
            "subject": self.subject,
            "language": self.language,
        }
