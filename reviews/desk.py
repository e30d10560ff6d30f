"""What lies on a reviewer's desk, and what a review shows its reader."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from articles import kinds, pages
from articles.actions import frame_of
from articles.content import EXPUNGED, Document
from articles.diff import compare
from articles.models import Publication
from articles.quality import WORD, plain
from reviews.eligibility import pages_with_own_words, why_not_sign, withdrawal
from reviews.line import current_line, line_after
from reviews.models import MedicalReview, Reviewer, Signature

WORDS_A_MINUTE = 200
DECIDED_SHOWN = 10
OWN_WORDS = "Some words of this page are your own, so somebody else must sign it."


@dataclass(frozen=True)
class Task:
    """One review as it lies on the desk."""

    review: MedicalReview
    title: str
    reading_minutes: int
    due: dt.date | None
    withdrawn: Publication | None = None
    barred: str = ""


def queue(reviewer: Reviewer) -> dict[str, list[Task]]:
    """What waits for a reviewer, what is open to any, and what they decided last, in a fixed number of queries."""
    reviews = MedicalReview.objects.with_page()
    waiting = reviews.waiting().order_by("requested_at")
    mine, anybody = list(waiting.filter(reviewer=reviewer)), list(waiting.filter(reviewer__isnull=True))
    decided = reviews.decided().filter(decided_by=reviewer.user_id).order_by("-decided_at")[:DECIDED_SHOWN]
    asked = [review.article_id for review in [*mine, *anybody]]
    barred, gone = pages_with_own_words(asked, reviewer.user), _withdrawals(asked)
    return {
        "mine": [_task(review, barred, gone) for review in mine],
        "open": [_task(review, barred, gone) for review in anybody],
        "decided": [_task(review, set(), {}) for review in decided],
    }


def _withdrawals(pages: list[int]) -> dict[int, Publication]:
    """The withdrawals that hold pages back now, by page."""
    rows = Publication.objects.filter(article__in=pages, article__live__isnull=True).order_by("id")
    return {row.article_id: row for row in rows}  # the newest row of a page that is not live withdrew it


def _task(review: MedicalReview, barred: set[int], withdrawn: dict[int, Publication]) -> Task:
    text, live = review.revision, review.article.live
    return Task(
        review=review,
        title=text.title,
        reading_minutes=0 if text.expunged else reading_minutes(text.read()),
        due=live.read_review_line().next_due if live and review.whole_page else None,
        withdrawn=withdrawn.get(review.article_id),
        barred=OWN_WORDS if review.article_id in barred else "",
    )


def reading_minutes(document: Document) -> int:
    words = sum(len(WORD.findall(line)) for lines in plain(document).values() for line in lines)
    return max(1, round(words / WORDS_A_MINUTE))


def reading(review: MedicalReview, user) -> dict:
    """The frozen text as visitors would read it if this person signed it now, and what changed before it."""
    kind, document = kinds.get(review.article.kind), review.revision.read()
    refusal = why_not_sign(review, user)
    line = current_line(review.article)
    if not refusal:
        line, _ = line_after(review, user.reviewer, timezone.localdate())
    signed = Signature.objects.positive().filter(article=review.article).exclude(review=review).order_by("-sequence")
    signed = signed.exclude(revision__document=EXPUNGED)  # nobody can compare with it: the one before it is
    if review.decided_at:
        signed = signed.filter(at__lt=review.decided_at)
    previous = signed.select_related("revision").first()
    before = kind.blocks(previous.revision.read()) if previous else []
    shown = pages.context(review.article, document, line, frame_of(review.article), state="review")
    return shown | {
        "review": review,
        "refusal": refusal,
        "withdrawal": withdrawal(review.article),
        "meaning": review.meaning,
        "page_template": kind.partial,
        "causes_template": kind.causes_partial if getattr(document, "causes", ()) else None,
        "previous": previous,
        "diff": compare(before, kind.blocks(document)) if previous else [],
    }
