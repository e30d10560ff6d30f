"""Comments pinned to parts of a page: pinning, answering, and what an earlier round left behind."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from articles import kinds
from articles.actions import Refused
from articles.content import Document
from reviews.held import as_of_now, refuse_bad_text, still_open
from reviews.models import Comment, MedicalReview, Reviewer


class CannotComment(Refused):
    pass


@dataclass(frozen=True)
class Thread:
    """A comment with what became of its part: ``changed`` is None on the text it was pinned to."""

    comment: Comment
    changed: bool | None = None


def parts(document: Document) -> dict[str, str]:
    """The parts of a page that a comment can be pinned to: key → label, in reading order."""
    named = {}
    for block in kinds.get(document.kind).blocks(document):
        if block.text:
            named.setdefault(block.key, block.label)
    return named


@transaction.atomic
def pin(review: MedicalReview, *, part: str, text: str, by) -> Comment:
    """Say something of one part of the text under review, as the person who can decide it."""
    review, by = still_open(review, CannotComment), as_of_now(by)
    reviewer = Reviewer.objects.filter(user=by).first()
    if reviewer is None or not by.is_active or not by.has_perm("reviews.sign_review"):
        raise CannotComment("Only reviewers can comment here.")
    if review.reviewer_id not in (None, reviewer.pk):
        raise CannotComment(f"This review was given to {review.reviewer}, and only they can comment on it.")
    named = parts(review.revision.read())
    if part not in named:
        raise CannotComment("This page has no such part. Choose one from the list.")
    refuse_bad_text(text, "Write your comment.", CannotComment)
    return Comment.objects.create(
        review=review, part=part, label=named[part], text=text.strip(), by=by, at=timezone.now()
    )


@transaction.atomic
def answer(comment: Comment, *, text: str, by) -> Comment:
    """The editors' one answer to a comment."""
    if not by.has_perm("reviews.request_review"):
        raise CannotComment("Only editors can answer.")
    comment = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    if comment.answered_at:
        raise CannotComment("Somebody answered this comment meanwhile, and a comment has one answer.")
    refuse_bad_text(text, "Write an answer.", CannotComment)
    comment.answer, comment.answered_by, comment.answered_at = text.strip(), by, timezone.now()
    comment.save(update_fields=["answer", "answered_by", "answered_at"])
    return comment


def said(review: MedicalReview, comment: str) -> str:
    """All that a decision says, as the ledger keeps it: the whole first, then each pinned comment with its part."""
    pinned = [f"On “{pinned.label}”: {pinned.text}" for pinned in review.comments.order_by("id")]
    return "\n\n".join([text for text in (comment.strip(),) if text] + pinned) if pinned else comment


def of_the_whole(review: MedicalReview, pinned: Iterable[Comment]) -> str:
    """What a decision says of the whole page: its comment without those that were pinned."""
    tail = "\n\n".join(f"On “{comment.label}”: {comment.text}" for comment in pinned)
    return review.comment.removesuffix(tail).rstrip() if tail else review.comment


def earlier(review: MedicalReview, document: Document) -> list[Thread]:
    """The comments of the round before this one, each with its answer and whether its part says something else now."""
    before = review.article.medical_reviews.filter(pk__lt=review.pk, comments__isnull=False).order_by("-pk").first()
    if before is None:
        return []
    pinned = list(before.comments.with_people())
    text = pinned[0].review.revision
    was, now = {} if text.expunged else _texts(text.read()), _texts(document)
    return [Thread(comment, was.get(comment.part) != now.get(comment.part)) for comment in pinned]


def _texts(document: Document) -> dict[str, list[str]]:
    texts = {}
    for block in kinds.get(document.kind).blocks(document):
        texts.setdefault(block.key, []).append(block.text)
    return texts
