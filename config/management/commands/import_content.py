"""Read pages and causes from a file, say what would become of each, and, when told to, write them as drafts."""

import csv
import sys
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from articles.imports import reading
from articles.imports.importing import CannotImport, OnConflict, Plan, Unreadable, planned
from reviews.management.progress import Progress

SHOWN = 20  # changed pages, and findings of each sort, that the terminal shows


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        formats = ", ".join(each.name for each in reading.every())
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", default="", help=f"one of {formats}; left out, it is told by the file's name")
        parser.add_argument("--source", required=True, help="whose ids these are, such as symp: unique within it")
        parser.add_argument("--by", required=True, help="the account that owns the import, and may sign none of it")
        parser.add_argument("--limit", type=int, help="read so many records at most")
        parser.add_argument("--on-conflict", choices=OnConflict.values, default=OnConflict.KEEP)
        told = parser.add_mutually_exclusive_group()
        told.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        told.add_argument("--apply", action="store_true", help="write without asking")
        parser.add_argument("--chunk", type=int, default=0, help="so many records a transaction; 0: all in one")
        parser.add_argument("--report", type=Path, help="write each finding into this CSV file")
        parser.add_argument("--no-progress", action="store_true", help="draw no bar, on a terminal either")

    def handle(self, *, file, source, by, limit, on_conflict, no_progress, **options):
        self._check(file, limit, options["chunk"])
        progress = Progress(self.stderr, wanted=not no_progress)
        try:
            format = self._format(file, options["format"])
            asked = {"source": source, "by": self._person(by), "on_conflict": on_conflict, "most": limit}
            with planned(file, reader=format, format=format.name, watch=progress.watch, **asked) as plan:
                progress.wipe()
                self._show(plan, options["report"])
                self._decide(plan, progress, **options)
        except (CannotImport, Unreadable) as why_not:
            raise CommandError(str(why_not)) from why_not
        finally:
            progress.wipe()

    def _check(self, file: Path, limit: int | None, chunk: int) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        if (limit is not None and limit < 1) or chunk < 0:
            raise CommandError("--limit and --chunk take numbers from 1 on.")

    def _format(self, file: Path, name: str) -> reading.Format:
        """The format that was asked for, or the one that the file's name tells."""
        try:
            return reading.get(name) if name else reading.told_by(file.name)
        except reading.UnknownFormat as unknown:
            raise CommandError(str(unknown)) from unknown

    def _person(self, name: str):
        person = get_user_model().objects.filter(username=name).first()
        if person is None:
            raise CommandError(f"There is no account “{name}”.")
        return person

    def _show(self, plan: Plan, report: Path | None) -> None:
        for kind, verdicts in sorted(plan.counts.items()):
            told = ", ".join(f"{number:,} {verdict}" for verdict, number in sorted(verdicts.items()))
            self.stdout.write(f"{kind}: {told}")
        for row, differences in plan.changes(SHOWN):
            self.stdout.write(f"  {row.key} “{row.name}”")
            for difference in differences:
                self.stdout.write(f"      {difference}")
        self._tell(plan)
        if report:
            self._report(plan, report)

    def _tell(self, plan: Plan) -> None:
        shown = dict.fromkeys(plan.told, 0)
        for one in plan.findings():
            shown[one.what] += 1
            if shown[one.what] <= SHOWN:
                where = f"{one.field}: " if one.field else ""
                self.stdout.write(f"{one.what}: line {one.line:,}, {one.key or 'no id'}: {where}{one.text}")
        for what, number in plan.told.items():
            if number > SHOWN:
                self.stdout.write(f"{what}: {number:,} in all. See them all with --report FILE.")

    def _report(self, plan: Plan, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            sheet = csv.writer(file)
            sheet.writerow(["what", "line", "id", "field", "reason"])
            sheet.writerows([one.what, one.line, one.key, one.field, one.text] for one in plan.findings())

    def _decide(self, plan: Plan, progress: Progress, *, dry_run, apply, chunk, **options) -> None:
        if not plan.writes:
            self.stdout.write("There is nothing to write.")
            return
        if dry_run or not (apply or self._agreed(plan)):
            self.stdout.write("Nothing was written.")
            return
        run = plan.apply(chunk=chunk)
        progress.wipe()
        told = ", ".join(f"{number:,} {what}" for what, number in sorted(run.counts.items()))
        self.stdout.write(f"Written as drafts: {told}.")

    def _agreed(self, plan: Plan) -> bool:
        if not sys.stdin.isatty():
            self.stdout.write("Say --apply to write this.")
            return False
        return input(f"Write {plan.writes:,} records as drafts? [y/N] ").strip().lower() in ("y", "yes")
