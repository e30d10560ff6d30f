"""What other programs put on the clipboard is pasted as it was meant, and notes say the rest."""

import pytest

from tests import factories
from tests.journeys.clipboard import PendingAnswers, RichTextBox
from tests.journeys.conftest import log_in, open_form, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
STRUCK = "<p>Give <s>500</s> 50 mg.</p>"
LEFT_OUT = "Left out of what was pasted: 1 passage that was struck out."


@pytest.fixture
def open_box(ann, open_page):
    """Ann before an empty box."""

    def open_one(**options) -> RichTextBox:
        article = factories.make_article(ann, body="")
        page = open_page(**options)
        log_in(page, "ann")
        open_form(page, f"/admin/articles/article/{article.pk}/change/")
        return RichTextBox(page, "body")

    return open_one


def select_ab(box: RichTextBox) -> None:
    """Select the “AB” of “Before AB after.”."""
    box.press("Home", *["ArrowRight"] * 7, "Shift+ArrowRight", "Shift+ArrowRight")


def paste_formatted(box: RichTextBox) -> None:
    assert box.replace_all(STRUCK) == "<p>Give 50 mg.</p>"
    assert box.notes == [LEFT_OUT]
    wait_until(box.page, lambda: box.page.locator("#said").text_content() == LEFT_OUT, "it is said")
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
    answers = PendingAnswers(box.page)
    box.fill("<p>Before AB after.</p>").copy("<p>pasted</p>")
    select_ab(box)
    box.press("Control+v")
    answers.wait_for(1)
    assert box.notes == ["Cleaning the paste… Press Escape to cancel."]
    box.type(" typed")
    assert box.html == "<p>Before AB typed after.</p>"
    # A second one waits for the first, though the server answers it first.
    box.copy("<p> and more</p>").press("Control+v")
    answers.wait_for(2)
    box.press("Home").type("Now. ")
    answers.let_go(-1)
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
    answers.wait_for(1)
    box.press("Home", "ArrowRight").type("x")
    answers.let_go()
    box.wait()
    assert box.html == "<p>AxBCDpasted</p>"
    # Escape gives the selection back, and the answer comes too late.
    box.fill("<p>ABCD</p>").copy("<p>pasted</p>").press("Control+a", "Control+v")
    answers.wait_for(1)
    box.press("Escape").wait()
    assert (box.html, box.notes) == ("<p>ABCD</p>", [])
    box.type("x")
    assert box.html == "<p>x</p>"
    answers.routes.clear()
    # Saving waits for the paste.
    box.fill("<p></p>").copy(STRUCK).press("Control+v")
    answers.wait_for(1)
    box.page.get_by_role("button", name="Save and continue editing").click()
    answers.let_go()
    box.page.get_by_text("is saved.").wait_for()
    assert box.html == "<p>Give 50 mg.</p>"
    answers.stop()


def paste_without_a_connection(box: RichTextBox) -> None:
    context = box.page.context
    context.set_offline(True)
    box.fill("<p>AB</p>").paste(STRUCK)
    assert box.html == "<p>AB</p>"
    assert box.notes == ["Nothing was pasted. There is no connection to the server."]
    # What was copied in this form is put in all the same; and a plain paste waits like the other.
    box.select(1, 3).press("Control+c", "ArrowRight", "Control+v")
    assert box.html == "<p>ABAB</p>"
    box.paste(STRUCK, "Give 500 50 mg.", "Control+Shift+v")
    assert (box.html, len(box.notes)) == ("<p>ABAB</p>", 2)
    box.button("Discard").last.click()
    context.set_offline(False)
    box.select(1, 1).type("x").press("Tab")
    assert box.page.evaluate("document.activeElement.textContent") == "Try again"
    box.press("Enter").wait()
    assert (box.html, box.notes) == ("<p>xABGive 50 mg.AB</p>", [LEFT_OUT])
    box.type("y")
    assert box.html == "<p>xyABGive 50 mg.AB</p>"


def paste_while_the_server_is_broken(box: RichTextBox) -> None:
    page = box.page
    page.route("**/paste/", lambda route: route.fulfill(status=503, body="<h1>Sorry</h1>"))
    box.fill("<p>AB</p>").paste(STRUCK)
    assert box.notes == ["Nothing was pasted. The server could not do it just now."]
    # The same to the same place again is one failure; saving is not kept from anybody.
    box.paste(STRUCK)
    assert len(box.notes) == 1
    page.unroute("**/paste/")
    box.paste(STRUCK)
    assert (box.html, box.notes) == ("<p>ABGive 50 mg.</p>", [LEFT_OUT])
    pending = PendingAnswers(page)
    box.copy(STRUCK).press("Control+v")
    pending.wait_for(1)
    page.get_by_role("button", name="Save and continue editing").click()
    pending.routes.pop().abort()
    box.button("Discard").wait_for()
    assert box.notes == [
        "Nothing was pasted. There is no connection to the server. The page is not saved yet."
    ]
    box.button("Discard").click()
    pending.stop()


