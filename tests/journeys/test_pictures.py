"""Pictures and tables: added with the keyboard, seen in the preview, signed, and read."""

import pytest
from playwright.sync_api import expect

from articles.models import Article, Image
from tests import factories
from tests.factories import add_figure, draw_picture, store_image
from tests.journeys.conftest import find_violations, log_in, open_form, wait_until
from tests.journeys.test_from_draft_to_signed_page import ask, sign
from tests.journeys.test_writing import Keyboard

pytestmark = pytest.mark.django_db(transaction=True)

WIDE = (
    "<table><tr><th>When it began</th><th>What it felt like</th><th>Where it was</th><th>How bad it"
    " was</th></tr><tr><td>Monday</td><td>Fluttering</td><td>Left eyelid</td><td>2 of"
    " 10</td></tr></table>"
)


def wait_for_picture(image) -> None:
    """The picture has come and is shown."""
    image.scroll_into_view_if_needed()
    expect(image).to_have_js_property("complete", True)
    expect(image).not_to_have_js_property("naturalWidth", 0)


def test_ann_puts_a_picture_on_a_page_with_the_keyboard_and_charlie_sees_it_once_ravi_signed(
    ann, ravi, open_page
):
    article = factories.make_article(ann)
    page = open_page(width=1500)
    log_in(page, "ann")
    open_form(page, f"/admin/articles/article/{article.pk}/change/")
    preview = page.frame_locator(".beside iframe")
    preview.get_by_text("Write down when it began.").wait_for()
    # Asked for well before the key: a browser under load takes keys first, and opens a dialog that
    # nobody sees.
    opened = []
    page.on("filechooser", lambda chooser: opened.append(chooser))
    keys = Keyboard(page)
    keys.tab_to("Add another Image").press("Enter")
    page.locator("#figures-0 input[type=file]:focus").wait_for()
    keys.press("Space")
    wait_until(page, lambda: opened, "the dialog for a file")
    opened[0].set_files(
        {"name": "eye.png", "mimeType": "image/png", "buffer": draw_picture(size=(300, 200))}
    )
    keys.tab_to("Alternative text").type("Two lines that meet at a corner of the eye.")
    keys.tab_to("Caption").type("Where the lids meet.")
    keys.tab_to("Credit and licence").type("Drawn for this test.")
    keys.tab_to("Save and continue").press("Enter")
    page.get_by_text("Revision 2 of").wait_for()

    preview.locator("figure img").wait_for()
    wait_for_picture(preview.locator("figure img"))
    wait_for_picture(page.locator("#figures-0 .thumbnail"))
    image = Image.objects.get()
    charlie_page = open_page(width=390, height=800)
    assert charlie_page.goto(f"/images/{image.sha256}.png").status == 404

    ask(page)
    ravi_page = open_page()
    log_in(ravi_page, "ravi", "/desk/")
    ravi_page.get_by_role("link", name="Keeping a diary").click()
    wait_for_picture(ravi_page.locator("#read figure img"))
    assert "Alternative text: Two lines that meet" in ravi_page.locator("#changes").text_content()
    sign(ravi_page, "Keeping a diary")

    charlie_page.goto(article.path)
    figure = charlie_page.get_by_role("figure")
    wait_for_picture(figure.locator("img"))
    assert (
        figure.get_by_role("img", name="Two lines that meet at a corner of the eye.").count() == 1
    )
    assert figure.inner_text() == "Where the lids meet. Drawn for this test."


def test_a_table_is_made_with_the_keyboard(ann, open_page):
    article = factories.make_article(ann, body="<p>Write it down.</p>")
    page = open_page()
    log_in(page, "ann")
    open_form(page, f"/admin/articles/article/{article.pk}/change/")
    keys = Keyboard(page)
    keys.tab_to("Overview")
    keys.tab_to("Insert table", back=True).press("Enter")
    page.locator("dialog[open]").wait_for()
    keys.tab_to("Include header row").press("ArrowUp")
    keys.tab_to("Insert Table").press("Enter")
    page.locator(".field-body .tiptap th").first.wait_for()
    for words in ("When", "What", "Where"):
        keys.type(words).press("ArrowRight")
    keys.tab_to("Save and continue").press("Enter")
    page.get_by_text("Revision 2 of").wait_for()
    heads = "".join(f'<th scope="col">{words}</th>' for words in ("When", "What", "Where"))
    assert (
        f"<table><thead><tr>{heads}</tr></thead><tbody>" in Article.objects.get(pk=article.pk).body
    )


def test_a_wide_table_and_a_picture_fit_a_small_telephone_and_axe_finds_nothing(
    ann, ravi, open_page
):
    article = factories.make_article(ann, body=f"<p>Write it down.</p>{WIDE}")
    add_figure(article, by=ann, image=store_image(ann, size=(900, 600)))
    factories.sign_page(article, by=ravi, asked_by=ann)
    page = open_page(width=320, height=640, bypass_csp=True, reduced_motion="reduce")
    page.goto(article.path)
    wait_for_picture(page.get_by_role("figure").locator("img"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    region = page.get_by_role("region", name="Table: When it began, What it felt like")
    assert region.evaluate("box => box.scrollWidth > box.clientWidth")
    Keyboard(page).tab_to("Table: When it began")
    page.keyboard.press("ArrowRight")
    wait_until(
        page, lambda: region.evaluate("box => box.scrollLeft") > 0, "the table scrolls by key"
    )
    assert find_violations(page, dark=True) == []


def test_nothing_moves_when_a_picture_comes(ann, ravi, open_page):
    article = factories.make_article(ann)
    add_figure(article, by=ann, image=store_image(ann, size=(900, 600)))
    factories.sign_page(article, by=ravi, asked_by=ann)
    page = open_page(width=390, height=800)
    page.route("**/images/*", lambda route: route.fulfill(status=404))
    page.goto(article.path)
    without = page.locator("#references").bounding_box()["y"]
    page.unroute("**/images/*")
    page.goto(article.path)
    wait_for_picture(page.get_by_role("figure").locator("img"))
    page.evaluate("scrollTo(0, 0)")
    assert page.locator("#references").bounding_box()["y"] == without
