"""The formats that the ground can read, offered when the application starts."""

from articles.imports.reading import delimited, jsonl, medlineplus, register, workbook


def register_all() -> None:
    register("jsonl", jsonl.read, label="Our own records (JSON lines)", suffixes=(".jsonl", ".jsonl.gz", ".ndjson"))
    register("csv", delimited.read, label="Spreadsheet as CSV", suffixes=(".csv", ".csv.gz", ".tsv", ".tsv.gz"))
    register("xlsx", workbook.read, label="Excel workbook", suffixes=(".xlsx",))
    register("medlineplus", medlineplus.read, label="MedlinePlus health topics (XML)", suffixes=(".xml", ".xml.gz"))
