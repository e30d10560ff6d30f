"""A reviewer as visitors meet them: credentials as signed, words about themselves, and what they signed."""

from django.core.paginator import Page, Paginator
from django.urls import reverse

from articles import kinds
from reviews import ledger
from reviews.models import Reviewer, Signature

ENTRIES_A_PAGE = 100


def address(slug: str, number: int = 1) -> str:
    return reverse("reviewers:reviewer", args=[slug] if number == 1 else [slug, number])


def at_address(slug: str) -> tuple[Reviewer, ledger.Actor] | None:
    """The reviewer at an address with their credentials as they signed last; nothing where they never signed."""
    reviewer = Reviewer.objects.filter(slug=slug).first()
    if reviewer is None:
        return None
    newest = Signature.objects.positive().filter(by=reviewer.user_id).order_by("-sequence").first()
    return (reviewer, ledger.read(newest).actor) if newest else None


def signed_by(reviewer: Reviewer, number: int) -> Page:
    """One page of a reviewer's signatures on public pages, newest first. Raises EmptyPage past the last."""
    entries = Signature.objects.positive().filter(by=reviewer.user_id, article__live__isnull=False)
    return Paginator(entries.select_related("article__live", "review").order_by("-sequence"), ENTRIES_A_PAGE).page(
        number
    )


def entry(signature: Signature) -> dict:
    live = signature.article.live
    return {
        "title": live.title,
        "url": reverse(kinds.get(signature.article.kind).url_name, args=[live.slug]),
        "on": signature.at,
        "kind": signature.review.get_trigger_display() if signature.review else "Signature",
        "superseded": signature.revision_id != live.revision_id,
    }
