"""The figures of a checkout are counted as docs/code_figures.py says."""

import json
import subprocess
import sys

import pytest

from tests.code_style import ROOT

MODULE = '''"""A module
of two lines."""

# A comment.
class Row:
    """One."""

    def branch(self, told):
        if told:
            return [a for b in told for a in b]
        return 1 if told else 2


class Row:
    pass
'''


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "articles" / "migrations").mkdir(parents=True)
    (tmp_path / "articles" / "rows.py").write_text(MODULE)
    (tmp_path / "articles" / "migrations" / "0001_initial.py").write_text("a = 1\n")
    (tmp_path / "articles" / "__pycache__").mkdir()
    return tmp_path


def run(*arguments: str) -> str:
    command = [sys.executable, "docs/code_figures.py", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_each_figure_of_a_small_checkout(checkout):
    assert json.loads(run(str(checkout), "--json"))["figures"] == {
        "modules": 1,
        "lines": 15,
        "lines that are not empty": 11,
        "lines of code": 7,
        "lines over 100 columns": 0,
        "lines per file, median": 15,
        "lines per file, 90th percentile": 15,
        "functions": 1,
        "lines per function, median": 4,
        "lines per function, 90th percentile": 4,
        "complexity of a function, mean": 2,
        "functions of complexity over 10": 0,
        "comprehensions per 1,000 filled lines": 90.9,
        "comprehensions with two `for`": 1,
        "conditional expressions per 1,000 filled lines": 90.9,
        "class names that stand twice": 1,
        "names with a banned word": 1,
        "entries at the top of articles": 2,
        "entries at the top of symptoms": 0,
        "entries at the top of reviews": 0,
        "entries at the top of config": 0,
    }


def test_two_checkouts_stand_side_by_side_as_before_and_after(checkout, tmp_path_factory):
    empty = tmp_path_factory.mktemp("empty")
    table = run(str(checkout), str(empty)).splitlines()
    assert table[0].split() == ["|", "before", "|", "after"]
    assert table[1].split() == ["modules", "|", "1", "|", "0"]
