"""What other programs put on the clipboard is pasted as it was meant, and notes say the rest."""

import pytest

from tests import factories
from tests.journeys.conftest import log_in

pytestmark = pytest.mark.django_db(transaction=True)
TRACKED = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><body><p class=MsoNormal>Give '
    '<del cite="mailto:A">500</del><ins cite="mailto:A">50</ins> mg once.</p></body></html>'
)
RAISED = (
    "<p>Fewer than 150 x 10<sup>9</sup>/L; H<sub>2</sub>O; 10<sup>-3</sup> mg; "
    "take 1<sup>1</sup>/<sub>2</sub> tablets.</p>"
)
IN_SIGNS = "Fewer than 150 x 10⁹/L; H₂O; 10⁻³ mg; take 1¹/₂ tablets."
COPY = """(html) => {
  document.addEventListener("copy", (event) => {
    event.clipboardData.setData("text/html", html);
    event.clipboardData.setData("text/plain", "plain words");
    event.preventDefault();
  }, { once: true });
}"""
EACH = [
    ("<p>Give <s>500</s> 50 mg.</p>", "<p>Give 50 mg.</p>", "1 passage that was struck out"),
    (
        (
            '<p>Give <span style="text-decoration: line-through">500</span> 50 <b style="color:'
            ' red">mg</b>.</p>'
        ),
        "<p>Give 50 <strong>mg</strong>.</p>",
        "1 passage that was struck out",
    ),
    (
        '<p>Give 50 mg.</p><p style="display:none">Give 500 mg.</p><p hidden>600</p>',
        "<p>Give 50 mg.</p>",
        "2 × passage that was hidden",
    ),
    (
        (
            "<p class=MsoNormal>Give 50 mg<span style='mso-hide:all'>500</span><span"
            " class=MsoCommentReference><a class=msocomanchor"
            ' href="#_msocom_1">[A1]</a></span>.</p><div style="mso-element:comment-list"><div'
            ' style="mso-element:comment"><p class=MsoCommentText>Or 500?</p></div></div>'
        ),
        "<p>Give 50 mg.</p>",
        "1 comment, 1 passage that was hidden",
    ),
    (
        (
            '<p>10<span style="vertical-align:super">9</span>/L, 10<sup><b>–3</b></sup> mg, the'
            " 1<sup>st</sup> and pain<sup>1,2</sup>, B<sub>12a</sub>,"
            " 10<sup>2<sup>3</sup></sup></p>"
        ),
        "<p>10⁹/L, 10<strong>⁻³</strong> mg, the 1st and pain(1,2), B(12a), 10²⁽³⁾</p>",
        "",
    ),
    (
        "<p>A <b>plain</b> <i>text</i> of the first class.</p>",
        "<p>A <strong>plain</strong> <em>text</em> of the first class.</p>",
        "",
    ),
]


@pytest.fixture
def editor_box(ann, open_page):
    """Ann before an empty box, with somewhere to copy from."""
    article = factories.make_article(ann, body="")
    page = open_page()
    log_in(page, "ann", "/admin/")
    page.goto(f"/admin/articles/article/{article.pk}/change/")
    page.locator(".field-body .tiptap").wait_for()

    def paste(html: str):
        page.locator("#id_title").focus()
        page.evaluate(COPY, html)
        page.keyboard.press("Control+a")
        page.keyboard.press("Control+c")
        page.locator(".field-body [contenteditable]").focus()
        page.keyboard.press("Control+a")
        page.keyboard.press("Control+v")
        return page

    return paste, article


def pasted(page) -> str:
    return page.locator(".field-body .tiptap").evaluate("box => box.editor.getHTML()")


def save(page, article) -> str:
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("is saved.").wait_for()
    return article.get_latest_revision().read().body


def test_a_deletion_that_was_tracked_in_word_stays_deleted_and_is_said(editor_box):
    paste, article = editor_box
    page = paste(TRACKED)
    page.get_by_text("Left out of what was pasted: 1 passage that was struck out.").first.wait_for()
    assert page.locator(".field-body .left-out").is_visible()
    assert "1 passage that was struck out" in page.locator("#said").text_content()
    assert pasted(page) == "<p>Give 50 mg once.</p>"
    assert save(page, article) == "<p>Give 50 mg once.</p>"


def test_raised_and_lowered_figures_become_signs(editor_box):
    paste, article = editor_box
    page = paste(RAISED)
    page.get_by_text(IN_SIGNS).wait_for()
    assert page.locator(".left-out").count() == 0
    assert save(page, article) == f"<p>{IN_SIGNS}</p>"


def test_every_kind_of_mark_is_carried_out_in_the_box_as_on_the_server(editor_box):
    paste, _ = editor_box
    for html, kept, note in EACH:
        page = paste(html)
        page.wait_for_function(
            "kept => document.querySelector('.field-body .tiptap').editor.getHTML() === kept",
            arg=kept,
        )
        notes = page.locator(".field-body .left-out").all_inner_texts()
        assert notes == ([f"Left out of what was pasted: {note}."] if note else [])
