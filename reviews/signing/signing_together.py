"""One act of signing over the same change on many pages: which pages take part, and the act."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Subquery
from django.utils import timezone

from articles import quality
from articles.content import kinds
from articles.content.diff import compare_parts
from articles.content.document import EXPUNGED, Document
from articles.content.passages import Run
from articles.models import Article, PublicationEvent, Revision
from articles.publishing import related_pages
from articles.publishing.actions import ActionRefused
from reviews.models import (
    Comment,
    LedgerEntry,
    MedicalReview,
    RecalledReview,
    ReportedReview,
    Reviewer,
    ReviewOpening,
)
from reviews.signing import ledger, same_changes
from reviews.signing.actions import CannotSign, sign_off
from reviews.signing.changes import SignedChange, build_checklist
from reviews.signing.checklist import CONFIRMED, Answer, Checklist, ChecklistItem
from reviews.signing.eligibility import get_barred_pages
from reviews.signing.same_changes import SameChange

MAX_PAGES = 50  # signed in one act
SEPARATOR = ":"
OTHER_CHANGE = "Something else on the page changed too."
NOT_THE_SAME = "Its text changed since the list was made."
Outcome = MedicalReview.Outcome
SeenPlace = tuple[str, str, str]  # review, digest of its text, hash of the last signature


class ListChanged(CannotSign):
    """The pages are not those that the signer saw: nothing was signed.

    ``differences`` has a sentence for each page that is another, gone or new.
    """

    def __init__(self, differences: list[str]) -> None:
        super().__init__("The list changed while you read it, so nothing was signed.")
        self.differences = differences


@dataclass(frozen=True)
class ChangedPlace:
    """One open review of the change: the page, and each sentence in which the words changed."""

    review: MedicalReview
    change: SignedChange
    sentences: list[tuple[str, tuple[Run, ...]]]
    checklist: Checklist

    @property
    def seen(self) -> SeenPlace:
        """What the signer has seen of it."""
        last = self.change.previous.hash if self.change.previous else ""
        return str(self.review.uuid), self.review.revision.digest, last

    @property
    def seen_value(self) -> str:
        """The same in one value of a form."""
        return SEPARATOR.join(self.seen)


@dataclass(frozen=True)
class LeftPlace:
    """A page that has the change and is signed by itself, and why."""

    review: MedicalReview
    reason: str


@dataclass
class SigningList:
    """What one act signs, up to 50 pages, how many are left for the next, what is read alone."""

    key: str
    places: list[ChangedPlace] = field(default_factory=list)
    more_count: int = 0
    left: list[LeftPlace] = field(default_factory=list)

    @property
    def items(self) -> list[ChecklistItem]:
        """The lines of all checklists, each once."""
        items: dict[str, ChecklistItem] = {}
        for place in self.places:
            for item in place.checklist.items:
                items.setdefault(item.name, item)
        return list(items.values())

    @property
    def checklist(self) -> Checklist:
        """What is asked of one signature over all of them."""
        return Checklist(
            tuple(self.items), "change", sum(each.checklist.words for each in self.places)
        )


def build_list(key: str, by: User) -> SigningList:
    """The pages of a change that somebody can sign together, and the others with the reason.

    It reads the texts anew. The number of queries does not depend on how many pages there are,
    as long as no check blocks dozens of them.
    """
    same = same_changes.find_same_change(key)
    found = SigningList(key)
    if same is None:
        return found
    reviews = _load_reviews(same)
    reasons = find_obstacles(list(reviews.values()), by)
    reasons |= dict.fromkeys((each.review for each in same.wider), OTHER_CHANGE)
    free = []
    for pk, review in sorted(reviews.items(), key=lambda pair: (pair[1].article.sort_key, pair[0])):
        if pk in reasons:
            found.left.append(LeftPlace(review, reasons[pk]))
        else:
            free.append(review)
    while free and len(found.places) < MAX_PAGES:
        size = MAX_PAGES - len(found.places)
        _add_places(found, free[:size])
        free = free[size:]
    found.more_count = len(free)
    return found


def _load_reviews(same: SameChange) -> dict[int, MedicalReview]:
    """The reviews of a change, without their texts."""
    ids = [each.review for each in [*same.candidates, *same.wider]]
    reviews = MedicalReview.objects.select_related("article__live", "basis", "reviewer")
    return reviews.select_related("requested_by").in_bulk(ids)


def find_obstacles(reviews: Sequence[MedicalReview], by: User) -> dict[int, str]:
    """By review, why it is not signed together with others. A fixed number of queries."""
    keys = [review.pk for review in reviews]
    page_ids = [review.article_id for review in reviews]
    reviewer = Reviewer.objects.filter(user=by).first()
    barred = get_barred_pages(page_ids, by)
    newest = _load_newest_events(page_ids)
    numbers = dict(MedicalReview.objects.filter(pk__in=keys).values_list("pk", "revision__number"))
    flags = _load_flags(keys)
    reasons = {}
    for review in reviews:
        event = newest.get(review.article_id)
        found = [
            _get_own_reason(review, reviewer),
            _get_page_reason(review, event, numbers[review.pk]),
            *flags.get(review.pk, []),
        ]
        if review.article_id in barred:
            found.insert(0, "You wrote some of this page, so somebody else must sign it.")
        if reason := next(filter(None, found), ""):
            reasons[review.pk] = reason
    return reasons


def _get_own_reason(review: MedicalReview, reviewer: Reviewer | None) -> str:
    """What stands in the request itself."""
    if reviewer is None or review.reviewer_id not in (None, reviewer.pk):
        return f"It is assigned to {review.reviewer or 'nobody'}."
    if review.override:
        return "A check blocks it, and it was requested all the same."
    if review.correction:
        return "It prints a correction of its own."
    if review.continues_id:
        return "It is a second reading."
    return ""


def _get_page_reason(review: MedicalReview, newest: PublicationEvent | None, number: int) -> str:
    """What happened to the page since the request."""
    if review.article.discarded_at:
        return "The page was discarded."
    if newest is None or newest.kind == PublicationEvent.EventKind.WITHDRAW:
        return "The page is not public: it needs a review of the whole page."
    if newest.revision.number > number:
        return "A later text of the page is public already."
    return ""


def _load_newest_events(page_ids: Collection[int]) -> dict[int, PublicationEvent]:
    """The last event of each page's publication log."""
    last = PublicationEvent.objects.filter(article__in=page_ids).order_by().values("article")
    newest = PublicationEvent.objects.filter(pk__in=last.annotate(Max("pk")).values("pk__max"))
    events = newest.select_related("revision").only("article", "kind", "revision__number")
    return {event.article_id: event for event in events}


