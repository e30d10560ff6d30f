"""A sheet of earlier reviews between its reading and the deed: looked at, and carried along signed, stored nowhere."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core import signing
from django.utils import timezone

from articles.actions import Refused
from reviews import earlier_days, earlier_pages
from reviews.attestable import Claim, Finding, examine
from reviews.earlier_sheets import NEEDED, Line

SALT, PROVED = "reviews.earlier", "reviews.earlier.proved"
HOURS = 2  # that a preview holds
MINUTES = 15  # that a password holds between one part of a sheet and the next
BATCH = 500


class Outdated(Refused):
    """What a form carried along is too old, somebody else's, or not ours."""


@dataclass
class Row:
    """One row of a sheet: what it says, which page it means, and the text of that page that was looked at."""

    line: Line
    page: int | None = None
    digest: str = ""
    refusal: str = ""
    done: bool = False
    title: str = ""
    revision: int = 0
    next_due: dt.date | None = None
    overdue: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def taken(self) -> bool:
        """Whether it is still to be recorded."""
        return not self.refusal and not self.done

    def claim(self) -> Claim:
        """What the row says of its page. Raises ValueError where a day cannot be read."""
        line = self.line
        return Claim(
            page=self.page,
            name=line["reviewer"],
            post_nominals=line["post-nominals"],
            specialty=line["specialty"],
            on=_day(line, "reviewed on"),
            evidence=line["evidence"],
            due=_day(line, "due") if line["due"] else None,
            digest=self.digest,
            row=line.row,
        )

    @property
    def reviewed_on(self) -> dt.date | None:
        try:
            return _day(self.line, "reviewed on")
        except ValueError:
            return None


def _day(line: Line, column: str) -> dt.date:
    try:
        return earlier_days.day(line[column])
    except earlier_days.NoDay as error:
        raise ValueError(f"Column “{column}”: {error}") from error


def rows(lines: Iterable[Line]) -> list[Row]:
    """The rows of a sheet with the pages they mean; nothing is known yet of what stands in their way."""
    found = [Row(line) for line in lines]
    pages = earlier_pages.find(row.line["page"] for row in found if row.line["page"])
    for row in found:
        said = [f"Column “{column}” is empty." for column in NEEDED if not row.line[column]]
        page = pages.get(row.line["page"])
        if isinstance(page, str):
            said.append(f"Column “page”: “{row.line['page'][:80]}”: {page}")
        else:
            row.page = page
        for column in ("reviewed on", "due"):
            try:
                if row.line[column]:
                    _day(row.line, column)
            except ValueError as error:
                said.append(str(error))
        row.refusal = " ".join(said)
    _refuse_twice(found)
    return found


def _refuse_twice(found: list[Row]) -> None:
    """Of two rows about one page nobody can tell which is right."""
    naming: dict[int, list[Row]] = defaultdict(list)
    for row in found:
        if row.page is not None:
            naming[row.page].append(row)
    for same in naming.values():
        if len(same) > 1:
            numbers = [f"{row.line.row}" for row in same]
            where = f"{', '.join(numbers[:-1])} and {numbers[-1]}"
            for row in same:
                row.refusal = f"{row.refusal} Rows {where} are about this page. Keep one of them.".strip()


def look(found: list[Row], *, anew: bool = False) -> list[Row]:
    """Hold each row that is not refused against its page as it is now, so many at a time.

    A row that was looked at before keeps the digest of what was looked at, unless it is to be looked at ``anew``.
    """
    today, open_rows = timezone.localdate(), [row for row in found if row.taken]
    for start in range(0, len(open_rows), BATCH):
        batch = open_rows[start : start + BATCH]
        for row in batch:
            row.digest = "" if anew else row.digest
        for row, finding in zip(batch, examine([row.claim() for row in batch], today), strict=True):
            _tell(row, finding)
    return found


def _tell(row: Row, finding: Finding) -> None:
    """Keep of a finding what is shown; its texts are let go."""
    row.refusal, row.notes, row.title = " ".join(finding.refusals), finding.notes, finding.title
    row.next_due, row.overdue = finding.next_due, finding.overdue
    if finding.revision:
        row.revision, row.digest = finding.revision.number, row.digest or finding.revision.digest


def pack(found: Iterable[Row], user, *, proved: str = "") -> str:
    """The rows as one text that only this site can have made, for this person.

    ``proved`` is how they proved who they are: with it, what is left of the rows may be recorded without asking again.
    """
    said = [[row.line.row, row.line.cells, row.page, row.digest, row.refusal, row.done] for row in found]
    carried = {"for": user.pk, "proved": proved, "rows": said}
    return signing.dumps(carried, salt=PROVED if proved else SALT, compress=True)


def unpack(text: str, user, *, proved: bool = False) -> tuple[list[Row], str]:
    """The rows again, and how the person proved who they are, where they did.

    Raises Outdated, in words, where the text is too old or was made for somebody else.
    """
    age = MINUTES * 60 if proved else HOURS * 3600
    try:
        said = signing.loads(text, salt=PROVED if proved else SALT, max_age=age)
    except signing.SignatureExpired as error:
        how_old = f"{MINUTES} minutes" if proved else f"{HOURS} hours"
        raise Outdated(f"This preview is older than {how_old}. Choose the sheet again.") from error
    except signing.BadSignature as error:
        raise Outdated("This preview is not whole. Nothing was recorded: choose the sheet again.") from error
    if said["for"] != user.pk:
        raise Outdated("This preview was made for somebody else. Choose the sheet again.")
    return [
        Row(Line(row, tuple(cells)), page, digest, refusal, done)
        for row, cells, page, digest, refusal, done in said["rows"]
    ], said["proved"]
