"""The planner keeps its promises, whatever it is given: pages, capacities, absences, own words."""

import datetime as dt
from collections import Counter, defaultdict
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.scheduling.planner import (
    HORIZON_WEEKS,
    LATE_WEEKS,
    LEAD_WEEKS,
    NO_CAPACITY,
    NO_REVIEWERS,
    NOBODY_AVAILABLE,
    ONLY_AUTHORS_LEFT,
    TOLERANCE,
    AvailableReviewer,
    PageToPlan,
    Promise,
    count_weeks_until,
    get_possible_weeks,
    make_plan,
    matches_specialty,
)

MONDAY = dt.date(2026, 11, 23)
WEEK = dt.timedelta(weeks=1)
HORIZON = 16
TODAY = st.integers(0, 6).map(lambda days: MONDAY + dt.timedelta(days=days))
DAY = st.integers(-30, 100).map(lambda days: MONDAY + dt.timedelta(days=days))
READERS = st.lists(
    st.builds(
        AvailableReviewer,
        key=st.integers(1, 9),
        days=st.lists(st.integers(0, 5), min_size=HORIZON, max_size=HORIZON).map(tuple),
        specialty=st.sampled_from(["Neurology", "Cardiology", ""]),
        load=st.integers(0, 20),
        capacity=st.sampled_from([None, 0, 1, 2, 3, 20]),
        counts_pages=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda reader: reader.key,
)


@st.composite
def make_page(draw):
    due = draw(DAY)
    return PageToPlan(
        key=draw(st.integers(1, 10_000)),
        due=due,
        policy_date=due + dt.timedelta(days=draw(st.sampled_from([0, 14, 60]))),
        is_withdrawn_late=draw(st.booleans()),
        minutes=draw(st.integers(1, 30)),
        topics=draw(st.sampled_from([(), ("Neurological symptoms",), ("Bones",)])),
        excluded_reviewers=draw(st.frozensets(st.integers(1, 9), max_size=3)),
    )


PAGES = st.lists(make_page(), max_size=60, unique_by=lambda page: page.key)


@given(PAGES, READERS, TODAY)
@settings(deadline=None)
def test_every_promise_holds_for_any_facts(pages, readers, today):
    made = make_plan(pages, readers, today)
    by_key = {page.key: page for page in pages}
    by_reader = {reader.key: reader for reader in readers}
    placed = [row.page for row in made.rows]
    assert sorted(placed + [key for key, _ in made.unplaced]) == sorted(by_key)  # each once
    used = defaultdict(float)
    for row in made.rows:
        page, reader = by_key[row.page], by_reader[row.reviewer]
        number = (row.week - MONDAY).days // 7
        assert reader.key not in page.excluded_reviewers
        assert reader.days[number] > 0
        used[row.reviewer, number] += reader.get_cost(page.minutes)
        if row.promise != Promise.LATER:
            assert number in get_possible_weeks(page, today, row.promise)
        sunday = row.week + dt.timedelta(days=6)
        in_time = sunday <= page.due or (row.week == MONDAY and today <= page.due)
        soon = page.due < today and number < LATE_WEEKS
        assert (in_time or soon) or row.promise != Promise.BY_DUE_DATE
    for (key, number), minutes in used.items():
        assert minutes <= by_reader[key].get_capacity(number) + 1e-9
    for key, why in made.unplaced:
        able = [one for one in readers if one.key not in by_key[key].excluded_reviewers]
        first = get_possible_weeks(by_key[key], today, Promise.BY_POLICY_DATE)[:1]
        for one, week in product(able, range(first[0] if first else 0, HORIZON)):
            left = one.get_capacity(week) - used[one.key, week]
            assert not one.get_capacity(week) or left < one.get_cost(by_key[key].minutes)
        assert why in (NO_REVIEWERS, NOBODY_AVAILABLE, ONLY_AUTHORS_LEFT, NO_CAPACITY)


def count_saved(pages, readers, today) -> int:
    """How many of the pages can be read by their policy dates, by a search of all exchanges.

    Each reviewer counts pages, so that this is a matching of pages and places.
    """
    places = []
    for reader, week in product(readers, range(HORIZON)):
        places += [(reader, week)] * int(min(reader.get_capacity(week), len(pages)))
    taken: dict[int, PageToPlan] = {}

    def find_place(page, tried) -> bool:
        weeks = get_possible_weeks(page, today, Promise.BY_POLICY_DATE)
        for index, (reader, week) in enumerate(places):
            if index in tried or week not in weeks or reader.key in page.excluded_reviewers:
                continue
            tried.add(index)
            if index not in taken or find_place(taken[index], tried):
                taken[index] = page
                return True
        return False

    return sum(find_place(page, set()) for page in pages)


COUNTING_READERS = st.lists(
    st.builds(
        AvailableReviewer,
        key=st.integers(1, 5),
        days=st.lists(st.sampled_from([0, 2, 5]), min_size=HORIZON, max_size=HORIZON).map(tuple),
        specialty=st.sampled_from(["Neurology", ""]),
        capacity=st.integers(0, 2),
        counts_pages=st.just(True),
    ),
    max_size=4,
    unique_by=lambda reader: reader.key,
)


@given(st.lists(make_page(), max_size=30, unique_by=lambda page: page.key), COUNTING_READERS, TODAY)
@settings(deadline=None)
def test_no_page_passes_its_policy_date_where_any_other_plan_could_prevent_it(
    pages, readers, today
):
    """As many are read in time as in the best of all plans; of those that would be withdrawn too,
    whatever is due else."""
    made = make_plan(pages, readers, today)
    in_time = {row.page for row in made.rows if row.promise != Promise.LATER}
    assert len(in_time) == count_saved(pages, readers, today)
    grave = [page for page in pages if page.is_withdrawn_late]
    saved = sum(page.key in in_time for page in grave)
    assert saved == count_saved(grave, readers, today)


@given(st.data(), TODAY)
@settings(deadline=None)
def test_no_page_passes_its_policy_date_in_minutes_where_half_of_the_room_is_enough(data, today):
    """With pages of many lengths no quick plan is always the best. Twice the room is enough."""
    weeks = 10
    readers = [
        AvailableReviewer(key, (5,) * weeks, capacity=data.draw(st.integers(30, 90)))
        for key in range(1, data.draw(st.integers(2, 5)))
    ]
    pages = []
    for reader in readers:
        for week in range(1, weeks - 1):
            free = reader.capacity / 2
            while (minutes := data.draw(st.integers(2, 15))) <= free:
                free -= minutes
                policy = MONDAY + (week + 1) * WEEK - dt.timedelta(days=1)
                pages.append(
                    PageToPlan(
                        key=len(pages) + 1,
                        due=policy - dt.timedelta(days=14),
                        policy_date=policy,
                        is_withdrawn_late=True,
                        minutes=minutes,
                    )
                )
    made = make_plan(pages, readers, today)
    assert not made.unplaced
    assert Promise.LATER not in {row.promise for row in made.rows}


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
        [PageToPlan(key, due, topics=("Neurology",)) for key in range(count)], readers, MONDAY
    )
    planned = Counter(row.reviewer for row in made.rows)
    mean = count / sum(weeks)
    bound = max(TOLERANCE * mean, mean + len(readers) / sum(weeks))
    assert len(made.rows) == count
    assert all(planned[reader.key] / reader.weeks <= bound + 1e-9 for reader in readers)