def _load_flags(keys: Collection[int]) -> dict[int, list[str]]:
    """By review, what asks for a reading by itself. One query."""
    earlier = MedicalReview.objects.filter(
        article=OuterRef("article"),
        pk__lt=OuterRef("pk"),
        outcome__in=[Outcome.APPROVED, Outcome.CHANGES],
    )
    own = OuterRef("pk")
    rows = MedicalReview.objects.filter(pk__in=keys).annotate(
        is_recalled=Exists(RecalledReview.objects.filter(review=own, taken_along=True)),
        is_reported=Exists(ReportedReview.objects.filter(review=own)),
        has_comments=Exists(Comment.objects.filter(review=own)),
        last_outcome=Subquery(earlier.order_by("-pk").values("outcome")[:1]),
    )
    flags = {}
    columns = ("pk", "is_recalled", "is_reported", "has_comments", "last_outcome")
    for pk, is_recalled, is_reported, has_comments, last_outcome in rows.values_list(*columns):
        flags[pk] = [
            "It was recalled since it was requested." if is_recalled else "",
            "A reader reported a problem on the page." if is_reported else "",
            "It has comments." if has_comments else "",
            "Changes were requested last time." if last_outcome == Outcome.CHANGES else "",
        ]
    return flags


def _add_places(found: SigningList, reviews: list[MedicalReview]) -> None:
    """Add reviews to a list, read from their texts; to those left what a check blocks now."""
    entries = _load_last_signatures([review.article_id for review in reviews])
    revisions = Revision.objects.in_bulk([review.revision_id for review in reviews])
    pages = _load_pages(reviews)
    for review in reviews:
        review.revision = revisions[review.revision_id]
        entry = entries.get(review.article_id)
        reason = NOT_THE_SAME
        if entry is not None and not review.revision.expunged:
            document = review.revision.read()
            blocks = kinds.get(document.kind).blocks
            parts = compare_parts(blocks(entry.revision.read()), blocks(document))
            digests = same_changes.read_change(parts).digests
            if digests and same_changes.compute_key(digests) == found.key:
                reason = _find_block(pages[review.article_id], document)
                change = SignedChange(document, entry, parts)
        if reason:
            found.left.append(LeftPlace(review, reason))
            continue
        sentences = same_changes.list_places(change.changed_parts)
        checklist = build_checklist(review, change)
        found.places.append(ChangedPlace(review, change, sentences, checklist))


def _find_block(page: Article, document: Document) -> str:
    problems = quality.find_blocking_problems(page, document)
    return f"A check blocks it: {problems[0].message}" if problems else ""


def _load_last_signatures(page_ids: Collection[int]) -> dict[int, LedgerEntry]:
    """The last signature of each page whose text can be read, with that text."""
    signed = LedgerEntry.objects.signed().filter(article__in=page_ids)
    readable = signed.exclude(revision__document=EXPUNGED).order_by().values("article")
    last = readable.annotate(Max("sequence")).values("sequence__max")
    entries = LedgerEntry.objects.filter(sequence__in=last).select_related("revision")
    return {entry.article_id: entry for entry in entries}


