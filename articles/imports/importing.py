"""The two deeds of an import: to plan it, and to apply what was planned."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from articles.fields import refuse_unprintable
from articles.imports import run
from articles.imports.job import CannotImport, Job, OnConflict
from articles.imports.reading import Reader, Unreadable
from articles.imports.spool import WRITTEN, Finding, Spool
from articles.models import ImportRun

LONGEST_SOURCE = 60


def unwatched(what: str, size):
    """For who wants no progress told."""
    return lambda number: None


@dataclass
class Plan:
    """What an import would do. Nothing is written until ``apply``; open only inside ``planned``."""

    job: Job
    path: Path
    format: str
    most: int | None
    watch: run.Watch = field(default=unwatched, repr=False)

    @property
    def counts(self) -> dict[str, Counter]:
        """Type → verdict → how many records."""
        return self.job.spool.counts()

    @property
    def told(self) -> Counter:
        """How many findings of each sort there are, those included that are too many to list."""
        return self.job.spool.told

    @property
    def writes(self) -> int:
        return self.job.spool.count(list(self.counts), WRITTEN)

    def findings(self) -> Iterator[Finding]:
        return self.job.spool.findings()

    def changes(self, most: int) -> Iterator[tuple]:
        return run.changes(self.job, most)

    def apply(self, *, chunk: int = 0) -> ImportRun:
        """Write it: whole in one transaction, or ``chunk`` records in each. Raises CannotImport."""
        run.start(self.job, path=self.path, format=self.format, most=self.most)
        taken_up = self.job.run.pk is not None
        self.job.run.save()
        try:
            run.apply(self.job, chunk=chunk, watch=self.watch)
        except Exception as error:
            if not (chunk or taken_up):  # nothing was written, so there was no run
                ImportRun.objects.filter(pk=self.job.run.pk).delete()
            if isinstance(error, IntegrityError):
                raise CannotImport("Somebody else imported from this source meanwhile. Run this again.") from error
            raise
        return self.job.run


@contextmanager
def planned(
    path: Path,
    *,
    reader: Reader,
    format: str,
    source: str,
    by: AbstractUser,
    on_conflict: str = OnConflict.KEEP,
    most: int | None = None,
    watch: run.Watch = unwatched,
) -> Iterator[Plan]:
    """Read a file to its end and judge each record of it by what is here. Raises CannotImport and Unreadable."""
    run.may_import(by)
    with Spool() as spool:
        job = Job(source=_name_of(source), by=by, on_conflict=on_conflict, spool=spool)
        run.read(job, path, reader, most=most, watch=watch)
        run.plan(job, watch)
        yield Plan(job, path, format, most, watch)


def _name_of(source: str) -> str:
    source = " ".join(source.split())
    try:
        refuse_unprintable(source)
    except ValidationError as error:
        raise CannotImport(f"The name of the source cannot be stored. {error.messages[0]}") from error
    if not 0 < len(source) <= LONGEST_SOURCE:
        raise CannotImport(f"Name the source in 1 to {LONGEST_SOURCE} letters: ids are unique within it.")
    return source


__all__ = ["CannotImport", "OnConflict", "Plan", "Unreadable", "planned", "unwatched"]
