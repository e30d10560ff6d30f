"""The rounds of a page: what was asked for last time, and the texts to compare with.

Nothing is tracked. What somebody read last is the text that they decided or signed last.
"""

from dataclasses import dataclass

from django.contrib.auth.models import User

from articles.content.document import Document
from reviews.models import LedgerEntry, MedicalReview
from reviews.signing import comments
from reviews.signing.comments import CommentThread

Outcome = MedicalReview.Outcome
EntryOutcome = LedgerEntry.EntryOutcome
SINCE_READING = "reading"
SINCE_SIGNATURE = "signature"
# Decisions of people who have not read the text, and actions that decide no review.
NO_READING = (
    EntryOutcome.DECLINED,
    EntryOutcome.CANCELLED,
    EntryOutcome.WITHDRAWN,
    EntryOutcome.EXPUNGED,
    EntryOutcome.ATTESTED,
)


@dataclass(frozen=True)
class RequestedChanges:
    """The round before: the decision in its reviewer's words, and the comments sent with it."""

    review: MedicalReview
    text: str
    threads: list[CommentThread]


def find_requested_changes(review: MedicalReview, document: Document) -> RequestedChanges | None:
    """What was asked for last time, unless the page has been signed since.

    Requests that editors took back and reviewers who declined do not end a round.
    """
    earlier = review.article.medical_reviews.filter(
        pk__lt=review.pk, outcome__in=[Outcome.APPROVED, Outcome.CHANGES]
    )
    last = earlier.select_related("decided_by", "reviewer", "revision").order_by("-pk").first()
    if last is None or last.outcome != Outcome.CHANGES:
        return None
    threads = comments.build_threads(last, document)
    pinned = [thread.comment for thread in threads]
    return RequestedChanges(last, comments.extract_own_words(last.comment, pinned), threads)


@dataclass(frozen=True)
class Comparison:
    """The text that a review is compared with, and the other one that it can be compared with.

    ``signature`` is the last signature over the page whose text can be read: what is signed is
    what changed since. ``reading`` is the reader's own last decision on another text.
    """

    signature: LedgerEntry | None
    reading: LedgerEntry | None = None
    since: str = SINCE_SIGNATURE
    is_reading_expunged: bool = False
    is_signature_expunged: bool = False

    @property
    def basis(self) -> LedgerEntry | None:
        return self.reading if self.since == SINCE_READING else self.signature

    @property
    def is_reading_newer(self) -> bool:
        """Whether the reader has read a text since the last signature."""
        if self.reading is None:
            return False
        return self.signature is None or self.reading.sequence > self.signature.sequence

    @property
    def shows_less(self) -> bool:
        """Whether the view leaves out some of what the signature is over."""
        return self.since == SINCE_READING and self.is_reading_newer


def choose_comparison(
    review: MedicalReview, signature: LedgerEntry | None, reader: User | None, wanted: str = ""
) -> Comparison:
    """With what a review is compared: what is ``wanted``, else what its reader read last.

    That is where it is newer than the last ``signature`` and the text differs from it; otherwise it
    is the text of the signature.
    """
    entries = LedgerEntry.objects.filter(article=review.article).exclude(review=review)
    if review.decided_at:
        entries = entries.filter(at__lt=review.decided_at)
    entries = entries.select_related("revision", "by").order_by("-sequence")
    newest = entries.signed().values_list("sequence", flat=True).first()
    is_signature_expunged = newest is not None and (
        signature is None or signature.sequence != newest
    )
    reading = entries.filter(by=reader).exclude(outcome__in=NO_READING).first()
    is_reading_expunged = reading is not None and reading.revision.expunged
    if reading is None or is_reading_expunged or _is_same_text(reading, signature):
        return Comparison(
            signature,
            is_reading_expunged=is_reading_expunged,
            is_signature_expunged=is_signature_expunged,
        )
    comparison = Comparison(signature, reading, is_signature_expunged=is_signature_expunged)
    has_news = not _is_same_revision(reading, review)
    default = SINCE_READING if comparison.is_reading_newer and has_news else SINCE_SIGNATURE
    since = wanted if wanted in (SINCE_READING, SINCE_SIGNATURE) else default
    return Comparison(signature, reading, since, is_signature_expunged=is_signature_expunged)


def _is_same_text(one: LedgerEntry, other: LedgerEntry | None) -> bool:
    return other is not None and one.revision.digest == other.revision.digest


def _is_same_revision(entry: LedgerEntry, review: MedicalReview) -> bool:
    return entry.revision.digest == review.revision.digest
