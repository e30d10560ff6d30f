"""The desk: a reviewer's queue, the page of a review, and what can be done with it."""

from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from articles.admin.forms import parse_key
from articles.publishing.actions import ActionRefused
from reviews.alerts import get_open_alerts
from reviews.desk import forms as desk_forms
from reviews.desk import queue as desk_queue
from reviews.desk import unsent_form
from reviews.desk.danger import DangerForm
from reviews.desk.offers import build_offers
from reviews.desk.review_page import build_review_context
from reviews.models import Absence, MedicalReview, Reviewer
from reviews.signing import actions, assignment, comments
from reviews.signing.authentication import get_sign_in
from reviews.signing.eligibility import get_signing_error
from reviews.signing.reading_time import get_own_answer, record_opening
from reviews.signing.reviewer_field import get_eligible_reviewers
from reviews.signing.second_factor import is_enrolled
from reviews.signing.statements import build_statement

Outcome = MedicalReview.Outcome
SIGNED_OUTCOMES = (Outcome.APPROVED, Outcome.PARTLY)
TYPED_FIELD_LABELS = {
    "text": "Your comment",
    "comment": "Your comment",
    "conflicts": "Conflicts of interest",
    "word": "Your message",
}


def reviewer_required(view):
    """A view for reviewers only, never cached. Others get back what they typed."""

    @never_cache
    @wraps(view)
    def enter(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return _handle_signed_out(request, *args, **kwargs)
        if not _is_reviewer(request.user):
            return _handle_other_user(request)
        return view(request, *args, **kwargs)

    return enter


def _is_reviewer(user) -> bool:
    return Reviewer.objects.filter(user=user).exists() and user.has_perm("reviews.sign_review")


def _handle_signed_out(request, uuid=None, **kwargs):
    """A redirect to the log-in; a page with what was typed, if anything was."""
    here = reverse("reviews:review", args=[uuid]) if uuid else reverse("reviews:queue")
    if typed := _get_typed_fields(request):
        context = {"typed_fields": typed, "here": here, "signed_out": True}
        return render(request, "reviews/shut.html", context, status=403)
    if request.method == "GET":
        return redirect_to_login(request.get_full_path())
    return redirect_to_login(here)


def _handle_other_user(request):
    """A page with what was typed, or a redirect to the radar for those who can see it.

    Raises PermissionDenied for anybody else.
    """
    if typed := _get_typed_fields(request):
        return render(request, "reviews/shut.html", {"typed_fields": typed}, status=403)
    can_see_radar = request.user.has_perm("reviews.see_radar")
    if can_see_radar and request.path == reverse("reviews:queue"):
        return redirect("reviews:radar")
    raise PermissionDenied("The desk is for reviewers. Your account is not one.")


def _get_typed_fields(request) -> list[tuple[str, str]]:
    """Label and text of each field of a form that was not accepted, never a password or a code."""
    typed = []
    for name, label in TYPED_FIELD_LABELS.items():
        text = request.POST.get(name, "")
        if text.strip():
            typed.append((label, text))
    return typed


def _get_review(uuid) -> MedicalReview:
    reviews = MedicalReview.objects.with_page().select_related("decided_by", "revision__article")
    return get_object_or_404(reviews, uuid=uuid)


@reviewer_required
@require_safe
def queue(request):
    return _render_queue(request)


def _render_queue(request, *, away_form=None, status=200):
    reviewer = request.user.reviewer
    today = timezone.localdate()
    signing_error = reviewer.get_signing_error(today)
    context = desk_queue.build_queue(
        reviewer, own_number=request.GET.get("page"), open_number=request.GET.get("any")
    )
    context |= {
        "reviewer": reviewer,
        "can_sign": not signing_error,
        "signing_error": signing_error,
        "today": today,
        "alerts": get_open_alerts(),
        "danger_form": DangerForm(),
        "away_form": away_form or desk_forms.AbsenceForm(),
        "two_step_on": is_enrolled(request.user),
    }
    return render(request, "reviews/queue.html", context, status=status)


@reviewer_required
@require_safe
def review(request, uuid):
    medical_review = _get_review(uuid)
    if medical_review.reviewer_id in (None, request.user.reviewer.pk):
        record_opening(medical_review, request.user)
    return _render_review(request, medical_review)


def _render_review(request, medical_review, *, sent=None, status=200):
    """The page of a review, with the form that was sent in place of a new one."""
    if medical_review.revision.expunged:
        return render(request, "reviews/expunged.html", {"review": medical_review}, status=410)
    context = build_review_context(
        medical_review,
        request.user,
        causes_number=_get_page_number(request, "causes"),
        changes_number=_get_page_number(request, "changes"),
        show_all="every" in request.GET,
    )
    context["forms"] = _build_forms(request, medical_review, context, sent)
    context |= build_offers(medical_review, request.user, refusal=context["refusal"])
    return render(request, "reviews/review.html", context, status=status)


def _get_page_number(request, name: str) -> int:
    return parse_key(request.GET.get(name, "")) or 1


def _build_forms(request, medical_review, context: dict, sent) -> dict:
    """By name the forms that this person can send; new ones have the fields that were saved."""
    saved_fields = unsent_form.load(request, medical_review)
    saved_fields |= {"digest": medical_review.revision.digest}
    if part := request.GET.get("part"):
        saved_fields["part"] = part
    forms = {}
    for form_class in desk_forms.FORMS if context["open_to_me"] else ():
        initial = saved_fields if form_class.is_saved else None
        forms[form_class.name] = form_class(request=request, review=medical_review, initial=initial)
    if context["refusal"]:
        forms.pop("sign", None)
    if sent is not None:
        forms[sent.name] = sent
    comment = forms.get("comment")
    if isinstance(comment, desk_forms.CommentForm):
        comment.set_choices([part.key for part in context["parts_page"]])
    return forms


def review_action(form_class, *, outcomes: tuple[str, ...] = (), get_error=None):
    """Makes a view of ``act``, which is given a valid form of the page of a review.

    ``act`` gives the response, unless there are ``outcomes``: then it decides the review, once.
    ``get_error`` explains who may not, before a form is read whose code can be used once. What is
    not accepted is shown again as it was typed.
    """

    def decorate(act):
        @sensitive_post_parameters("password", "code")
        @reviewer_required
        @wraps(act)
        def view(request, uuid):
            medical_review = _get_review(uuid)
            if request.method != "POST":
                return redirect("reviews:review", uuid)  # reloaded, or redirected after a log-in
            is_own = medical_review.decided_by == request.user
            if is_own and medical_review.outcome in outcomes:
                return redirect("reviews:signed", uuid)  # a double click, or the back button
            if form_class.is_saved:
                unsent_form.save(request, medical_review)
            if get_error and (error := get_error(medical_review, request.user)):
                return _render_refusal(request, medical_review, error)
            form = form_class(request.POST, request=request, review=medical_review)
            if not form.is_valid():
                return _render_review(request, medical_review, sent=form, status=422)
            try:
                response = act(request, medical_review, form)
            except ActionRefused as refusal:
                return _render_refusal(request, medical_review, refusal)
            if outcomes:
                unsent_form.clear(request, medical_review)
                return redirect("reviews:signed", uuid)
            return response

        return view

    return decorate


@review_action(desk_forms.SignForm, outcomes=SIGNED_OUTCOMES, get_error=get_signing_error)
def sign(request, medical_review, form):
    actions.sign_off(
        medical_review,
        by=request.user,
        seen_digest=form.cleaned_data["digest"],
        conflicts=form.cleaned_data["conflicts"],
        authentication=form.authentication,
        opened_at=form.opened_at,
        answers=form.answers,
        read_elsewhere=form.cleaned_data["read_elsewhere"],
        sign_in=get_sign_in(request),
    )


@review_action(desk_forms.SendBackForm, outcomes=(Outcome.CHANGES,))
def send_back(request, medical_review, form):
    actions.request_changes(medical_review, by=request.user, **form.cleaned_data)


@review_action(desk_forms.DeclineForm, outcomes=(Outcome.DECLINED,))
def decline(request, medical_review, form):
    actions.decline(medical_review, by=request.user, **form.cleaned_data)


@review_action(desk_forms.RecommendForm, outcomes=(Outcome.UNFIT,))
def recommend(request, medical_review, form):
    actions.recommend_withdrawal(medical_review, by=request.user, **form.cleaned_data)


@review_action(desk_forms.HandOverForm)
def hand_over(request, medical_review, form):
    handed = assignment.hand_over(medical_review, by=request.user, **form.cleaned_data)
    title = medical_review.revision.title
    messages.success(request, f"“{title}” is reassigned to {handed.to}.")
    return redirect("reviews:queue")


@review_action(desk_forms.CommentForm)
def pin_comment(request, medical_review, form):
    """Pin a comment to a part of the page. The rest of the decision form is saved."""
    pinned = comments.pin(medical_review, by=request.user, **form.cleaned_data)
    unsent_form.save(request, medical_review, exclude=("part", "text"))
    messages.success(request, f"Your comment on “{pinned.label}” is saved.")
    return redirect(f"{reverse('reviews:review', args=[medical_review.uuid])}#comments")


@sensitive_post_parameters("password", "code")
@reviewer_required
def choose_part(request, uuid):
    """Show the comment form for the part that was chosen. The decision form is saved."""
    unsent_form.save(request, _get_review(uuid))
    query = urlencode({"part": request.POST["about"]})
    return redirect(f"{reverse('reviews:review', args=[uuid])}?{query}#comments")


def comment(request, uuid):
    view = choose_part if request.POST.get("about") else pin_comment
    return view(request, uuid)


def _render_refusal(request, medical_review, refusal):
    reviewer = request.user.reviewer
    is_own = medical_review.reviewer_id in (None, reviewer.pk)
    context = {
        "review": medical_review,
        "title": medical_review.revision.title,
        "reason": str(refusal),
        "typed_fields": _get_typed_fields(request),
        "is_someone_elses": not medical_review.decided_at and not is_own,
    }
    return render(request, "reviews/refused.html", context, status=409)


@reviewer_required
@require_safe
def signed(request, uuid):
    """The decision that was made, what is public now, and the next review."""
    medical_review = _get_review(uuid)
    if medical_review.decided_by != request.user:
        return redirect("reviews:review", uuid)
    next_review = desk_queue.get_next_review(request.user.reviewer)
    context = {
        "review": medical_review,
        "next_review": next_review,
        "statement": build_statement(medical_review.entry.record),
        "reading_time": get_own_answer(medical_review),
        "has_second_reader": get_eligible_reviewers(medical_review.article).exists(),
    }
    return render(request, "reviews/signed.html", context)


@reviewer_required
@require_POST
def add_absence(request):
    """Record days on which the reviewer does not review."""
    form = desk_forms.AbsenceForm(request.POST)
    if not form.is_valid():
        return _render_queue(request, away_form=form, status=422)
    try:
        absence = assignment.record_absence(request.user.reviewer, **form.cleaned_data)
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return _render_queue(request, away_form=form, status=422)
    days = f"{absence.first_day:%-d %B} to {absence.last_day:%-d %B}"
    messages.success(
        request,
        f"Editors see that you are away from {days}. "
        "Your reviews stay yours: reassign those that cannot wait.",
    )
    return redirect("reviews:queue")


@reviewer_required
@require_POST
def end_absence(request, pk):
    assignment.end_absence(get_object_or_404(Absence, pk=pk, reviewer=request.user.reviewer))
    messages.success(request, "You are no longer marked as away on those days.")
    return redirect("reviews:queue")
