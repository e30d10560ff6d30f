"""History in the order of its events: five files read in step, each row when the database takes it.

Nothing here touches a database. What is checked is what the lines alone can show.
"""

from collections.abc import Callable, Iterator
from typing import Generic
from uuid import UUID

from tqdm import tqdm

from articles.audit import authorship
from articles.audit.chain import GENESIS_HASH
from articles.content.document import digest
from articles.models import Article, PublicationEvent, Revision
from config.operations.archive.declaration import (
    EXPUNCTIONS,
    LEDGER,
    PUBLICATIONS,
    REVIEWS,
    REVISIONS,
    ArchiveFile,
    ModelT,
)
from config.operations.archive.keys import KeyMap
from config.operations.archive.reading import Archive, InvalidArchive
from config.operations.archive.rows import ArchiveRow, build_rows
from config.operations.archive.versions import FIRST_VERSION_WITH_EVENTS
from reviews.models import Expunction, LedgerEntry, MedicalReview
from reviews.signing import ledger


class ArchiveHistory:
    """Before each entry of the ledger come the rows that it is about, and after it the publications
    that rest on it.

    Rows of a file keep their order: the triggers accepted it once, so they accept it again.
    """

    def __init__(self, archive: Archive, keys: KeyMap, no_progress: bool | None):
        self._archive, self._keys, self._no_progress = archive, keys, no_progress
        self.head = (0, ledger.GENESIS_HASH)
        self._has_hashes = archive.manifest["version"] >= FIRST_VERSION_WITH_EVENTS
        self._page_uuids = keys.list_names(Article)
        self._authorship_hashes: dict[int, str] = {}  # page → that of its newest revision
        self._revisions = _RowStream(self._iter_checked(REVISIONS, self._check_revision))
        self._reviews = _RowStream(self._iter_checked(REVIEWS, self._note_decision))
        self._expunctions = _RowStream(self._iter_checked(EXPUNCTIONS, self._note_expunction))
        self._publications = _RowStream(self._iter_checked(PUBLICATIONS, lambda row: None))
        # By the key of a review, its line and its decision; by the key of a revision, its line.
        self._open_decisions: dict[int, tuple[int, tuple]] = {}
        self._blank_revisions: dict[int, int] = {}
        self._expunging_entries: set[int] = set()
        self._publishable_hashes: set[str] = set()

    def events(self) -> Iterator[ArchiveRow]:
        lines = self._archive.manifest["files"][LEDGER.file_name].get("lines", 0)
        entries = build_rows(self._archive, LEDGER, self._keys)
        with tqdm(entries, "history", lines, disable=self._no_progress) as rows:
            for entry in rows:
                yield from self._read_preceding(entry.instance)
                self._check_entry(entry)
                yield entry
                self._publishable_hashes.add(entry.instance.hash)
                yield from self._publications.read_while(self._is_publishable)
        for stream in (self._revisions, self._reviews, self._expunctions, self._publications):
            for row in stream.read_rest():
                if stream is self._publications and not self._is_publishable(row.instance):
                    raise row.error("no entry of the ledger let it out")
                yield row
        self._check_all_matched()

    def _read_preceding(self, entry: LedgerEntry) -> Iterator[ArchiveRow]:
        if entry.review_id:
            yield from self._reviews.read_until(entry.review_id)
        yield from self._revisions.read_until(entry.revision_id)
        if entry.outcome == LedgerEntry.EntryOutcome.EXPUNGED:
            while entry.pk not in self._expunging_entries:
                expunction = self._expunctions.advance()
                if expunction is None:
                    return
                yield expunction

    def _is_publishable(self, publication: PublicationEvent) -> bool:
        if publication.evidence is None:
            return True
        if publication.evidence in self._publishable_hashes:
            self._publishable_hashes.discard(publication.evidence)
            return True
        return False

    def _iter_checked(
        self, file: ArchiveFile[ModelT], check: Callable[[ArchiveRow[ModelT]], None]
    ) -> Iterator[ArchiveRow[ModelT]]:
        for row in build_rows(self._archive, file, self._keys):
            check(row)
            yield row

    def _check_revision(self, archive_row: ArchiveRow[Revision]) -> None:
        revision = archive_row.instance
        if revision.expunged:
            self._blank_revisions[revision.pk] = archive_row.number
        elif digest(revision.document.encode()) != revision.digest:
            raise archive_row.error("its text is not the text of its digest")
        self._check_authorship(archive_row)

    def _check_authorship(self, archive_row: ArchiveRow[Revision]) -> None:
        """Compare the hash of a revision; compute it where the archive is of an older version."""
        revision = archive_row.instance
        expected = authorship.compute_hash(
            revision,
            UUID(bytes=self._page_uuids[revision.article_id]),
            authors=[author.user_id for author in archive_row.related["authors"]],
            previous_hash=self._authorship_hashes.get(revision.article_id, GENESIS_HASH),
        )
        if self._has_hashes and revision.authorship_hash != expected:
            raise archive_row.error("who saved it or wrote in it is not what its hash says")
        revision.authorship_hash = expected
        self._authorship_hashes[revision.article_id] = expected

    def _note_decision(self, archive_row: ArchiveRow[MedicalReview]) -> None:
        if archive_row.instance.decided_at is not None:
            self._open_decisions[archive_row.instance.pk] = (
                archive_row.number,
                _get_decision(archive_row.instance),
            )

    def _note_expunction(self, archive_row: ArchiveRow[Expunction]) -> None:
        row = archive_row.instance
        if row.entry_id:
            self._expunging_entries.add(row.entry_id)

    def _check_entry(self, archive_row: ArchiveRow[LedgerEntry]) -> None:
        """The chain is whole up to here, and the decision is the one of the review."""
        entry = archive_row.instance
        sequence, tip = self.head
        if (entry.sequence, entry.previous_hash) != (sequence + 1, tip):
            raise archive_row.error("it does not follow the entry before it")
        if digest(entry.record.encode()) != entry.hash:
            raise archive_row.error("its record is not the record of its hash")
        self.head = (entry.sequence, entry.hash)
        if entry.review_id:
            _, decided = self._open_decisions.pop(entry.review_id, (0, None))
            if decided != (entry.outcome, entry.by_id, entry.at):
                raise archive_row.error("it is not what its review tells of how it was decided")
        if entry.outcome == LedgerEntry.EntryOutcome.EXPUNGED:
            self._blank_revisions.pop(entry.revision_id, None)

    def _check_all_matched(self) -> None:
        for number, _ in self._open_decisions.values():
            raise InvalidArchive(
                REVIEWS.file_name, number, "it is decided, and no entry of the ledger says so"
            )
        for number in self._blank_revisions.values():
            raise InvalidArchive(
                REVISIONS.file_name, number, "its text is blank, and no entry of the ledger says so"
            )


def _get_decision(review: MedicalReview) -> tuple:
    return review.outcome, review.decided_by_id, review.decided_at


class _RowStream(Generic[ModelT]):
    """Rows one after the other, with a look at the next."""

    def __init__(self, rows: Iterator[ArchiveRow[ModelT]]):
        self._rows, self._last_key = rows, 0
        self._next_row: ArchiveRow[ModelT] | None = None

    def advance(self) -> ArchiveRow[ModelT] | None:
        row, self._next_row = self._next_row or next(self._rows, None), None
        if row is not None:
            self._last_key = row.instance.pk
        return row

    def read_until(self, key: int) -> Iterator[ArchiveRow]:
        while self._last_key < key and (row := self.advance()):
            yield row

    def read_while(self, predicate) -> Iterator[ArchiveRow]:
        while row := self.advance():
            if not predicate(row.instance):
                self._next_row = row
                return
            yield row

    def read_rest(self) -> Iterator[ArchiveRow]:
        while row := self.advance():
            yield row
