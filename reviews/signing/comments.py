"""Comments pinned to parts of a page: pinning, answering, and the comments of the last round."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.audit import recording
from articles.content import kinds
from articles.content.document import Document
from articles.publishing.actions import ActionRefused
from reviews.models import Comment, MedicalReview
from reviews.signing.eligibility import get_deciding_error
from reviews.signing.validation import lock_open_review, reload_user, validate_text


class CannotComment(ActionRefused):
    """This person cannot comment on this part, or answer this comment."""


@dataclass(frozen=True)
class CommentThread:
    """A comment, and whether its part has changed: None where that is not known."""

    comment: Comment
    part_changed: bool | None = None


def get_parts(document: Document) -> dict[str, str]:
    """The parts of a page that a comment can be pinned to: key → label, in reading order."""
    labels: dict[str, str] = {}
    for block in kinds.get(document.kind).blocks(document):
        if block.text:
            labels.setdefault(block.key, block.label)
    return labels


@transaction.atomic
def pin(review: MedicalReview, *, part: str, text: str, by: User) -> Comment:
    """Comment on one part of the text under review, as a reviewer who can decide it.

    Raises CannotComment.
    """
    review = lock_open_review(review, CannotComment)
    by = reload_user(by)
    if error := get_deciding_error(review, by):
        raise CannotComment(error)
    labels = get_parts(review.revision.read())
    if part not in labels:
        raise CannotComment("This page has no such part. Choose one from the list.")
    validate_text(text, "Write your comment.", CannotComment)
    comment = Comment.objects.create(
        review=review, part=part, label=labels[part], text=text.strip(), by=by, at=timezone.now()
    )
    recording.record("comment", [comment], by=by)
    return comment


@transaction.atomic
def answer(comment: Comment, *, text: str, by: User) -> Comment:
    """Give a comment its one answer by the editors. Raises CannotComment."""
    if not by.has_perm("reviews.request_review"):
        raise CannotComment("Only editors can answer.")
    comment = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    if comment.answered_at:
        raise CannotComment(
            "Somebody answered this comment meanwhile, and a comment has one answer."
        )
    validate_text(text, "Write an answer.", CannotComment)
    comment.answer = text.strip()
    comment.answered_by = by
    comment.answered_at = timezone.now()
    comment.save(update_fields=["answer", "answered_by", "answered_at"])
    recording.record("comment", [comment], by=by)
    return comment


def compose_decision_text(review: MedicalReview, comment: str) -> str:
    """The text of a decision as the ledger stores it: on the whole page, then on each part."""
    pinned_comments = review.comments.order_by("id")
    on_parts = list(map(_describe, pinned_comments))
    if not on_parts:
        return comment
    on_whole_page = comment.strip()
    if not on_whole_page:
        return "\n\n".join(on_parts)
    return "\n\n".join([on_whole_page, *on_parts])


def _describe(comment: Comment) -> str:
    return f"On “{comment.label}”: {comment.text}"


def extract_own_words(decision: str, pinned: Iterable[Comment]) -> str:
    """What a reviewer wrote of the whole page, without the comments on parts that follow it."""
    on_parts = "\n\n".join(_describe(comment) for comment in pinned)
    return decision.removesuffix(on_parts).strip() if on_parts else decision.strip()


def get_previous_round(review: MedicalReview) -> MedicalReview | None:
    """The review before this one that has comments."""
    rounds = review.article.medical_reviews.filter(pk__lt=review.pk, comments__isnull=False)
    return rounds.select_related("revision").order_by("-pk").first()


def build_threads(previous: MedicalReview | None, document: Document) -> list[CommentThread]:
    """The comments of an earlier review, and whether their parts have changed since.

    That is unknown where their text was expunged.
    """
    if previous is None:
        return []
    comments = list(previous.comments.with_people())
    if previous.revision.expunged:
        return [CommentThread(comment) for comment in comments]
    old_texts = _get_texts_by_part(previous.revision.read())
    new_texts = _get_texts_by_part(document)
    threads = []
    for comment in comments:
        changed = old_texts.get(comment.part) != new_texts.get(comment.part)
        threads.append(CommentThread(comment, part_changed=changed))
    return threads


def _get_texts_by_part(document: Document) -> dict[str, list[tuple[str, object]]]:
    """By part, its texts and the values that they come from."""
    texts: dict[str, list[tuple[str, object]]] = {}
    for block in kinds.get(document.kind).blocks(document):
        texts.setdefault(block.key, []).append((block.text, block.stored))
    return texts
