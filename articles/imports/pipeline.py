"""An import from file to drafts: read all records, give each a verdict, and write them."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from math import ceil
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from articles.audit import recording
from articles.audit.page_kinds import REDIRECT
from articles.event_log import Event, log_once_committed
from articles.imports import registry
from articles.imports.formats import RawRecord, ReaderNote, RecordReader, RejectedRecord
from articles.imports.formats.tables import LOST_LETTER, LOST_LETTER_MESSAGE
from articles.imports.job import CannotImport, FindingKind, ImportJob
from articles.imports.pages import BATCH
from articles.imports.records import (
    CleaningContext,
    ImportRecord,
    InvalidRecord,
    parse_record,
)
from articles.imports.staging import WRITTEN_VERDICTS, ImportVerdict, StagedRecord
from articles.models import ImportFinding, ImportRun
from articles.search import limits

# tqdm with its ``disable``, or another that passes on what it is given.
RowTracker = Callable[..., Iterable]
MAX_SHOWN_LINES = 10  # of an id that many records have
IMPORT_PERMISSION = "articles.import_content"


def check_may_import(user) -> None:
    if not (user.is_active and user.has_perm(IMPORT_PERMISSION)):
        raise CannotImport("Only managing editors can import pages.")


def compute_file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stage_file(
    job: ImportJob,
    path: Path,
    reader: RecordReader,
    *,
    most: int | None = None,
    track: RowTracker,
) -> None:
    """Check and clean each record of a file and store it; those that are invalid are reported."""
    record_count = 0
    for item in track(reader(path), "records read", most):
        if isinstance(item, ReaderNote):
            job.add_note(item.line, item.key, item.reason)
        elif isinstance(item, RejectedRecord):
            _refuse(job, item)
        else:
            if _stage_record(job, item):
                record_count += 1
            if record_count == most:
                break
    _refuse_repeated_ids(job)


def _refuse(job: ImportJob, rejected: RejectedRecord) -> None:
    """Report a record that is left out. Its id is taken all the same."""
    line, key = rejected.line, rejected.key.strip()
    job.staging.add_finding(FindingKind.REFUSED, line, key, rejected.reason, rejected.field)
    if key:
        importer = registry.get(rejected.type)
        job.staging.add_seen(line, importer.namespace if importer else "", key)


def _refuse_repeated_ids(job: ImportJob) -> None:
    """Refuse all records of an id that several lines have: which of them is right is not known."""
    for key, lines in job.staging.drop_repeated():
        shown = ", ".join(f"{line:,}" for line in lines[:MAX_SHOWN_LINES])
        more = f" and {len(lines) - MAX_SHOWN_LINES:,} more" if len(lines) > MAX_SHOWN_LINES else ""
        reason = (
            f"Lines {shown}{more} have the same id, and none of them was taken. "
            "Give each record an id of its own."
        )
        job.staging.add_finding(FindingKind.REFUSED, lines[0], key, reason, "id")
    for merged_key, key, line in job.staging.drop_refused_merges():
        text = f"The record of “{merged_key}” was refused, so that id was not merged into this one."
        job.add_note(line, key, text)


def _stage_record(job: ImportJob, raw_record: RawRecord) -> bool:
    """Store a record, or report why it is refused. Returns whether it was stored."""
    line = raw_record.line
    values = raw_record.values
    key = str(values.get("id") or "")
    record_type = str(values.get("type") or "")
    importer = registry.get(record_type)
    if importer is None:
        known = ", ".join(known_importer.type for known_importer in registry.get_all())
        _refuse(job, RejectedRecord(line, key, "type", f"is not one of {known}"))
        return False
    context = CleaningContext(base=str(values.get("url") or ""), source=job.source)
    try:
        record = parse_record(importer.record_class, values, context)
    except InvalidRecord as error:
        name = raw_record.headings.get(error.field, error.field)
        _refuse(job, RejectedRecord(line, key, name, error.reason, record_type))
        return False
    body, digest = record.serialize()
    field, reason = _find_problem(record, body)
    if reason:
        _refuse(job, RejectedRecord(line, key, field, reason, record_type))
        return False
    job.staging.add_seen(line, importer.namespace, record.id)
    job.staging.add(
        line,
        importer.namespace,
        record,
        body,
        digest,
        name=getattr(record, "title", "") or getattr(record, "name", ""),
        also=getattr(record, "also", ()),
        url=getattr(record, "url", ""),
    )
    if context.dropped:
        job.add_note(line, key, f"Left out of its text: {'; '.join(context.dropped)}.")
    for note in context.notes:
        job.add_note(line, key, note)
    return True


def _find_problem(record: ImportRecord, body: str) -> tuple[str, str]:
    """Why the texts of a record cannot be used, and in which field; empty if they can.

    ``body`` is the record as JSON, which has all of its texts.
    """
    if len(body) <= limits.SAFE_LENGTH and LOST_LETTER not in body:
        return "", ""
    texts = record.get_texts()
    for label, lines in texts.items():
        if any(LOST_LETTER in line for line in lines):
            return label, LOST_LETTER_MESSAGE
    return "", limits.find_excess_of_texts(texts, reserved=limits.RESERVED_BYTES)


def set_verdicts(job: ImportJob, track: RowTracker) -> None:
    """Give each record its verdict by what is here now. Nothing of the site is written."""
    for importer in registry.get_all():
        batches = job.staging.rows([importer.type], size=BATCH)
        total = ceil(job.staging.count([importer.type]) / BATCH)
        for rows in track(batches, f"{importer.type} records compared", total, unit=" batches"):
            importer.set_verdicts(job, rows)
            job.staging.set_verdicts(rows)


def get_changes(job: ImportJob, most: int) -> Iterator[tuple[StagedRecord, list]]:
    """The first records that change something, each with its differences."""
    for importer in registry.get_all():
        for rows in job.staging.rows([importer.type], [ImportVerdict.CHANGED], size=BATCH):
            rows = rows[:most]
            most -= len(rows)
            found = importer.differences(job, rows)
            for row in rows:
                yield row, found.get(row.key, [])
            if not most:
                return


def apply(job: ImportJob, *, chunk: int = 0, track: RowTracker) -> Counter:
    """Write what was planned: all in one transaction, or ``chunk`` records in each.

    Each record gets its verdict again while its page is locked, so that nothing is lost that
    editors save meanwhile.
    """
    written: Counter[str] = Counter()
    with nullcontext() if chunk else transaction.atomic():
        for importer in registry.get_all():
            new = [ImportVerdict.NEW]
            _run_step(job, importer, importer.create_stubs, new, chunk, track, "begun")
            counts = _run_step(
                job, importer, importer.write, WRITTEN_VERDICTS, chunk, track, "written"
            )
            for verdict, number in counts.items():
                written[f"{importer.type} {verdict}"] += number
        _finish_run(job)
        _record_redirects(job)
    return written


def _record_redirects(job: ImportJob) -> None:
    """Record new redirects in the chain of events, once no further page is locked."""
    recording.record(REDIRECT, job.new_redirects, by=job.by)
    job.new_redirects.clear()


def _run_step(
    job: ImportJob,
    importer,
    step,
    verdicts,
    chunk: int,
    track: RowTracker,
    what: str,
) -> Counter:
    """Call a step with each batch of records. Returns how many it wrote of each verdict."""
    total: Counter[str] = Counter()
    size = chunk or BATCH
    batches = job.staging.rows([importer.type], verdicts, size=size)
    batch_count = ceil(job.staging.count([importer.type], verdicts) / size)
    label = f"{importer.type} records {what}"
    for rows in track(batches, label, batch_count, unit=" batches"):
        with transaction.atomic():
            written_rows = step(job, rows)
            if written_rows:
                written = Counter(row.verdict for row in written_rows)
                _save_counts(job, importer, written)
                total.update(written)
            if chunk:  # the transaction ends here
                _record_redirects(job)
    return total


def _save_counts(job: ImportJob, importer, written: Counter) -> None:
    """Add to the counts of the run, so that a run that was stopped can be resumed."""
    for verdict, number in written.items():
        name = f"{importer.type} {verdict}"
        job.run.counts[name] = job.run.counts.get(name, 0) + number
    job.run.save(update_fields=["counts"])


def _finish_run(job: ImportJob) -> None:
    _save_findings(job)
    counts = job.run.counts
    for record_type, by_verdict in job.staging.counts().items():
        for verdict, number in by_verdict.items():
            if verdict not in WRITTEN_VERDICTS:
                counts[f"{record_type} {verdict}"] = number
    for what, number in job.staging.finding_counts.items():
        counts[str(what)] = number
    for field, number in job.dangling_counts.items():
        if number:
            counts[f"dangling {field}"] = number
    job.run.finished_at = timezone.now()
    job.run.save(update_fields=["counts", "finished_at"])
    log_once_committed(Event.IMPORT, by=job.by.pk, kind="pages", run=job.run.pk)


def _save_findings(job: ImportJob) -> None:
    """Store the findings of this import in place of those of an earlier, stopped run."""
    job.run.findings.all().delete()
    findings = []
    for finding in job.staging.findings():
        findings.append(
            ImportFinding(
                run=job.run,
                what=finding.what,
                line=finding.line,
                key=finding.key,
                field=finding.field,
                text=finding.text,
            )
        )
    ImportFinding.objects.bulk_create(findings, batch_size=BATCH)


def prepare_run(job: ImportJob, *, path: Path, format: str, most: int | None) -> ImportRun:
    """The run of this import: one that was stopped half-way and is resumed, or a new one."""
    digest = compute_file_digest(path)
    unfinished = ImportRun.objects.filter(
        source=job.source, file_digest=digest, most=most, finished_at__isnull=True
    )
    job.run = unfinished.order_by("-pk").first() or ImportRun(
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
