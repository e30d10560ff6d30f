"""Somebody looks for what they feel: by keyboard with suggestions, on a phone, without script."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def site(demo):
    """The demonstration."""


def test_a_name_is_typed_chosen_and_opened_by_keyboard_alone(open_page):
    page = open_page()
    page.goto("/symptoms/tiredness/")
    box = page.get_by_role("combobox", name="Search for a symptom")
    while page.evaluate("document.activeElement.id") != "q":
        page.keyboard.press("Tab")
    page.keyboard.insert_text(
        "facial sp"
    )  # as one: suggestions for half of it would take the choice away
    expect(page.get_by_role("option").first).to_have_text("Facial spasms")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    first = page.get_by_role("option").first
    expect(box).to_have_attribute("aria-activedescendant", first.get_attribute("id"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/symptoms/facial-spasms/")


def test_suggestions_close_with_escape_and_the_words_stay(open_page):
    page = open_page()
    page.goto("/")
    box = page.get_by_role("combobox", name="Search in your own words")
    box.press_sequentially("twitch")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("twitch")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=twitch")


def test_suggestions_that_come_late_do_not_open_what_was_closed(open_page):
    page, late = open_page(), []
    page.goto("/")
    box = page.get_by_role("combobox", name="Search in your own words")
    box.press_sequentially("twitch")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.route(re.compile("/suggestions/"), lambda route: late.append(route))
    box.press_sequentially("ing")
    wait_until(page, lambda: late, "the suggestions are asked for")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    late[-1].fulfill(json={"suggestions": [{"name": "Late", "title": "Late", "url": "/"}]})
    page.evaluate(
        "fetch('/healthz').then(answer => answer.text())"
    )  # what came before it has been dealt with
    assert page.get_by_role("listbox").is_hidden()


@pytest.mark.parametrize("script", [True, False])
def test_a_worried_question_on_a_telephone_finds_help_first(open_page, script):
    page = open_page(390, 844, java_script_enabled=script)
    page.goto("/")
    page.get_by_label("Search in your own words").fill("eye wont stop twiching")
    page.get_by_role("button", name="Search").click()
    first = page.get_by_role("listitem").filter(
        has=page.get_by_role("heading", name="Eye twitching")
    )
    expect(first).to_contain_text("Get help today")
    expect(page.locator(".meant")).to_contain_text("twitching")
    first.get_by_role("link", name="Eye twitching").click()
    page.wait_for_url("**/symptoms/eye-twitching/")


def test_a_topic_and_a_further_page_need_no_script(open_page):
    page = open_page(java_script_enabled=False)
    page.goto("/search/?q=face")
    every = int(re.match(r"\d+", page.locator("#found").inner_text())[0])
    page.get_by_role("navigation", name="Show one topic only").get_by_role("link").nth(1).click()
    page.wait_for_url("**topic=*")
    assert int(re.match(r"\d+", page.locator("#found").inner_text())[0]) <= every
    expect(page.get_by_label("A symptom, in your own words")).to_have_value("face")


def test_nothing_of_a_search_stays_in_the_browser(open_page):
    page = open_page()
    page.goto("/")
    page.get_by_role("combobox").press_sequentially("facial")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=facial")
    stored = "JSON.stringify([{...localStorage}, {...sessionStorage}])"
    assert page.evaluate(stored) == "[{},{}]"
    assert page.context.cookies() == []
    assert page.evaluate("document.querySelector('#q').autocomplete") == "off"


def test_who_types_an_emergency_is_told_whom_to_call_before_the_suggestions(open_page):
    page = open_page(390, 664)
    page.goto("/")
    box = page.get_by_role("combobox")
    box.press_sequentially("seizure")
    help_ = page.locator("form .help a.dial").first
    expect(page.locator("form .help")).to_contain_text("If this is happening now, call 911")
    expect(help_).to_have_attribute("href", "tel:911")
    expect(page.get_by_role("listbox")).to_be_visible()
    over, under = help_.bounding_box(), page.get_by_role("listbox").bounding_box()
    assert over["y"] + over["height"] <= under["y"]
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(help_).to_be_focused()
    box.fill("stroke rehab")
    expect(help_).to_be_hidden()


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(("width", "height"), [(390, 664), (320, 568)])
@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("my dad is not breathing", ["911"]),
        ("i want to die", ["988"]),
        ("took all my pills", ["911", "988"]),
    ],
)
def test_whom_to_call_is_on_the_first_screen(open_page, script, width, height, asked, numbers):
    page = open_page(width, height, java_script_enabled=script)
    page.goto(f"/search/?q={asked}")
    for number in numbers:
        place = page.locator(f"main a[href='tel:{number}']").first.bounding_box()
        assert place["y"] + place["height"] <= height
