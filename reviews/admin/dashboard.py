"""The admin's home: what waits for the user, in numbers with links to the lists behind them."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.content import kinds
from articles.emergencies.lookup import list_without_page
from articles.lists import Label
from articles.models import EmergencyPage, ReaderReport
from reviews import page_states
from reviews.alerts import OpenAlerts, get_open_alerts
from reviews.display import format_days_until_due, get_admin_url, get_changelist_url
from reviews.models import ListedPage, MedicalReview, Reviewer
from reviews.planned_reviews.summary import load_attention, load_summaries

MAX_LINES = 5
DUE_SOON_DAYS = 30


@dataclass(frozen=True)
class PageCount:
    """The number of pages of a kind, and the address of their list."""

    count: int
    noun: str
    url: str


@dataclass(frozen=True)
class DashboardCard:
    name: str
    title: Label
    numbers: list[PageCount]
    empty_text: Label
    detail: str = ""


@dataclass(frozen=True)
class DashboardLine:
    """A page that needs something: what, and since when or until when."""

    title: str
    url: str
    detail: str
    by: str = ""
    date: dt.date | None = None
    late: bool = False


def build_dashboard(user) -> dict:
    """A fixed number of queries, however many pages there are."""
    visible_kinds = [kind for kind in kinds.get_all() if _can_view(user, kind)]
    if not visible_kinds:
        return {}
    names = [kind.name for kind in visible_kinds]
    # Of every kind: with conditions on kinds too, engines read the index of a kind from end to end.
    pages = ListedPage.objects.all()
    cards = [_build_card(*card, pages, visible_kinds, user) for card in CARDS]
    cards += _build_manager_cards(pages, visible_kinds, user)
    return {
        "cards": _put_harm_first(
            cards + _build_report_cards(user) + _build_emergency_cards(visible_kinds)
        ),
        "alerts": _get_alerts(user),
        "sent_back": _get_sent_back_lines(pages.filter(kind__in=names), user),
        "due": _get_due_lines(names),
    }


def _put_harm_first(cards: list[DashboardCard]) -> list[DashboardCard]:
    """What could harm somebody before all else, in this order."""
    first = ("harm", "alerts", "unfit")
    return sorted(cards, key=lambda card: first.index(card.name) if card.name in first else 3)


def _can_view(user, kind) -> bool:
    app, name = kind.model._meta.app_label, kind.model._meta.model_name
    return user.has_perm(f"{app}.view_{name}") or user.has_perm(f"{app}.change_{name}")


CARDS: list[tuple[str, Label, dict[str, str], str]] = [
    (
        "alerts",
        _("Safety alerts"),
        {"state": "alerts"},
        "No published page has a safety alert.",
    ),
    (
        "drafts",
        _("My unsigned work"),
        {"state": "drafts", "whose": "mine"},
        "You have no unsigned work.",
    ),
    (
        "sent-back",
        _("Changes requested"),
        {"state": "sent-back", "whose": "concern-me"},
        "No changes are requested from you.",
    ),
    ("waiting", _("In review"), {"state": "waiting"}, "No page is in review."),
    ("overdue", _("Overdue"), {"due": "overdue"}, "No page is overdue."),
    (
        "due",
        f"Due within {DUE_SOON_DAYS} days",
        {"due": str(DUE_SOON_DAYS)},
        f"No page is due within {DUE_SOON_DAYS} days.",
    ),
]


MANAGER_CARDS: list[tuple[str, Label, dict[str, str], str]] = [
    (
        "unfit",
        _("Withdrawal recommended"),
        {"state": "unfit"},
        "No withdrawal is recommended.",
    ),
    ("declined", _("Declined"), {"state": "declined"}, "No review was declined."),
    (
        "unassigned",
        _("In review, unassigned"),
        {"state": "unassigned"},
        "No review waits for any reviewer.",
    ),
]


def _build_manager_cards(pages, visible_kinds, user) -> list[DashboardCard]:
    """What managing editors have to give to somebody, the plan, and what the reviewers have."""
    if not user.has_perm("reviews.see_radar"):
        return []
    cards = [_build_card(*card, pages, visible_kinds, user) for card in MANAGER_CARDS]
    return [*cards, _build_plan_card(), _build_reviewers_card()]


def _build_plan_card() -> DashboardCard:
    planned, attention = load_attention(timezone.localdate())
    url = reverse("reviews:planned")
    numbers = []
    if attention:
        verb = "needs attention" if len(attention) == 1 else "need attention"
        numbers.append(PageCount(len(attention), verb, f"{url}?show=attention"))
    if planned:
        numbers.append(PageCount(planned, "planned", url))
    return DashboardCard("planned", _("Planned reviews"), numbers, _("No review is planned."))


def _build_reviewers_card() -> DashboardCard:
    """How long each reviewer has to read, and who is away, the longest first."""
    summaries = load_summaries(list(Reviewer.objects.all()), timezone.localdate())
    busy = [one for one in summaries.values() if one.minutes or one.absences]
    busy.sort(key=lambda one: (-one.minutes, one.reviewer.name))
    parts = []
    for summary in busy[:MAX_LINES]:
        reading = f"{summary.minutes} min to read" if summary.minutes else ""
        what = ", ".join(filter(None, [reading, summary.away_text]))
        parts.append(f"{summary.reviewer.name}: {what}")
    url = f"{reverse('reviews:radar')}#carry"
    numbers = [PageCount(len(busy), "with reviews or away", url)] if busy else []
    empty = _("No reviewer has a review to read, and none is away.")
    return DashboardCard("reviewers", _("Reviewers"), numbers, empty, ". ".join(parts))


def _build_card(
    name: str, title: Label, filters: dict, empty_text: str, pages, visible_kinds, user
) -> DashboardCard:
    rows = filter_pages(pages, user, **filters).order_by().values("kind")
    counts = dict(rows.annotate(count=Count("pk")).values_list("kind", "count"))
    numbers = []
    for kind in visible_kinds:
        count = counts.get(kind.name)
        if count:
            url = get_changelist_url(kind, **filters)
            numbers.append(PageCount(count, _get_noun(kind, count), url))
    return DashboardCard(name, title, numbers, empty_text)


def _build_report_cards(user) -> list[DashboardCard]:
    """The open reports of readers, for those who may see them."""
    if not user.has_perm("articles.view_readerreport"):
        return []
    reports = ReaderReport.objects.open()
    late = reports.late(timezone.now())
    counts = reports.aggregate(
        open=Count("pk"),
        harm=Count("pk", filter=Q(kind=ReaderReport.ReportKind.HARM)),
        late=Count("pk", filter=Q(pk__in=late.values("pk"))),
    )
    url = reverse("admin:articles_readerreport_changelist")
    numbers = []
    if counts["open"]:
        noun = "report" if counts["open"] == 1 else "reports"
        numbers.append(PageCount(counts["open"], noun, f"{url}?state=open"))
    cards = [
        DashboardCard(
            "reports", _("Reader reports"), numbers, _("There are no open reader reports.")
        )
    ]
    if counts["harm"]:
        cards.insert(0, _build_harm_card(counts["harm"], counts["late"], url))
    return cards


def _build_harm_card(count: int, late: int, url: str) -> DashboardCard:
    """The open reports that a page could harm somebody, and how many are late."""
    noun = "report" if count == 1 else "reports"
    if late:
        noun += f", {late} late"
    numbers = [PageCount(count, noun, f"{url}?state=open&problem=harm")]
    return DashboardCard("harm", _("Could harm somebody"), numbers, "")


def _build_emergency_cards(visible_kinds) -> list[DashboardCard]:
    """The emergencies without a public page; nothing on a site without any emergency page."""
    kind = kinds.get("emergency")
    if kind not in visible_kinds or not EmergencyPage.objects.active().exists():
        return []
    names = list_without_page()
    numbers = []
    if names:
        noun = _("emergency") if len(names) == 1 else _("emergencies")
        numbers.append(PageCount(len(names), str(noun), get_changelist_url(kind)))
    named = names[:MAX_LINES]
    if len(names) > MAX_LINES:
        named.append(str(_("and %(count)s more") % {"count": len(names) - MAX_LINES}))
    return [
        DashboardCard(
            "emergencies",
            _("Without a public emergency page"),
            numbers,
            _("Every emergency has a public page."),
            ", ".join(named),
        )
    ]


def filter_pages(pages, user, *, state: str = "", due: str = "", whose: str = ""):
    """The pages that a list shows with these filters."""
    for name in filter(None, (state, due)):
        pages = page_states.filter_by_state(pages, name)
    if whose:
        pages = page_states.filter_involving(pages, whose, user)
    return pages


def _get_noun(kind, count: int) -> str:
    opts = kind.model._meta
    return str(opts.verbose_name if count == 1 else opts.verbose_name_plural)


def _get_alerts(user) -> OpenAlerts:
    """What could harm a reader now; of reports only for those who may see them."""
    return get_open_alerts(MAX_LINES, with_reports=user.has_perm("articles.view_readerreport"))


def _get_sent_back_lines(pages, user) -> list[DashboardLine]:
    mine = filter_pages(pages, user, state="sent-back", whose="concern-me").values("pk")
    reviews = MedicalReview.objects.sent_back().filter(article__in=mine)
    fields = ("article", "article__kind", "article__title", "comment", "decided_at")
    rows = reviews.order_by("-decided_at", "-pk").values_list(*fields, "reviewer__name")
    lines = []
    for key, kind, title, comment, decided_at, reviewer in rows[:MAX_LINES]:
        line = DashboardLine(
            title,
            get_admin_url(kinds.get(kind), "change", key),
            comment,
            by=reviewer or "",
            date=timezone.localdate(decided_at),
        )
        lines.append(line)
    return lines


def _get_due_lines(kind_names: list[str]) -> list[DashboardLine]:
    today = timezone.localdate()
    last_day = today + dt.timedelta(days=DUE_SOON_DAYS)
    soon = ListedPage.objects.filter(due__lte=last_day, kind__in=kind_names)
    fields = ("article", "kind", "article__title", "due")
    rows = soon.order_by("due", "sort_key", "article").values_list(*fields)
    lines = []
    for key, kind, title, due in rows[:MAX_LINES]:
        line = DashboardLine(
            title,
            get_admin_url(kinds.get(kind), "change", key),
            format_days_until_due((due - today).days),
            date=due,
            late=due < today,
        )
        lines.append(line)
    return lines
