"""Reports that compare all names with each other: computed at night or on demand, and kept.

What they show is as of a moment, which stands above their rows. The numbers of rows of all reports
are kept as well: to count one, pages of the whole site are read.
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from articles.models import KeptReport, Revision
from articles.reports import base
from articles.reports.base import Report


class KeptRowsReport(Report):
    """A report whose rows are computed rarely. Subclasses say how, and how a row is stored."""

    is_kept = True

    def compute_rows(self) -> list[Any]:
        """All rows, from all names: what takes long."""
        raise NotImplementedError

    def pack(self, row: Any) -> list[Any]:
        """A row as JSON keeps it."""
        raise NotImplementedError

    def unpack(self, values: list[Any]) -> Any:
        raise NotImplementedError

    def get_rows(self) -> list[Any]:
        """The rows as they were kept; computed where there are none yet."""
        stored = KeptReport.objects.filter(name=self.name).values_list("rows", flat=True).first()
        if stored is None:
            return self.renew()
        return [self.unpack(values) for values in json.loads(stored)]

    def renew(self) -> list[Any]:
        """Compute the rows and keep them."""
        now = timezone.now()
        rows = self.compute_rows()
        packed = json.dumps([self.pack(row) for row in rows], ensure_ascii=False)
        KeptReport.objects.update_or_create(
            name=self.name, defaults={"rows": packed, "computed_at": now}
        )
        return rows

    def order_rows(self, rows, column, backwards):
        return rows

    def count(self) -> int:
        return len(self.get_rows())

    def get_moment(self) -> dt.datetime | None:
        """When the rows were computed."""
        kept = KeptReport.objects.filter(name=self.name)
        return kept.values_list("computed_at", flat=True).first()


def has_changed_since(moment: dt.datetime) -> bool:
    """Whether a page was saved after a moment, so that its names may be others now."""
    newest = Revision.objects.order_by("-pk").values_list("saved_at", flat=True).first()
    return newest is not None and newest > moment


def get_kept_reports() -> Sequence[KeptRowsReport]:
    return [report for report in base.get_all() if isinstance(report, KeptRowsReport)]


def renew_all() -> dict[str, int]:
    """Compute every kept report and count all; gives the number of rows by the title of each."""
    for report in get_kept_reports():
        report.renew()
    counts = renew_counts().by_name
    return {report.title: counts[report.name] for report in base.get_all()}


# The numbers of rows by the name of a report, stored as if they were a report of their own.
COUNTS = "counts"


@dataclass(frozen=True)
class KeptCounts:
    """How many rows reports had at a moment; without numbers where nobody counted them yet."""

    by_name: dict[str, int] = field(default_factory=dict)
    moment: dt.datetime | None = None


def load_counts() -> KeptCounts:
    """The numbers as they were kept, in one query."""
    stored = KeptReport.objects.filter(name=COUNTS).first()
    return KeptCounts(json.loads(stored.rows), stored.computed_at) if stored else KeptCounts()


def renew_counts() -> KeptCounts:
    """Count the rows of every report and keep the numbers."""
    return _keep_counts(base.get_all(), {}, timezone.now())


def renew_count(report: Report) -> None:
    """Count the rows of one report, if the others were counted; their moment stays."""
    before = load_counts()
    if before.moment:
        _keep_counts([report], before.by_name, before.moment)


def _keep_counts(
    counted: Iterable[Report], before: dict[str, int], moment: dt.datetime
) -> KeptCounts:
    """Count some reports and keep these numbers beside those of before, as of a moment."""
    numbers = before | {report.name: report.count() for report in counted}
    KeptReport.objects.update_or_create(
        name=COUNTS, defaults={"rows": json.dumps(numbers), "computed_at": moment}
    )
    return KeptCounts(numbers, moment)
