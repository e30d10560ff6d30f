"""The page that a receipt leads to: “This was not me”, behind sign-in, and a POST there."""

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from articles.publishing.actions import ActionRefused
from reviews.models import LedgerEntry, SignatureDispute
from reviews.signing import disputes

METHODS = ["GET", "HEAD", "POST"]
TEMPLATE = "reviews/not_me.html"


@never_cache
@require_http_methods(METHODS)
def not_me(request, uuid):
    """Show what was signed in somebody's sign-in; a POST by them says that it was not they.

    Opening it changes nothing, whoever or whatever opens it.
    """
    here = reverse("reviews:not_me", args=[uuid])
    if not request.user.is_authenticated:
        if request.method == "POST" and (dispute := _find_dispute(uuid)):
            # Pressed twice: the first press ended this session.
            return render(request, TEMPLATE, {"repeated": dispute})
        return redirect_to_login(here)
    entry = _get_entry(uuid)
    if entry.by_id != request.user.pk:
        raise PermissionDenied(
            "Only the person in whose name this was signed can say that it was not they."
        )
    if request.method == "POST":
        return _dispute(request, entry)
    return render(request, TEMPLATE, _build_context(entry))


def _dispute(request, entry: LedgerEntry):
    try:
        recorded = disputes.dispute(entry, by=request.user)
    except ActionRefused as refusal:
        return render(request, TEMPLATE, _build_context(entry) | {"reason": refusal}, status=409)
    if recorded:
        logout(request)
    return render(request, TEMPLATE, _build_context(entry) | {"recorded": recorded})


def _build_context(entry: LedgerEntry) -> dict:
    assert entry.review  # a signature decides one
    receipt = getattr(entry, "receipt", None)
    return {
        "entry": entry,
        "pages": disputes.list_pages(entry),
        "is_sign_in_known": receipt is not None and receipt.sign_in is not None,
        "dispute": _find_dispute(entry.review.uuid),
    }


def _find_dispute(uuid) -> SignatureDispute | None:
    found = SignatureDispute.objects.filter(entry__review__uuid=uuid)
    return found.select_related("restored_by").first()


def _get_entry(uuid) -> LedgerEntry:
    """The signature of a review. Raises Http404 for a review that nobody signed."""
    signed = Q(outcome=LedgerEntry.EntryOutcome.APPROVED) | Q(receipt__isnull=False)
    entries = LedgerEntry.objects.filter(signed, review__uuid=uuid)
    entry = entries.select_related("review", "revision", "by", "receipt").first()
    if entry is None:
        raise Http404
    return entry
