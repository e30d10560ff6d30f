"""Does one bulk act over a database that ``bench_fill`` filled, and prints what it cost as JSON.

Run in the folder of any build: it uses that build's own actions, where it has them.
"""

import datetime as dt
import json
import os
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "bench_settings"
sys.path.insert(0, os.getcwd())
django.setup()

from django.contrib.auth.models import Group, User  # noqa: E402 - models need the settings first
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from articles.models import Article, CopyrightNotice, Topic  # noqa: E402
from articles.publishing.copyright_notices import roll_copyright_year  # noqa: E402
from reviews.models import MedicalReview, PlannedReview, Recall, Reviewer  # noqa: E402
from reviews.recalls.actions import open_recall  # noqa: E402
from reviews.scheduling.proposal import build_proposal  # noqa: E402
from reviews.signing.actions import request_review  # noqa: E402
from tests import factories  # noqa: E402
from tests.html import choose_action, read_form  # noqa: E402

try:  # a build before does each of these at once, or each review by itself
    from articles.publishing.bulk_actions import publish_in_batches as publish_metadata
    from reviews.signing import requests
except ImportError:
    from articles.publishing.actions import publish_metadata

    requests = None

REVIEWERS = 8
PLAN = "/desk/radar/plan/?until=2099-12-31&topic={}"
SYMPTOMS = "/admin/symptoms/symptom/"
MESSAGE = re.compile(r'<li class="(?:success|info|warning)">(.*?)</li>', re.S)
TICKS = os.sysconf("SC_CLK_TCK")
Act = Callable[[], object]


class Watch:
    """What statements and transactions cost, in seconds of the processor, the server's included.

    A transaction holds others back from the lock of the log's or the chain's end on (PostgreSQL),
    or all along (SQLite, where it has the only lock for writing).
    """

    def __init__(self) -> None:
        self.statements = 0
        self.holds: list[tuple[float, int]] = []
        self._began: tuple[float, int] | None = None
        self._set_autocommit = connection.set_autocommit
        self._server = 0
        if connection.vendor == "postgresql":
            connection.ensure_connection()
            self._server = connection.connection.get_backend_pid()

    def read_seconds(self) -> float:
        seconds = time.process_time()
        if self._server:
            fields = Path(f"/proc/{self._server}/stat").read_text().rpartition(")")[2].split()
            seconds += (int(fields[11]) + int(fields[12])) / TICKS
        return seconds

    @contextmanager
    def watch(self) -> Iterator[None]:
        connection.set_autocommit = self._follow
        with connection.execute_wrapper(self._execute):
            yield
        connection.set_autocommit = self._set_autocommit

    def _execute(self, execute, sql, params, many, context):
        self.statements += 1
        if self._server and self._began is None and str(sql).startswith("LOCK TABLE"):
            self._began = self.read_seconds(), self.statements - 1
        return execute(sql, params, many, context)

    def _follow(self, autocommit: bool, *arguments, **options) -> None:
        if not autocommit and not self._server:
            self._began = self.read_seconds(), self.statements
        self._set_autocommit(autocommit, *arguments, **options)
        if autocommit and self._began:
            seconds, statements = self._began
            self.holds.append((self.read_seconds() - seconds, self.statements - statements))
            self._began = None


def main(name: str) -> dict[str, float | int | str]:
    act = ACTS[name]()
    watch = Watch()
    before = watch.read_seconds()
    memory = get_peak_memory()
    with watch.watch():
        notified = act()
    longest = max(watch.holds, default=(0.0, 0))
    return {
        "act": name,
        "notified": str(notified),
        "queries": watch.statements,
        "seconds": watch.read_seconds() - before,
        "memory": get_peak_memory(),
        "memory_before": memory,
        "transactions": len(watch.holds),
        "longest": longest[0],
        "longest_statements": longest[1],
    }


