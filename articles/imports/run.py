"""An import from file to drafts: read it whole, judge each record, and, when told to, write them."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from articles.imports import importers
from articles.imports.job import CannotImport, Job, What
from articles.imports.pages import BATCH
from articles.imports.reading import Found, Noted, Reader, Refused
from articles.imports.records import Unfit, Wild, parse
from articles.imports.spool import WRITTEN, Row, Verdict
from articles.models import ImportFinding, ImportRun

Watch = Callable[[str, Callable[[], int]], Callable[[int], None]]
RIGHT = "articles.import_content"


def may_import(user) -> None:
    if not (user.is_active and user.has_perm(RIGHT)):
        raise CannotImport("Only managing editors can import pages.")


def file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(job: Job, path: Path, reader: Reader, *, most: int | None = None, watch: Watch) -> None:
    """Put each record of a file into the spool, checked and cleaned, and each that is unfit into the report."""
    seen, kept = watch("records read", lambda: most or 0), 0
    for item in reader(path):
        if isinstance(item, Noted):
            job.note(item.line, item.key, item.reason)
        elif isinstance(item, Refused):
            job.spool.tell(What.REFUSED, item.line, item.key, item.reason, item.field)
        else:
            kept += _take(job, item)
            seen(1)
            if kept == most:
                return


def _take(job: Job, found: Found) -> bool:
    importer = importers.get(found.values.get("type"))
    key = str(found.values.get("id") or "")
    if importer is None:
        known = ", ".join(each.type for each in importers.every())
        job.spool.tell(What.REFUSED, found.line, key, f"is not one of {known}", "type")
        return False
    text = Wild(base=str(found.values.get("url") or ""))
    try:
        record = parse(importer.record, found.values, text)
    except Unfit as unfit:
        job.spool.tell(What.REFUSED, found.line, key, unfit.reason, unfit.field)
        return False
    name = getattr(record, "title", "") or getattr(record, "name", "")
    also, url = getattr(record, "also", ()), getattr(record, "url", "")
    twice = job.spool.add(found.line, importer.space, record, name=name, also=also, url=url)
    if twice:
        job.spool.tell(What.REFUSED, found.line, key, twice, "id")
    elif text.dropped:
        job.note(found.line, key, f"Left out of its text: {'; '.join(text.dropped)}.")
    return not twice


def plan(job: Job, watch: Watch) -> None:
    """Judge each record by what is here now. Writes nothing but into the spool."""
    for importer in importers.every():
        seen = watch(f"{importer.type} records compared", lambda i=importer: job.spool.count([i.type]))
        for rows in job.spool.rows([importer.type], size=BATCH):
            importer.judge(job, rows)
            job.spool.judge(rows)
            seen(len(rows))


def changes(job: Job, most: int) -> Iterator[tuple[Row, list]]:
    """The first records that change something, each with its differences."""
    for importer in importers.every():
        for rows in job.spool.rows([importer.type], [Verdict.CHANGED], size=BATCH):
            rows = rows[:most]
            most -= len(rows)
            found = importer.differences(job, rows)
            yield from ((row, found.get(row.key, [])) for row in rows)
            if not most:
                return


def apply(job: Job, *, chunk: int = 0, watch: Watch) -> Counter:
    """Write what was planned: all in one transaction, or ``chunk`` records in each.

    Each record is judged again with its page in hand, so that what editors save meanwhile is not lost.
    """
    written = Counter()
    with nullcontext() if chunk else transaction.atomic():
        for importer in importers.every():
            size = chunk or BATCH
            _each(job, importer, importer.begin, [Verdict.NEW], size, watch, "begun")
            wrote = _each(job, importer, importer.fill, WRITTEN, size, watch, "written")
            written.update({f"{importer.type} {verdict}": number for verdict, number in wrote.items()})
        _finish(job, written)
    return written


def _each(job: Job, importer, deed, verdicts, size: int, watch: Watch, what: str) -> Counter:
    done = Counter()
    seen = watch(f"{importer.type} records {what}", lambda: job.spool.count([importer.type], verdicts))
    for rows in job.spool.rows([importer.type], verdicts, size=size):
        with transaction.atomic():
            wrote = deed(job, rows)
            done.update(row.verdict for row in wrote or ())
            if wrote:
                _tick(job, importer, Counter(row.verdict for row in wrote))
        seen(len(rows))
    return done


def _tick(job: Job, importer, wrote: Counter) -> None:
    """Keep in the run, with what was written, how much it is: a run that was stopped can be taken up."""
    for verdict, number in wrote.items():
        name = f"{importer.type} {verdict}"
        job.run.counts[name] = job.run.counts.get(name, 0) + number
    job.run.save(update_fields=["counts"])


def _finish(job: Job, written: Counter) -> None:
    findings = (
        ImportFinding(run=job.run, what=one.what, line=one.line, key=one.key, field=one.field, text=one.text[:1000])
        for one in job.spool.findings()
    )
    job.run.findings.all().delete()
    ImportFinding.objects.bulk_create(findings, batch_size=BATCH)
    planned = {
        f"{kind} {verdict}": number
        for kind, verdicts in job.spool.counts().items()
        for verdict, number in verdicts.items()
        if verdict not in WRITTEN
    }
    told = {str(what): number for what, number in job.spool.told.items()}
    lost = {f"dangling {field}": number for field, number in job.dangling.items() if number}
    job.run.counts = job.run.counts | planned | told | lost
    job.run.finished_at = timezone.now()
    job.run.save(update_fields=["counts", "finished_at"])


def start(job: Job, *, path: Path, format: str, most: int | None) -> ImportRun:
    """The run record of this import: the one that was stopped half-way, taken up, or a new one."""
    digest = file_digest(path)
    half = ImportRun.objects.filter(source=job.source, file_digest=digest, most=most, finished_at__isnull=True)
    job.run = half.order_by("-pk").first() or ImportRun(
        source=job.source,
        format=format,
        file_name=path.name[-255:],
        file_digest=digest,
        on_conflict=job.on_conflict,
        most=most,
        by=job.by,
        started_at=timezone.now(),
    )
    return job.run
