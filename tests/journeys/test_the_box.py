"""A rich-text box with the keyboard alone: formats, lists, tables, undo, and out again."""

import re

import pytest

from tests import factories
from tests.journeys.clipboard import RichTextBox
from tests.journeys.conftest import log_in, open_form

pytestmark = pytest.mark.django_db(transaction=True)
GRID = (
    "<table><tbody><tr><th><p>Dose</p></th><th><p>Age</p></th></tr>"
    "<tr><td><p>5 mg</p></td><td><p>2</p></td></tr></tbody></table>"
)
NEW_GRID = GRID.replace("</tbody>", "<tr><td><p>{}</p></td><td><p>{}</p></td></tr></tbody>")
LIST = "<ul><li><p>one</p></li><li><p>two</p></li></ul>"
NESTED = "<ul><li><p>one</p><ul><li><p>two</p></li></ul></li></ul>"
# What somebody does, with what before them, by which keys (words in “…” are typed), and the result.
JOURNEYS = [
    ("bold", "", ["Control+b", "“a”", "Control+b", "“b”"], "<p><strong>a</strong>b</p>"),
    ("italic", "", ["Control+i", "“a”"], "<p><em>a</em></p>"),
    (
        "superscript",
        "",
        ["“10”", "Control+.", "“9”", "Control+.", "“/L”"],
        "<p>10<sup>9</sup>/L</p>",
    ),
    ("subscript", "", ["“H”", "Control+,", "“2”", "Control+,", "“O”"], "<p>H<sub>2</sub>O</p>"),
    (
        "superscript of what is selected",
        "<p>10-3</p>",
        ["End", "Shift+ArrowLeft", "Shift+ArrowLeft", "Control+."],
        "<p>10<sup>-3</sup></p>",
    ),
    (
        "what follows a raised figure",
        "<p>m2</p>",
        ["End", "Shift+ArrowLeft", "Control+.", "ArrowRight", "“ a day”", "Enter", "“next”"],
        "<p>m<sup>2</sup> a day</p><p>next</p>",
    ),
    (
        "a line after a raised figure",
        "<p>m2</p>",
        ["End", "Shift+ArrowLeft", "Control+.", "End", "Enter", "“next”"],
        "<p>m<sup>2</sup></p><p>next</p>",
    ),
    ("heading", "", ["Control+Alt+2", "“a”", "Enter", "“b”"], "<h2>a</h2><p>b</p>"),
    ("paragraph again", "<h3>a</h3>", ["Control+Alt+0"], "<p>a</p>"),
    ("line break", "", ["“a”", "Shift+Enter", "“b”"], "<p>a<br>b</p>"),
    ("quotation", "<p>a</p>", ["Control+Shift+b"], "<blockquote><p>a</p></blockquote>"),
    (
        "bullets, and out with Enter",
        "",
        ["Control+Shift+8", "“one”", "Enter", "“two”", "Enter", "Enter", "“three”"],
        f"{LIST}<p>three</p>",
    ),
    (
        "numbers",
        "",
        ["Control+Shift+7", "“one”", "Enter", "“two”"],
        "<ol><li><p>one</p></li><li><p>two</p></li></ol>",
    ),
    ("a level deeper", LIST, ["Control+]"], NESTED),
    ("a level deeper, as in Word", LIST, ["Alt+Shift+ArrowRight"], NESTED),
    ("a level less", NESTED, ["Control+["], LIST),
    ("out of the list", LIST, ["Control+[", "“!”"], "<ul><li><p>one</p></li></ul><p>two!</p>"),
    ("no level for a paragraph", "<p>a</p>", ["Control+]", "Control+["], "<p>a</p>"),
    ("to the next cell", GRID, ["Shift+Tab", "Tab", "“x”"], GRID.replace("2", "x")),
    ("to the cell before", GRID, ["Shift+Tab", "“x”"], GRID.replace("5 mg", "x")),
    ("into a new row", GRID, ["Tab", "“10 mg”", "Tab", "“7”"], NEW_GRID.format("10 mg", "7")),
    ("into two new rows", GRID, ["Tab", "“a”", "Tab", "Tab", "“b”"], None),
    ("undo and redo of typing", "", ["“a”", "Control+z", "Control+Shift+z"], "<p>a</p>"),
]


# The box learns of a key that moves the caret a little later than the browser.
UNTIL_THE_CARET_IS_KNOWN = """new Promise((known) =>
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(known, 30))))"""


