"""The planner keeps its promises, whatever it is given: pages, reviewers, absences, own words."""

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.scheduling.planner import (
    LATE_WEEKS,
    LEAD_WEEKS,
    NO_REVIEWERS,
    NOBODY_AVAILABLE,
    ONLY_AUTHORS_LEFT,
    TOLERANCE,
    AvailableReviewer,
    PageToPlan,
    count_weeks_until,
    get_possible_weeks,
    make_plan,
    matches_specialty,
)

MONDAY = dt.date(2026, 11, 23)
WEEK = dt.timedelta(weeks=1)
HORIZON = 16
TODAY = st.integers(0, 6).map(lambda days: MONDAY + dt.timedelta(days=days))
READERS = st.lists(
    st.builds(
        AvailableReviewer,
        key=st.integers(1, 9),
        days=st.lists(st.integers(0, 5), min_size=HORIZON, max_size=HORIZON).map(tuple),
        specialty=st.sampled_from(["Neurology", "Cardiology", ""]),
        load=st.integers(0, 20),
    ),
    max_size=6,
    unique_by=lambda reader: reader.key,
)
PAGES = st.lists(
    st.builds(
        PageToPlan,
        key=st.integers(1, 10_000),
        due=st.integers(-30, 100).map(lambda days: MONDAY + dt.timedelta(days=days)),
        topics=st.sampled_from([(), ("Neurological symptoms",), ("Bones",)]),
        excluded_reviewers=st.frozensets(st.integers(1, 9), max_size=3),
    ),
    max_size=60,
    unique_by=lambda page: page.key,
)


@given(PAGES, READERS, TODAY)
@settings(deadline=None)
def test_every_promise_holds_for_any_facts(pages, readers, today):
    made = make_plan(pages, readers, today)
    by_key = {page.key: page for page in pages}
    by_reader = {reader.key: reader for reader in readers}
    placed = [slot.page for slot in made.planned_reviews]
    unplaced = [key for key, _ in made.unplaced]
    assert sorted(placed + unplaced) == sorted(by_key)  # each once
    for slot in made.planned_reviews:
        page, reader = by_key[slot.page], by_reader[slot.reviewer]
        number = (slot.week - MONDAY).days // 7
        assert reader.key not in page.excluded_reviewers
        assert reader.days[number] > 0
        in_time = slot.week + dt.timedelta(days=6) <= page.due
        due_this_week = slot.week == MONDAY and today <= page.due
        late_already = page.due < today and number < LATE_WEEKS
        assert in_time or due_this_week or late_already
    for key, why in made.unplaced:
        page = by_key[key]
        able = [
            r
            for r in readers
            if r.key not in page.excluded_reviewers
            and any(r.days[week] for week in get_possible_weeks(page, today))
        ]
        assert not able
        assert why in (NO_REVIEWERS, NOBODY_AVAILABLE, ONLY_AUTHORS_LEFT)


@given(PAGES, READERS, TODAY, st.randoms())
@settings(deadline=None)
def test_the_same_facts_make_the_same_plan_in_whatever_order_they_come(
    pages, readers, today, random
):
    shuffled, other = list(pages), list(readers)
    random.shuffle(shuffled)
    random.shuffle(other)
    assert make_plan(shuffled, other, today) == make_plan(pages, readers, today)


@given(st.integers(1, 200), st.lists(st.integers(1, 12), min_size=1, max_size=8), st.booleans())
@settings(deadline=None)
def test_where_anybody_may_read_anything_nobody_carries_much_more_than_the_mean(
    count, weeks, specialists
):
    """Each reviewer is there for so many weeks from this one on; any week suits any page."""
    readers = [
        AvailableReviewer(
            key,
            tuple(5 if week < there else 0 for week in range(12)),
            "Neurology" if specialists else "",
        )
        for key, there in enumerate(weeks)
    ]
    due = MONDAY + 12 * WEEK
    made = make_plan(
        [PageToPlan(key, due, ("Neurology",)) for key in range(count)], readers, MONDAY
    )
    planned = Counter(slot.reviewer for slot in made.planned_reviews)
    mean = count / sum(weeks)
    bound = max(TOLERANCE * mean, mean + len(readers) / sum(weeks))
    assert len(made.planned_reviews) == count
    assert all(planned[reader.key] / reader.weeks <= bound + 1e-9 for reader in readers)


