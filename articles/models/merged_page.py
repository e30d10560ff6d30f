"""A page whose subject another page covers: editors who look for it find that one."""

from django.conf import settings
from django.db import models


class MergedPage(models.Model):
    """A discarded draft or a withdrawn page whose subject another page covers.

    What visitors get at its address is in the publication log alone. The row is deleted when the
    page is signed again.
    """

    page = models.OneToOneField("articles.Article", models.PROTECT, related_name="+")
    into = models.ForeignKey("articles.Article", models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(page=models.F("into")), name="page_not_merged_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page} → {self.into}"
