"""The actions of a review: request, assign, sign, send back, take back, withdraw."""

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.audit import recording
from articles.content.document import Document, digest
from articles.event_log import Event, log_once_committed
from articles.models import Article, PublicationEvent, Revision
from articles.publishing import actions as pages
from articles.publishing.actions import ActionRefused, CannotWithdraw
from reviews.models import LedgerEntry, MedicalReview, Reviewer
from reviews.models.review import PARTLY_STATEMENT
from reviews.signing import comments, eligibility, ledger, receipts
from reviews.signing.answers import CannotSign, GivenAnswers, read_answers
from reviews.signing.assignment import CannotAssign, assign
from reviews.signing.checklist import Answer
from reviews.signing.eligibility import get_signing_error
from reviews.signing.reading_time import describe_reading_time, forget_openings
from reviews.signing.requests import (
    CannotRequestReview,
    list_possible_triggers,
    request_review,
)
from reviews.signing.review_line import CannotSignChange, compute_review_line
from reviews.signing.second_factor import get_method_error
from reviews.signing.second_reading import open_second_reading
from reviews.signing.validation import (
    lock_open_review,
    reload_user,
    validate_printable,
    validate_text,
)

__all__ = [
    "CannotAssign",
    "CannotDecide",
    "CannotRequestReview",
    "CannotSign",
    "assign",
    "cancel_request",
    "choose_trigger",
    "decline",
    "get_possible_triggers",
    "recommend_withdrawal",
    "request_changes",
    "request_review",
    "sign_off",
    "verify_reviewer",
    "withdraw_page",
]
Trigger = MedicalReview.Trigger
Outcome = MedicalReview.Outcome


class CannotDecide(ActionRefused):
    """This person cannot decide this review now, or not in this way."""


def can_correct(page: Article, revision: Revision) -> bool:
    """Whether visitors have read another text of this page than this one."""
    newest = page.publications.order_by("-id").first()
    return newest is not None and newest.revision_id != revision.pk


def get_possible_triggers(page: Article, revision: Revision) -> list[str]:
    """The kinds of review that can be requested for a page now, the likeliest first."""
    return list_possible_triggers(
        is_signed=has_been_signed(page),
        live_revision_id=page.live.revision_id if page.live else None,
        revision_id=revision.pk,
    )


def has_been_signed(page: Article) -> bool:
    """Whether a clinician has ever signed a text of this page here."""
    return LedgerEntry.objects.signed().filter(article=page).exists()


def choose_trigger(page: Article, trigger: str) -> str:
    """This trigger for a page that was signed before, else that of a first review."""
    if has_been_signed(page):
        return trigger
    return Trigger.FIRST


@transaction.atomic
def sign_off(
    review: MedicalReview,
    *,
    by: User,
    seen_digest: str,
    conflicts: str,
    authentication: str,
    opened_at: dt.datetime | None = None,
    answers: Mapping[str, Answer] | None = None,
    read_elsewhere: str | None = None,
    sign_in: UUID | None = None,
    together: ledger.Together | None = None,
) -> LedgerEntry:
    """Sign exactly the text that was read, and publish it, in one transaction.

    Where advice or doses were answered with “not mine to judge” and nobody has confirmed them, it
    publishes nothing: the entry has the outcome “partly”, and a second reader is asked for.

    ``seen_digest`` is the digest of the text shown to the signer. The caller checks the password,
    and ``authentication`` says how. ``answers`` are those to the checklist, by the name of its
    lines; None if nothing was asked. ``read_elsewhere`` is the answer to the question that a short
    reading time asks (``reading_time``). ``together`` is for ``signing_together`` alone.
    ``sign_in`` groups the signatures of one session: the signer gets a receipt of each, in any
    case.

    Raises CannotSign, with a message for the signer.
    """
    pages.lock_page(review.article)
    review = lock_open_review(review, CannotSign)
    by = reload_user(by)
    if error := get_signing_error(review, by) or get_method_error(by, authentication):
        raise CannotSign(error)
    document = _verify_document(review, seen_digest)
    validate_text(conflicts, "State your conflicts of interest, or write “None”.", CannotSign)
    given = read_answers(review, answers)
    # Locked, so that nobody signs while they dispute a signature.
    reviewer = Reviewer.objects.select_for_update(no_key=True).get(user=by)
    was_unassigned = review.reviewer is None
    now = timezone.now()
    private_values: dict[ledger.HashedField, str] = {"licence_number_hash": reviewer.licence_number}
    public_conflicts = conflicts
    if reviewer.conflicts_private:
        private_values["conflicts_hash"] = conflicts
        public_conflicts = ""
    if reading_time := describe_reading_time(review, given, opened_at, now, read_elsewhere):
        private_values["reading_time_hash"] = reading_time
    comment = comments.compose_decision_text(review, "")
    draft = ledger.EntryDraft(
        outcome=LedgerEntry.EntryOutcome.PARTLY,
        meaning=PARTLY_STATEMENT,
        review=review,
        revision=review.revision,
        by=by,
        actor=ledger.make_reviewer_actor(reviewer),
        at=now,
        authentication=authentication,
        private_values=private_values,
        record_fields={
            "conflicts": public_conflicts,
            "asked": given.lines,
            "asked_over": given.over,
            "earlier_readings": given.earlier.sequences,
            "together": together,
            "comment": comment,
            "opened_at": opened_at,
            "override": review.override,
        },
    )
    if given.needs_second_reader:
        entry = _ask_for_second_reader(draft, review, reviewer)
    else:
        entry = _publish_signature(draft, review, reviewer, given, document)
    receipts.queue(entry, sign_in=sign_in)
    _log(Event.SIGNATURE, entry, review, by)
    if was_unassigned:
        recording.record("review", [review], by=by)
    return entry


