"""Rows of CSV and Excel: what cannot be read is refused with its line and its column."""

import io
import re

import openpyxl
import pytest

from articles.imports.formats import UnreadableFile, tables
from tests.damaged_tables import build_damaged_files, build_readable_files
from tests.files import read_file, write_file

HEAD = "type,id,title"
DAMAGED = build_damaged_files(HEAD, "cause,c9,{}")
STOPPING = {
    "a byte that no encoding has",
    "UTF-16 cut within a letter",
    "UTF-16 with half a letter",
    "UTF-16 of the other order",
}
READABLE = build_readable_files(HEAD, "cause,c9,{}")


def make_workbook(*rows) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("name", READABLE)
def test_letters_are_read_whatever_their_encoding_and_separator(tmp_path, name):
    gathered = read_file("csv", write_file(tmp_path, READABLE[name]))
    assert gathered.only["name"] == "Sjögren’s"
    assert ("Windows-1252" in gathered.notes) == (name == "Windows-1252")


@pytest.mark.parametrize("name", sorted(DAMAGED.keys() - STOPPING))
def test_a_row_with_a_damaged_letter_is_refused_alone_with_its_line_and_column(tmp_path, name):
    data, line, words = DAMAGED[name]
    gathered = read_file("csv", write_file(tmp_path, data))
    (refused,) = gathered.refused
    assert (refused.line, refused.field) == (line, "title")
    assert words in refused.reason
    assert {values["name"] for values in gathered.values} <= {"Rest", "Sjögren"}


@pytest.mark.parametrize("name", sorted(STOPPING))
def test_where_no_letter_behind_a_damaged_one_can_be_trusted_the_reading_stops(tmp_path, name):
    data, line, words = DAMAGED[name]
    with pytest.raises(UnreadableFile, match=f"^Line {line}: .*{re.escape(words)}"):
        read_file("csv", write_file(tmp_path, data))


def test_a_lost_letter_in_a_workbook_is_refused_with_its_line_and_column(tmp_path):
    data = make_workbook(HEAD.split(","), ["cause", "c1", "Sj�gren"], ["cause", "c2", "Rest"])
    gathered = read_file("xlsx", write_file(tmp_path, data))
    assert [(refused.line, refused.field) for refused in gathered.refused] == [(2, "title")]
    assert "A letter was lost" in gathered.reasons
    assert gathered.only["id"] == "c2"


def test_a_lost_letter_in_the_headings_stops_the_reading(tmp_path):
    gathered = read_file("csv", write_file(tmp_path, f"{HEAD},# h�r\ncause,c1,Rest,\n"))
    assert [refused.line for refused in gathered.refused] == [1]
    assert not gathered.found


def test_utf_16_without_its_mark_is_no_text(tmp_path):
    with pytest.raises(UnreadableFile, match="UTF-16 text without a mark"):
        read_file("csv", write_file(tmp_path, f"{HEAD}\ncause,c1,Rest".encode("utf-16-le")))


def test_a_file_with_the_name_of_the_other_format_is_told_apart(tmp_path):
    book = make_workbook(HEAD.split(","), ["cause", "c1", "Rest"])
    with pytest.raises(UnreadableFile, match="an Excel workbook, not a table in CSV"):
        read_file("csv", write_file(tmp_path, book, "a.csv"))
    with pytest.raises(UnreadableFile, match="plain text, not an Excel workbook"):
        read_file("xlsx", write_file(tmp_path, f"{HEAD}\n", "a.xlsx"))


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_a_table_has_at_most_a_thousand_columns(tmp_path, name):
    head = [*HEAD.split(","), *["# own"] * 998]
    data = ",".join(head) if name == "csv" else make_workbook(head)
    with pytest.raises(UnreadableFile, match=r"Line 1: the table has more than 1,000 columns"):
        read_file(name, write_file(tmp_path, data))


def test_a_cell_of_a_workbook_is_no_longer_than_one_of_csv(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MAX_CELL_LENGTH", 30)
    data = make_workbook(HEAD.split(","), ["cause", "c1", "a" * 31], ["cause", "c2", "a" * 30])
    gathered = read_file("xlsx", write_file(tmp_path, data))
    assert "This cell has more than 30 characters" in gathered.reasons
    assert gathered.only["id"] == "c2"


def test_empty_headings_at_the_end_and_empty_cells_under_them_are_left_out(tmp_path):
    gathered = read_file("csv", write_file(tmp_path, f"{HEAD},,\ncause,c1,Rest,,\ncause,c2,a,b,\n"))
    assert gathered.only["id"] == "c1"
    assert "This row has 5 cells, and there are 3 headings." in gathered.reasons
