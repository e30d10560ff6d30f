"""Taking a review that is open to any reviewer, giving it back, and reading along."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from articles.admin.forms import parse_key
from articles.publishing.actions import ActionRefused
from reviews.desk.access import reviewer_required
from reviews.desk.offers import GiveBackForm
from reviews.desk.review_page import build_review_context
from reviews.models import MedicalReview
from reviews.signing import assignment


def _get_review(uuid) -> MedicalReview:
    reviews = MedicalReview.objects.with_page().select_related("decided_by", "revision__article")
    return get_object_or_404(reviews, uuid=uuid)


@reviewer_required
def take(request, uuid):
    """Take an open review. Who comes second reads who has it."""
    review = _get_review(uuid)
    if request.method == "POST":
        try:
            assignment.take(review, by=request.user)
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("This review is yours now."))
    return redirect("reviews:review", uuid)


@reviewer_required
def give_back(request, uuid):
    """Give one's own review back, with a word why; what was typed stays if it is refused."""
    review = _get_review(uuid)
    form = GiveBackForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                assignment.give_back(review, by=request.user, **form.cleaned_data)
            except ActionRefused as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                title = review.revision.title
                messages.success(
                    request, _("“%(title)s” is open to any reviewer again.") % {"title": title}
                )
                return redirect("reviews:queue")
    context = {"review": review, "form": form}
    return render(request, "reviews/give_back.html", context, status=status)


@never_cache
@login_required
@permission_required("reviews.reassign_review", raise_exception=True)
@require_safe
def observe(request, uuid):
    """The page of a review as its reviewer reads it, without any form, for managing editors."""
    review = _get_review(uuid)
    if review.revision.expunged:
        return render(request, "reviews/expunged.html", {"review": review}, status=410)
    reader = review.reviewer.user if review.reviewer else request.user
    context = build_review_context(
        review,
        reader,
        causes_number=parse_key(request.GET.get("causes", "")) or 1,
        changes_number=parse_key(request.GET.get("changes", "")) or 1,
        show_all="every" in request.GET,
    )
    name = review.reviewer or _("any reviewer")
    context |= {
        "forms": {},
        "open_to_me": False,
        "observed": True,
        "parts_url": reverse("reviews:observe", args=[uuid]),
        "refusal": _("This is what %(name)s reads. Nothing can be signed or sent from here.")
        % {"name": name},
    }
    return render(request, "reviews/review.html", context)
