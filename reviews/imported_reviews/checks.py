"""Checks before imported reviews are recorded, of many pages at once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Subquery

from articles import quality
from articles.content.document import Document, digest
from articles.content.review_line import Person
from articles.fields import refuse_unprintable
from articles.imports.formats.tables import LOST_LETTER, LOST_LETTER_MESSAGE
from articles.models import Article, Revision
from articles.quality.invisible_characters import describe_invisible
from reviews.display import join_names
from reviews.models import LedgerEntry, MedicalReview
from reviews.signing import unchanged_texts
from reviews.signing.review_line import get_review_interval

MAX_AGE_YEARS = 10  # an older review says nothing about a page of today
MAX_LENGTHS = {"name": 150, "post_nominals": 100, "specialty": 100, "evidence": 500}
FIELD_LABELS = {
    "name": "reviewer’s name",
    "post_nominals": "post-nominals",
    "specialty": "specialty",
    "evidence": "evidence",
}


@dataclass(frozen=True)
class Claim:
    """Who reviewed a page in an earlier system, when, and where the evidence is.

    ``digest`` is that of the text that was previewed. ``row_number`` is the row of the spreadsheet,
    if the claim is from one.
    """

    page: int
    name: str
    on: dt.date
    evidence: str
    post_nominals: str = ""
    specialty: str = ""
    due: dt.date | None = None
    digest: str = ""
    row_number: int = 0

    @property
    def by(self) -> Person:
        return Person(name=self.name, post_nominals=self.post_nominals, specialty=self.specialty)


@dataclass
class ClaimFinding:
    """A claim and its page: what would be recorded, or why that is refused."""

    claim: Claim
    page: Article | None = None
    revision: Revision | None = None
    document: Document | None = None
    next_due: dt.date | None = None
    rule: str = ""
    overdue: bool = False
    refusals: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        if self.page is None:
            return ""
        return self.page.title


@dataclass(frozen=True)
class PageFacts:
    """What the database has on some pages, read in a fixed number of queries.

    ``entries`` has the page id and the outcome of entries that allow no recording.
    """

    pages: dict[int, Article]
    revisions: dict[int, Revision]
    entries: set[tuple[int, str]]
    waiting: set[int]


def check_claims(claims: list[Claim], today: dt.date) -> list[ClaimFinding]:
    """A finding for each claim, in their order, as of today."""
    claims_by_page: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        claims_by_page[claim.page].append(claim)
    facts = _load_page_facts(list(claims_by_page))
    findings = []
    for claim in claims:
        page, revision = facts.pages.get(claim.page), facts.revisions.get(claim.page)
        finding = ClaimFinding(claim, page, revision)
        finding.refusals += _check_claim(claim, today)
        finding.refusals += _check_duplicates(claims_by_page[claim.page])
        finding.refusals += _check_page(finding, facts)
        if page and revision and not finding.refusals:
            _check_document(finding, page, revision, today)
        findings.append(finding)
    return findings


def _load_page_facts(keys: list[int]) -> PageFacts:
    articles = Article.objects.filter(pk__in=keys)
    pages = articles.select_related("live", "notice").prefetch_related("topics")
    newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values("pk")[:1]
    newest_ids = articles.annotate(newest=Subquery(newest)).values("newest")
    revisions = Revision.objects.filter(pk__in=newest_ids)
    outcomes = (LedgerEntry.EntryOutcome.APPROVED, LedgerEntry.EntryOutcome.WITHDRAWN)
    entries = LedgerEntry.objects.filter(article__in=keys, outcome__in=outcomes)
    waiting = MedicalReview.objects.waiting().filter(article__in=keys)
    return PageFacts(
        pages={page.pk: page for page in pages},
        revisions={revision.article_id: revision for revision in revisions},
        entries=set(entries.values_list("article", "outcome")),
        waiting=set(waiting.values_list("article", flat=True)),
    )


def _check_claim(claim: Claim, today: dt.date) -> Iterable[str]:
    """Why a claim cannot be recorded, whatever its page."""
    yield from _check_texts(claim)
    if not claim.name.strip():
        yield "The reviewer of the page is missing."
    if not claim.evidence.strip():
        yield "The evidence is missing: where the record of that review is kept."
    if claim.on > today:
        yield f"The review is dated {claim.on:%-d %B %Y}, which is in the future."
    if claim.on < today - relativedelta(years=MAX_AGE_YEARS):
        yield (
            f"The review is of {claim.on:%-d %B %Y}, more than {MAX_AGE_YEARS} years ago. "
            "Request a review here."
        )
    if claim.due and claim.due <= claim.on:
        yield f"The due date, {claim.due:%-d %B %Y}, is not after the review."


def _check_texts(claim: Claim) -> Iterable[str]:
    """Which texts of a claim are too long, or have characters that nobody can read."""
    for name, max_length in MAX_LENGTHS.items():
        text = getattr(claim, name)
        label = FIELD_LABELS[name]
        if len(text) > max_length:
            yield f"The {label} has {len(text)} characters. At most {max_length} can be kept."
        for quote, code in describe_invisible(text):
            yield f"The {label}, “{quote}”, has an invisible character, at ▯: {code}."
        if LOST_LETTER in text:
            yield f"The {label}: {LOST_LETTER_MESSAGE}"
            continue
        try:
            refuse_unprintable(text)
        except ValidationError as error:
            yield f"The {label} cannot be printed. {error.messages[0]}"


def _check_duplicates(claims: list[Claim]) -> Iterable[str]:
    """Why none of several claims about one page can be recorded."""
    if len(claims) < 2:
        return
    row_numbers = [str(claim.row_number) for claim in claims if claim.row_number]
    if row_numbers:
        yield f"Rows {join_names(row_numbers)} name this page. Keep one of them."
    else:
        yield "Several lines name this page. Keep one of them."


def _check_page(finding: ClaimFinding, facts: PageFacts) -> Iterable[str]:
    """Why no imported review of this page can be recorded, whoever made it."""
    page = finding.page
    revision = finding.revision
    key = finding.claim.page
    if page is None:
        yield "There is no such page."
    elif page.discarded_at:
        yield "This page was discarded."
    elif revision is None:
        yield "This page has no text yet. Open its form and save it."
    elif (key, LedgerEntry.EntryOutcome.APPROVED) in facts.entries:
        yield (
            "A clinician has signed this page here, which counts for more. "
            "Request its annual review instead."
        )
    elif (key, LedgerEntry.EntryOutcome.WITHDRAWN) in facts.entries:
        yield "This page was withdrawn here. It can be published again only with a signature."
    elif key in facts.waiting:
        yield "This page is in review. Let the reviewer decide, or cancel that request first."
    elif finding.claim.digest and finding.claim.digest != revision.digest:
        yield (
            "The page has changed since the preview: "
            f"its text is now that of revision {revision.number}. Check it again."
        )
    elif revision.expunged or not _has_own_digest(revision):
        yield "The stored text is not the one that was saved. Tell the site’s operator."


def _has_own_digest(revision: Revision) -> bool:
    """Whether the stored text is the one that was saved."""
    return digest(revision.document.encode(errors="surrogatepass")) == revision.digest


def _check_document(
    finding: ClaimFinding, page: Article, revision: Revision, today: dt.date
) -> None:
    """Check the text, the dates and the previous record, and complete the finding."""
    finding.document = revision.read()
    _check_quality(finding, page)
    finding.refusals += _check_previous_record(finding.claim, page, revision)
    finding.next_due, finding.rule = compute_due_date(finding.claim, page)
    finding.overdue = today > finding.next_due
    grace_days = settings.GRACE_DAYS[page.risk]
    last_day = finding.next_due + dt.timedelta(days=grace_days)
    if today > last_day and _must_be_in_time(page):
        finding.refusals.append(
            f"Its review was due on {finding.next_due:%-d %B %Y}, longer ago than a page of "
            f"{page.risk} risk may be late ({grace_days} days). Request a review here."
        )
    finding.notes += _get_notes(finding, page, revision)


def _check_quality(finding: ClaimFinding, page: Article) -> None:
    """What blocks a review of the text. For one that visitors read unchanged it is only a note."""
    assert finding.document
    problems = quality.find_blocking_problems(page, finding.document)
    if not problems:
        return
    messages = [f"{problem.message} {problem.fix}" for problem in problems]
    assert finding.revision
    is_unchanged = page.live is not None and page.live.revision_id == finding.revision.pk
    if is_unchanged and unchanged_texts.is_window_open():
        finding.notes += [f"Unchanged, though a check blocks it: {text}" for text in messages]
    else:
        finding.refusals += messages


def _must_be_in_time(page: Article) -> bool:
    """Whether a page must not be public when it is past grace."""
    return page.risk == Article.Risk.HIGH or settings.OVERDUE_POLICY[page.risk] == "withdraw"


def _check_previous_record(claim: Claim, page: Article, revision: Revision) -> Iterable[str]:
    """Why a claim cannot replace the imported review that is recorded already.

    It must correct that record, not repeat it; for a text that changed since, it must be later.
    """
    live = page.live
    if live is None:
        return
    line = live.read_review_line()
    recorded = line.earlier
    assert recorded  # a page that was signed here is refused before
    if live.revision_id != revision.pk:
        if claim.on <= recorded.on:
            yield (
                f"Its text has changed since its review of {recorded.on:%-d %B %Y} was recorded. "
                "Record a later review of this text, or request a review here."
            )
        return
    next_due, _ = compute_due_date(claim, page)
    if (recorded.by, recorded.on, line.next_due) == (claim.by, claim.on, next_due):
        yield "This review is recorded already."


def _get_notes(finding: ClaimFinding, page: Article, revision: Revision) -> Iterable[str]:
    """What the managing editor should know before attesting."""
    if finding.overdue:
        yield "Overdue already: the page says so at once."
    if revision.number > 1:
        yield f"Saved here {revision.number} times: is this still the text that was reviewed?"
    if finding.claim.due and finding.next_due != finding.claim.due:
        yield (
            f"Said to be due on {finding.claim.due:%-d %B %Y}; "
            "this site’s interval ends sooner and applies."
        )
    if page.live:
        yield "Recorded before. This replaces that record."


def compute_due_date(claim: Claim, page: Article) -> tuple[dt.date, str]:
    """When the page is due next, and by which rule. It is never later than the page's interval."""
    months, interval_rule = get_review_interval(page)
    due = claim.on + relativedelta(months=months)
    if claim.due and claim.due < due:
        return claim.due, "The due date that it had in the previous system."
    return due, f"{months} months after the review in the previous system: {interval_rule}."
