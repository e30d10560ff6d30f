"""What a review is over: the text that was signed last, what changed since, and what is asked."""

from dataclasses import dataclass

from django.db.models import QuerySet

from articles.content import kinds
from articles.content.diff import ChangedPart, DiffPart, compare_parts, find_changed_parts
from articles.content.document import EXPUNGED, Document
from articles.models import Article
from reviews.models import LedgerEntry, MedicalReview
from reviews.signing import checklist

TRIGGERS_WITH_REASON = (
    MedicalReview.Trigger.SAFETY,
    MedicalReview.Trigger.GUIDELINE,
    MedicalReview.Trigger.READER,
)


@dataclass(frozen=True)
class SignedChange:
    """A text under review beside the last text of its page that was signed and can be read.

    Without such a text ``parts`` are those of the whole page, and none of them changed.
    """

    document: Document
    previous: LedgerEntry | None
    parts: list[DiffPart]

    @property
    def changed_parts(self) -> list[DiffPart]:
        return [part for part in self.parts if part.changes]


def load_change(review: MedicalReview) -> SignedChange:
    """The text of a review, compared with the last signed one. One query and two texts."""
    document = review.revision.read()
    blocks = kinds.get(document.kind).blocks
    previous = get_previous_signature(review)
    before = previous.revision.read() if previous else document
    return SignedChange(document, previous, compare_parts(blocks(before), blocks(document)))


def list_changed_parts(before: Document, document: Document) -> list[ChangedPart]:
    """The parts that differ between two texts of a page: what every count of parts counts."""
    blocks = kinds.get(document.kind).blocks
    return find_changed_parts(blocks(before), blocks(document))


def format_part_count(count: int) -> str:
    """A number of parts in words, such as “1 part” or “2 parts”."""
    return "1 part" if count == 1 else f"{count:,} parts"


def get_previous_signature(review: MedicalReview) -> LedgerEntry | None:
    """The last signature over the page whose text can be read.

    Of a review that was decided it is the last one before that.
    """
    signatures = _get_signatures(review.article).exclude(review=review)
    if review.decided_at:
        signatures = signatures.filter(at__lt=review.decided_at)
    return signatures.first()


def get_last_signature(page: Article) -> LedgerEntry | None:
    """The last signature over a page whose text can be read."""
    return _get_signatures(page).first()


def _get_signatures(page: Article) -> QuerySet[LedgerEntry]:
    signatures = LedgerEntry.objects.signed().filter(article=page)
    readable = signatures.exclude(revision__document=EXPUNGED)
    return readable.select_related("revision", "by").order_by("-sequence")


def build_checklist(
    review: MedicalReview, change: SignedChange | None = None
) -> checklist.Checklist:
    """What the signer of a review is asked.

    A change is asked about as a change if the text that was signed last can still be read.
    """
    if review.whole_page:
        return checklist.build_page_checklist(review.revision.read())
    if review.is_reread:
        return checklist.build_reread_checklist(review.revision.read())
    change = change or load_change(review)
    if change.previous is None:
        return checklist.build_page_checklist(change.document)
    return checklist.build_change_checklist(
        change.document, change.parts, has_reason=review.trigger in TRIGGERS_WITH_REASON
    )


def confirm_all(review: MedicalReview) -> dict[str, checklist.Answer]:
    """The answers of somebody who confirms each line, for signatures that are made by a program."""
    return {item.name: checklist.CONFIRMED for item in build_checklist(review).items}
