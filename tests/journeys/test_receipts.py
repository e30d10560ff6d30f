"""On a phone: two take one review, one is reassigned while signing, one says “This was not me”."""

import datetime as dt
import re

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import ReaderReport
from reviews.models import LedgerEntry, MedicalReview, ReviewOpening
from reviews.signing import assignment
from reviews.signing.actions import request_review
from tests import factories
from tests.factories import PASSWORD
from tests.journeys.conftest import SIGNATURE_BOXES, find_violations, log_in
from tests.servers import run_mail_server

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


def is_narrow(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_two_take_one_review_and_one_is_reassigned_while_signing(
    ann, ravi, fiona, morgan, open_page
):
    review = request_review(factories.make_symptom(ann), by=ann)
    ravi_page, fiona_page = open_page(**PHONE), open_page(**PHONE)
    for page, name in ((ravi_page, "ravi"), (fiona_page, "fiona")):
        log_in(page, name, "/desk/")
        page.get_by_role("button", name="I take this").wait_for()
    ravi_page.get_by_role("button", name="I take this").click()
    ravi_page.get_by_text("This review is yours now.").wait_for()
    fiona_page.get_by_role("button", name="I take this").click()
    expect(fiona_page.get_by_role("status")).to_contain_text("Ravi Rao, MD has it, since")
    assert find_violations(fiona_page) + find_violations(ravi_page) == []
    assert is_narrow(fiona_page)

    assignment.reassign(MedicalReview.objects.get(), to=fiona.reviewer, by=morgan, word="Swap.")
    ravi_page.get_by_label("Changes needed").fill("Words that took ten minutes.")
    ravi_page.get_by_role("button", name="Request changes").click()
    expect(ravi_page.locator("main")).to_contain_text("assigned to Fiona Field, MD")
    assert not LedgerEntry.objects.exists()
    fiona_page.goto(f"/desk/reviews/{review.uuid}/")
    expect(fiona_page.locator("main")).to_contain_text("Reassigned to Fiona Field, MD by Morgan")
    fiona_page.get_by_text("Give it back").first.click()
    fiona_page.get_by_label("Why you give it back").fill("Not my field.")
    fiona_page.get_by_role("button", name="Give it back").click()
    fiona_page.get_by_text("is open to any reviewer again").wait_for()

    morgan_page = open_page()
    log_in(morgan_page, "morgan", f"/desk/reviews/{review.uuid}/read-along/")
    expect(morgan_page.locator("main")).to_contain_text("This is what any reviewer reads.")
    expect(morgan_page.locator("main form")).to_have_count(0)
    assert find_violations(morgan_page) == []


def test_this_was_not_me_from_the_mail_to_the_end_of_the_session(
    ann, ravi, morgan, open_page, settings
):
    for user in (ravi, morgan):
        user.email = f"{user.username}@example.org"
        user.save()
    review = request_review(factories.make_symptom(ann), by=ann)
    thief = open_page(**PHONE)
    log_in(thief, "ravi", f"/desk/reviews/{review.uuid}/")
    ReviewOpening.objects.update(at=timezone.now() - dt.timedelta(hours=1))
    for box in thief.locator("#decision").locator(SIGNATURE_BOXES).all():
        box.check()
    thief.get_by_label("Your password").fill(PASSWORD)
    thief.get_by_role("button", name="Sign and publish").click()
    thief.get_by_text("A receipt goes to ravi@example.org.").wait_for()

    with run_mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.SITE_URL = "https://example.org"
        call_command("send_review_mail")
        (letter,) = [
            letter for to, letter in server.messages if "Signed in your name" in letter["Subject"]
        ]
        text = letter.get_body(("plain",)).get_content()
        path = re.search(r"https://example\.org(\S+not-me/)", text)[1]

        page = open_page(**PHONE)
        page.goto(path)
        page.get_by_label("Username").fill("ravi")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Was this not you?").wait_for()
        assert find_violations(page) == []
        assert not ReaderReport.objects.exists()
        page.get_by_role("button", name="This was not me").click()
        page.get_by_role("heading", name="Reported").wait_for()
        assert find_violations(page) == []
        assert is_narrow(page)
        subjects = [letter["Subject"] for to, letter in server.messages if to.startswith("morgan")]
    assert any("not theirs" in subject for subject in subjects)
    assert ReaderReport.objects.open().harmful().count() == 1

    for browser in (page, thief):
        browser.goto("/desk/")
        browser.get_by_role("heading", name="Sign in").wait_for()
    thief.get_by_label("Username").fill("ravi")
    thief.get_by_label("Password").fill(PASSWORD)
    thief.get_by_role("button", name="Sign in").click()
    thief.get_by_role("alert").wait_for()
    morgan_page = open_page()
    log_in(morgan_page, "morgan")
    morgan_page.goto("/admin/")
    expect(morgan_page.get_by_role("heading", name="Safety alerts and reports")).to_be_visible()
    expect(morgan_page.locator("#content-main")).to_contain_text("Disputed signature")
    assert find_violations(morgan_page) == []
