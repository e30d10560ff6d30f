"""What could harm a reader now: open reports of harm and safety alerts, for every screen of staff.

Desk, home and radar show these before anything else. Reports come before what checks find: a person
looked at the page. A reader's words are shown in the admin alone, and deleted after 90 days.
"""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from articles.content import kinds
from articles.display import format_user_name, get_admin_url
from articles.models import Article, ReaderReport, SafetyAlert
from articles.page_store import purging
from reviews.models import MedicalReview, SignatureDispute

MAX_LINES = 5


@dataclass(frozen=True)
class PageAlert:
    """A page that could harm somebody: what is known of it, and where it is decided.

    ``url`` is in the admin, for those who may go there; ``path`` is the page as visitors read it,
    empty where they cannot.
    """

    title: str
    label: str
    detail: str
    url: str
    path: str
    at: dt.datetime | None = None
    is_late: bool = False


@dataclass(frozen=True)
class OpenAlerts:
    """The first alerts in their order, and how many there are in all."""

    lines: list[PageAlert] = field(default_factory=list)
    report_count: int = 0
    check_count: int = 0
    copy_count: int = 0

    @property
    def count(self) -> int:
        return self.report_count + self.check_count + self.copy_count

    @property
    def remaining_count(self) -> int:
        return self.count - len(self.lines)


def get_open_alerts(most: int = MAX_LINES, *, with_reports: bool = True) -> OpenAlerts:
    """What is open now, at most so many lines, in four queries however much there is.

    Three more where a CDN is purged.
    """
    reports = ReaderReport.objects.open().harmful()
    if not with_reports:
        reports = reports.none()
    alerts = SafetyAlert.objects.all()  # of public pages alone
    lines = _list_copies()
    copies = len(lines)
    lines = lines[:most]
    lines += _list_reports(reports, most - len(lines))
    lines += _list_alerts(alerts, most - len(lines))
    return OpenAlerts(lines, reports.count(), alerts.count(), copies)


def _list_copies() -> list[PageAlert]:
    """Withdrawn pages whose copies the CDN has not dropped. No query where none is purged."""
    lines = []
    for event in purging.find_withdrawals_with_copies():
        page = event.article
        detail = _("The CDN has not confirmed that it dropped its copies of this withdrawn page.")
        url = get_admin_url(kinds.get(page.kind), "change", page.pk)
        label = _("Copies may still be read")
        lines.append(PageAlert(event.title, label, detail, url, page.path, event.at, is_late=True))
    return lines


def list_open_reports(most: int = MAX_LINES) -> list[PageAlert]:
    """The first open reports of harm, in the order of every screen, in one query."""
    return _list_reports(ReaderReport.objects.open().harmful(), most)


def _list_reports(reports, most: int) -> list[PageAlert]:
    """Disputed signatures first, then what people at the desk saw, then readers; each by age."""
    if most <= 0:
        return []
    disputed = Exists(SignatureDispute.objects.filter(report=OuterRef("pk")))
    is_own = ExpressionWrapper(Q(reported_by__isnull=False), BooleanField())
    found = reports.annotate(is_disputed=disputed, is_own=is_own)
    found = found.select_related("article__live", "reported_by")
    rows = found.order_by("-is_disputed", "-is_own", "at", "pk")[:most]
    return [_describe_report(report) for report in rows]


def _describe_report(report) -> PageAlert:
    url = reverse("admin:articles_readerreport_change", args=[report.pk])
    page = report.article
    path = page.path if page.live else ""
    if report.is_disputed:
        label = _("Disputed signature")
    elif report.reported_by:
        label = _("Reported at the desk")
    else:
        label = _("Reported by a reader")
    detail = ""
    if report.reported_by:
        detail = f"{format_user_name(report.reported_by)}: {report.words}"
    return PageAlert(page.title, label, detail, url, path, report.at, report.is_late)


def _list_alerts(alerts, most: int) -> list[PageAlert]:
    if most <= 0:
        return []
    rows = alerts.select_related("article__live")
    return [
        PageAlert(
            alert.article.title,
            str(alert.get_gravity_display()),
            alert.first_finding,
            get_admin_url(kinds.get(alert.article.kind), "change", alert.article_id),
            alert.article.path if alert.article.live else "",
        )
        for alert in rows.order_by("gravity", "article__sort_key", "article")[:most]
    ]


def find_alerting_pages() -> set[int]:
    """The pages in review that have an open report of harm or a safety alert, in one query."""
    waiting = MedicalReview.objects.waiting().filter(article=OuterRef("pk"))
    pages = Article.objects.filter(Exists(waiting))
    reports = ReaderReport.objects.open().harmful().filter(article=OuterRef("pk"))
    alerts = SafetyAlert.objects.filter(article=OuterRef("pk"))
    return set(pages.filter(Exists(reports) | Exists(alerts)).values_list("pk", flat=True))
