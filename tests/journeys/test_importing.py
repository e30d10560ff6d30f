"""Morgan brings in a file: sends it, reads what it would do, writes it, and finds the drafts in the list."""

import json

import pytest

from articles.models import ImportRun
from symptoms.models import Symptom
from tests import stories
from tests.journeys.conftest import log_in
from tests.journeys.test_admin_is_accessible import findings
from tests.uploads import ADD, NO_TITLE, RUNS, THREE

pytestmark = pytest.mark.django_db(transaction=True)
LONG = {"type": "symptom", "id": "S:long", "title": "W" * 200, "body": "<p>It goes on.</p>"}


def choose(page, *records, rule: str = "keep") -> None:
    content = "\n".join(json.dumps(record) for record in records).encode()
    page.goto(ADD)
    file = {"name": "pages.jsonl", "mimeType": "text/plain", "buffer": content}
    page.get_by_label("File:").set_input_files(file)
    page.get_by_label("Source:").fill("symp")
    page.locator(f"input[value={rule}]").check()


def send(page, *records, **more) -> None:
    choose(page, *records, **more)
    page.get_by_role("button", name="See what it would do").click()
    page.wait_for_url("**/add/*-*/")


@pytest.mark.parametrize("script", [True, False])
def test_morgan_brings_in_a_file_and_finds_its_drafts(morgan, sit_down, script):
    page = sit_down(java_script_enabled=script)
    log_in(page, "morgan", "/admin/")
    page.get_by_role("link", name="Import a file").click()
    page.get_by_role("heading", name="Import a file").wait_for()
    send(page, *THREE, NO_TITLE)
    shown = page.locator("#content-main").inner_text()
    for said in ("1 record refused", "is missing", "Jaw pain", "Nettles"):
        assert said in shown
    assert not Symptom.objects.exists()
    page.get_by_role("button", name="Write 3 records as drafts").dblclick()
    page.get_by_text("3 records are drafts now. Visitors see no change.").wait_for()
    page.get_by_role("link", name="2 symptoms").click()
    page.get_by_role("link", name="Jaw pain").click()
    page.get_by_text("Came from symp, id S:1").wait_for()
    assert ImportRun.objects.count() == 1


def test_a_file_that_is_too_large_is_told_before_it_is_sent(morgan, sit_down, settings):
    settings.IMPORT_LARGEST = 100
    page = sit_down()
    log_in(page, "morgan", "/admin/")
    choose(page, LONG)
    file = page.get_by_label("File:")
    assert "at most" in file.evaluate("input => input.validationMessage")
    page.get_by_role("button", name="See what it would do").click()
    assert page.url.endswith(ADD)
    file.set_input_files({"name": "small.jsonl", "mimeType": "text/plain", "buffer": json.dumps(NO_TITLE).encode()})
    page.get_by_role("button", name="See what it would do").click()
    page.get_by_text("Nothing can be written: every record is refused.").wait_for()


def test_who_goes_back_to_a_plan_that_is_written_is_led_to_what_became_of_it(morgan, sit_down):
    page = sit_down()
    log_in(page, "morgan", "/admin/")
    send(page, *THREE)
    page.get_by_role("button", name="Write 3 records as drafts").click()
    page.wait_for_url("**/change/")
    page.go_back()
    page.get_by_text("This file is written already.").wait_for()
    assert page.url.endswith("/change/")


def test_axe_finds_nothing_on_the_pages_of_imports_and_a_telephone_shows_them_whole(morgan, ann, sit_down):
    stories.write_symptom(ann, slug="rash", title="Rash")
    page = sit_down(width=390, bypass_csp=True, reduced_motion="reduce")
    log_in(page, "morgan", "/admin/")
    wrong = findings(page, ADD)
    for rule in ("keep", "stop", "take"):
        send(page, *THREE, LONG, NO_TITLE, rule=rule)
        wrong += findings(page, page.url)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Write 4 records as drafts").click()
    page.wait_for_url("**/change/")
    ImportRun.objects.create(
        source="half", file_name="W" * 200, by=morgan, started_at=ImportRun.objects.get().started_at
    )
    for address in (RUNS, f"{RUNS}?q=none", *(f"{RUNS}{run.pk}/change/" for run in ImportRun.objects.all())):
        wrong += findings(page, address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
    assert not wrong, "\n".join(wrong)