def test_a_thousand_pages_of_one_week_are_scattered_before_it():
    """8 reviewers, one of them away for 3 weeks, and 100 pages written by one of them."""
    pile = MONDAY + 12 * WEEK
    pages = [
        PageToPlan(
            key,
            pile + dt.timedelta(days=key % 7),
            ("Brain",),
            frozenset({4}) if key < 100 else frozenset(),
        )
        for key in range(1000)
    ]
    weeks = count_weeks_until(max(page.due for page in pages), MONDAY)
    readers = [
        AvailableReviewer(key, tuple(0 if key == 7 and 3 <= w < 6 else 5 for w in range(weeks)))
        for key in range(8)
    ]
    made = make_plan(pages, readers, MONDAY)
    due = {page.key: page.due for page in pages}
    assert (len(made.planned_reviews), made.unplaced) == (1000, ())
    assert all(slot.week + dt.timedelta(days=6) <= due[slot.page] for slot in made.planned_reviews)
    assert not [slot for slot in made.planned_reviews if slot.page < 100 and slot.reviewer == 4]
    assert not [
        slot
        for slot in made.planned_reviews
        if slot.reviewer == 7 and 3 <= (slot.week - MONDAY).days // 7 < 6
    ]
    planned = Counter(slot.reviewer for slot in made.planned_reviews)
    mean = 1000 / sum(reader.weeks for reader in readers)
    assert max(planned[reader.key] / reader.weeks for reader in readers) <= 1.25 * mean
    by_week = Counter(slot.week for slot in made.planned_reviews)
    assert max(by_week.values()) <= 1.25 * 1000 / 12


def test_no_page_is_read_long_before_its_date():
    far = MONDAY + 40 * WEEK
    slot = make_plan(
        [PageToPlan(1, far)], [AvailableReviewer(1, (5,) * 50)], MONDAY
    ).planned_reviews[0]
    assert far - (LEAD_WEEKS + 1) * WEEK <= slot.week < far


def test_a_page_due_this_week_is_read_this_week_and_what_is_late_comes_first():
    slots = make_plan(
        [PageToPlan(1, MONDAY + dt.timedelta(days=2)), PageToPlan(2, MONDAY - 9 * WEEK)],
        [AvailableReviewer(1, (5,) * 9)],
        MONDAY,
    )
    assert {slot.page: slot.week for slot in slots.planned_reviews} == {1: MONDAY, 2: MONDAY}


def test_who_has_much_to_read_already_gets_less():
    made = make_plan(
        [PageToPlan(key, MONDAY + 4 * WEEK) for key in range(10)],
        [AvailableReviewer(1, (5,) * 4, load=10), AvailableReviewer(2, (5,) * 4)],
        MONDAY,
    )
    assert Counter(slot.reviewer for slot in made.planned_reviews) == {2: 10}


def test_a_specialist_comes_first_as_far_as_the_load_allows():
    pages = [
        PageToPlan(1, MONDAY + 4 * WEEK, ("Brain",)),
        PageToPlan(2, MONDAY + 4 * WEEK, ("Heart and Circulation",)),
    ]
    readers = [
        AvailableReviewer(1, (5,) * 4, "Cardiology and heart failure"),
        AvailableReviewer(2, (5,) * 4, "Brain surgery"),
    ]
    assert {
        slot.page: slot.reviewer for slot in make_plan(pages, readers, MONDAY).planned_reviews
    } == {1: 2, 2: 1}


def test_why_a_page_cannot_be_placed_is_told():
    due = MONDAY + 2 * WEEK
    assert make_plan([PageToPlan(1, due)], [], MONDAY).unplaced == ((1, NO_REVIEWERS),)
    assert make_plan(
        [PageToPlan(1, due, (), frozenset({1}))], [AvailableReviewer(1, (5,) * 3)], MONDAY
    ).unplaced == ((1, ONLY_AUTHORS_LEFT),)
    assert make_plan([PageToPlan(1, due)], [AvailableReviewer(1, (0, 0, 5))], MONDAY).unplaced == (
        (1, NOBODY_AVAILABLE),
    )


@pytest.mark.parametrize(
    ("specialty", "topics", "fit"),
    [
        ("Neurology", ["Neurological symptoms"], True),
        ("Ear, nose and throat surgery", ["Ears, Nose and Throat"], True),
        ("Family medicine", ["Medicine in the family"], True),
        ("General medicine", ["General health"], False),
        ("", ["Bones"], False),
        ("Cardiology", [], False),
    ],
)
def test_a_specialty_fits_a_topic_by_their_words(specialty, topics, fit):
    assert matches_specialty(specialty, topics) is fit
