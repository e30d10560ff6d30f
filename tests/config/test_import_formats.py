"""The documentation of import formats names what there is, and its examples are read."""

import re
from pathlib import Path

import pytest

from articles.imports import reading
from articles.imports.reading import columns
from tests.reading import said, written

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "import-formats.md").read_text()
EXAMPLES = dict(enumerate(re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.S | re.M)))
FORMATS = {"xml": "medlineplus"}
RECORDS = {0: 4, 1: 2, 2: 3, 3: 1}


@pytest.mark.parametrize("place", EXAMPLES)
def test_an_example_is_read_as_the_page_says(tmp_path, place):
    name, text = EXAMPLES[place]
    gathered = said(FORMATS.get(name, name), written(tmp_path, text))
    assert len(gathered.found) == RECORDS[place]
    assert not gathered.refused


def test_every_format_and_every_column_is_described():
    described = {name for cell in re.findall(r"^\| (`.*?) \|", PAGE, re.M) for name in re.findall("`([^`]+)`", cell)}
    assert {found.name for found in reading.every()} <= described
    assert {column.name for column in columns.known().values()} <= described
