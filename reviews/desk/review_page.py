"""The page of a review: the frozen text, what changed in it, and the comments on it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import timezone

from articles import quality
from articles.content import kinds
from articles.content.diff import DiffPart, compare_parts
from articles.content.document import Document
from articles.content.kinds import PageKind
from articles.content.passages import make_excerpt
from articles.content.review_line import ImportedReview
from articles.public import pages
from articles.publishing.actions import build_metadata
from reviews.desk import rounds, whole_reading
from reviews.desk.queue import format_due_date
from reviews.desk.rounds import Comparison
from reviews.models import MedicalReview, RecalledReview, ReportedReview
from reviews.signing import comments, reading_minutes, unchanged_texts
from reviews.signing.changes import SignedChange, load_change
from reviews.signing.eligibility import (
    get_current_withdrawal,
    get_deciding_error,
    get_signing_error,
)
from reviews.signing.review_line import compute_review_line, get_current_review_line

PARTS_PER_PAGE = 200


@dataclass(frozen=True)
class PartGroup:
    """Parts that all changed, or that all did not."""

    changed: bool
    parts: list[DiffPart]


def build_review_context(
    review: MedicalReview,
    user,
    *,
    causes_number: int = 1,
    changes_number: int = 1,
    show_all: bool = False,
    since: str = "",
) -> dict:
    """The frozen text as visitors would read it if this person signed it now, and its changes.

    Of a text with thousands of causes or parts it has one page of each. ``show_all`` adds the parts
    that did not change. ``since`` is with what it is compared: see ``rounds``.
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
    change = load_change(review)
    comparison = rounds.choose_comparison(review, change.previous, user, since)
    context |= _build_changes_context(review, kind, change, comparison, changes_number, show_all)
    context |= _build_comments_context(review, document)
    context |= _build_alerts_context(review)
    return context | {
        "review": review,
        "refusal": refusal,
        "withdrawal": get_current_withdrawal(article),
        "recorded": _get_recorded_review(review),
        "meaning": review.meaning,
        "card_problems": quality.find_card_problems(article, document),
        "is_overridden_by_rule": review.override.startswith(unchanged_texts.BEGINNING),
        "due_text": _format_due(review),
        "page_template": kind.partial,
        "causes_template": kind.causes_partial if getattr(document, "causes", ()) else None,
        "open_to_me": not get_deciding_error(review, user),
    }


def _build_changes_context(
    review: MedicalReview,
    kind: PageKind,
    change: SignedChange,
    comparison: Comparison,
    number: int,
    show_all: bool,
) -> dict:
    """What changed, part by part, one page of parts at a time.

    ``changed_count`` is of what is signed: what changed since the last signature. ``shown_count``
    is of what changed since the text that is compared. ``signed_parts`` changed since the last
    signature and not since that.
    """
    parts, signed_parts = change.parts, []
    if comparison.reading and comparison.since == rounds.SINCE_READING:
        before = kind.blocks(comparison.reading.revision.read())
        parts = compare_parts(before, kind.blocks(change.document))
        shown = {part.key for part in parts if part.changes}
        signed_parts = [part for part in change.changed_parts if part.key not in shown]
    only_changed = comparison.basis is not None and not show_all
    paginator = Paginator(_select_parts(parts, only_changed), PARTS_PER_PAGE)
    parts_page = paginator.get_page(number)
    changed_count = len(change.changed_parts)
    return {
        "previous": comparison.signature,
        "comparison": comparison,
        "parts_page": parts_page,
        "part_groups": _group_parts(parts_page),
        "excerpt": _make_excerpt(parts_page),
        "unchanged_count": len(parts) - paginator.count,
        "parts_url": reverse("reviews:review", args=[review.uuid]),
        "changed_count": changed_count,
        "shown_count": len([part for part in parts if part.changes]),
        "signed_parts": signed_parts[:PARTS_PER_PAGE],
        "changes_first": bool(comparison.signature and changed_count and not review.whole_page),
        "facts": whole_reading.load_facts(review, change.document) if review.whole_page else None,
        "minutes": reading_minutes.estimate(review, change),
    }


def _build_comments_context(review: MedicalReview, document: Document) -> dict:
    """What was asked for last time, the comments of this round, and of another one before it."""
    own_comments = list(review.comments.with_people())
    requested = rounds.find_requested_changes(review, document)
    previous = comments.get_previous_round(review)
    if requested and previous == requested.review:
        previous = None
    earlier_comments = comments.build_threads(previous, document)
    return {
        "requested": requested,
        "comments": own_comments,
        "earlier_comments": earlier_comments,
        "comment_count": len(own_comments) + len(earlier_comments),
    }


def _build_alerts_context(review: MedicalReview) -> dict:
    """What came up since the request, or led to it."""
    readings = [review.pk, review.continues_id]  # of a second reading, the first one too
    recalls = RecalledReview.objects.filter(review__in=readings, taken_along=True)
    reported = ReportedReview.objects.filter(review__in=readings)
    return {
        "recalled": list(recalls.select_related("recall")),
        "reported": list(reported.select_related("report__revision", "report__reported_by", "by")),
        "hand_over": review.hand_overs.select_related("by", "to").last(),
    }


def _group_parts(parts: Iterable[DiffPart]) -> list[PartGroup]:
    """The parts that changed in their order, then those that did not."""
    groups: list[PartGroup] = []
    by_change = sorted(parts, key=lambda part: not part.changes)
    for changed, group in groupby(by_change, lambda part: bool(part.changes)):
        groups.append(PartGroup(changed, list(group)))
    return groups


def _make_excerpt(parts: Iterable[DiffPart]) -> dict:
    """The part and the words that changed first, where they stand far from its beginning."""
    for part in parts:
        for change in part.changes:
            runs = make_excerpt(change.runs)
            return {"label": part.label, "runs": runs} if runs else {}
    return {}


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
