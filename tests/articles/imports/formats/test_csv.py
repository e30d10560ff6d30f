"""CSV as people save it: separators, encodings, quotation marks, and rows that do not fit."""

import csv
import io

import pytest

from articles.imports.formats import UnreadableFile
from tests.files import read_file, write_file

HEAD = "type,id,title"


def read(tmp_path, *rows: str, encoding="utf-8"):
    return read_file("csv", write_file(tmp_path, "\r\n".join(rows).encode(encoding)))


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_commas_semicolons_and_tabs_are_told_apart_by_the_headings(tmp_path, mark):
    rows = [mark.join(row) for row in (["type", "id", "title"], ["cause", "c1", '"a, b; c"'])]
    assert read(tmp_path, *rows).only == {"type": "cause", "id": "c1", "name": "a, b; c"}


def test_the_line_that_excel_puts_first_says_the_separator(tmp_path):
    assert read(tmp_path, "sep=;", "type;id;title", "cause;c1;Rest").only["name"] == "Rest"


def test_an_article_with_everything(tmp_path):
    rows = io.StringIO()
    table = {
        "Type": "article",
        "ID": "a1",
        "Title": "  Back\npain ",
        "Address": "back-pain",
        "URL": "https://example.org/back/",
        "advice_level": "urgent",
        "Advice": "Call.\n\nNow & here.",
        "Overview": '<div>See <a href="rest.html">rest</a><script>x</script></div>',
        "Topics": "Bones | Joints\\|Muscles|",
        "References": "Backs; A Press; https://example.org/b; 2024 | Alone",
        "Review months": "12",
        "# remarks": "ask Fiona",
        "": "",
    }
    csv.writer(rows).writerows([table.keys(), table.values()])
    gathered = read_file("csv", write_file(tmp_path, rows.getvalue()))
    assert gathered.only == {
        "type": "article",
        "id": "a1",
        "title": "Back pain",
        "slug": "back-pain",
        "url": "https://example.org/back/",
        "advice": {"level": "urgent", "html": "<p>Call.</p><p>Now &amp; here.</p>"},
        "body": '<p>See <a href="https://example.org/back/rest.html">rest</a></p>',
        "topics": ["Bones", "Joints|Muscles"],
        "references": [
            {
                "title": "Backs",
                "publisher": "A Press",
                "url": "https://example.org/b",
                "year": 2024,
            },
            {"title": "Alone"},
        ],
        "review_months": 12,
    }
    assert gathered.notes == "Dropped: 1 script."


def test_an_empty_cell_says_nothing_and_the_word_empty_empties(tmp_path):
    head = f"{HEAD},summary,overview,tags"
    assert read(tmp_path, head, "article,a1,A,,,").only == {
        "type": "article",
        "id": "a1",
        "title": "A",
    }
    emptied = read(tmp_path, head, "article,a1,A,(empty),(empty),(empty)").only
    assert (emptied["summary"], emptied["body"], emptied["tags"]) == ("", "", [])


def test_windows_1252_is_read_and_told_with_the_line_that_shows_it(tmp_path):
    gathered = read(
        tmp_path, HEAD, "cause,c1,Rest", "cause,c2,Sjögren’s – “dry”", encoding="cp1252"
    )
    assert gathered.values[1]["name"] == "Sjögren’s – “dry”"
    assert gathered.noted[0].line == 3
    assert "Windows-1252" in gathered.notes


def test_one_damaged_line_of_a_utf_8_file_is_refused_alone(tmp_path):
    data = f"{HEAD}\ncause,c1,Sjögren\n".encode() + b"cause,c2,Sj\xf6gren\ncause,c3,Rest\n"
    gathered = read_file("csv", write_file(tmp_path, data))
    assert [values["id"] for values in gathered.values] == ["c1", "c3"]
    assert gathered.refused[0].line == 3
    assert "is not UTF-8 text" in gathered.reasons
    assert gathered.refused[0].field == "title"


def test_bytes_that_are_no_text_in_any_encoding_say_where(tmp_path):
    with pytest.raises(
        UnreadableFile, match=r"^Line 2: A letter of this line is not UTF-8 or Windows-1252"
    ):
        read_file("csv", write_file(tmp_path, f"{HEAD}\ncause,c1,".encode() + b"a\x81b\n"))


@pytest.mark.parametrize("cell", ['=HYPERLINK("http://evil.example")', "+1", "-2", "@SUM(A1)"])
def test_a_formula_is_text_and_nothing_else(tmp_path, cell):
    quoted = '"' + cell.replace('"', '""') + '"'
    assert read(tmp_path, HEAD, f"cause,c1,{quoted}").only["name"] == cell
    assert read(tmp_path, HEAD, f"cause,c1,\"'{quoted[1:]}").only["name"] == cell


