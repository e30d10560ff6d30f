"""Safety alerts: live pages whose signed text the safety checks refuse today."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models.article import Article


class SafetyAlert(models.Model):
    """A live page with what the safety checks refuse in it, until it is signed again.

    A projection of the publication log, written by ``articles.quality.safety_alerts`` alone.
    ``findings`` has a line for each, and ``gravity`` is that of the gravest.
    """

    class AlertGravity(models.IntegerChoices):
        UNDERSTATED = 1, _("Emergency help on a lesser card")
        LETHAL = 2, _("A lethal amount or a method of suicide")
        WRONG_NUMBER = 3, _("An emergency number that is not answered here")
        NO_CARD = 4, _("No care card")
        NO_ACTION = 5, _("An emergency card that does not say what to do")
        LATE = 6, _("Emergency help outside the care cards only")
        MIXED = 7, _("Other help on an emergency card")

    article = models.OneToOneField(Article, models.PROTECT, related_name="safety_alert")
    gravity = models.PositiveSmallIntegerField(choices=AlertGravity)
    findings = models.TextField()

    class Meta:
        verbose_name = _("safety alert")
        indexes = [models.Index(fields=["gravity", "article"], name="safety_alert_by_gravity")]

    def __str__(self) -> str:
        return f"{self.get_gravity_display()}: {self.article}"

    @property
    def first_finding(self) -> str:
        return self.findings.partition("\n")[0]
