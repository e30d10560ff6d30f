"""Our import as a resource of django-import-export: dry, it gives its plan; in earnest, it writes what was shown."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from import_export.resources import Resource
from import_export.results import Result, RowResult

from articles.imports import importers, reading
from articles.imports.importing import Plan, planned
from articles.imports.job import What
from articles.imports.matching import Match
from articles.imports.spool import WRITTEN, Finding, Row, Verdict
from articles.models import ImportRun
from config.imports import bounds
from config.imports.uploads import Upload

TYPES = {Verdict.NEW: RowResult.IMPORT_TYPE_NEW, Verdict.CHANGED: RowResult.IMPORT_TYPE_UPDATE}


class Record(RowResult):
    """What becomes of one record; ``diff`` holds the fields that it says otherwise than the page here."""

    def __init__(self, row: Row, diff: list, why: str):
        super().__init__()
        self.import_type = TYPES.get(row.verdict, self.IMPORT_TYPE_SKIP)
        self.object_repr = row.name or row.key
        self.line, self.key, self.kind, self.verdict = row.line, row.key, row.type, row.verdict
        self.diff, self.why = diff, why


class Planned(Result):
    """The plan of an import, record by record. ``digest`` changes with anything that would be written otherwise."""

    def __init__(self, plan: Plan):
        super().__init__()
        self.counts, self.told = plan.counts, Counter(plan.told)
        self.findings = list(plan.findings())
        self.run: ImportRun | None = None
        why = {(one.line, one.key): one.text for one in self.findings if one.what == What.CONFLICT}
        differing = dict(_differing(plan))
        for row in chain.from_iterable(plan.job.spool.rows(self.counts)):
            self.append_row_result(Record(row, differing.get(row.seq, []), why.get((row.line, row.key[:200]), "")))
            self.increment_row_result_total(self.rows[-1])
        for one in self.of(What.REFUSED):
            self.append_invalid_row(one.line, {}, ValidationError({one.field or "record": [one.text]}))
        self.totals[RowResult.IMPORT_TYPE_INVALID] = self.told[What.REFUSED]
        self.total_rows = len(self.rows) + self.told[What.REFUSED]
        self.digest = self._digest(plan)

    def of(self, what: str) -> list[Finding]:
        """The findings of one sort, as many as a plan holds."""
        return [one for one in self.findings if one.what == what]

    def having(self, verdict: str) -> list[Record]:
        return [row for row in self.rows if row.verdict == verdict]

    @property
    def drafts(self) -> int:
        return self.totals[RowResult.IMPORT_TYPE_NEW] + self.totals[RowResult.IMPORT_TYPE_UPDATE]

    @property
    def writes(self) -> int:
        return sum(
            number for verdicts in self.counts.values() for verdict, number in verdicts.items() if verdict in WRITTEN
        )

    def _digest(self, plan: Plan) -> str:
        """Over what was shown, and over the texts here that would be replaced, of which a page shows the beginning."""
        seen = hashlib.sha256(
            repr((plan.job.source, plan.job.on_conflict, plan.most, sorted(self.told.items()))).encode()
        )
        standing = _standing(plan)
        for row in self.rows:
            said = (row.kind, row.key, row.line, str(row.verdict), [str(one) for one in row.diff])
            seen.update(repr((said, standing.get((row.kind, row.key), ""))).encode())
        return seen.hexdigest()


class Moved(Exception):
    """What would be written is not what was shown; ``result`` is what would be written now."""

    def __init__(self, result: Planned):
        self.result = result


class DraftResource(Resource):
    """Takes an upload where django-import-export takes a dataset, as ours is read as a stream (ADR 34)."""

    def import_data(self, dataset: Upload, dry_run=False, *, user, seen="", **kwargs) -> Planned:
        """Plan; and in earnest, write it if it is what was ``seen``. Raises Moved, Unreadable and CannotImport."""
        if dry_run:
            with _plan_of(dataset, user, bounds.SECONDS) as plan:
                return Planned(plan)
        with transaction.atomic(), _plan_of(dataset, user, bounds.seconds_to_write()) as plan:
            result = Planned(plan)
            if result.digest != seen:
                raise Moved(result)
            result.run = plan.apply()
        return result


def _plan_of(upload: Upload, user, seconds: int):
    wishes, bound = upload.wishes, bounds.Bounds(settings.IMPORT_MOST, seconds)
    format = reading.get(wishes.format)
    return planned(
        upload.path,
        reader=bound.reader(format),
        format=format.name,
        source=wishes.source,
        by=user,
        on_conflict=wishes.on_conflict,
        most=wishes.most,
        watch=bound.watch,
    )


def _differing(plan: Plan) -> Iterator[tuple[int, list]]:
    """Place in the file, and differences, of each record that changes something."""
    all_of_them = plan.job.spool.count(list(plan.counts))
    seen = plan.watch("changes shown", lambda: all_of_them)
    for row, differences in plan.changes(all_of_them + 1):
        yield row.seq, differences
        seen(1)


def _standing(plan: Plan) -> dict[tuple[str, str], str]:
    """By kind and id, the digest of the text here that a changed record would replace."""
    found = {}
    for importer in importers.every():
        for rows in plan.job.spool.rows([importer.type], [Verdict.CHANGED]):
            for key, match in importer.judge(plan.job, rows).items():
                if isinstance(match, Match):
                    found[importer.type, key] = match.page.newest_digest
    return found