def simplify(html: str) -> str:
    """Without what an editor writes and no page has."""
    return re.sub(r' (?:colspan|rowspan|type|data-type)="(?:1|decimal)"', "", html)


def press_all(box: RichTextBox, keys: list[str]) -> None:
    for key in keys:
        if key.startswith("“"):
            box.type(key.strip("“”"))
        else:
            box.press(key)
            box.page.evaluate(UNTIL_THE_CARET_IS_KNOWN)


def get_focus(box: RichTextBox) -> str:
    return box.page.evaluate(
        "document.activeElement.getAttribute('aria-label') || document.activeElement.id"
    )


def go_back_to(box: RichTextBox, name: str) -> None:
    for _ in range(40):
        box.press("Shift+Tab")
        if get_focus(box) == name:
            return
    raise AssertionError(f"Shift+Tab does not reach “{name}”.")


def insert_table(box: RichTextBox) -> None:
    """By the button of the box; its first row has headings unless somebody chooses otherwise."""
    box.fill("<p></p>")
    go_back_to(box, "Insert table")
    box.press("Enter")
    box.page.locator("dialog select[name=withHeaderRow]").wait_for()
    box.type("2").press("Tab").type("2").press("Enter")
    box.page.locator(".field-body .tiptap th").first.wait_for()
    row = "<tr>{0}<p></p></{1}>{0}<p></p></{1}></tr>"
    assert simplify(box.html).startswith(
        f"<table><tbody>{row.format('<th>', 'th')}{row.format('<td>', 'td')}"
    )


def leave_by_tab(box: RichTextBox) -> None:
    """From a list, from the first cell, and from an empty last row: nobody is caught in the box."""
    for html, key in ((LIST, "Tab"), (GRID, "Shift+Tab"), (NEW_GRID.format("", ""), "Tab")):
        box.fill(html)
        if key == "Shift+Tab":
            press_all(box, [key] * 3)
        before = box.html
        press_all(box, [key])
        assert not box.editor.evaluate("box => box.contains(document.activeElement)"), html
        assert box.html == before


def take_back_a_paste(box: RichTextBox) -> None:
    box.fill("<p>Before.</p>").type(" Typed.").paste("<p>One</p><p>Two</p>").type("!")
    press_all(box, ["Control+z"])
    assert box.html == "<p>Before. Typed.One</p><p>Two</p>"
    press_all(box, ["Control+z"])
    assert box.html == "<p>Before. Typed.</p>"
    press_all(box, ["Control+Shift+z"])
    assert box.html == "<p>Before. Typed.One</p><p>Two</p>"


def move_cells(box: RichTextBox) -> None:
    """What is copied within the form is put in as it was, also cells."""
    box.fill(GRID)
    press_all(box, ["Shift+Tab", "Shift+ArrowRight", "Control+c", "Tab", "Control+v"])
    assert simplify(box.html) == NEW_GRID.format("5 mg", "2")


def test_twenty_things_are_done_in_the_box_with_the_keyboard_alone(ann, open_page):
    article = factories.make_article(ann, body="")
    page = open_page()
    log_in(page, "ann")
    open_form(page, f"/admin/articles/article/{article.pk}/change/")
    box = RichTextBox(page, "body")
    results = {}
    for name, html, keys, _ in JOURNEYS:
        box.fill(html)
        press_all(box, keys)
        results[name] = simplify(box.html)
    assert results.pop("into two new rows").count("<tr>") == 4
    assert results == {name: html for name, _, _, html in JOURNEYS if html is not None}
    insert_table(box)
    leave_by_tab(box)
    take_back_a_paste(box)
    move_cells(box)


def test_a_box_that_says_what_it_said_is_sent_as_it_came(ann, open_page):
    """An editor writes its own HTML for the same words; that is no change of the text."""
    body = "<ul><li>one</li></ul><table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>"
    article = factories.make_article(ann, body=body)
    body, revisions = article.body, article.revisions.count()
    page = open_page()
    log_in(page, "ann")
    open_form(page, f"/admin/articles/article/{article.pk}/change/")
    box = RichTextBox(page, "body")
    assert box.html != body
    box.focus().type("x").press("Backspace")
    with page.expect_request(lambda request: "/change/" in request.url) as sent:
        page.get_by_role("button", name="Save and continue editing").click()
    assert body in sent.value.post_data
    page.locator(".messagelist").wait_for()
    article.refresh_from_db()
    assert (article.body, article.revisions.count()) == (body, revisions)
