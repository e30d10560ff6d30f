"""Cells of a spreadsheet say several things, and what is written is read again."""

import csv
import io
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.imports.formats import cells, columns
from articles.imports.formats.csv import CsvTable
from articles.imports.formats.files import TextLine
from articles.imports.formats.tables import LOST_LETTER, check_rows
from articles.imports.formats.tabular import RecordTable, read_records

LETTERS = st.characters(exclude_categories=["C", "Zl", "Zp"], exclude_characters=LOST_LETTER)
# As records are read: letters that Unicode has twice are one, as in all that comes in.
LINES = st.text(LETTERS, min_size=1, max_size=30).map(
    lambda text: " ".join(unicodedata.normalize("NFC", text).split())
)
WORDS = LINES.filter(bool)
RICH = WORDS.map(lambda text: f"<p>{cells.escape(text, quote=False)}</p>")
KEYS = st.text("abcXYZ019:-", min_size=1, max_size=12)
ARTICLES = st.fixed_dictionaries(
    {"type": st.just("article"), "id": KEYS, "title": WORDS},
    optional={
        "summary": LINES,
        "headline": LINES,
        "body": RICH | st.just(""),
        "advice": st.fixed_dictionaries({"level": st.just("urgent"), "html": RICH}),
        "advice_heading": LINES,
        "care_cards": st.fixed_dictionaries(
            {"emergency": st.fixed_dictionaries({"html": RICH | st.just(""), "heading": LINES})}
        ),
        "same_for_everyone": st.booleans(),
        "topics": st.lists(WORDS, max_size=3),
        "tags": st.lists(WORDS, max_size=3),
        "also": st.lists(KEYS, max_size=3),
        "review_months": st.integers(1, 36),
        "references": st.lists(
            st.fixed_dictionaries(
                {"title": WORDS},
                optional={
                    "publisher": WORDS,
                    "url": KEYS.map("https://x.org/{}".format),
                    "year": st.integers(1900, 2100),
                },
            ),
            max_size=2,
        ),
    },
)


def round_trip_csv(record: dict, mark: str = ",") -> dict:
    """A record as a sheet that was saved as CSV and read again."""
    shown = [
        column
        for column in columns.get_columns().values()
        if column.applies_to(columns.get_types()[record["type"]])
    ]
    out = io.StringIO()
    rows = csv.writer(out, delimiter=mark)
    rows.writerows([[column.name for column in shown], columns.build_row(record, shown)])
    lines = out.getvalue().split("\r\n")
    table = CsvTable(iter([TextLine(number, text) for number, text in enumerate(lines, 1)]))
    found = read_records(check_rows(table.iter_rows()))
    return next(thing for thing in found if not hasattr(thing, "reason")).values


@settings(max_examples=200, deadline=None)
@given(record=ARTICLES, mark=st.sampled_from(",;\t"))
def test_a_record_is_the_same_after_a_spreadsheet(record, mark):
    assert round_trip_csv(record, mark) == record


@given(st.text())
def test_a_guarded_cell_is_read_as_it_was_and_is_no_formula(text):
    guarded = cells.escape_cell(text)
    assert cells.unescape_cell(guarded) == text
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(
    st.lists(st.text(min_size=1).map(lambda text: " ".join(text.split())).filter(bool), min_size=1)
)
def test_values_in_one_cell_stay_apart(values):
    assert cells.read_list(cells.write_list(values), cells.RowContext()) == values


@pytest.mark.parametrize(
    ("cell", "html"),
    [
        ("One line", "<p>One line</p>"),
        ("One\n\n two  \r\nthree", "<p>One</p><p>two</p><p>three</p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("<h1>Head</h1><script>x</script>", "<h2>Head</h2>"),
        ("", ""),
    ],
)
def test_plain_text_becomes_paragraphs_and_html_is_cleaned(cell, html):
    assert cells.read_rich_text(cell, cells.RowContext()) == html


def test_headings_are_known_however_people_write_them():
    sheet = RecordTable(["TYPE", " Id ", "title", "Advice_Level", "other-names"])
    assert not list(sheet.find_errors())
