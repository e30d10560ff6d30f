"""The desk: a reviewer's queue, the page of a review, and what can be done with it."""

from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from articles import unsent_forms
from articles.admin.forms import parse_key
from articles.publishing.actions import ActionRefused
from reviews.alerts import get_open_alerts
from reviews.desk import forms as desk_forms
from reviews.desk import planned as desk_planned
from reviews.desk import queue as desk_queue
from reviews.desk import together, unsent_form
from reviews.desk.access import reviewer_required
from reviews.desk.danger import DangerForm
from reviews.desk.offers import build_offers
from reviews.desk.review_page import build_review_context
from reviews.models import Absence, MedicalReview
from reviews.signing import actions, assignment, comments
from reviews.signing.authentication import get_sign_in
from reviews.signing.eligibility import get_deciding_error, get_signing_error
from reviews.signing.reading_time import get_own_answer, record_opening
from reviews.signing.reviewer_field import get_eligible_reviewers
from reviews.signing.second_factor import is_enrolled
from reviews.signing.statements import build_statement

Outcome = MedicalReview.Outcome
SIGNED_OUTCOMES = (Outcome.APPROVED, Outcome.PARTLY)


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
    away = unsent_form.load_absence_form(request.user)
    context = desk_queue.build_queue(
        reviewer, own_number=request.GET.get("page"), open_number=request.GET.get("any")
    )
    context |= {
        "planned": desk_planned.build_planned(reviewer, today),
        "reviewer": reviewer,
        "can_sign": not signing_error,
        "signing_error": signing_error,
        "today": today,
        "alerts": get_open_alerts(),
        "danger_form": DangerForm(),
        "away_form": away_form or desk_forms.AbsenceForm(initial=away.initial),
        "away_unsent": away,
        "two_step_on": is_enrolled(request.user),
        "change_groups": together.build_groups(reviewer),
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
        since=request.GET.get("since", ""),
    )
    unsent = unsent_form.load_review_forms(request.user, medical_review)
    context["unsent"] = unsent
    if not context["open_to_me"]:
        context["unsent_texts"] = unsent_form.list_saved_texts(unsent.values())
        context["unsent_token"] = unsent_form.make_token(request.user, medical_review)
    elif context["refusal"]:
        context["unsent_texts"] = unsent_form.list_saved_texts([unsent["decision"]], ["conflicts"])
    context["forms"] = _build_forms(request, medical_review, context, sent)
    context |= build_offers(medical_review, request.user, refusal=context["refusal"])
    return render(request, "reviews/review.html", context, status=status)


def _get_page_number(request, name: str) -> int:
    return parse_key(request.GET.get(name, "")) or 1


def _build_forms(request, medical_review, context: dict, sent) -> dict:
    """By name the forms that this person can send, with what they typed and did not send."""
    forms = {}
    for form_class in desk_forms.FORMS if context["open_to_me"] else ():
        initial = context["unsent"][form_class.html_form].initial
        initial["digest"] = medical_review.revision.digest
        if part := request.GET.get("part"):
            initial["part"] = part
        forms[form_class.name] = form_class(request=request, review=medical_review, initial=initial)
    if context["refusal"]:
        forms.pop("sign", None)
    if sent is not None:
        forms[sent.name] = sent
    comment = forms.get("comment")
    if isinstance(comment, desk_forms.CommentForm):
        comment.set_choices([part.key for part in context["parts_page"]])
    return forms


def review_action(form_class, *, find_done=None, get_error=None):
    """Makes a view of ``act``, which is given a valid form of the page of a review.

    What was typed is saved before anything else, and shown again if it is not accepted.
    ``find_done`` gives the response if the same was done before: a double click, or the back
    button. ``get_error`` explains who may not, before anybody is asked for a password, and before a
    form is read whose code can be used once.
    """

    def decorate(act):
        @sensitive_post_parameters("password", "code")
        @reviewer_required
        @wraps(act)
        def view(request, uuid):
            medical_review = _get_review(uuid)
            if request.method != "POST":
                return redirect("reviews:review", uuid)  # reloaded, or redirected after a log-in
            if find_done and (done := find_done(request, medical_review)):
                return done
            subject = unsent_form.get_subject(medical_review, form_class.html_form)
            unsent_forms.save_sent(request, subject)
            if get_error and (error := get_error(medical_review, request.user)):
                return _render_refusal(request, medical_review, error)
            form = form_class(request.POST, request=request, review=medical_review)
            if not form.is_valid():
                return _render_invalid(request, medical_review, form)
            try:
                return act(request, medical_review, form)
            except ActionRefused as refusal:
                return _render_refusal(request, medical_review, refusal)

        return view

    return decorate


def decision(form_class, *outcomes: str, get_error):
    """Makes a view of ``act``, which decides the review with one of these outcomes, once."""

    def find_done(request, medical_review):
        is_own = medical_review.decided_by == request.user
        if is_own and medical_review.outcome in outcomes:
            return redirect("reviews:signed", medical_review.uuid)
        return None

    def decorate(act):
        @review_action(form_class, find_done=find_done, get_error=get_error)
        @wraps(act)
        def decide(request, medical_review, form):
            act(request, medical_review, form)
            unsent_form.clear(request.user, medical_review)
            return redirect("reviews:signed", medical_review.uuid)

        return decide

    return decorate


