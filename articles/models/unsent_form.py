"""Forms that somebody filled in and has not sent yet."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

MAX_SUBJECT_LENGTH = 200


@dataclass(frozen=True)
class EarlierForm:
    """What was typed into the same form on another page or device, before the newest."""

    fields: MultiValueDict[str, str]
    saved_at: dt.datetime

    @property
    def key(self) -> str:
        return self.saved_at.isoformat()


class UnsentForm(models.Model):
    """What a person typed into a form and has not sent: never a password, a code or a token.

    There is one row for a person and a ``subject``, such as a review. ``fields`` has the values of
    each field by its name. ``page`` is the loaded page that it was typed on. What was typed
    elsewhere before that, and differs, is in ``earlier``, the newest first.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    subject = models.CharField(max_length=MAX_SUBJECT_LENGTH)
    fields = models.JSONField(default=dict)
    page = models.CharField(max_length=32, blank=True)
    saved_at = models.DateTimeField()
    earlier = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("unsent form")
        verbose_name_plural = _("unsent forms")
        ordering = ["-saved_at", "-id"]
        indexes = [models.Index(fields=["saved_at"], name="unsent_form_by_age")]
        constraints = [
            models.UniqueConstraint(fields=["user", "subject"], name="unsent_form_once_a_subject")
        ]

    def __str__(self) -> str:
        """Without what was typed: this is in logs that outlive the form."""
        return f"Unsent form of {self.user}: {self.subject}"

    @property
    def data(self) -> MultiValueDict[str, str]:
        """What was typed, as a form reads it."""
        return MultiValueDict(self.fields)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in any field: it was emptied after it had been saved."""
        return not any("".join(values).strip() for values in self.fields.values())

    @property
    def earlier_forms(self) -> list[EarlierForm]:
        return [
            EarlierForm(MultiValueDict(kept["fields"]), dt.datetime.fromisoformat(kept["saved_at"]))
            for kept in self.earlier
        ]
