"""Recording reviews that were made in an earlier system: it publishes, on a managing editor's word, and signs nothing.

A page that arrives here with a review of its own is shown on the attestation of a managing editor, who may be whoever
brought it in. The record says whose review it was, when, and where the proof of it lies. It is no signature: it counts
for nobody's four eyes, names no reviewer of this house, and the first signature here takes its place.
"""

import datetime as dt
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from articles import actions as pages
from articles.actions import Refused
from articles.imprint import EarlierReview, ReviewLine
from articles.models import Article
from reviews import ledger
from reviews.attestable import Claim, Finding, examine
from reviews.held import as_of_now
from reviews.models import Signature

RIGHT = "reviews.attest_legacy"
MOST = 500  # pages in one transaction
MEANING = (
    "I attest that this very text was medically reviewed in an earlier system, by the clinician and on the day named "
    "here, and that the evidence named here shows it. I have not reviewed it myself. No clinician has signed it here."
)


class CannotAttest(Refused):
    """Nothing was recorded. ``why`` gives the reason by the key of the page, where it is about pages."""

    def __init__(self, said: str, why: dict[int, str] | None = None):
        super().__init__(said)
        self.why = why or {}


@dataclass
class Outcome:
    """What became of many claims: the entries of those recorded, and the reason by page of those refused."""

    recorded: list[Signature] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


def attest(page: Article, *, claim: Claim, by, authentication: str = "password") -> Signature:
    """Record the earlier review of one page, and publish the text that ``claim.digest`` names.

    The caller has checked the password. Raises CannotAttest, in words for the managing editor.
    """
    if claim.page != page.pk:
        raise CannotAttest("What was said is about another page. Nothing was recorded.")
    return attest_together([claim], by=by, authentication=authentication)[0]


@transaction.atomic
def attest_together(claims: list[Claim], *, by, authentication: str = "password") -> list[Signature]:
    """Record earlier reviews and publish their pages: all of them, or none where a rule forbids one.

    Each claim carries the digest of the text that was looked at. Raises CannotAttest with the reason for each page.
    """
    if len(claims) > MOST:
        raise CannotAttest(f"At most {MOST} earlier reviews are recorded at once, and these are {len(claims):,}.")
    by = as_of_now(by)
    if not by.is_active or not by.has_perm(RIGHT):
        raise CannotAttest("Only managing editors can record reviews from a previous system.")
    keys = [claim.page for claim in claims]
    list(Article.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    now = timezone.now()
    found = examine(claims, timezone.localdate(now))
    why = {one.claim.page: " ".join(one.refusals) for one in found if one.refusals}
    why |= {claim.page: "Nobody looked at a text of this page." for claim in claims if not claim.digest}
    if why:
        raise CannotAttest(_told(found, why), why)
    return [_record(one, by=by, at=now, authentication=authentication) for one in found]


def attest_in_parts(claims: list[Claim], *, by, authentication: str = "password") -> Outcome:
    """Record any number of earlier reviews, so many in one transaction.

    What is refused is set aside and named, and the rest of its part tried again: each part is there as a whole or not
    at all, whatever happens in the middle. Raises CannotAttest where none may be recorded.
    """
    outcome = Outcome()
    for start in range(0, len(claims), MOST):
        part = claims[start : start + MOST]
        while part:
            try:
                outcome.recorded += attest_together(part, by=by, authentication=authentication)
                break
            except CannotAttest as refusal:
                if not refusal.why:
                    raise
                outcome.refused |= refusal.why
                part = [claim for claim in part if claim.page not in refusal.why]
    return outcome


def _told(found: list[Finding], why: dict[int, str]) -> str:
    """Which pages stand in the way, by name, and why."""
    lines = [f"“{one.title or one.claim.page}”: {why[one.claim.page]}" for one in found if one.claim.page in why]
    more = f" And {len(lines) - 5} more." if len(lines) > 5 else ""
    return f"Nothing was recorded. {' '.join(lines[:5])}{more}"


def _record(finding: Finding, *, by, at: dt.datetime, authentication: str) -> Signature:
    claim, revision, actor = finding.claim, finding.revision, ledger.editor(by)
    revision.article = finding.page
    earlier = EarlierReview(by=claim.by, on=claim.on, recorded_by=actor.name, recorded_on=timezone.localdate(at))
    line = ReviewLine(next_due=finding.next_due, earlier=earlier)
    entry = ledger.append(
        ledger.Draft(
            outcome=Signature.Outcome.ATTESTED,
            meaning=MEANING,
            revision=revision,
            by=by,
            actor=actor,
            at=at,
            authentication=authentication,
            more={
                "evidence_note": claim.evidence,
                "stated_due": claim.due,
                "review_line": line,
                "next_due_rule": finding.rule,
            },
        )
    )
    pages.publish(revision=revision, document=finding.document, review_line=line, evidence=entry.hash, by=by, at=at)
    return entry
