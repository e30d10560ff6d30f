"""What imports did, or would do, as tables, sentences and spreadsheets."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.formats import number_format

from articles.content import kinds
from articles.imports import registry
from articles.imports.admin.storage import StoredUpload
from articles.imports.admin.upload_plan import PlanResult
from articles.imports.job import FindingKind
from articles.imports.staging import ImportVerdict
from articles.models import ImportRun

VERDICT_LABELS: dict[str, tuple[str, str]] = {
    ImportVerdict.NEW: ("New", "they become drafts"),
    ImportVerdict.CHANGED: ("Changed", "the text in the file differs: it becomes the draft"),
    ImportVerdict.UNCHANGED: ("Unchanged", "nothing is changed"),
    ImportVerdict.EXISTING: ("Already here", "the text stays; only the external id is added"),
    ImportVerdict.CONFLICTING: ("Conflicting", "they stay as they are here"),
}
FINDING_LABELS: dict[str, tuple[str, str]] = {
    FindingKind.CONFLICT: ("Conflicts", "They stay as they are here until somebody decides."),
    FindingKind.REFUSED: (
        "Refused",
        "They are left out. Correct them in the file and import it again: the rest stays as it is.",
    ),
    FindingKind.NOTED: ("Notes", "What was dropped, or decided by a rule."),
}
OTHER_TYPE_LABELS = {"cause": "causes", "retired": "obsolete ids"}
DANGLING_PREFIX = "dangling "
COMMAND = (".venv/bin/python", "manage.py", "import_content")
RESUME_CHUNK = "1000"  # records in each transaction of a run that is resumed


@dataclass(frozen=True)
class VerdictCounts:
    """What becomes of records, and of how many of each type."""

    label: str
    explanation: str
    counts: list[int]


@dataclass(frozen=True)
class CountTable:
    type_labels: list[str]
    rows: list[VerdictCounts]

    def __bool__(self) -> bool:
        return bool(self.rows)


def get_type_label(record_type: str) -> str:
    """What several records of a type are called."""
    for kind in kinds.get_all():
        if kind.name == record_type and record_type not in OTHER_TYPE_LABELS:
            return str(kind.model._meta.verbose_name_plural)
    return OTHER_TYPE_LABELS.get(record_type, record_type)


def build_count_table(counts: Mapping[str, Mapping[str, int]]) -> CountTable:
    """How many records of each type have each verdict, without types and verdicts with none."""
    types = []
    for importer in registry.get_all():
        if any(counts.get(importer.type, {}).values()):
            types.append(importer.type)
    rows = []
    for verdict, (label, explanation) in VERDICT_LABELS.items():
        numbers = [counts[record_type].get(verdict, 0) for record_type in types]
        if any(numbers):
            rows.append(VerdictCounts(label, explanation, numbers))
    return CountTable([get_type_label(record_type) for record_type in types], rows)


def get_counts(run: ImportRun) -> dict[str, dict[str, int]]:
    """What a run wrote and left, by type and verdict."""
    found = {}
    for importer in registry.get_all():
        by_verdict = {}
        for verdict in VERDICT_LABELS:
            by_verdict[verdict] = run.counts.get(f"{importer.type} {verdict}", 0)
        found[importer.type] = by_verdict
    return found


def format_counts(run: ImportRun) -> str:
    """A run in a line: “731 new, 3 refused”."""
    counts = get_counts(run).values()
    totals = []
    for verdict, (label, _) in VERDICT_LABELS.items():
        totals.append((sum(by_verdict[verdict] for by_verdict in counts), label.lower()))
    totals.append((run.counts.get(FindingKind.REFUSED, 0), "refused"))
    parts = []
    for number, label in totals:
        if number:
            parts.append(f"{number_format(number, force_grouping=True)} {label}")
    return ", ".join(parts) or "nothing"


def format_dangling(run: ImportRun) -> list[str]:
    """Relations that a run left out because their other end is not known here."""
    sentences = []
    for name, count in run.counts.items():
        if name.startswith(DANGLING_PREFIX):
            field = name.removeprefix(DANGLING_PREFIX)
            plural = "" if count == 1 else "s"
            sentences.append(f"{count:,} relation{plural} to a {field} that is not here")
    return sentences


PLAN_COLUMNS = [
    "What happens",
    "Type",
    "Line",
    "Id",
    "Title",
    "Field",
    "Here",
    "In the file",
    "Reason",
]


def build_plan_rows(result: PlanResult) -> Iterator[list]:
    """A row for each record of a plan, for each field of one that changes, and for each finding."""
    for row in result.rows:
        label, _ = VERDICT_LABELS[row.verdict]
        start = [label, row.kind, row.line, row.key, row.title]
        if not row.differences:
            yield [*start, "", "", "", row.reason]
        for difference in row.differences:
            change = [difference.field, difference.current, difference.incoming]
            yield [*start, *change, row.reason]
    for what in (FindingKind.REFUSED, FindingKind.NOTED):
        label, _ = FINDING_LABELS[what]
        for finding in result.get_findings(what):
            yield [label, "", finding.line, finding.key, "", finding.field, "", "", finding.text]


FINDING_COLUMNS = ["What", "Line", "Id", "Field", "Reason"]


def build_finding_rows(findings: Iterable) -> Iterator[list]:
    for finding in findings:
        label, _ = FINDING_LABELS[finding.what]
        yield [label, finding.line, finding.key, finding.field, finding.text]


def build_command(upload: StoredUpload, by: str) -> str:
    """The same import from the command line, however large the file is."""
    options = upload.options
    arguments = ["--source", options.source, "--by", by, "--format", options.format]
    arguments += ["--on-conflict", options.on_conflict]
    if options.most:
        arguments += ["--limit", str(options.most)]
    return shlex.join([*COMMAND, upload.name, *arguments])


def build_resume_command(run: ImportRun) -> str:
    """The command that resumes a run which was stopped half-way."""
    arguments = ["--source", run.source, "--by", run.by.get_username(), "--format", run.format]
    arguments += ["--on-conflict", run.on_conflict]
    if run.most:
        arguments += ["--limit", str(run.most)]
    arguments += ["--chunk", RESUME_CHUNK]
    return shlex.join([*COMMAND, run.file_name, *arguments])
