"""An archive brought into an empty database: whole, proven, in one transaction, with every guard standing."""

from contextlib import contextmanager
from itertools import islice

from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from articles import projections
from articles.models import Publication
from config import groups
from config.archive import keys, manifest
from config.archive.declaration import BESIDE, FRAME, File
from config.archive.folder import Refused
from config.archive.history import History
from config.archive.keys import Keys
from config.archive.making import brought
from config.archive.migrated import refuse_unless_migrated
from config.archive.reading import Archive
from config.archive.replay import Replay
from config.archive.storing import count_on, store
from reviews import verification
from reviews.models import Reviewer
from reviews.verification.batches import Watch

TOLD = 20  # faults that are printed


def in_the_way() -> list[str]:
    """What this database holds already, in words: an archive is brought into an empty one alone."""
    models = {file.model for file in (*FRAME, *BESIDE)} - {Group}
    counts = [(model._base_manager.count(), model._meta) for model in models]
    counts.append((Group.objects.exclude(name__in=groups.GRANTS).count(), Group._meta))
    return sorted(
        f"{count:,} {meta.verbose_name if count == 1 else meta.verbose_name_plural}" for count, meta in counts if count
    )


def check(archive: Archive, watch: Watch) -> dict[str, int]:
    """Everything about an archive that can be told without storing it. Raises Refused. Gives the numbers of lines."""
    refuse_unless_migrated()
    names = keys.collect(archive, watch)
    for file in archive.files:
        if file in FRAME or file in BESIDE:
            for _ in brought(archive, file, names):
                pass
    history = History(archive, names, watch)
    for _ in history.events():
        pass
    _same_head(archive, history.previous)
    return counts(archive)


def counts(archive: Archive) -> dict[str, int]:
    return {file.name: archive.said["files"][file.file_name]["lines"] for file in archive.files}


def bring(archive: Archive, watch: Watch) -> dict[str, int]:
    """Store an archive. Raises Refused, with nothing stored, where anything about it is not as it should be."""
    _refuse_unless_empty()
    names = keys.collect(archive, watch)
    with _in_words(), _new_pictures() as stored, transaction.atomic():
        _alone()
        _refuse_unless_empty()
        Group.objects.all().delete()  # those that came with the program, which the archive has too
        unverified = _rows(archive, FRAME, names, watch)
        history = History(archive, names, watch)
        Replay().store(history.events())
        Reviewer.objects.filter(pk__in=unverified).update(verified_by=None, verified_at=None)
        _rows(archive, BESIDE, names, watch)
        names.forget()
        count_on()
        watch("lists beside the log", lambda: 0)
        projections.rebuild()
        _pictures(archive, stored, watch)
        _same_head(archive, history.previous)
        _prove(archive, watch)
    _tidy(watch)
    return counts(archive)


def _refuse_unless_empty() -> None:
    refuse_unless_migrated()
    if found := in_the_way():
        raise Refused(f"This database is not empty: it holds {', '.join(found)}. Nothing was changed.")


def _alone() -> None:
    """Of two imports at once the second waits for the first, and then finds its rows. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [manifest.FORMAT])


@contextmanager
def _in_words():
    """What a database says when it refuses a row, for the person who brought the row."""
    try:
        yield
    except (DatabaseError, ValidationError) as error:
        raise Refused(f"The database refuses what the archive tells: {error}") from error


def _rows(archive: Archive, files: tuple[File, ...], names: Keys, watch: Watch) -> list[int]:
    """Store files whose rows need no order of history; gives the reviewers whose credentials nobody vouches for now."""
    unverified: list[int] = []
    people = names.all(User)

    def prepare(row) -> None:
        if isinstance(row, User):
            row.set_unusable_password()
        elif isinstance(row, Reviewer) and row.verified_at is None:
            _stand_in(row, people, unverified)

    for file in files:
        if file in archive.files:
            seen = watch(file.name, lambda file=file: archive.said["files"][file.file_name]["lines"])
            store(brought(archive, file, names), prepare, seen)
    return unverified


def _stand_in(reviewer: Reviewer, people: list[int], unverified: list[int]) -> None:
    """What somebody signed was signed while their credentials were vouched for; that may have ended since.

    The database lets verified reviewers sign and no others, and that stays so: they count as verified until their
    signatures are in, and then as the archive tells.
    """
    if others := [person for person in people if person != reviewer.user_id]:
        reviewer.verified_by_id, reviewer.verified_at = others[0], timezone.now()
        unverified.append(reviewer.pk)


@contextmanager
def _new_pictures():
    """Files that were stored for nothing are deleted again."""
    stored: list[str] = []
    try:
        yield stored
    except BaseException:
        for name in stored:
            storages["images"].delete(name)
        raise


def _pictures(archive: Archive, stored: list[str], watch: Watch) -> None:
    """Store each file that is not there yet. One that is there and damaged is found when everything is proven."""
    seen = watch("pictures", lambda: sum(1 for _ in archive.pictures()))
    storage = storages["images"]
    for path in archive.pictures():
        name = path.removeprefix("images/")
        if not storage.exists(name):
            storage.save(name, ContentFile(archive.picture(path)))
            stored.append(name)
        seen(1)


def _same_head(archive: Archive, head: tuple[int, str]) -> None:
    said = archive.said["head"]
    if head != (said.get("sequence"), said.get("hash")):
        raise Refused(
            f"{manifest.NAME}: it names the head {said.get('sequence')}:{said.get('hash')}, "
            f"and the ledger ends with {head[0]}:{head[1]}."
        )


def _prove(archive: Archive, watch: Watch) -> None:
    """What ``verify_ledger`` looks at, before anything is kept."""
    faults = list(islice(verification.faults(watch), TOLD))
    if faults:
        raise Refused("\n".join(["What was brought in does not verify, so nothing was kept:", *faults]))
    if Publication.objects.site_revision() != archive.said.get("site_revision"):
        raise Refused(f"{manifest.NAME}: its site revision is not the number of the newest publication.")


def _tidy(watch: Watch) -> None:
    """PostgreSQL plans badly over tables that it has not looked at since they were filled."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        watch("statistics of the tables", lambda: 0)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
