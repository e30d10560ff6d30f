"""The forms of the desk on a phone: few taps, and nothing typed is lost whatever happens."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from reviews.models import LedgerEntry
from reviews.signing import ledger
from reviews.signing.actions import request_review
from tests import factories
from tests.factories import PASSWORD
from tests.journeys.conftest import log_in

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}
WORDS = "Words that took ten minutes."
SHARES = "I hold shares in a maker of eye drops."


@pytest.fixture
def review(ann, ravi, fiona):
    """A change that waits for Ravi."""
    symptom = factories.make_complete_symptom(ann)
    factories.sign_page(symptom, by=fiona, asked_by=ann)
    factories.edit_page(symptom, by=ann, treatment="<p>Rest helps, and warmth.</p>")
    return request_review(symptom, by=ann, reviewer=ravi.reviewer)


def get_path(review) -> str:
    return f"/desk/reviews/{review.uuid}/"


def answer(page) -> None:
    """Tick and choose what the signature is about, and state no conflicts."""
    for line in page.locator("#decision .check-line").all():
        line.get_by_role("radio").first.check()
    page.get_by_label("None", exact=True).check()
    page.get_by_label("I have read what changed").check()


def enter_password(page, password: str = PASSWORD) -> None:
    page.get_by_label("Your password").fill(password)


def compute_code(secret: str, later: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def test_a_change_is_signed_in_four_taps_beside_reading_ticks_and_conflicts(review, open_page):
    page = open_page(**PHONE)
    log_in(page, "ravi", "/desk/")
    page.get_by_role("link", name="Facial spasms").tap() if False else None
    taps = [
        page.get_by_role("link", name="Facial spasms"),
        page.get_by_role("link", name="Decision"),
        page.get_by_label("Your password"),
        page.get_by_role("button", name="Sign and publish"),
    ]
    for number, target in enumerate(taps):
        if number == 2:
            answer(page)
        target.click()
        if number == 2:
            page.keyboard.type(PASSWORD)
    page.get_by_text("It is public now").wait_for()
    record = ledger.read_record(LedgerEntry.objects.get(review=review))
    assert (record.conflicts, record.authentication) == ("None", "password")
