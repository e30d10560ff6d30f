"""What programs put on the clipboard is the same in the box, as stored and on the public page.

``WRITE_PASTES=1`` writes what came out into ``docs/pastes.md``.
"""

import os
import re
from itertools import chain
from pathlib import Path

import pytest
from django.test import Client

from articles.fields import clean_html
from articles.richtext.plaintext import extract_lines
from tests import factories
from tests.journeys.clipboard import RichTextBox
from tests.journeys.conftest import log_in, open_form, wait_for_form

pytestmark = pytest.mark.django_db(transaction=True)
HERE = Path(__file__).resolve().parent
CORPUS = HERE.parent / "articles" / "richtext" / "pastes"
TABLE = HERE.parent.parent / "docs" / "pastes.md"
HEAD = """# What comes out of a paste

Each file of `tests/articles/richtext/pastes` is written as a program writes it on the clipboard. A
browser pasted it into an empty box, and these are the lines of the text that is saved, as a
reviewer reads them: `**bold**`, `_italic_`, `## heading`, `1.` and `•` for items, `|` for cells.
Written by `WRITE_PASTES=1 pytest -m journey tests/journeys/test_paste_corpus.py`.

| Copied | What came out | Left out |
|---|---|---|
"""
# What a raised figure is copied with from a public page, as plain text: 10^9.
RAISED_SIGN = re.compile(r'<span class="hidden" aria-hidden="true">\^</span>')
SELECT_PARAGRAPH = """paragraph => {
  const range = document.createRange();
  range.selectNodeContents(paragraph);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""
# The inputs that came out wrong: the box it goes into, and what is to be stored of it.
FIDELITY = {
    "01-tracked-word": ("body", "<p>Give 50 mg once.</p>"),
    "02-raised": (
        "treatment",
        "<p>Fewer than 150 x 10<sup>9</sup>/L; H<sub>2</sub>O; 10<sup>-3</sup> mg; take 1½ tablets."
        "</p>",
    ),
    "03-googledocs": (
        "complications",
        "<p>Plain words, <strong>one bold word</strong>, plain again.</p>"
        "<ul><li><p>plain item</p></li></ul>",
    ),
    "04-list-start": (
        "spotlight",
        '<p>Then go on:</p><ol start="4"><li><p>four</p></li><li><p>five</p></li></ol>',
    ),
    "04b-word-levels": (
        "diagnosis_questions",
        '<ol><li><p>First</p><ol type="a"><li><p>Sub one</p></li><li><p>Sub two</p></li></ol></li>'
        "<li><p>Second</p></li></ol>",
    ),
}


def read_expected(name: str) -> tuple[list[str], list[str]]:
    """The lines that are to come out of a paste, and the words for what is left out."""
    lines = extract_lines((CORPUS / f"{name}.expected.html").read_text())
    dropped = CORPUS / f"{name}.dropped.txt"
    return lines, dropped.read_text().splitlines() if dropped.exists() else []


def paste_file(box: RichTextBox, path: Path) -> tuple[list[str], list[str]]:
    """What is saved of a paste, line by line, and what the note below the box says."""
    saved = clean_html(box.replace_all(path.read_text()))
    notes = [note.split(": ", 1)[1].rstrip(".").split(", ") for note in box.notes]
    return extract_lines(saved), list(chain.from_iterable(notes))


def build_table(came_out: dict) -> str:
    rows = []
    for name, columns in came_out.items():
        cells = ["<br>".join(lines).replace("|", r"\|") for lines in columns]
        rows.append(f"| {name} | {cells[0]} | {cells[1]} |\n")
    return HEAD + "".join(rows)


def open_symptom(ann, open_page):
    symptom = factories.make_symptom(ann)
    page = open_page()
    log_in(page, "ann")
    open_form(page, f"/admin/symptoms/symptom/{symptom.pk}/change/")
    return symptom, page


def test_every_paste_comes_out_as_it_was_meant(ann, open_page):
    _, page = open_symptom(ann, open_page)
    box = RichTextBox(page, "body")
    names = sorted(path.name.split(".")[0] for path in CORPUS.glob("*.expected.html"))
    came_out = {name: paste_file(box, CORPUS / f"{name}.html") for name in names}
    table = build_table(came_out)
    assert came_out == {name: read_expected(name) for name in names}, table
    if os.environ.get("WRITE_PASTES"):
        TABLE.write_text(table)
    assert table == TABLE.read_text()


def test_what_came_out_wrong_is_right_in_the_box_in_the_document_and_on_the_page(
    ann, ravi, open_page
):
    symptom, page = open_symptom(ann, open_page)
    notes = {}
    for name, (field, _) in FIDELITY.items():
        box = RichTextBox(page, field)
        box.replace_all((HERE / "fidelity" / f"{name}.html").read_text())
        notes[name] = box.notes
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("Revision 2 of").wait_for()
    symptom.refresh_from_db()
    assert {name: getattr(symptom, field) for name, (field, _) in FIDELITY.items()} == {
        name: html for name, (_, html) in FIDELITY.items()
    }
    left_out = ["Left out of what was pasted: 1 passage that was struck out."]
    assert notes == {name: [] for name in FIDELITY} | {"01-tracked-word": left_out}
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    public = RAISED_SIGN.sub("", Client().get("/symptoms/facial-spasms/").text)
    assert [name for name, (_, html) in FIDELITY.items() if html not in public] == []
    # Copied from the public page itself, and pasted into a box.
    visitor = page.context.new_page()
    visitor.goto("/symptoms/facial-spasms/")
    visitor.locator("p", has_text="Fewer than").evaluate(SELECT_PARAGRAPH)
    visitor.keyboard.press("Control+c")
    visitor.close()
    wait_for_form(page)
    box = RichTextBox(page, "treatment").fill("<p></p>").press("Control+v").wait()
    assert clean_html(box.html) == FIDELITY["02-raised"][1]
