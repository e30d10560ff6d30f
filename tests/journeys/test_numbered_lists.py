"""A list goes on counting after a note: as the box shows it, it is saved and read."""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.journeys.conftest import log_in, open_form

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = "<ol><li>Wet</li></ol><p>Wait a minute.</p><ol><li>Rinse</li><li>Dry</li></ol>"
MARKERS = """(list) => [list.getAttribute("start"), getComputedStyle(list).listStyleType,
  getComputedStyle(list.querySelector("li")).listStyleType]"""


def test_a_list_that_goes_on_counts_alike_in_the_box_in_the_text_and_on_the_page(
    ann, ravi, open_page
):
    article = factories.make_article(ann, body=STEPS)
    page = open_page()
    log_in(page, "ann")
    open_form(page, f"/admin/articles/article/{article.pk}/change/")
    box = page.locator(".field-body .prose-editor")
    box.locator("p", has_text="Rinse").click()
    box.get_by_role("button", name="List properties").click()
    dialog = page.locator(".prose-editor-dialog")
    dialog.get_by_label("Start at").fill("2")
    expect(dialog.get_by_label("List type").locator("option")).to_have_count(5)
    dialog.get_by_label("List type").select_option("a, b, c")
    dialog.get_by_role("button", name="Update").click()
    expect(box.locator("ol[type=a]")).to_have_count(1)
    in_box = box.locator("ol").nth(1).evaluate(MARKERS)
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_text("Visitors cannot see it yet").wait_for()
    article.refresh_from_db()
    assert article.body == (
        "<ol><li><p>Wet</p></li></ol><p>Wait a minute.</p>"
        '<ol start="2" type="a"><li><p>Rinse</p></li><li><p>Dry</p></li></ol>'
    )
    factories.sign_page(article, by=ravi, asked_by=ann)
    page.goto(article.path)
    on_page = page.locator(".doc .overview ol").nth(1).evaluate(MARKERS)
    assert in_box == on_page == ["2", "lower-alpha", "lower-alpha"]
