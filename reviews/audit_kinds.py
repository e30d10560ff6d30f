"""What stands around signatures, as kinds of the chain of events: what is in it, and what is not.

Public facts are in an event as they are. What somebody wrote for colleagues, a biography and the
number of a licence are in it as salted hashes, so that they can be erased. People who act are named
by their number, which archives keep, as in the provenance of the ledger. Left out:

- decisions, confirmed expunctions and private values at signing: the ledger has them, and
  verification compares them with it;
- the dates of a page: they are rebuilt from the publication log, and compared;
- days of absence, capacity for the plan, and mails: nothing public depends on them.
"""

import datetime as dt
from functools import partial
from typing import Any

from django.db.models import Count, F, Model, OuterRef, Prefetch, QuerySet, Subquery

from articles.audit.kinds import ChainedKind, Fact
from reviews.models import (
    Comment,
    Expunction,
    HandOver,
    MedicalReview,
    Recall,
    RecalledReview,
    ReportedReview,
    Reviewer,
    SignatureDispute,
)

Facts = dict[str, Fact]
REVIEW_COLUMNS = (
    "pk",
    "uuid",
    "trigger",
    "note",
    "requested_by_id",
    "requested_at",
    "basis_id",
    "review_months",
    "interval_rule",
    "correction",
    "overridden",
    "override",
    "article_uuid",
    "revision_uuid",
    "authorship",
    "reviewer_uuid",
    "continues_uuid",
)


def _format_moment(moment: dt.datetime) -> str:
    """A moment in UTC, the same from both engines."""
    return moment.astimezone(dt.UTC).isoformat()


def _format_step(name: str, person: int | None, moment: dt.datetime | None) -> Facts:
    """Who took a step and when, such as ``verified_by`` and ``verified_at``; empty before that."""
    if person is None or moment is None:
        return {}
    return {f"{name}_by": person, f"{name}_at": _format_moment(moment)}


def _number_in_review(model: type[Model]) -> QuerySet[Any]:
    """The rows of a model, each with its place among those of its review, from 1.

    They are never removed, so that their places stay.
    """
    until = model._default_manager.filter(review=OuterRef("review"), pk__lte=OuterRef("pk"))
    counted = until.order_by().values("review").annotate(rows=Count("pk")).values("rows")
    numbered = model._default_manager.annotate(place=Subquery(counted))
    return numbered.select_related("review").order_by("pk")


def _get_subject_in_review(kind: str, row: Any) -> str:
    return f"{kind}:{row.review.uuid}:{row.place}"


def get_reviewers() -> QuerySet[Reviewer]:
    return Reviewer.objects.select_related("user").order_by("pk")


def _get_reviewer_facts(reviewer: Reviewer) -> Facts:
    return {
        "account": reviewer.user_id,
        "account_open": reviewer.user.is_active,
        "name": reviewer.name,
        "post_nominals": reviewer.post_nominals,
        "specialty": reviewer.specialty,
        "slug": reviewer.slug,
        "disclosures": reviewer.disclosures,
        "licence_jurisdiction": reviewer.licence_jurisdiction,
        "licence_expires": reviewer.licence_expires.isoformat(),
        "conflicts_private": reviewer.conflicts_private,
        **_format_step("verified", reviewer.verified_by_id, reviewer.verified_at),
    }


def _get_reviewer_private_values(reviewer: Reviewer) -> dict[str, str]:
    return {"biography": reviewer.biography, "licence_number": reviewer.licence_number}


def get_reviews() -> QuerySet[MedicalReview, Any]:
    """All reviews, as named tuples: there are as many as decisions."""
    reviews = MedicalReview.objects.annotate(
        article_uuid=F("article__uuid"),
        revision_uuid=F("revision__uuid"),
        authorship=F("revision__authorship_hash"),
        reviewer_uuid=F("reviewer__uuid"),
        continues_uuid=F("continues__uuid"),
    )
    return reviews.order_by("pk").values_list(*REVIEW_COLUMNS, named=True)


def _get_review_facts(review: Any) -> Facts:
    """With the authorship of all texts of the page so far: four eyes are checked with it."""
    facts: Facts = {
        "article": str(review.article_uuid),
        "revision": str(review.revision_uuid),
        "trigger": review.trigger,
        "review_months": review.review_months,
        "interval_rule": review.interval_rule,
        "correction": review.correction,
        "overridden": review.overridden,
        "override": review.override,
        **_format_step("requested", review.requested_by_id, review.requested_at),
    }
    if review.basis_id:
        facts["basis"] = review.basis_id
    if review.authorship:
        facts["authorship"] = review.authorship
    if review.reviewer_uuid:
        facts["reviewer"] = str(review.reviewer_uuid)
    if review.continues_uuid:
        facts["continues"] = str(review.continues_uuid)
    return facts


def _get_review_private_values(review: Any) -> dict[str, str]:
    return {"note": review.note}


def get_comments() -> QuerySet[Comment]:
    return _number_in_review(Comment)


def _get_comment_facts(comment: Comment) -> Facts:
    return {
        "part": comment.part,
        "label": comment.label,
        "by": comment.by_id,
        "at": _format_moment(comment.at),
        **_format_step("answered", comment.answered_by_id, comment.answered_at),
    }


