"""Recalls: pages that news affects are reviewed again at once, and how far that is."""

import uuid
from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from articles.audit import recording
from articles.content import kinds
from articles.db.bulk_insert import insert_objects
from articles.models import Article
from articles.publishing.actions import ActionRefused
from reviews.display import get_admin_url
from reviews.models import MedicalReview, Recall, RecalledReview, Reviewer
from reviews.signing import requests

MAX_PAGES = 500


class CannotRecall(ActionRefused):
    """Something stands in the way; nothing was done."""


def open_recall(
    page_ids: list[int],
    *,
    trigger: str,
    reason: str,
    by,
    reviewer: Reviewer | None = None,
    key: uuid.UUID | None = None,
) -> Recall:
    """Open a review of each page, all or none. Reviews that are open already become part of it.

    ``key`` identifies the recall: called twice with the same key, it is opened once. Raises
    CannotRecall.
    """
    if not by.has_perm("reviews.see_radar"):
        raise CannotRecall("Only managing editors can recall pages.")
    prepared = requests.prepare_pages(page_ids[:MAX_PAGES])
    with transaction.atomic():
        public = _lock_public_pages(page_ids[: MAX_PAGES + 1])
        existing = Recall.objects.filter(uuid=key).first() if key else None
        if existing:
            return existing
        if not reason.strip():
            raise CannotRecall("Say why these pages are recalled: the reviewers read it.")
        if trigger not in Recall.TRIGGERS:
            raise CannotRecall("Choose the reason for the recall.")
        _check_pages(public, page_ids)
        recall = Recall.objects.create(
            uuid=key or uuid.uuid4(),
            trigger=trigger,
            reason=reason.strip(),
            asked_by=by,
            asked_at=timezone.now(),
        )
        reviews = _open_reviews(public, recall, reviewer, prepared)
        recording.record_changes({"review": reviews, "recall": [recall]}, by=by)
    return recall


def _open_reviews(
    page_ids: list[int], recall: Recall, reviewer: Reviewer | None, prepared: requests.Prepared
) -> list[MedicalReview]:
    """The review of each page, opened now or open already, as rows of the recall.

    Checks that block a review are overridden: a recall cannot wait.
    """
    note = f"Recall: {recall.reason}"
    request = requests.ReviewRequest(
        recall.asked_by,
        trigger=recall.trigger,
        or_first=True,
        reviewer=reviewer,
        note=note,
        override=note,
        gives_waiting=True,
    )
    result = requests.request_reviews(
        page_ids, request, prepared=prepared, records_event=False, are_locked=True
    )
    for page, refusal in result.refusals:
        raise CannotRecall(f"Nothing was done, because of “{page.title}”. {refusal}") from refusal
    waiting = {review.article_id: review for review in result.waiting}
    reviews = waiting | {review.article_id: review for review in result.reviews}
    rows = []
    for key in page_ids:
        taken_along = key in waiting
        rows.append(RecalledReview(recall=recall, review=reviews[key], taken_along=taken_along))
    insert_objects(RecalledReview, rows)
    return list(reviews.values())


def _lock_public_pages(page_ids: list[int]) -> list[int]:
    """Lock these pages in one order, so that two recalls take turns; gives the public ones.

    They come in the order of their names.
    """
    rows = Article.objects.select_for_update().filter(pk__in=page_ids).order_by("pk")
    locked = rows.values_list("sort_key", "pk", "live")
    return [key for _, key, live in sorted(locked) if live]


def _check_pages(public: list[int], page_ids: list[int]) -> None:
    if not page_ids:
        raise CannotRecall("Select at least one page.")
    if len(page_ids) > MAX_PAGES:
        raise CannotRecall(
            f"At most {MAX_PAGES} pages can be recalled at once. "
            "Narrow the search, or recall in parts."
        )
    missing = len(set(page_ids)) - len(public)
    if missing:
        which = "One of these pages is" if missing == 1 else f"{missing} of these pages are"
        raise CannotRecall(f"{which} not public any more. Nothing was requested: search again.")


SIGNED = "signed"
SENT_BACK = "sent-back"
WITHDRAWN = "withdrawn"
WAITING = "waiting"
CLOSED = "closed"
STATES = {
    SIGNED: "Signed",
    SENT_BACK: "Changes requested",
    WITHDRAWN: "Withdrawn",
    WAITING: "Waiting",
    CLOSED: "Closed without a signature",
}
STATE_BY_OUTCOME = {"approved": SIGNED, "changes": SENT_BACK, "": WAITING}


@dataclass(frozen=True)
class RecalledPage:
    """One page of a recall and how far it is."""

    title: str
    url: str
    state: str
    state_label: str
    review: MedicalReview
    taken_along: bool


def get_recalled_pages(recall: Recall) -> list[RecalledPage]:
    """How far each page is: done where its review was signed, else as its newest review says.

    By state, then by title. It takes two queries.
    """
    rows = list(recall.rows.select_related("review__article", "review__reviewer"))
    page_ids = [row.review.article_id for row in rows]
    reviews = MedicalReview.objects.newest_per_page().filter(article__in=page_ids)
    newest = {review.article_id: review for review in reviews.select_related("reviewer")}
    pages = []
    for row in rows:
        review = row.review
        if review.outcome != MedicalReview.Outcome.APPROVED:
            review = newest[review.article_id]
        pages.append(_build_recalled_page(row.review.article, review, row.taken_along))
    return sorted(pages, key=_get_position)


def _get_position(page: RecalledPage) -> tuple[int, str]:
    return list(STATES).index(page.state), page.title


def _build_recalled_page(page: Article, review: MedicalReview, taken_along: bool) -> RecalledPage:
    state = STATE_BY_OUTCOME.get(review.outcome, CLOSED)
    if page.live_id is None:
        state = WITHDRAWN
    url = get_admin_url(kinds.get(page.kind), "change", page.pk)
    return RecalledPage(page.title, url, state, STATES[state], review, taken_along)


def count_by_state(pages: list[RecalledPage]) -> list[tuple[str, int]]:
    """Each state with how many pages are in it; ``CLOSED``, which is rare, only where one is."""
    counts = Counter(page.state for page in pages)
    states = [state for state in STATES if state != CLOSED or counts[CLOSED]]
    return [(STATES[state], counts[state]) for state in states]
