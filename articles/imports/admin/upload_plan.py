"""The plan of an uploaded file, and the import as it was planned."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from articles.imports import formats, registry
from articles.imports.admin import limits
from articles.imports.admin.storage import StoredUpload
from articles.imports.job import FindingKind
from articles.imports.matching import PageMatch
from articles.imports.plan import ImportPlan, plan_import
from articles.imports.staging import (
    MAX_KEY_LENGTH,
    WRITTEN_VERDICTS,
    ImportVerdict,
    StagedFinding,
)
from articles.models import ImportRun


@dataclass(frozen=True, slots=True)
class PlannedRecord:
    """What becomes of one record.

    ``differences`` are the fields that differ from the page here, ``reason`` why it conflicts.
    """

    line: int
    key: str
    kind: str
    title: str
    verdict: str
    differences: list
    reason: str


class PlanResult:
    """The plan of an import, record by record.

    ``facts`` change with anything that would be written differently.
    """

    def __init__(self, plan: ImportPlan):
        self.counts = plan.counts
        self.finding_counts = Counter(plan.finding_counts)
        self.findings = list(plan.findings())
        self.write: Callable[[], ImportRun] = plan.apply
        self.rows = list(self._iter_records(plan))
        self.record_count = len(self.rows) + self.finding_counts[FindingKind.REFUSED]
        self.facts = {"plan": list(self._list_facts(plan))}

    def _iter_records(self, plan: ImportPlan) -> Iterator[PlannedRecord]:
        conflict_reasons = {}
        for finding in self.get_findings(FindingKind.CONFLICT):
            conflict_reasons[finding.line, finding.key] = finding.text
        differences = dict(_iter_differences(plan))
        for row in chain.from_iterable(plan.job.staging.rows(self.counts)):
            # Findings are stored with the beginning of a long id.
            reason = conflict_reasons.get((row.line, row.key[:MAX_KEY_LENGTH]), "")
            title = row.name or row.key
            changes = differences.get(row.seq, [])
            yield PlannedRecord(row.line, row.key, row.type, title, row.verdict, changes, reason)

    def get_findings(self, what: str) -> list[StagedFinding]:
        """The findings of one type, as many as a plan stores."""
        return [finding for finding in self.findings if finding.what == what]

    def get_records(self, verdict: str) -> list[PlannedRecord]:
        return [row for row in self.rows if row.verdict == verdict]

    @property
    def draft_count(self) -> int:
        """How many records become drafts."""
        return sum(row.verdict in (ImportVerdict.NEW, ImportVerdict.CHANGED) for row in self.rows)

    @property
    def write_count(self) -> int:
        """How many records are written: drafts, and ids that are noted."""
        total = 0
        for verdicts in self.counts.values():
            total += sum(verdicts.get(verdict, 0) for verdict in WRITTEN_VERDICTS)
        return total

    def _list_facts(self, plan: ImportPlan) -> Iterator[tuple]:
        """What was shown, and the texts here that would be replaced.

        A page shows only the beginning of those texts.
        """
        findings = sorted(self.finding_counts.items())
        yield (plan.job.source, str(plan.job.on_conflict), plan.most, findings)
        current_digests = _get_current_digests(plan)
        for row in self.rows:
            differences = [str(difference) for difference in row.differences]
            replaced = current_digests.get((row.kind, row.key), "")
            yield (row.kind, row.key, row.line, str(row.verdict), differences, replaced)


def plan_upload(upload: StoredUpload, *, by: User) -> PlanResult:
    """What a file would do now. Raises UnreadableFile and CannotImport."""
    upload.check_unchanged()
    with _open_plan(upload, by, limits.MAX_SECONDS) as plan:
        return PlanResult(plan)


@contextmanager
def prepare_import(upload: StoredUpload, *, by: User) -> Iterator[PlanResult]:
    """The plan, in the transaction in which ``write`` writes it. Raises as ``plan_upload``."""
    upload.check_unchanged()
    with transaction.atomic(), _open_plan(upload, by, limits.get_write_seconds()) as plan:
        yield PlanResult(plan)


def _open_plan(upload: StoredUpload, by, seconds: int):
    options = upload.options
    import_limits = limits.ImportLimits(settings.IMPORT_MOST, seconds)
    file_format = formats.get(options.format)
    return plan_import(
        upload.path,
        reader=import_limits.limit_reader(file_format),
        format=file_format.name,
        source=options.source,
        by=by,
        on_conflict=options.on_conflict,
        most=options.most,
        track=import_limits.track,
    )


def _iter_differences(plan: ImportPlan) -> Iterator[tuple[int, list]]:
    """Place in the file, and differences, of each record that changes something."""
    record_count = plan.job.staging.count(list(plan.counts))
    for row, differences in plan.track(plan.changes(record_count + 1)):
        yield row.seq, differences


def _get_current_digests(plan: ImportPlan) -> dict[tuple[str, str], str | None]:
    """By kind and id, the digest of the text here that a changed record would replace."""
    found = {}
    for importer in registry.get_all():
        for rows in plan.job.staging.rows([importer.type], [ImportVerdict.CHANGED]):
            for key, match in importer.set_verdicts(plan.job, rows).items():
                if isinstance(match, PageMatch):
                    found[importer.type, key] = match.page.newest_digest
    return found