def get_peak_memory() -> float:
    """The largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def prepare() -> Act:
    """Readers for the plan, and two notices for all pages: no act, only what the others need."""
    call_command("migrate", verbosity=0)
    manager = User.objects.get(username="morgan")
    group = Group.objects.get(name="Reviewers")
    for number in range(REVIEWERS - Reviewer.objects.count()):
        user = factories.make_user(f"reader-{number}", "Reader", f"Number {number}")
        user.groups.add(group)
        factories.make_reviewer(user, verified_by=manager, licence_expires=dt.date(2099, 1, 1))
    Reviewer.objects.update(weekly_capacity=300, licence_expires=dt.date(2099, 1, 1))
    return lambda: None


def get_client() -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.get(username="morgan"))
    client.get("/desk/recall/")  # the first request of a process loads what each one needs
    client.get(SYMPTOMS)
    return client


def get_keys(topic: str) -> list[int]:
    return list(
        Article.objects.filter(topics__slug=topic).order_by("pk").values_list("pk", flat=True)
    )


def propose() -> Act:
    pages = Article.objects.active()
    return lambda: f"{len(build_proposal(pages, timezone.localdate()).pages):,} pages"


def propose_some() -> Act:
    pages = Article.objects.active().filter(topics__slug="bench-0")
    return lambda: f"{len(build_proposal(pages, timezone.localdate()).pages):,} pages"


def plan() -> Act:
    client = get_client()
    address = PLAN.format("bench-0")
    form = read_form(client.get(address)) | {"do": "apply"}

    def post() -> str:
        client.post(address, form)
        return f"{PlannedReview.objects.pending().count():,} planned"

    return post


def request_many() -> Act:
    keys = get_keys("bench-1")
    ann = User.objects.get(username="ann")

    def request() -> str:
        if requests:
            prepared = requests.prepare_pages(keys)
            requests.request_reviews(keys, requests.ReviewRequest(ann), prepared=prepared)
        else:
            for page in Article.objects.filter(pk__in=keys):
                request_review(page, by=ann, trigger=MedicalReview.Trigger.ANNUAL)
        count = MedicalReview.objects.waiting().filter(article__in=keys).count()
        return f"{count:,} requested"

    return request


def recall() -> Act:
    keys = get_keys("bench-2")
    morgan = User.objects.get(username="morgan")

    def start() -> str:
        opened = open_recall(keys, trigger=Recall.TRIGGERS[0], reason="News.", by=morgan)
        return f"{opened.rows.count():,} recalled"

    return start


def show_recall() -> Act:
    client = get_client()
    address = f"/desk/recall/{Recall.objects.latest('pk').uuid}/"
    return lambda: client.get(address).status_code


def file_all() -> Act:
    topic, _ = Topic.objects.get_or_create(name="Everything", slug="everything")
    return _act_on_all(SYMPTOMS, "file_under", topic=topic.pk)


def set_notices() -> Act:
    notice = CopyrightNotice.objects.create(holder="Another House", year=2026)
    return _act_on_all(SYMPTOMS, "set_notice", notice=notice.pk)


def _act_on_all(address: str, action: str, **values) -> Act:
    client = get_client()
    first = Article.objects.public().filter(kind="symptom").first()
    values |= {"action": action, "select_across": "1", "_selected_action": first.pk}
    page = client.post(address, values)

    def confirm() -> str:
        return _post(client, address, read_form(page) | values)

    return confirm


def roll_year() -> Act:
    notices = list(CopyrightNotice.objects.all())
    year = timezone.localdate().year + 1
    morgan = User.objects.get(username="morgan")
    return lambda: f"{roll_copyright_year(notices, year=year, by=morgan):,} pages"


def rename_holder() -> Act:
    morgan = User.objects.get(username="morgan")

    def rename() -> str:
        notice = CopyrightNotice.objects.get(holder="Another House")
        notice.holder = "Yet Another House"
        notice.save()
        return f"{publish_metadata(Article.objects.filter(notice=notice), by=morgan):,} pages"

    return rename


def reassign() -> Act:
    client = get_client()
    reviews = MedicalReview.objects.waiting().filter(article__topics__slug="bench-1")
    keys = list(reviews.order_by("pk").values_list("pk", flat=True)[:100])
    address = "/admin/reviews/medicalreview/"
    to = Reviewer.objects.get(user__username="reader-0")
    page = choose_action(client, address, "reassign", keys)
    form = read_form(page) | {"action": "reassign", "_selected_action": keys, "to": to.pk}
    return lambda: _post(client, address, form)


def withdraw() -> Act:
    client = get_client()
    keys = get_keys("bench-3")[:100]
    page = choose_action(client, SYMPTOMS, "withdraw_many", keys)
    form = read_form(page) | {"action": "withdraw_many", "_selected_action": keys}
    return lambda: _post(client, SYMPTOMS, form | {"reason": "outdated"})


def _post(client: Client, address: str, form: dict) -> str:
    answer = client.post(address, form)
    return " ".join(MESSAGE.findall(client.get(answer.url).text)) if answer.url else "refused"


ACTS: dict[str, Callable[[], Act]] = {
    "prepare": prepare,
    "plan of 1,000": propose,
    "plan of 500": propose_some,
    "plan of 500, given out": plan,
    "500 reviews requested": request_many,
    "recall of 500": recall,
    "its page": show_recall,
    "100 reassigned": reassign,
    "100 withdrawn": withdraw,
    "20,000 filed under a topic": file_all,
    "20,000 given a notice": set_notices,
    "another holder of their notice": rename_holder,
    "another year": roll_year,
}

if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
