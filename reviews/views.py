"""The desk: a reviewer's queue, the text to read, and the two things to do with it."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from articles.actions import Refused
from reviews import actions, desk
from reviews.forms import SendBackForm, SignForm
from reviews.models import MedicalReview, Reviewer


def for_reviewers(view):
    """Only people who review may enter; what they see is never kept by a cache."""

    @never_cache
    @login_required
    @wraps(view)
    def enter(request, *args, **kwargs):
        if not Reviewer.objects.filter(user=request.user).exists() or not request.user.has_perm("reviews.sign_review"):
            raise PermissionDenied("The desk is for reviewers. Your account is not one.")
        return view(request, *args, **kwargs)

    return enter


def _review(uuid) -> MedicalReview:
    reviews = MedicalReview.objects.with_page().select_related("decided_by", "revision__article")
    return get_object_or_404(reviews, uuid=uuid)


@for_reviewers
@require_safe
def queue(request):
    reviewer = request.user.reviewer
    why_not = reviewer.why_not(timezone.localdate())
    context = desk.queue(reviewer) | {"reviewer": reviewer, "can_sign": not why_not, "why_not": why_not}
    return render(request, "reviews/queue.html", context)


@for_reviewers
@require_safe
def review(request, uuid):
    asked = _review(uuid)
    request.session.setdefault(_opened(asked), timezone.now().isoformat())
    return _read(request, asked)


def _read(request, asked, *, sign_form=None, send_back_form=None, status=200):
    if asked.revision.expunged:
        return render(request, "reviews/expunged.html", {"review": asked}, status=410)
    forms = {
        "sign_form": sign_form
        or SignForm(request=request, meaning=asked.meaning, initial={"digest": asked.revision.digest}),
        "send_back_form": send_back_form or SendBackForm(),
    }
    return render(request, "reviews/review.html", desk.reading(asked, request.user) | forms, status=status)


@sensitive_post_parameters("password")
@for_reviewers
def sign(request, uuid):
    asked = _review(uuid)
    if request.method != "POST":
        return redirect("reviews:review", uuid)  # reloaded, or come back to after logging in again
    if asked.outcome == MedicalReview.Outcome.APPROVED and asked.decided_by == request.user:
        return redirect("reviews:signed", uuid)  # a double click, or the back button
    form = SignForm(request.POST, request=request, meaning=asked.meaning)
    if not form.is_valid():
        return _read(request, asked, sign_form=form, status=422)
    opened = request.session.get(_opened(asked), "")
    try:
        actions.sign_off(
            asked,
            by=request.user,
            seen_digest=form.cleaned_data["digest"],
            conflicts=form.cleaned_data["conflicts"],
            opened_at=parse_datetime(opened) if opened else None,
        )
    except Refused as refusal:
        return _refused(request, asked, refusal)
    return redirect("reviews:signed", uuid)


@for_reviewers
def send_back(request, uuid):
    asked = _review(uuid)
    if request.method != "POST":
        return redirect("reviews:review", uuid)
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return _read(request, asked, send_back_form=form, status=422)
    try:
        actions.request_changes(asked, by=request.user, comment=form.cleaned_data["comment"])
    except Refused as refusal:
        return _refused(request, asked, refusal)
    return redirect("reviews:signed", uuid)


def _refused(request, asked, refusal):
    context = {"review": asked, "title": asked.revision.title, "reason": str(refusal)}
    return render(request, "reviews/refused.html", context, status=409)


@for_reviewers
@require_safe
def signed(request, uuid):
    """What happened, what is public now, and what is next."""
    asked = _review(uuid)
    if asked.decided_by != request.user:
        return redirect("reviews:review", uuid)
    live = asked.article.live
    context = {
        "review": asked,
        "title": asked.revision.title,
        "entry": asked.entry,
        "address": asked.article.path if live else "",
        "line": live.read_review_line() if live else None,
    }
    return render(request, "reviews/signed.html", context)


def _opened(asked) -> str:
    return f"opened {asked.uuid}"
