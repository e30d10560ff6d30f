"""KeptReport: the rows of a report that takes long to compute, as of a moment."""

from django.db import models


class KeptReport(models.Model):
    """What a report found when it was last computed; ``rows`` is JSON. Lost, it is made anew."""

    name = models.CharField(max_length=50, primary_key=True)
    rows = models.TextField()
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}, {self.computed_at:%-d %B %Y, %H:%M}"
