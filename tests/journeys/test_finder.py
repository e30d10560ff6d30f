"""Somebody worried uses the finder: by keyboard, on a phone and without JavaScript."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from symptoms.models import Cause, OtherName, RelatedSymptom, SymptomCause
from tests import factories
from tests.journeys.conftest import find_violations, wait_for_htmx, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}
CHOSEN = "/finder/?s=eye-twitching&s=headache"
SOON = "<p>See a clinician if it lasts.</p>"


@pytest.fixture
def signed_site(ann, ravi):
    """Three signed symptoms: two share a cause, and one of them names the third as serious."""
    neck = factories.make_symptom(ann, slug="stiff-neck", title="Stiff neck")
    eye = factories.make_symptom(
        ann, slug="eye-twitching", title="Eye twitching", advice_level="routine", advice=SOON
    )
    head = factories.make_symptom(
        ann, slug="headache", title="Headache", advice="<p>Call 911 if it is the worst.</p>"
    )
    OtherName.objects.create(symptom=eye, name="Twitching eyelid")
    RelatedSymptom.objects.create(symptom=head, other=neck, system="neurological", serious=True)
    RelatedSymptom.objects.create(symptom=neck, other=eye, system="eyes")
    for name, pages, seriousness in (
        ("Caffeine", (eye, head), ""),
        ("Meningitis", (head,), "life-threatening"),
    ):
        cause = Cause.objects.create(name=name, slug=name.lower())
        for page in pages:
            SymptomCause.objects.create(
                symptom=page, cause=cause, seriousness=seriousness, frequency="common"
            )
    for page in (neck, eye, head):
        factories.edit_page(page, by=ann)
        factories.sign_page(page, by=ravi, asked_by=ann)


def expect_chosen(page, *names: str) -> None:
    expect(page.locator(".chosen li > a:first-child")).to_have_text(list(names))


def type_and_wait(page, words: str) -> None:
    """Type, and wait for the answer to all of it: it replaces what has the focus."""
    with page.expect_response(
        lambda answer: parse_qs(urlsplit(answer.url).query).get("q") == [words]
    ):
        page.keyboard.type(words)
    wait_for_htmx(page)


def tab_to(page, name: str) -> None:
    """Press Tab until the element that says this has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        text = page.evaluate("document.activeElement.innerText || document.activeElement.id")
        if name in " ".join(text.split()):
            return
    raise AssertionError(f"Tab does not reach {name}")


def read_stored(page) -> dict:
    """What a browser remembers of a page, besides its history."""
    stored = page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")
    return {"stored": stored, "cookies": page.context.cookies()}


def test_by_keyboard_alone_with_javascript(signed_site, open_page):
    page = open_page()
    asked = []
    page.on("request", lambda request: asked.append(request))
    page.goto("/symptoms/eye-twitching/")
    tab_to(page, "see which causes fit")
    page.keyboard.press("Enter")
    page.wait_for_url("**/finder/?s=eye-twitching")
    expect_chosen(page, "Eye twitching")
    tab_to(page, "finder-typed")
    type_and_wait(page, "head")
    page.get_by_role("link", name="Add Headache").wait_for()
    expect(page.locator("#finder-said")).to_have_text("1 symptom found.")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**" + CHOSEN)
    expect_chosen(page, "Eye twitching", "Headache")
    expect(page.locator(".reason h4")).to_have_text(["Meningitis", "Caffeine"])
    expect(page.locator("#finder-said")).to_contain_text(
        "2 symptoms chosen: Eye twitching, Headache."
    )
    page.locator("#finder-typed:focus").wait_for()
    wait_for_htmx(page)

    # Enter alone adds what was surely meant; the page was loaded once.
    page.keyboard.type("stiff neck")
    page.keyboard.press("Enter")
    page.get_by_text("You chose Stiff neck").wait_for()
    expect(page).to_have_url(re.compile(re.escape(CHOSEN + "&s=stiff-neck") + "$"))
    assert len([request for request in asked if request.is_navigation_request()]) == 2
    expect(page.locator("#help h2").first).to_have_text("Call 911 now")

    # Back takes the last one away again, and a shared address opens the same page.
    page.go_back()
    page.locator(".chosen li:nth-child(2):last-child").wait_for()
    expect_chosen(page, "Eye twitching", "Headache")
    page.wait_for_load_state()
    tab_to(page, "Remove Eye twitching")
    page.keyboard.press("Enter")
    page.wait_for_url("**/finder/?s=headache")
    page.locator("#finder-typed:focus").wait_for()
    wait_for_htmx(page)
    expect_chosen(page, "Headache")
    tab_to(page, "Meningitis")
    page.keyboard.press("Enter")
    page.wait_for_url("**/causes/meningitis/")
    assert not [request for request in asked if request.headers.get("referer", "").count("finder")]


