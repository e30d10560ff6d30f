"""Recording reviews that were made in an earlier system: this publishes, but is no signature.

A page that was imported with a review is published on the attestation of a managing editor, who may
be the importer. The record names the reviewer, the day and where the evidence is. An attestation
does not count for four eyes, names no reviewer of this site, and gives way to the first signature.
"""

import datetime as dt
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from articles.content.review_line import ImportedReview, ReviewLine
from articles.models import Article
from articles.publishing import actions as pages
from articles.publishing import related_pages
from articles.publishing.actions import ActionRefused
from reviews.imported_reviews.checks import Claim, ClaimFinding, check_claims
from reviews.models import LedgerEntry
from reviews.signing import ledger
from reviews.signing.validation import reload_user

PERMISSION = "reviews.attest_legacy"
MAX_PAGES = 500  # in one transaction
MAX_NAMED_PAGES = 5  # in a message
MEANING = (
    "I attest that this very text was medically reviewed in an earlier system, by the clinician "
    "and on the day named here, and that the evidence named here shows it. I have not reviewed it "
    "myself. No clinician has signed it here."
)


class CannotAttest(ActionRefused):
    """Nothing was recorded. ``reasons`` has the reason by page id, where pages are the reason."""

    def __init__(self, message: str, reasons: dict[int, str] | None = None):
        super().__init__(message)
        self.reasons = reasons or {}


@dataclass
class AttestationResult:
    """The entries of the claims that were recorded, and the reasons by page id for the others."""

    recorded: list[LedgerEntry] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


@transaction.atomic
def attest_all(claims: list[Claim], *, by, authentication: str = "password") -> list[LedgerEntry]:
    """Record imported reviews and publish their pages: all of them, or none if one is refused.

    Each claim has the digest of the text that was previewed. The caller checks the password.

    Raises CannotAttest with the reason for each page, in messages for the managing editor.
    """
    if len(claims) > MAX_PAGES:
        raise CannotAttest(
            f"At most {MAX_PAGES} imported reviews are recorded at once, "
            f"and these are {len(claims):,}."
        )
    by = reload_user(by)
    if not by.is_active or not by.has_perm(PERMISSION):
        raise CannotAttest("Only managing editors can record imported reviews.")
    _lock_pages(claims)
    now = timezone.now()
    findings = check_claims(claims, timezone.localdate(now))
    reasons = _get_refusal_reasons(findings)
    if reasons:
        raise CannotAttest(_format_refusals(findings, reasons), reasons)
    entries = []
    with related_pages.together():
        for finding in findings:
            entry = _record_attestation(finding, by=by, at=now, authentication=authentication)
            entries.append(entry)
    return entries


def _lock_pages(claims: list[Claim]) -> None:
    """Lock the pages of the claims, in the order of their ids, until the transaction ends."""
    keys = [claim.page for claim in claims]
    pages_to_lock = Article.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    list(pages_to_lock.values_list("pk"))


def _get_refusal_reasons(findings: list[ClaimFinding]) -> dict[int, str]:
    """Page id → why its imported review cannot be recorded."""
    reasons = {}
    for finding in findings:
        if finding.refusals:
            reasons[finding.claim.page] = " ".join(finding.refusals)
    for finding in findings:
        if not finding.claim.digest:
            reasons[finding.claim.page] = "There was no preview of the text of this page."
    return reasons


def attest_in_batches(
    claims: list[Claim], *, by, authentication: str = "password"
) -> AttestationResult:
    """Record any number of imported reviews, each batch in a transaction of its own.

    Claims that are refused are left out, and the rest of their batch is tried again. Raises
    CannotAttest if this person may record none.
    """
    result = AttestationResult()
    for start in range(0, len(claims), MAX_PAGES):
        batch = claims[start : start + MAX_PAGES]
        while batch:
            try:
                result.recorded += attest_all(batch, by=by, authentication=authentication)
                break
            except CannotAttest as error:
                if not error.reasons:
                    raise
                result.refused |= error.reasons
                batch = [claim for claim in batch if claim.page not in error.reasons]
    return result


def _format_refusals(findings: list[ClaimFinding], reasons: dict[int, str]) -> str:
    """A message that names the pages that were refused, and why."""
    lines = []
    for finding in findings:
        page = finding.claim.page
        if page in reasons:
            lines.append(f"“{finding.title or page}”: {reasons[page]}")
    message = f"Nothing was recorded. {' '.join(lines[:MAX_NAMED_PAGES])}"
    others = len(lines) - MAX_NAMED_PAGES
    if others > 0:
        message += f" And {others} more."
    return message


def _record_attestation(
    finding: ClaimFinding, *, by, at: dt.datetime, authentication: str
) -> LedgerEntry:
    claim = finding.claim
    revision = finding.revision
    # Nothing was refused.
    assert revision
    assert finding.page
    assert finding.document
    assert finding.next_due
    actor = ledger.make_editor_actor(by)
    revision.article = finding.page
    earlier = ImportedReview(
        by=claim.by, on=claim.on, recorded_by=actor.name, recorded_on=timezone.localdate(at)
    )
    line = ReviewLine(next_due=finding.next_due, earlier=earlier)
    entry = ledger.append(
        ledger.EntryDraft(
            outcome=LedgerEntry.EntryOutcome.ATTESTED,
            meaning=MEANING,
            revision=revision,
            by=by,
            actor=actor,
            at=at,
            authentication=authentication,
            record_fields={
                "evidence_note": claim.evidence,
                "stated_due": claim.due,
                "review_line": line,
                "next_due_rule": finding.rule,
            },
        )
    )
    pages.publish(
        revision=revision,
        document=finding.document,
        review_line=line,
        evidence=entry.hash,
        by=by,
        at=at,
    )
    return entry
