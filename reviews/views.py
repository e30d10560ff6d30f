"""The desk: a reviewer's queue, the text to read, and the things to do with it."""

from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from articles.actions import Refused
from articles.forms import as_key
from reviews import actions, carrying, comments, desk, desk_forms, halfway
from reviews.eligibility import why_not_sign
from reviews.models import Absence, MedicalReview, Reviewer
from reviews.reading import reading

TYPED = {"text": "Your comment", "comment": "Your comment", "conflicts": "Conflicts of interest", "word": "Your word"}
OUTCOMES = {
    "send_back": (desk_forms.SendBackForm, actions.request_changes),
    "decline": (desk_forms.DeclineForm, actions.decline),
    "recommend": (desk_forms.RecommendForm, actions.recommend_withdrawal),
}


def for_reviewers(view):
    """Only people who review may enter; what they see is never kept by a cache, and what they typed is not lost."""

    @never_cache
    @wraps(view)
    def enter(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return _signed_out(request, *args, **kwargs)
        if not Reviewer.objects.filter(user=request.user).exists() or not request.user.has_perm("reviews.sign_review"):
            if typed := _typed(request):
                return render(request, "reviews/shut.html", {"typed": typed}, status=403)
            if request.user.has_perm("reviews.see_radar") and request.path == reverse("reviews:queue"):
                return redirect("reviews:radar")
            raise PermissionDenied("The desk is for reviewers. Your account is not one.")
        return view(request, *args, **kwargs)

    return enter


def _signed_out(request, uuid=None, **kwargs):
    """The way to log in again; somebody who was writing gets their words back first."""
    here = reverse("reviews:review", args=[uuid]) if uuid else reverse("reviews:queue")
    if typed := _typed(request):
        return render(request, "reviews/shut.html", {"typed": typed, "here": here, "signed_out": True}, status=403)
    return redirect_to_login(request.get_full_path() if request.method == "GET" else here)


def _typed(request) -> list[tuple[str, str]]:
    """What somebody wrote in a form that cannot be taken, never a password or a code."""
    return [(label, request.POST[name]) for name, label in TYPED.items() if request.POST.get(name, "").strip()]


def _review(uuid) -> MedicalReview:
    reviews = MedicalReview.objects.with_page().select_related("decided_by", "revision__article")
    return get_object_or_404(reviews, uuid=uuid)


@for_reviewers
@require_safe
def queue(request):
    return _queue(request)


def _queue(request, *, away_form=None, status=200):
    reviewer = request.user.reviewer
    why_not = reviewer.why_not(timezone.localdate())
    context = desk.queue(reviewer, mine=request.GET.get("page"), anybody=request.GET.get("any"))
    context |= {"reviewer": reviewer, "can_sign": not why_not, "why_not": why_not, "today": timezone.localdate()}
    return render(
        request, "reviews/queue.html", context | {"away_form": away_form or desk_forms.AbsenceForm()}, status=status
    )


@for_reviewers
@require_safe
def review(request, uuid):
    asked = _review(uuid)
    request.session.setdefault(_opened(asked), timezone.now().isoformat())
    return _read(request, asked)


def _read(request, asked, *, status=200, **bound):
    """The reading page, with the forms that were sent and could not be taken in place of fresh ones."""
    if asked.revision.expunged:
        return render(request, "reviews/expunged.html", {"review": asked}, status=410)
    causes, changes = (as_key(request.GET.get(name, "")) or 1 for name in ("causes", "changes"))
    shown = reading(asked, request.user, causes=causes, changes=changes, every="every" in request.GET)
    forms, filled = {}, halfway.kept(request, asked)
    if shown["open_to_me"]:
        forms = {name: form_class(review=asked) for name, (form_class, _) in OUTCOMES.items()}
        forms["send_back"].initial = {"comment": filled.get("comment", "")}
        chosen = request.GET.get("part") or filled.get("part", "")
        forms["comment"] = desk_forms.CommentForm(review=asked, initial=filled | {"part": chosen})
        forms["hand_over"] = desk_forms.HandOverForm(review=asked, user=request.user)
    if not shown["refusal"]:
        initial = filled | {"digest": asked.revision.digest}
        forms["sign"] = desk_forms.SignForm(request=request, review=asked, initial=initial)
    forms |= bound
    if "comment" in forms:
        forms["comment"].offer(part.key for stretch in shown["stretches"] for part in stretch.parts)
    return render(request, "reviews/review.html", shown | {"forms": forms}, status=status)


@sensitive_post_parameters("password", "code")
@for_reviewers
def sign(request, uuid):
    asked = _review(uuid)
    if request.method != "POST":
        return redirect("reviews:review", uuid)  # reloaded, or come back to after logging in again
    if asked.outcome == MedicalReview.Outcome.APPROVED and asked.decided_by == request.user:
        return redirect("reviews:signed", uuid)  # a double click, or the back button
    if why_not := why_not_sign(asked, request.user):  # before a code is spent on it
        return _refused(request, asked, why_not)
    form = desk_forms.SignForm(request.POST, request=request, review=asked)
    if not form.is_valid():
        halfway.keep(request, asked)
        return _read(request, asked, sign=form, status=422)
    opened = request.session.get(_opened(asked), "")
    try:
        actions.sign_off(
            asked,
            by=request.user,
            seen_digest=form.cleaned_data["digest"],
            conflicts=form.cleaned_data["conflicts"],
            authentication=form.authentication,
            opened_at=parse_datetime(opened) if opened else None,
            checklist=form.ticked,
        )
    except Refused as refusal:
        return _refused(request, asked, refusal)
    halfway.forget(request, asked)
    return redirect("reviews:signed", uuid)


@sensitive_post_parameters("password", "code")
@for_reviewers
def outcome(request, uuid, name):
    """Send back, decline, recommend a withdrawal: a decision with a reason."""
    asked = _review(uuid)
    if request.method != "POST":
        return redirect("reviews:review", uuid)
    form_class, deed = OUTCOMES[name]
    if asked.outcome and asked.decided_by == request.user:
        return redirect("reviews:signed", uuid)
    form = form_class(request.POST, review=asked)
    if not form.is_valid():
        if name == "send_back":  # it shares a form with the signature; the others have their own
            halfway.keep(request, asked)
        return _read(request, asked, status=422, **{name: form})
    try:
        deed(asked, by=request.user, comment=form.cleaned_data["comment"])
    except Refused as refusal:
        return _refused(request, asked, refusal)
    halfway.forget(request, asked)
    return redirect("reviews:signed", uuid)


@sensitive_post_parameters("password", "code")
@for_reviewers
def comment(request, uuid):
    """Pin a comment to a part of the page, or choose the part first; the decision stays as far as it is filled in."""
    asked = _review(uuid)
    if request.method != "POST":
        return redirect("reviews:review", uuid)
    halfway.keep(request, asked)
    if part := request.POST.get("about"):
        return redirect(f"{reverse('reviews:review', args=[uuid])}?{urlencode({'part': part})}#comments")
    form = desk_forms.CommentForm(request.POST, review=asked)
    if not form.is_valid():
        return _read(request, asked, status=422, comment=form)
    try:
        pinned = comments.pin(asked, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        return _refused(request, asked, refusal)
    halfway.keep(request, asked, without=("part", "text"))
    messages.success(request, f"Your comment is pinned to “{pinned.label}”.")
    return redirect(f"{reverse('reviews:review', args=[uuid])}#comments")


@for_reviewers
def hand_over(request, uuid):
    asked = _review(uuid)
    if request.method != "POST":
        return redirect("reviews:review", uuid)
    form = desk_forms.HandOverForm(request.POST, review=asked, user=request.user)
    if not form.is_valid():
        return _read(request, asked, status=422, hand_over=form)
    try:
        handed = carrying.hand_over(asked, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        return _refused(request, asked, refusal)
    messages.success(request, f"“{asked.revision.title}” now lies on the desk of {handed.to}.")
    return redirect("reviews:queue")


@for_reviewers
@require_POST
def away(request):
    """Say on which days one does not review."""
    form = desk_forms.AbsenceForm(request.POST)
    if form.is_valid():
        try:
            absence = carrying.go_away(request.user.reviewer, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            told = f"Editors see that you are away from {absence.first_day:%-d %B} to {absence.last_day:%-d %B}."
            messages.success(request, f"{told} What lies here stays yours: hand it over if it cannot wait.")
            return redirect("reviews:queue")
    return _queue(request, away_form=form, status=422)


@for_reviewers
@require_POST
def back(request, pk):
    carrying.come_back(get_object_or_404(Absence, pk=pk, reviewer=request.user.reviewer))
    messages.success(request, "You are no longer marked as away on those days.")
    return redirect("reviews:queue")


def _refused(request, asked, refusal):
    context = {
        "review": asked,
        "title": asked.revision.title,
        "reason": str(refusal),
        "typed": _typed(request),
        "others": not asked.decided_at and asked.reviewer_id not in (None, request.user.reviewer.pk),
    }
    return render(request, "reviews/refused.html", context, status=409)


@for_reviewers
@require_safe
def signed(request, uuid):
    """What happened, what is public now, and what is next."""
    asked = _review(uuid)
    if asked.decided_by != request.user:
        return redirect("reviews:review", uuid)
    live, following = asked.article.live, desk.next_review(request.user.reviewer)
    context = {
        "review": asked,
        "title": asked.revision.title,
        "entry": asked.entry,
        "address": asked.article.path if live else "",
        "line": live.read_review_line() if live else None,
        "shown": bool(live) and live.revision_id == asked.revision_id,
        "following": following,
        "following_title": following.revision.title if following else "",
    }
    return render(request, "reviews/signed.html", context)


def _opened(asked) -> str:
    return f"opened {asked.uuid}"
