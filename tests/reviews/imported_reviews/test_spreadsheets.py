"""Spreadsheets of imported reviews are read as people write them, or refused with a reason."""

import datetime as dt
import gzip
import io
import zipfile

import pytest
from openpyxl import Workbook

from reviews.imported_reviews.dates import UnreadableDate, parse_date
from reviews.imported_reviews.spreadsheets import MAX_ROWS, CannotReadSpreadsheet, read
from tests.damaged_tables import build_damaged_files, build_readable_files

HEAD = "page,reviewer,post-nominals,specialty,reviewed on,evidence,due"
ROW = "/symptoms/ache/,Dr A. Example,MD,Neurology,2026-05-03,Log 4,"
NAMED_ROW = "/symptoms/ache/,{},MD,Neurology,2026-05-03,Log 4,"
DAMAGED = build_damaged_files(HEAD, NAMED_ROW)
READABLE = build_readable_files(HEAD, NAMED_ROW)


def make_workbook(*rows, more_sheets: int = 0) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    for _ in range(more_sheets):
        book.create_sheet()
    book.save(out)
    return out.getvalue()


def test_a_csv_file_is_read():
    (line,) = read(f"{HEAD}\n{ROW}\n".encode()).rows
    assert line.row_number == 2
    assert (line["page"], line["reviewer"], line["reviewed on"], line["due"]) == (
        "/symptoms/ache/",
        "Dr A. Example",
        "2026-05-03",
        "",
    )


@pytest.mark.parametrize("name", READABLE)
def test_letters_are_read_whatever_their_encoding_and_separator(name):
    sheet = read(READABLE[name])
    assert sheet.rows[0]["reviewer"] == "Sjögren’s"
    assert [("Windows-1252" in note) for note in sheet.notes] == [True] * (name == "Windows-1252")


@pytest.mark.parametrize("name", DAMAGED)
def test_a_sheet_with_a_damaged_letter_is_refused_with_the_line(name):
    data, line, words = DAMAGED[name]
    with pytest.raises(CannotReadSpreadsheet, match=rf"^Line {line}[,:]") as refusal:
        read(data)
    assert words in str(refusal.value)


def test_each_damaged_line_is_named_up_to_five():
    rows = "".join(f"{NAMED_ROW.format('Sj�gren')}\n" for _ in range(7))
    with pytest.raises(CannotReadSpreadsheet, match="And 2 more lines") as refusal:
        read(f"{HEAD}\n{ROW}\n{rows}".encode())
    assert str(refusal.value).count("column “reviewer”: A letter was lost") == 5


def test_a_lost_letter_in_a_workbook_is_refused_with_its_line_and_column():
    row = ["/a/", "Sj�gren", "", "", "2026-05-03", "Log 4", ""]
    with pytest.raises(CannotReadSpreadsheet, match="Line 2, column “reviewer”: A letter was lost"):
        read(make_workbook(HEAD.split(","), row))


def test_utf_16_without_its_mark_is_no_text():
    with pytest.raises(CannotReadSpreadsheet, match="UTF-16 text without a mark"):
        read(f"{HEAD}\n{ROW}\n".encode("utf-16-le"))


def test_a_workbook_is_read_with_its_days_and_numbers():
    sheet = read(
        make_workbook(
            HEAD.split(","),
            [
                17,
                "Dr A. Example",
                None,
                None,
                dt.datetime(2026, 5, 3),
                "Log 4",
                dt.date(2027, 1, 2),
            ],
            [],
            [18.0, "Dr B.", None, None, "3 May 2026", "Log 5", None],
            more_sheets=1,
        )
    )
    assert [(line.row_number, line["page"]) for line in sheet.rows] == [(2, "17"), (4, "18")]
    assert (sheet.rows[0]["reviewed on"], sheet.rows[0]["due"]) == ("2026-05-03", "2027-01-02")
    assert "The first sheet, “Sheet”, was read. Not read: “Sheet1”." in sheet.notes[0]


def test_columns_stand_in_any_order_under_names_people_use_and_others_are_left_alone():
    head = "Due date;Reviewed By;Colour;Page ID;Review date;EVIDENCE NOTE"
    (line,) = read(f"{head}\n2027-01-02;Dr A.;blue;17;2026-05-03;Log 4".encode()).rows
    assert line.cells == ("17", "Dr A.", "", "", "2026-05-03", "Log 4", "2027-01-02")


