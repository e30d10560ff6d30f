"""The forms of the desk on a phone: few taps, and nothing typed is lost whatever happens."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from articles.models import UnsentForm
from config.models import SignInSession
from reviews.models import LedgerEntry
from reviews.signing import ledger
from reviews.signing.actions import request_review
from reviews.signing.assignment import assign
from tests import factories
from tests.factories import PASSWORD
from tests.journeys.conftest import (
    SIGNATURE_BOXES,
    find_violations,
    log_in,
    pass_reading_time,
    wait_until,
)

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}
WORDS = "Words that took ten minutes."
SAVED = "Not sent yet. Saved on"


@pytest.fixture
def review(ann, ravi, fiona):
    """A change that waits for Ravi."""
    symptom = factories.make_complete_symptom(ann)
    factories.sign_page(symptom, by=fiona, asked_by=ann)
    factories.edit_page(symptom, by=ann, treatment="<p>Rest helps, and warmth.</p>")
    return request_review(symptom, by=ann, reviewer=ravi.reviewer)


def get_path(review) -> str:
    return f"/desk/reviews/{review.uuid}/"


def open_review(page, review, username: str = "ravi") -> None:
    log_in(page, username, get_path(review))
    page.get_by_role("heading", name="Your decision").wait_for()


def answer(page) -> None:
    """What is not counted as a tap: each line of the checklist, the conflicts, the meaning."""
    for box in page.locator("#decision").locator(SIGNATURE_BOXES).all():
        box.check()


def sign_in_again(page) -> None:
    page.get_by_label("Username").fill("ravi")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Your decision").wait_for()


def get_words(page):
    return page.get_by_label("Changes needed")


def type_words(page, words: str = WORDS) -> None:
    """Type, and wait until the page says that it is saved."""
    get_words(page).press_sequentially(words)
    page.locator("#decision").get_by_text(SAVED).wait_for()
    wait_until(
        page,
        lambda: UnsentForm.objects.filter(fields__comment=[words]).exists(),
        "all of it is saved",
    )


def test_a_change_is_signed_in_four_taps_beside_reading_ticks_and_conflicts(review, open_page):
    page = open_page(**PHONE, has_touch=True)
    log_in(page, "ravi", "/desk/")
    page.get_by_role("link", name="Facial spasms").tap()
    page.get_by_role("link", name="Decision").tap()
    answer(page)
    pass_reading_time()
    page.get_by_label("Your password").tap()
    page.keyboard.type(PASSWORD)
    page.get_by_role("button", name="Sign and publish").tap()
    page.get_by_text("It is public now").wait_for()
    record = ledger.read_record(LedgerEntry.objects.get(review=review))
    assert (record.conflicts, record.authentication) == ("None", "password")
    assert not UnsentForm.objects.exists()


def test_a_wrong_password_and_a_session_that_ended_lose_nothing(review, open_page):
    page = open_page(**PHONE)
    open_review(page, review)
    answer(page)
    type_words(page)
    page.get_by_label("Your password").fill("a guess")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    expect(page.get_by_label("Your password")).to_be_focused()
    expect(get_words(page)).to_have_value(WORDS)
    expect(page.get_by_label("None", exact=True)).to_be_checked()
    for box in page.locator("#decision").locator(SIGNATURE_BOXES).all():
        expect(box).to_be_checked()
    page.get_by_role("link", name="This is not your password.").click()
    expect(page.get_by_label("Your password")).to_be_focused()
    assert find_violations(page, dark=True) == []

    SignInSession.objects.all().delete()
    get_words(page).fill(f"{WORDS} And more.")
    page.get_by_role("button", name="Request changes").click()
    page.get_by_text("What you typed is saved, and only you see it").wait_for()
    assert find_violations(page, dark=True) == []
    page.get_by_role("link", name="Sign in again").click()
    sign_in_again(page)
    expect(page.locator("#decision").get_by_text(SAVED)).to_be_visible()
    expect(get_words(page)).to_have_value(f"{WORDS} And more.")
    expect(page.get_by_label("None", exact=True)).to_be_checked()
    page.get_by_role("button", name="Request changes").click()
    page.get_by_text("was not signed").wait_for()
    assert ledger.read_record(LedgerEntry.objects.get(review=review)).authentication == "session"


def test_a_closed_tab_is_open_again_on_another_device_and_the_older_words_are_offered(
    review, open_page
):
    phone, desk, again = open_page(**PHONE), open_page(), open_page(**PHONE)
    open_review(phone, review)
    open_review(desk, review)
    type_words(phone, "On the phone.")
    phone.close()
    open_review(again, review)
    expect(get_words(again)).to_have_value("On the phone.")
    type_words(desk, "At the desk.")
    desk.close()
    again.reload()
    expect(get_words(again)).to_have_value("At the desk.")
    again.get_by_text("Other words, saved on").click()
    expect(again.locator("#decision details")).to_contain_text("On the phone.")
    assert find_violations(again, dark=True) == []
    again.get_by_role("button", name="Use these words").click()
    expect(get_words(again)).to_have_value("On the phone.")
    again.get_by_role("button", name="Discard what I typed").click()
    again.get_by_text("What you typed is deleted.").wait_for()
    expect(get_words(again)).to_have_value("")
    assert not UnsentForm.objects.exists()


def test_a_session_that_ends_while_somebody_types_is_told_and_closing_saves_the_rest(
    review, open_page
):
    page = open_page(**PHONE)
    open_review(page, review)
    SignInSession.objects.all().delete()
    type_words(page)
    page.get_by_text("You are signed out: sign in again to send it.").wait_for()
    get_words(page).press_sequentially(" More.")
    page.goto("/symptoms/")  # before the pause is over
    wait_until(
        page,
        lambda: UnsentForm.objects.filter(fields__comment=[f"{WORDS} More."]).exists(),
        "what was typed last is saved",
    )


def test_a_review_that_is_reassigned_while_signing_says_so_and_keeps_the_words(
    review, ann, fiona, open_page
):
    page = open_page(**PHONE)
    open_review(page, review)
    answer(page)
    page.get_by_label("I have these").check()
    page.get_by_label("My conflicts of interest").fill(WORDS)
    page.get_by_label("Your password").fill(PASSWORD)
    assign(review, reviewer=fiona.reviewer, by=ann)
    page.get_by_role("button", name="Sign and publish").click()
    page.get_by_role("heading", name="This was not recorded").wait_for()
    expect(page.locator("main")).to_contain_text("assigned to Fiona Field, MD")
    expect(page.get_by_label("Conflicts of interest, as you typed it")).to_have_value(WORDS)
    assert find_violations(page, dark=True) == []
    page.get_by_role("link", name="Open the review").click()
    page.get_by_text("You typed this here and did not send it").wait_for()
    assert find_violations(page, dark=True) == []
    assert not LedgerEntry.objects.filter(review=review).exists()


def test_a_decision_after_a_while_asks_for_the_password_on_a_page_that_enter_sends(
    review, open_page
):
    page = open_page(**PHONE)
    open_review(page, review)
    session = SignInSession.objects.get()
    values = session.get_decoded()
    values["account_authentication_methods"][0]["at"] -= 16 * 60
    session.session_data = SignInSession.objects.encode(values)
    session.save()
    page.get_by_text("Decline: I cannot review this page").click()
    page.get_by_label("Reason for declining").fill(WORDS)
    page.get_by_role("button", name="Decline").click()
    page.get_by_role("heading", name="Confirm that it is you").wait_for()
    expect(page.get_by_label("Your password")).to_be_focused()
    expect(page.get_by_label("Reason for declining")).to_have_value(WORDS)
    assert find_violations(page, dark=True) == []
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("The editors choose somebody else.").wait_for()
    assert ledger.read_record(LedgerEntry.objects.get(review=review)).authentication == "password"
    page.goto(get_path(review))
    page.get_by_text("You decided this review on").locator("visible=true").first.wait_for()
    assert LedgerEntry.objects.filter(review=review).count() == 1


def compute_code(secret: str, later: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def test_a_second_factor_is_enrolled_on_the_way_and_the_review_is_signed(
    review, settings, open_page
):
    page = open_page(**PHONE)
    open_review(page, review)
    answer(page)
    settings.SECOND_FACTOR_REQUIRED = True
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign and publish").click()
    page.get_by_text("This site requires two-step sign-in").wait_for()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="Set up two-step sign-in").wait_for()
    secret = page.locator("#authenticator_secret").inner_text()
    page.get_by_label("Authenticator code").fill(compute_code(secret))
    page.get_by_role("button", name="Turn on").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    assert find_violations(page, dark=True) == []
    page.get_by_role("link", name="I have saved them: go on").click()
    page.get_by_role("heading", name="Your decision").wait_for()
    for box in page.locator("#decision").locator(SIGNATURE_BOXES).all():
        expect(box).to_be_checked()
    pass_reading_time()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_label("Authenticator code").fill(compute_code(secret, later=1))
    page.get_by_role("button", name="Sign and publish").click()
    page.get_by_text("It is public now").wait_for()
    record = ledger.read_record(LedgerEntry.objects.get(review=review))
    assert record.authentication == "password+totp"


def test_without_javascript_every_button_saves_and_the_summary_leads_to_the_fields(
    review, open_page
):
    page = open_page(**PHONE, java_script_enabled=False)
    open_review(page, review)
    page.get_by_label("I have these").check()
    page.get_by_label("My conflicts of interest").fill(WORDS)
    page.get_by_role("button", name="Request changes").click()
    page.get_by_role("alert").wait_for()
    expect(get_words(page)).to_be_focused()
    page.get_by_label("Your password").focus()
    page.get_by_role("alert").get_by_role("link", name="Changes needed").click()
    expect(get_words(page)).to_be_focused()
    page.goto("/desk/")
    page.goto(get_path(review))
    expect(page.get_by_label("My conflicts of interest")).to_have_value(WORDS)
    expect(page.locator("#decision").get_by_text(SAVED)).to_be_visible()
