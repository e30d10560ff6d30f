"""The plan of reviews: who reads which page when and why, its promises, its queries and seconds.

It plans the demonstration first, then 1,000 pages with 8 reviewers, capacities and absences, of
which 100 are of high risk and withdrawn after their grace. It fills the empty database of
DATABASE_URL, which takes some minutes: `python -m benchmarks.plan`.
"""

import datetime as dt
import random
import sys
import time
from collections import Counter
from collections.abc import Callable

from benchmarks import fill  # readies Django for what follows

# isort: split
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.db import triggers
from articles.models import Article
from benchmarks.radar import change_due_dates
from reviews.models import Absence, PlannedReview, Reviewer
from reviews.planned_reviews.actions import open_planned
from reviews.scheduling.planner import Promise
from reviews.scheduling.proposal import PlanProposal, build_proposal
from reviews.scheduling.rows import ProposalRow, build_rows, find_shortages
from tests import factories
from tests.html import read_form

PAGES, HIGH_RISK = 1000, 100
REVIEWERS = 8
CAPACITIES = ((60, "minutes"), (90, "minutes"), (45, "minutes"), (12, "pages"))
ROWS_SHOWN = 25
PLAN = "/desk/radar/plan/?until=2099-12-31"


def main(count: int) -> None:
    settings.OVERDUE_POLICY = {"standard": "banner", "high": "withdraw"}
    today = timezone.localdate()
    call_command("migrate", verbosity=0)
    call_command("load_demo", verbosity=0)
    proposal = build_proposal(Article.objects.active(), today)
    print_plan("The demonstration", proposal)
    add_pages(count)
    add_reviewers(today)
    scatter(today)
    proposal = build_proposal(Article.objects.active(), today)
    print_plan(f"{len(proposal.pages):,} pages", proposal)
    measure()


def add_pages(count: int) -> None:
    people = User.objects.in_bulk(["ann", "ravi"], field_name="username")
    full = fill.Symptom.objects.get(slug=fill.MODEL_SLUG)
    texts = {name: getattr(full, name) for name in fill.COPIED_FIELDS}
    missing = count - Article.objects.active().public().count()
    factories.publish_symptoms(
        missing, by=people["ann"], signer=people["ravi"], causes=12, related=6, **texts
    )


def add_reviewers(today: dt.date) -> None:
    """Up to 8 of them: each with a capacity, one of them without any time, three of them away."""
    manager = User.objects.get(username="morgan")
    group = Group.objects.get(name="Reviewers")
    for number in range(REVIEWERS - Reviewer.objects.count()):
        user = factories.make_user(f"reader-{number}", "Reader", f"Number {number}")
        user.groups.add(group)
        factories.make_reviewer(user, verified_by=manager, licence_expires=today.replace(year=2099))
    for number, reviewer in enumerate(Reviewer.objects.order_by("pk")):
        capacity, unit = CAPACITIES[number % len(CAPACITIES)]
        Reviewer.objects.filter(pk=reviewer.pk).update(weekly_capacity=capacity, capacity_unit=unit)
        if number < 3:
            first = today + dt.timedelta(days=14 * number)
            Absence.objects.create(
                reviewer=reviewer, first_day=first, last_day=first + dt.timedelta(days=20)
            )


def scatter(today: dt.date) -> None:
    """Due dates from two weeks ago to half a year on; every tenth page is of high risk."""
    chance = random.Random(1)
    keys = list(Article.objects.public().order_by("pk").values_list("pk", flat=True))
    Article.objects.filter(pk__in=keys[:: len(keys) // HIGH_RISK][:HIGH_RISK]).update(risk="high")
    # What is due is made anew and never edited, but by somebody who measures.
    triggers.drop_triggers(connection)
    change_due_dates(lambda row: today + dt.timedelta(days=chance.randint(-10, 180)))
    triggers.install_triggers(connection)


def print_plan(name: str, proposal: PlanProposal) -> None:
    rows, _ = build_rows(proposal, {})
    late = [row for row in rows if row.promise == Promise.LATER and not row.is_past]
    past = [row for row in rows if row.is_past]
    after_due = [row for row in rows if row.promise == Promise.BY_POLICY_DATE]
    unplaced = Counter(reason for _, reason in proposal.plan.unplaced)
    minutes = sum(row.page.minutes for row in rows)
    print(f"\n{name}, {connection.vendor}, {proposal.today}\n")
    print(f"- {len(rows):,} pages, {minutes:,} minutes; {len(proposal.reviewers)} reviewers")
    print(f"- high risk: {sum(row.page.risk == 'high' for row in rows)}")
    print(f"- read after their due date, in their grace: {len(after_due)}")
    print(f"- past their policy date though capacity allows it: {len(late)}")
    print(f"- past their policy date already: {len(past)}; not placed: {dict(unplaced) or 0}")
    for short in find_shortages(proposal, rows):
        print(f"- too little by the end of {short.week}: {len(short.pages)} pages")
    print_rows(proposal, rows)


def print_rows(proposal: PlanProposal, rows: list[ProposalRow]) -> None:
    print("\n| page | needed by | who | week of | why |")
    print("|---|---|---|---|---|")
    for row in rows[:ROWS_SHOWN]:
        reviewer = proposal.reviewers.get(row.choice.reviewer or 0)
        needed = f"{row.page.needed_by} ({'withdrawn' if row.page.is_withdrawn_late else 'due'})"
        why = " ".join(filter(None, [row.reason, row.warning]))
        print(f"| {row.page.title} | {needed} | {reviewer} | {row.choice.week} | {why} |")
    print(f"| … {max(0, len(rows) - ROWS_SHOWN)} more | | | | |\n")


def measure() -> None:
    chief = Client(headers={"host": "127.0.0.1"})
    chief.force_login(User.objects.get(username="morgan"))
    print("| what | queries | seconds |")
    print("|---|---:|---:|")
    shown = print_row("the proposal, first time", lambda: chief.get(PLAN))
    print_row("the proposal, again", lambda: chief.get(PLAN))
    form = read_form(shown)
    second = print_row(
        "its second page, by its button", lambda: chief.post(PLAN, form | {"page": "2"})
    )
    form = read_form(second) | {"do": "apply"}
    print_row("planning all of it", lambda: chief.post(PLAN, form))
    print(f"| reviews planned: {PlannedReview.objects.pending().count():,} | | |")
    print_row("the plan, a page of 25", lambda: chief.get("/desk/radar/planned/"))
    print_row("radar", lambda: chief.get("/desk/radar/"))
    print_row("radar as CSV", lambda: chief.get("/desk/radar/?format=csv"))
    print_row("home", lambda: chief.get("/admin/"))
    first = PlannedReview.objects.pending().select_related("article", "reviewer__user").first()
    assert first
    reader = Client(headers={"host": "127.0.0.1"})
    reader.force_login(first.reviewer.user)
    print_row("a reviewer's desk", lambda: reader.get("/desk/"))
    print_row("opening one", lambda: open_planned(first, by=first.reviewer.user))


def print_row(name: str, action: Callable):
    started = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        result = action()
    seconds = time.perf_counter() - started
    print(f"| {name} | {len(queries)} | {seconds:.2f} |", flush=True)
    return result


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PAGES)
