"""History in the order in which it happened: five files read in step, each row after what the database wants before it.

Nothing here touches a database. What is checked here is what can be told from the lines alone.
"""

from collections.abc import Iterator

from articles.content import digest
from articles.models import Publication, Revision
from config.archive.declaration import EXPUNCTIONS, LEDGER, PUBLICATIONS, REVIEWS, REVISIONS, File
from config.archive.keys import Keys
from config.archive.making import Brought, brought
from config.archive.reading import Archive, Broken
from reviews import ledger
from reviews.models import Expunction, MedicalReview, Signature
from reviews.verification.batches import Watch


class History:
    """The entries of the ledger lead; before each comes what it is about, and after each what it let out.

    Rows of a file keep their order. That order was one which the rules of the database accepted once, so they accept
    it again.
    """

    def __init__(self, archive: Archive, keys: Keys, watch: Watch):
        self._archive, self._keys, self._watch = archive, keys, watch
        self.previous = (0, ledger.GENESIS)
        self._revisions = _Stream(self._checked(REVISIONS, self._text))
        self._reviews = _Stream(self._checked(REVIEWS, self._review))
        self._expunctions = _Stream(self._checked(EXPUNCTIONS, self._asked))
        self._publications = _Stream(self._checked(PUBLICATIONS, lambda line: None))
        self._undecided: dict[int, tuple[int, tuple]] = {}  # review → its line, and how it was decided
        self._blank: dict[int, int] = {}  # revision → its line
        self._expunging: set[int] = set()
        self._let_out: set[str] = set()

    def events(self) -> Iterator[Brought]:
        seen = self._watch("history", lambda: self._archive.said["files"][LEDGER.file_name].get("lines", 0))
        for entry in brought(self._archive, LEDGER, self._keys):
            yield from self._before(entry.row)
            self._check(entry)
            yield entry
            self._let_out.add(entry.row.hash)
            yield from self._publications.while_(self._may_follow)
            seen(1)
        for stream in (self._revisions, self._reviews, self._expunctions, self._publications):
            for row in stream.rest():
                if stream is self._publications and not self._may_follow(row.row):
                    raise row.broken("no entry of the ledger let it out")
                yield row
        self._nothing_is_left()

    def _before(self, entry: Signature) -> Iterator[Brought]:
        if entry.review_id:
            yield from self._reviews.until(entry.review_id)
        yield from self._revisions.until(entry.revision_id)
        if entry.outcome == Signature.Outcome.EXPUNGED:
            while entry.pk not in self._expunging and (asked := self._expunctions.next()):
                yield asked

    def _may_follow(self, line: Publication) -> bool:
        if line.evidence is None:
            return True
        if line.evidence in self._let_out:
            self._let_out.discard(line.evidence)
            return True
        return False

    def _checked(self, file: File, check) -> Iterator[Brought]:
        for row in brought(self._archive, file, self._keys):
            check(row)
            yield row

    def _text(self, text: Brought) -> None:
        revision: Revision = text.row
        if revision.expunged:
            self._blank[revision.pk] = text.number
        elif digest(revision.document.encode()) != revision.digest:
            raise text.broken("its text is not the text of its digest")

    def _review(self, asked: Brought) -> None:
        if asked.row.decided_at is not None:
            self._undecided[asked.row.pk] = asked.number, _decision(asked.row)

    def _asked(self, asked: Brought) -> None:
        row: Expunction = asked.row
        if row.entry_id:
            self._expunging.add(row.entry_id)

    def _check(self, brought_entry: Brought) -> None:
        """The chain is whole up to here, and the decision is the one that the review tells."""
        entry: Signature = brought_entry.row
        sequence, tip = self.previous
        if (entry.sequence, entry.previous_hash) != (sequence + 1, tip):
            raise brought_entry.broken("it does not follow the entry before it")
        if digest(entry.record.encode()) != entry.hash:
            raise brought_entry.broken("its record is not the record of its hash")
        self.previous = (entry.sequence, entry.hash)
        if entry.review_id:
            _, decided = self._undecided.pop(entry.review_id, (0, None))
            if decided != (entry.outcome, entry.by_id, entry.at):
                raise brought_entry.broken("it is not what its review tells of how it was decided")
        if entry.outcome == Signature.Outcome.EXPUNGED:
            self._blank.pop(entry.revision_id, None)

    def _nothing_is_left(self) -> None:
        for number, _ in self._undecided.values():
            raise Broken(REVIEWS.file_name, number, "it is decided, and no entry of the ledger says so")
        for number in self._blank.values():
            raise Broken(REVISIONS.file_name, number, "its text is blank, and no entry of the ledger says so")


def _decision(review: MedicalReview) -> tuple:
    return review.outcome, review.decided_by_id, review.decided_at


class _Stream:
    """Rows one after the other, with a look at the next."""

    def __init__(self, rows: Iterator[Brought]):
        self._rows, self._reached, self._waiting = rows, 0, None

    def next(self) -> Brought | None:
        row, self._waiting = self._waiting or next(self._rows, None), None
        if row is not None:
            self._reached = row.row.pk
        return row

    def until(self, key: int) -> Iterator[Brought]:
        while self._reached < key and (row := self.next()):
            yield row

    def while_(self, fits) -> Iterator[Brought]:
        while row := self.next():
            if not fits(row.row):
                self._waiting = row
                return
            yield row

    def rest(self) -> Iterator[Brought]:
        while row := self.next():
            yield row
