"""History stored in the order of its events, so that every trigger accepts each row.

Rows of many pages are stored at once, but those of one page one step after the other: its texts, a
request with its comments, the entry that decided it, and the publication.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, zip_longest

from django.db import DatabaseError
from django.db.models import Model, OuterRef, Subquery

from articles.content.document import EXPUNGED
from articles.models import Article, PublicationEvent, Revision
from config.operations.archive.folder import CannotRunOperation
from config.operations.archive.inserting import insert_rows, list_related
from config.operations.archive.rows import ArchiveRow
from reviews.models import Comment, Expunction, LedgerEntry, MedicalReview

MAX_ROWS = 2000  # rows in memory at a time,
MAX_CHARACTERS = 16 * 1024 * 1024  # or so many characters of text
# Stands for a text that was expunged until its publications and the entry that blanked it are
# stored: a trigger refuses to publish a blank text.
PLACEHOLDER_DOCUMENT = '{"expunged":"in a moment"}'


# Columns that are set together, and later than the row was made.
ANSWER = ("answer", "answered_by_id", "answered_at")
CONFIRMATION = ("entry_id", "confirmed_by_id", "confirmed_at")
DROPPING = ("dropped_by_id", "dropped_at")


@dataclass
class ReplayStep:
    """What happened to one page, up to a decision or a publication."""

    revisions: list[ArchiveRow[Revision]] = field(default_factory=list)
    review: ArchiveRow[MedicalReview] | None = None
    entry: ArchiveRow[LedgerEntry] | None = None
    publication: ArchiveRow[PublicationEvent] | None = None


class HistoryReplay:
    """Collects events until there are enough of them to be stored at once."""

    def __init__(self) -> None:
        self._steps: dict[int, list[ReplayStep]] = defaultdict(list)
        self._row_count = self._character_count = self._comment_count = 0
        self._expunged: list[int] = []
        self._confirmed: list[Expunction] = []

    def store(self, events: Iterable[ArchiveRow]) -> None:
        for event in events:
            self._add(event)
            if self._row_count >= MAX_ROWS or self._character_count >= MAX_CHARACTERS:
                self._flush()
        self._flush()
        self._finish()

    def _add(self, event: ArchiveRow) -> None:
        match event.instance:
            case Revision() as revision:
                step = self._get_step(revision.article_id, _is_decided)
                step.revisions.append(event)
                self._character_count += len(revision.document)
            case MedicalReview() as review:
                step = self._get_step(
                    review.article_id, lambda last: last.review or _is_decided(last)
                )
                step.review = event
            case LedgerEntry() as entry:
                step = self._get_step(entry.article_id, _is_decided)
                step.entry = event
            case PublicationEvent() as publication:
                step = self._get_step(publication.article_id, lambda last: last.publication)
                step.publication = event
            case Expunction() as expunction:
                self._store_expunction(expunction)
        self._row_count += 1

    def _get_step(self, page: int, is_full: Callable) -> ReplayStep:
        """The last step of a page, or a new one where that has no place for the event."""
        steps = self._steps[page]
        if not steps or is_full(steps[-1]):
            steps.append(ReplayStep())
        return steps[-1]

    def _store_expunction(self, expunction: Expunction) -> None:
        """Store a request to expunge as it was asked for, and drop it at once where it was dropped
        later.
        """
        if expunction.entry_id:
            self._confirmed.append(expunction)
        values = {}
        for column in expunction._meta.concrete_fields:
            values[column.attname] = getattr(expunction, column.attname)
        values.update(dict.fromkeys((*CONFIRMATION, *DROPPING)))
        insert_rows([Expunction(**values)])
        if expunction.dropped_at:
            Expunction.objects.filter(pk=expunction.pk).update(**_get_values(expunction, DROPPING))

    def _flush(self) -> None:
        """Store the first steps of all pages, then the second steps, and so on."""
        for wave in zip_longest(*self._steps.values()):
            steps = [step for step in wave if step is not None]
            with _describe_database_errors(steps):
                self._store(steps)
        self._steps.clear()
        self._row_count = self._character_count = 0

    def _store(self, steps: list[ReplayStep]) -> None:
        self._store_revisions(list(chain.from_iterable(step.revisions for step in steps)))
        self._store_reviews([step.review for step in steps if step.review])
        entries = [step.entry.instance for step in steps if step.entry]
        insert_rows(entries)
        _close_reviews([entry.review_id for entry in entries if entry.review_id])
        publications = [step.publication.instance for step in steps if step.publication]
        insert_rows(publications)
        _update_live(publications)

    def _store_revisions(self, rows: list[ArchiveRow[Revision]]) -> None:
        revisions = [row.instance for row in rows]
        for revision in revisions:
            if revision.expunged:
                self._expunged.append(revision.pk)
                revision.document = PLACEHOLDER_DOCUMENT
        insert_rows(revisions)
        insert_rows(list_related(rows, "authors"))

    def _store_reviews(self, rows: list[ArchiveRow[MedicalReview]]) -> None:
        """Store each as an open one: no other can be commented and decided."""
        reviews = [row.instance for row in rows]
        for review in reviews:
            review.outcome = ""
            review.decided_by_id = review.decided_at = None
        insert_rows(reviews)
        self._store_comments(list_related(rows, "comments"))
        insert_rows(list_related(rows, "hand_overs"))

    def _store_comments(self, comments: list[Comment]) -> None:
        """Store each without its answer, and then the answers."""
        answers = {}
        for comment in comments:
            self._comment_count += 1
            comment.pk = self._comment_count
            if comment.answered_at:
                answers[comment.pk] = _get_values(comment, ANSWER)
            comment.answer = ""
            comment.answered_by_id = comment.answered_at = None
        insert_rows(comments)
        for key, answer in answers.items():
            Comment.objects.filter(pk=key).update(**answer)

    def _finish(self) -> None:
        """Blank what was expunged, now that its entry and the texts after it are stored."""
        Revision.objects.filter(pk__in=self._expunged).update(document=EXPUNGED)
        for expunction in self._confirmed:
            confirmation = _get_values(expunction, CONFIRMATION)
            Expunction.objects.filter(pk=expunction.pk).update(**confirmation)


def _is_decided(step: ReplayStep) -> bool:
    return bool(step.entry or step.publication)


def _get_values(instance: Model, names: tuple[str, ...]) -> dict:
    return {name: getattr(instance, name) for name in names}


@contextmanager
def _describe_database_errors(steps: list[ReplayStep]) -> Iterator[None]:
    """What the database says when it refuses a row, and the lines among which that row is."""
    try:
        yield
    except DatabaseError as error:
        numbers = defaultdict(list)
        for step in steps:
            for event in (*step.revisions, step.review, step.entry, step.publication):
                if event:
                    numbers[event.name].append(event.number)
        places = [f"{name} lines {min(of)} to {max(of)}" for name, of in numbers.items()]
        raise CannotRunOperation(
            f"{', '.join(places)}: the database refuses one of these rows: {error}"
        ) from error


def _close_reviews(reviews: list[int]) -> None:
    """Close reviews as their entries say. The archive says the same: that was checked before."""
    entry = LedgerEntry.objects.filter(review=OuterRef("pk"))
    MedicalReview.objects.filter(pk__in=reviews).update(
        outcome=Subquery(entry.values("outcome")),
        decided_by=Subquery(entry.values("by")),
        decided_at=Subquery(entry.values("at")),
    )


def _update_live(publications: list[PublicationEvent]) -> None:
    """What visitors read of a page, and its address, follow its newest publication."""
    newest = PublicationEvent.objects.filter(article=OuterRef("pk")).order_by("-id")
    withdrawn: list[int] = []
    shown: list[int] = []
    for publication in publications:
        is_withdrawal = publication.kind == PublicationEvent.EventKind.WITHDRAW
        (withdrawn if is_withdrawal else shown).append(publication.article_id)
    Article.objects.filter(pk__in=withdrawn).update(live=None)
    Article.objects.filter(pk__in=shown).update(
        live=Subquery(newest.values("id")[:1]), slug=Subquery(newest.values("slug")[:1])
    )
