"""Blanking a text for good: one managing editor requests it, another confirms, the ledger says why.

This is the one exception to append-only history (DESIGN.md §1.4), for courts and for erasure.
"""

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from articles import unsent_forms
from articles.audit import recording
from articles.models import Revision
from articles.publishing import actions as pages
from articles.publishing.actions import CannotExpunge
from reviews.models import Expunction, LedgerEntry, MedicalReview
from reviews.signing import ledger
from reviews.signing.validation import validate_text

PERMISSION = "reviews.expunge_revision"
MEANING = (
    "The text of this revision is expunged. Its digest, its signatures and its place in the "
    "history stay; the text itself can be read by nobody any more."
)


def get_other_confirmers(user) -> list:
    """Who else can confirm a request of this person."""
    people = get_user_model().objects.with_perm(
        PERMISSION, backend="django.contrib.auth.backends.ModelBackend"
    )
    return list(people.exclude(pk=user.pk).order_by("pk"))


def get_expunge_error(revision: Revision) -> str:
    """Why the text of a revision cannot be expunged now; empty if it can."""
    open_reviews = MedicalReview.objects.waiting().filter(revision=revision)
    if open_reviews.exists():
        return "A reviewer is asked to sign this text. Cancel that request first."
    return pages.get_expunge_error(revision)


def get_identical_revisions(revision: Revision) -> list[Revision]:
    """Other revisions of the page with the same text. Each needs a request of its own."""
    others = Revision.objects.filter(article=revision.article_id).exclude(pk=revision.pk)
    identical = others.filter(digest=revision.digest).order_by("number")
    return [other for other in identical if not other.expunged]


@transaction.atomic
def request_expunction(revision: Revision, *, reason: str, legal_basis: str, by) -> Expunction:
    """Request that a text be blanked for good. Nothing happens until somebody else confirms it.

    Raises CannotExpunge, with a message for the managing editor.
    """
    if not by.has_perm(PERMISSION):
        raise CannotExpunge("Only managing editors can request this.")
    reason = reason.strip()
    legal_basis = " ".join(legal_basis.split())
    validate_text(reason, "Give the reason for the expunction.", CannotExpunge)
    validate_text(legal_basis, "Name the legal basis.", CannotExpunge)
    pages.lock_page(revision.article)
    revision = _reload_revision(revision)
    if error := get_expunge_error(revision):
        raise CannotExpunge(error)
    if Expunction.objects.waiting().filter(revision=revision).exists():
        raise CannotExpunge("This is requested already and is waiting for confirmation.")
    expunction = Expunction.objects.create(
        revision=revision,
        reason=reason,
        legal_basis=legal_basis,
        asked_by=by,
        asked_at=timezone.now(),
    )
    recording.record("expunction", [expunction], by=by)
    return expunction


@transaction.atomic
def confirm_expunction(
    expunction: Expunction, *, by, authentication: str = "password"
) -> LedgerEntry:
    """Blank the text that somebody else asked to expunge, with a ledger entry that says why.

    Raises CannotExpunge, with a message for the managing editor.
    """
    if not by.has_perm(PERMISSION):
        raise CannotExpunge("Only managing editors can confirm this.")
    pages.lock_page(expunction.revision.article)
    expunction = _lock_open_request(expunction)
    if expunction.asked_by_id == by.pk:
        raise CannotExpunge("You requested this yourself, so somebody else must confirm it.")
    if error := get_expunge_error(expunction.revision):
        raise CannotExpunge(error)
    entry = ledger.append(
        ledger.EntryDraft(
            outcome=LedgerEntry.EntryOutcome.EXPUNGED,
            meaning=MEANING,
            revision=expunction.revision,
            by=by,
            actor=ledger.make_editor_actor(by),
            at=timezone.now(),
            authentication=authentication,
            record_fields={
                "reason": expunction.reason,
                "legal_basis": expunction.legal_basis,
                "asked_by": ledger.make_editor_actor(expunction.asked_by),
                "asked_at": expunction.asked_at,
            },
        )
    )
    expunction.entry = entry
    expunction.confirmed_by = by
    expunction.confirmed_at = entry.at
    expunction.save(update_fields=["entry", "confirmed_by", "confirmed_at"])
    pages.expunge(expunction.revision, evidence=entry.hash, by=by, at=entry.at)
    # What reviewers typed and did not send may quote the text.
    for review in MedicalReview.objects.filter(revision=expunction.revision):
        unsent_forms.clear_subject(f"review:{review.uuid}")
    return entry


@transaction.atomic
def drop_expunction(expunction: Expunction, *, by) -> None:
    """Refuse a request, or take one's own back. The text stays. Raises CannotExpunge."""
    if not by.has_perm(PERMISSION):
        raise CannotExpunge("Only managing editors can cancel this request.")
    expunction = _lock_open_request(expunction)
    expunction.dropped_by = by
    expunction.dropped_at = timezone.now()
    expunction.save(update_fields=["dropped_by", "dropped_at"])
    recording.record("expunction", [expunction], by=by)


def _reload_revision(revision: Revision) -> Revision:
    return Revision.objects.select_related("article__live").get(pk=revision.pk)


def _lock_open_request(expunction: Expunction) -> Expunction:
    """The request, its row locked until the transaction ends.

    Raises CannotExpunge if it was confirmed or dropped meanwhile.
    """
    Expunction.objects.select_for_update().values_list("pk").get(pk=expunction.pk)
    joined = Expunction.objects.select_related("revision__article__live", "asked_by")
    expunction = joined.get(pk=expunction.pk)
    if not expunction.waiting:
        raise CannotExpunge("This request was decided already: see the history of the page.")
    return expunction
