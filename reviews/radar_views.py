"""The radar of managing editors: numbers, what falls due, who carries it, and the list behind each number."""

from functools import wraps
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import EmptyPage, InvalidPage, Paginator
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from articles import spreadsheets
from articles.admin_lists import printable
from articles.models import Topic
from reviews import radar, radar_figures
from reviews.models import Reviewer

HEAD = ["Title", "Kind", "Filed under", "Reviewed last by", "Due", "In words", "With"]


def for_managing_editors(view):
    """Only those who answer for what is due may enter; what they see is never kept by a cache."""

    @never_cache
    @login_required
    @wraps(view)
    def enter(request, *args, **kwargs):
        if not request.user.has_perm("reviews.see_radar"):
            raise PermissionDenied("The radar is for managing editors. Your account is not one.")
        return view(request, *args, **kwargs)

    return enter


def read_sieve(request) -> tuple[radar.Sieve, list[Topic], list[Reviewer]]:
    """What the address asks for, with the topics and reviewers that it could ask for: two queries."""
    topics, reviewers = list(Topic.objects.all()), list(Reviewer.objects.select_related("user"))
    return radar.sieve(request.GET, topics, reviewers), topics, reviewers


@for_managing_editors
@require_safe
def overview(request):
    sieve, topics, reviewers = read_sieve(request)
    today = timezone.localdate()
    pages = sieve.pages(today)
    if request.GET.get("format") == "csv":
        return _file(pages, today)
    slips = list(sieve.slips)
    shown = _shown(pages, request.GET.get("page") or "1", slips)
    carried = radar.by_reviewer(today)
    loads = radar_figures.workload(reviewers, carried, today)
    unsifted = sieve.pages(today, whatever_state=True)
    context = {
        "sieve": sieve,
        "slips": slips,
        "numbers": _numbers(sieve, today),
        "chips": _chips(sieve),
        "page": shown,
        "rows": radar.rows(list(shown.object_list), today),
        "page_urls": _around(shown, sieve),
        "csv": link(sieve.address() | {"format": "csv"}),
        "plan": link(sieve.address()),
        "topics": _topics(topics, radar.by_topic(today), sieve),
        "topic_choices": topics,
        "reviewers": reviewers,
        "bars": radar_figures.chart(unsifted, today),
        "loads": loads,
        "lapsing": [load for load in loads if load.lapsed or load.lapses_soon],
        "pace": radar_figures.pace(timezone.now()),
        "today": today,
    }
    return render(request, "reviews/radar.html", context)


def _file(pages, today):
    cells = (
        [row.title, row.kind, row.topics, row.reviewer, row.due, row.said, row.held]
        for row in radar.every_row(pages, today)
    )
    return spreadsheets.answer(f"radar-{today}", HEAD, cells)


def _shown(pages, asked: str, slips: list[str]):
    """One page of the list; the first, with a word on it, where there is no such page."""
    paginator = Paginator(radar.ordered(pages), radar.ROWS)
    try:
        return paginator.page(asked)
    except (EmptyPage, InvalidPage):
        slips.append(f"This list has no page {printable(asked)}; you see its first.")
        return paginator.page(1)


def _numbers(sieve: radar.Sieve, today) -> list[dict]:
    """How many pages there are in each state, among those of the other filters; each leads to its list."""
    pages = sieve.pages(today, whatever_state=True)
    rest = {name: value for name, value in sieve.address().items() if name != "state"}
    return [
        {
            "name": name,
            "label": label,
            "count": sift(pages, today).count(),
            "url": link(rest | {"state": name}, "pages"),
            "chosen": name == sieve.state,
        }
        for name, (label, sift) in radar.STATES.items()
    ]


def _chips(sieve: radar.Sieve) -> list[tuple[str, str]]:
    """What the list is sifted by, each with the address of the list without it."""
    said = {
        "state": sieve.state and radar.STATES[sieve.state][0],
        "topic": sieve.topic and f"Filed under {sieve.topic}",
        "reviewer": sieve.reviewer and f"Reviewed last by {sieve.reviewer}",
        "with": sieve.holder
        and f"With {'no reviewer in particular' if sieve.holder == radar.NOBODY else sieve.holder}",
        "due": sieve.month and f"Due in {sieve.month:%B %Y}",
        "until": sieve.until and f"Due by {sieve.until:%-d %B %Y}",
    }
    asked = sieve.address()
    return [(said[name], link({k: v for k, v in asked.items() if k != name}, "pages")) for name in asked]


def _topics(topics: list[Topic], counts: dict, sieve: radar.Sieve) -> list[dict]:
    rest = {name: value for name, value in sieve.address().items() if name not in ("topic", "state")}
    found = []
    for topic in topics:
        late, soon = counts.get(topic.pk, (0, 0))
        here = rest | {"topic": topic.slug}
        found.append(
            {
                "name": topic.name,
                "url": link(here, "pages"),
                "late": late,
                "late_url": link(here | {"state": "overdue"}, "pages"),
                "soon": soon,
                "soon_url": link(here | {"state": "90"}, "pages"),
            }
        )
    return found


def link(query: dict[str, str], anchor: str = "") -> str:
    return f"?{urlencode(query)}" + (f"#{anchor}" if anchor else "")


def _around(shown, sieve: radar.Sieve) -> dict[str, str]:
    asked, found = sieve.address(), {}
    if shown.has_previous():
        found["previous"] = link(asked | {"page": shown.previous_page_number()}, "pages")
    if shown.has_next():
        found["next"] = link(asked | {"page": shown.next_page_number()}, "pages")
    return found
