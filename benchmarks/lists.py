"""The editors' lists over many signed pages: queries, processor time and bytes.

It prints a table.

It fills the empty database of DATABASE_URL first, which takes some minutes:
`python -m benchmarks.lists`.
"""

import sys
import time
from collections.abc import Callable
from statistics import median

from benchmarks import fill  # readies Django for what follows

# isort: split
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article, CopyrightNotice, Topic
from reviews.models import Reviewer
from symptoms.models import Symptom

PAGES = 20_000
ROUNDS = 7
LIST_PATH = "/admin/symptoms/symptom/"


def main(count: int) -> None:
    fill.main(count)
    editor = Client(headers={"host": "127.0.0.1"})
    editor.force_login(User.objects.get(username="morgan"))
    page = Symptom.objects.get(slug=f"ache-{count // 2}")
    read = measure_seconds(lambda: Article.objects.get(pk=page.pk))
    print(
        f"{connection.vendor}, {Symptom.objects.count():,} symptoms; one page read by its key:"
        f" {read * 1000:.2f} ms of processor time\n"
    )
    print("| what | queries | CPU, ms | bytes | times one read by key |")
    print("|---|---:|---:|---:|---:|")
    for name, address in build_paths(page).items():
        with CaptureQueriesContext(connection) as queries:
            answer = editor.get(address)
        asked = len(queries)  # now: the next request clears the log that this reads
        assert answer.status_code == 200, (address, answer.status_code)
        took = measure_seconds(lambda address=address: editor.get(address))
        size = len(answer.content)
        print(
            f"| {name} | {asked} | {took * 1000:,.0f} | {size:,} | {took / read:,.0f} |", flush=True
        )


def build_paths(page: Symptom) -> dict[str, str]:
    states = ("drafts", "unpublished", "sent-back", "waiting", "live", "changed", "withdrawn")
    topic, notice = (
        Topic.objects.get(slug="bones-joints-and-muscles"),
        CopyrightNotice.objects.first(),
    )
    signer = Reviewer.objects.get(user__username="ravi")
    return {
        "home": "/admin/",
        "list": LIST_PATH,
        "list, page 100": f"{LIST_PATH}?p=100",
        **{f"state: {state}": f"{LIST_PATH}?state={state}" for state in states},
        **{f"due: {due}": f"{LIST_PATH}?due={due}" for due in ("overdue", "30", "later", "never")},
        "by due date": f"{LIST_PATH}?o=3",
        "by due date, latest first": f"{LIST_PATH}?o=-3",
        "topic": f"{LIST_PATH}?topic={topic.pk}",
        "writer": f"{LIST_PATH}?writer={page.writer_id}",
        "signed by": f"{LIST_PATH}?reviewer={signer.pk}",
        "notice": f"{LIST_PATH}?notice={notice.pk}",
        "a retired notice": f"{LIST_PATH}?notice=retired",
        "corrected": f"{LIST_PATH}?corrected=yes",
        "mine": f"{LIST_PATH}?whose=concern-me",
        "search, one word": f"{LIST_PATH}?q=ache",
        "search, two words": f"{LIST_PATH}?q=ache+19",
        "search, a code": f"{LIST_PATH}?q=R25.3",
        "search, nothing found": f"{LIST_PATH}?q=zzzz",
        "search, topic and due, by date": f"{LIST_PATH}?q=ache&topic={topic.pk}&due=later&o=3",
        "notices": "/admin/articles/copyrightnotice/",
        "form": f"{LIST_PATH}{page.pk}/change/",
        "revisions": f"{LIST_PATH}{page.pk}/revisions/",
    }


def measure_seconds(action: Callable) -> float:
    """Seconds of processor time, the median of some rounds after one that warms up."""
    action()
    took = []
    for _ in range(ROUNDS):
        started = time.process_time()
        action()
        took.append(time.process_time() - started)
    return median(took)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PAGES)
