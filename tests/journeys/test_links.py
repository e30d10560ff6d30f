"""Links are set by keyboard: a page of the site, e-mail, telephone; a wrong one is refused."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from articles.models import Article
from tests import factories
from tests.journeys.conftest import find_violations, log_in, open_form

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("LINK_SHOTS", "")


def shoot(page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def select_word(page, word: str) -> None:
    """Select one word of the overview; the editor itself is asked, as keys may be too fast."""
    box = page.locator(".field-body [contenteditable]")
    box.focus()
    start = box.inner_text().index(word) + 1
    page.evaluate(
        "([from, to]) => document.querySelector('.field-body textarea')"
        ".editor.commands.setTextSelection({ from, to })",
        [start, start + len(word)],
    )


def open_dialog(page, word: str):
    select_word(page, word)
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Link")
    dialog.wait_for()
    return dialog


def test_links_are_set_by_keyboard_and_wrong_ones_refused_in_words(ann, ravi, open_page):
    public = factories.make_symptom(ann, slug="jaw-pain", title="Jaw pain")
    factories.sign_page(public, by=ravi, asked_by=ann)
    factories.make_article(ann, slug="jaw-exercises", title="Jaw exercises")
    article = factories.make_article(ann, body="<p>Pain Movement Write Ring Office</p>")
    if SHOTS:
        old = '<p><a href="/symptoms/none/">Old</a> <a href="leaflet">words</a></p>'
        factories.make_article(ann, slug="old-links", title="Old links", body=old)
    page = open_page()
    log_in(page, "ann")
    open_form(page, f"/admin/articles/article/{article.pk}/change/")

    dialog = open_dialog(page, "Pain")
    search = dialog.get_by_label("Search by title")
    expect(search).to_be_focused()
    page.keyboard.type("jaw")
    expect(dialog.get_by_role("option")).to_have_count(2)
    draft = dialog.get_by_role("option", name="Jaw exercises Article, not public yet")
    expect(draft).to_be_visible()
    expect(dialog.get_by_role("option", name="Jaw pain Symptom, public")).to_be_visible()
    shoot(page, "chooser-1280")
    for width, scheme in ((390, "light"), (390, "dark"), (1280, "dark")):
        if SHOTS:
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=scheme)
            shoot(page, f"chooser-{width}-{scheme}")
    page.set_viewport_size({"width": 390, "height": 844})
    assert dialog.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.keyboard.press("Escape")  # closes the list alone
    expect(dialog.get_by_role("option")).to_have_count(0)
    page.keyboard.type(" p")
    expect(dialog.get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Address on this site")).to_have_value("/symptoms/jaw-pain/")
    expect(dialog.get_by_role("button", name="Set link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator(".field-body [contenteditable]")).to_be_focused()

    for word, kind, field, address in (
        ("Write", "E-mail", "E-mail address", "ward@example.org"),
        ("Ring", "Telephone", "Telephone number", "+44 20 7946 0000"),
    ):
        dialog = open_dialog(page, word)
        dialog.get_by_label(kind, exact=True).check()
        dialog.get_by_label(field).fill(address)
        page.keyboard.press("Enter")
        expect(dialog).to_have_count(0)

    dialog = open_dialog(page, "Office")
    address = dialog.get_by_label("Address on this site")
    for wrong, words in (
        ("/admin/", "leads into the admin"),
        ("leaflet", "is no full address"),
        ("/symptoms/nowhere/", "leads to no page of this site"),
    ):
        address.fill(wrong)
        page.keyboard.press("Enter")
        expect(dialog.get_by_role("alert")).to_contain_text(words)
        expect(address).to_be_focused()
    shoot(page, "refused")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("is saved.").wait_for()
    assert Article.objects.get(pk=article.pk).body == (
        '<p><a href="/symptoms/jaw-pain/">Pain</a> Movement '
        '<a href="mailto:ward@example.org">Write</a> '
        '<a href="tel:+442079460000">Ring</a> Office</p>'
    )
    if SHOTS:
        page.goto("/admin/reports/broken-links/")
        shoot(page, "report-1280")
        for width, scheme in ((390, "light"), (1280, "dark")):
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=scheme)
            shoot(page, f"report-{width}-{scheme}")


def test_the_dialog_is_accessible_in_light_and_dark(ann, open_page):
    factories.make_article(ann, slug="jaw-exercises", title="Jaw exercises")
    article = factories.make_article(ann)
    page = open_page(width=390, height=844, bypass_csp=True)  # axe tries styles of its own
    log_in(page, "ann")
    open_form(page, f"/admin/articles/article/{article.pk}/change/")
    dialog = open_dialog(page, "Write")
    page.keyboard.type("jaw")
    page.keyboard.press("Enter")
    dialog.get_by_role("option").wait_for()
    page.keyboard.press("ArrowDown")
    dialog.get_by_label("Address on this site").fill("/desk/")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("leads into the desk")
    assert find_violations(page, dark=True) == []
