"""The two actions of an import: to plan it, and to apply what was planned."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from tqdm import tqdm

from articles import characters
from articles.db.collector import collect_rarely
from articles.fields import refuse_unprintable
from articles.imports import pipeline
from articles.imports.formats import RecordReader, UnreadableFile
from articles.imports.job import CannotImport, ImportJob, OnConflict
from articles.imports.staging import WRITTEN_VERDICTS, StagedFinding, StagingDatabase
from articles.models import ImportRun
from articles.publishing.actions import PageTooLong

MAX_SOURCE_LENGTH = 60


# Draws no bar.
track_nothing = partial(tqdm, disable=True)


@dataclass
class ImportPlan:
    """What an import would do, for use inside ``plan_import``. Only ``apply`` writes."""

    job: ImportJob
    path: Path
    format: str
    most: int | None
    track: pipeline.RowTracker = field(default=track_nothing, repr=False)

    @property
    def counts(self) -> dict[str, Counter]:
        """Type → verdict → how many records."""
        return self.job.staging.counts()

    @property
    def finding_counts(self) -> Counter:
        """How many findings of each type there are, also those that are too many to list."""
        return self.job.staging.finding_counts

    @property
    def write_count(self) -> int:
        return self.job.staging.count(list(self.counts), WRITTEN_VERDICTS)

    def findings(self) -> Iterator[StagedFinding]:
        return self.job.staging.findings()

    def changes(self, most: int) -> Iterator[tuple]:
        return pipeline.get_changes(self.job, most)

    def apply(self, *, chunk: int = 0) -> ImportRun:
        """Write all in one transaction, or ``chunk`` records in each. Raises CannotImport."""
        pipeline.prepare_run(self.job, path=self.path, format=self.format, most=self.most)
        is_resumed = self.job.run.pk is not None
        self.job.run.save()
        try:
            pipeline.apply(self.job, chunk=chunk, track=self.track)
        except Exception as error:
            if not (chunk or is_resumed):  # nothing was written, so there was no run
                ImportRun.objects.filter(pk=self.job.run.pk).delete()
            if isinstance(error, IntegrityError):
                raise CannotImport(
                    "Somebody else imported from this source meanwhile. Run this again."
                ) from error
            if isinstance(error, PageTooLong):
                raise CannotImport(str(error)) from error
            raise
        return self.job.run


@contextmanager
def plan_import(
    path: Path,
    *,
    reader: RecordReader,
    format: str,
    source: str,
    by: User,
    on_conflict: str = OnConflict.KEEP,
    most: int | None = None,
    track: pipeline.RowTracker = track_nothing,
) -> Iterator[ImportPlan]:
    """Read a file to its end and give each record a verdict by what is here.

    Raises CannotImport and UnreadableFile.
    """
    pipeline.check_may_import(by)
    with StagingDatabase() as staging, collect_rarely():
        job = ImportJob(
            source=_clean_source_name(source), by=by, on_conflict=on_conflict, staging=staging
        )
        pipeline.stage_file(job, path, reader, most=most, track=track)
        pipeline.set_verdicts(job, track)
        yield ImportPlan(job, path, format, most, track)


def _clean_source_name(source: str) -> str:
    source = " ".join(characters.mend(source).split())
    try:
        refuse_unprintable(source)
    except ValidationError as error:
        raise CannotImport(
            f"The name of the source cannot be stored. {error.messages[0]}"
        ) from error
    if not 0 < len(source) <= MAX_SOURCE_LENGTH:
        raise CannotImport(
            f"Name the source in 1 to {MAX_SOURCE_LENGTH} letters: ids are unique within it."
        )
    return source


__all__ = [
    "CannotImport",
    "ImportPlan",
    "OnConflict",
    "UnreadableFile",
    "plan_import",
]