def test_an_apostrophe_that_no_export_put_there_stays(tmp_path):
    assert (
        read(tmp_path, HEAD, "cause,c1,'s-Hertogenbosch fever").only["name"]
        == "'s-Hertogenbosch fever"
    )


def test_empty_rows_are_skipped_and_lines_counted_as_they_stand(tmp_path):
    gathered = read(tmp_path, HEAD, "", ",,", 'cause,c1,"over', 'two lines"', "cause,c2,Rest")
    assert [(one.line, one.values["name"]) for one in gathered.found] == [
        (4, "over two lines"),
        (6, "Rest"),
    ]


def test_a_row_with_words_beyond_the_headings_is_refused_with_its_line(tmp_path):
    gathered = read(tmp_path, HEAD, "cause,c2,a,b", "cause,c3,Rest, ,,")
    assert [(refused.line, refused.key) for refused in gathered.refused] == [(2, "c2")]
    assert "has 4 cells, and there are 3 headings" in gathered.reasons
    assert gathered.only["id"] == "c3"


def test_a_short_row_is_filled_with_empty_cells(tmp_path):
    gathered = read(tmp_path, f"{HEAD},overview,tags", "cause,c1,Rest", "article,a,B,<p>c</p>")
    assert [values["id"] for values in gathered.values] == ["c1", "a"]
    assert not gathered.refused


def test_words_in_a_column_without_a_heading_are_refused(tmp_path):
    gathered = read(tmp_path, "type,id,,title", "cause,c1,lost,Rest", "cause,c2,,Rest")
    assert "“lost” stands in a column without a heading" in gathered.reasons
    assert gathered.only["id"] == "c2"


def test_wrong_quotation_marks_cost_a_row_and_not_the_file(tmp_path):
    gathered = read(tmp_path, HEAD, 'cause,c1,"a"b', "cause,c2,Rest")
    assert gathered.refused[0].line == 2
    assert gathered.only["id"] == "c2"


def test_a_quotation_mark_that_is_never_closed_is_told_by_its_line(tmp_path):
    with pytest.raises(UnreadableFile, match="Line 3: a quotation mark opens here"):
        read(tmp_path, HEAD, "cause,c1,Rest", 'cause,c2,"Rest', "cause,c3,Rest")


def test_line_ends_of_an_old_macintosh_say_what_to_do(tmp_path):
    with pytest.raises(UnreadableFile, match="old Macintosh"):
        read_file("csv", write_file(tmp_path, f"{HEAD}\rcause,c1,Rest\r"))


def test_an_unknown_column_is_refused_once_with_the_nearest_name_and_no_row_is_read(tmp_path):
    gathered = read(tmp_path, f"{HEAD},sumary", *["cause,c1,Rest,"] * 3)
    assert not gathered.found
    (refused,) = gathered.refused
    assert (refused.line, refused.field) == (1, "sumary")
    assert "Do you mean “summary”?" in refused.reason
    assert "begin its heading with #" in refused.reason
    assert "overview" in refused.reason


def test_a_missing_or_doubled_column_is_refused(tmp_path):
    assert "The column “title” is missing" in read(tmp_path, "type,id", "cause,c1").reasons
    assert "“title” is there twice" in read(tmp_path, f"{HEAD},Title", "cause,c1,a,b").reasons


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("cause,,Rest,,,", "id", "The cell “id” is empty"),
        ("cause,c1,,,,", "title", "The cell “title” is empty"),
        (",c1,Rest,,,", "type", "The cell “type” is empty"),
        ("page,c1,Rest,,,", "type", "“page” is no type"),
        ("cause,c1,Rest,much text,,", "overview", "A row of type “cause” has no “overview”"),
        ("article,c1,Rest,,yes,", "plural", "A row of type “article” has no “plural”"),
        ("symptom,c1,Rest,,perhaps,", "plural", "neither yes nor no"),
        ("symptom,c1,Rest,,,soon", "review months", "no whole number"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_column(tmp_path, row, field, reason):
    (refused,) = read(tmp_path, f"{HEAD},overview,plural,review months", row).refused
    assert (refused.line, refused.field) == (2, field)
    assert reason in refused.reason


def test_an_obsolete_id_leads_to_another(tmp_path):
    gathered = read(tmp_path, f"{HEAD},replaced by", "retired,s1,Ague,s2")
    assert gathered.only == {"type": "retired", "id": "s1", "title": "Ague", "replaced_by": "s2"}


def test_a_file_with_no_row_has_no_record_and_no_trouble(tmp_path):
    gathered = read(tmp_path, HEAD)
    assert (gathered.found, gathered.refused) == ([], [])
