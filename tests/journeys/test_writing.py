"""A day at the form: by keyboard alone, in two windows, signed out half-way, nothing lost."""

from functools import partial

import pytest
from playwright.sync_api import expect

from config.models import SignInSession
from symptoms.models import Symptom
from tests import factories
from tests.factories import PASSWORD
from tests.journeys.conftest import log_in, open_form, wait_for_form, wait_until, write_rich_text

pytestmark = pytest.mark.django_db(transaction=True)
NAME = """() => {
  const at = document.activeElement;
  const ids = (at.getAttribute("aria-labelledby") || "").split(" ").filter(Boolean);
  const named = ids.map((id) => document.getElementById(id)?.textContent || "").join(" ");
  const label = at.labels?.length ? at.labels[0].textContent : "";
  const called = at.getAttribute("aria-label") || named || label || at.title;
  return (called || at.textContent || at.value || "").trim();
}"""


IN_SIGHT = """(place) => {
  const preview = document.querySelector(".beside iframe").contentDocument;
  const shown = preview.querySelector(place).getBoundingClientRect();
  return shown.top > -5 && shown.top < 200;
}"""

# The focus moves on in the moment in which the page beside the form is loaded again.
FOCUS_WHILE_IT_LOADS = """(field) => {
  const observer = new MutationObserver(() => {
    observer.disconnect();
    document.querySelector(field).focus();
  });
  observer.observe(document.querySelector(".beside iframe"), { attributeFilter: ["srcdoc"] });
}"""


class Keyboard:
    """Somebody without a mouse: goes on until what has the focus is called as they wish."""

    def __init__(self, page):
        self.page = page

    def tab_to(self, name: str, *, back: bool = False) -> "Keyboard":
        for _ in range(200):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            if self.page.evaluate(NAME).startswith(name):
                return self
        raise AssertionError(f"The keyboard does not reach “{name}”.")

    def type(self, words: str) -> "Keyboard":
        self.page.keyboard.type(words)
        return self

    def press(self, key: str) -> "Keyboard":
        self.page.keyboard.press(key)
        return self

    def choose(self, words: str) -> None:
        """From a list that searches while one types, opened from its box."""
        self.press("Enter")
        self.page.locator(".select2-search__field").wait_for()
        self.type(words)
        self.page.locator(".select2-results__option--highlighted", has_text=words).wait_for()
        self.press("Enter")


def add_cause(keys: Keyboard, name: str) -> None:
    """A new row, and in it a cause that nobody named before."""
    page = keys.page
    keys.tab_to("Add another Cause").press("Enter")
    page.locator(".select2-selection:focus").wait_for()
    with page.expect_popup() as opened:
        keys.tab_to("Add another cause").press("Enter")
    popup = opened.value
    popup.locator("#id_name:focus").wait_for()
    popup.keyboard.type(name)
    with popup.expect_event("close"):
        popup.keyboard.press("Enter")
    keys.tab_to("Text, cause").type(f"{name} may tighten a muscle.")


def test_a_first_time_editor_writes_a_complete_symptom_with_the_keyboard_alone(ann, open_page):
    factories.make_symptom(ann, slug="jaw-pain", title="Jaw pain")
    page = open_page()
    log_in(page, "ann", "/admin/")
    keys = Keyboard(page)
    for _ in range(60):
        keys.press("Tab")
        if page.evaluate("document.activeElement.href || ''").endswith(
            "/admin/symptoms/symptom/add/"
        ):
            break
    keys.press("Enter")
    page.wait_for_url("**/symptom/add/")
    wait_for_form(page)
    page.locator("#id_title:focus").wait_for()
    keys.type("Facial spasms")
    keys.tab_to("Plural").press("Space")
    keys.tab_to("Summary").type("Movements of the face that you do not make on purpose.")
    keys.tab_to("Emergency card").type("Call 911 if one side of your face droops.")
    keys.tab_to("Overview").type("A muscle of your face tightens by itself.")
    keys.tab_to("Add another Related symptom").press("Space")
    page.locator(".select2-selection:focus").wait_for()
    keys.choose("Jaw pain")
    keys.tab_to("Body system").press("ArrowDown")
    for name in ("Tiredness", "Tourette's syndrome"):
        add_cause(keys, name)
    keys.tab_to("Move Cause 2 up", back=True).press("Enter")
    page.get_by_text("is now number 1 of 2").wait_for()
    keys.tab_to("Add another Reference").press("Enter")
    page.locator("[id^=id_references][id$=title]:focus").wait_for()
    keys.type("Muscle disorders")
    keys.tab_to("Link, reference").type("https://medlineplus.gov/muscledisorders.html")
    keys.tab_to("Bones, Joints").press("Space")
    keys.tab_to("Copyright notice").press("ArrowDown")
    keys.tab_to("Save and continue").press("Enter")
    page.get_by_text("Visitors cannot see it yet").wait_for()
    page.get_by_role("link", name="request a review", exact=True).wait_for()

    symptom = Symptom.objects.get(slug="facial-spasms")
    document = symptom.get_latest_revision().read()
    assert [cause.name for cause in document.all_causes] == [
        "Tourette's syndrome",
        "Tiredness",
    ]
    assert [cause.html for cause in document.all_causes] == [
        "<p>Tourette's syndrome may tighten a muscle.</p>",
        "<p>Tiredness may tighten a muscle.</p>",
    ]
    assert [[row.name for row in group.symptoms] for group in document.related] == [["Jaw pain"]]
    assert (document.advice.level, document.plural) == ("emergency", True)
    assert [source.title for source in document.references] == ["Muscle disorders"]
    assert (symptom.notice, symptom.topics.count()) == (factories.make_notice(), 1)