def paste_when_signed_out(box: RichTextBox) -> None:
    cookies = box.page.context.cookies()
    [session] = [cookie["name"] for cookie in cookies if "session" in cookie["name"]]
    box.page.context.clear_cookies(name=session)
    box.fill("<p></p>").paste(STRUCK)
    assert box.notes == [
        "Nothing was pasted. You are signed out. Sign in again in another tab, then try again here."
    ]
    other = box.page.context.new_page()
    log_in(other, "ann")
    other.close()
    box.button("Try again").click()
    box.wait()
    assert (box.html, box.notes) == ("<p>Give 50 mg.</p>", [LEFT_OUT])


def paste_too_much(box: RichTextBox) -> None:
    box.fill("<p>AB</p>").paste("<p>" + "x" * 4_000_000)
    assert box.notes == [
        "Nothing was pasted. This is more than a page can carry. Paste only the part that you need."
    ]
    box.paste("<p>" + "x" * 1_000_001)
    assert "a page can carry 1,000,000" in box.notes[0]
    assert box.button("Try again").count() == 0
    box.button("Close").click()
    assert (box.html, box.notes) == ("<p>AB</p>", [])


def paste_late(box: RichTextBox) -> None:
    box.page.clock.install()
    pending = PendingAnswers(box.page)
    box.fill("<p>AB</p>").copy(STRUCK).press("Control+v")
    pending.wait_for(1)
    box.page.clock.fast_forward(20_000)
    box.wait()
    assert box.notes == ["Nothing was pasted. The server did not answer in time."]
    pending.stop()


def test_without_an_answer_nothing_gets_in_and_one_can_try_again(open_box):
    box = open_box(excused=("503", "400", "net::ERR", "sandboxed"))
    paste_without_a_connection(box)
    paste_while_the_server_is_broken(box)
    paste_when_signed_out(box)
    paste_too_much(box)
    paste_late(box)


def test_a_plain_paste_is_refused_where_the_plain_text_says_something_else(open_box):
    box = open_box(permissions=[])  # a paste may read what it pastes, and no more
    plain = "Control+Shift+v"
    box.paste(STRUCK, "Give 500 50 mg.", plain)
    assert box.html == "<p></p>"
    assert box.notes[0].startswith("Nothing was pasted. The plain text is not what the copied")
    box.button("Paste with formatting").click()
    assert (box.html, box.notes) == ("<p>Give 50 mg.</p>", [LEFT_OUT])
    for html, text in [
        ("<p>10<sup>9</sup>/L</p>", "109/L"),
        ("<p>Give <span style='mso-hide:all;display:none'>500</span>50</p>", "Give 50050"),
    ]:
        box.fill("<p></p>").paste(html, text, plain)
        assert (box.html, len(box.notes)) == ("<p></p>", 1)
    # The HTML was read whole: a browser's own cleaning would have lost what was hidden unsaid.
    box.button("Paste with formatting").click()
    assert box.notes == ["Left out of what was pasted: 1 passage that was hidden."]
    # The same words come without their formatting, in paragraphs.
    same = "<h2>One</h2><p><strong>Two</strong> three</p>"
    box.fill("<p></p>").paste(same, "One\nTwo three", plain)
    assert (box.html, box.notes) == ("<p>One</p><p>Two three</p>", [])
    # Where there is no HTML at all, the plain text is all that there is.
    for key in (plain, "Control+v"):
        box.fill("<p></p>").paste("", "One\n\nTwo <b>", key)
        assert (box.html, box.notes) == ("<p>One</p><p>Two &lt;b&gt;</p>", [])
    # Dropped words go the same way.
    box.fill("<p>Before after.</p>").drop(STRUCK, "Give 500 50 mg.", "after")
    assert (box.html, box.notes) == ("<p>Before Give 50 mg.after.</p>", [LEFT_OUT])
    # A browser that shows nothing of it: nobody knows what the plain text says.
    box.page.evaluate("delete Clipboard.prototype.read")
    box.fill("<p></p>").paste("", "One", plain)
    assert box.notes[0].startswith("Nothing was pasted. The browser does not show what was copied")
    box.paste("", "One")
    assert (box.html, box.notes) == ("<p>One</p>", [])


def test_a_paste_is_cleaned_by_the_server_and_one_goes_on_typing_meanwhile(open_box):
    box = open_box()
    paste_formatted(box)
    paste_while_typing(box)