def test_a_late_answer_to_what_was_typed_is_dropped_once_the_symptom_is_added(
    signed_site, open_page
):
    page = open_page()
    page.goto("/finder/")
    late = []

    def hold(route) -> None:
        if route.request.headers.get("hx-target") == "finder-matches":
            late.append(route)
        else:
            route.continue_()

    page.route("**/finder/?*", hold)
    page.locator("#finder-typed").press_sequentially("stiff neck")
    wait_until(page, lambda: late, "the request for what was typed")
    page.keyboard.press("Enter")
    expect_chosen(page, "Stiff neck")
    for route in late:
        with page.expect_response(lambda response: "q=" in response.url):
            route.continue_()
    wait_for_htmx(page)
    expect(page.locator("#finder-said")).to_contain_text("1 symptom chosen: Stiff neck.")


def test_nothing_is_stored_on_the_device(signed_site, open_page):
    page = open_page()
    page.goto(CHOSEN)
    page.get_by_label("Add another symptom").fill("stiff")
    page.get_by_role("link", name="Add Stiff neck").click()
    page.get_by_text("You chose Stiff neck").wait_for()
    assert read_stored(page) == {"stored": '[{},{},""]', "cookies": []}
    page.go_back()
    page.locator(".chosen li:nth-child(2):last-child").wait_for()
    assert read_stored(page) == {"stored": '[{},{},""]', "cookies": []}


def test_by_thumb_without_javascript(signed_site, open_page):
    page = open_page(**PHONE, java_script_enabled=False, has_touch=True)
    page.goto("/finder/")
    page.get_by_label("Type a symptom").fill("twitching eye")
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/finder/?s=eye-twitching")
    page.get_by_label("Add another symptom").fill("zebra neck")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("link", name="Add Stiff neck").click()
    expect_chosen(page, "Eye twitching", "Stiff neck")
    page.get_by_role("link", name="Remove Stiff neck").click()
    page.get_by_text("Or choose by body system").click()
    page.get_by_role("link", name="All symptoms, A to Z").click()
    page.get_by_role("link", name="Add Headache").click()
    expect_chosen(page, "Eye twitching", "Headache")
    order = page.locator("#help, #causes").all_inner_texts()
    assert order[0].index("Call 911 if it is the worst.") < order[0].index("Stiff neck")
    assert "Caffeine" in order[1]
    page.get_by_label("Add another symptom").fill("zzzz")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("We publish no symptom by that name.")).to_be_visible()
    expect_chosen(page, "Eye twitching", "Headache")


@pytest.mark.parametrize(("width", "height"), [(390, 664), (320, 568)])
def test_whom_to_call_is_on_the_first_screen_and_lesser_cards_open_in_print(
    signed_site, open_page, width, height
):
    page = open_page(width=width, height=height, java_script_enabled=False)
    page.goto(CHOSEN)
    card = page.locator("#help .advice.emergency")
    for shown in (card.locator("h2"), card.locator("a.dial").first):
        box = shown.bounding_box()
        assert box["y"] + box["height"] <= height
    lesser = page.get_by_text("See a clinician if it lasts.")
    expect(lesser).to_be_hidden()
    page.emulate_media(media="print")
    expect(lesser).to_be_visible()


def test_on_a_phone_with_javascript_a_choice_moves_the_focus_to_the_heading_and_opens_no_keyboard(
    signed_site, open_page
):
    page = open_page(**PHONE, has_touch=True)
    page.goto("/finder/?system=all")
    page.get_by_role("link", name="Add Headache").tap()
    page.get_by_text("Call 911 if it is the worst.").wait_for()
    page.locator("#help-title:focus").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(
    "look", [PHONE, {"width": 1280}, {"width": 320}, {"width": 1280, "color_scheme": "dark"}]
)
def test_axe_finds_nothing(signed_site, open_page, look):
    page = open_page(**look, reduced_motion="reduce")
    found = []
    for path in (
        "/finder/",
        CHOSEN + "&s=gone&system=eyes",
        "/finder/?s=stiff-neck&q=e",
        "/finder/?q=zzzz&system=all",
    ):
        page.goto(path)
        for details in page.locator("details").all():
            details.evaluate("element => element.open = true")
        found += find_violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert found == []