def test_two_editors_in_conflict_lose_nothing(ann, morgan, open_page):
    symptom = factories.make_symptom(ann)
    form = f"/admin/symptoms/symptom/{symptom.pk}/change/"
    ann_page, morgan_page = open_page(), open_page()
    for page, name in ((ann_page, "ann"), (morgan_page, "morgan")):
        log_in(page, name)
        open_form(page, form)
    write_rich_text(morgan_page, "body", "Morgan saw a nerve at work.")
    morgan_page.get_by_role("button", name="Save", exact=True).click()
    morgan_page.get_by_text("is saved.").wait_for()
    ann_page.get_by_label("Summary:").fill("Ann's summary.")
    ann_page.get_by_role("button", name="Save and continue editing").click()
    ann_page.get_by_role("heading", name="Somebody else saved meanwhile").wait_for()
    expect(ann_page.locator("#mistakes")).to_be_focused()
    wait_for_form(ann_page)
    assert (
        "Morgan saw a nerve at work."
        in ann_page.locator(".field-body [contenteditable]").inner_text()
    )
    ann_page.get_by_role("button", name="Save and continue editing").click()
    ann_page.get_by_text("Revision 3 of").wait_for()
    saved = Symptom.objects.get(pk=symptom.pk)
    assert (saved.summary, saved.body) == ("Ann's summary.", "<p>Morgan saw a nerve at work.</p>")


def test_a_session_that_ends_during_a_save_costs_nothing(ann, open_page):
    symptom = factories.make_symptom(ann)
    form = f"/admin/symptoms/symptom/{symptom.pk}/change/"
    page = open_page()
    log_in(page, "ann")
    open_form(page, form)
    write_rich_text(page, "body", "Typed for an hour.")
    SignInSession.objects.all().delete()
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Not saved yet").wait_for()
    wait_for_form(page)
    assert "Typed for an hour." in page.locator(".field-body [contenteditable]").inner_text()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("is saved.").wait_for()
    assert Symptom.objects.get(pk=symptom.pk).body == "<p>Typed for an hour.</p>"


def test_the_preview_follows_and_nobody_leaves_by_mistake(ann, open_page):
    symptom = factories.make_symptom(ann)
    factories.add_facts(symptom, ann, causes=3)
    page = open_page(width=1500)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    log_in(page, "ann")
    open_form(page, f"/admin/symptoms/symptom/{symptom.pk}/change/")
    shown = page.frame_locator(".beside iframe")
    shown.get_by_text("A muscle tightens by itself.").wait_for()
    page.get_by_role("link", name="History").click()
    page.wait_for_url("**/revisions/")
    page.go_back()
    assert asked == []

    wait_for_form(page)
    shown.get_by_text("A muscle tightens by itself.").wait_for()
    row = page.locator("#symptom_causes-0")
    row.locator("[contenteditable]").press_sequentially("Typed in the row. ")
    shown.get_by_text("Typed in the row.").wait_for()
    row.get_by_role("button", name="Move Cause 1 down").click()
    page.get_by_text("Cause 0 of Facial spasms is now number 2 of 3.").wait_for()
    row.locator("[contenteditable]").press_sequentially("And moved. ")
    shown.get_by_text("And moved.").wait_for()
    names = page.locator(".rows-symptom_causes .row:not(.empty-form) .row-is")
    expect(names).to_contain_text(["Cause 1", "Cause 0", "Cause 2"])
    handle = page.locator("#symptom_causes-2 .handle")
    page.locator("#symptom_causes-1").evaluate("row => row.scrollIntoView()")
    handle.hover()
    top = page.locator("#symptom_causes-1").bounding_box()
    page.mouse.down()
    page.mouse.move(top["x"] + 100, top["y"] + 10, steps=8)
    page.mouse.up()
    expect(names).to_contain_text(["Cause 2", "Cause 1", "Cause 0"])
    with page.expect_event("dialog"):
        page.get_by_role("link", name="History").click(no_wait_after=True)
    assert asked == ["beforeunload"]

    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("Revision 3 of").wait_for()
    assert asked == ["beforeunload"]
    causes = list(symptom.get_latest_revision().read().all_causes)
    assert [cause.name[6] for cause in causes] == ["2", "1", "0"]
    assert "Typed in the row." in causes[2].html
    assert "And moved." in causes[2].html


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_preview_follows_the_focus_from_section_to_section(ann, open_page, motion):
    symptom = factories.make_symptom(
        ann, body="<p>A muscle tightens.</p>" * 40, treatment="<p>Rest helps.</p>" * 40
    )
    factories.add_facts(symptom, ann, causes=3)
    page = open_page(width=1500, reduced_motion=motion)
    log_in(page, "ann")
    open_form(page, f"/admin/symptoms/symptom/{symptom.pk}/change/")
    shown = page.frame_locator(".beside iframe")
    shown.get_by_text("Rest helps.").first.wait_for()
    for field, place in (
        (page.locator(".field-treatment [contenteditable]"), "#treatment"),
        (page.locator("#symptom_causes-0 [contenteditable]").first, "#causes"),
        (page.locator("#id_title"), "article.doc header"),
    ):
        field.focus()
        wait_until(page, partial(page.evaluate, IN_SIGHT, place), f"{place} in sight")
        assert field.evaluate("field => field === document.activeElement")

    page.evaluate(FOCUS_WHILE_IT_LOADS, ".field-treatment [contenteditable]")
    page.locator("#id_title").press_sequentially(" again")
    shown.get_by_text("again").first.wait_for()
    wait_until(page, partial(page.evaluate, IN_SIGHT, "#treatment"), "#treatment in sight")
