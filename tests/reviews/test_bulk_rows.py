"""What a bulk act writes, column by column, is what the same act writes page by page.

Keys, random values and hashes apart. Each act is done, read and rolled back. Rows go in as those of
hundreds do.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.audit import verification as audit
from articles.db import bulk_insert
from articles.models import Article, CopyrightNotice, Topic
from articles.models.page_store import ChangedSubject
from articles.publishing import bulk_actions
from articles.publishing.actions import publish_metadata
from articles.publishing.copyright_notices import roll_copyright_year, set_year
from reviews.models import MedicalReview, Recall, Reviewer
from reviews.planned_reviews.actions import PlanChoice, plan_reviews
from reviews.planned_reviews.capacity import get_monday
from reviews.recalls.actions import open_recall
from reviews.signing import requests
from reviews.signing.assignment import reassign, reassign_all
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# The key of an event in its subject: PostgreSQL counts on after what was rolled back.
EVENT_KEY = re.compile(r"(?<='publication:)\d+")
# What no two runs have in common: places in chains, hashes over them, and salts.
NEVER_THE_SAME = {"sequence", "previous_hash", "hash", "salt"}
ANNOUNCEMENT = ChangedSubject._meta.get_field("number")  # one for all that change together
Rows = dict[type[models.Model], dict[Any, dict[str, Any]]]


@pytest.fixture
def as_of_many(monkeypatch):
    """Two rows are many: they go in by COPY or one statement, two pages at a time."""
    monkeypatch.setattr(bulk_insert, "MANY", 1)
    monkeypatch.setattr(bulk_actions, "BATCH", 2)
    monkeypatch.setattr(bulk_actions, "PAUSE", 0)


@pytest.fixture
def pages(ann, ravi) -> list[Article]:
    factories.publish_symptoms(3, by=ann, signer=ravi, related=1)
    pages = list(Article.objects.order_by("pk"))
    factories.edit_page(pages[2], by=ann, summary="Another summary.")
    return pages


def read_rows() -> Rows:
    rows: Rows = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            found = model._base_manager.values()
            rows[model] = {row[model._meta.pk.attname]: row for row in found}
    return rows


def list_written(act: Callable[[], object]) -> list[str]:
    """The rows that an act adds, changes or removes, as texts without what is never the same."""
    before = read_rows()
    known = set(UUID.findall(str(before)))
    with transaction.atomic():
        act()
        after = read_rows()
        transaction.set_rollback(True)
    lines = []
    for model, rows in after.items():
        for key, row in rows.items():
            if before[model].get(key) != row:
                lines.append(f"{model._meta.label}: {_describe(model, row, before, after)}")
        gone = before[model].keys() - rows.keys()
        lines += [f"{model._meta.label}: {before[model][key]} is gone" for key in gone]
    shown = (UUID.sub(lambda found: _hide(found[0], known), line) for line in lines)
    return sorted(EVENT_KEY.sub("a new key", line) for line in shown)


def _hide(uuid: str, known: set[str]) -> str:
    return uuid if uuid in known else "a new UUID"


def _describe(
    model: type[models.Model], row: dict[str, Any], before: Rows, after: Rows
) -> dict[str, Any]:
    is_new = row[model._meta.pk.attname] not in before[model]
    values = {}
    for field in model._meta.concrete_fields:
        value = row[field.attname]
        is_new_key = field.primary_key and is_new and isinstance(field, models.AutoField)
        if is_new_key or field.name in NEVER_THE_SAME or field == ANNOUNCEMENT:
            continue
        if field.is_relation:
            value = _name_row(field.related_model, value, before, after)
        elif field.name == "record":
            value = _read_record(value)
        values[field.attname] = value
    return values


def _name_row(model, key, before: Rows, after: Rows) -> object:
    """A row that was there by its key, and a new one by the page that it is of."""
    if key is None or key in before[model]:
        return key
    return "new", model._meta.label, after[model][key].get("article_id")


def _read_record(text: str) -> dict[str, Any]:
    record = json.loads(text, object_hook=_leave_out_keys)
    values = {name: value for name, value in record.items() if name not in NEVER_THE_SAME}
    values["private"] = sorted(record.get("private", {}))
    return values


def _leave_out_keys(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in ("pk", "id", "live_id")}


def expect_the_same(together: Callable[[], object], one_by_one: Callable[[], object]) -> list[str]:
    rows = list_written(together)
    assert rows == list_written(one_by_one)
    return rows


def for_each(pages: list, act: Callable[[Any], object]) -> Callable[[], None]:
    def act_on_each() -> None:
        for page in pages:
            act(page)

    return act_on_each


def iter_keys(pages: list) -> Iterator[int]:
    return (page.pk for page in pages)


def test_reviews_requested_together_are_those_requested_one_by_one(
    as_of_many, time_machine, pages, ann, fiona
):
    time_machine.move_to("2026-12-01T10:00:00Z", tick=False)
    request = requests.ReviewRequest(ann, reviewer=Reviewer.objects.get(user=fiona), note="Read.")
    keys = list(iter_keys(pages))
    rows = expect_the_same(
        lambda: requests.request_reviews(keys, request, prepared=requests.prepare_pages(keys)),
        for_each(keys, lambda key: requests.request_reviews([key], request)),
    )
    assert len([row for row in rows if row.startswith("reviews.MedicalReview:")]) == 3
    assert len([row for row in rows if row.startswith("articles.AuditEvent:")]) == 3


def test_a_recall_of_many_opens_the_reviews_that_recalls_of_one_open(
    as_of_many, time_machine, pages, morgan
):
    time_machine.move_to("2026-12-01T10:00:00Z", tick=False)

    def recall(keys: list[int]) -> None:
        open_recall(keys, trigger=Recall.TRIGGERS[0], reason="News.", by=morgan)

    def leave_out_recalls(act: Callable[[], object]) -> list[str]:
        """Without the row, the event and the reason of each recall."""
        own = re.compile("reviews.Recall: |articles.AuditEvent: .*'recall:|.*'name': 'reason'")
        return [row for row in list_written(act) if not own.match(row)]

    keys = list(iter_keys(pages))
    rows = leave_out_recalls(lambda: recall(keys))
    assert rows == leave_out_recalls(for_each(keys, lambda key: recall([key])))
    assert len([row for row in rows if row.startswith("reviews.RecalledReview:")]) == 3
    assert len([row for row in rows if row.startswith("articles.AuditEvent:")]) == 3


def test_reviews_planned_together_are_those_planned_one_by_one(
    as_of_many, time_machine, pages, morgan, fiona
):
    time_machine.move_to("2026-12-01T10:00:00Z", tick=False)
    reader, week = Reviewer.objects.get(user=fiona).pk, get_monday(timezone.localdate())
    choices = [PlanChoice(page.pk, reader, week) for page in pages]
    rows = expect_the_same(
        lambda: plan_reviews(choices, by=morgan),
        for_each(choices, lambda choice: plan_reviews([choice], by=morgan)),
    )
    assert len(rows) == 3


def test_reviews_reassigned_together_are_those_reassigned_one_by_one(
    as_of_many, time_machine, pages, ann, morgan, fiona
):
    time_machine.move_to("2026-12-01T10:00:00Z", tick=False)
    requests.request_reviews(list(iter_keys(pages)), requests.ReviewRequest(ann))
    to = Reviewer.objects.get(user=fiona)
    reviews = list(MedicalReview.objects.waiting().order_by("pk"))
    rows = expect_the_same(
        lambda: reassign_all([review.pk for review in reviews], to=to, by=morgan),
        for_each(reviews, lambda review: reassign(review, to=to, by=morgan)),
    )
    assert len([row for row in rows if row.startswith("reviews.HandOver:")]) == 3


@pytest.mark.parametrize("taken", [False, True])
def test_pages_filed_together_are_those_filed_one_by_one(
    taken, as_of_many, time_machine, pages, morgan
):
    time_machine.move_to("2026-12-01T10:00:00Z", tick=False)
    topic = Topic.objects.create(name="Skin", slug="skin")
    act = bulk_actions.add_to_topic
    if taken:
        act(Article.objects.all(), topic=topic, by=morgan)
        act = bulk_actions.remove_from_topic
    keys = list(iter_keys(pages))

    def file(rows) -> bulk_actions.MetadataChange:
        return act(rows, topic=topic, by=morgan)

    rows = expect_the_same(
        lambda: bulk_actions.change_in_batches(keys, file),
        for_each(keys, lambda key: file(Article.objects.filter(pk=key))),
    )
    assert len([row for row in rows if row.startswith("articles.PublicationEvent:")]) == 3


def test_a_new_year_on_many_pages_is_the_new_year_on_each(as_of_many, time_machine, pages, morgan):
    time_machine.move_to("2026-12-01T10:00:00Z", tick=False)
    notice = CopyrightNotice.objects.get()
    year = notice.year + 1

    def roll_one_by_one() -> None:
        set_year([notice], year=year)
        for page in pages:
            publish_metadata(Article.objects.filter(pk=page.pk), by=morgan)

    rows = expect_the_same(
        lambda: roll_copyright_year([notice], year=year, by=morgan), roll_one_by_one
    )
    assert len([row for row in rows if row.startswith("articles.PublicationEvent:")]) == 3
    assert list(audit.find_faults()) == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_recall_takes_a_fixed_number_of_statements(
    count, as_of_many, time_machine, pages, morgan
):
    time_machine.move_to("2026-12-01T10:00:00Z", tick=False)
    keys = list(iter_keys(pages))[:count]
    with CaptureQueriesContext(connection) as queries:
        open_recall(keys, trigger=Recall.TRIGGERS[0], reason="News.", by=morgan)
    statements = [
        query["sql"] for query in queries if not re.match("SAVEPOINT|RELEASE", query["sql"])
    ]
    assert len(statements) <= 30, "\n".join(statements)
