"""What a file is by its first bytes, whatever its name says."""

import re

# Where a file of another kind was given: what it is, and what to do.
ADVICE = {
    "empty": ("an empty file", "Copy it again."),
    "picture": ("a picture", "Choose the file with the records."),
    "pdf": ("a PDF", "Ask for the data as a spreadsheet or as text."),
    "xlsx": ("an Excel workbook", "Choose the format “xlsx”."),
    "xls": ("a workbook of an old Excel", "Save it as .xlsx or as CSV."),
    "ods": ("an OpenDocument spreadsheet", "Save it as .xlsx or as CSV."),
    "zip": ("a ZIP archive", "Unpack it and choose the file inside."),
    "gzip": ("a file that was packed twice", "Unpack it once."),
    "html": ("a web page (HTML)", "Perhaps the download failed and this is its error page. Download the file again."),
    "xml": ("XML", "If it holds MedlinePlus health topics, choose the format “medlineplus”."),
    "json": ("lines of JSON", "Choose “jsonl” for our own records, or “open-data”."),
    "json-list": ("one JSON list", "Write one object a line, without the list around them."),
    "obo": ("an OBO ontology", "Choose the format “obo”."),
    "rtf": ("a text document (RTF)", "Save the table as CSV."),
    "sqlite": ("a database (SQLite)", "Export its tables as CSV."),
    "binary": ("no text", "If it is UTF-16 text without a mark at its start, save it as UTF-8."),
    "text": ("plain text", "If it is a table, choose the format “csv”."),
}
STARTS = {
    b"\x89PNG": "picture",
    b"\xff\xd8\xff": "picture",
    b"GIF8": "picture",
    b"%PDF": "pdf",
    b"\xd0\xcf\x11\xe0": "xls",
    b"\x1f\x8b": "gzip",
    b"{\\rtf": "rtf",
    b"SQLite format 3": "sqlite",
}
HTML = re.compile(rb"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
OBO = re.compile(rb"format-version:|ontology:|\[(?:Term|Typedef|Instance)\]", re.IGNORECASE)
UNPRINTABLE = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def like(head: bytes) -> str:
    """A key of ADVICE for the beginning of an unpacked file, in UTF-8 where it is text."""
    for start, found in STARTS.items():
        if head.startswith(start):
            return found
    if head.startswith(b"PK\x03\x04"):
        return _packed(head)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "picture"
    return _text(head)


def _packed(head: bytes) -> str:
    if b"opendocument.spreadsheet" in head[:120]:
        return "ods"
    is_workbook = b"xl/" in head or (b"[Content_Types].xml" in head and b"word/" not in head and b"ppt/" not in head)
    return "xlsx" if is_workbook else "zip"


def _text(head: bytes) -> str:
    said = head.strip()
    if not said:
        return "empty"
    if UNPRINTABLE.search(head):
        return "binary"
    if said.startswith(b"<"):
        return "html" if HTML.search(head[:2000]) else "xml"
    if OBO.match(said):
        return "obo"
    if said.startswith(b"{") or b"\n{" in said:
        return "json"
    return "json-list" if said.startswith(b"[") else "text"


def not_this(found: str, wanted: str) -> str:
    what, advice = ADVICE[found]
    return f"This looks like {what}, not {wanted}. {advice}"