def _render_invalid(request, medical_review, form):
    """The page again with what is wrong; if that is the password of a decision, a page for it."""
    if not getattr(form, "lacks_password_alone", False):
        return _render_review(request, medical_review, sent=form, status=422)
    form.fields["password"].widget.attrs["autofocus"] = True
    if not request.POST.get("password"):
        del form.errors["password"]  # it was not asked for yet
    unsent = unsent_form.load_review_forms(request.user, medical_review)
    context = {
        "review": medical_review,
        "form": form,
        "unsent": unsent[form.html_form],
        "other_fields": unsent_form.list_other_fields(request.POST, form),
    }
    return render(request, "reviews/confirm.html", context, status=422)


@decision(desk_forms.SignForm, *SIGNED_OUTCOMES, get_error=get_signing_error)
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


@decision(desk_forms.SendBackForm, Outcome.CHANGES, get_error=get_deciding_error)
def send_back(request, medical_review, form):
    actions.request_changes(
        medical_review, by=request.user, authentication=form.authentication, **form.decision
    )


@decision(desk_forms.DeclineForm, Outcome.DECLINED, get_error=get_deciding_error)
def decline(request, medical_review, form):
    actions.decline(
        medical_review, by=request.user, authentication=form.authentication, **form.decision
    )


@decision(desk_forms.RecommendForm, Outcome.UNFIT, get_error=get_deciding_error)
def recommend(request, medical_review, form):
    actions.recommend_withdrawal(
        medical_review, by=request.user, authentication=form.authentication, **form.decision
    )


def _find_hand_over(request, medical_review):
    """The response to handing over again to the reviewer who has it already from this person."""
    last = medical_review.hand_overs.last()
    if last is None or last.by != request.user or last.to_id != medical_review.reviewer_id:
        return None
    if request.POST.get("to") != str(last.to_id):
        return None
    return redirect("reviews:queue")


@review_action(desk_forms.HandOverForm, find_done=_find_hand_over)
def hand_over(request, medical_review, form):
    """Hand over. What was typed for a decision stays, to copy: it is not for the other reviewer."""
    handed = assignment.hand_over(medical_review, by=request.user, **form.decision)
    unsent_forms.clear_form(request.user, unsent_form.get_subject(medical_review, "hand_over"))
    title = medical_review.revision.title
    messages.success(request, f"“{title}” is reassigned to {handed.to}.")
    return redirect("reviews:queue")


@review_action(desk_forms.CommentForm)
def pin_comment(request, medical_review, form):
    """Pin a comment to a part of the page, once. The rest of the decision form is saved."""
    typed = form.cleaned_data
    last = medical_review.comments.filter(by=request.user).last()
    if last is None or (last.part, last.text) != (typed["part"], typed["text"].strip()):
        last = comments.pin(medical_review, by=request.user, **typed)
    unsent_form.clear_comment(request.user, medical_review)
    messages.success(request, f"Your comment on “{last.label}” is saved.")
    return redirect(f"{reverse('reviews:review', args=[medical_review.uuid])}#comments")


@sensitive_post_parameters("password", "code")
@reviewer_required
def choose_part(request, uuid):
    """Show the comment form for the part that was chosen. The decision form is saved."""
    unsent_forms.save_sent(request, unsent_form.get_subject(_get_review(uuid), "decision"))
    query = urlencode({"part": request.POST["about"]})
    return redirect(f"{reverse('reviews:review', args=[uuid])}?{query}#comments")


def comment(request, uuid):
    view = choose_part if request.POST.get("about") else pin_comment
    return view(request, uuid)


def _render_refusal(request, medical_review, refusal):
    """What happened to the review meanwhile, and what was typed, which is saved."""
    reviewer = request.user.reviewer
    is_own = medical_review.reviewer_id in (None, reviewer.pk)
    last = medical_review.hand_overs.select_related("by", "to").last()
    context = {
        "review": medical_review,
        "title": medical_review.revision.title,
        "reason": str(refusal),
        "hand_over": last if last and last.to_id == medical_review.reviewer_id else None,
        "typed_texts": unsent_form.list_typed_texts(request.POST),
        "is_saved": getattr(request, "unsent_saved", False),
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
def add_absence(request):
    """Record days on which the reviewer does not review, once."""
    if request.method != "POST":
        return redirect("reviews:queue")  # reloaded, or redirected after a log-in
    unsent_forms.save_sent(request, unsent_form.ABSENCE)
    reviewer = request.user.reviewer
    form = desk_forms.AbsenceForm(request.POST)
    if not form.is_valid():
        return _render_queue(request, away_form=form, status=422)
    try:
        absence = reviewer.absences.filter(**form.cleaned_data).first()
        absence = absence or assignment.record_absence(reviewer, **form.cleaned_data)
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return _render_queue(request, away_form=form, status=422)
    unsent_forms.clear_form(request.user, unsent_form.ABSENCE)
    days = f"{absence.first_day:%-d %B} to {absence.last_day:%-d %B}"
    messages.success(
        request,
        f"Editors see that you are away from {days}. "
        "Your reviews stay yours: reassign those that cannot wait.",
    )
    return redirect("reviews:queue")


@reviewer_required
def end_absence(request, pk):
    if request.method != "POST":
        return redirect("reviews:queue")
    assignment.end_absence(get_object_or_404(Absence, pk=pk, reviewer=request.user.reviewer))
    messages.success(request, "You are no longer marked as away on those days.")
    return redirect("reviews:queue")
