"""A reader answers and reports a problem by keyboard, on a phone, without script; it is seen."""

import pytest
from playwright.sync_api import expect

from articles.models import ReaderReport, ReaderTally
from tests import factories
from tests.journeys.conftest import find_violations, log_in

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


def tab_to(page, name: str) -> None:
    """Press Tab until what has this name has the focus, as somebody without a mouse does."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(document.activeElement.textContent || '').trim()") == name:
            return
    pytest.fail(f"“{name}” cannot be reached by keyboard")


def publish_page(ann, ravi):
    article = factories.make_article(ann)
    factories.sign_page(article, by=ravi, asked_by=ann)
    return article


def test_a_reader_says_yes_by_keyboard(ann, ravi, open_page):
    publish_page(ann, ravi)
    page = open_page(**PHONE)
    page.goto("/articles/keeping-a-diary/")
    tab_to(page, "Yes")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Thank you").wait_for()
    assert ReaderTally.objects.get().helpful == 1
    assert page.context.cookies() == []
    tab_to(page, "Back to “Keeping a diary”")
    page.keyboard.press("Enter")
    page.wait_for_url("**/articles/keeping-a-diary/")


@pytest.mark.parametrize("script", [True, False])
def test_a_reader_mends_a_mistake_and_sends_a_report(script, ann, ravi, open_page):
    publish_page(ann, ravi)
    page = open_page(**PHONE, java_script_enabled=script)
    page.goto("/articles/keeping-a-diary/")
    page.get_by_role("link", name="Report a problem with this page").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Report a problem").wait_for()
    page.get_by_label("Tell us more").focus()
    page.keyboard.type("The second link is dead.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Choose what the problem is.").wait_for()
    page.locator(".trouble:focus").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # leads to the first of the choices
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Tell us more")).to_have_value("The second link is dead.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Thank you").wait_for()
    report = ReaderReport.objects.get()
    assert (report.kind, report.words) == ("broken", "The second link is dead.")
    assert page.context.cookies() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_cut_off_on_a_phone(scheme, ann, ravi, open_page):
    publish_page(ann, ravi)
    factories.sign_page(factories.make_about_page(ann), by=ravi, asked_by=ann)
    page = open_page(**PHONE, color_scheme=scheme)
    found = []
    for path in ("/about/", "/about/privacy/", "/articles/keeping-a-diary/"):
        page.goto(path)
        found += find_violations(page)
    page.get_by_role("link", name="Report a problem with this page").click()
    page.get_by_role("heading", name="Report a problem").wait_for()
    found += find_violations(page)
    page.get_by_role("button", name="Send the report").click()
    page.get_by_role("alert").wait_for()
    found += find_violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto("/articles/keeping-a-diary/")
    page.get_by_role("button", name="No").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    assert found + find_violations(page) == []


def test_an_editor_finds_the_report_and_opens_a_review(ann, ravi, open_page):
    factories.report_problem(publish_page(ann, ravi))
    page = open_page()
    log_in(page, "ann", "/admin/")
    found = find_violations(page)
    page.locator(".card-reports a").click()
    page.locator("h1", has_text="Reader reports").wait_for()
    found += find_violations(page)
    page.get_by_role("link", name="The second link is dead.").click()
    page.get_by_role("heading", name="The text that was reported").wait_for()
    found += find_violations(page)
    page.get_by_label("What the reviewer should check").fill("Look at the second link.")
    page.get_by_role("button", name="Request review and resolve").click()
    page.get_by_text("because of the report").wait_for()
    assert found == []
