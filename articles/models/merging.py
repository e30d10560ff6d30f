"""A page whose subject another page covers: what editors are led to when they look for it."""

from django.conf import settings
from django.db import models


class MergedPage(models.Model):
    """A draft that was discarded, or a page that was withdrawn, because another page says all of it.

    What visitors get at its address is in the publication log alone. The row goes when the page is signed again.
    """

    page = models.OneToOneField("articles.Article", models.PROTECT, related_name="+")
    into = models.ForeignKey("articles.Article", models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(page=models.F("into")), name="page_not_merged_into_itself"),
        ]

    def __str__(self):
        return f"{self.page} → {self.into}"
