"""An archive imported into an empty database: whole, verified, with every trigger in place."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from tqdm import tqdm

from articles.audit import chain, recording
from articles.content.document import digest
from articles.db.collector import collect_rarely
from articles.event_log import Event, log_once_committed
from articles.models import AuditEvent, PublicationEvent
from articles.page_store import changes
from articles.page_store.subjects import EVERYTHING
from articles.publishing import projections, related_pages
from config import groups
from config.operations.archive import keys, manifest
from config.operations.archive.declaration import (
    BASE_FILES,
    EVENTS,
    EXTRA_FILES,
    ArchiveFile,
)
from config.operations.archive.folder import CannotRunOperation
from config.operations.archive.history import ArchiveHistory
from config.operations.archive.inserting import reset_sequences, store_rows
from config.operations.archive.keys import KeyMap
from config.operations.archive.reading import Archive
from config.operations.archive.replay import HistoryReplay
from config.operations.archive.rows import ArchiveRow, build_rows
from config.operations.archive.schema_check import require_migrated
from reviews import verification
from reviews.models import Reviewer

MAX_FAULTS = 20  # faults that are printed


def find_existing_rows() -> list[str]:
    """What this database holds already, in words: an archive is imported into an empty one only."""
    models = {file.model for file in (*BASE_FILES, *EXTRA_FILES)} - {Group}
    found: list[str] = []
    for model in models:
        _describe_rows(model._base_manager.all(), found)
    _describe_rows(Group.objects.exclude(name__in=groups.GROUP_PERMISSIONS), found)
    return sorted(found)


def _describe_rows(rows: QuerySet, found: list[str]) -> None:
    count, meta = rows.count(), rows.model._meta
    if count:
        name = meta.verbose_name if count == 1 else meta.verbose_name_plural
        found.append(f"{count:,} {name}")


def check_archive(archive: Archive, *, no_progress: bool | None) -> dict[str, int]:
    """Check all of an archive that can be checked without storing it; gives the number of lines of
    each file.

    Raises CannotRunOperation.
    """
    require_migrated()
    names = keys.collect_keys(archive, no_progress)
    for file in archive.files:
        if file in BASE_FILES or file in EXTRA_FILES:
            for _ in build_rows(archive, file, names):
                pass
    history = ArchiveHistory(archive, names, no_progress)
    for _ in history.events():
        pass
    _check_head(archive, history.head)
    _check_events(archive, names)
    return count_lines(archive)


def count_lines(archive: Archive) -> dict[str, int]:
    return {file.name: archive.manifest["files"][file.file_name]["lines"] for file in archive.files}


def import_archive(archive: Archive, *, no_progress: bool | None) -> dict[str, int]:
    """Store an archive; gives the number of lines of each file.

    Raises CannotRunOperation, with nothing stored, where anything about it is not as it should be.
    """
    with collect_rarely():
        return _import_archive(archive, no_progress=no_progress)


def _import_archive(archive: Archive, *, no_progress: bool | None) -> dict[str, int]:
    _require_empty_database()
    names = keys.collect_keys(archive, no_progress)
    with _translate_database_errors(), _delete_images_on_error() as stored, transaction.atomic():
        _lock_imports()
        _require_empty_database()
        if EVENTS not in archive.files:
            _check_events(archive, names)
        Group.objects.all().delete()  # those of the migrations, which the archive has too
        unverified = _store_files(archive, BASE_FILES, names, no_progress)
        history = ArchiveHistory(archive, names, no_progress)
        HistoryReplay().store(history.events())
        Reviewer.objects.filter(pk__in=unverified).update(verified_by=None, verified_at=None)
        _store_files(archive, EXTRA_FILES, names, no_progress)
        names.clear()
        reset_sequences()
        with tqdm(desc="lists beside the log", bar_format="{desc} {elapsed}", disable=no_progress):
            projections.rebuild()
            related_pages.renew()
        _store_images(archive, stored, no_progress)
        _check_head(archive, history.head)
        if EVENTS not in archive.files:
            recording.record_baseline()
        changes.announce([EVERYTHING])
        _verify(archive, no_progress)
        log_once_committed(Event.IMPORT, kind="archive")
    _vacuum(no_progress)
    return count_lines(archive)


def _require_empty_database() -> None:
    require_migrated()
    if found := find_existing_rows():
        raise CannotRunOperation(
            f"This database is not empty: it holds {', '.join(found)}. Nothing was changed."
        )


def _lock_imports() -> None:
    """Of two imports at once the second waits for the first, and then finds its rows.

    SQLite has one writer in any case.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [manifest.FORMAT])


@contextmanager
def _translate_database_errors():
    """What a database says when it refuses a row, for the person who imports it."""
    try:
        yield
    except (DatabaseError, ValidationError) as error:
        raise CannotRunOperation(f"The database refuses what the archive tells: {error}") from error


