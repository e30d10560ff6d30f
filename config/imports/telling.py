"""What imports did, or would do, in tables, sentences and spreadsheets."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.formats import number_format

from articles import kinds
from articles.imports import importers
from articles.imports.job import What
from articles.imports.spool import Verdict
from articles.models import ImportRun
from config.imports.resource import Planned
from config.imports.uploads import Upload

VERDICTS = {
    Verdict.NEW: ("New", "they become drafts"),
    Verdict.CHANGED: ("Changed", "the file has another text than here: it becomes the draft"),
    Verdict.UNCHANGED: ("Unchanged", "nothing is written"),
    Verdict.HERE: ("Here already", "the text stays; only the id is noted"),
    Verdict.KEPT: ("Conflicting", "they stay as they are here"),
}
SORTS = {
    What.CONFLICT: ("Conflicts", "They stay as they are here, until somebody decides."),
    What.REFUSED: (
        "Refused",
        "They are left out. Mend them in the file, and bring it in again: the rest stays as it is.",
    ),
    What.NOTED: ("Notes", "What was dropped, or decided by a rule."),
}
OTHERS = {"cause": "causes", "retired": "obsolete ids"}


@dataclass(frozen=True)
class Line:
    """What becomes of records, and of how many of each kind."""

    label: str
    explained: str
    numbers: list[int]


@dataclass(frozen=True)
class Table:
    kinds: list[str]
    lines: list[Line]

    def __bool__(self) -> bool:
        return bool(self.lines)


def called(kind: str) -> str:
    """What several records of a type are called."""
    names = {each.name: str(each.model._meta.verbose_name_plural) for each in kinds.every()}
    return (names | OTHERS).get(kind, kind)


def table(counts: Mapping[str, Mapping[str, int]]) -> Table:
    """How many records of each kind have each verdict; kinds and verdicts without any are left out."""
    types = [each.type for each in importers.every() if any(counts.get(each.type, {}).values())]
    lines = [Line(*told, [counts[each].get(verdict, 0) for each in types]) for verdict, told in VERDICTS.items()]
    return Table([called(each) for each in types], [line for line in lines if any(line.numbers)])


def counts_of(run: ImportRun) -> dict[str, dict[str, int]]:
    """What a run wrote and left, by type and verdict, as its record keeps it."""
    return {
        each.type: {verdict: run.counts.get(f"{each.type} {verdict}", 0) for verdict in VERDICTS}
        for each in importers.every()
    }


def in_short(run: ImportRun) -> str:
    """A run in a line: “731 new, 3 refused”."""
    sums = dict.fromkeys(VERDICTS, 0)
    for verdicts in counts_of(run).values():
        for verdict, number in verdicts.items():
            sums[verdict] += number
    told = [(sums[verdict], label.lower()) for verdict, (label, _) in VERDICTS.items()]
    told.append((run.counts.get(What.REFUSED, 0), "refused"))
    return (
        ", ".join(f"{number_format(number, force_grouping=True)} {what}" for number, what in told if number)
        or "nothing"
    )


def lost(run: ImportRun) -> list[str]:
    """Relations that a run left out, as nobody knows their other end."""
    found = [
        (name.removeprefix("dangling "), count) for name, count in run.counts.items() if name.startswith("dangling ")
    ]
    return [f"{count:,} relation{'' if count == 1 else 's'} to a {field} that is not here" for field, count in found]


PLAN_HEAD = ["What happens", "Type", "Line", "Id", "Title", "Field", "Here", "In the file", "Reason"]


def plan_rows(result: Planned) -> Iterator[list]:
    """Everything that a plan says: a row for each record, and for each field of one that changes."""
    for row in result.rows:
        start = [VERDICTS[row.verdict][0], row.kind, row.line, row.key, row.object_repr]
        for said in row.diff or [None]:
            yield [*start, *([said.field, said.here, said.there] if said else ["", "", ""]), row.why]
    for what in (What.REFUSED, What.NOTED):
        for one in result.of(what):
            yield [SORTS[what][0], "", one.line, one.key, "", one.field, "", "", one.text]


FINDINGS_HEAD = ["What", "Line", "Id", "Field", "Reason"]


def finding_rows(findings: Iterable) -> Iterator[list]:
    for one in findings:
        yield [SORTS[one.what][0], one.line, one.key, one.field, one.text]


def command(upload: Upload, by: str) -> str:
    """What does the same from the command line, however large the file is."""
    wishes = upload.wishes
    said = ["--source", wishes.source, "--by", by, "--format", wishes.format, "--on-conflict", wishes.on_conflict]
    limit = ["--limit", str(wishes.most)] if wishes.most else []
    return shlex.join([".venv/bin/python", "manage.py", "import_content", upload.name, *said, *limit])


def command_again(run: ImportRun) -> str:
    """What takes up a run that was stopped half-way."""
    said = ["--source", run.source, "--by", run.by.get_username(), "--format", run.format]
    limit = ["--limit", str(run.most)] if run.most else []
    rest = ["--on-conflict", run.on_conflict, *limit, "--chunk", "1000"]
    return shlex.join([".venv/bin/python", "manage.py", "import_content", run.file_name, *said, *rest])
