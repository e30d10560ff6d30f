"""Files that are not what they say, break off or never end: a clear word, and bounded memory."""

import gzip
import json
import tracemalloc

import pytest

from articles.imports import formats
from articles.imports.formats import RawRecord, RejectedRecord, UnknownFormat, UnreadableFile, files
from tests.files import read_file, write_file

LINE = json.dumps({"type": "cause", "id": "c1", "name": "Rest"})
CSV = "type,id,title\ncause,c1,Rest\n"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(200)


def test_every_format_has_a_name_a_label_and_suffixes():
    assert {found.name for found in formats.get_all()} >= {
        "jsonl",
        "csv",
        "xlsx",
        "medlineplus",
        "obo",
        "open-data",
    }
    assert all(
        found.label and all(suffix.startswith(".") for suffix in found.suffixes)
        for found in formats.get_all()
    )


def test_a_format_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(UnknownFormat, match=r"no format “word”.*jsonl"):
        formats.get("word")


@pytest.mark.parametrize("name", ["jsonl", "csv", "xlsx", "medlineplus", "obo", "open-data"])
@pytest.mark.parametrize(
    ("content", "description"),
    [
        (PICTURE, "a picture"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"", "an empty file"),
        (b" \n\n", "an empty file"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "a web page"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "old Excel"),
        (b"ab\x00cd\x00" * 20, "no text"),
        (gzip.compress(gzip.compress(b"x", mtime=0), mtime=0), "packed twice"),
        (b'[{"type": "cause"}]', "one JSON list"),
        (b"PK\x03\x04" + bytes(26) + b"word/document.xml", "a ZIP archive"),
    ],
)
def test_what_it_is_instead_is_told_at_once(tmp_path, name, content, description):
    with pytest.raises(UnreadableFile, match=description):
        read_file(name, write_file(tmp_path, content))


