"""The comments of reviewers on a page and the editors' answers, beside the page's form."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect

from articles.admin.forms import parse_key
from articles.publishing.actions import ActionRefused
from reviews.admin.forms import AnswerForm
from reviews.models import Comment, LedgerEntry, MedicalReview
from reviews.signing import comments


def build_comments_panel(page_admin, request, page) -> dict | None:
    """The newest comments, and whether a reviewer recommends to withdraw the page."""
    comments_of_page = _get_latest_comments(page)
    recommended = get_withdrawal_recommendation(page)
    if not comments_of_page and not recommended:
        return None
    return {
        "template": "reviews/admin/_comments_panel.html",
        "comments": comments_of_page,
        "comments_url": page_admin.get_object_url("comments", page),
        "recommended": recommended,
        "can_ask": request.user.has_perm("reviews.request_review"),
        "can_withdraw": bool(page.live) and request.user.has_perm("articles.withdraw_article"),
        "withdraw_url": page_admin.get_object_url("withdraw", page),
    }


def answer_comments(page_admin, request, page):
    """All comments on a page, those of the newest review first, and forms to answer them."""
    bound = None
    if request.method == "POST":
        comment = _get_comment_or_404(page, request.POST.get("comment", ""))
        bound = AnswerForm(request.POST, comment=comment)
        if bound.is_valid() and _save_answer(page_admin, request, page, bound):
            return redirect(page_admin.get_object_url("comments", page))
    may_answer = request.user.has_perm("reviews.request_review")
    comments_of_page = Comment.objects.with_people().filter(review__article=page.pk)
    rows = []
    for comment in comments_of_page.order_by("-review", "id"):
        form = None
        if may_answer and not comment.answered_at:
            is_posted = bound is not None and bound.comment.pk == comment.pk
            form = bound if is_posted else AnswerForm(comment=comment)
        rows.append((comment, form))
    return page_admin.render_page(request, "reviews/admin/comments.html", page, comments=rows)


def _save_answer(page_admin, request, page, form) -> bool:
    try:
        comments.answer(form.comment, text=form.cleaned_data["answer"], by=request.user)
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    page_admin.log_change(request, page, f"Answered a comment on “{form.comment.label}”.")
    messages.success(request, "Your answer is saved. The reviewer reads it beside the comment.")
    return True


def _get_comment_or_404(page, text: str) -> Comment:
    return get_object_or_404(Comment, review__article=page.pk, pk=parse_key(text))


def _get_latest_comments(page) -> list[Comment]:
    """The comments of the newest review that has any."""
    review = page.medical_reviews.filter(comments__isnull=False).order_by("-pk").first()
    if review is None:
        return []
    return list(review.comments.with_people())


def get_withdrawal_recommendation(page) -> MedicalReview | None:
    """The review that recommends to withdraw a public page, until a signature or withdrawal."""
    if not page.live_id:
        return None
    outcomes = [
        *LedgerEntry.POSITIVE,
        LedgerEntry.EntryOutcome.WITHDRAWN,
        LedgerEntry.EntryOutcome.UNFIT,
    ]
    entries = page.ledger_entries.filter(outcome__in=outcomes).select_related("review__reviewer")
    newest = entries.order_by("-sequence").first()
    if newest is None or newest.outcome != LedgerEntry.EntryOutcome.UNFIT:
        return None
    return newest.review
