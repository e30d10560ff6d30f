"""Registers the formats of this app when the application starts."""

from articles.imports.formats import csv, jsonl, medlineplus, register, xlsx


def register_all() -> None:
    register(
        "jsonl",
        jsonl.read,
        label="Our own records (JSON lines)",
        suffixes=(".jsonl", ".jsonl.gz", ".ndjson"),
    )
    register(
        "csv", csv.read, label="Spreadsheet as CSV", suffixes=(".csv", ".csv.gz", ".tsv", ".tsv.gz")
    )
    register("xlsx", xlsx.read, label="Excel workbook", suffixes=(".xlsx",))
    register(
        "medlineplus",
        medlineplus.read,
        label="MedlinePlus health topics (XML)",
        suffixes=(".xml", ".xml.gz"),
    )