@pytest.mark.parametrize(
    ("name", "content", "advice"),
    [
        ("jsonl", b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml xl/workbook.xml", "“xlsx”"),
        ("csv", LINE, "“jsonl”"),
        ("csv", "<health-topics/>", "“medlineplus”"),
        ("jsonl", "format-version: 1.2\n", "“obo”"),
        ("jsonl", CSV, "“csv”"),
        ("open-data", CSV, "“csv”"),
        ("medlineplus", "format-version: 1.2\n", "“obo”"),
        ("obo", LINE, "“jsonl”"),
        ("open-data", LINE, "“jsonl”"),
    ],
)
def test_the_right_format_is_advised(tmp_path, name, content, advice):
    with pytest.raises(UnreadableFile, match=advice):
        read_file(name, write_file(tmp_path, content))


@pytest.mark.parametrize("packed", [True, False])
def test_packed_or_not_shows_in_the_content_not_in_the_name(tmp_path, packed):
    assert (
        read_file("jsonl", write_file(tmp_path, LINE, "a.jsonl.gz", gzipped=packed)).only["name"]
        == "Rest"
    )
    assert (
        read_file("csv", write_file(tmp_path, CSV, "a.csv", gzipped=packed)).only["name"] == "Rest"
    )


@pytest.mark.parametrize("name", ["jsonl", "csv", "obo", "medlineplus", "open-data"])
def test_a_file_that_was_not_copied_whole_says_so(tmp_path, name):
    start = {
        "csv": "type,id,title\n",
        "obo": "format-version: 1.2\n",
        "medlineplus": "<health-topics>\n",
    }.get(name, "")
    line = {
        "csv": "cause,c{n},Rest\n",
        "obo": "\n[Term]\nid: A:{n}\nname: n{n}\n",
        "medlineplus": "<!-- {n} -->\n",
        "open-data": '{"id": "c{n}", "name": "Rest", "same_as": null}\n',
    }.get(name, LINE + "\n")
    body = start + "".join(line.replace("{n}", str(n * 7919)) for n in range(20_000))
    packed = gzip.compress(body.encode())
    with pytest.raises(UnreadableFile, match=r"After line [1-9].*[Cc]opy it again"):
        read_file(name, write_file(tmp_path, packed[: len(packed) // 2]))


def test_a_packed_file_whose_bytes_were_changed_says_so(tmp_path):
    packed = bytearray(gzip.compress((LINE + "\n").encode() * 5000))
    packed[-6] ^= 1
    with pytest.raises(UnreadableFile, match="damaged"):
        read_file("jsonl", write_file(tmp_path, bytes(packed)))


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(UnreadableFile, match=r"gone\.csv cannot be opened"):
        read_file("csv", tmp_path / "gone.csv")


@pytest.fixture(scope="module")
def gigabyte(tmp_path_factory):
    """A line of a gigabyte, a few megabytes packed, with a good line before it and after."""
    path = tmp_path_factory.mktemp("long") / "long.gz"
    block = gzip.compress(b"a" * 10_000_000, 1)
    with path.open("wb") as file:
        file.write(gzip.compress(f"{LINE}\n".encode()))
        for _ in range(100):
            file.write(block)
        file.write(gzip.compress(f"\n{LINE}\n".encode()))
    return path


def test_a_line_of_a_gigabyte_is_refused_with_its_number_and_never_held(gigabyte):
    tracemalloc.start()
    things = list(formats.get("jsonl")(gigabyte))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [type(thing) for thing in things] == [RawRecord, RejectedRecord, RawRecord]
    assert things[1].line == 2
    assert "longer than 10,000,000 bytes" in things[1].reason
    assert things[2].line == 3
    assert peak < 3 * files.MAX_LINE_LENGTH


def test_a_boundless_row_of_a_csv_stops_the_reading(tmp_path):
    row = 'cause,c2,"' + ("a" * 999 + "\n") * (files.MAX_LINE_LENGTH // 900)
    with pytest.raises(UnreadableFile, match="Line 3: a quotation mark opens here"):
        read_file("csv", write_file(tmp_path, CSV + row, gzipped=True))


def test_a_boundless_term_of_an_ontology_stops_the_reading(tmp_path):
    term = "format-version: 1.2\n\n[Term]\nid: A:1\nname: a\n" + f"xref: B:{'1' * 999}\n" * (
        files.MAX_LINE_LENGTH // 900
    )
    with pytest.raises(UnreadableFile, match="Line 3: a term is longer"):
        read_file("obo", write_file(tmp_path, term, gzipped=True))


def test_a_boundless_topic_stops_the_reading(tmp_path):
    topic = "<health-topics>\n<health-topic title='A' id='1'>\n<full-summary>" + "a" * (
        files.MAX_LINE_LENGTH + 10
    )
    with pytest.raises(UnreadableFile, match="Line 3: a topic is longer"):
        read_file("medlineplus", write_file(tmp_path, topic, gzipped=True))


def test_a_file_that_unpacks_without_end_stops_at_a_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_UNPACKED_SIZE", 100_000)
    with pytest.raises(UnreadableFile, match="the unpacked file is larger than 100,000 bytes"):
        read_file("jsonl", write_file(tmp_path, f"{LINE}\n" * 5_000, gzipped=True))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_marks_at_the_start_tell_the_encoding(tmp_path, encoding):
    line = json.dumps({"type": "cause", "id": "c1", "name": "Sjögren’s"}, ensure_ascii=False)
    assert (
        read_file("jsonl", write_file(tmp_path, line.encode(encoding))).only["name"] == "Sjögren’s"
    )
    sheet = "type;id;title\r\ncause;c1;Sjögren’s\r\n"
    assert (
        read_file("csv", write_file(tmp_path, sheet.encode(encoding))).only["name"] == "Sjögren’s"
    )
    term = "format-version: 1.2\n\n[Term]\nid: A:1\nname: Sjögren’s\n"
    assert (
        read_file("obo", write_file(tmp_path, term.encode(encoding))).only["title"] == "Sjögren’s"
    )
    topic = "<health-topics><health-topic title='Sjögren’s' id='1'/></health-topics>"
    assert (
        read_file("medlineplus", write_file(tmp_path, topic.encode(encoding))).only["title"]
        == "Sjögren’s"
    )


def test_utf_16_that_breaks_off_says_where(tmp_path):
    with pytest.raises(UnreadableFile, match=r"Line 1: A letter of this line is not UTF-16"):
        read_file("jsonl", write_file(tmp_path, LINE.encode("utf-16")[:-1]))


def test_a_damaged_line_is_refused_and_the_next_one_read(tmp_path):
    read = read_file(
        "jsonl", write_file(tmp_path, LINE.encode() + b'\n{"type": "\xff"}\n' + LINE.encode())
    )
    assert len(read.found) == 2
    assert (read.refused[0].line, read.reasons) == (
        2,
        "Byte 11 of this line is not UTF-8 text; save the file as UTF-8 (or Excel) "
        "and upload it again.",
    )


def test_memory_does_not_grow_with_the_file(tmp_path):
    def peak(rows: int) -> int:
        path = write_file(
            tmp_path,
            "type,id,title\n" + "".join(f"cause,c{n},Rest {n}\n" for n in range(rows)),
            gzipped=True,
        )
        tracemalloc.start()
        assert sum(isinstance(thing, RawRecord) for thing in formats.get("csv")(path)) == rows
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    assert peak(10_000) < peak(1_000) + 100_000
