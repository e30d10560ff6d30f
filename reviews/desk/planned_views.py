"""A planned review at the desk: opened by its reviewer."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from articles.publishing.actions import ActionRefused
from reviews.desk.access import reviewer_required
from reviews.models import PlannedReview
from reviews.planned_reviews import actions


@reviewer_required
@require_POST
def open_review(request, planned_uuid):
    """Open a planned review and lead to it; where that cannot be, back to the desk with why."""
    planned = get_object_or_404(PlannedReview.objects.select_related("article"), uuid=planned_uuid)
    try:
        opened = actions.open_planned(planned, by=request.user)
    except ActionRefused as refusal:
        messages.warning(request, f"“{planned.article.title}” was not opened. {refusal}")
        return redirect("reviews:queue")
    return redirect("reviews:review", opened.uuid)