def _log(event: Event, entry: LedgerEntry, review: MedicalReview, by: User) -> None:
    facts = {"entry": entry.sequence, "outcome": entry.outcome, "page": review.article.uuid}
    log_once_committed(event, by=by.pk, **facts)


def _publish_signature(
    draft: ledger.EntryDraft,
    review: MedicalReview,
    reviewer: Reviewer,
    given: GivenAnswers,
    document: Document,
) -> LedgerEntry:
    try:
        line, rule = compute_review_line(review, reviewer, timezone.localdate(draft.at))
    except CannotSignChange as refusal:
        raise CannotSign(
            "A change can only be signed on a published page. The editors must request it again."
        ) from refusal
    draft.outcome = LedgerEntry.EntryOutcome.APPROVED
    draft.meaning = given.add_to_meaning(review.meaning)
    draft.record_fields |= {"review_line": line, "next_due_rule": rule}
    entry = ledger.append(draft)
    _mark_signed(review, Outcome.APPROVED, draft, reviewer)
    pages.publish(
        revision=review.revision,
        document=document,
        review_line=line,
        evidence=entry.hash,
        by=draft.by,
        at=draft.at,
    )
    return entry


def _ask_for_second_reader(
    draft: ledger.EntryDraft, review: MedicalReview, reviewer: Reviewer
) -> LedgerEntry:
    """Record what was confirmed, publish nothing, and open a review of the same text."""
    entry = ledger.append(draft)
    _mark_signed(review, Outcome.PARTLY, draft, reviewer)
    second = open_second_reading(review, at=draft.at)
    recording.record("review", [second], by=draft.by)
    return entry


def _mark_signed(
    review: MedicalReview, outcome: str, draft: ledger.EntryDraft, reviewer: Reviewer
) -> None:
    comment = draft.record_fields["comment"]
    _mark_decided(review, outcome, by=draft.by, at=draft.at, reviewer=reviewer, comment=comment)


def _verify_document(review: MedicalReview, seen_digest: str) -> Document:
    """The document of the review. Raises CannotSign if its stored bytes do not have its digest, or
    if the signer has read something else.
    """
    stored = digest(review.revision.document.encode(errors="surrogatepass"))
    if stored != review.revision.digest:
        raise CannotSign(
            "The stored text was altered after it was saved. Do not sign; tell the site's operator."
        )
    if seen_digest != stored:
        raise CannotSign(
            "The text you read is not the text of this review. Open the review again and read it."
        )
    return review.revision.read()


def request_changes(
    review: MedicalReview, *, by: User, comment: str, authentication: str = "session"
) -> LedgerEntry:
    """Send a page back to its editors with what must change, here or in comments on its parts."""
    meaning = "I have read this text and ask for changes before it can be signed."
    return _record_decision(
        review,
        Outcome.CHANGES,
        by=by,
        meaning=meaning,
        comment=comment,
        authentication=authentication,
    )


def decline(
    review: MedicalReview, *, by: User, comment: str, authentication: str = "session"
) -> LedgerEntry:
    """Decline to review, so that somebody else can be asked."""
    meaning = "I cannot review this page."
    return _record_decision(
        review,
        Outcome.DECLINED,
        by=by,
        meaning=meaning,
        comment=comment,
        authentication=authentication,
    )


def recommend_withdrawal(
    review: MedicalReview, *, by: User, comment: str, authentication: str = "session"
) -> LedgerEntry:
    """Recommend that a page be withdrawn. It stays public until a managing editor does so."""
    meaning = "I recommend that the page be withdrawn from the public."
    return _record_decision(
        review,
        Outcome.UNFIT,
        by=by,
        meaning=meaning,
        comment=comment,
        authentication=authentication,
    )