def _get_comment_private_values(comment: Comment) -> dict[str, str]:
    return {"text": comment.text, "answer": comment.answer}


def get_hand_overs() -> QuerySet[HandOver]:
    return _number_in_review(HandOver).select_related("review", "to")


def _get_hand_over_facts(hand_over: HandOver) -> Facts:
    facts: Facts = {"by": hand_over.by_id, "at": _format_moment(hand_over.at)}
    if hand_over.to:
        facts["to"] = str(hand_over.to.uuid)
    return facts


def _get_hand_over_private_values(hand_over: HandOver) -> dict[str, str]:
    return {"message": hand_over.word}


def get_reported_reviews() -> QuerySet[ReportedReview]:
    return _number_in_review(ReportedReview)


def _get_reported_review_facts(reported: ReportedReview) -> Facts:
    """Without the report, which is deleted after its time."""
    return {
        "taken_along": reported.taken_along,
        "by": reported.by_id,
        "at": _format_moment(reported.at),
    }


def _get_reported_review_private_values(reported: ReportedReview) -> dict[str, str]:
    return {"reason": reported.reason}


def get_recalls() -> QuerySet[Recall]:
    rows = RecalledReview.objects.select_related("review")
    return Recall.objects.prefetch_related(Prefetch("rows", rows)).order_by("pk")


def _get_recall_facts(recall: Recall) -> Facts:
    """With all its reviews: they are opened with it, and none is added later."""
    rows = [[str(row.review.uuid), row.taken_along] for row in recall.rows.all()]
    return {
        "trigger": recall.trigger,
        **_format_step("asked", recall.asked_by_id, recall.asked_at),
        "reviews": sorted(rows),
    }


def _get_recall_private_values(recall: Recall) -> dict[str, str]:
    return {"reason": recall.reason}


def get_expunctions() -> QuerySet[Expunction]:
    return Expunction.objects.select_related("revision").order_by("pk")


def _get_expunction_facts(expunction: Expunction) -> Facts:
    """The request, and whether it was dropped. Of a confirmed one the ledger has the rest."""
    return {
        "revision": str(expunction.revision.uuid),
        **_format_step("asked", expunction.asked_by_id, expunction.asked_at),
        **_format_step("dropped", expunction.dropped_by_id, expunction.dropped_at),
    }


def _get_expunction_private_values(expunction: Expunction) -> dict[str, str]:
    return {"reason": expunction.reason, "legal_basis": expunction.legal_basis}


def get_disputes() -> QuerySet[SignatureDispute]:
    return SignatureDispute.objects.select_related("entry", "reviewer").order_by("pk")


def _get_dispute_facts(dispute: SignatureDispute) -> Facts:
    """Without the alert, which is a report and stays behind when a site is moved."""
    return {
        "reviewer": str(dispute.reviewer.uuid),
        "at": _format_moment(dispute.at),
        **_format_step("restored", dispute.restored_by_id, dispute.restored_at),
    }


def _get_dispute_private_values(dispute: SignatureDispute) -> dict[str, str]:
    return {"identity_check": dispute.identity_check}


REVIEWER = ChainedKind(
    name="reviewer",
    get_rows=get_reviewers,
    get_subject=lambda reviewer: f"reviewer:{reviewer.uuid}",
    get_facts=_get_reviewer_facts,
    get_private_values=_get_reviewer_private_values,
)
REVIEW = ChainedKind(
    name="review",
    get_rows=get_reviews,
    get_subject=lambda review: f"review:{review.uuid}",
    get_facts=_get_review_facts,
    get_private_values=_get_review_private_values,
)
COMMENT = ChainedKind(
    name="comment",
    get_rows=get_comments,
    get_subject=partial(_get_subject_in_review, "comment"),
    get_facts=_get_comment_facts,
    get_private_values=_get_comment_private_values,
)
HAND_OVER = ChainedKind(
    name="hand-over",
    get_rows=get_hand_overs,
    get_subject=partial(_get_subject_in_review, "hand-over"),
    get_facts=_get_hand_over_facts,
    get_private_values=_get_hand_over_private_values,
)
REPORTED_REVIEW = ChainedKind(
    name="reported-review",
    get_rows=get_reported_reviews,
    get_subject=partial(_get_subject_in_review, "reported-review"),
    get_facts=_get_reported_review_facts,
    get_private_values=_get_reported_review_private_values,
)
RECALL = ChainedKind(
    name="recall",
    get_rows=get_recalls,
    get_subject=lambda recall: f"recall:{recall.uuid}",
    get_facts=_get_recall_facts,
    get_private_values=_get_recall_private_values,
)
EXPUNCTION = ChainedKind(
    name="expunction",
    get_rows=get_expunctions,
    get_subject=lambda expunction: f"expunction:{expunction.uuid}",
    get_facts=_get_expunction_facts,
    get_private_values=_get_expunction_private_values,
)
DISPUTE = ChainedKind(
    name="dispute",
    get_rows=get_disputes,
    get_subject=lambda dispute: f"dispute:{dispute.entry.sequence}",
    get_facts=_get_dispute_facts,
    get_private_values=_get_dispute_private_values,
)
KINDS = (REVIEWER, REVIEW, COMMENT, HAND_OVER, REPORTED_REVIEW, RECALL, EXPUNCTION, DISPUTE)
