"""The radar over many signed pages: queries, and times beside one COUNT(*) on the same table.

It prints a table.

It fills the empty database of DATABASE_URL first, which takes some minutes:
`python -m benchmarks.radar`.
"""

import random
import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import islice

from benchmarks import fill  # readies Django for what follows

# isort: split
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.db import triggers
from articles.models import Article
from benchmarks.lists import measure_seconds
from reviews.models import Reviewer, ReviewSchedule
from reviews.recalls import search
from reviews.scheduling import proposal

PAGES = 20_000
RADAR_PATH = "/desk/radar/"


def main(count: int) -> None:
    fill.main(count)
    scatter_due_dates()
    chief = User.objects.get(username="morgan")
    desk = Client(headers={"host": "127.0.0.1"})
    desk.force_login(chief)
    one = measure_seconds(Article.objects.count)
    print(
        f"{connection.vendor}, {Article.objects.count():,} pages; one COUNT(*) of them:"
        f" {one * 1000:.2f} ms\n"
    )
    print("| what | queries | CPU, ms | times one COUNT(*) |")
    print("|---|---:|---:|---:|")
    for name, address in build_paths().items():
        print_row(name, lambda address=address: desk.get(address), one)
    quarter = Article.objects.filter(
        pk__in=ReviewSchedule.objects.order_by("next_due").values("article")[: proposal.MAX_PAGES]
    )
    today = timezone.localdate()
    print_row("plan of 1,000 pages", lambda: proposal.build_proposal(quarter, today), one)
    print_row("recall search, rare word", lambda: list(search.find_pages("words", "zzzz")), one)
    print_row(
        "recall search, a word in every page",
        lambda: list(islice(search.find_pages("words", "call"), 501)),
        one,
    )


def scatter_due_dates() -> None:
    """Dates over a year and some weeks late, and a third reviewer's share, as if each page had its
    own history.
    """
    chance, today, reviewers = random.Random(1), timezone.localdate(), list(Reviewer.objects.all())
    # What is due is made anew and never edited, but by somebody who measures.
    triggers.drop_triggers(connection)
    change_due_dates(
        lambda row: today + timedelta(days=chance.randint(-40, 365)),
        lambda row: chance.choice(reviewers),
    )
    triggers.install_triggers(connection)


def change_due_dates(find_due: Callable, find_reviewer: Callable | None = None) -> None:
    """Give each row of the schedule another date. Its triggers are lifted by the caller."""
    rows = list(ReviewSchedule.objects.order_by("pk"))
    for row in rows:
        row.next_due = find_due(row)
        if find_reviewer:
            row.reviewer = find_reviewer(row)
    ReviewSchedule.objects.bulk_update(rows, ["next_due", "reviewer"], batch_size=500)


def build_paths() -> dict[str, str]:
    states = ("never", "overdue", "grace", "30", "90", "waiting", "changed")
    reviewer = Reviewer.objects.get(user__username="ravi").slug
    return {
        "radar": RADAR_PATH,
        "radar, page 100": f"{RADAR_PATH}?page=100",
        **{f"state: {state}": f"{RADAR_PATH}?state={state}" for state in states},
        "topic": f"{RADAR_PATH}?topic=bones-joints-and-muscles",
        "reviewer": f"{RADAR_PATH}?reviewer={reviewer}",
        "topic, reviewer, due in 90 days": (
            f"{RADAR_PATH}?topic=bones-joints-and-muscles&reviewer={reviewer}&state=90"
        ),
        "CSV of all": f"{RADAR_PATH}?format=csv",
    }


def print_row(name: str, action, count_seconds: float) -> None:
    with CaptureQueriesContext(connection) as queries:
        action()
    asked = len(queries)
    took = measure_seconds(action)
    print(f"| {name} | {asked} | {took * 1000:,.0f} | {took / count_seconds:,.0f} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PAGES)
