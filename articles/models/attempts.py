"""Counts of attempts: how often somebody tried something, without who they are."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AttemptCounter(models.Model):
    """How often something was tried since the first time in its span.

    ``key`` is an HMAC of what is counted and of whoever tries, under a key of the day. No address
    and no name can be read from it. ``expires_at`` is the end of the span, in Unix time.
    """

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    expires_at = models.BigIntegerField()

    class Meta:
        verbose_name = _("counter of attempts")
        verbose_name_plural = _("counters of attempts")
        indexes = [models.Index(fields=["expires_at"], name="attempt_counter_by_end")]

    def __str__(self) -> str:
        return f"{self.count} attempts"


class AttemptKey(models.Model):
    """The random key of one day, deleted when the next day but one begins."""

    day = models.DateField(primary_key=True)
    secret = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("key of a day")
        verbose_name_plural = _("keys of days")

    def __str__(self) -> str:
        return f"Key of {self.day}"
