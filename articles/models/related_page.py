"""Related pages: what a public page offers to read next."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from articles.models.article import Article


class RelatedPage(models.Model):
    """A page that another one offers to read next, by its place in that list.

    A projection that may be a day old, written by ``articles.publishing.related_pages`` alone.
    Visitors get the first that are public, by their present titles and addresses: so a list has
    spare ones at its end.
    """

    MAX_POSITION = 10

    # No constraints of the database: it would lock the row of the other page, for which whoever
    # publishes that page waits with the end of the log locked.
    article = models.ForeignKey(
        Article, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    other = models.ForeignKey(Article, models.PROTECT, related_name="+", db_constraint=False)
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("related page")
        constraints = [
            models.UniqueConstraint(
                fields=["article", "position"], name="related_page_one_a_position"
            ),
            models.UniqueConstraint(fields=["article", "other"], name="related_page_once"),
            models.CheckConstraint(
                condition=~models.Q(article=models.F("other")), name="related_page_not_itself"
            ),
            models.CheckConstraint(
                condition=models.Q(position__gte=1, position__lte=10),
                name="related_page_between_1_and_10",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.other}"
