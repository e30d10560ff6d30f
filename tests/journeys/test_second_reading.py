"""A line that is not the signer's to judge, by the keyboard on a phone, and the second reader."""

import pytest
from playwright.sync_api import expect

from reviews.models import LedgerEntry
from reviews.signing import ledger
from reviews.signing.actions import request_review
from tests import factories
from tests.factories import PASSWORD
from tests.journeys.conftest import SIGNATURE_BOXES, find_violations, log_in, pass_reading_time

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


def test_advice_is_left_to_a_second_reader_who_publishes_the_page(ann, ravi, fiona, open_page):
    words = "<p>" + "A muscle tightens by itself. " * 150 + "</p>"
    symptom = factories.make_complete_symptom(ann)
    factories.edit_page(symptom, by=ann, body=words)
    review = request_review(symptom, by=ann)
    page = open_page(**PHONE)
    log_in(page, "ravi", f"/desk/reviews/{review.uuid}/")
    boxes = page.locator("#decision").locator(SIGNATURE_BOXES)
    for box in boxes.all():
        expect(box).not_to_be_checked()
        box.check()
    first = page.get_by_role("group", name="Emergency advice.")
    first.get_by_label("I confirm this").focus()
    page.keyboard.press("ArrowDown")
    expect(first.get_by_label("Not mine to judge")).to_be_checked()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign and publish").click()

    question = page.get_by_role("group", name="Read elsewhere?")
    expect(question).to_contain_text("to read.")
    expect(first.get_by_label("Not mine to judge")).to_be_checked()
    assert find_violations(page, dark=True) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    question.get_by_role("link", name="Go back to the page").click()
    expect(page.locator("#read")).to_be_in_viewport()
    question.get_by_label("Yes, I read it elsewhere").check()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign and publish").click()
    page.get_by_role("heading", name="Partly confirmed").wait_for()
    expect(page.locator("main")).to_contain_text("Yes, I read it elsewhere.")
    assert find_violations(page, dark=True) == []

    other = open_page(**PHONE)
    log_in(other, "fiona", "/desk/")
    expect(other.locator("main")).to_contain_text("Second reading.")
    other.get_by_role("link", name="Facial spasms").click()
    expect(other.locator("header.block")).to_contain_text("You are the second reader.")
    assert find_violations(other, dark=True) == []
    for box in other.locator("#decision").locator(SIGNATURE_BOXES).all():
        box.check()
    pass_reading_time()
    other.get_by_label("Your password").fill(PASSWORD)
    other.get_by_role("button", name="Sign and publish").click()
    other.get_by_text("It is public now").wait_for()
    assert ledger.read_record(LedgerEntry.objects.get(outcome="approved")).earlier_readings == (1,)
