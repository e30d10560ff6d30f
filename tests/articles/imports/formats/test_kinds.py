"""Kinds of inputs that came out wrong once, each in every table that can carry it."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from articles.imports.formats import cells, spreadsheets
from articles.imports.formats.number_formats import UnknownNumberFormat, format_number
from articles.imports.formats.xlsx_strings import unescape
from tests.files import ReadResult, read_file, write_file

CASES = Path("tests/fixtures/fidelity")
HEAD = ["type", "id", "title"]
NBSP, ZERO_WIDTH, MARK = "\u00a0", "\u200b", "\ufeff"


def build_csv(rows: list[list]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def build_xlsx(rows: list[list]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return save(book)


def save(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def build_tsv(rows: list[list]) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter="\t").writerows(rows)
    return out.getvalue().encode("utf-16")


TABLES = {"csv": build_csv, "xlsx": build_xlsx, "tsv": build_tsv}


@pytest.fixture(params=TABLES)
def read_table(request, tmp_path):
    """Reads rows from each kind of table."""

    def read(*rows: list) -> ReadResult:
        path = write_file(tmp_path, TABLES[request.param](list(rows)), f"a.{request.param}")
        return read_file("xlsx" if request.param == "xlsx" else "csv", path)

    return read


def read_book(tmp_path, book: openpyxl.Workbook) -> ReadResult:
    return read_file("xlsx", write_file(tmp_path, save(book), "a.xlsx"))


def make_book(*rows: list) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


# In all tables


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("references", "A study; BMJ; doi:10.1000/x; year: 2020", "“publisher” is there twice"),
        ("references", "Nerves; A Press; 2024; https://e.org/a;b=1", "“publisher” is there twice"),
        ("references", "title=BMJ; title=Other", "“title” is there twice: “BMJ” and “Other”"),
        ("references", "A study; title: Another", "“title” is there twice"),
        ("references", "A study; year: 2020; 2021", "“year” is there twice"),
        ("references", "A; url: https://a.org; https://b.org", "“url” is there twice"),
        ("references", "publisher: BMJ; 2020", "has no title"),
        ("causes", "c-1; group: a; group: b", "“group” is there twice"),
        ("causes", "c-1; common; rare", "“frequency” is there twice"),
        ("causes", "c-1; text: a; text: b", "“text” is there twice"),
        ("codes", "MeSH D010146; Pain; Ache", "two names: “Pain” and “Ache”"),
        ("related", "s-2; skin; serious; serious", "may be serious"),
    ],
)
def test_a_part_that_is_there_twice_refuses_its_row_and_cell(read_table, column, cell, reason):
    gathered = read_table(
        [*HEAD, column], ["symptom", "s-1", "Itch", cell], ["symptom", "s-2", "Rash", ""]
    )
    assert [(one.line, one.key, one.field) for one in gathered.refused] == [(2, "s-1", column)]
    assert reason in gathered.reasons
    assert gathered.only["id"] == "s-2"


@pytest.mark.parametrize(
    ("cell", "reference"),
    [
        ("A; publisher=b=1", {"title": "A", "publisher": "b=1"}),
        ("A; publisher: b: 1", {"title": "A", "publisher": "b: 1"}),
        (
            "A; https://e.org/a\\;b=1; 2024",
            {"title": "A", "url": "https://e.org/a;b=1", "year": 2024},
        ),
        ("title: Year: the film; 1999", {"title": "Year: the film", "year": 1999}),
        ("Pain = what; BMJ", {"title": "Pain = what", "publisher": "BMJ"}),
    ],
)
def test_a_part_keeps_all_that_stands_after_its_label(read_table, cell, reference):
    found = read_table([*HEAD, "references"], ["article", "a", "A", cell]).only
    assert found["references"] == [reference]
    written = cells.write_references([reference])
    assert cells.read_references(written, cells.RowContext()) == [reference]


def test_short_rows_are_filled_and_empty_cells_too_many_are_nothing(read_table):
    gathered = read_table(
        [*HEAD, "overview", "tags"],
        ["symptom", "a", "A", "one", "t"],
        ["symptom", "b", "B", "two"],
        ["symptom", "c", "C"],
        ["symptom", "d", "D", "four", "t", "", " ", ""],
        ["symptom", "e", "E", "five", "t", "", "lost"],
    )
    assert [values["id"] for values in gathered.values] == ["a", "b", "c", "d"]
    assert [(one.line, one.key) for one in gathered.refused] == [(6, "e")]


@pytest.mark.parametrize(
    "headings",
    [
        ["Type", "ID", "TITLE", f"review{NBSP}months"],
        [f"{MARK}type", f"i{ZERO_WIDTH}d", f" title{NBSP}", "Review  Months"],
        ["ｔｙｐｅ", "\u2060id", "tit\u00adle", "review\u2011months"],
    ],
)
def test_headings_are_known_whatever_nobody_sees_in_them(read_table, headings):
    gathered = read_table(headings, ["article", "a", "A", "6"])
    assert gathered.only == {"type": "article", "id": "a", "title": "A", "review_months": 6}


def test_the_id_of_a_row_that_cannot_be_read_is_told(read_table):
    gathered = read_table(
        [*HEAD, "summary"], ["article", "a", "A", "lost \ufffd"], ["cause", "b", "B", "none"]
    )
    assert [(one.key, one.type) for one in gathered.refused] == [("a", "article"), ("b", "cause")]


def test_tags_stand_between_semicolons_and_keep_commas_and_quotation_marks(read_table):
    tags = ["pain, chronic", '"quoted"', "a;b", "bar|", "x"]
    row = ["article", "a", "A", cells.write_tags(tags)]
    assert read_table([*HEAD, "tags"], row).only["tags"] == tags
    assert read_table([*HEAD, "tags"], ["article", "a", "A", "leg | foot; toe"]).only["tags"] == [
        "leg",
        "foot",
        "toe",
    ]


def test_words_under_no_heading_refuse_their_row(read_table):
    gathered = read_table(["type", "id", "", "title"], ["cause", "c", "lost", "Rest"])
    assert "“lost” stands in a column without a heading" in gathered.reasons


# Cases that were handed in


def test_the_parts_of_case_14_are_refused():
    gathered = read_file("csv", CASES / "14-reference-parts.csv")
    assert [(one.line, one.field) for one in gathered.refused] == [
        (2, "references"),
        (3, "references"),
    ]
    assert not gathered.found


def test_the_escapes_of_case_15_are_read_as_excel_means_them():
    found = read_file("xlsx", CASES / "15-x000d.xlsx").only
    assert found["body"] == "<p>First line.</p><p>Second line.</p>"
    assert found["other_names"] == ["Foot pain"]
    assert found["summary"] == "A _x000D_ literal, tab here"


def test_the_short_rows_of_case_16_are_three_records():
    gathered = read_file("csv", CASES / "16-excel-short-rows.csv")
    assert [values["id"] for values in gathered.values] == ["g161", "g162", "g163"]
    assert not gathered.refused


# In workbooks alone


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a_x000D_", "a\r"),
        ("_x005F_x000D_", "_x000D_"),
        ("_x005f__x0041_", "_A"),
        ("_x00e9_", "é"),
        ("_xD83D__xDE00_", "😀"),
        ("_xD83D_", "\ufffd"),
        ("a_x00_b_xyzuv_", "a_x00_b_xyzuv_"),
    ],
)
def test_escapes_of_excel_are_decoded_as_the_standard_says(written, read):
    assert unescape(written) == read


def test_what_looks_like_an_escape_comes_back_from_an_export(tmp_path):
    out = io.BytesIO()
    row = ["article", "a_x000D_", "_x005F_x000D_ _x0041_", "a, b; c\\;d"]
    spreadsheets.write_xlsx([*HEAD, "tags"], [row], out, whole=True)
    found = read_file("xlsx", write_file(tmp_path, out.getvalue(), "a.xlsx")).only
    assert (found["id"], found["title"], found["tags"]) == (row[1], row[2], ["a, b", "c;d"])


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (1.0, "General", "1"),
        (0.1 + 0.2, "General", "0.3"),
        (7, "000", "007"),
        (0.5, "0%", "50%"),
        (1.5, "0.00", "1.50"),
        (1234.5, "#,##0.0", "1,234.5"),
        (5, '0" mg"', "5 mg"),
        (-3, "0;(0)", "(3)"),
        (0, "0;-0;none", None),
        (0, '0;-0;"none"', "none"),
        (0, "0;-0;", None),
        (123456789012345, "0." + "0" * 30, "123456789012345." + "0" * 30),
        (float("inf"), "0", None),
        (2.5, "0.##", "2.5"),
        (0.25, "# ?/?", None),
        (1000, "0.0E+00", None),
        (5, "[>3]0;0", None),
        (7, "@", "7"),
        (12, "[$€-407] 0.00", "€ 12.00"),
        (0.5, "#.0", ".5"),
    ],
)
def test_numbers_are_read_as_excel_shows_them_or_not_at_all(value, number_format, shown):
    if shown is None:
        with pytest.raises(UnknownNumberFormat):
            format_number(value, number_format)
    else:
        assert format_number(value, number_format) == shown


@pytest.mark.parametrize(
    ("value", "number_format", "reason"),
    [
        (0.25, "# ?/?", "The cell C2 has the format “# ?/?”"),
        (1234567890123456, "0", "C2 has more than 15 digits"),
        ("secret", ";;;", "format of C2 hides"),
        ("5", '@" mg"', 'The cell C2 has the format “@" mg"”'),
        ("#N/A", "General", "C2 shows an error (#N/A)"),
    ],
)
def test_a_cell_that_does_not_show_what_is_in_it_refuses_its_row(
    tmp_path, value, number_format, reason
):
    book = make_book(HEAD, ["article", "a", value], ["article", "b", "B"])
    book.active["C2"].number_format = number_format
    gathered = read_book(tmp_path, book)
    assert [(one.line, one.key) for one in gathered.refused] == [(2, "a")]
    assert reason in gathered.reasons
    assert gathered.only["id"] == "b"


def test_leading_noughts_that_a_format_shows_are_kept(tmp_path):
    book = make_book(HEAD, ["article", 7, "A"])
    book.active["B2"].number_format = "000"
    assert read_book(tmp_path, book).only["id"] == "007"


def test_a_hidden_row_is_refused_with_its_line(tmp_path):
    book = make_book(HEAD, ["article", "a", "A"], ["article", "b", "B"], ["article", "c", "C"])
    book.active.row_dimensions[3].hidden = True
    gathered = read_book(tmp_path, book)
    assert [(one.line, one.key) for one in gathered.refused] == [(3, "b")]
    assert "This row is hidden in Excel" in gathered.reasons
    assert [values["id"] for values in gathered.values] == ["a", "c"]


def test_a_hidden_row_without_words_is_nothing(tmp_path):
    book = make_book(HEAD, ["article", "a", "A"], [], ["article", "b", "B"])
    book.active.row_dimensions[3].hidden = True
    gathered = read_book(tmp_path, book)
    assert len(gathered.found) == 2
    assert not gathered.refused


def test_a_hidden_column_is_left_out_and_told_with_its_place(tmp_path):
    book = make_book([*HEAD, "summary", "tags"], ["article", "a", "A", "secret", "t"])
    book.active.column_dimensions["D"].hidden = True
    gathered = read_book(tmp_path, book)
    assert "The column D, “summary”, is hidden in Excel" in gathered.notes
    assert "summary" not in gathered.only
    assert gathered.only["tags"] == ["t"]


def test_a_hidden_column_that_is_needed_stops_the_reading(tmp_path):
    book = make_book(HEAD, ["article", "a", "A"])
    book.active.column_dimensions["B"].hidden = True
    gathered = read_book(tmp_path, book)
    assert "The column B, “id”, is hidden" in gathered.notes
    assert "The column “id” is missing" in gathered.reasons


def test_merged_cells_refuse_their_rows_and_are_named(tmp_path):
    book = make_book(
        [*HEAD, "summary"],
        ["article", "a", "A", "one"],
        ["article", "b", "B"],
        ["article", "c", "C", "three"],
    )
    book.active.merge_cells("D2:D3")
    gathered = read_book(tmp_path, book)
    assert [(one.line, one.key) for one in gathered.refused] == [(2, "a"), (3, "b")]
    assert "The cells D2:D3 are merged" in gathered.reasons
    assert gathered.only["id"] == "c"


def test_merged_headings_stop_the_reading(tmp_path):
    book = make_book([*HEAD, "summary"], ["article", "a", "A", "one"])
    book.active.merge_cells("C1:D1")
    gathered = read_book(tmp_path, book)
    assert "The cells C1:D1 are merged" in gathered.reasons
    assert not gathered.found


def test_hidden_sheets_are_told(tmp_path):
    book = make_book(HEAD, ["article", "a", "A"])
    book.create_sheet("Old").sheet_state = "veryHidden"
    assert "Not read: “Old” (hidden)" in read_book(tmp_path, book).notes


def test_words_that_are_struck_out_are_left_out_and_told(tmp_path):
    book = make_book([*HEAD, "overview", "summary"], ["article", "a", "A", "", "all gone"])
    struck = TextBlock(InlineFont(strike=True), "500")
    book.active["D2"] = CellRichText("Give ", struck, TextBlock(InlineFont(b=True), "50"), " mg")
    book.active["E2"].font = Font(strike=True)
    gathered = read_book(tmp_path, book)
    assert gathered.only["body"] == "<p>Give 50 mg</p>"
    assert "summary" not in gathered.only
    assert "Left out of D2, as they are struck out: “500”" in gathered.notes
    assert "Left out of E2, as they are struck out: “all gone”" in gathered.notes


def test_raised_and_lowered_figures_keep_their_meaning(tmp_path):
    book = make_book([*HEAD, "overview"], ["article", "a", "", ""])
    raised = TextBlock(InlineFont(vertAlign="superscript"), "9")
    lowered = TextBlock(InlineFont(vertAlign="subscript"), "2")
    book.active["C2"] = CellRichText("H", lowered, "O")
    book.active["D2"] = CellRichText("10", raised, "/L")
    found = read_book(tmp_path, book).only
    assert (found["title"], found["body"]) == ("H₂O", "<p>10⁹/L</p>")
