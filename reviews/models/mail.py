"""The outbox: each mail about reviews, what it is about, and whether it was delivered."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles.fields import build_length_checks


class MailQuerySet(models.QuerySet["Mail"]):
    def open(self) -> Self:
        """Never attempted, or refused: these may be written again and sent."""
        return self.filter(
            Q(attempted_at__isnull=True) | Q(refused_at__isnull=False), dropped_at__isnull=True
        )

    def possibly_delivered(self) -> Self:
        """Accepted by a mail server, or perhaps: nobody is notified of the same again."""
        return self.filter(attempted_at__isnull=False, refused_at__isnull=True)

    def unconfirmed(self) -> Self:
        """Handed to a mail server whose answer nobody recorded."""
        return self.possibly_delivered().filter(accepted_at__isnull=True)


class Mail(models.Model):
    """One mail to one person. It is written first, then claimed, then sent, then marked.

    Until it is sent, each run writes it again with what is true then, and merges several of a kind.
    Receipts are written where somebody signs, and are never written again, merged or dropped.
    """

    class MailKind(models.TextChoices):
        HARM = "harm", _("Reports of harm")
        DISPUTE = "dispute", _("Disputed signatures")
        COPIES = "copies", _("Copies of withdrawn pages")
        RECEIPT = "receipt", _("Receipts of signatures")
        ATTEMPT = "attempt", _("Failed attempts to sign")
        REQUEST = "request", _("Review requests")
        DUE = "due", _("Due pages")
        PLANNED = "planned", _("Planned reviews")
        DECIDED = "decided", _("Decided reviews")
        ANSWER = "answer", _("Answers to comments")
        LICENCE = "licence", _("Licence about to lapse")
        DIGEST = "digest", _("Weekly digest")

    kind = models.CharField(max_length=10, choices=MailKind)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    address = models.EmailField(_("email address"))
    subject = models.CharField(max_length=300)
    content = models.JSONField(help_text=_("Headings and the lines under them."))
    made_at = models.DateTimeField()
    attempted_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, help_text="Why the mail server refused it.")
    dropped_at = models.DateTimeField(
        null=True, help_text=_("When nothing in it was true any more.")
    )

    objects = MailQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("review email")
        verbose_name_plural = _("review emails")
        constraints = [
            *build_length_checks("mail", subject=300, address=254),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, refused_at__isnull=True)
                | Q(attempted_at__isnull=False),
                name="mail_answered_once_attempted",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(refused_at__isnull=True),
                name="mail_not_accepted_and_refused",
            ),
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True, error="")
                | Q(refused_at__isnull=False) & ~Q(error=""),
                name="mail_refused_says_why",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at__isnull=True)
                | Q(attempted_at__isnull=True)
                | Q(refused_at__isnull=False),
                name="mail_dropped_only_while_open",
            ),
        ]

    def __str__(self) -> str:
        return f"Mail {self.pk}: {self.subject}"

    @property
    def state(self) -> str:
        """Whether it was delivered, in words."""
        if self.dropped_at:
            return "no longer needed"
        if self.accepted_at:
            return "accepted by the mail server"
        if self.refused_at:
            return f"refused, sent again with the next run: {self.error}"
        if self.attempted_at:
            return "unknown: sent, and the answer was not recorded"
        return "waiting for the next run"


class MailItem(models.Model):
    """One subject of a mail at one stage: days from its date, or the week of a digest.

    The unique key prevents a second mail about it. A run notifies of the newest stage only, and of
    none that is older than one already sent.
    """

    mail = models.ForeignKey(Mail, models.CASCADE, related_name="items")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    subject = models.CharField(
        max_length=100, help_text="Kind and row, such as “due 17 2026-03-01”."
    )
    stage = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "subject", "stage"], name="mail_item_once"
            ),
            *build_length_checks("mail_item", subject=100),
        ]

    def __str__(self) -> str:
        return f"{self.subject}, {self.stage}"
