"""Entries that belong together say the same: second readings, and acts over many pages."""

import datetime as dt
import uuid
from itertools import chain

from reviews.signing.checklist import CONFIRMED, NOT_MINE
from reviews.signing.ledger import Actor, AskedLine, LedgerRecord, describe_together
from reviews.verification.readings import SecondReadingCheck, SignedTogetherCheck

TEXT = uuid.uuid4()
RAVI, FIONA = uuid.uuid4(), uuid.uuid4()


def make_record(sequence, outcome="approved", *, by=RAVI, revision=TEXT, **more) -> LedgerRecord:
    values = {
        "sequence": sequence,
        "previous_hash": "0" * 64,
        "outcome": outcome,
        "meaning": "I have read it.",
        "review": uuid.uuid4(),
        "article": uuid.uuid4(),
        "revision": revision,
        "revision_number": 1,
        "digest": f"{sequence:064}",
        "actor": Actor(name="Ravi Rao", role="reviewer", reviewer=by),
        "at": dt.datetime(2026, 5, 1, tzinfo=dt.UTC),
        "authentication": "password",
        "build": "test",
    }
    return LedgerRecord(**values | more)


def answer(name: str, given: str, *, parts=("Care advice",)) -> AskedLine:
    return AskedLine(name=name, statement="It is right.", parts=parts, answer=given)


def find_faults(*records: LedgerRecord) -> list[str]:
    check = SecondReadingCheck()
    return list(chain.from_iterable(map(check.find_faults, records)))


def test_advice_that_the_first_reader_confirmed_can_be_left_by_the_second():
    first = make_record(1, "partly", asked=(answer("advice", CONFIRMED), answer("doses", NOT_MINE)))
    second = make_record(
        2,
        by=FIONA,
        earlier_readings=(1,),
        asked=(answer("advice", NOT_MINE), answer("doses", CONFIRMED)),
    )
    assert find_faults(first, second) == []


def test_advice_that_nobody_confirmed_is_named():
    first = make_record(1, "partly", asked=(answer("advice", NOT_MINE),))
    second = make_record(2, by=FIONA, earlier_readings=(1,), asked=(answer("advice", NOT_MINE),))
    expected = "nobody confirmed its line “advice”, without which it is not signed"
    assert find_faults(first, second) == [expected]


def test_what_was_confirmed_over_other_parts_counts_for_nothing():
    first = make_record(1, "partly", asked=(answer("doses", CONFIRMED, parts=("Treatment",)),))
    second = make_record(2, by=FIONA, earlier_readings=(1,), asked=(answer("doses", NOT_MINE),))
    assert len(find_faults(first, second)) == 1


def test_a_reading_of_another_text_is_no_earlier_reading():
    first = make_record(1, "partly", revision=uuid.uuid4(), asked=(answer("advice", CONFIRMED),))
    second = make_record(2, by=FIONA, earlier_readings=(1,), asked=(answer("advice", CONFIRMED),))
    assert find_faults(first, second) == [
        "entry 1, which it names, is no earlier reading of its text"
    ]


def test_lines_that_are_neither_advice_nor_doses_need_no_second_reader():
    assert find_faults(make_record(1, asked=(answer("language", NOT_MINE),))) == []


def list_act(*signers) -> list[LedgerRecord]:
    """The entries of one act, with their list."""
    records = [make_record(number, by=signer) for number, signer in enumerate(signers, start=1)]
    together = describe_together((record.review, record.digest) for record in records)
    return [record.model_copy(update={"together": together}) for record in records]


def find_act_faults(records: list[LedgerRecord]) -> list[str]:
    check = SignedTogetherCheck()
    faults = list(chain.from_iterable(map(check.find_faults, records)))
    return [*faults, *check.end()]


def test_the_entries_of_an_act_are_those_of_its_list():
    act = list_act(RAVI, RAVI, RAVI)
    assert find_act_faults(act) == []
    assert find_act_faults([make_record(9), *act, make_record(10)]) == []
    without_one = find_act_faults([act[0], act[2], make_record(10)])
    assert without_one == [
        "the entries from 1 on are not those that were signed together: 2 of 3, or others"
    ]


def test_an_act_is_of_one_person():
    assert len(find_act_faults(list_act(RAVI, FIONA))) == 2


def test_a_digest_of_another_list_is_named():
    act = list_act(RAVI, RAVI)
    other = list_act(RAVI, RAVI)[0].together
    assert len(find_act_faults([one.model_copy(update={"together": other}) for one in act])) == 1