def _store_files(
    archive: Archive, files: tuple[ArchiveFile, ...], names: KeyMap, no_progress: bool | None
) -> list[int]:
    """Store files whose order does not matter; gives the reviewers who are not verified now."""
    unverified: list[int] = []
    people = names.all(User)

    def prepare(row) -> None:
        if isinstance(row, User):
            row.set_unusable_password()
        elif isinstance(row, Reviewer) and row.verified_at is None:
            _verify_temporarily(row, people, unverified)

    for file in files:
        if file in archive.files:
            lines = archive.manifest["files"][file.file_name]["lines"]
            built = build_rows(archive, file, names)
            if file is EVENTS:
                built = _iter_checked_events(archive, built)
            with tqdm(built, file.name, lines, disable=no_progress) as rows:
                store_rows(rows, prepare)
    return unverified


def _verify_temporarily(reviewer: Reviewer, people: list[int], unverified: list[int]) -> None:
    """Let a reviewer who was verified when they signed, and is no longer, have signed.

    A trigger accepts signatures of verified reviewers only: they count as verified until their
    signatures are stored, and then as the archive says.
    """
    others = [person for person in people if person != reviewer.user_id]
    if others:
        reviewer.verified_by_id, reviewer.verified_at = others[0], timezone.now()
        unverified.append(reviewer.pk)


@contextmanager
def _delete_images_on_error() -> Iterator[list[str]]:
    """Delete the files that were stored, should the import fail."""
    stored: list[str] = []
    try:
        yield stored
    except BaseException:
        for name in stored:
            storages["images"].delete(name)
        raise


def _store_images(archive: Archive, stored: list[str], no_progress: bool | None) -> None:
    """Store each file that is not there yet. Damaged ones are found by the verification."""
    storage = storages["images"]
    for path in tqdm(archive.list_image_paths(), "pictures", disable=no_progress):
        name = path.removeprefix("images/")
        if not storage.exists(name):
            storage.save(name, ContentFile(archive.read_image(path)))
            stored.append(name)


def _check_head(archive: Archive, head: tuple[int, str]) -> None:
    named = archive.manifest["head"]
    if head != (named.get("sequence"), named.get("hash")):
        raise CannotRunOperation(
            f"{manifest.FILE_NAME}: it names the head {named.get('sequence')}:{named.get('hash')}, "
            f"and the ledger ends with {head[0]}:{head[1]}."
        )


def _check_events(archive: Archive, names: KeyMap) -> None:
    """Check the chain of events of an archive. An older one has none."""
    rows = build_rows(archive, EVENTS, names) if EVENTS in archive.files else iter(())
    for _ in _iter_checked_events(archive, rows):
        pass


def _iter_checked_events(
    archive: Archive, rows: Iterator[ArchiveRow[AuditEvent]]
) -> Iterator[ArchiveRow[AuditEvent]]:
    """Events, of which each follows the one before it, and the last is that of the manifest."""
    sequence, hash_ = 0, chain.GENESIS_HASH
    for row in rows:
        event = row.instance
        if (event.sequence, event.previous_hash) != (sequence + 1, hash_):
            raise row.error("it does not follow the event before it")
        if digest(event.record.encode()) != event.hash:
            raise row.error("its record is not the record of its hash")
        sequence, hash_ = event.sequence, event.hash
        yield row
    named = archive.manifest["events_head"]
    if (sequence, hash_) != (named.get("sequence"), named.get("hash")):
        raise CannotRunOperation(
            f"{manifest.FILE_NAME}: it names the event {named.get('sequence')}:"
            f"{named.get('hash')}, and the chain of events ends with {sequence}:{hash_}."
        )


def _verify(archive: Archive, no_progress: bool | None) -> None:
    """Verify what ``verify_ledger`` does, before the transaction ends.

    Save for the lists beside the log: no archive has them. They were built from the log in this
    transaction, and to compare them would be to build them twice.
    """
    found = verification.find_faults(no_progress=no_progress, except_for=[verification.LISTS])
    faults = list(islice(found, MAX_FAULTS))
    if faults:
        raise CannotRunOperation(
            "\n".join(["What was brought in does not verify, so nothing was kept:", *faults])
        )
    if PublicationEvent.objects.site_revision() != archive.manifest.get("site_revision"):
        raise CannotRunOperation(
            f"{manifest.FILE_NAME}: its site revision is not the number of the newest publication."
        )


def _vacuum(no_progress: bool | None) -> None:
    """PostgreSQL plans badly over tables of which it has no statistics since they were filled."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        bar = tqdm(
            desc="statistics of the tables", bar_format="{desc} {elapsed}", disable=no_progress
        )
        with bar, connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
