"""Say what a file of pages and causes would change and, when told to, write it as drafts."""

import csv
import sys
from functools import partial
from io import TextIOWrapper
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from articles.imports import formats as imports_formats
from articles.imports.plan import CannotImport, ImportPlan, OnConflict, UnreadableFile, plan_import
from articles.whole_files import write_whole_file

MAX_SHOWN = 20  # changed pages, and findings of each sort, that the terminal shows


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        formats = ", ".join(each.name for each in imports_formats.get_all())
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--format",
            default="",
            help=f"one of {formats}; left out, it is told by the file's name",
        )
        parser.add_argument(
            "--source", required=True, help="whose ids these are, such as symp: unique within it"
        )
        parser.add_argument(
            "--by", required=True, help="the account that owns the import, and may sign none of it"
        )
        parser.add_argument("--limit", type=int, help="read so many records at most")
        parser.add_argument("--on-conflict", choices=OnConflict.values, default=OnConflict.KEEP)
        confirmation = parser.add_mutually_exclusive_group()
        confirmation.add_argument(
            "--dry-run", action="store_true", help="say what would be done, and do nothing"
        )
        confirmation.add_argument("--apply", action="store_true", help="write without asking")
        parser.add_argument(
            "--chunk", type=int, default=0, help="so many records a transaction; 0: all in one"
        )
        parser.add_argument("--report", type=Path, help="write each finding into this CSV file")
        parser.add_argument("--no-progress", action="store_true", help="draw no bar on a terminal")

    def handle(self, *, file, source, by, limit, on_conflict, no_progress, **options):
        self._check(file, limit, options["chunk"])
        try:
            format = self._get_format(file, options["format"])
            choices = {
                "source": source,
                "by": self._get_owner(by),
                "on_conflict": on_conflict,
                "most": limit,
            }
            with plan_import(
                file,
                reader=format,
                format=format.name,
                track=partial(tqdm, disable=no_progress or None),
                **choices,
            ) as plan:
                self._show_plan(plan, options["report"])
                self._decide(plan, **options)
        except (CannotImport, UnreadableFile) as error:
            raise CommandError(str(error)) from error

    def _check(self, file: Path, limit: int | None, chunk: int) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        if (limit is not None and limit < 1) or chunk < 0:
            raise CommandError("--limit and --chunk take numbers from 1 on.")

    def _get_format(self, file: Path, name: str) -> imports_formats.ImportFormat:
        """The format that was chosen, or the one that the file's name implies."""
        try:
            return imports_formats.get(name) if name else imports_formats.detect(file.name)
        except imports_formats.UnknownFormat as unknown:
            raise CommandError(str(unknown)) from unknown

    def _get_owner(self, name: str):
        person = get_user_model().objects.filter(username=name).first()
        if person is None:
            raise CommandError(f"There is no account “{name}”.")
        return person

    def _show_plan(self, plan: ImportPlan, report: Path | None) -> None:
        for kind, verdicts in sorted(plan.counts.items()):
            self.stdout.write(f"{kind}: {_format_counts(verdicts)}")
        for row, differences in plan.changes(MAX_SHOWN):
            self.stdout.write(f"  {row.key} “{row.name}”")
            for difference in differences:
                self.stdout.write(f"      {difference}")
        self._print_plan(plan)
        if report:
            self._write_report(plan, report)

    def _print_plan(self, plan: ImportPlan) -> None:
        shown = dict.fromkeys(plan.finding_counts, 0)
        for one in plan.findings():
            shown[one.what] += 1
            if shown[one.what] <= MAX_SHOWN:
                where = f"{one.field}: " if one.field else ""
                self.stdout.write(
                    f"{one.what}: line {one.line:,}, {one.key or 'no id'}: {where}{one.text}"
                )
        for what, number in plan.finding_counts.items():
            if number > MAX_SHOWN:
                self.stdout.write(f"{what}: {number:,} in all. See them all with --report FILE.")

    def _write_report(self, plan: ImportPlan, path: Path) -> None:
        with write_whole_file(path, permissions=0o644, replace=True) as raw:
            file = TextIOWrapper(raw, encoding="utf-8", newline="")
            sheet = csv.writer(file)
            sheet.writerow(["what", "line", "id", "field", "reason"])
            sheet.writerows(
                [one.what, one.line, one.key, one.field, one.text] for one in plan.findings()
            )
            file.detach()  # writes what it still has, and leaves the file open

    def _decide(self, plan: ImportPlan, *, dry_run, apply, chunk, **options) -> None:
        if not plan.write_count:
            self.stdout.write("There is nothing to write.")
            return
        if dry_run or not (apply or self._confirm(plan)):
            self.stdout.write("Nothing was written.")
            return
        run = plan.apply(chunk=chunk)
        self.stdout.write(f"Written as drafts: {_format_counts(run.counts)}.")

    def _confirm(self, plan: ImportPlan) -> bool:
        if not sys.stdin.isatty():
            self.stdout.write("Say --apply to write this.")
            return False
        answer = input(f"Write {plan.write_count:,} records as drafts? [y/N] ")
        return answer.strip().lower() in ("y", "yes")


def _format_counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items()))
