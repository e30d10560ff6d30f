"""A record that is read without its schema says what its schema would read in it."""

import datetime as dt
import json

from hypothesis import given
from hypothesis import strategies as st

from articles.audit import chain, verification
from articles.audit.chain import EventRecord
from articles.content.document import canonicalize

MOMENTS = [
    dt.datetime(2026, 11, 30, 9, 15, tzinfo=dt.UTC),
    dt.datetime(2026, 11, 30, 9, 15, 0, 250, tzinfo=dt.UTC),
]
SPLICES = [
    "", " ", "\\", '"', "}", "{", ",", "null", "NaN", '{"a":{}}', '"a":1,', ',"found":true',
    ',"private":{"a":"b"}', ',"removed":true', '","by":7,"facts":{}', '"sequence":9,', "\n", "é",
]  # fmt: skip
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
facts = st.dictionaries(
    texts, texts | st.booleans() | st.integers(-9, 9) | st.lists(texts, max_size=2), max_size=3
)
records = st.builds(
    EventRecord,
    sequence=st.integers(1, 99),
    previous_hash=st.just(chain.GENESIS_HASH),
    kind=st.sampled_from(["publication", "review"]),
    subject=texts,
    facts=facts,
    private=st.just({}) | st.just({"name": "0"}),
    found=st.booleans(),
    removed=st.booleans(),
    by=st.none() | st.integers(1, 9),
    at=st.sampled_from(MOMENTS),
    build=texts,
)


def build_row(record: EventRecord, text: str) -> verification.EventRow:
    return verification.EventRow(
        sequence=record.sequence,
        kind=record.kind,
        subject=record.subject,
        record=text,
        by_id=record.by,
        at=record.at,
        previous_hash=record.previous_hash,
        hash="",
    )


@given(records)
def test_a_record_of_its_columns_and_facts_alone_is_read_as_it_stands(record):
    text = canonicalize(record).decode()
    found = verification._find_plain_facts(build_row(record, text))
    has_more = record.private or record.found or record.removed
    is_plain_build = record.build.isprintable() and not set(record.build) & {'"', "\\"}
    if not has_more and is_plain_build:
        assert json.loads(found) == record.facts
    else:
        assert found == ""


@given(records, st.data())
def test_a_record_that_was_altered_anywhere_is_never_read_as_anything_else(record, data):
    """Some text is put in place of another. What is still read as it stands agrees with all."""
    text = canonicalize(record).decode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    altered = text[:start] + data.draw(st.sampled_from(SPLICES) | texts) + text[end:]
    row = build_row(record, altered)
    found = verification._find_plain_facts(row)
    if found:
        parsed = chain.parse_record(altered)
        assert verification._list_differing_columns(row, parsed) == []
        assert parsed.facts == json.loads(found)
        assert not any([parsed.private, parsed.found, parsed.removed])
