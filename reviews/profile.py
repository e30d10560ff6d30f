"""A reviewer as visitors meet them: credentials as signed, words about themselves, and what they signed."""

from django.core.paginator import Page, Paginator
from django.urls import reverse

from articles import kinds
from reviews import ledger
from reviews.models import MedicalReview, Reviewer, Signature

ENTRIES_A_PAGE = 100
SHOWN = (
    "at",
    "revision",
    "review__trigger",
    "article__kind",
    "article__live__title",
    "article__live__slug",
    "article__live__revision",
)


def address(slug: str, number: int = 1) -> str:
    return reverse("reviewers:reviewer", args=[slug] if number == 1 else [slug, number])


def at_address(slug: str) -> tuple[Reviewer, ledger.Actor] | None:
    """The reviewer at an address with their credentials as they signed last; nothing where they never signed."""
    reviewer = Reviewer.objects.filter(slug=slug).first()
    if reviewer is None:
        return None
    newest = Signature.objects.signed().filter(by=reviewer.user_id).order_by("-sequence").first()
    return (reviewer, ledger.read(newest).actor) if newest else None


def signed_by(reviewer: Reviewer, number: int) -> Page:
    """One page of a reviewer's signatures on public pages, newest first. Raises EmptyPage past the last."""
    entries = Signature.objects.signed().filter(by=reviewer.user_id, article__live__isnull=False)
    return Paginator(entries.order_by("-sequence").values(*SHOWN), ENTRIES_A_PAGE).page(number)


def entry(signed: dict) -> dict:
    trigger = signed["review__trigger"]
    url_name = kinds.get(signed["article__kind"]).url_name
    return {
        "title": signed["article__live__title"],
        "url": reverse(url_name, args=[signed["article__live__slug"]]),
        "on": signed["at"],
        "kind": MedicalReview.Trigger(trigger).label if trigger else "Signature",
        "superseded": signed["revision"] != signed["article__live__revision"],
    }
