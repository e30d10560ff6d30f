"""Our own format: one JSON object a line, and a broken line says where."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.imports.formats import UnreadableFile, jsonl
from tests.files import read_file, write_file

GOOD = '{"type": "cause", "id": "c1", "name": "Rest"}'


def read(tmp_path, *lines: str):
    return read_file("jsonl", write_file(tmp_path, "\n".join(lines)))


def test_objects_are_given_as_they_stand_with_their_lines(tmp_path):
    found = read(tmp_path, GOOD, "", GOOD.replace("c1", "c2")).found
    assert [(one.line, one.values["id"]) for one in found] == [(1, "c1"), (3, "c2")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"type": "cause", "id": }', "Column 25: this is not JSON"),
        ("[1]", "no object"),
        ("3", "no object"),
        ('{"type": "cause", "id": "c", "year": NaN}', "NaN is no number"),
        ('{"type": "cause", "type": "symptom"}', "“type” is there twice"),
        ('{"type": "cause", "name": "\\ud83d"}', "lone surrogate"),
        ('{"type": "cause", "year": ' + "9" * 5000 + "}", "this is not JSON|This is not JSON"),
        ('{"type": "cause", "a": ' + "[" * 100_000 + "]" * 100_000 + "}", "too deep"),
        ('{"id": "c1", "name": "Rest"}', "does not say its type"),
        ('{"id": "c1", "type": ["cause"]}', "does not say its type"),
    ],
)
def test_a_broken_line_is_refused_and_the_next_one_read(tmp_path, line, reason):
    gathered = read(tmp_path, GOOD, line, GOOD)
    assert len(gathered.found) == 2
    assert gathered.refused[0].line == 2
    assert any(part in gathered.reasons for part in reason.split("|"))


def test_a_first_line_that_is_broken_costs_itself_alone(tmp_path):
    gathered = read(tmp_path, "x" + GOOD, GOOD)
    assert (gathered.refused[0].line, len(gathered.found)) == (1, 1)


def test_a_whole_character_in_two_escapes_is_no_half(tmp_path):
    assert read(tmp_path, GOOD.replace("Rest", "\\ud83d\\ude00")).only["name"] == "😀"


def test_json_over_several_lines_says_what_is_wanted(tmp_path):
    with pytest.raises(UnreadableFile, match="one object a line"):
        read(tmp_path, "{", '  "type": "cause"', "}")


@given(st.text(max_size=60))
def test_whatever_a_line_holds_it_is_an_object_or_says_why_not(line):
    with suppress(jsonl.InvalidJson):
        assert isinstance(jsonl.parse_line(line), dict)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), st.integers() | st.none(), max_size=4
    )
)
def test_what_is_written_is_read(values):
    assert jsonl.parse_line(json.dumps(values)) == values
