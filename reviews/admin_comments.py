"""What reviewers pinned to a page, and the editors' answers: a page of its own beside the page's form."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path

from articles.actions import Refused
from articles.admin_pages import as_key
from reviews import comments
from reviews.forms import AnswerForm
from reviews.models import Comment, MedicalReview, Signature


class Answering:
    """Mixed into the admin of any kind of page."""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_comments"
        own = path("<path:object_id>/comments/", self.admin_site.admin_view(self.comments), name=name)
        return [own, *super().get_urls()]

    def panel(self, request, object_id) -> dict:
        """The panel, with what is pinned and whether a reviewer wants the page withdrawn."""
        found = super().panel(request, object_id)
        if not found:
            return found
        page = found["page"]
        return found | {
            "comments": _latest(page),
            "comments_url": self.address_of("comments", page),
            "recommended": recommendation(page),
        }

    def comments(self, request, object_id):
        """All comments on a page, the newest round first, and a form for each that has no answer."""
        page = self.asked_page(request, object_id, right="view")
        may_answer = request.user.has_perm("reviews.request_review")
        bound = None
        if request.method == "POST":
            comment = _asked_comment(page, request.POST.get("comment", ""))
            bound = AnswerForm(request.POST, comment=comment)
            if bound.is_valid() and self._answered(request, page, bound):
                return redirect(self.address_of("comments", page))
        rows = Comment.objects.with_people().filter(review__article=page.pk).order_by("-review", "id")
        forms = {bound.comment.pk: bound} if bound else {}
        shown = [
            (row, forms.get(row.pk) or AnswerForm(comment=row) if may_answer and not row.answered_at else None)
            for row in rows
        ]
        return self.show(request, "reviews/admin/comments.html", page, comments=shown)

    def _answered(self, request, page, form) -> bool:
        try:
            comments.answer(form.comment, text=form.cleaned_data["answer"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return False
        self.log_change(request, page, f"Answered a comment on “{form.comment.label}”.")
        messages.success(request, "Your answer is kept. The reviewer reads it beside the comment.")
        return True


def _asked_comment(page, text: str) -> Comment:
    comment = Comment.objects.filter(review__article=page.pk, pk=as_key(text) or 0).first()
    if comment is None:
        raise Http404
    return comment


def _latest(page) -> list[Comment]:
    """The comments of the last round that has any."""
    review = page.medical_reviews.filter(comments__isnull=False).order_by("-pk").first()
    return list(review.comments.with_people()) if review else []


def recommendation(page) -> MedicalReview | None:
    """The review that recommends to withdraw a public page, until somebody signs or withdraws it."""
    if not page.live_id:
        return None
    telling = [*Signature.POSITIVE, Signature.Outcome.WITHDRAWN, Signature.Outcome.UNFIT]
    newest = (
        page.signatures.filter(outcome__in=telling).select_related("review__reviewer").order_by("-sequence").first()
    )
    return newest.review if newest and newest.outcome == Signature.Outcome.UNFIT else None
