"""What the columns of pages and of reviews have to tell of signatures and dates. Private words are in none of them."""

from django.utils import timezone

from articles import sheets
from articles.admin_lists import name_of
from articles.sheets import Column
from reviews import sifting
from reviews.admin_lists import states, with_states
from reviews.models import Standing


class Reviewed(sheets.Sheet):
    """Mixed into the layout of any kind of page."""

    state = Column(column_name="state")
    last_reviewed = Column("standing__last_reviewed", "last reviewed")
    next_due = Column("standing__next_due", "next review due")
    reviewer = Column("standing__reviewer", "reviewer")

    def load(self, rows):
        pages = super().load(with_states(rows))
        standing = Standing.objects.filter(article__in=[page.pk for page in pages]).select_related("reviewer")
        by_page = {row.article_id: row for row in standing}
        for page in pages:
            page.standing = by_page.get(page.pk)
        return pages

    def dehydrate_state(self, page):
        return ", ".join(sifting.STATES[name][0] for name in states(page))


class MedicalReviewSheet(sheets.Sheet):
    id = Column("uuid", "id")
    type = Column("article__kind", "type")
    title = Column("article__title", "title")
    address = Column("article__path", "address")
    revision = Column("revision__number", "revision")
    trigger = Column("get_trigger_display", "asked for as")
    requested_by = Column(column_name="asked by")
    requested_on = Column(column_name="asked on")
    reviewer = Column("reviewer", "reviewer")
    outcome = Column("get_outcome_display", "outcome")
    decided_by = Column(column_name="decided by")
    decided_on = Column(column_name="decided on")

    def load(self, rows):
        people = ("reviewer", "requested_by", "decided_by")
        return super().load(rows.select_related("article", "revision", *people).defer("revision__document"))

    def dehydrate_requested_by(self, review):
        return name_of(review.requested_by)

    def dehydrate_requested_on(self, review):
        return timezone.localdate(review.requested_at)

    def dehydrate_decided_by(self, review):
        return name_of(review.decided_by) if review.decided_by else ""

    def dehydrate_decided_on(self, review):
        return timezone.localdate(review.decided_at) if review.decided_at else None
