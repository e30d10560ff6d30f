"""A reader's second round, a change on the first screen, one change on three pages; on a phone."""

import pytest
from playwright.sync_api import expect

from articles.models import Article, Reference
from reviews.models import LedgerEntry
from reviews.signing import ledger
from reviews.signing.actions import request_changes, request_review
from reviews.signing.assignment import hand_over
from reviews.signing.comments import answer, pin
from tests import factories
from tests.factories import PASSWORD, make_complete_symptom
from tests.journeys.conftest import SIGNATURE_BOXES, find_violations, log_in

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 664}
LONG = "All of this stays as it was before, and there is much of it to read. " * 6
CARD = "<p>Call 911 if one side of your face droops.</p>"


def sign(page, done: str = "It is public now", button: str = "Sign and publish") -> None:
    """Sign, and say that it was read elsewhere if that is asked: of a fast machine it is."""
    press = page.get_by_role("button", name=button)
    press.wait_for()
    form = page.locator("#sign form").first
    for box in form.locator(SIGNATURE_BOXES).all():
        box.check()
    form.locator("input[name=conflicts_choice][value=none]").check()
    page.get_by_label("Your password").fill(PASSWORD)
    press.click()
    question = page.get_by_label("Yes, I read it elsewhere")
    expect(question.or_(page.get_by_text(done))).to_be_visible()
    if question.is_visible():
        question.check()
        page.get_by_label("Your password").fill(PASSWORD)
        press.click()
    page.get_by_text(done).wait_for()


def measure_first_change(page) -> dict:
    """Where the first changed words are, without scrolling."""
    first = page.locator("#changes :is(ins, del)").first
    first.wait_for()
    assert page.evaluate("scrollY") == 0
    return first.bounding_box()


def assert_on_first_screen(page) -> None:
    box = measure_first_change(page)
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= PHONE["height"], box
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_first_changed_words_are_on_the_first_screen_of_a_phone(
    ann, morgan, ravi, fiona, open_page
):
    """With a note, a correction, an override and a hand-over; then far inside a long passage."""
    symptom = make_complete_symptom(
        ann, title="Twitching of an eyelid that does not stop", body="<p>It lasts for a day.</p>"
    )
    factories.sign_page(symptom, by=fiona, asked_by=ann)
    factories.edit_page(symptom, by=ann, body="<p>It lasts for an hour. Call 999.</p>")
    review = request_review(
        symptom,
        by=morgan,
        reviewer=fiona.reviewer,
        note="The new guideline says an hour. Please look at the whole overview. " * 3,
        correction="The page said a day; it is an hour.",
        override="The number is that of the country where the source is from.",
    )
    hand_over(review, to=ravi.reviewer, by=fiona, word="You know this better than I do. " * 5)
    page = open_page(**PHONE)
    log_in(page, "ravi", f"/desk/reviews/{review.uuid}/")
    assert_on_first_screen(page)
    alert = page.locator("details.barred summary", has_text="Requested although checks block it.")
    expect(alert).to_be_visible()
    assert alert.bounding_box()["height"] < 50  # one line
    expect(page.get_by_text("The number is that of the country")).to_be_hidden()
    alert.click()
    expect(page.get_by_text("The number is that of the country")).to_be_visible()
    # What the signature prints stands with the changes, folded nowhere.
    expect(
        page.locator("#changes").get_by_text("The page said a day; it is an hour.")
    ).to_be_visible()
    assert find_violations(page, dark=True) == []

    long = factories.make_article(ann, slug="long", title="Long", body=f"<p>{LONG}It ends.</p>")
    factories.sign_page(long, by=fiona, asked_by=ann)
    factories.edit_page(long, by=ann, body=f"<p>{LONG}It never ends.</p>")
    page.goto(f"/desk/reviews/{request_review(long, by=ann, reviewer=ravi.reviewer).uuid}/")
    assert_on_first_screen(page)