def test_what_our_own_files_escape_is_read_as_it_was():
    (line,) = read(f"{HEAD}\n/a/,'=Dr A.,,,2026-05-03,'@sheet,".encode()).rows
    assert (line["reviewer"], line["evidence"]) == ("=Dr A.", "@sheet")


def make_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", bytes(201 * 1024 * 1024))
    return out.getvalue()


def test_a_packed_file_that_unpacks_without_end_is_refused():
    block = gzip.compress(b"," * 2_000_000 + b"\n")
    with pytest.raises(CannotReadSpreadsheet, match="larger than 209,715,200 bytes"):
        read(gzip.compress(HEAD.encode() + b"\n") + block * 120)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "an empty file"),
        (b" \n\n", "an empty file"),
        (b",,,\n,,", "This file has no rows"),
        (f"{HEAD}\n".encode(), "nothing below"),
        (
            b"Name,Colour\nAnn,blue",
            "called “page”, “reviewed on”, “evidence”. It says “Name”, “Colour”",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "workbook of an old Excel, .* Save it as .xlsx or as CSV"),
        (b"PK\x03\x04 broken", "a ZIP archive, not a table in CSV"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "a picture, not a table in CSV"),
        (f'{HEAD}\n"{"x" * 200_000}'.encode(), "Line 2: a quotation mark opens here"),
        (
            f"{HEAD}\n".encode() + f"{ROW}\n".encode() * (MAX_ROWS + 1),
            "more than 5,000 rows. Split it",
        ),
        (b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
        (f"{HEAD}\n\x81\x8d".encode("latin-1"), "Line 2: A letter of this line is not UTF-8 or"),
        (f"{HEAD}\n{ROW},MD".encode(), "Line 2: This row has 8 cells, and there are 7 headings"),
        (
            make_workbook(HEAD.split(","), ["/a/", "Dr A.", "", "", "=1+1", "Log 4", ""]),
            "Line 2: The formula in E2 has no value",
        ),
    ],
)
def test_what_is_no_sheet_is_refused_in_words(data, why):
    with pytest.raises(CannotReadSpreadsheet, match=why):
        read(data)


def test_a_zip_that_is_no_workbook_and_one_that_unpacks_without_end_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("letter.txt", "Dear all")
    with pytest.raises(CannotReadSpreadsheet, match="a ZIP archive"):
        read(out.getvalue())
    with pytest.raises(CannotReadSpreadsheet, match="unpacks to more than 209,715,200 bytes"):
        read(make_bomb())


def test_a_sheet_of_five_thousand_rows_is_read():
    assert len(read(f"{HEAD}\n".encode() + f"{ROW}\n".encode() * MAX_ROWS).rows) == MAX_ROWS


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-03",
        "2026/5/3",
        "2026-05-03 00:00:00",
        "2026-05-03 14:30:00",
        "3 May 2026",
        "03-May-2026",
        "3rd May 2026",
        "3. May 2026",
        "May 3, 2026",
        "may 3 2026",
        "3 MAY 2026",
    ],
)
def test_days_that_can_be_read_in_one_way_are(text):
    assert parse_date(text) == dt.date(2026, 5, 3)


def test_numbers_are_taken_where_only_one_way_is_possible():
    assert parse_date("13/05/2026") == parse_date("05/13/2026") == dt.date(2026, 5, 13)
    assert parse_date("05.05.2026") == dt.date(2026, 5, 5)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("03/05/2026", r"can be read as 5 March or as 3 May 2026\. Write it as 2026-05-03"),
        ("3.5.2026", "can be read as 5 March or as 3 May 2026"),
        ("3 May 26", "no day that can be read"),
        ("31 June 2026", "no day that there is"),
        ("2026-02-30", "no day that there is"),
        ("13/13/2026", "no day that there is"),
        ("3 Ju 2026", "no day that can be read"),
        ("3 Jux 2026", "names no month"),
        ("last week", "no day that can be read"),
        ("46145", "no day that can be read"),
    ],
)
def test_others_are_refused_with_both_ways_or_the_right_one(text, why):
    with pytest.raises(UnreadableDate, match=why):
        parse_date(text)
