"""Ann finds two causes for one condition, and merges them; nothing public changes."""

import pytest
from playwright.sync_api import expect

from symptoms.models import Cause, SymptomCause
from tests import factories
from tests.journeys.conftest import log_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def library(ann, ravi):
    """Two names for one condition: one page names the first, one the second, one both."""
    lost = factories.make_cause(ann, name="Tourette syndrome", slug="tourette-syndrome")
    kept = factories.make_cause(ann)
    for slug, causes in (("tics", [lost]), ("blinking", [kept]), ("grimaces", [kept, lost])):
        page = factories.make_symptom(ann, slug=slug, title=slug.title())
        for cause in causes:
            text = f"<p>{cause} may lead to {slug}.</p>"
            SymptomCause.objects.create(symptom=page, cause=cause, text=text)
        factories.edit_page(page, by=ann)
        if kept in causes:
            factories.sign_page(page, by=ravi, asked_by=ann)
    return {"lost": lost, "kept": kept}


def test_morgan_finds_two_causes_that_look_alike_and_merges_them(library, morgan, open_page):
    page = open_page()
    log_in(page, "morgan", "/admin/")
    page.get_by_role("link", name="Causes that look alike").click()
    row = page.get_by_role("row", name="Tourette")
    expect(row).to_contain_text("Tourette's syndrome (2)")
    row.get_by_role("link", name="Preview merge").click()
    page.get_by_role(
        "heading", name="Merge “Tourette syndrome” into “Tourette's syndrome”"
    ).wait_for()
    for words in (
        "Nothing changes now. 1 published page names “Tourette syndrome” as signed",
        "2 pages get a new revision by you.",
        "Tourette syndrome may lead to grimaces.",
    ):
        expect(page.locator("#content")).to_contain_text(words)
    page.get_by_role("button", name="Merge “Tourette syndrome” into “Tourette's syndrome”").click()
    page.get_by_text("“Tourette syndrome” is merged into “Tourette's syndrome”.").wait_for()
    page.get_by_role("link", name="Grimaces").click()
    expect(page.locator("#content")).to_contain_text("Tourette syndrome may lead to grimaces.")
    assert Cause.objects.get() == library["kept"]
    page.goto("/symptoms/grimaces/")
    assert "Tourette syndrome" in page.locator("main").inner_text()


def test_the_other_cause_is_found_by_typing_or_without_a_script_by_looking(
    library, morgan, open_page
):
    address = f"/admin/symptoms/cause/{library['kept'].pk}/merge/"
    page = open_page(390)
    log_in(page, "morgan", address)
    page.get_by_role("combobox").click()
    page.locator(".select2-search__field").fill("tourette syn")
    page.locator(".select2-results__option", has_text="Tourette syndrome").click()
    page.get_by_role("button", name="Preview merge").click()
    page.get_by_role("heading", name="Merge “Tourette syndrome”").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page = open_page(java_script_enabled=False)
    log_in(page, "morgan", address)
    assert not page.get_by_role("button", name="Preview merge").is_visible()
    page.get_by_label("The other cause").last.fill("tourette")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Tourette syndrome", exact=True).click()
    page.get_by_role("button", name="Merge “Tourette syndrome” into “Tourette's syndrome”").click()
    page.get_by_text("is merged into").wait_for()
    assert Cause.objects.get() == library["kept"]
