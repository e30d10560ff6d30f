"""The deeds that blank a text for good: one managing editor asks, another confirms, and the ledger says why.

It is the one exception to history that is never edited (DESIGN.md §1.4), for courts and for erasure.
"""

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from articles import actions as pages
from articles.actions import CannotExpunge
from articles.fields import refuse_unprintable
from articles.models import Revision
from reviews import ledger
from reviews.models import Expunction, MedicalReview, Signature

RIGHT = "reviews.expunge_revision"
MEANING = (
    "The text of this revision is expunged. Its digest, its signatures and its place in the history stay; "
    "the text itself can be read by nobody any more."
)


def others(user) -> list:
    """Who else could confirm what this person asks for: it takes two."""
    people = get_user_model().objects.with_perm(RIGHT, backend="django.contrib.auth.backends.ModelBackend")
    return list(people.exclude(pk=user.pk).order_by("pk"))


def why_not(revision: Revision) -> str:
    """Why the text of a revision cannot be expunged now; empty where it can."""
    held = MedicalReview.objects.waiting().filter(revision=revision)
    if held.exists():
        return "A reviewer is asked to sign this text. Take that request back first."
    return pages.why_not_expunge(revision)


def twins(revision: Revision) -> list[Revision]:
    """Other revisions of the page that say the same to the byte: each needs a request of its own."""
    same = Revision.objects.filter(article=revision.article_id, digest=revision.digest).exclude(pk=revision.pk)
    return [twin for twin in same.order_by("number") if not twin.expunged]


@transaction.atomic
def ask_to_expunge(revision: Revision, *, reason: str, legal_basis: str, by) -> Expunction:
    """Ask that a text be blanked for good. Nothing happens to it before somebody else confirms that."""
    if not by.has_perm(RIGHT):
        raise CannotExpunge("Only managing editors can ask for this.")
    reason, legal_basis = reason.strip(), " ".join(legal_basis.split())
    for said, lacking in ((reason, "Say why the text has to go."), (legal_basis, "Name the legal basis.")):
        if not said:
            raise CannotExpunge(lacking)
        try:
            refuse_unprintable(said)
        except ValidationError as error:
            raise CannotExpunge(error.messages[0]) from error
    pages.lock(revision.article)
    revision = _as_of_now(revision)
    if why := why_not(revision):
        raise CannotExpunge(why)
    if Expunction.objects.waiting().filter(revision=revision).exists():
        raise CannotExpunge("Somebody asked for this already, and it waits to be confirmed.")
    return Expunction.objects.create(
        revision=revision, reason=reason, legal_basis=legal_basis, asked_by=by, asked_at=timezone.now()
    )


@transaction.atomic
def confirm_expunging(expunction: Expunction, *, by, authentication: str = "password") -> Signature:
    """Blank the text that somebody else asked to expunge, with a ledger entry that says why: both or neither."""
    if not by.has_perm(RIGHT):
        raise CannotExpunge("Only managing editors can confirm this.")
    pages.lock(expunction.revision.article)
    expunction = _still_open(expunction)
    if expunction.asked_by_id == by.pk:
        raise CannotExpunge("You asked for this yourself, so somebody else must confirm it.")
    if why := why_not(expunction.revision):
        raise CannotExpunge(why)
    entry = ledger.append(
        ledger.Draft(
            outcome=Signature.Outcome.EXPUNGED,
            meaning=MEANING,
            revision=expunction.revision,
            by=by,
            actor=ledger.editor(by),
            at=timezone.now(),
            authentication=authentication,
            more={
                "reason": expunction.reason,
                "legal_basis": expunction.legal_basis,
                "asked_by": ledger.editor(expunction.asked_by),
                "asked_at": expunction.asked_at,
            },
        )
    )
    expunction.entry, expunction.confirmed_by, expunction.confirmed_at = entry, by, entry.at
    expunction.save(update_fields=["entry", "confirmed_by", "confirmed_at"])
    pages.expunge(expunction.revision, evidence=entry.hash, by=by, at=entry.at)
    return entry


@transaction.atomic
def drop_expunging(expunction: Expunction, *, by) -> None:
    """Refuse a request, or take one's own back: the text stays as it is."""
    if not by.has_perm(RIGHT):
        raise CannotExpunge("Only managing editors can drop this request.")
    expunction = _still_open(expunction)
    expunction.dropped_by, expunction.dropped_at = by, timezone.now()
    expunction.save(update_fields=["dropped_by", "dropped_at"])


def _as_of_now(revision: Revision) -> Revision:
    return Revision.objects.select_related("article__live").get(pk=revision.pk)


def _still_open(expunction: Expunction) -> Expunction:
    """The row of a request, held until the transaction ends; refused where it was settled meanwhile."""
    Expunction.objects.select_for_update().values_list("pk").get(pk=expunction.pk)
    expunction = Expunction.objects.select_related("revision__article__live", "asked_by").get(pk=expunction.pk)
    if not expunction.waiting:
        raise CannotExpunge("This request was settled already: look at the history of the page.")
    return expunction