@transaction.atomic
def _record_decision(
    review: MedicalReview,
    outcome: str,
    *,
    by: User,
    meaning: str,
    comment: str,
    authentication: str,
) -> LedgerEntry:
    pages.lock_page(review.article)
    review = lock_open_review(review, CannotDecide)
    by = reload_user(by)
    if error := eligibility.get_deciding_error(review, by):
        raise CannotDecide(error)
    reviewer = Reviewer.objects.get(user=by)
    if outcome == Outcome.UNFIT and not review.article.live_id:
        raise CannotDecide(
            "Visitors cannot read this page, so there is nothing to withdraw. "
            "Request changes instead."
        )
    validate_printable(comment, CannotDecide)
    if outcome != Outcome.CHANGES or not review.comments.exists():
        validate_text(comment, "Say what the editors should change.", CannotDecide)
    text = comments.compose_decision_text(review, comment)
    was_unassigned = review.reviewer is None
    actor = ledger.make_reviewer_actor(reviewer)
    entry = _append_decision_entry(
        review,
        outcome,
        actor,
        by=by,
        meaning=meaning,
        comment=text,
        authentication=authentication,
    )
    _mark_decided(review, outcome, by=by, at=entry.at, reviewer=reviewer, comment=text)
    _log(Event.DECISION, entry, review, by)
    if was_unassigned:
        recording.record("review", [review], by=by)
    return entry


@transaction.atomic
def cancel_request(review: MedicalReview, *, by: User) -> LedgerEntry:
    """Take an open request back, so that a review can be requested again."""
    if not by.has_perm("reviews.request_review"):
        raise CannotDecide("Only editors can cancel a request.")
    pages.lock_page(review.article)
    review = lock_open_review(review, CannotDecide)
    actor = ledger.make_editor_actor(by)
    meaning = "The editors took the request back."
    entry = _append_decision_entry(
        review, Outcome.CANCELLED, actor, by=by, meaning=meaning, comment=""
    )
    _mark_decided(review, Outcome.CANCELLED, by=by, at=entry.at)
    return entry


@transaction.atomic
def withdraw_page(
    page: Article, *, reason: str, by: User, successor: Article | None = None
) -> PublicationEvent:
    """Withdraw a page at once, with a ledger entry. Visitors read the reason in its place.

    ``successor`` is the page that it was merged into, where that is the reason.

    Raises CannotWithdraw, with a message for the editor.
    """
    if not by.has_perm("articles.withdraw_article"):
        raise CannotWithdraw("Only managing editors can withdraw a page.")
    if reason not in PublicationEvent.Reason:
        raise CannotWithdraw("Choose one of the listed reasons.")
    page = pages.lock_page(page)
    if not page.live:
        raise CannotWithdraw("This page is not published, so there is nothing to withdraw.")
    successor_uuid = successor.uuid if successor else None
    entry = ledger.append(
        ledger.EntryDraft(
            outcome=LedgerEntry.EntryOutcome.WITHDRAWN,
            meaning="The page is withdrawn from the public.",
            revision=page.live.revision,
            by=by,
            actor=ledger.make_editor_actor(by),
            at=timezone.now(),
            authentication="session",
            record_fields={"reason": reason, "successor": successor_uuid},
        )
    )
    return pages.withdraw(
        page, reason=reason, successor=successor, evidence=entry.hash, by=by, at=entry.at
    )


@transaction.atomic
def verify_reviewer(reviewer: Reviewer, *, by: User) -> None:
    """Record that a reviewer's credentials were checked, by anybody but the reviewer.

    Raises ActionRefused, with a message for the editor.
    """
    if not by.has_perm("reviews.verify_reviewer"):
        raise ActionRefused("Only managing editors can verify credentials.")
    if by.pk == reviewer.user_id:
        raise ActionRefused("Reviewers cannot verify their own credentials.")
    if reviewer.licence_expires < timezone.localdate():
        raise ActionRefused(
            f"This licence lapsed on {reviewer.licence_expires:%-d %B %Y}. "
            "Record the renewal first."
        )
    Reviewer.objects.filter(pk=reviewer.pk).update(verified_by=by, verified_at=timezone.now())
    recording.record("reviewer", [reviewer], by=by)


def _append_decision_entry(
    review: MedicalReview,
    outcome: str,
    actor: ledger.Actor,
    *,
    by: User,
    meaning: str,
    comment: str,
    authentication: str = "session",
) -> LedgerEntry:
    return ledger.append(
        ledger.EntryDraft(
            outcome=outcome,
            meaning=meaning,
            review=review,
            revision=review.revision,
            by=by,
            actor=actor,
            at=timezone.now(),
            authentication=authentication,
            record_fields={"comment": comment},
        )
    )


def _mark_decided(
    review: MedicalReview,
    outcome: str,
    *,
    by: User,
    at: dt.datetime,
    reviewer: Reviewer | None = None,
    comment: str = "",
) -> None:
    review.outcome = outcome
    review.decided_by = by
    review.decided_at = at
    review.comment = comment
    review.reviewer = reviewer or review.reviewer
    review.save(update_fields=["outcome", "decided_by", "decided_at", "comment", "reviewer"])
    forget_openings(review)
