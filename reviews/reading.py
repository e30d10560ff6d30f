"""What a review shows its reader: the frozen text, what changed before it, and what was said of it."""

from dataclasses import dataclass, replace
from itertools import groupby

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import timezone

from articles import kinds, pages
from articles.actions import frame_of
from articles.content import EXPUNGED
from articles.diff import Part, parts
from articles.imprint import EarlierReview
from reviews import comments
from reviews.desk import in_words, reading_minutes
from reviews.eligibility import why_not_sign, withdrawal
from reviews.line import current_line, line_after
from reviews.models import MedicalReview, Signature

PARTS_A_LIST = 200


@dataclass(frozen=True)
class Stretch:
    """Parts that follow one another and that all changed, or all did not."""

    changed: bool
    parts: list[Part]


def reading(review: MedicalReview, user, *, causes: int = 1, changes: int = 1, every: bool = False) -> dict:
    """The frozen text as visitors would read it if this person signed it now, and what changed before it.

    Of a text with thousands of causes it has some at a time, and what changed list by list; ``every`` adds the rest.
    """
    kind, document = kinds.get(review.article.kind), review.revision.read()
    refusal, line = why_not_sign(review, user), current_line(review.article)
    if not refusal:
        line, _ = line_after(review, user.reviewer, timezone.localdate())
    previous = _signed_before(review)
    blocks = list(kind.blocks(document))
    found = parts(kind.blocks(previous.revision.read()) if previous else blocks, blocks)
    listed = Paginator(_listed(found, bool(previous) and not every), PARTS_A_LIST).get_page(changes)
    shown = pages.context(review.article, document, line, frame_of(review.article), state="review")
    own, earlier = list(review.comments.with_people()), comments.earlier(review, document)
    return (
        shown
        | kind.part(document, causes)
        | {
            "review": review,
            "refusal": refusal,
            "withdrawal": withdrawal(review.article),
            "recorded": _recorded(review),
            "recalled": review.recalls.filter(taken_along=True).select_related("recall"),
            "reported": review.reported.select_related("report__revision", "by"),
            "meaning": review.meaning,
            "minutes": reading_minutes(document),
            "when": _when(review),
            "page_template": kind.partial,
            "causes_template": kind.causes_partial if getattr(document, "causes", ()) else None,
            "previous": previous,
            "listed": listed,
            "stretches": [
                Stretch(changed, list(run)) for changed, run in groupby(listed, lambda part: bool(part.changes))
            ],
            "unlisted": len(found) - listed.paginator.count,
            "parts_at": reverse("reviews:review", args=[review.uuid]),
            "changed_parts": sum(bool(part.changes) for part in found),
            "comments": own,
            "earlier": earlier,
            "comment_count": len(own) + len(earlier),
            "handed": review.hand_overs.select_related("by", "to").last(),
            "open_to_me": not review.decided_at and review.reviewer_id in (None, user.reviewer.pk),
        }
    )


def _listed(found: list[Part], compared: bool) -> list[Part]:
    """The parts that are gone through one by one: of very many only those that changed, if any could.

    What did not change of a very long part is not repeated, as the page beside has it.
    """
    if len(found) > PARTS_A_LIST and compared:
        found = [part for part in found if part.changes]
    return [_shortened(part) for part in found]


def _shortened(part: Part) -> Part:
    if len(part.rows) <= PARTS_A_LIST:
        return part
    rows = tuple(part.changes or part.rows)
    return replace(part, rows=rows[:PARTS_A_LIST], more=max(0, len(rows) - PARTS_A_LIST))


def _signed_before(review: MedicalReview) -> Signature | None:
    """The last signature over the page; of a review that was decided, the last one before that."""
    signed = Signature.objects.signed().filter(article=review.article).exclude(review=review).order_by("-sequence")
    signed = signed.exclude(revision__document=EXPUNGED)  # nobody can compare with it: the one before it is
    if review.decided_at:
        signed = signed.filter(at__lt=review.decided_at)
    return signed.select_related("revision").first()


def _recorded(review: MedicalReview) -> EarlierReview | None:
    """The earlier review that all there is of this page rests on, until somebody signs it here."""
    live = review.article.live
    return live.read_review_line().earlier if live else None


def _when(review: MedicalReview) -> str:
    live = review.article.live
    if not live or not review.whole_page or review.decided_at:
        return ""
    return in_words(live.read_review_line().next_due, timezone.localdate())
