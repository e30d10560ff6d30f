"""The desk in a real browser: a review on a phone, a second round, a second factor; axe."""

import datetime as dt
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.utils import timezone
from playwright.sync_api import expect

from reviews.models import LedgerEntry, ReviewSchedule
from reviews.signing import ledger
from reviews.signing.actions import cancel_request, request_changes, request_review
from reviews.signing.comments import pin
from tests import factories
from tests.database import disable_triggers, sql
from tests.factories import PASSWORD, make_complete_symptom
from tests.journeys.conftest import SIGNATURE_BOXES, find_violations, log_in, pass_reading_time

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


def compute_code(secret: str, later: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def fill_in(page) -> None:
    """Everything that a signature asks for, but a code."""
    page.get_by_role("button", name="Sign and publish").wait_for()
    for box in page.locator("#sign form").first.locator(SIGNATURE_BOXES).all():
        box.check()
    pass_reading_time()
    page.get_by_label("Your password").fill(PASSWORD)


def sign(page) -> None:
    fill_in(page)
    page.get_by_role("button", name="Sign and publish").click()
    page.get_by_text("It is public now").wait_for()


def make_overdue(page, days: int) -> None:
    with disable_triggers():
        late = timezone.localdate() - dt.timedelta(days=days)
        sql("UPDATE reviews_standing SET next_due = %s WHERE article_id = %s", late, page.pk)


def test_an_annual_review_goes_from_a_link_to_the_signature_on_a_phone(ann, ravi, fiona, open_page):
    symptom = make_complete_symptom(ann)
    factories.sign_page(symptom, by=fiona, asked_by=ann)
    factories.edit_page(symptom, by=ann, treatment="<p>Rest helps, and warmth.</p>")
    make_overdue(symptom, 12)
    review = request_review(
        symptom, by=ann, trigger="annual", reviewer=ravi.reviewer, note="The yearly look."
    )

    page = open_page(**PHONE)
    page.goto(f"/desk/reviews/{review.uuid}/")  # the link of a message, before signing in
    page.get_by_label("Username").fill("ravi")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Review: Facial spasms").wait_for()
    expect(page.get_by_text("Call 911 if one side of your face droops.").first).to_be_visible()
    expect(page.get_by_role("heading", name="What changed")).to_be_hidden()
    page.get_by_role("link", name="Changes").click()
    page.get_by_role("heading", name="What changed").wait_for()
    expect(page.locator("#changes ins").first).to_contain_text(", and warmth")
    page.get_by_text("parts did not change").first.click()
    expect(page.locator("#changes h3", has_text="Title").first).to_be_visible()
    page.get_by_role("link", name="Decision").click()
    sign(page)
    expect(page.locator("main")).to_contain_text("Nothing else waits for you.")
    assert ReviewSchedule.objects.get(article=symptom.pk).next_due > timezone.localdate()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.go_back()  # and once more: it signs once
    page.goto(f"/desk/reviews/{review.uuid}/")
    page.get_by_text("You decided this review on").locator("visible=true").first.wait_for()
    assert LedgerEntry.objects.filter(review=review).count() == 1


def test_pinned_comments_are_answered_and_the_second_round_is_signed(ann, ravi, open_page):
    symptom = make_complete_symptom(ann)
    request_review(symptom, by=ann, reviewer=ravi.reviewer)
    ravi_page, ann_page = open_page(**PHONE), open_page()
    log_in(ravi_page, "ravi", "/desk/")
    ravi_page.get_by_role("link", name="Facial spasms").click()
    ravi_page.get_by_label("Part of the page").select_option("Treatment")
    ravi_page.get_by_label("Your comment").fill("Say for how long.")
    ravi_page.get_by_role("button", name="Add comment").click()
    ravi_page.get_by_text("Your comment on “Treatment” is saved.").wait_for()
    ravi_page.get_by_role("button", name="Request changes").click()
    ravi_page.get_by_text("was not signed").wait_for()
    expect(ravi_page.locator("main")).to_contain_text("On “Treatment”: Say for how long.")

    log_in(ann_page, "ann")
    ann_page.goto(f"/admin/symptoms/symptom/{symptom.pk}/change/")
    ann_page.get_by_role("link", name="Answer the comments").click()
    assert find_violations(ann_page) == []
    ann_page.get_by_label("Your answer").fill("Two weeks: it says so now.")
    ann_page.get_by_role("button", name="Answer").click()
    ann_page.get_by_text("Your answer is saved.").wait_for()
    factories.edit_page(symptom, by=ann, treatment="<p>Rest helps within two weeks.</p>")
    request_review(symptom, by=ann, reviewer=ravi.reviewer)

    ravi_page.goto("/desk/")
    ravi_page.get_by_text("The comment is answered").wait_for()
    ravi_page.locator(".cards:not(.quiet)").get_by_role("link", name="Facial spasms").click()
    for words in ("Say for how long.", "Two weeks: it says so now.", "changed since"):
        expect(ravi_page.locator("#requested")).to_contain_text(words)
    sign(ravi_page)


def test_a_second_factor_is_enrolled_and_signs(ann, ravi, open_page):
    request_review(factories.make_symptom(ann), by=ann, reviewer=ravi.reviewer)
    page = open_page(**PHONE)
    log_in(page, "ravi", "/desk/")
    page.get_by_role("link", name="Set it up").click()
    page.get_by_role("link", name="Set up two-step sign-in").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="Set up two-step sign-in").wait_for()
    secret = page.locator("#authenticator_secret").inner_text()
    assert find_violations(page) == []
    page.get_by_label("Authenticator code").fill(compute_code(secret))
    page.get_by_role("button", name="Turn on").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    assert find_violations(page) == []
    for path in ("", "recovery/new/", "remove/"):
        page.goto(f"/accounts/second-factor/{path}")
        assert find_violations(page) == []

    page.goto("/desk/")
    page.get_by_role("link", name="Facial spasms").click()
    fill_in(page)
    page.get_by_label("Authenticator code").fill(compute_code(secret, later=1))
    page.get_by_role("button", name="Sign and publish").click()
    page.get_by_text("It is public now").wait_for()
    assert ledger.read_record(LedgerEntry.objects.get()).authentication == "password+totp"

    again = open_page(**PHONE)
    again.goto("/accounts/login/?next=/desk/")
    again.get_by_label("Username").fill("ravi")
    again.get_by_label("Password").fill(PASSWORD)
    again.get_by_role("button", name="Sign in").click()
    again.get_by_role("heading", name="Enter your code").wait_for()
    assert find_violations(again) == []


