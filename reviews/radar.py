"""The radar: which pages want a review, sifted by what is in the address, in numbers and in rows."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, DateField, F, OuterRef, Q, Subquery
from django.utils.dateparse import parse_date

from articles import kinds
from articles.admin_lists import printable
from articles.models import Article, Topic
from reviews import sifting
from reviews.dashboard import address_of, in_words
from reviews.models import MedicalReview, Reviewer, Standing

ROWS = 50
BATCH = 1000
NOBODY = "nobody"
DUE = Subquery(Standing.objects.filter(article=OuterRef("pk")).values("next_due")[:1], output_field=DateField())


def _past_grace(today: dt.date):
    return Standing.objects.past_grace(today).values("article")


STATES = {
    "never": sifting.DUE["never"],
    "overdue": sifting.DUE["overdue"],
    "grace": (
        "Past grace",
        lambda pages, today: pages.filter(pk__in=Standing.objects.past_grace(today).values("article")),
    ),
    **{str(days): (f"Due in {days} days", sifting.due_within(days)) for days in sifting.SOON},
    "waiting": ("In review", lambda pages, today: sifting.waiting(pages)),
    "sent-back": ("Sent back", lambda pages, today: sifting.sent_back(pages)),
    "changed": ("Changed since sign-off", lambda pages, today: pages.changed()),
    "recorded": ("From a previous system", lambda pages, today: sifting.recorded(pages)),
}


@dataclass(frozen=True)
class Sieve:
    """What an address asks for. ``slips`` are sentences about the parts of it that could not be followed."""

    state: str = ""
    topic: Topic | None = None
    reviewer: Reviewer | None = None
    holder: Reviewer | str | None = None
    month: dt.date | None = None
    until: dt.date | None = None
    slips: tuple[str, ...] = ()

    def address(self) -> dict[str, str]:
        """The same again, as the query of an address."""
        held = self.holder.slug if isinstance(self.holder, Reviewer) else self.holder
        asked = {
            "state": self.state,
            "topic": self.topic and self.topic.slug,
            "reviewer": self.reviewer and self.reviewer.slug,
            "with": held,
            "due": self.month and f"{self.month:%Y-%m}",
            "until": self.until and self.until.isoformat(),
        }
        return {name: value for name, value in asked.items() if value}

    def pages(self, today: dt.date, *, whatever_state: bool = False):
        """The pages that pass; ``whatever_state`` leaves the state out, for the numbers beside one another."""
        pages = Article.objects.kept()
        if self.state and not whatever_state:
            pages = STATES[self.state][1](pages, today)
        if self.topic:
            pages = pages.filter(topics=self.topic)
        if self.reviewer:
            pages = pages.filter(pk__in=Standing.objects.filter(reviewer=self.reviewer).values("article"))
        if self.holder:
            holder = None if self.holder == NOBODY else self.holder
            waiting = MedicalReview.objects.waiting().filter(reviewer=holder)
            pages = pages.filter(pk__in=waiting.values("article"))
        if self.month:
            due = Standing.objects.filter(next_due__year=self.month.year, next_due__month=self.month.month)
            pages = pages.filter(pk__in=due.values("article"))
        if self.until:
            pages = pages.filter(pk__in=Standing.objects.filter(next_due__lte=self.until).values("article"))
        return pages


def sieve(asked, topics: list[Topic], reviewers: list[Reviewer]) -> Sieve:
    """Read the query of an address; what is in it and cannot be is told and left out."""
    by_topic, by_reviewer = {row.slug: row for row in topics}, {row.slug: row for row in reviewers}
    known = {
        "state": ("state", lambda value: value if value in STATES else None),
        "topic": ("topic", by_topic.get),
        "reviewer": ("reviewer", by_reviewer.get),
        "with": ("holder", lambda value: NOBODY if value == NOBODY else by_reviewer.get(value)),
        "due": ("month", _month),
        "until": ("until", _day),
    }
    found, slips = {}, []
    for name, value in asked.items():
        if name not in known or not value:
            continue
        field, read = known[name]
        found[field] = read(value)
        if found[field] is None:
            del found[field]
            slips.append(f"There is no {NAMES[name]} “{printable(value)}”; the list is sifted by the rest.")
    slips += [
        f"There is no filter “{printable(name)}”; it is left out." for name in asked if name not in (*known, *OTHERS)
    ]
    return Sieve(**found, slips=tuple(slips))


NAMES = {
    "state": "state",
    "topic": "topic",
    "reviewer": "reviewer",
    "with": "reviewer",
    "due": "month",
    "until": "date",
}
OTHERS = ("format", "page")


def _month(value: str) -> dt.date | None:
    return _day(f"{value}-01")


def _day(value: str) -> dt.date | None:
    try:
        return parse_date(value)
    except ValueError:
        return None


@dataclass(frozen=True)
class Row:
    """One page on the radar."""

    title: str
    url: str
    kind: str
    topics: str
    reviewer: str
    due: dt.date | None
    said: str
    late: bool
    held: str


def ordered(pages):
    """What is due first comes first; what has no date comes last."""
    return pages.order_by(DUE.asc(nulls_last=True), "sort_key", "pk").values_list("pk", flat=True)


def rows(keys: list[int], today: dt.date) -> list[Row]:
    """What is told of some pages, in their order, in a fixed number of queries."""
    pages = {row[0]: row for row in Article.objects.filter(pk__in=keys).values_list("pk", "kind", "title", "live")}
    standing = {row.article_id: row for row in Standing.objects.filter(article__in=keys).select_related("reviewer")}
    waiting = MedicalReview.objects.waiting().filter(article__in=keys).select_related("reviewer")
    held = {review.article_id: str(review.reviewer or "Any reviewer") for review in waiting}
    filed: dict[int, list[str]] = {}
    for key, name in Article.topics.through.objects.filter(article__in=keys).values_list("article", "topic__name"):
        filed.setdefault(key, []).append(name)
    return [
        _row(*pages[key], standing.get(key), held.get(key, ""), sorted(filed.get(key, ())), today)
        for key in keys
        if key in pages
    ]


def _row(key, kind_name, title, live, standing: Standing | None, held: str, topics, today: dt.date) -> Row:
    kind = kinds.get(kind_name)
    due = standing and standing.next_due
    never = "not public" if live is None else "no date"
    return Row(
        title=title,
        url=address_of(kind, "change", key),
        kind=str(kind.model._meta.verbose_name).capitalize(),
        topics=", ".join(topics),
        reviewer=_reviewer(standing) if standing else "",
        due=due,
        said=in_words((due - today).days) if due else never,
        late=bool(due and due < today),
        held=held,
    )


def _reviewer(standing: Standing) -> str:
    if standing.recorded:
        return "Nobody here: recorded from a previous system"
    return str(standing.reviewer) if standing.reviewer else ""


def every_row(pages, today: dt.date) -> Iterator[Row]:
    """All rows, for a file, some at a time."""
    keys = list(ordered(pages))
    for start in range(0, len(keys), BATCH):
        yield from rows(keys[start : start + BATCH], today)


def by_topic(today: dt.date) -> dict[int, tuple[int, int]]:
    """Topic → how many of its pages are overdue, and due in the longest of the spans."""
    return _late_and_soon(Standing.objects.filter(article__topics__isnull=False), F("article__topics"), today)


def by_reviewer(today: dt.date) -> dict[int, tuple[int, int]]:
    """Reviewer → how many of the pages they reviewed last are overdue, and due soon."""
    return _late_and_soon(Standing.objects.filter(reviewer__isnull=False), F("reviewer"), today)


def _late_and_soon(standing, group: F, today: dt.date) -> dict[int, tuple[int, int]]:
    soon = Q(next_due__gte=today, next_due__lte=today + dt.timedelta(days=sifting.SOON[-1]))
    rows = standing.order_by().values(group=group)
    rows = rows.annotate(late=Count("pk", filter=Q(next_due__lt=today)), soon=Count("pk", filter=soon))
    return {row["group"]: (row["late"], row["soon"]) for row in rows}
