"""One import as it goes: whose, from where, by which rule on conflicts, and what there is to tell."""

from collections import Counter
from dataclasses import dataclass, field

from django.contrib.auth.models import AbstractUser

from articles.actions import Refused
from articles.imports.spool import Row, Spool
from articles.models import ImportFinding, ImportRun

What, OnConflict = ImportFinding.What, ImportRun.OnConflict


class CannotImport(Refused):
    """Nothing was written, or nothing more; the text says why and what to do."""


@dataclass
class Job:
    source: str
    by: AbstractUser
    on_conflict: str
    spool: Spool
    run: ImportRun | None = None
    dangling: Counter = field(default_factory=Counter)
    looked_up: dict = field(default_factory=dict, repr=False)  # for importers: what they found once
    doubled: Counter = field(default_factory=Counter)

    def note(self, line: int, key: str, text: str) -> None:
        """Something that a rule decided."""
        self.spool.tell(What.NOTED, line, key, text)

    def conflict(self, row: Row, text: str) -> None:
        if self.on_conflict == OnConflict.STOP:
            raise CannotImport(f"Line {row.line:,}, {row.key}: {text} Nothing more was written.")
        self.spool.tell(What.CONFLICT, row.line, row.key, text)
