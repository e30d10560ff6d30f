"""The documentation of import formats names what there is, and its examples are read."""

import re
from pathlib import Path

import pytest

from articles.imports import formats
from articles.imports.formats import columns
from tests.files import read_file, write_file

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "import-formats.md").read_text()
EXAMPLES = dict(enumerate(re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.S | re.M)))
FORMATS = {"xml": "medlineplus"}
RECORDS = {0: 4, 1: 2, 2: 3, 3: 1}


@pytest.mark.parametrize("place", EXAMPLES)
def test_an_example_is_read_as_the_page_says(tmp_path, place):
    name, text = EXAMPLES[place]
    gathered = read_file(FORMATS.get(name, name), write_file(tmp_path, text))
    assert len(gathered.found) == RECORDS[place]
    assert not gathered.refused


def test_every_format_and_every_column_is_described():
    described = set()
    for cell in re.findall(r"^\| (`.*?) \|", PAGE, re.M):
        described.update(re.findall("`([^`]+)`", cell))
    assert {found.name for found in formats.get_all()} <= described
    assert {column.name for column in columns.get_columns().values()} <= described
