"""The admin's home: what waits for the person who came in, in numbers that lead to the lists behind them."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from articles import kinds
from articles.models import Article, ReaderReport
from reviews import sifting
from reviews.models import MedicalReview, Standing

SHOWN = 5
SOON = 30


@dataclass(frozen=True)
class Number:
    """So many pages of a kind, and the list of just these."""

    count: int
    noun: str
    url: str


@dataclass(frozen=True)
class Card:
    name: str
    title: str
    numbers: list[Number]
    when_none: str


@dataclass(frozen=True)
class Line:
    """A page that wants something, with what and since when."""

    title: str
    url: str
    said: str
    by: str = ""
    date: dt.date | None = None
    late: bool = False


def home(user) -> dict:
    """A fixed number of queries, however many pages there are."""
    seen = [kind for kind in kinds.every() if _may_see(user, kind)]
    if not seen:
        return {}
    pages = Article.objects.kept().filter(kind__in=[kind.name for kind in seen])
    return {
        "cards": [*(_card(*card, pages, seen, user) for card in CARDS), *_reports(user)],
        "sent_back": _sent_back(pages, user),
        "due": _due(pages),
    }


def _may_see(user, kind) -> bool:
    app, name = kind.model._meta.app_label, kind.model._meta.model_name
    return user.has_perm(f"{app}.view_{name}") or user.has_perm(f"{app}.change_{name}")


CARDS = [
    ("drafts", "My drafts", {"state": "drafts", "whose": "mine"}, "You have no draft that waits for you."),
    ("sent-back", "Sent back to me", {"state": "sent-back", "whose": "concern-me"}, "Nothing was sent back to you."),
    ("waiting", "Waiting for a reviewer", {"state": "waiting"}, "No page is in review."),
    ("overdue", "Overdue", {"due": "overdue"}, "No page is overdue."),
    ("due", f"Due in {SOON} days", {"due": str(SOON)}, f"No page falls due in {SOON} days."),
]


def _card(name: str, title: str, asked: dict, when_none: str, pages, seen, user) -> Card:
    rows = sift(pages, user, **asked).order_by().values("kind").annotate(count=Count("pk"))
    counts = {row["kind"]: row["count"] for row in rows}
    numbers = [
        Number(counts[kind.name], _noun(kind, counts[kind.name]), list_of(kind, **asked))
        for kind in seen
        if counts.get(kind.name)
    ]
    return Card(name, title, numbers, when_none)


def _reports(user) -> list[Card]:
    """What readers report and nobody has dealt with, for whoever may see it."""
    if not user.has_perm("articles.view_readerreport"):
        return []
    count, url = ReaderReport.objects.open().count(), f"{reverse('admin:articles_readerreport_changelist')}?state=open"
    numbers = [Number(count, "report" if count == 1 else "reports", url)] if count else []
    return [Card("reports", "Reader reports", numbers, "No reader has reported anything that waits.")]


def sift(pages, user, *, state: str = "", due: str = "", whose: str = ""):
    """The pages that a list shows with these filters."""
    if state:
        pages = sifting.STATES[state][1](pages)
    if due:
        pages = sifting.DUE[due][1](pages, timezone.localdate())
    return sifting.WHOSE[whose][1](pages, user) if whose else pages


def list_of(kind, **asked: str) -> str:
    return f"{address_of(kind, 'changelist')}?{urlencode(asked)}"


def address_of(kind, page: str, *args) -> str:
    """The address of a kind's list or form in the admin."""
    return reverse(f"admin:{kind.model._meta.app_label}_{kind.model._meta.model_name}_{page}", args=args)


def _noun(kind, count: int) -> str:
    return str(kind.model._meta.verbose_name if count == 1 else kind.model._meta.verbose_name_plural)


def _sent_back(pages, user) -> list[Line]:
    mine = sift(pages, user, state="sent-back", whose="concern-me").values("pk")
    reviews = MedicalReview.objects.sent_back().filter(article__in=mine).order_by("-decided_at", "-pk")
    rows = reviews.values_list("article", "article__kind", "article__title", "comment", "decided_at", "reviewer__name")
    return [
        Line(title, address_of(kinds.get(kind), "change", key), comment, by or "", timezone.localdate(at))
        for key, kind, title, comment, at, by in rows[:SHOWN]
    ]


def _due(pages) -> list[Line]:
    today = timezone.localdate()
    soon = Standing.objects.filter(next_due__lte=today + dt.timedelta(days=SOON), article__in=pages.values("pk"))
    rows = soon.order_by("next_due", "article").values_list("article", "article__kind", "article__title", "next_due")
    return [
        Line(
            title, address_of(kinds.get(kind), "change", key), in_words((due - today).days), date=due, late=due < today
        )
        for key, kind, title, due in rows[:SHOWN]
    ]


def in_words(days: int) -> str:
    """How far off a date is."""
    if days == 0:
        return "due today"
    unit = "day" if abs(days) == 1 else "days"
    return f"{-days} {unit} overdue" if days < 0 else f"due in {days} {unit}"
