"""The export columns of reviews, and those of pages about reviews. No private words."""

from django.utils import timezone

from articles.display import format_user_name
from articles.exports import resources
from articles.exports.resources import ExportColumn
from reviews import page_states
from reviews.admin.changelists import annotate_states, get_states
from reviews.models import ReviewSchedule


class ReviewColumnsMixin(resources.ExportResource):
    """Mixed into the layout of any kind of page."""

    state = ExportColumn(column_name="state")
    last_reviewed = ExportColumn("schedule__last_reviewed", "last reviewed")
    next_due = ExportColumn("schedule__next_due", "next review due")
    reviewer = ExportColumn("schedule__reviewer", "reviewer")

    def load(self, rows):
        pages = super().load(annotate_states(rows))
        page_ids = [page.pk for page in pages]
        schedules = ReviewSchedule.objects.filter(article__in=page_ids).select_related("reviewer")
        by_page = {schedule.article_id: schedule for schedule in schedules}
        for page in pages:
            page.schedule = by_page.get(page.pk)
        return pages

    def dehydrate_state(self, page):
        labels = []
        for name in get_states(page):
            label, _ = page_states.STATES[name]
            labels.append(str(label))
        return ", ".join(labels)


class MedicalReviewResource(resources.ExportResource):
    id = ExportColumn("uuid", "id")
    type = ExportColumn("article__kind", "type")
    title = ExportColumn("article__title", "title")
    address = ExportColumn("article__path", "address")
    revision = ExportColumn("revision__number", "revision")
    trigger = ExportColumn("get_trigger_display", "asked for as")
    requested_by = ExportColumn(column_name="asked by")
    requested_on = ExportColumn(column_name="asked on")
    reviewer = ExportColumn("reviewer", "reviewer")
    outcome = ExportColumn("get_outcome_display", "outcome")
    decided_by = ExportColumn(column_name="decided by")
    decided_on = ExportColumn(column_name="decided on")

    def load(self, rows):
        related = ("article", "revision", "reviewer", "requested_by", "decided_by")
        return super().load(rows.select_related(*related).defer("revision__document"))

    def dehydrate_requested_by(self, review):
        return format_user_name(review.requested_by)

    def dehydrate_requested_on(self, review):
        return timezone.localdate(review.requested_at)

    def dehydrate_decided_by(self, review):
        if review.decided_by is None:
            return ""
        return format_user_name(review.decided_by)

    def dehydrate_decided_on(self, review):
        if review.decided_at is None:
            return None
        return timezone.localdate(review.decided_at)