def test_a_second_round_begins_with_what_was_asked_and_what_changed_since(
    ann, ravi, fiona, open_page
):
    symptom = make_complete_symptom(ann)
    factories.sign_page(symptom, by=fiona, asked_by=ann)
    factories.edit_page(
        symptom, by=ann, body="<p>A muscle relaxes.</p>", treatment="<p>Rest, and warmth.</p>"
    )
    first = request_review(symptom, by=ann, reviewer=ravi.reviewer)
    pinned = pin(first, part="Overview", text="Which muscle? For how long? " * 5, by=ravi)
    request_changes(first, by=ravi, comment="Nearly. The overview should say where. " * 5)
    answer(pinned, text="It says so now.", by=ann)
    factories.edit_page(symptom, by=ann, body="<p>The muscle of the eye relaxes.</p>")
    request_review(symptom, by=ann, reviewer=ravi.reviewer, note="Mended as you asked.")

    page = open_page(**PHONE, java_script_enabled=False)
    log_in(page, "ravi", "/desk/")
    page.locator(".cards:not(.quiet)").get_by_role("link", name="Facial spasms").click()
    asked = page.get_by_role("region", name="You asked for this last time")
    for words in ("Nearly.", "Which muscle?", "It says so now.", "changed since"):
        expect(asked).to_contain_text(words)
    expect(
        page.get_by_text("You sign all 2 that changed since the last signature.")
    ).to_be_visible()
    changed = page.locator("#changes section.change")
    expect(changed.filter(visible=True)).to_have_count(1)
    page.get_by_role("link", name="Since last signature").click()
    expect(page.get_by_text("2 parts changed since the last signature")).to_be_visible()
    expect(page.locator("#changes ins", has_text="warmth")).to_be_visible()
    page.get_by_role("link", name="Since you read it").click()
    expect(page.get_by_text("1 part changed since you read revision")).to_be_visible()
    sign(page)

    again = open_page(**PHONE)
    log_in(again, "ravi", f"/desk/reviews/{first.uuid}/")
    assert find_violations(again) == []


def test_the_first_screen_of_a_second_round_has_what_changed(ann, ravi, fiona, open_page):
    symptom = make_complete_symptom(ann)
    factories.sign_page(symptom, by=fiona, asked_by=ann)
    factories.edit_page(symptom, by=ann, body="<p>A muscle relaxes.</p>")
    first = request_review(symptom, by=ann, reviewer=ravi.reviewer)
    pin(first, part="Overview", text="Which muscle? For how long? " * 9, by=ravi)
    request_changes(first, by=ravi, comment="Nearly. The overview should say where. " * 9)
    factories.edit_page(symptom, by=ann, body="<p>The muscle of the eye relaxes.</p>")
    again = request_review(symptom, by=ann, reviewer=ravi.reviewer)
    page = open_page(**PHONE)
    log_in(page, "ravi", f"/desk/reviews/{again.uuid}/")
    assert_on_first_screen(page)
    assert find_violations(page, dark=True) == []


def test_an_annual_review_has_the_facts_of_the_page_beside_it(ann, ravi, fiona, open_page):
    symptom = make_complete_symptom(ann)
    Reference.objects.create(article_id=symptom.pk, title="Old", year=2009, position=2)
    factories.edit_page(symptom, by=ann, summary="Another summary.")
    factories.sign_page(symptom, by=fiona, asked_by=ann)
    factories.edit_page(symptom, by=ann, treatment="<p>Rest helps, and warmth.</p>")
    change = factories.sign_page(symptom, by=fiona, asked_by=ann)
    factories.report_problem(symptom, "The second link is dead.")
    review = request_review(symptom, by=ann, trigger="annual", reviewer=ravi.reviewer)
    page = open_page(**PHONE)
    log_in(page, "ravi", f"/desk/reviews/{review.uuid}/")
    facts = page.get_by_role("region", name="Beside the page")
    for words in ("the oldest is of 2009", "The second link is dead.", "Treatment"):
        expect(facts).to_contain_text(words)
    assert find_violations(page, dark=True) == []
    facts.locator(f"a[href*='{change.review.uuid}']").click()
    expect(page.locator("#changes ins").first).to_contain_text(", and warmth")
    page.goto(f"/desk/reviews/{review.uuid}/#sign")
    sign(page)


def test_one_change_on_three_pages_is_read_once_and_signed_as_one_act(ann, ravi, fiona, open_page):
    bodies = {
        "a": "<p>It hurts. Phone {} at any hour.</p>",
        "b": "<p>Somebody listens on {}, day and night.</p>",
        "c": "<p>Talk to us: {}.</p>",
    }
    for slug, body in bodies.items():
        page = factories.make_symptom(
            ann, slug=slug, title=f"Sadness {slug}", advice=CARD, body=body.format("116 123")
        )
        factories.sign_page(page, by=fiona, asked_by=ann)
        factories.edit_page(page, by=ann, body=body.format("0800 555 111"))
        request_review(page, by=ann, reviewer=ravi.reviewer)
    page = open_page(**PHONE)
    log_in(page, "ravi", "/desk/")
    page.get_by_role("link", name="One change on 3 pages").click()
    for slug in bodies:
        expect(page.get_by_role("link", name=f"Sadness {slug}")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert find_violations(page, dark=True) == []
    sign(page, "You signed 3 pages as one act.", "Sign and publish what is not left out")
    entries = LedgerEntry.objects.order_by("-sequence")[:3]
    together = {ledger.read_record(entry).together for entry in entries}
    assert {each.number for each in together} == {3}
    public = Article.objects.public().values_list("live__revision__document", flat=True)
    assert all("0800 555 111" in text for text in public)
