"""What word processors, mail programs and web pages put on the clipboard comes out as it was meant.

Each file of ``pastes`` is written as such a program writes it. ``NAME.expected.html`` is the text
that a page gets of it, and ``NAME.dropped.txt`` what the editor is shown as left out, a line each.
"""

from pathlib import Path

import pytest

from articles.fields import clean_rich_text

PASTES = Path(__file__).resolve().parent.parent / "pastes"
NAMES = sorted(path.name.removesuffix(".expected.html") for path in PASTES.glob("*.expected.html"))


@pytest.mark.parametrize("name", NAMES)
def test_a_paste_comes_out_as_it_was_meant(name):
    cleaned = clean_rich_text((PASTES / f"{name}.html").read_text())
    assert cleaned.html == (PASTES / f"{name}.expected.html").read_text().rstrip("\n")
    dropped = PASTES / f"{name}.dropped.txt"
    assert list(cleaned.dropped) == (dropped.read_text().splitlines() if dropped.exists() else [])
    assert clean_rich_text(cleaned.html) == type(cleaned)(cleaned.html)


def test_every_paste_has_what_is_expected_of_it():
    inputs = {path.stem for path in PASTES.glob("*.html") if ".expected" not in path.name}
    assert inputs == set(NAMES)
