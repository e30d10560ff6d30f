"""The chain of events: whole, in order, and what rows say is what their newest events say."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.audit import chain, kinds, recording, verification
from articles.audit.chain import EventDraft, EventRecord
from articles.audit.kinds import ChainedKind
from articles.audit.state import EventState, RowState, list_differences
from articles.models import AuditEvent, AuditPrivateValue, Topic
from tests.database import disable_triggers, expect_refusal, run_concurrently, sql

KIND = ChainedKind(
    "test topic",
    Topic.objects.all,
    lambda topic: f"topic:{topic.slug}",
    lambda topic: {"name": topic.name},
    lambda topic: {"key": topic.sort_key},
)


@pytest.fixture
def kind():
    """A kind of this test alone, beside those of the site."""
    kinds.register(KIND)
    yield KIND.name
    del kinds._kinds[KIND.name]


@pytest.fixture
def topics(db):
    return [Topic.objects.create(name=name, slug=name.lower()) for name in ("Eyes", "Ears")]


def find_faults() -> list[str]:
    return [fault for fault in verification.find_faults() if "topic" in fault or "event" in fault]


def test_an_event_follows_the_one_before_it_and_only_what_changed_has_one(kind, topics, ann):
    assert recording.record(kind, topics, by=ann) == 2
    assert recording.record(kind, topics, by=ann) == 0
    Topic.objects.filter(pk=topics[0].pk).update(name="The eyes")
    assert recording.record(kind, topics, by=ann) == 1  # though the row at hand is stale
    first, second, third = AuditEvent.objects.in_order()
    assert (first.previous_hash, second.previous_hash) == (chain.GENESIS_HASH, first.hash)
    record = chain.read_record(third)
    assert (record.subject, record.facts) == ("topic:eyes", {"name": "The eyes"})
    assert (record.sequence, record.by, record.previous_hash) == (3, ann.pk, second.hash)
    assert chain.get_head() == (3, third.hash)
    assert find_faults() == []


def test_what_is_removed_is_gone_and_may_come_back(kind, topics, ann):
    recording.record(kind, topics, by=ann)
    topics[0].delete()
    number = AuditEvent.objects.get(subject="topic:eyes").sequence
    assert find_faults() == [f"test topic topic:eyes: it is gone, and event {number} has it"]
    assert recording.record_removed(kind, ["topic:eyes", "topic:unknown"], by=ann) == 1
    assert recording.record_removed(kind, ["topic:eyes"], by=ann) == 0
    assert find_faults() == []
    again = Topic.objects.create(name="Eyes", slug="eyes")
    assert [len(find_faults()), recording.record(kind, [again], by=ann)] == [1, 1]
    assert find_faults() == []


def test_rows_that_were_there_are_found_once(kind, topics):
    assert recording.record_baseline()[kind] == 2
    assert recording.record_baseline().get(kind) is None
    records = [chain.read_record(event) for event in AuditEvent.objects.filter(kind=kind)]
    assert [(record.found, record.by) for record in records] == [(True, None)] * 2
    assert find_faults() == []
    Topic.objects.create(name="Nose", slug="nose")
    assert recording.record_baseline().get(kind) is None
    assert find_faults() == ["test topic topic:nose: no event has it"]


FORGERIES = [
    ("UPDATE articles_topic SET name = 'x' WHERE slug = 'eyes'", "its name is not what event"),
    ("UPDATE articles_topic SET sort_key = 'x' WHERE slug = 'eyes'", "its key is not what event"),
    ("UPDATE articles_auditprivatevalue SET value = 'x'", "its key is not the one that was recor"),
    ("UPDATE articles_auditevent SET subject = 'x'", "its subject is not what its record says"),
    ("UPDATE articles_auditevent SET at = '2020-01-01'", "its at is not what its record says"),
    ("UPDATE articles_auditevent SET by_id = NULL", "its by is not what its record says"),
    ("UPDATE articles_auditevent SET record = '{}'", "its record cannot be read"),
    ("DELETE FROM articles_topic WHERE slug = 'eyes'", "topic:eyes: it is gone, and event"),
    ("DELETE FROM articles_auditevent WHERE sequence = 1", "event 1 is missing before it"),
]


def test_each_forgery_is_found(kind, topics, ann):
    recording.record(kind, topics, by=ann)
    for statement, words in FORGERIES:
        with transaction.atomic():
            with disable_triggers():
                if "DELETE FROM articles_auditevent" in statement:
                    sql("DELETE FROM articles_auditprivatevalue")
                sql(statement)
            assert any(words in fault for fault in find_faults()), statement
            transaction.set_rollback(True)


def test_an_erased_value_is_said_and_no_fault(kind, topics, ann):
    recording.record(kind, topics, by=ann)
    AuditPrivateValue.objects.filter(event__subject="topic:eyes").delete()
    assert find_faults() == []
    (line,) = verification.list_erased_values()
    assert line.startswith("not checked: the key in 1 event of the kind “test topic”")


def test_events_are_added_and_never_changed(kind, topics, ann):
    recording.record(kind, topics, by=ann)
    for statement in (
        "UPDATE articles_auditevent SET kind = kind",
        "DELETE FROM articles_auditevent",
    ):
        with expect_refusal("events of the chain are added and never changed"):
            sql(statement)
    with expect_refusal("a private value of the chain is erased, never changed"):
        sql("UPDATE articles_auditprivatevalue SET value = 'x'")


def test_many_rows_take_as_many_queries_as_few(kind, db, ann):
    counts = []
    for name in ("a", "b"):
        rows = [
            Topic.objects.create(name=f"{name}{number}", slug=f"{name}{number}")
            for number in range(1 if name == "a" else 30)
        ]
        with CaptureQueriesContext(connection) as queries:
            recording.record(kind, rows, by=ann)
        counts.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            assert find_faults() == []
        counts.append(len(queries))
    assert counts[:2] == counts[2:]


def append_one(number: int, *, fail: bool = False) -> None:
    with transaction.atomic():
        draft = EventDraft("test topic", f"topic:{number}")
        chain.append([draft, draft], by=None, at=timezone.now())
        if fail:
            raise RuntimeError("the transaction rolls back")


def test_appends_at_once_do_not_fork_the_chain_and_a_failed_one_leaves_no_gap(transactional_db):
    with pytest.raises(RuntimeError):
        append_one(0, fail=True)
    outcomes = run_concurrently(*[lambda number=number: append_one(number) for number in range(4)])
    assert outcomes == [None] * 4
    numbers = list(AuditEvent.objects.in_order().values_list("sequence", flat=True))
    assert numbers == list(range(1, 9))
    assert not [fault for fault in find_faults() if "follow" in fault or "missing" in fault]


def test_facts_are_plain_and_times_are_in_utc(db, ann):
    at = dt.datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("America/New_York"))
    chain.append([EventDraft("x", "y", {"a": [1, True, "é"]})], by=ann, at=at)
    event = AuditEvent.objects.get()
    assert '"at":"2026-07-01T16:00:00Z"' in event.record
    assert chain.read_record(event).facts == {"a": [1, True, "é"]}
    for fact in (None, {"a": 1}, at):
        with pytest.raises(ValueError, match="validation error"), transaction.atomic():
            chain.append([EventDraft("x", "y", {"a": fact})], by=ann, at=at)


def test_facts_are_compared_as_json(db):
    def differ(now, then) -> bool:
        record = EventRecord(
            sequence=1,
            previous_hash="",
            kind="",
            subject="",
            facts={"a": then},
            by=None,
            at=timezone.now(),
            build="",
        )
        return bool(list_differences(RowState("", {"a": now}), EventState(1, record, {})))

    for now, then in ((1, True), ([1], [True]), ("1", 1), ("", []), (["a"], ["a", "b"])):
        assert differ(now, then)
    for now, then in ((1.0, 1), ([1, "é"], [1, "é"]), ("a", "a"), (True, True)):
        assert not differ(now, then)


def test_a_person_who_is_renamed_is_the_same_person(kind, topics, ann):
    recording.record(kind, topics, by=ann)
    ann.username = ann.last_name = "somebody-else"
    ann.save()
    assert find_faults() == []