def test_a_thousand_pages_of_one_week_are_scattered_before_it():
    """8 reviewers, one of them away for 3 weeks, and 100 pages written by one of them."""
    pile = MONDAY + 12 * WEEK
    pages = [
        PageToPlan(
            key,
            pile + dt.timedelta(days=key % 7),
            topics=("Brain",),
            excluded_reviewers=frozenset({4}) if key < 100 else frozenset(),
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
    assert (len(made.rows), made.unplaced) == (1000, ())
    assert all(row.week + dt.timedelta(days=6) <= due[row.page] for row in made.rows)
    assert not [row for row in made.rows if row.page < 100 and row.reviewer == 4]
    assert not [
        row for row in made.rows if row.reviewer == 7 and 3 <= (row.week - MONDAY).days // 7 < 6
    ]
    planned = Counter(row.reviewer for row in made.rows)
    mean = 1000 / sum(reader.weeks for reader in readers)
    assert max(planned[reader.key] / reader.weeks for reader in readers) <= 1.25 * mean
    by_week = Counter(row.week for row in made.rows)
    assert max(by_week.values()) <= 1.25 * 1000 / 12


def plan_heap(count: int, *, reviewers: int, minutes: int, high_risk: int):
    """So many pages of one week, due at once, some of which would be withdrawn two weeks later."""
    pages = [
        PageToPlan(
            key,
            MONDAY + dt.timedelta(days=key % 7),
            policy_date=MONDAY + dt.timedelta(days=key % 7 + (14 if key < high_risk else 60)),
            is_withdrawn_late=key < high_risk,
            minutes=5,
        )
        for key in range(count)
    ]
    readers = [
        AvailableReviewer(key, (5,) * HORIZON_WEEKS, capacity=minutes) for key in range(reviewers)
    ]
    return make_plan(pages, readers, MONDAY)


def test_a_heap_and_one_reviewer_gets_what_would_be_withdrawn_read_first():
    """1,000 pages, 100 minutes a week: 20 pages a week, and the rest has no room."""
    made = plan_heap(1000, reviewers=1, minutes=100, high_risk=40)
    by_week = defaultdict(list)
    for row in made.rows:
        by_week[row.week].append(row.page)
    assert max(map(len, by_week.values())) == 20
    assert sorted(by_week[MONDAY] + by_week[MONDAY + WEEK]) == list(range(40))
    assert {why for _, why in made.unplaced} == {NO_CAPACITY}
    assert len(made.rows) == 20 * HORIZON_WEEKS


def test_a_capacity_of_nothing_plans_nothing():
    assert plan_heap(3, reviewers=2, minutes=0, high_risk=1).unplaced == tuple(
        (key, NO_CAPACITY) for key in range(3)
    )


def test_who_is_back_after_the_date_does_not_save_a_page_of_this_week():
    page = PageToPlan(1, MONDAY, MONDAY + dt.timedelta(days=1), is_withdrawn_late=True)
    back = AvailableReviewer(1, (3, 5), first_day=MONDAY + dt.timedelta(days=2))
    there = AvailableReviewer(2, (5, 5), first_day=MONDAY, load=50)
    assert make_plan([page], [back, there], MONDAY).rows[0].reviewer == 2
    assert make_plan([page], [back], MONDAY).rows[0].promise == Promise.LATER


def test_a_page_moves_to_another_reviewer_for_one_that_only_its_own_can_read():
    day = MONDAY + dt.timedelta(days=6)
    anybody = PageToPlan(1, day, is_withdrawn_late=True)
    nobody_else = PageToPlan(2, day, is_withdrawn_late=True, excluded_reviewers=frozenset({2}))
    readers = [AvailableReviewer(key, (5,), capacity=1, counts_pages=True) for key in (1, 2)]
    made = make_plan([anybody, nobody_else], readers, MONDAY)
    assert {row.page: row.reviewer for row in made.rows} == {1: 2, 2: 1}


def test_a_page_that_is_longer_than_a_week_takes_a_whole_one():
    page = PageToPlan(1, MONDAY + 3 * WEEK, minutes=90)
    row = make_plan([page], [AvailableReviewer(1, (4, 5, 5), capacity=60)], MONDAY).rows[0]
    assert row.week == MONDAY + WEEK


def test_no_page_is_read_long_before_its_date():
    far = MONDAY + 40 * WEEK
    row = make_plan([PageToPlan(1, far)], [AvailableReviewer(1, (5,) * 50)], MONDAY).rows[0]
    assert far - (LEAD_WEEKS + 1) * WEEK <= row.week < far


def test_a_page_due_this_week_is_read_this_week_and_what_is_late_comes_first():
    made = make_plan(
        [PageToPlan(1, MONDAY + dt.timedelta(days=2)), PageToPlan(2, MONDAY - 9 * WEEK)],
        [AvailableReviewer(1, (5,) * 9)],
        MONDAY,
    )
    assert {row.page: row.week for row in made.rows} == {1: MONDAY, 2: MONDAY}


def test_who_has_much_to_read_already_gets_less():
    made = make_plan(
        [PageToPlan(key, MONDAY + 4 * WEEK) for key in range(10)],
        [AvailableReviewer(1, (5,) * 4, load=10), AvailableReviewer(2, (5,) * 4)],
        MONDAY,
    )
    assert Counter(row.reviewer for row in made.rows) == {2: 10}


def test_a_specialist_comes_first_as_far_as_the_load_allows():
    pages = [
        PageToPlan(1, MONDAY + 4 * WEEK, topics=("Brain",)),
        PageToPlan(2, MONDAY + 4 * WEEK, topics=("Heart and Circulation",)),
    ]
    readers = [
        AvailableReviewer(1, (5,) * 4, "Cardiology and heart failure"),
        AvailableReviewer(2, (5,) * 4, "Brain surgery"),
    ]
    made = make_plan(pages, readers, MONDAY)
    assert {row.page: row.reviewer for row in made.rows} == {1: 2, 2: 1}


def test_why_a_page_cannot_be_placed_is_given():
    due = MONDAY + 2 * WEEK
    assert make_plan([PageToPlan(1, due)], [], MONDAY).unplaced == ((1, NO_REVIEWERS),)
    barred = PageToPlan(1, due, excluded_reviewers=frozenset({1}))
    assert make_plan([barred], [AvailableReviewer(1, (5,) * 3)], MONDAY).unplaced == (
        (1, ONLY_AUTHORS_LEFT),
    )
    away = AvailableReviewer(1, (0,) * 5)
    assert make_plan([PageToPlan(1, due)], [away], MONDAY).unplaced == ((1, NOBODY_AVAILABLE),)
    back_later = AvailableReviewer(1, (0, 0, 5))
    assert make_plan([PageToPlan(1, due)], [back_later], MONDAY).rows[0].promise == Promise.LATER


def test_a_specialty_fits_a_topic_by_their_words():
    for specialty, topics, fits in [
        ("Neurology", ["Neurological symptoms"], True),
        ("Ear, nose and throat surgery", ["Ears, Nose and Throat"], True),
        ("Family medicine", ["Medicine in the family"], True),
        ("General medicine", ["General health"], False),
        ("", ["Bones"], False),
        ("Cardiology", [], False),
    ]:
        assert matches_specialty(specialty, topics) is fits, specialty
