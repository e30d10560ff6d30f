"""A reviewer as visitors read of them: credentials as signed, biography and signatures."""

from collections.abc import Iterable

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Subquery

from articles.content import kinds
from articles.content.paths import get_numbered_path
from articles.page_store import subjects
from articles.public.breadcrumbs import HOME, Breadcrumb
from reviews.models import LedgerEntry, MedicalReview, Reviewer
from reviews.signing import ledger
from reviews.signing.statements import build_statement

ENTRIES_PER_PAGE = 100
REVIEWERS_PER_PAGE = 100
ENTRY_FIELDS = (
    "at",
    "record",
    "revision",
    "review__trigger",
    "article__uuid",
    "article__kind",
    "article__live__title",
    "article__live__slug",
    "article__live__revision",
)


def get_list_url(number: int = 1) -> str:
    """The address of the list of reviewers."""
    return get_numbered_path("reviewers:index", number=number)


def build_list_trail() -> tuple[Breadcrumb, ...]:
    return HOME, Breadcrumb("Reviewers", get_list_url())


def get_url(slug: str, number: int = 1) -> str:
    return get_numbered_path("reviewers:reviewer", slug, number=number)


def get_reviewers_page(number: int) -> Page:
    """One page of the reviewers who signed a public page, by name. Raises EmptyPage."""
    subjects.name(subjects.REVIEWERS)
    signed = LedgerEntry.objects.signed().filter(by=OuterRef("user"))
    public = signed.filter(article__live__isnull=False).order_by().values("by")
    counted = public.annotate(count=Count("article", distinct=True)).values("count")
    signers = Reviewer.objects.annotate(
        pages=Subquery(counted),
        newest=Subquery(signed.order_by("-sequence").values("pk")[:1]),
    )
    signers = signers.filter(pages__isnull=False).order_by("slug")
    rows = signers.values("slug", "pages", "newest")
    return Paginator(rows, REVIEWERS_PER_PAGE).page(number)


def build_reviewer_entries(rows: Iterable[dict]) -> list[dict]:
    """Each reviewer with name and credentials as of the newest signature. One query."""
    rows = list(rows)
    newest = LedgerEntry.objects.in_bulk([row["newest"] for row in rows])
    entries: list[dict] = []
    for row in rows:
        actor = ledger.read_record(newest[row["newest"]]).actor
        entries.append({"actor": actor, "url": get_url(row["slug"]), "pages": row["pages"]})
    return entries


def get_reviewer(slug: str) -> tuple[Reviewer, ledger.Actor] | None:
    """The reviewer at an address with the credentials of their newest signature.

    None where there is no such reviewer, or one who never signed.
    """
    reviewer = Reviewer.objects.filter(slug=slug).first()
    if reviewer is None:
        return None
    subjects.name(subjects.reviewer(reviewer.uuid))
    newest = LedgerEntry.objects.signed().filter(by=reviewer.user_id).order_by("-sequence").first()
    if newest is None:
        return None
    return reviewer, ledger.read_record(newest).actor


def get_signatures(reviewer: Reviewer, number: int) -> Page:
    """One page of a reviewer's signatures on public pages, newest first. Raises EmptyPage."""
    entries = LedgerEntry.objects.signed().filter(by=reviewer.user_id, article__live__isnull=False)
    rows = entries.order_by("-sequence").values(*ENTRY_FIELDS)
    return Paginator(rows, ENTRIES_PER_PAGE).page(number)


def build_entry(values: dict) -> dict:
    subjects.name(subjects.page(values["article__uuid"]))
    trigger = values["review__trigger"]
    return {
        "title": values["article__live__title"],
        "url": kinds.get_path(values["article__kind"], values["article__live__slug"]),
        "on": values["at"],
        "statement": build_statement(values["record"]),
        "kind": MedicalReview.Trigger(trigger).label if trigger else "Signature",
        "superseded": values["revision"] != values["article__live__revision"],
    }
