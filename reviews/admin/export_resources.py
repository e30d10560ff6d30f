"""The export columns of reviews, and those of pages about reviews. No private words."""

from typing import ClassVar

from django.utils import timezone

from articles.display import format_user_name
from articles.exports import resources
from reviews import page_states
from reviews.admin.changelists import annotate_states, get_states
from reviews.models import ReviewSchedule


def format_states(page) -> str:
    return ", ".join(map(str, page_states.get_labels(get_states(page)).values()))


class ReviewColumnsMixin(resources.ExportResource):
    """Mixed into the layout of any kind of page."""

    values: ClassVar = {
        "state": format_states,
        "last reviewed": "schedule.last_reviewed",
        "next review due": "schedule.next_due",
        "reviewer": "schedule.reviewer",
    }

    def load(self, rows):
        pages = super().load(annotate_states(rows))
        page_ids = [page.pk for page in pages]
        schedules = ReviewSchedule.objects.filter(article__in=page_ids).select_related("reviewer")
        by_page = {schedule.article_id: schedule for schedule in schedules}
        for page in pages:
            page.schedule = by_page.get(page.pk)
        return pages


def get_decided_by(review) -> str:
    return format_user_name(review.decided_by) if review.decided_by else ""


def get_decided_on(review):
    return timezone.localdate(review.decided_at) if review.decided_at else None


class MedicalReviewResource(resources.ExportResource):
    values: ClassVar = {
        "id": "uuid",
        "type": "article.kind",
        "title": "article.title",
        "address": "article.path",
        "revision": "revision.number",
        "asked for as": "get_trigger_display",
        "asked by": lambda review: format_user_name(review.requested_by),
        "asked on": lambda review: timezone.localdate(review.requested_at),
        "reviewer": "reviewer",
        "outcome": "get_outcome_display",
        "decided by": get_decided_by,
        "decided on": get_decided_on,
    }

    def load(self, rows):
        related = ("article", "revision", "reviewer", "requested_by", "decided_by")
        return super().load(rows.select_related(*related).defer("revision__document"))
