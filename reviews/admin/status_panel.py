"""The status of a page, as its editors see it beside the form."""

from dateutil.relativedelta import relativedelta
from django.db.models import Sum
from django.utils import timezone

from articles import quality
from articles.content import kinds
from articles.content.diff import Change, compare
from articles.models import Article, Revision
from reviews.models import LedgerEntry, MedicalReview
from reviews.signing import ledger
from reviews.signing.changes import get_last_signature
from reviews.signing.reviewer_field import get_eligible_reviewers
from reviews.signing.second_reading import load_earlier_readings

Outcome = MedicalReview.Outcome


def build_status_panel(page_admin, request, page: Article) -> dict:
    """What the panel shows of a page, which its kind loaded with publication, notice and topics."""
    user = request.user
    reviews = page.medical_reviews.select_related(
        "reviewer", "revision", "decided_by", "requested_by"
    )
    newest = reviews.order_by("-id").first()
    waiting = newest if newest and not newest.decided_at else None
    decided = newest if newest and newest.decided_at else None
    is_sent_back = decided and decided.outcome in (Outcome.CHANGES, Outcome.DECLINED)
    latest = page.get_latest_revision()
    line = page.live.read_review_line() if page.live else None
    compared_with = _get_signed_revision(page)
    problems = quality.find_problems(page, kinds.get(page.kind).compose(page))
    panel = {
        "template": "reviews/admin/_status_panel.html",
        "page": page,
        "line": line,
        "evidence_note": _get_evidence_note(page) if line and line.earlier else "",
        "overdue": bool(line and line.is_overdue(timezone.localdate())),
        "latest": latest,
        "compared_with": compared_with,
        "changes": _compare_with_signed(page, compared_with, latest),
        "changed": _is_changed(page, latest),
        "waiting": waiting,
        "planned": page.planned_reviews.pending().select_related("reviewer").first(),
        "sent_back": decided if is_sent_back else None,
        "answered": bool(decided and latest and latest.number > decided.revision.number),
        "withdrawn": None if page.live else page.publications.order_by("-id").first(),
        "problems": problems,
        "blocked": any(problem.blocking for problem in problems),
        "nobody_can_sign": not waiting and not get_eligible_reviewers(page).exists(),
        "readers": _count_reader_feedback(page),
        "readings": load_earlier_readings(waiting).describe() if waiting else [],
        "nobody_can_read_second": bool(
            waiting and waiting.continues_id and not get_eligible_reviewers(page).exists()
        ),
        "can_ask": user.has_perm("reviews.request_review"),
        "can_override": user.has_perm("reviews.override_checks"),
        "can_withdraw": bool(page.live) and user.has_perm("articles.withdraw_article"),
    }
    for name in ("ask", "take_back", "withdraw", "compare", "discard"):
        panel[f"{name}_url"] = page_admin.get_object_url(name, page)
    return panel


def _is_changed(page: Article, latest: Revision | None) -> bool:
    """Whether the latest revision is not the one that visitors read."""
    return bool(page.live and latest and page.live.revision_id != latest.pk)


def _get_evidence_note(page: Article) -> str:
    """Where the record of an imported review is stored, as the editor who recorded it wrote."""
    entries = page.ledger_entries.filter(outcome=LedgerEntry.EntryOutcome.ATTESTED)
    newest = entries.order_by("-sequence").first()
    if newest is None:
        return ""
    return ledger.read_record(newest).evidence_note


def _compare_with_signed(
    page: Article, before: Revision | None, latest: Revision | None
) -> list[Change]:
    """What the latest revision changes of the text that was signed last, as the desk shows it."""
    if before is None or latest is None or before.digest == latest.digest:
        return []
    kind = kinds.get(page.kind)
    return compare(kind.blocks(before.read()), kind.blocks(latest.read()))


def _get_signed_revision(page: Article) -> Revision | None:
    """The text that was signed last, or that visitors read on a review of an earlier system."""
    signature = get_last_signature(page)
    if signature:
        return signature.revision
    return page.live.revision if page.live else None


def _count_reader_feedback(page: Article) -> dict:
    """The readers' votes on a page in the last twelve months, and its open reports."""
    since = timezone.localdate().replace(day=1) - relativedelta(months=11)
    tallies = page.reader_tallies.filter(month__gte=since)
    votes = tallies.aggregate(helpful=Sum("helpful"), unhelpful=Sum("unhelpful"))
    return {
        "helpful": votes["helpful"] or 0,
        "unhelpful": votes["unhelpful"] or 0,
        "waiting": page.reader_reports.open().count(),
    }
