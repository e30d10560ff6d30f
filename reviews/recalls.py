"""Recalls: the pages that a piece of news touches are reviewed again at once, and what becomes of that."""

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from articles import kinds
from articles.actions import Refused
from articles.models import Article
from reviews import actions
from reviews.dashboard import address_of
from reviews.models import MedicalReview, Recall, RecalledReview, Reviewer

MOST = 500


class CannotRecall(Refused):
    """Something stands in the way; nothing was done."""


@transaction.atomic
def open_recall(
    keys: list[int], *, trigger: str, reason: str, by, reviewer: Reviewer | None = None, key: uuid.UUID | None = None
) -> Recall:
    """Open a review of each page, all or none. A page that is in review already is taken along.

    ``key`` names the recall: asked for twice with the same, it is opened once.
    """
    if not by.has_perm("reviews.see_radar"):
        raise CannotRecall("Only managing editors can recall pages.")
    list(Article.objects.select_for_update().filter(pk__in=keys[: MOST + 1]).order_by("pk").values_list("pk"))
    if key and (done := Recall.objects.filter(uuid=key).first()):
        return done
    if not reason.strip():
        raise CannotRecall("Say why these pages are recalled: the reviewers read it.")
    if trigger not in Recall.TRIGGERS:
        raise CannotRecall("Choose what the recall is for.")
    pages = list(Article.objects.public().filter(pk__in=keys).order_by("sort_key", "pk"))
    _refuse_wrong_number(pages, keys)
    recall = Recall.objects.create(
        uuid=key or uuid.uuid4(), trigger=trigger, reason=reason.strip(), asked_by=by, asked_at=timezone.now()
    )
    waiting = {review.article_id: review for review in MedicalReview.objects.waiting().filter(article__in=keys)}
    RecalledReview.objects.bulk_create(
        RecalledReview(
            recall=recall,
            review=waiting.get(page.pk) or _ask(page, recall, reviewer, by),
            taken_along=page.pk in waiting,
        )
        for page in pages
    )
    return recall


def _refuse_wrong_number(pages: list[Article], keys: list[int]) -> None:
    if not keys:
        raise CannotRecall("Tick at least one page.")
    if len(keys) > MOST:
        raise CannotRecall(f"At most {MOST} pages can be recalled at once. Narrow the search, or recall in parts.")
    if missing := len(set(keys)) - len(pages):
        said = "One of these pages is" if missing == 1 else f"{missing} of these pages are"
        raise CannotRecall(f"{said} not public any more. Nothing was done: search again.")


def _ask(page: Article, recall: Recall, reviewer: Reviewer | None, by) -> MedicalReview:
    """News does not wait for a page to pass the checks: what they block is overridden, for the recall's reason."""
    note, trigger = f"Recall: {recall.reason}", actions.fitting(page, recall.trigger)
    try:
        return actions.request_review(page, by=by, trigger=trigger, reviewer=reviewer, note=note, override=note)
    except Refused as refusal:
        raise CannotRecall(f"Nothing was done, because of “{page.title}”. {refusal}") from refusal


SIGNED, SENT_BACK, WITHDRAWN, WAITING, CLOSED = "signed", "sent-back", "withdrawn", "waiting", "closed"
STATES = {
    SIGNED: "Signed",
    SENT_BACK: "Sent back",
    WITHDRAWN: "Withdrawn",
    WAITING: "Waiting",
    CLOSED: "Closed without a signature",
}
OUTCOMES = {"approved": SIGNED, "changes": SENT_BACK, "": WAITING}


@dataclass(frozen=True)
class Step:
    """One page of a recall and how far it is."""

    title: str
    url: str
    state: str
    said: str
    review: MedicalReview
    taken_along: bool


def steps(recall: Recall) -> list[Step]:
    """How far each page is: done where its review was signed, else as its newest review says. Two queries."""
    rows = list(recall.rows.select_related("review__article", "review__reviewer"))
    newest = MedicalReview.objects.newest().filter(article__in=[row.review.article_id for row in rows])
    latest = {review.article_id: review for review in newest.select_related("reviewer")}
    signed = MedicalReview.Outcome.APPROVED
    followed = [row.review if row.review.outcome == signed else latest[row.review.article_id] for row in rows]
    found = [_step(row.review.article, review, row.taken_along) for row, review in zip(rows, followed, strict=True)]
    return sorted(found, key=lambda step: (list(STATES).index(step.state), step.title))


def _step(page: Article, review: MedicalReview, taken_along: bool) -> Step:
    state = OUTCOMES.get(review.outcome, CLOSED)
    if page.live_id is None:
        state = WITHDRAWN
    url = address_of(kinds.get(page.kind), "change", page.pk)
    return Step(page.title, url, state, STATES[state], review, taken_along)


def counts(found: list[Step]) -> list[tuple[str, int]]:
    """How many pages are how far; the state that hardly ever comes is left out where it did not."""
    told = [(label, sum(step.state == state for step in found)) for state, label in STATES.items()]
    return [(label, count) for label, count in told if count or label != STATES[CLOSED]]
