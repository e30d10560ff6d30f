"""Morgan brings in a file.

Sends it, reads what it would do, writes it, and finds the drafts in the list.
"""

import json

import pytest

from articles.models import ImportRun
from symptoms.models import Symptom
from tests import factories
from tests.files import ADD_PATH, RUNS_PATH, THREE_RECORDS, UNTITLED
from tests.journeys.conftest import find_violations, log_in

pytestmark = pytest.mark.django_db(transaction=True)
LONG = {"type": "symptom", "id": "S:long", "title": "W" * 200, "body": "<p>It goes on.</p>"}


def choose_conflict_rule(page, *records, rule: str = "keep") -> None:
    content = "\n".join(json.dumps(record) for record in records).encode()
    page.goto(ADD_PATH)
    file = {"name": "pages.jsonl", "mimeType": "text/plain", "buffer": content}
    page.get_by_label("File:").set_input_files(file)
    page.get_by_label("Source:").fill("symp")
    page.locator(f"input[value={rule}]").check()


def upload_file(page, *records, **more) -> None:
    choose_conflict_rule(page, *records, **more)
    page.get_by_role("button", name="Preview import").click()
    page.wait_for_url("**/add/*-*/")


@pytest.mark.parametrize("script", [True, False])
def test_morgan_brings_in_a_file_and_finds_its_drafts(morgan, open_page, script):
    page = open_page(java_script_enabled=script)
    log_in(page, "morgan", "/admin/")
    page.get_by_role("link", name="Import pages").click()
    page.get_by_role("heading", name="Import pages").wait_for()
    upload_file(page, *THREE_RECORDS, UNTITLED)
    shown = page.locator("#content-main").inner_text()
    for words in ("1 record refused", "is missing", "Jaw pain", "Nettles"):
        assert words in shown
    assert not Symptom.objects.exists()
    page.get_by_role("button", name="Import 3 records as drafts").dblclick()
    page.get_by_text("3 records are drafts now. Visitors see no change.").wait_for()
    page.get_by_role("link", name="2 symptoms").click()
    page.get_by_role("link", name="Jaw pain").click()
    page.get_by_text("Imported from symp, external id S:1").wait_for()
    assert ImportRun.objects.count() == 1


def test_a_file_that_is_too_large_is_told_before_it_is_sent(morgan, open_page, settings):
    settings.IMPORT_LARGEST = 100
    page = open_page()
    log_in(page, "morgan", "/admin/")
    choose_conflict_rule(page, LONG)
    file = page.get_by_label("File:")
    assert "at most" in file.evaluate("input => input.validationMessage")
    page.get_by_role("button", name="Preview import").click()
    assert page.url.endswith(ADD_PATH)
    file.set_input_files(
        {"name": "small.jsonl", "mimeType": "text/plain", "buffer": json.dumps(UNTITLED).encode()}
    )
    page.get_by_role("button", name="Preview import").click()
    page.get_by_text("Nothing can be imported: every record is refused.").wait_for()


def test_who_goes_back_to_a_plan_that_is_written_is_led_to_what_became_of_it(morgan, open_page):
    page = open_page()
    log_in(page, "morgan", "/admin/")
    upload_file(page, *THREE_RECORDS)
    page.get_by_role("button", name="Import 3 records as drafts").click()
    page.wait_for_url("**/change/")
    page.go_back()
    page.get_by_text("This file is imported already.").wait_for()
    assert page.url.endswith("/change/")


def test_axe_finds_nothing_on_the_pages_of_imports_and_a_telephone_shows_them_whole(
    morgan, ann, open_page
):
    factories.make_symptom(ann, slug="rash", title="Rash")
    page = open_page(width=390, bypass_csp=True, reduced_motion="reduce")
    log_in(page, "morgan")
    page.goto(ADD_PATH)
    wrong = find_violations(page, dark=True)
    for rule in ("keep", "stop", "take"):
        upload_file(page, *THREE_RECORDS, LONG, UNTITLED, rule=rule)
        page.goto(page.url)
        wrong += find_violations(page, dark=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Import 4 records as drafts").click()
    page.wait_for_url("**/change/")
    ImportRun.objects.create(
        source="half", file_name="W" * 200, by=morgan, started_at=ImportRun.objects.get().started_at
    )
    for address in (
        RUNS_PATH,
        f"{RUNS_PATH}?q=none",
        *(f"{RUNS_PATH}{run.pk}/change/" for run in ImportRun.objects.all()),
    ):
        page.goto(address)
        wrong += find_violations(page, dark=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
    assert not wrong, "\n".join(wrong)
