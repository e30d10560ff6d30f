"""The radar: which pages want a review, filtered by an address, in numbers and in rows."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Count, DateField, F, OuterRef, Q, Subquery
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from articles.content import kinds
from articles.display import shorten_printable
from articles.models import Article, Topic
from reviews import page_states
from reviews.display import format_days_until_due, get_admin_url
from reviews.models import MedicalReview, Reviewer, ReviewSchedule

ROWS_PER_PAGE = 50
BATCH_SIZE = 1000
NOBODY = "nobody"
NEXT_DUE = Subquery(
    ReviewSchedule.objects.filter(article=OuterRef("pk")).values("next_due")[:1],
    output_field=DateField(),
)


def _filter_past_grace(pages, today: dt.date):
    late = ReviewSchedule.objects.past_grace(today)
    return pages.filter(pk__in=late.values("article"))


def _filter_waiting(pages, today: dt.date):
    return page_states.filter_waiting(pages)


def _filter_sent_back(pages, today: dt.date):
    return page_states.filter_sent_back(pages)


def _filter_changed(pages, today: dt.date):
    return pages.changed()


def _filter_recorded(pages, today: dt.date):
    return page_states.filter_recorded(pages)


def _build_states() -> dict[str, tuple[str, Callable]]:
    """State → its label, and what filters pages by it on a day, in the order of the page."""
    states = {
        "never": page_states.DUE_PERIODS["never"],
        "overdue": page_states.DUE_PERIODS["overdue"],
        "grace": (_("Past grace period"), _filter_past_grace),
    }
    for days in page_states.DUE_WITHIN_DAYS:
        states[str(days)] = (f"Due in {days} days", page_states.make_due_filter(days))
    states["waiting"] = (_("In review"), _filter_waiting)
    states["sent-back"] = (_("Changes requested"), _filter_sent_back)
    states["changed"] = (_("With unsigned changes"), _filter_changed)
    states["recorded"] = (_("Imported reviews"), _filter_recorded)
    return states


STATES = _build_states()

# Parameter → the field of a RadarFilter, and what people call it.
PARAMETERS = {
    "state": ("state", "status"),
    "topic": ("topic", "topic"),
    "reviewer": ("reviewer", "reviewer"),
    "with": ("holder", "reviewer"),
    "due": ("month", "month"),
    "until": ("until", "date"),
}
OTHER_PARAMETERS = ("format", "page")


@dataclass(frozen=True)
class RadarFilter:
    """What an address asks for.

    ``invalid_parameters`` are sentences about the parts of it that could not be followed.
    """

    state: str = ""
    topic: Topic | None = None
    reviewer: Reviewer | None = None
    holder: Reviewer | str | None = None
    month: dt.date | None = None
    until: dt.date | None = None
    invalid_parameters: tuple[str, ...] = ()

    def get_query(self) -> dict[str, str]:
        """This filter as the query of an address."""
        query = {}
        if self.state:
            query["state"] = self.state
        if self.topic:
            query["topic"] = self.topic.slug
        if self.reviewer:
            query["reviewer"] = self.reviewer.slug
        if self.holder:
            query["with"] = NOBODY if self.holder == NOBODY else self.holder.slug
        if self.month:
            query["due"] = f"{self.month:%Y-%m}"
        if self.until:
            query["until"] = self.until.isoformat()
        return query

    def pages(self, today: dt.date, *, ignore_state: bool = False):
        """The pages that pass. ``ignore_state`` leaves the state out, to count by state."""
        pages = Article.objects.active()
        if self.state and not ignore_state:
            _, filter_by_state = STATES[self.state]
            pages = filter_by_state(pages, today)
        if self.topic:
            pages = pages.filter(topics=self.topic)
        if self.reviewer:
            pages = _filter_by_schedule(pages, reviewer=self.reviewer)
        if self.holder:
            holder = None if self.holder == NOBODY else self.holder
            waiting = MedicalReview.objects.waiting().filter(reviewer=holder)
            pages = pages.filter(pk__in=waiting.values("article"))
        if self.month:
            year, month = self.month.year, self.month.month
            pages = _filter_by_schedule(pages, next_due__year=year, next_due__month=month)
        if self.until:
            pages = _filter_by_schedule(pages, next_due__lte=self.until)
        return pages


def _filter_by_schedule(pages, **conditions):
    """The pages whose review schedule meets the conditions."""
    schedules = ReviewSchedule.objects.filter(**conditions)
    return pages.filter(pk__in=schedules.values("article"))


def parse_filter(query, topics: list[Topic], reviewers: list[Reviewer]) -> RadarFilter:
    """Read the query of an address. What cannot be followed is left out and named."""
    topics_by_slug = {topic.slug: topic for topic in topics}
    reviewers_by_slug = {reviewer.slug: reviewer for reviewer in reviewers}
    values = {}
    invalid_parameters = []
    for name, text in query.items():
        if name not in PARAMETERS or not text:
            continue
        field, noun = PARAMETERS[name]
        value = _parse_value(name, text, topics_by_slug, reviewers_by_slug)
        if value is None:
            invalid_parameters.append(
                f"There is no {noun} “{shorten_printable(text)}”; the other filters apply."
            )
        else:
            values[field] = value
    for name in query:
        if name not in PARAMETERS and name not in OTHER_PARAMETERS:
            invalid_parameters.append(
                f"There is no filter “{shorten_printable(name)}”; it is ignored."
            )
    return RadarFilter(**values, invalid_parameters=tuple(invalid_parameters))


def _parse_value(
    name: str, text: str, topics: dict[str, Topic], reviewers: dict[str, Reviewer]
) -> str | Topic | Reviewer | dt.date | None:
    """What a parameter asks for; None where there is no such thing."""
    match name:
        case "state":
            return text if text in STATES else None
        case "topic":
            return topics.get(text)
        case "with" if text == NOBODY:
            return NOBODY
        case "reviewer" | "with":
            return reviewers.get(text)
        case "due":
            return _parse_day(f"{text}-01")
        case _:
            return _parse_day(text)


def _parse_day(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class RadarRow:
    """One page on the radar."""

    title: str
    url: str
    kind: str
    topics: str
    reviewer: str
    due: dt.date | None
    due_text: str
    late: bool
    assignee: str


def order_by_due_date(pages):
    """What is due first comes first; what has no date comes last."""
    return pages.order_by(NEXT_DUE.asc(nulls_last=True), "sort_key", "pk").values_list(
        "pk", flat=True
    )


def build_rows(page_ids: list[int], today: dt.date) -> list[RadarRow]:
    """The rows of some pages, in their order, in a fixed number of queries."""
    fields = ("kind", "title", "live")
    pages = {
        page["pk"]: page for page in Article.objects.filter(pk__in=page_ids).values("pk", *fields)
    }
    schedules = _load_schedules(page_ids)
    assignees = _load_assignees(page_ids)
    topics = _load_topic_names(page_ids)
    rows = []
    for page_id in page_ids:
        if page_id in pages:
            row = _build_row(
                pages[page_id],
                schedule=schedules.get(page_id),
                assignee=assignees.get(page_id, ""),
                topics=topics.get(page_id, []),
                today=today,
            )
            rows.append(row)
    return rows


def _load_schedules(page_ids: list[int]) -> dict[int, ReviewSchedule]:
    schedules = ReviewSchedule.objects.filter(article__in=page_ids).select_related("reviewer")
    return {schedule.article_id: schedule for schedule in schedules}


def _load_assignees(page_ids: list[int]) -> dict[int, str]:
    """By page, who has been asked to read it."""
    waiting = MedicalReview.objects.waiting().filter(article__in=page_ids)
    assignees = {}
    for review in waiting.select_related("reviewer"):
        assignees[review.article_id] = str(review.reviewer or "Any reviewer")
    return assignees


def _load_topic_names(page_ids: list[int]) -> dict[int, list[str]]:
    topics: dict[int, list[str]] = {}
    filings = Article.topics.through.objects.filter(article__in=page_ids)
    for page_id, name in filings.values_list("article", "topic__name"):
        topics.setdefault(page_id, []).append(name)
    return topics


def _build_row(
    page: dict,
    *,
    schedule: ReviewSchedule | None,
    assignee: str,
    topics: list[str],
    today: dt.date,
) -> RadarRow:
    kind = kinds.get(page["kind"])
    due = schedule.next_due if schedule else None
    if due:
        due_text = format_days_until_due((due - today).days)
    elif page["live"] is None:
        due_text = "not public"
    else:
        due_text = "no date"
    return RadarRow(
        title=page["title"],
        url=get_admin_url(kind, "change", page["pk"]),
        kind=str(kind.model._meta.verbose_name).capitalize(),
        topics=", ".join(sorted(topics)),
        reviewer=_format_reviewer(schedule),
        due=due,
        due_text=due_text,
        late=due is not None and due < today,
        assignee=assignee,
    )


def _format_reviewer(schedule: ReviewSchedule | None) -> str:
    """Who reviewed a page last, in words."""
    if schedule is None:
        return ""
    if schedule.recorded:
        return "Nobody here: imported review"
    return str(schedule.reviewer or "")


def iter_rows(pages, today: dt.date) -> Iterator[RadarRow]:
    """All rows, for a file, in batches."""
    page_ids = list(order_by_due_date(pages))
    for start in range(0, len(page_ids), BATCH_SIZE):
        yield from build_rows(page_ids[start : start + BATCH_SIZE], today)


def count_by_topic(today: dt.date) -> dict[int, tuple[int, int]]:
    """Topic → how many of its pages are overdue, and due in the longest of the spans."""
    return _count_late_and_soon(
        ReviewSchedule.objects.filter(article__topics__isnull=False), F("article__topics"), today
    )


def count_by_reviewer(today: dt.date) -> dict[int, tuple[int, int]]:
    """Reviewer → how many of the pages they reviewed last are overdue, and due soon."""
    return _count_late_and_soon(
        ReviewSchedule.objects.filter(reviewer__isnull=False), F("reviewer"), today
    )


def _count_late_and_soon(schedules, group: F, today: dt.date) -> dict[int, tuple[int, int]]:
    last_day = today + dt.timedelta(days=page_states.DUE_WITHIN_DAYS[-1])
    late = Count("pk", filter=Q(next_due__lt=today))
    soon = Count("pk", filter=Q(next_due__gte=today, next_due__lte=last_day))
    groups = schedules.order_by().values(group=group).annotate(late=late, soon=soon)
    return {row["group"]: (row["late"], row["soon"]) for row in groups}