def _load_pages(reviews: Iterable[MedicalReview]) -> dict[int, Article]:
    """The pages of reviews as checks read them. Two queries for each kind of page."""
    by_kind: dict[str, list[int]] = {}
    for review in reviews:
        by_kind.setdefault(review.article.kind, []).append(review.article_id)
    found: dict[int, Article] = {}
    for name, ids in by_kind.items():
        pages = kinds.get(name).model.objects.filter(pk__in=ids).select_related("notice")
        found |= {page.pk: page for page in pages.prefetch_related("topics")}
    return found


def record_openings(found: SigningList, by: User) -> None:
    """Record that somebody opened the reviews of a list. Only the first time counts."""
    now = timezone.now()
    rows = [ReviewOpening(review=place.review, user=by, at=now) for place in found.places]
    ReviewOpening.objects.bulk_create(rows, ignore_conflicts=True)


def list_differences(seen: Iterable[SeenPlace], found: SigningList) -> list[str]:
    """In what a list differs from the one that somebody saw; nothing if in nothing."""
    present = {place.seen[0]: place for place in found.places}
    left = {str(each.review.uuid): each.reason for each in found.left}
    differences = []
    known = dict.fromkeys(each[0] for each in seen)
    gone = [uuid for uuid in known if uuid not in present]
    reviews = MedicalReview.objects.filter(uuid__in=filter(_parse_uuid, gone)).select_related(
        "article", "decided_by"
    )
    by_uuid = {str(review.uuid): review for review in reviews}
    for uuid in gone:
        review = by_uuid.get(uuid)
        title = review.article.title if review else "A page"
        differences.append(f"“{title}”: {left.get(uuid) or _describe_end(review)}")
    was = {each[0]: each for each in seen}
    for uuid, place in present.items():
        title = place.review.article.title
        if uuid not in known:
            differences.append(f"“{title}” is new in the list.")
        elif was[uuid] != place.seen:
            differences.append(f"“{title}”: {NOT_THE_SAME}")
    return differences


def _parse_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _describe_end(review: MedicalReview | None) -> str:
    if review is None or review.decided_by is None:
        return "It is no longer among the pages with this change."
    name = review.decided_by.get_full_name() or review.decided_by.get_username()
    return f"It was decided meanwhile: {review.get_outcome_display().lower()}, by {name}."


def _lock_rows(uuids: Iterable[str]) -> None:
    """Lock reviews and their pages until the transaction ends, each in the order of their ids.

    All of them before the first signature: from then on the act holds the end of the ledger.
    """
    reviews = MedicalReview.objects.filter(uuid__in=filter(_parse_uuid, uuids)).order_by("pk")
    ids = list(reviews.values_list("article", flat=True))
    list(Article.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    list(reviews.select_for_update().values_list("pk"))


@transaction.atomic
def sign_together(
    key: str,
    seen: Sequence[SeenPlace],
    *,
    by: User,
    conflicts: str,
    authentication: str,
    answers: Mapping[str, Answer],
    left_out: Collection[str] = (),
    read_elsewhere: str | None = None,
    sign_in: UUID | None = None,
) -> list[LedgerEntry]:
    """Sign the same change on all pages that were seen, but those left out: all of them, or none.

    Each page has an entry of its own, which says with how many others it was signed. ``answers``
    confirm the lines of all checklists.

    Raises ListChanged if the list is another by now, and CannotSign.
    """
    if set(answers.values()) - {CONFIRMED}:
        raise CannotSign("Pages that you do not judge as a whole are signed one by one.")
    _lock_rows(each[0] for each in seen)
    found = build_list(key, by)
    if differences := list_differences(seen, found):
        raise ListChanged(differences)
    places = [place for place in found.places if place.seen[0] not in left_out]
    if not places:
        raise CannotSign("You left out every page, so there is nothing to sign.")
    together = ledger.describe_together(
        (place.review.uuid, place.review.revision.digest) for place in places
    )
    opened = ReviewOpening.objects.filter(user=by, review__in=[place.review for place in places])
    opened_at = dict(opened.values_list("review", "at"))
    entries = []
    with related_pages.together():
        for place in sorted(places, key=lambda place: place.review.article_id):
            lines = {item.name: answers.get(item.name) for item in place.checklist.items}
            try:
                entry = sign_off(
                    place.review,
                    by=by,
                    seen_digest=place.review.revision.digest,
                    conflicts=conflicts,
                    authentication=authentication,
                    opened_at=opened_at.get(place.review.pk),
                    answers={name: answer for name, answer in lines.items() if answer},
                    read_elsewhere=read_elsewhere,
                    sign_in=sign_in,
                    together=together if len(places) > 1 else None,
                )
            except ActionRefused as refusal:
                raise CannotSign(f"“{place.review.article.title}”: {refusal}") from refusal
            entries.append(entry)
    return entries
