"""Formats that know symptoms: ontologies, open data, and the columns of a spreadsheet."""
