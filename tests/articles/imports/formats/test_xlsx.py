"""Excel workbooks: values and not formulas, the first visible sheet, and bounded memory."""

import datetime
import io
import zipfile

import openpyxl
import pytest

from articles.imports.formats import UnreadableFile, xlsx
from tests.files import read_file, write_file

HEAD = ["type", "id", "title"]
SHEET = "xl/worksheets/sheet1.xml"


def make_workbook(*rows, others=()) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for title, state in others:
        made.create_sheet(title).sheet_state = state
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def replace_in_workbook(data: bytes, old: str, new: str, part: str = SHEET) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            text = source.read(name)
            assert part in source.namelist()
            if name == part:
                # As either of two XML libraries writes it.
                text = text.replace(b" />", b"/>").replace(b"<v></v>", b"<v/>")
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode(), 1)
            target.writestr(name, text)
    return out.getvalue()


def read(tmp_path, data: bytes):
    return read_file("xlsx", write_file(tmp_path, data, "a.xlsx"))


def test_rows_are_records_with_their_numbers(tmp_path):
    gathered = read(
        tmp_path, make_workbook(HEAD, ["cause", "c1", "Rest"], [], ["cause", 7, "Pain"])
    )
    assert [(one.line, one.values["id"]) for one in gathered.found] == [(2, "c1"), (4, "7")]


def test_numbers_dates_and_yes_are_read_as_they_are_shown(tmp_path):
    head = [*HEAD, "plural", "summary", "review months"]
    row = ["symptom", 12.0, datetime.datetime(2024, 5, 1), True, 1.5, 6]
    assert read(tmp_path, make_workbook(head, row)).only == {
        "type": "symptom",
        "id": "12",
        "title": "2024-05-01",
        "plural": True,
        "summary": "1.5",
        "review_months": 6,
    }


def test_a_formula_is_read_as_the_value_that_it_gave(tmp_path):
    data = replace_in_workbook(
        make_workbook(HEAD, ["cause", "c1", "=1+1"]), "<f>1+1</f><v/>", "<f>1+1</f><v>2</v>"
    )
    assert read(tmp_path, data).only["name"] == "2"


def test_a_formula_without_a_value_is_refused_with_its_cell(tmp_path):
    gathered = read(tmp_path, make_workbook(HEAD, ["cause", "c1", "=1+1"], ["cause", "c2", "Rest"]))
    assert gathered.refused[0].line == 2
    assert "The formula in C2 has no value" in gathered.reasons
    assert gathered.only["id"] == "c2"


def test_a_formula_whose_value_is_an_empty_text_is_an_empty_cell(tmp_path):
    data = make_workbook([*HEAD, "summary"], ["article", "a1", "Rest", "=1+1"])
    data = replace_in_workbook(data, 'r="D2"', 'r="D2" t="str"')
    assert "summary" not in read(tmp_path, data).only


def test_a_row_without_height_is_hidden(tmp_path):
    data = make_workbook(HEAD, ["cause", "c1", "Rest"], ["cause", "c2", "Pain"])
    data = replace_in_workbook(data, '<row r="2"', '<row r="2" ht="0" customHeight="1"')
    gathered = read(tmp_path, data)
    assert [refused.line for refused in gathered.refused] == [2]
    assert gathered.only["id"] == "c2"


def test_an_empty_row_with_formulas_elsewhere_is_no_row_of_headings(tmp_path):
    data = replace_in_workbook(
        make_workbook([], HEAD, ["cause", "c1", "=1+1"]), "<f>1+1</f><v/>", "<f>1+1</f><v>2</v>"
    )
    data = replace_in_workbook(data, "<sheetData>", '<sheetData><row r="1"><c r="A1" s="0"/></row>')
    assert read(tmp_path, data).only["name"] == "2"


def test_a_cell_that_shows_an_error_is_refused(tmp_path):
    assert (
        "The cell C2 shows an error (#N/A)"
        in read(tmp_path, make_workbook(HEAD, ["cause", "c1", "#N/A"])).reasons
    )


def test_the_first_sheet_that_is_shown_is_read_and_the_others_told(tmp_path):
    gathered = read(
        tmp_path,
        make_workbook(
            HEAD, ["cause", "c1", "Rest"], others=[("Notes", "visible"), ("Old", "hidden")]
        ),
    )
    assert "Not read: “Notes”, “Old”" in gathered.notes
    assert gathered.only


def test_rows_beyond_the_size_that_a_sheet_claims_are_read(tmp_path):
    data = make_workbook(HEAD, ["cause", "c1", "Rest"], ["cause", "c2", "Pain"])
    data = replace_in_workbook(data, '<dimension ref="A1:C3"', '<dimension ref="A1:C2"')
    assert len(read(tmp_path, data).found) == 2


def test_a_row_that_goes_on_beyond_the_headings_is_refused(tmp_path):
    assert (
        "This row has 4 cells, and there are 3 headings"
        in read(tmp_path, make_workbook(HEAD, ["cause", "c1", "Rest", "more"])).reasons
    )


def test_headings_are_held_to_the_same_rules_as_in_csv(tmp_path):
    assert "Do you mean “title”?" in read(tmp_path, make_workbook(["type", "id", "titel"])).reasons
    assert "has no headings" in read(tmp_path, make_workbook()).reasons


def test_entities_in_a_sheet_are_not_expanded(tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet'
    data = replace_in_workbook(make_workbook(HEAD, ["cause", "c1", "Rest"]), "<worksheet", bomb)
    with pytest.raises(UnreadableFile, match="EntitiesForbidden"):
        read(tmp_path, data)


def test_a_row_without_end_stops_the_reading(tmp_path):
    data = replace_in_workbook(
        make_workbook(HEAD, ["cause", "c1", "Rest"]), "</row>", "a" * 10_100_000 + "</row>"
    )
    with pytest.raises(UnreadableFile, match="Row 1 is longer"):
        read(tmp_path, data)


def test_a_part_that_unpacks_without_end_stops_the_reading(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx, "MAX_PART_SIZE", 100_000)
    data = replace_in_workbook(
        make_workbook(HEAD), "</styleSheet>", " " * 200_000 + "</styleSheet>", "xl/styles.xml"
    )
    with pytest.raises(UnreadableFile, match=r"xl/styles\.xml is larger"):
        read(tmp_path, data)


def test_a_row_at_the_end_of_the_world_stops_the_reading(tmp_path):
    data = replace_in_workbook(
        make_workbook(HEAD, ["cause", "c1", "Rest"]), '<row r="2"', '<row r="99999999999"'
    )
    with pytest.raises(UnreadableFile, match="more than 1,048,576 rows"):
        read(tmp_path, data)


def test_a_workbook_that_was_not_copied_whole_says_so(tmp_path):
    with pytest.raises(UnreadableFile, match="cannot be unpacked"):
        read(tmp_path, make_workbook(HEAD, ["cause", "c1", "Rest"])[:-200])


def test_a_workbook_whose_parts_are_nonsense_says_so(tmp_path):
    data = replace_in_workbook(
        make_workbook(HEAD, ["cause", "c1", "Rest"]), "<sheetData>", "<sheetData"
    )
    with pytest.raises(UnreadableFile, match="damaged"):
        read(tmp_path, data)
    without = io.BytesIO()
    with zipfile.ZipFile(without, "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(UnreadableFile, match="damaged"):
        read(tmp_path, without.getvalue())
