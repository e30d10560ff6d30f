"""The radar over many signed pages: queries, and times beside one COUNT(*) on the same table. Prints a table.

It fills the empty database of DATABASE_URL first, which takes some minutes: `python -m benchmarks.radar`.
"""

import random
import sys
from datetime import timedelta
from itertools import islice

from benchmarks import fill  # readies Django for what follows

# isort: split
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import guards
from articles.models import Article
from benchmarks.lists import timed
from reviews import assignment, recall_search
from reviews.models import Reviewer, Standing

PAGES = 20_000
RADAR = "/desk/radar/"


def main(count: int) -> None:
    fill.main(count)
    scatter()
    chief = User.objects.get(username="morgan")
    desk = Client(headers={"host": "127.0.0.1"})
    desk.force_login(chief)
    one = timed(Article.objects.count)
    print(f"{connection.vendor}, {Article.objects.count():,} pages; one COUNT(*) of them: {one * 1000:.2f} ms\n")
    print("| what | queries | ms | times one COUNT(*) |")
    print("|---|---:|---:|---:|")
    for name, address in addresses().items():
        tell(name, lambda address=address: desk.get(address), one)
    quarter = Article.objects.filter(pk__in=Standing.objects.order_by("next_due").values("article")[: assignment.MOST])
    today = timezone.localdate()
    tell("plan of 500 pages", lambda: assignment.propose(quarter, today), one)
    tell("recall search, rare word", lambda: list(recall_search.search("words", "zzzz")), one)
    tell("recall search, a word in every page", lambda: list(islice(recall_search.search("words", "call"), 501)), one)
    seen = assignment.propose(quarter, today).seen
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        started = timezone.now()
        opened = assignment.carry_out(quarter, seen=seen, by=chief)
        took = (timezone.now() - started).total_seconds()
        transaction.set_rollback(True)
    print(f"| {len(opened):,} reviews given out, once | {len(queries)} | {took * 1000:,.0f} | {took / one:,.0f} |")


def scatter() -> None:
    """Dates over a year and some weeks late, and a third reviewer's share, as if each page had its own history."""
    chance, today, reviewers = random.Random(1), timezone.localdate(), list(Reviewer.objects.all())
    rows = list(Standing.objects.all())
    for row in rows:
        row.next_due = today + timedelta(days=chance.randint(-40, 365))
        row.reviewer = chance.choice(reviewers)
    guards.drop(connection)  # what is due is made anew and never edited, but by somebody who measures
    Standing.objects.bulk_update(rows, ["next_due", "reviewer"], batch_size=500)
    guards.install(connection)


def addresses() -> dict[str, str]:
    states = ("never", "overdue", "grace", "30", "90", "waiting", "changed")
    reviewer = Reviewer.objects.get(user__username="ravi").slug
    return {
        "radar": RADAR,
        "radar, page 100": f"{RADAR}?page=100",
        **{f"state: {state}": f"{RADAR}?state={state}" for state in states},
        "topic": f"{RADAR}?topic=bones-joints-and-muscles",
        "reviewer": f"{RADAR}?reviewer={reviewer}",
        "topic, reviewer, due in 90 days": f"{RADAR}?topic=bones-joints-and-muscles&reviewer={reviewer}&state=90",
        "CSV of all": f"{RADAR}?format=csv",
    }


def tell(name: str, deed, one: float) -> None:
    with CaptureQueriesContext(connection) as queries:
        deed()
    asked = len(queries)
    took = timed(deed)
    print(f"| {name} | {asked} | {took * 1000:,.0f} | {took / one:,.0f} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PAGES)
