"""A symptom with more causes than one form shows.

Gone through by keyboard, and without any script.
"""

import pytest

from symptoms.models import SymptomCause
from tests import factories
from tests.journeys.conftest import find_violations, log_in, open_form, wait_for_form
from tests.journeys.test_writing import Keyboard

pytestmark = pytest.mark.django_db(transaction=True)


def get_form_path(page, query: str = "") -> str:
    return f"/admin/symptoms/symptom/{page.pk}/change/{query}"


def list_cause_names(page) -> list[int]:
    rows = SymptomCause.objects.filter(symptom=page).select_related("cause")
    return [int(row.cause.name.split()[1]) for row in rows]


def test_the_causes_of_a_hub_are_gone_through_by_keyboard_and_nothing_is_lost(ann, open_page):
    hub = factories.make_large_symptom(ann, causes=120)
    page = open_page()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    log_in(page, "ann")
    open_form(page, get_form_path(hub))
    keys = Keyboard(page)
    page.locator("#section-causes").focus()
    keys.tab_to("Next 50 causes").press("Enter")
    page.wait_for_url("**at=51#section-causes")
    wait_for_form(page)
    assert page.locator("#symptom_causes-0-name").inner_text() == "Cause 51"
    page.locator("#symptom_causes-1").focus()
    keys.tab_to("Move Cause 52 up").press("Enter")
    page.get_by_text("is now number 51 of 120.").wait_for()
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Next 20 causes").first.click(no_wait_after=True)
    assert asked == ["beforeunload"]
    assert page.locator("#id_symptom_causes-0-position").input_value() == "52"

    page.get_by_role("button", name="Save and show the next 20").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**at=101#section-causes")
    page.get_by_text("Revision 3 of").wait_for()
    wait_for_form(page)
    assert asked == ["beforeunload"]
    assert list_cause_names(hub) == [*range(50), 51, 50, *range(52, 120)]

    page.locator("#section-causes").focus()
    keys.tab_to("Find by name").type("condition 0007").press("Enter")
    page.wait_for_url("**find=condition+0007*")
    wait_for_form(page)
    row = page.locator("#symptom_causes-0")
    assert row.locator(".row-name").inner_text() == "Cause 8"
    assert row.get_by_role("button", name="Move").count() == 0
    row.locator("[contenteditable]").press_sequentially("Found. ")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("Revision 4 of").wait_for()
    assert "Found." in SymptomCause.objects.get(symptom=hub, position=7).text
    assert page.locator("#symptom_causes-find").input_value() == "condition 0007"


def test_a_row_that_is_added_and_moved_on_a_page_of_a_hub_stands_there(ann, open_page):
    hub = factories.make_large_symptom(ann, causes=60)
    factories.make_cause(ann, name="Coffee", slug="coffee")
    page = open_page(width=1500)
    log_in(page, "ann")
    open_form(page, get_form_path(hub, "?symptom_causes-at=51#section-causes"))
    keys = Keyboard(page)
    page.get_by_role("button", name="Add another Cause").focus()
    keys.press("Enter")
    page.locator(".select2-selection:focus").wait_for()
    keys.choose("Coffee")
    page.locator("#symptom_causes-10").get_by_role("button", name="Move Cause 61 up").click()
    page.get_by_text("Coffee is now number 60 of 60.").wait_for()
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("Revision 3 of").wait_for()
    rows = SymptomCause.objects.filter(symptom=hub).select_related("cause")
    assert [row.cause.name for row in rows][59] == "Coffee"
    assert rows.count() == 61


def test_a_hub_is_written_without_any_script(ann, open_page):
    hub = factories.make_large_symptom(ann, causes=120)
    page = open_page(java_script_enabled=False)
    log_in(page, "ann")
    page.goto(get_form_path(hub))
    assert "Causes 1–50 of 120." in page.locator("#section-causes .which").first.inner_text()
    page.get_by_label("From number").fill("60")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**at=60*")
    assert page.locator("[name='symptom_causes-0-position']").input_value() == "51"
    page.locator("[name='symptom_causes-0-position']").fill("2")
    page.locator("[name='symptom_causes-1-text']").fill("<p>Written by hand.</p>")
    page.get_by_role("button", name="Save and show the next 20").click()
    page.wait_for_url("**at=101#section-causes")
    assert list_cause_names(hub) == [0, 50, *range(1, 50), *range(51, 120)]
    assert SymptomCause.objects.filter(symptom=hub, text="<p>Written by hand.</p>").count() == 1
    page.get_by_label("Summary:").fill("A summary.")
    page.locator("#id_title").press(
        "Enter"
    )  # the Enter key saves, whichever buttons stand in between
    page.get_by_text("Revision 4 of").wait_for()
    assert page.url.partition("#")[0].endswith("/admin/symptoms/symptom/")
    assert "is saved." in page.locator(".messagelist").inner_text()


def test_axe_finds_nothing_on_a_page_of_rows_and_on_exports(ann, open_page):
    hub = factories.make_large_symptom(ann, causes=60)
    page = open_page(bypass_csp=True, reduced_motion="reduce")
    log_in(page, "ann")
    found = []
    for address in (
        get_form_path(hub, "?symptom_causes-at=51"),
        get_form_path(hub, "?symptom_causes-find=0007"),
        "/admin/symptoms/symptom/export/",
        "/admin/symptoms/cause/export/",
        "/admin/articles/topic/",
    ):
        page.goto(address)
        found += find_violations(page, dark=True)
    assert found == []


def test_a_list_is_taken_along_with_two_presses(ann, open_page):
    factories.make_symptom(ann)
    page = open_page()
    log_in(page, "ann", "/admin/symptoms/symptom/")
    page.get_by_role("link", name="Export this list").click()
    page.get_by_label("XLSX").check()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Export 1 symptom").click()
    assert taken.value.suggested_filename.startswith("symptoms-20")
    assert taken.value.suggested_filename.endswith(".xlsx")
