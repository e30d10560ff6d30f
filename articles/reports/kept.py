"""Reports that compare all names with each other: computed at night or on demand, and kept.

What they show is as of a moment, which stands above their rows.
"""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from articles.models import KeptReport, Revision
from articles.reports import base
from articles.reports.base import Report


class KeptRowsReport(Report):
    """A report whose rows are computed rarely. Subclasses say how, and how a row is stored."""

    has_count = False
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
    """Compute every kept report; gives the number of rows by the title of each."""
    return {report.title: len(report.renew()) for report in get_kept_reports()}
