"""The type of a file by its first bytes, whatever its name says."""

import re

# For a file of the wrong type: what it is, and what to do.
FILE_TYPES = {
    "empty": ("an empty file", "Copy it again."),
    "picture": ("a picture", "Choose the file with the records."),
    "pdf": ("a PDF", "Ask for the data as a spreadsheet or as text."),
    "xlsx": ("an Excel workbook", "Choose the format “xlsx”."),
    "xls": ("a workbook of an old Excel", "Save it as .xlsx or as CSV."),
    "ods": ("an OpenDocument spreadsheet", "Save it as .xlsx or as CSV."),
    "zip": ("a ZIP archive", "Unpack it and choose the file inside."),
    "gzip": ("a file that was packed twice", "Unpack it once."),
    "html": (
        "a web page (HTML)",
        "Perhaps the download failed and this is its error page. Download the file again.",
    ),
    "xml": ("XML", "If it holds MedlinePlus health topics, choose the format “medlineplus”."),
    "json": ("lines of JSON", "Choose “jsonl” for our own records, or “open-data”."),
    "json-list": ("one JSON list", "Write one object a line, without the list around them."),
    "obo": ("an OBO ontology", "Choose the format “obo”."),
    "rtf": ("a text document (RTF)", "Save the table as CSV."),
    "sqlite": ("a database (SQLite)", "Export its tables as CSV."),
    "binary": ("no text", "If it is UTF-16 text without a mark at its start, save it as UTF-8."),
    "text": ("plain text", "If it is a table, choose the format “csv”."),
}
MAGIC_BYTES = {
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


def detect_type(head: bytes) -> str:
    """A key of FILE_TYPES for the beginning of an unpacked file, in UTF-8 if it is text."""
    for start, found in MAGIC_BYTES.items():
        if head.startswith(start):
            return found
    if head.startswith(b"PK\x03\x04"):
        return _detect_zip_type(head)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "picture"
    return _detect_text_type(head)


def _detect_zip_type(head: bytes) -> str:
    if b"opendocument.spreadsheet" in head[:120]:
        return "ods"
    if b"xl/" in head:
        return "xlsx"
    is_office_file = b"[Content_Types].xml" in head
    is_other_document = b"word/" in head or b"ppt/" in head
    return "xlsx" if is_office_file and not is_other_document else "zip"


def _detect_text_type(head: bytes) -> str:
    text = head.strip()
    if not text:
        return "empty"
    if UNPRINTABLE.search(head):
        return "binary"
    if text.startswith(b"<"):
        return "html" if HTML.search(head[:2000]) else "xml"
    if OBO.match(text):
        return "obo"
    if text.startswith(b"{") or b"\n{" in text:
        return "json"
    return "json-list" if text.startswith(b"[") else "text"


def describe_mismatch(detected: str, wanted: str) -> str:
    what, advice = FILE_TYPES[detected]
    return f"This looks like {what}, not {wanted}. {advice}"