@pytest.mark.parametrize("look", [PHONE, {"width": 1280}, {"width": 1600, "color_scheme": "dark"}])
def test_axe_finds_nothing_at_the_desk(ann, ravi, fiona, morgan, open_page, look):
    symptom = make_complete_symptom(ann)
    factories.sign_page(symptom, by=fiona, asked_by=ann)
    factories.edit_page(symptom, by=ann, body="<p>A muscle relaxes.</p>")
    back = request_review(symptom, by=ann, reviewer=ravi.reviewer)
    pin(back, part="Overview", text="Which muscle?", by=ravi)
    request_changes(back, by=ravi, comment="Nearly.")
    review = request_review(symptom, by=ann, trigger="annual", reviewer=ravi.reviewer)
    other = request_review(factories.make_symptom(ann, slug="b", title="Another"), by=ann)
    make_overdue(symptom, 12)

    page = open_page(**look, reduced_motion="reduce")
    log_in(page, "ravi", "/desk/")
    found = []
    for path in (
        "",
        f"reviews/{review.uuid}/",
        f"reviews/{review.uuid}/#changes",
        f"reviews/{back.uuid}/done/",
    ):
        page.goto(f"/desk/{path}")
        found += find_violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.goto(f"/desk/reviews/{other.uuid}/")
    page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true })")
    page.get_by_role("button", name="Sign and publish").click()
    page.get_by_text("choose an answer, or request changes").first.wait_for()
    for details in page.locator("details").all():
        details.evaluate("element => element.open = true")
    found += find_violations(page)
    cancel_request(other, by=ann)
    page.get_by_label("Changes needed").fill("Words that took ten minutes.")
    page.get_by_role("button", name="Request changes").click()
    page.get_by_role("heading", name="This was not recorded").wait_for()
    expect(page.get_by_label("Your comment, as you typed it")).to_have_value(
        "Words that took ten minutes."
    )
    found += find_violations(page)
    page.goto(f"/desk/reviews/{review.uuid}/")
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("Changes needed").fill("Words that took ten minutes.")
    page.get_by_role("button", name="Request changes").click()
    page.get_by_role("link", name="Sign in again").wait_for()
    assert find_violations(page) + found == []


def test_the_reading_page_works_without_javascript(ann, ravi, fiona, open_page):
    symptom = make_complete_symptom(ann)
    factories.sign_page(symptom, by=fiona, asked_by=ann)
    factories.edit_page(symptom, by=ann, body="<p>A muscle relaxes.</p>")
    request_review(symptom, by=ann, reviewer=ravi.reviewer)
    page = open_page(**PHONE, java_script_enabled=False)
    log_in(page, "ravi", "/desk/")
    page.get_by_role("link", name="Facial spasms").click()
    page.get_by_role(
        "heading", name="What changed", exact=True
    ).wait_for()  # of a change, the change comes first
    page.get_by_role("link", name="Page", exact=True).click()
    expect(page.get_by_role("heading", name="Exactly what visitors will read")).to_be_visible()
    expect(page.get_by_role("heading", name="What changed", exact=True)).to_be_hidden()
    page.get_by_role("link", name="Decision").click()
    sign(page)
