"""The page of a review: the frozen text, what changed in it, and the comments on it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import timezone

from articles import quality
from articles.content import kinds
from articles.content.diff import DiffPart
from articles.content.document import Document
from articles.content.review_line import ImportedReview
from articles.public import pages
from articles.publishing.actions import build_metadata
from reviews.desk.queue import format_due_date
from reviews.models import MedicalReview, RecalledReview, ReportedReview
from reviews.signing import comments, reading_minutes, unchanged_texts
from reviews.signing.changes import load_change
from reviews.signing.eligibility import (
    get_current_withdrawal,
    get_decision_error,
    get_signing_error,
)
from reviews.signing.review_line import compute_review_line, get_current_review_line

PARTS_PER_PAGE = 200


@dataclass(frozen=True)
class PartGroup:
    """Parts in a row that all changed, or that all did not."""

    changed: bool
    parts: list[DiffPart]


def build_review_context(
    review: MedicalReview,
    user,
    *,
    causes_number: int = 1,
    changes_number: int = 1,
    show_all: bool = False,
) -> dict:
    """The frozen text as visitors would read it if this person signed it now, and its changes.

    Of a text with thousands of causes or parts it has one page of each. ``show_all`` adds the parts
    that did not change.
    """
    article = review.article
    kind = kinds.get(article.kind)
    document = review.revision.read()
    refusal = get_signing_error(review, user)
    if refusal:
        line = get_current_review_line(article)
    else:
        line, _ = compute_review_line(review, user.reviewer, timezone.localdate())
    context = pages.build_context(article, document, line, build_metadata(article), state="review")
    context |= kind.part(document, causes_number)
    context |= _build_changes_context(review, changes_number, show_all)
    context |= _build_comments_context(review, document)
    readings = [review.pk, review.continues_id]  # of a second reading, the first one too
    return context | {
        "review": review,
        "refusal": refusal,
        "withdrawal": get_current_withdrawal(article),
        "recorded": _get_recorded_review(review),
        "recalled": RecalledReview.objects.filter(
            review__in=readings, taken_along=True
        ).select_related("recall"),
        "reported": ReportedReview.objects.filter(review__in=readings).select_related(
            "report__revision", "report__reported_by", "by"
        ),
        "meaning": review.meaning,
        "card_problems": quality.find_card_problems(article, document),
        "is_overridden_by_rule": review.override.startswith(unchanged_texts.BEGINNING),
        "due_text": _format_due(review),
        "page_template": kind.partial,
        "causes_template": kind.causes_partial if getattr(document, "causes", ()) else None,
        "hand_over": review.hand_overs.select_related("by", "to").last(),
        "open_to_me": not get_decision_error(review, user),
    }


def _build_changes_context(review: MedicalReview, number: int, show_all: bool) -> dict:
    """What changed since the last signature, part by part, one page of parts at a time."""
    change = load_change(review)
    previous, parts = change.previous, change.parts
    only_changed = previous is not None and not show_all
    paginator = Paginator(_select_parts(parts, only_changed), PARTS_PER_PAGE)
    parts_page = paginator.get_page(number)
    return {
        "previous": previous,
        "parts_page": parts_page,
        "part_groups": _group_parts(parts_page),
        "unchanged_count": len(parts) - paginator.count,
        "parts_url": reverse("reviews:review", args=[review.uuid]),
        "changed_count": len(change.changed_parts),
        "minutes": reading_minutes.estimate(review, change),
    }


def _build_comments_context(review: MedicalReview, document: Document) -> dict:
    """The comments of this round and of the one before."""
    own_comments = list(review.comments.with_people())
    earlier_comments = comments.get_previous_round(review, document)
    return {
        "comments": own_comments,
        "earlier_comments": earlier_comments,
        "comment_count": len(own_comments) + len(earlier_comments),
    }


def _group_parts(parts: Iterable[DiffPart]) -> list[PartGroup]:
    """The parts in their order, those in a row together that changed or did not."""
    groups: list[PartGroup] = []
    for part in parts:
        changed = bool(part.changes)
        if not groups or groups[-1].changed != changed:
            groups.append(PartGroup(changed, []))
        groups[-1].parts.append(part)
    return groups


def _select_parts(parts: list[DiffPart], only_changed: bool) -> list[DiffPart]:
    """The parts to list: of very many only those that changed, if that is wanted.

    Long parts are shortened, since the whole text is on the same page.
    """
    if len(parts) > PARTS_PER_PAGE and only_changed:
        parts = [part for part in parts if part.changes]
    return [_truncate_part(part) for part in parts]


def _truncate_part(part: DiffPart) -> DiffPart:
    if len(part.rows) <= PARTS_PER_PAGE:
        return part
    rows = tuple(part.changes or part.rows)
    return replace(part, rows=rows[:PARTS_PER_PAGE], more=max(0, len(rows) - PARTS_PER_PAGE))


def _get_recorded_review(review: MedicalReview) -> ImportedReview | None:
    """The imported review that was recorded for this page, until somebody signs it here."""
    live = review.article.live
    if live is None:
        return None
    return live.read_review_line().earlier


def _format_due(review: MedicalReview) -> str:
    live = review.article.live
    if not live or not review.whole_page or review.decided_at:
        return ""
    return format_due_date(live.read_review_line().next_due, timezone.localdate())
