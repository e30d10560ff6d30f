"""Where a page stands, at a glance, as its editors see it beside the form."""

from dateutil.relativedelta import relativedelta
from django.db.models import Sum
from django.utils import timezone

from articles import kinds, quality
from articles.diff import Change, compare
from articles.models import Article, Revision
from reviews import ledger
from reviews.forms import able
from reviews.models import MedicalReview, Signature

Outcome = MedicalReview.Outcome


def glance(page: Article, *, user) -> dict:
    """What the panel shows of a page that was loaded by its kind with its publication, notice and topics."""
    reviews = page.medical_reviews.select_related("reviewer", "revision", "decided_by", "requested_by").order_by("-id")
    newest, latest = reviews.first(), page.latest_revision()
    line = page.live.read_review_line() if page.live else None
    problems = quality.problems(page, kinds.get(page.kind).compose(page))
    waiting = newest if newest and not newest.decided_at else None
    return {
        "page": page,
        "line": line,
        "evidence_note": _evidence_note(page) if line and line.earlier else "",
        "overdue": bool(line and line.overdue(timezone.localdate())),
        "latest": latest,
        "changes": _since_signing(page, latest),
        "changed": bool(page.live and latest and page.live.revision_id != latest.pk),
        "waiting": waiting,
        "sent_back": newest if newest and newest.outcome in (Outcome.CHANGES, Outcome.DECLINED) else None,
        "answered": bool(newest and newest.decided_at and latest and latest.number > newest.revision.number),
        "withdrawn": None if page.live else page.publications.order_by("-id").first(),
        "problems": problems,
        "blocked": any(problem.blocking for problem in problems),
        "nobody_can_sign": not waiting and not able(page).exists(),
        "readers": _readers(page),
        "can_ask": user.has_perm("reviews.request_review"),
        "can_override": user.has_perm("reviews.override_checks"),
        "can_withdraw": bool(page.live) and user.has_perm("articles.withdraw_article"),
    }


def _evidence_note(page: Article) -> str:
    """Where the record of an earlier review lies, as whoever recorded it here said."""
    newest = page.signatures.filter(outcome=Signature.Outcome.ATTESTED).order_by("-sequence").first()
    return ledger.read(newest).evidence_note if newest else ""


def _since_signing(page: Article, latest: Revision | None) -> list[Change]:
    """What the latest revision changes of what visitors read."""
    if not (page.live and latest) or page.live.revision_id == latest.pk:
        return []
    kind = kinds.get(page.kind)
    return compare(kind.blocks(page.live.revision.read()), kind.blocks(latest.read()))


def _readers(page: Article) -> dict:
    """What readers said of a page in the last twelve months, and what of it waits."""
    since = timezone.localdate().replace(day=1) - relativedelta(months=11)
    tallies = page.reader_tallies.filter(month__gte=since)
    said = tallies.aggregate(helpful=Sum("helpful"), unhelpful=Sum("unhelpful"))
    waiting = page.reader_reports.open().count()
    return {"helpful": said["helpful"] or 0, "unhelpful": said["unhelpful"] or 0, "waiting": waiting}
