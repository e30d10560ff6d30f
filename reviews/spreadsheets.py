"""Lists as CSV files that a spreadsheet opens and does not take for formulas."""

import csv
from collections.abc import Iterable

from django.http import HttpResponse

from articles.spreadsheets import escaped


def answer(name: str, head: list[str], rows: Iterable[list]) -> HttpResponse:
    """A CSV file to download: UTF-8, with the mark by which Excel knows it."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(head)
    writer.writerows([escaped(cell) for cell in row] for row in rows)
    return response
