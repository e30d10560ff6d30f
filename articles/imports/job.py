"""One import while it runs: by which user, from which source, by which rule on conflicts."""

from collections import Counter
from dataclasses import dataclass, field

from django.contrib.auth.models import User

from articles.imports.staging import StagedRecord, StagingDatabase
from articles.models import ImportFinding, ImportRun, Redirect
from articles.publishing.actions import ActionRefused

FindingKind = ImportFinding.FindingType
OnConflict = ImportRun.OnConflict


class CannotImport(ActionRefused):
    """Nothing was written, or nothing more; the text says why and what to do."""


@dataclass
class ImportJob:
    """The options of an import, its staged records, and what its importers count and look up.

    ``run`` is there once something is to be written. ``lookup_cache`` is for importers: what they
    looked up once. ``new_redirects`` are not recorded in the chain of events yet.
    """

    source: str
    by: User
    on_conflict: str
    staging: StagingDatabase
    run: ImportRun = field(init=False, repr=False)
    dangling_counts: Counter = field(default_factory=Counter)
    lookup_cache: dict = field(default_factory=dict, repr=False)
    duplicate_counts: Counter = field(default_factory=Counter)
    new_redirects: list[Redirect] = field(default_factory=list, repr=False)

    def add_note(self, line: int, key: str, text: str) -> None:
        """Something that a rule decided."""
        self.staging.add_finding(FindingKind.NOTED, line, key, text)

    def add_conflict(self, row: StagedRecord, text: str) -> None:
        """Report a conflict. Raises CannotImport if the rule is to stop at the first one."""
        if self.on_conflict == OnConflict.STOP:
            raise CannotImport(f"Line {row.line:,}, {row.key}: {text} Nothing more was written.")
        self.staging.add_finding(FindingKind.CONFLICT, row.line, row.key, text)
