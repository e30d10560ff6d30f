"""What stands in the way of recording earlier reviews: looked at for many pages at once."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Subquery

from articles import quality
from articles.content import Document, digest
from articles.fields import refuse_unprintable
from articles.imprint import Person
from articles.models import Article, Revision
from reviews.line import review_interval
from reviews.models import MedicalReview, Signature

YEARS = 10  # a review older than that says nothing of a page any more
LONGEST = {"name": 150, "post_nominals": 100, "specialty": 100, "evidence": 500}
CALLED = {"name": "reviewer’s name", "post_nominals": "post-nominals", "specialty": "specialty", "evidence": "evidence"}


@dataclass(frozen=True)
class Claim:
    """What somebody says of one page: who reviewed it in an earlier system, when, and where the record of that lies.

    ``digest`` is of the text that they looked at; ``row`` is where the claim stands in a sheet, if in one.
    """

    page: int
    name: str
    on: dt.date
    evidence: str
    post_nominals: str = ""
    specialty: str = ""
    due: dt.date | None = None
    digest: str = ""
    row: int = 0

    @property
    def by(self) -> Person:
        return Person(name=self.name, post_nominals=self.post_nominals, specialty=self.specialty)


@dataclass
class Finding:
    """A claim beside the page that it is about: what would be recorded, or why that is refused."""

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
        return self.page.title if self.page else ""


@dataclass(frozen=True)
class Around:
    """What the database knows of some pages, in a number of queries that does not grow with them."""

    pages: dict[int, Article]
    revisions: dict[int, Revision]
    entries: set[tuple[int, str]]
    waiting: set[int]


def examine(claims: list[Claim], today: dt.date) -> list[Finding]:
    """What would become of each claim today, in their order."""
    around, named = _around([claim.page for claim in claims]), Counter(claim.page for claim in claims)
    found = []
    for claim in claims:
        finding = Finding(claim, around.pages.get(claim.page), around.revisions.get(claim.page))
        finding.refusals += _of_the_words(claim, today)
        if named[claim.page] > 1:
            rows = [str(other.row) for other in claims if other.page == claim.page and other.row]
            where = f"Rows {_listed(rows)} name" if rows else "Several lines name"
            finding.refusals.append(f"{where} this page. Keep one of them.")
        finding.refusals += _of_the_page(finding, around)
        if not finding.refusals:
            _look_closely(finding, today)
        found.append(finding)
    return found


def _around(keys: list[int]) -> Around:
    newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values("pk")[:1]
    latest = Article.objects.filter(pk__in=keys).annotate(newest=Subquery(newest)).values("newest")
    pages = Article.objects.filter(pk__in=keys).select_related("live", "notice").prefetch_related("topics")
    outcomes = (Signature.Outcome.APPROVED, Signature.Outcome.WITHDRAWN)
    entries = Signature.objects.filter(article__in=keys, outcome__in=outcomes)
    waiting = MedicalReview.objects.waiting().filter(article__in=keys)
    return Around(
        pages={page.pk: page for page in pages},
        revisions={revision.article_id: revision for revision in Revision.objects.filter(pk__in=latest)},
        entries=set(entries.values_list("article", "outcome")),
        waiting=set(waiting.values_list("article", flat=True)),
    )


def _of_the_words(claim: Claim, today: dt.date) -> Iterable[str]:
    """Why what is said cannot be kept, whatever the page."""
    for name, longest in LONGEST.items():
        said = getattr(claim, name)
        if len(said) > longest:
            yield f"The {CALLED[name]} has {len(said)} characters. At most {longest} can be kept."
        try:
            refuse_unprintable(said)
        except ValidationError as error:
            yield f"The {CALLED[name]} cannot be printed. {error.messages[0]}"
    if not claim.name.strip():
        yield "It does not say who reviewed the page."
    if not claim.evidence.strip():
        yield "It does not say where the record of that review lies."
    if claim.on > today:
        yield f"The review is dated {claim.on:%-d %B %Y}, which is still to come."
    if claim.on < today - relativedelta(years=YEARS):
        yield f"The review is of {claim.on:%-d %B %Y}, more than {YEARS} years ago. Ask for a review here."
    if claim.due and claim.due <= claim.on:
        yield f"The due date, {claim.due:%-d %B %Y}, is not after the review."


def _of_the_page(finding: Finding, around: Around) -> Iterable[str]:
    """Why no earlier review of this page can be recorded, whoever made it."""
    page, revision, key = finding.page, finding.revision, finding.claim.page
    if page is None:
        yield "There is no such page."
    elif page.discarded_at:
        yield "This page was discarded."
    elif revision is None:
        yield "This page has no text yet. Open its form and save it."
    elif (key, Signature.Outcome.APPROVED) in around.entries:
        yield "A clinician has signed this page here, which counts for more. Ask for its annual review instead."
    elif (key, Signature.Outcome.WITHDRAWN) in around.entries:
        yield "This page was withdrawn here. It can come back with a signature only."
    elif key in around.waiting:
        yield "This page is in review. Let the reviewer decide, or take that request back first."
    elif finding.claim.digest and finding.claim.digest != revision.digest:
        yield f"The page has changed since the preview: its text is now that of revision {revision.number}. Look again."
    elif revision.expunged or digest(revision.document.encode(errors="surrogatepass")) != revision.digest:
        yield "The stored text is not the one that was saved. Tell the site’s operator."


def _look_closely(finding: Finding, today: dt.date) -> None:
    """The text against the checks, the dates against the rules, and what was recorded of the page before."""
    finding.document = finding.revision.read()
    problems = quality.blocking(finding.page, finding.document)
    finding.refusals += [f"{problem.message} {problem.fix}" for problem in problems]
    finding.refusals += _of_the_record(finding)
    finding.next_due, finding.rule = due(finding.claim, finding.page)
    finding.overdue = today > finding.next_due
    grace = settings.GRACE_DAYS[finding.page.risk]
    if today > finding.next_due + dt.timedelta(days=grace) and _strict(finding.page):
        finding.refusals.append(
            f"Its review was due on {finding.next_due:%-d %B %Y}, longer ago than a page of "
            f"{finding.page.risk} risk may be late ({grace} days). Ask for a review here."
        )
    finding.notes += _notes(finding)


def _strict(page: Article) -> bool:
    """Whether a page must not be shown once it is past grace."""
    return page.risk == Article.Risk.HIGH or settings.OVERDUE_POLICY[page.risk] == "withdraw"


def _of_the_record(finding: Finding) -> Iterable[str]:
    """A record may be put right, and not repeated; a text that changed since needs a later review."""
    live, claim = finding.page.live, finding.claim
    if live is None:
        return
    line = live.read_review_line()
    if live.revision_id != finding.revision.pk:
        if claim.on <= line.earlier.on:
            yield (
                f"Its text has changed since its review of {line.earlier.on:%-d %B %Y} was recorded. "
                "Record a later review of this text, or ask for a review here."
            )
    elif (line.earlier.by, line.earlier.on, line.next_due) == (claim.by, claim.on, due(claim, finding.page)[0]):
        yield "Just this review is recorded already."


def _notes(finding: Finding) -> Iterable[str]:
    """What whoever attests should know before they do."""
    if finding.overdue:
        yield "Overdue already: the page says so at once."
    if finding.revision.number > 1:
        yield f"Saved here {finding.revision.number} times: is this still the text that was reviewed?"
    if finding.claim.due and finding.next_due < finding.claim.due:
        yield f"Said to be due on {finding.claim.due:%-d %B %Y}; this site’s interval ends sooner, and counts."
    if finding.page.live:
        yield "Recorded before. This takes that record’s place."


def due(claim: Claim, page: Article) -> tuple[dt.date, str]:
    """When the page is to be reviewed next, and by which rule: never later than its own interval allows."""
    months, why = review_interval(page)
    ours = claim.on + relativedelta(months=months)
    if claim.due and claim.due < ours:
        return claim.due, "The due date that it had in the previous system."
    return ours, f"{months} months after the review in the previous system: {why}."


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
