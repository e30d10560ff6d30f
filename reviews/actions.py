"""The deeds of review: ask, assign, sign, send back, take back, withdraw."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from articles import actions as pages
from articles import kinds, quality
from articles.actions import CannotWithdraw, Refused
from articles.content import Document, digest
from articles.models import Article, Publication, Revision
from reviews import comments, eligibility, ledger
from reviews.carrying import CannotAssign, assign
from reviews.eligibility import why_not_sign
from reviews.held import as_of_now, refuse_bad_text, refuse_unprintable, still_open
from reviews.line import NothingToChange, line_after, review_interval
from reviews.models import MedicalReview, Reviewer, Signature

__all__ = [
    "CannotAssign",
    "CannotDecide",
    "CannotRequestReview",
    "CannotSign",
    "assign",
    "cancel_request",
    "decline",
    "fitting",
    "recommend_withdrawal",
    "request_changes",
    "request_review",
    "sign_off",
    "triggers",
    "verify_reviewer",
    "withdraw_page",
]
Trigger, Outcome = MedicalReview.Trigger, MedicalReview.Outcome


class CannotRequestReview(Refused):
    pass


class CannotSign(Refused):
    pass


class CannotDecide(Refused):
    pass


@transaction.atomic
def request_review(
    page: Article,
    *,
    by,
    trigger: str = "",
    reviewer: Reviewer | None = None,
    note: str = "",
    correction: str = "",
    override: str = "",
) -> MedicalReview:
    """Ask for a signature over the page as it stands. Without a trigger the one that fits best is taken.

    ``correction`` says to visitors which published error the text puts right; ``override`` says to the reviewer why
    the review is asked for although a check blocks it. Raises CannotRequestReview, in words for the editor.
    """
    if not by.has_perm("reviews.request_review"):
        raise CannotRequestReview("Only editors can ask for a review.")
    for text in (note, correction, override):
        refuse_unprintable(text, CannotRequestReview)
    page = pages.lock(page)
    if page.discarded_at:
        raise CannotRequestReview("This page was discarded.")
    if page.medical_reviews.waiting().exists():
        raise CannotRequestReview("This page is in review already. Take that request back to ask anew.")
    revision = pages.record_revision(page, by=by)
    blocking = _blocking(page, by, override)
    possible = triggers(page, revision)
    trigger = trigger or possible[0]
    if trigger not in possible:
        names = " or ".join(Trigger(name).label.lower() for name in possible)
        raise CannotRequestReview(f"This page needs another kind of review now: {names}.")
    _refuse_silent_return(page, revision, note)
    _refuse_needless_correction(page, revision, correction)
    months, rule = review_interval(page)
    review = MedicalReview.objects.create(
        article=page,
        revision=revision,
        trigger=trigger,
        note=note,
        correction=" ".join(correction.split()),
        overridden="\n".join(problem.message for problem in blocking),
        override=override.strip() if blocking else "",
        requested_by=by,
        requested_at=timezone.now(),
        basis=page.publications.order_by("-id").first(),
        review_months=months,
        interval_rule=rule,
    )
    return assign(review, reviewer=reviewer, by=by) if reviewer else review


def _refuse_silent_return(page: Article, revision: Revision, note: str) -> None:
    """A withdrawn text may come back word for word, but not without telling the reviewer why it is safe now."""
    gone = eligibility.withdrawal(page)
    if gone and gone.revision_id == revision.pk and not note.strip():
        raise CannotRequestReview(
            f"This very text was withdrawn: {gone.get_reason_display()} "
            "Change it, or say in the note why it can return."
        )


def _refuse_needless_correction(page: Article, revision: Revision, correction: str) -> None:
    """A correction is of something that visitors have read, and of a text that says it no more."""
    if correction.strip() and not can_correct(page, revision):
        why = "this is the text that visitors read" if page.live else "visitors have not read this page"
        raise CannotRequestReview(f"There is nothing to correct: {why}. Leave the correction empty.")


def can_correct(page: Article, revision: Revision) -> bool:
    """Whether visitors have read another text of this page than this one."""
    shown = page.publications.order_by("-id").first()
    return shown is not None and shown.revision_id != revision.pk


def _blocking(page: Article, by, override: str) -> list[quality.Problem]:
    """What the checks block and a managing editor overrides for a reason; refused without one."""
    kind = kinds.get(page.kind)
    loaded = kind.load(kind.model.objects.filter(pk=page.pk)).get()
    blocking = quality.blocking(loaded, kind.compose(loaded))
    told = " ".join(f"{problem.message} {problem.fix}" for problem in blocking)
    if blocking and not override.strip():
        raise CannotRequestReview(told)
    if blocking and not by.has_perm("reviews.override_checks"):
        raise CannotRequestReview(f"{told} Only a managing editor can ask for a review without that.")
    return blocking


def triggers(page: Article, revision: Revision) -> list[str]:
    """The kinds of review that a page can be asked for now, the likeliest first.

    A page that nobody has signed here needs its first review, whatever prompts it: where an earlier review was
    recorded too, nobody here has read the whole of it yet. One that visitors cannot read needs the whole page read; a
    text that did not change since it was signed can be reviewed again as a whole, or read again because of some news
    or report, which moves no annual date.
    """
    if not signed_here(page):
        return [Trigger.FIRST]
    if not page.live:
        return [Trigger.ANNUAL]
    if page.live.revision_id == revision.pk:
        return [Trigger.ANNUAL, Trigger.SAFETY, Trigger.GUIDELINE, Trigger.READER]
    return [Trigger.CHANGE, Trigger.ANNUAL, Trigger.SAFETY, Trigger.GUIDELINE, Trigger.READER]


def signed_here(page: Article) -> bool:
    """Whether a clinician has ever signed a text of this page here."""
    return Signature.objects.signed().filter(article=page).exists()


def fitting(page: Article, trigger: str) -> str:
    """The kind of review that a page is asked for because of some news or date: its first, if it never had one."""
    return trigger if signed_here(page) else Trigger.FIRST


@transaction.atomic
def sign_off(
    review: MedicalReview,
    *,
    by,
    seen_digest: str,
    conflicts: str,
    authentication: str = "password",
    opened_at: dt.datetime | None = None,
    checklist: dict[str, bool] | None = None,
) -> Signature:
    """Sign exactly the text that was read, and publish it: all of it or nothing.

    ``seen_digest`` is the digest of the text shown to the signer. The caller has checked the password.
    Raises CannotSign, in words for the signer.
    """
    pages.lock(review.article)
    review, by = still_open(review, CannotSign), as_of_now(by)
    if why_not := why_not_sign(review, by):
        raise CannotSign(why_not)
    document = _text_as_requested(review, seen_digest)
    refuse_bad_text(conflicts, "State your conflicts of interest, or write “None”.", CannotSign)
    reviewer, now = Reviewer.objects.get(user=by), timezone.now()
    try:
        line, rule = line_after(review, reviewer, timezone.localdate(now))
    except NothingToChange as nothing:
        raise CannotSign("A change can only be signed on a published page. The editors must ask again.") from nothing
    said = comments.said(review, "")
    private = {"licence_number_hash": reviewer.licence_number}
    if reviewer.conflicts_private:
        private["conflicts_hash"] = conflicts
    entry = ledger.append(
        ledger.Draft(
            outcome=Signature.Outcome.APPROVED,
            meaning=review.meaning,
            review=review,
            revision=review.revision,
            by=by,
            actor=ledger.actor_for(reviewer),
            at=now,
            authentication=authentication,
            private=private,
            more={
                "conflicts": "" if reviewer.conflicts_private else conflicts,
                "checklist": checklist or {},
                "comment": said,
                "opened_at": opened_at,
                "override": review.override,
                "review_line": line,
                "next_due_rule": rule,
            },
        )
    )
    _decide(review, Outcome.APPROVED, by=by, at=now, reviewer=reviewer, comment=said)
    pages.publish(revision=review.revision, document=document, review_line=line, evidence=entry.hash, by=by, at=now)
    return entry


def _text_as_requested(review: MedicalReview, seen_digest: str) -> Document:
    """The document of the stored bytes, after proof that they are those of the request and those that were read."""
    stored = digest(review.revision.document.encode(errors="surrogatepass"))
    if stored != review.revision.digest:
        raise CannotSign("The stored text was altered after it was saved. Do not sign; tell the site's operator.")
    if seen_digest != stored:
        raise CannotSign("The text you read is not the text of this review. Open the review again and read it.")
    return review.revision.read()


def request_changes(review: MedicalReview, *, by, comment: str) -> Signature:
    """Send a page back to its editors, saying what must change: of the whole, or in comments pinned to its parts."""
    meaning = "I have read this text and ask for changes before it can be signed."
    return _close(review, Outcome.CHANGES, by=by, meaning=meaning, comment=comment)


def decline(review: MedicalReview, *, by, comment: str) -> Signature:
    """Refuse to review, so that somebody else can be asked."""
    return _close(review, Outcome.DECLINED, by=by, meaning="I cannot review this page.", comment=comment)


def recommend_withdrawal(review: MedicalReview, *, by, comment: str) -> Signature:
    """Say that visitors should not read the page any longer. It stays until a managing editor withdraws it."""
    meaning = "I recommend that the page be withdrawn from the public."
    return _close(review, Outcome.UNFIT, by=by, meaning=meaning, comment=comment)


@transaction.atomic
def _close(review: MedicalReview, outcome: str, *, by, meaning: str, comment: str) -> Signature:
    pages.lock(review.article)
    review, by = still_open(review, CannotDecide), as_of_now(by)
    reviewer = Reviewer.objects.filter(user=by).first()
    if reviewer is None or not by.is_active or not by.has_perm("reviews.sign_review"):
        raise CannotDecide("Only reviewers can decide a review.")
    if review.reviewer_id not in (None, reviewer.pk):
        raise CannotDecide(f"This review was given to {review.reviewer}, and only they can decide it.")
    if outcome == Outcome.UNFIT and not review.article.live_id:
        raise CannotDecide("Visitors cannot read this page, so there is nothing to withdraw. Send it back instead.")
    refuse_unprintable(comment, CannotDecide)
    if outcome != Outcome.CHANGES or not review.comments.exists():
        refuse_bad_text(comment, "Say what the editors should do.", CannotDecide)
    said = comments.said(review, comment)
    entry = _record(review, outcome, ledger.actor_for(reviewer), by=by, meaning=meaning, comment=said)
    _decide(review, outcome, by=by, at=entry.at, reviewer=reviewer, comment=said)
    return entry


@transaction.atomic
def cancel_request(review: MedicalReview, *, by) -> Signature:
    """Take an open request back, so that the page can be asked for again."""
    if not by.has_perm("reviews.request_review"):
        raise CannotDecide("Only editors can take a request back.")
    pages.lock(review.article)
    review = still_open(review, CannotDecide)
    meaning = "The editors took the request back."
    entry = _record(review, Outcome.CANCELLED, ledger.editor(by), by=by, meaning=meaning, comment="")
    _decide(review, Outcome.CANCELLED, by=by, at=entry.at)
    return entry


@transaction.atomic
def withdraw_page(page: Article, *, reason: str, by, successor: Article | None = None) -> Publication:
    """Take a page from the public at once, with a ledger entry and a plain reason in its place.

    ``successor`` is the page that covers its subject, where the reason is that it was merged into that.
    """
    if not by.has_perm("articles.withdraw_article"):
        raise CannotWithdraw("Only managing editors can withdraw a page.")
    if reason not in Publication.Reason:
        raise CannotWithdraw("Choose one of the listed reasons.")
    page = pages.lock(page)
    if not page.live:
        raise CannotWithdraw("This page is not published, so there is nothing to withdraw.")
    entry = ledger.append(
        ledger.Draft(
            outcome=Signature.Outcome.WITHDRAWN,
            meaning="The page is withdrawn from the public.",
            revision=page.live.revision,
            by=by,
            actor=ledger.editor(by),
            at=timezone.now(),
            authentication="session",
            more={"reason": reason, "successor": successor.uuid if successor else None},
        )
    )
    return pages.withdraw(page, reason=reason, successor=successor, evidence=entry.hash, by=by, at=entry.at)


@transaction.atomic
def verify_reviewer(reviewer: Reviewer, *, by) -> None:
    """Confirm that somebody checked a reviewer's credentials: anybody but the reviewer."""
    if not by.has_perm("reviews.verify_reviewer"):
        raise Refused("Only managing editors can verify credentials.")
    if by.pk == reviewer.user_id:
        raise Refused("Reviewers cannot verify their own credentials.")
    if reviewer.licence_expires < timezone.localdate():
        raise Refused(f"This licence lapsed on {reviewer.licence_expires:%-d %B %Y}. Record the renewal first.")
    Reviewer.objects.filter(pk=reviewer.pk).update(verified_by=by, verified_at=timezone.now())


def _record(review: MedicalReview, outcome: str, actor, *, by, meaning: str, comment: str) -> Signature:
    return ledger.append(
        ledger.Draft(
            outcome=outcome,
            meaning=meaning,
            review=review,
            revision=review.revision,
            by=by,
            actor=actor,
            at=timezone.now(),
            authentication="session",
            more={"comment": comment},
        )
    )


def _decide(review: MedicalReview, outcome: str, *, by, at, reviewer=None, comment: str = "") -> None:
    review.outcome, review.decided_by, review.decided_at, review.comment = outcome, by, at, comment
    review.reviewer = reviewer or review.reviewer
    review.save(update_fields=["outcome", "decided_by", "decided_at", "comment", "reviewer"])
