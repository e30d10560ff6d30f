"""A reviewer as visitors read of them: credentials as signed, biography and signatures."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from articles.content import kinds
from articles.content.paths import get_numbered_path
from articles.db.prepared import PreparedList, PreparedQuery
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
    return _reviewers.get_page(number)


def _select_signers() -> QuerySet[Reviewer]:
    public = _select_signatures_of(OuterRef("user")).filter(article__live__isnull=False)
    return Reviewer.objects.filter(Exists(public)).order_by("slug")


def _load_signers(signers: QuerySet[Reviewer]) -> QuerySet[Any, Any]:
    """Slug, number of public pages, and the record of the newest signature."""
    signed = _select_signatures_of(OuterRef("user"))
    public = signed.filter(article__live__isnull=False).order_by().values("by")
    counted = public.annotate(count=Count("article", distinct=True)).values("count")
    newest = signed.order_by("-sequence").values("record")[:1]
    return signers.values_list("slug", Subquery(counted), Subquery(newest))


def _select_signatures_of(user: Any) -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.signed().filter(by=user)


def _select_public_signatures(user: int) -> QuerySet[LedgerEntry]:
    """Newest first."""
    public = LedgerEntry.objects.signed().filter(by__pk=user, article__live__isnull=False)
    return public.order_by("-sequence")


_reviewers = PreparedList(_select_signers, _load_signers, per_page=REVIEWERS_PER_PAGE)
_signatures = PreparedList(
    _select_public_signatures,
    lambda rows: rows.values(*ENTRY_FIELDS),
    per_page=ENTRIES_PER_PAGE,
    user=int,
)
_reviewer_query = PreparedQuery(
    lambda slug: Reviewer.objects.filter(slug=slug).order_by("pk")[:1], slug=str
)
_newest_record_query = PreparedQuery(
    lambda user: (
        LedgerEntry.objects.signed()
        .filter(by__pk=user)
        .order_by("-sequence")
        .values_list("record", flat=True)[:1]
    ),
    user=int,
)


def build_reviewer_entries(rows: Iterable[tuple[str, int, str]]) -> list[dict]:
    """Each reviewer with name and credentials as of the newest signature."""
    entries: list[dict] = []
    for slug, pages, record in rows:
        actor = ledger.parse_record(record).actor
        entries.append({"actor": actor, "url": get_url(slug), "pages": pages})
    return entries


def get_reviewer(slug: str) -> tuple[Reviewer, ledger.Actor] | None:
    """The reviewer at an address with the credentials of their newest signature.

    None where there is no such reviewer, or one who never signed.
    """
    reviewer: Reviewer | None = _reviewer_query.first(slug=slug)
    if reviewer is None:
        return None
    subjects.name(subjects.reviewer(reviewer.uuid))
    record = _newest_record_query.first(user=reviewer.user_id)
    if record is None:
        return None
    return reviewer, ledger.parse_record(record).actor


def get_signatures(reviewer: Reviewer, number: int) -> Page:
    """One page of a reviewer's signatures on public pages, newest first. Raises EmptyPage."""
    return _signatures.get_page(number, user=reviewer.user_id)


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
