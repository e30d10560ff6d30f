"""What an address asks of a list, and the sentences about what it gets wrong."""

import pytest

from articles.lists import ListFilter, ListQuery, filter_by

FRUIT = ["apple", "banana", "cherry", "plum"]


def keep_initial(rows, value, user):
    return [row for row in rows if row.startswith(value)]


def keep_long(rows, value, user):
    return [row for row in rows if len(row) >= int(value)]


def find_length(text: str) -> str:
    return f"{text} letters" if text.isascii() and text.isdecimal() else ""


INITIAL = ListFilter("initial", "first letter", {"a": "A", "b": "B"}, apply=keep_initial)
LENGTH = ListFilter(
    "min", "at least", find_label=find_length, apply=keep_long, noun="length", widget="hidden"
)


def read(*filters, **options) -> ListQuery:
    parameters = options.pop("parameters", {})
    return ListQuery(parameters, filters or (INITIAL, LENGTH), **options)


def test_known_values_filter_the_rows_and_are_named_each_with_the_link_without_it():
    query = read(parameters={"initial": "b", "min": "5"}, anchor="#rows")
    assert query.filter_rows(FRUIT) == ["banana"]
    assert query.filter_rows(FRUIT, without="initial") == ["apple", "banana", "cherry"]
    assert query.active_filters == [
        ("first letter", "B", "?min=5#rows"),
        ("at least", "5 letters", "?initial=b#rows"),
    ]
    assert query.build_query(initial="a", format="csv") == "?initial=a&min=5&format=csv"
    assert query.invalid_parameters == []


def test_what_an_address_gets_wrong_is_named_and_the_rest_followed():
    query = read(parameters={"initial": "b", "min": "-1", "colour": "red"})
    assert query.filter_rows(FRUIT) == ["banana"]
    assert query.invalid_parameters == [
        "There is no filter “colour”; the other filters apply.",
        "There is no length “-1”; the other filters apply.",
    ]
    assert query.build_query() == "?initial=b"


def test_where_nothing_is_left_it_says_what_is_listed():
    query = read(parameters={"initial": "x" * 100}, unfiltered="every fruit is listed")
    assert query.invalid_parameters == [
        f"There is no first letter “{'x' * 40}…”; every fruit is listed."
    ]
    assert query.filter_rows(FRUIT) == FRUIT


def test_a_default_holds_until_something_is_chosen_and_is_no_active_filter():
    initial = ListFilter("initial", "first letter", {"a": "A"}, apply=keep_initial, default="a")
    query = read(initial, LENGTH)
    assert query.filter_rows(FRUIT) == ["apple"]
    assert query.active_filters == []
    assert [field.value for field in query.fields] == ["a", ""]


def test_choices_are_loaded_once():
    loaded = []

    def load_choices():
        loaded.append(1)
        return {"a": "A"}

    query = read(ListFilter("initial", "first letter", load_choices, apply=keep_initial))
    assert [field.choices for field in query.fields] == [{"a": "A"}]
    assert query.filter_rows(FRUIT) == FRUIT
    assert loaded == [1]


@pytest.mark.parametrize(
    ("sort", "kept", "sentences"),
    [
        ("-name", "-name", []),
        ("", "", []),
        ("colour", "", ["This list is not sorted by “colour”."]),
        ("--name", "", ["This list is not sorted by “--name”."]),
    ],
)
def test_a_list_is_sorted_by_its_columns_alone(sort, kept, sentences):
    query = read(parameters={"o": sort}, sortable=["name"])
    assert query.sort == kept
    assert query.invalid_parameters == sentences
    assert query.build_page_url(2) == (f"?o={kept}&page=2" if kept else "?page=2")


@pytest.mark.parametrize("number", ["0", "-1", "x", "²", "1e9", "99999", "9" * 5000])
def test_a_page_that_does_not_exist_is_the_first_with_a_sentence(number):
    query = read(parameters={"page": number})
    assert list(query.get_page(FRUIT, 3)) == FRUIT[:3]
    assert query.invalid_parameters == [
        f"This list has no page {number[:40]}{'…' if len(number) > 40 else ''}; this is the first."
    ]


def test_a_page_that_exists_is_shown():
    assert list(read(parameters={"page": "2"}).get_page(FRUIT, 3)) == ["plum"]
    assert list(read(parameters={"page": ""}).get_page(FRUIT, 3)) == FRUIT[:3]


def test_a_field_is_compared_with_the_chosen_value():
    class Rows:
        def filter(self, **conditions):
            return conditions

    assert filter_by("topic")(Rows(), "eyes", None) == {"topic": "eyes"}
