"""“This was not me”: a signer says that a signature in their name is not theirs (ADR 69).

It ends the account's sessions and password and its right to sign, and raises a safety alert on each
page that was signed in the same sign-in. It withdraws nothing: managing editors decide that.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.audit import recording
from articles.feedback import actions as feedback_actions
from articles.models import ReaderReport
from articles.publishing.actions import ActionRefused
from reviews.models import LedgerEntry, Reviewer, SignatureDispute
from reviews.models.ledger import LedgerEntryQuerySet
from reviews.signing.validation import reload_user, validate_text

# Signatures whose sign-in nobody knows count as one session where they are so close to each other.
UNKNOWN_SIGN_IN_PERIOD = dt.timedelta(days=1)
_listeners: list[Callable[[Reviewer], None]] = []


class CannotDispute(ActionRefused):
    """This person cannot dispute this signature, or nobody can."""


class CannotRestoreSigning(ActionRefused):
    """The right to sign cannot be restored now, or not by this person."""


@dataclass(frozen=True)
class DisputedPage:
    """A signature of the sign-in, and what stands on the page now."""

    entry: LedgerEntry
    is_public: bool
    later_signer: str = ""
    later_at: dt.datetime | None = None

    @property
    def title(self) -> str:
        return self.entry.revision.title


def listen(listener: Callable[[Reviewer], None]) -> None:
    """Register what is to be done at once, after the transaction, when somebody disputes."""
    _listeners.append(listener)


def list_pages(entry: LedgerEntry) -> list[DisputedPage]:
    """The signatures of the sign-in of an entry, in order, each with what stands on its page now.

    Of an entry whose sign-in nobody knows: those of the same person, as little known, within a day.
    """
    entries = list(_select_entries(entry).select_related("article__live", "revision", "review"))
    pages = [each.article_id for each in entries]
    later = LedgerEntry.objects.signed().filter(article__in=pages).exclude(by=entry.by_id)
    newest = {each.article_id: each for each in later.in_order().select_related("by")}
    return [_describe_page(each, newest.get(each.article_id)) for each in entries]


def _select_entries(entry: LedgerEntry) -> LedgerEntryQuerySet:
    receipt = getattr(entry, "receipt", None)
    entries = LedgerEntry.objects.filter(by=entry.by_id)
    if receipt is not None and receipt.sign_in:
        return entries.filter(receipt__sign_in=receipt.sign_in).in_order()
    first = entry.at - UNKNOWN_SIGN_IN_PERIOD
    last = entry.at + UNKNOWN_SIGN_IN_PERIOD
    near = entries.signed().filter(receipt__sign_in__isnull=True, at__range=(first, last))
    return (near | entries.filter(pk=entry.pk)).in_order()


def _describe_page(entry: LedgerEntry, later: LedgerEntry | None) -> DisputedPage:
    is_public = entry.article.live_id is not None
    if later is None or later.sequence < entry.sequence:
        return DisputedPage(entry, is_public)
    name = later.by.get_full_name() or later.by.get_username()
    return DisputedPage(entry, is_public, name, later.at)


@transaction.atomic
def dispute(entry: LedgerEntry, *, by: User) -> list[SignatureDispute]:
    """Record that a signature is not its signer's, and all of the same sign-in with it.

    What was disputed already stays as it is; the list is empty if all of it was. Raises
    CannotDispute.
    """
    by = reload_user(by)
    if entry.by_id != by.pk:
        raise CannotDispute("Only the person in whose name this was signed can say that.")
    reviewer = Reviewer.objects.select_for_update(no_key=True).filter(user=by).first()
    if reviewer is None:
        raise CannotDispute("This account signs nothing.")
    if SignatureDispute.objects.filter(entry=entry).exists():
        return []
    now = timezone.now()
    disputes = []
    for page in list_pages(entry):
        if not SignatureDispute.objects.filter(entry=page.entry).exists():
            report = _raise_alert(page, by) if page.is_public else None
            disputes.append(
                SignatureDispute(entry=page.entry, reviewer=reviewer, at=now, report=report)
            )
    SignatureDispute.objects.bulk_create(disputes)
    _end_sessions(by)
    for listener in _listeners:
        transaction.on_commit(partial(listener, reviewer), robust=True)
    recording.record("dispute", disputes, by=by)
    return disputes


def _raise_alert(page: DisputedPage, by: User) -> ReaderReport:
    """A report that the page could harm somebody, for managing editors to decide."""
    entry = page.entry
    signed_at = timezone.localtime(entry.at)
    name = by.get_full_name() or by.get_username()
    words = (
        f"{name} says that this signature was not theirs: ledger entry {entry.sequence}, "
        f"{signed_at:%-d %B %Y at %H:%M}, over revision {entry.revision.number}."
    )
    if page.later_at:
        later_at = timezone.localtime(page.later_at)
        words += f" {page.later_signer} has signed the page since, on {later_at:%-d %B %Y}."
    return feedback_actions.create_report(
        entry.revision,
        key=uuid.uuid5(uuid.NAMESPACE_URL, f"dispute:{entry.hash}"),
        kind=ReaderReport.ReportKind.HARM,
        words=words,
        by=by,
        is_announced=False,  # one mail tells of all that was signed in the session
    )


def _end_sessions(user: User) -> None:
    """End every session of an account, and its password: whoever knows it must not come back.

    A session is bound to the password that it began with (Django's session hash), whatever stores
    it.
    """
    user.set_unusable_password()
    user.save(update_fields=["password"])


@transaction.atomic
def restore_right_to_sign(reviewer: Reviewer, *, by: User, identity_check: str) -> None:
    """Let somebody sign again who disputed a signature. Raises CannotRestoreSigning.

    ``identity_check`` says how ``by`` recognised the person. They must have set a new password.
    """
    if not by.has_perm("reviews.verify_reviewer"):
        raise CannotRestoreSigning("Only managing editors can restore the right to sign.")
    if by.pk == reviewer.user_id:
        raise CannotRestoreSigning("Somebody else must restore your right to sign.")
    validate_text(
        identity_check, "Say how you made sure that it is really this person.", CannotRestoreSigning
    )
    if len(identity_check) > SignatureDispute.MAX_CHECK_LENGTH:
        raise CannotRestoreSigning(
            f"Say it in at most {SignatureDispute.MAX_CHECK_LENGTH} characters."
        )
    reviewer = Reviewer.objects.select_for_update(no_key=True).get(pk=reviewer.pk)
    if error := get_restoring_error(reviewer):
        raise CannotRestoreSigning(error)
    open_disputes = SignatureDispute.objects.open().filter(reviewer=reviewer)
    disputes = list(open_disputes)
    open_disputes.update(
        restored_by=by, restored_at=timezone.now(), identity_check=identity_check.strip()
    )
    recording.record("dispute", disputes, by=by)


def get_restoring_error(reviewer: Reviewer) -> str:
    """Why the right to sign cannot be restored; empty if it can."""
    if not reviewer.is_suspended:
        return "They disputed no signature, or their right to sign was restored already."
    if not reviewer.user.is_active:
        return "The account is closed."
    if not reviewer.user.has_usable_password():
        return "They have not set a new password yet, by “Forgot your password?” at the sign-in."
    return ""
