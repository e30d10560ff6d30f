"""What other programs put on the clipboard is pasted as it was meant, and notes say the rest."""

import pytest

from tests import factories
from tests.journeys.clipboard import HeldAnswers, RichTextBox
from tests.journeys.conftest import log_in, open_form, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
STRUCK = "<p>Give <s>500</s> 50 mg.</p>"
LEFT_OUT = "Left out of what was pasted: 1 passage that was struck out."
CLIPBOARD = ["clipboard-read", "clipboard-write"]


@pytest.fixture
def open_box(ann, open_page):
    """Ann before an empty box."""

    def open_one(**options) -> RichTextBox:
        article = factories.make_article(ann, body="")
        page = open_page(**options)
        log_in(page, "ann", "/admin/")
        open_form(page, f"/admin/articles/article/{article.pk}/change/")
        return RichTextBox(page, "body")

    return open_one


def select_ab(box: RichTextBox) -> None:
    """Select the “AB” of “Before AB after.”."""
    box.press("Home", *["ArrowRight"] * 7, "Shift+ArrowRight", "Shift+ArrowRight")


def paste_formatted(box: RichTextBox) -> None:
    assert box.replace_all(STRUCK) == "<p>Give 50 mg.</p>"
    assert box.notes == [LEFT_OUT]
    wait_until(
        box.page, lambda: box.page.locator("#said").text_content() == LEFT_OUT, "it is said"
    )
    # The next one clears the note; one paragraph goes into the line where the caret is.
    box.copy("<p>, <strong>once</strong></p>").press("ArrowLeft", "Control+v").wait()
    assert (box.html, box.notes) == ("<p>Give 50 mg, <strong>once</strong>.</p>", [])
    # Several paragraphs, over a selection; one step brings back what was there.
    box.fill("<p>Before AB after.</p>").copy("<p>One</p><p>Two</p>")
    select_ab(box)
    box.press("Control+v").wait()
    assert box.html == "<p>Before One</p><p>Two after.</p>"
    box.press("Control+z")
    assert box.html == "<p>Before AB after.</p>"
    box.press("Control+Shift+z")
    assert box.html == "<p>Before One</p><p>Two after.</p>"
    assert box.replace_all("<ul><li>a</li><li>b</li></ul>").startswith("<ul><li><p>a</p></li>")
    # Of the words that were deleted alone nothing is left, and what was selected stays.
    box.fill("<p>Stays.</p>").copy("<del>500</del>").press("Control+a", "Control+v").wait()
    assert (box.html, box.notes) == ("<p>Stays.</p>", [f"{LEFT_OUT} Nothing is left."])


def paste_while_typing(box: RichTextBox) -> None:
    answers = HeldAnswers(box.page)
    box.fill("<p>Before AB after.</p>").copy("<p>pasted</p>")
    select_ab(box)
    box.press("Control+v")
    answers.wait_for(1, wait_until)
    assert box.notes == ["Cleaning the paste… Press Escape to cancel."]
    box.type(" typed")
    assert box.html == "<p>Before AB typed after.</p>"
    # A second one waits for the first, though the server answers it first.
    box.copy("<p> and more</p>").press("Control+v")
    answers.wait_for(2, wait_until)
    box.press("Home").type("Now. ")
    answers.routes.pop().continue_()
    box.page.wait_for_timeout(100)
    assert box.html == "<p>Now. Before AB typed after.</p>"
    answers.let_go()
    box.wait().type("Then. ")
    assert box.html == "<p>Now. Then. Before pasted typedand more after.</p>"
    box.press("Control+z", "Control+z")
    assert box.html == "<p>Now. Before pasted typed after.</p>"
    box.press("Control+z")
    assert box.html == "<p>Now. Before AB typed after.</p>"
    # What is written into what was selected stays, and the paste comes after it.
    box.fill("<p>ABCD</p>").copy("<p>pasted</p>").press("Control+a", "Control+v")
    answers.wait_for(1, wait_until)
    box.press("Home", "ArrowRight").type("x")
    answers.let_go()
    box.wait()
    assert box.html == "<p>AxBCDpasted</p>"
    # Escape gives the selection back, and the answer comes too late.
    box.fill("<p>ABCD</p>").copy("<p>pasted</p>").press("Control+a", "Control+v")
    answers.wait_for(1, wait_until)
    box.press("Escape").wait()
    assert (box.html, box.notes) == ("<p>ABCD</p>", [])
    box.type("x")
    assert box.html == "<p>x</p>"
    answers.routes.clear()
    # Saving waits for the paste.
    box.fill("<p></p>").copy(STRUCK).press("Control+v")
    answers.wait_for(1, wait_until)
    box.page.get_by_role("button", name="Save and continue editing").click()
    answers.let_go()
    box.page.get_by_text("is saved.").wait_for()
    assert box.html == "<p>Give 50 mg.</p>"


def test_a_paste_is_cleaned_by_the_server_and_one_goes_on_typing_meanwhile(open_box):
    box = open_box()
    paste_formatted(box)
    paste_while_typing(box)
