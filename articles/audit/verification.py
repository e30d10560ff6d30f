"""Proof that the chain of events is whole, and that each row is what its newest event says."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from pydantic_core import from_json
from tqdm import tqdm

from articles.audit import chain, kinds
from articles.audit.kinds import BASELINE, ChainedKind, Fact
from articles.audit.state import (
    BATCH,
    EventState,
    RowState,
    iter_batches,
    list_differences,
    load_private_values,
    load_private_values_between,
    read_event,
    read_row,
)
from articles.content.document import digest
from articles.models import AuditEvent, AuditPrivateValue

MAX_VALUE_LENGTH = 60  # of what a line says of a fact
EVENT_COLUMNS = ("sequence", "kind", "subject", "record", "by_id", "at", "previous_hash", "hash")
NUMBER_SIZE = 8  # bytes of the number of an event
FACT_TYPES = {str, bool, int, float, list}
# By the digest of a subject, its newest event that is no removal: the bytes of its number, and the
# digest of its facts, unless it has private values too.
NewestEvents = dict[bytes, bytes]
_encode_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class EventRow(NamedTuple):
    """What is read of an event: a chain is long, and rows of models take three times the time."""

    sequence: int
    kind: str
    subject: str
    record: str
    by_id: int | None
    at: dt.datetime
    previous_hash: str
    hash: str


def find_faults(*, no_progress: bool | None = True) -> Iterator[str]:
    """A line for each fault of the chain, of a private value, and of a row beside the chain.

    Memory grows by some bytes a subject; the number of queries is fixed for each 1,000 rows.
    """
    newest: dict[str, NewestEvents] = {kind.name: {} for kind in kinds.get_all()}
    yield from _find_chain_faults(newest, no_progress)
    for kind in kinds.get_all():
        yield from _find_row_faults(kind, newest[kind.name], no_progress)


def explain_lost_head(sequence: int, hash_: str) -> str:
    """Why a head that was kept outside is no longer in the chain; empty if it still is."""
    if sequence == 0 and hash_ == chain.GENESIS_HASH:
        return ""
    found = AuditEvent.objects.filter(pk=sequence).values_list("hash", flat=True).first()
    if found == hash_:
        return ""
    if found is None:
        newest, _ = chain.get_head()
        return f"event {sequence}, whose hash was kept outside, is gone: the chain ends at {newest}"
    return f"event {sequence} is not the one that was kept outside: its hash is now {found}"


def list_erased_values() -> Iterator[str]:
    """A sentence for each kind of private value that was erased, which is no fault."""
    counts: Counter[tuple[str, str]] = Counter()
    events = AuditEvent.objects.filter(record__contains='"private":').in_order()
    for batch in iter_batches(events.iterator(BATCH)):
        values = load_private_values(batch)
        for event in batch:
            try:
                state = read_event(event, values.get(event.sequence, {}))
            except ValueError:
                continue  # a fault, which is found
            counts.update((event.kind, name) for name in state.erased_names)
    for (kind, name), count in sorted(counts.items()):
        numbered = "1 event" if count == 1 else f"{count:,} events"
        yield (
            f"not checked: the {name.replace('_', ' ')} in {numbered} of the kind “{kind}”, "
            "which was erased, so that only its hash is left"
        )


def _describe(event: EventRow) -> str:
    return f"event {event.sequence} ({event.kind}, {event.subject})"


def _find_chain_faults(newest: dict[str, NewestEvents], no_progress: bool | None) -> Iterator[str]:
    """Read the chain from its beginning, and note the newest event of each subject."""
    sequence, previous_hash = 0, chain.GENESIS_HASH
    events = AuditEvent.objects.in_order().values_list(*EVENT_COLUMNS)
    total = None if no_progress else events.count()
    bar = tqdm(events.iterator(BATCH), "events", total, disable=no_progress)
    for batch in iter_batches(bar):
        values = load_private_values_between(batch[0][0], batch[-1][0])
        for row in batch:
            event = EventRow(*row)
            if event.sequence != sequence + 1:
                yield f"{_describe(event)}: event {sequence + 1} is missing before it"
            if event.previous_hash != previous_hash:
                yield f"{_describe(event)}: it does not follow the event before it"
            for fault in _find_event_faults(event, values.get(event.sequence, {}), newest):
                yield f"{_describe(event)}: {fault}"
            sequence, previous_hash = event.sequence, event.hash


def _find_event_faults(
    event: EventRow,
    private_values: dict[str, AuditPrivateValue],
    newest: dict[str, NewestEvents],
) -> Iterator[str]:
    if digest(event.record.encode(errors="surrogatepass")) != event.hash:
        yield "its record is not the record of its hash"
    plain_facts = _find_plain_facts(event)
    if plain_facts and not private_values and event.kind in newest:
        _note_newest(event, newest[event.kind], _hash_json(plain_facts))
        return
    try:
        record = chain.parse_record(event.record)
    except ValueError:
        yield "its record cannot be read"
        return
    for column in _list_differing_columns(event, record):
        yield f"its {column} is not what its record says"
    for private in private_values.values():
        hashed = record.private.get(private.name)
        if chain.hash_with_salt(private.salt, private.value) != hashed:
            yield f"its {private.name} is not the one that was recorded"
    if event.kind == BASELINE:
        return
    if event.kind not in newest:
        yield "this build does not know such events"
        return
    if record.removed:
        newest[event.kind].pop(_hash_subject(event.subject), None)
    else:
        facts_digest = b"" if record.private else _hash_facts(record.facts)
        _note_newest(event, newest[event.kind], facts_digest)


def _note_newest(event: EventRow, newest: NewestEvents, facts_digest: bytes) -> None:
    newest[_hash_subject(event.subject)] = (
        event.sequence.to_bytes(NUMBER_SIZE, "big") + facts_digest
    )


def _find_plain_facts(event: EventRow) -> str:
    """The facts as JSON, of a record that says its columns and facts and nothing else.

    Empty where it is not so, byte for byte as the chain writes it: then the record is parsed by its
    schema and compared column by column. Most are so, and need a third of the time.
    """
    moment = event.at.isoformat().replace("+00:00", "Z")
    head = f'{{"at":"{moment}","build":"'
    end_of_build = event.record.find('"', len(head))
    by = "null" if event.by_id is None else event.by_id
    middle = f'","by":{by},"facts":'
    tail = (
        f',"kind":{_encode_json(event.kind)},"previous_hash":{_encode_json(event.previous_hash)},'
        f'"sequence":{event.sequence},"subject":{_encode_json(event.subject)},"version":1}}'
    )
    build = event.record[len(head) : end_of_build]
    is_plain = (
        event.record.startswith(head)
        and event.record.startswith(middle, end_of_build)
        and event.record.endswith(tail)
        and build.isprintable()
        and "\\" not in build
    )
    facts = event.record[end_of_build + len(middle) : -len(tail)]
    return facts if is_plain and _is_plain_object(facts) else ""


def _is_plain_object(text: str) -> bool:
    """Whether a text is one JSON object of facts."""
    try:
        values = from_json(text, allow_inf_nan=False)
    except ValueError:
        return False
    return isinstance(values, dict) and set(map(type, values.values())) <= FACT_TYPES


def _list_differing_columns(event: EventRow, record: chain.EventRecord) -> list[str]:
    # Column → its value in the database, and in the record.
    values: dict[str, tuple[object, object]] = {
        "sequence": (event.sequence, record.sequence),
        "kind": (event.kind, record.kind),
        "subject": (event.subject, record.subject),
        "by": (event.by_id, record.by),
        "at": (event.at, record.at),
        "previous_hash": (event.previous_hash, record.previous_hash),
    }
    return [column for column, (stored, recorded) in values.items() if stored != recorded]


def _hash_subject(subject: str) -> bytes:
    return blake2b(subject.encode(errors="surrogatepass"), digest_size=16).digest()


def _hash_facts(facts: Mapping[str, Fact]) -> bytes:
    """The digest of facts as JSON: those with the same one are the same, for ``state`` too."""
    return _hash_json(_encode_json(facts))


def _hash_json(text: str) -> bytes:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest()


def _find_row_faults(
    kind: ChainedKind, newest: NewestEvents, no_progress: bool | None
) -> Iterator[str]:
    """What rows say that their events do not; what is left of ``newest`` has no row."""
    rows = kind.get_rows()
    total = None if no_progress else rows.count()
    stream = rows.order_by("pk").iterator(BATCH)
    bar = tqdm(stream, f"events: {kind.name}", total, disable=no_progress)
    for batch in iter_batches(bar):
        yield from _compare_rows(kind, batch, newest)
    left = sorted(map(_get_number, newest.values()))
    for numbers in iter_batches(left):
        for event in AuditEvent.objects.filter(pk__in=numbers).in_order():
            yield f"{kind.name} {event.subject}: it is gone, and event {event.sequence} has it"


def _get_number(noted: bytes) -> int:
    return int.from_bytes(noted[:NUMBER_SIZE], "big")


def _compare_rows(kind: ChainedKind, rows: Iterable[Any], newest: NewestEvents) -> Iterator[str]:
    """Compare digests, and read the events of those rows alone whose digests are not the same."""
    differing: list[tuple[RowState, int]] = []
    for row in rows:
        state = read_row(kind, row)
        noted = newest.pop(_hash_subject(state.subject), b"")
        if state.private_values or noted[NUMBER_SIZE:] != _hash_facts(state.facts):
            differing.append((state, _get_number(noted)))
    events = _load_events([number for _, number in differing])
    for state, number in differing:
        if number not in events:
            yield f"{kind.name} {state.subject}: no event has it"
            continue
        event = events[number]
        if event is None:
            continue  # its record cannot be read, which was found
        for name in list_differences(state, event):
            values = _format_values(state.facts.get(name), event.record.facts.get(name))
            about = " ".join(filter(None, [values, _get_title(event.record.facts)]))
            fault = f"its {name.replace('_', ' ')} is not what event {number} says"
            yield f"{kind.name} {state.subject}: {fault}{about and f': {about}'}"


def _format_values(now: Fact | None, then: Fact | None) -> str:
    """What a fact is and was, if both are short. Private values are no facts."""
    texts = ["nothing" if value in (None, "") else f"“{value}”" for value in (now, then)]
    if now is then or max(map(len, texts)) > MAX_VALUE_LENGTH:
        return ""
    return f"the row has {texts[0]}, the event {texts[1]}"


def _get_title(facts: Mapping[str, Fact]) -> str:
    """What somebody would call the subject: its name, or the end of its address."""
    for name in ("name", "title", "slug"):
        if facts.get(name):
            return f"({facts[name]})"
    return ""


def _load_events(numbers: list[int]) -> dict[int, EventState | None]:
    if not numbers:
        return {}
    events = list(AuditEvent.objects.filter(pk__in=numbers))
    values = load_private_values(events)
    found: dict[int, EventState | None] = {}
    for event in events:
        try:
            found[event.sequence] = read_event(event, values.get(event.sequence, {}))
        except ValueError:
            found[event.sequence] = None
    return found
