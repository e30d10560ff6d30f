"""Rows of imported reviews between upload and recording: checked, and carried in a signed field."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core import signing
from django.utils import timezone

from articles.publishing.actions import ActionRefused
from reviews.display import join_names
from reviews.imported_reviews import dates, page_lookup
from reviews.imported_reviews.checks import Claim, ClaimFinding, check_claims
from reviews.imported_reviews.spreadsheets import REQUIRED_COLUMNS, ImportedReviewSpreadsheetRow

SALT = "reviews.earlier"
AUTHENTICATED_SALT = "reviews.earlier.proved"
PREVIEW_HOURS = 2  # during which a preview can be used
AUTHENTICATION_MINUTES = 15  # during which a password holds between two parts of a spreadsheet
BATCH_SIZE = 500


class CannotUnpackRows(ActionRefused):
    """The rows that a form carried are too old, somebody else's, or not from this site."""


@dataclass
class ImportedReviewRow:
    """One row of a spreadsheet, its page, and the digest of the text that was previewed."""

    source: ImportedReviewSpreadsheetRow
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
    def is_pending(self) -> bool:
        """Whether it is still to be recorded."""
        return not self.refusal and not self.done

    def to_claim(self) -> Claim:
        """The row as a claim about its page. Raises ValueError if a date cannot be read."""
        assert self.page is not None  # without one the row is refused
        source = self.source
        due = None
        if source["due"]:
            due = _parse_column_date(source, "due")
        return Claim(
            page=self.page,
            name=source["reviewer"],
            post_nominals=source["post-nominals"],
            specialty=source["specialty"],
            on=_parse_column_date(source, "reviewed on"),
            evidence=source["evidence"],
            due=due,
            digest=self.digest,
            row_number=source.row_number,
        )


def _parse_column_date(source: ImportedReviewSpreadsheetRow, column: str) -> dt.date:
    try:
        return dates.parse_date(source[column])
    except dates.UnreadableDate as error:
        raise ValueError(f"Column “{column}”: {error}") from error


def build_rows(source_rows: Iterable[ImportedReviewSpreadsheetRow]) -> list[ImportedReviewRow]:
    """The rows with their pages. Those that cannot be read are refused.

    Whether the others can be recorded is for ``check_rows`` to say.
    """
    rows = [ImportedReviewRow(source) for source in source_rows]
    names = {row.source["page"] for row in rows}
    pages = page_lookup.find_pages(names - {""})
    for row in rows:
        problems = _find_empty_columns(row.source)
        name = row.source["page"]
        page = pages.get(name)
        if isinstance(page, str):
            problems.append(f"Column “page”, “{name[:80]}”: {page[0].lower()}{page[1:]}")
        else:
            row.page = page
        problems += _find_unreadable_dates(row.source)
        row.refusal = " ".join(problems)
    _refuse_duplicates(rows)
    return rows


def _find_empty_columns(source: ImportedReviewSpreadsheetRow) -> list[str]:
    empty = [column for column in REQUIRED_COLUMNS if not source[column]]
    return [f"Column “{column}” is empty." for column in empty]


def _find_unreadable_dates(source: ImportedReviewSpreadsheetRow) -> list[str]:
    problems = []
    for column in ("reviewed on", "due"):
        if not source[column]:
            continue
        try:
            _parse_column_date(source, column)
        except ValueError as error:
            problems.append(str(error))
    return problems


def _refuse_duplicates(rows: list[ImportedReviewRow]) -> None:
    """Refuse all rows about a page that has several."""
    rows_by_page: dict[int, list[ImportedReviewRow]] = defaultdict(list)
    for row in rows:
        if row.page is not None:
            rows_by_page[row.page].append(row)
    for duplicates in rows_by_page.values():
        if len(duplicates) == 1:
            continue
        numbers = join_names([str(row.source.row_number) for row in duplicates])
        problem = f"Rows {numbers} are about this page. Keep one of them."
        for row in duplicates:
            row.refusal = f"{row.refusal} {problem}".strip()


def check_rows(rows: list[ImportedReviewRow]) -> list[ImportedReviewRow]:
    """Check each pending row against its page as it is now, in batches.

    A row that was previewed keeps the digest of the text that was previewed.
    """
    today = timezone.localdate()
    pending = [row for row in rows if row.is_pending]
    for start in range(0, len(pending), BATCH_SIZE):
        batch = pending[start : start + BATCH_SIZE]
        claims = [row.to_claim() for row in batch]
        findings = check_claims(claims, today)
        for row, finding in zip(batch, findings, strict=True):
            _apply_finding(row, finding)
    return rows


def _apply_finding(row: ImportedReviewRow, finding: ClaimFinding) -> None:
    """Copy what is shown of a finding to its row, without the texts."""
    row.refusal = " ".join(finding.refusals)
    row.notes = finding.notes
    row.title = finding.title
    row.next_due = finding.next_due
    row.overdue = finding.overdue
    if finding.revision:
        row.revision = finding.revision.number
        row.digest = row.digest or finding.revision.digest


def pack_rows(rows: Iterable[ImportedReviewRow], user, *, authentication: str = "") -> str:
    """The rows as a text signed for this user.

    ``authentication`` is how the user authenticated. With it, what is left of the rows may be
    recorded without asking again.
    """
    packed_rows = []
    for row in rows:
        source = row.source
        packed_rows.append(
            [source.row_number, source.cells, row.page, row.digest, row.refusal, row.done]
        )
    content = {"for": user.pk, "proved": authentication, "rows": packed_rows}
    salt = AUTHENTICATED_SALT if authentication else SALT
    return signing.dumps(content, salt=salt, compress=True)


def unpack_rows(
    text: str, user, *, authenticated: bool = False
) -> tuple[list[ImportedReviewRow], str]:
    """The rows of a signed text, and how the user authenticated, if they did.

    Raises CannotUnpackRows if the text is too old or was made for somebody else.
    """
    if authenticated:
        salt = AUTHENTICATED_SALT
        max_age = dt.timedelta(minutes=AUTHENTICATION_MINUTES)
        period = f"{AUTHENTICATION_MINUTES} minutes"
    else:
        salt = SALT
        max_age = dt.timedelta(hours=PREVIEW_HOURS)
        period = f"{PREVIEW_HOURS} hours"
    try:
        content = signing.loads(text, salt=salt, max_age=max_age)
    except signing.SignatureExpired as error:
        raise CannotUnpackRows(
            f"This preview is older than {period}. Choose the file again."
        ) from error
    except signing.BadSignature as error:
        raise CannotUnpackRows(
            "This preview is incomplete. Nothing was recorded: choose the file again."
        ) from error
    if content["for"] != user.pk:
        raise CannotUnpackRows("This preview was made for somebody else. Choose the file again.")
    rows = []
    for row_number, cells, page, page_digest, refusal, done in content["rows"]:
        source = ImportedReviewSpreadsheetRow(row_number, tuple(cells))
        rows.append(ImportedReviewRow(source, page, page_digest, refusal, done))
    return rows, content["proved"]
