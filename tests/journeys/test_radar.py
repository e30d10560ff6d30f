"""Morgan hears of a safety alert, recalls twelve pages, and watches Fiona sign the first."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Article
from reviews.models import MedicalReview
from reviews.planned_reviews.capacity import get_monday
from reviews.signing.actions import request_review, sign_off
from tests import factories
from tests.journeys.conftest import find_violations, log_in

pytestmark = pytest.mark.django_db(transaction=True)
TOUCHED, OTHERS = 12, 3


@pytest.fixture
def library(ann, ravi):
    """Twelve signed pages that name a medicine, one of them in review, and three that do not."""
    pages = []
    for number in range(TOUCHED + OTHERS):
        body = (
            "<p>Take <strong>ibuprofen</strong> with food.</p>"
            if number < TOUCHED
            else "<p>Rest helps.</p>"
        )
        page = factories.make_symptom(ann, slug=f"ache-{number}", title=f"Ache {number}", body=body)
        factories.sign_page(page, by=ravi, asked_by=ann)
        pages.append(page)
    request_review(pages[0], by=ann)
    return pages


def assert_accessible(page) -> None:
    assert find_violations(page) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_twelve_pages_are_recalled_and_the_first_is_signed(
    library, fiona, morgan, open_page, width
):
    page = open_page(width=width, bypass_csp=True)
    log_in(page, "morgan", "/desk/radar/")
    assert_accessible(page)
    page.get_by_role("link", name="Recalls").click()
    page.get_by_label("Search for").fill("IBUPROFEN")
    page.get_by_role("button", name="Search signed pages").click()
    page.get_by_role("heading", name=f"{TOUCHED} pages found").wait_for()
    expect(page.locator("mark")).to_have_text(["ibuprofen"] * TOUCHED)
    expect(page.locator("[name=page]:checked")).to_have_count(TOUCHED)
    expect(page.locator(".picks li").first).to_contain_text(
        "in review already: added to that review"
    )
    assert_accessible(page)
    page.get_by_label("Explanation").fill("The regulator warns of ibuprofen with lithium.")
    page.get_by_label("Reviewer").select_option("Fiona Field, MD")
    page.get_by_role("button", name="Request reviews").click()
    page.get_by_text(f"0 of {TOUCHED} pages completed").wait_for()
    expect(page.locator("table")).to_contain_text("was in review already")
    assert_accessible(page)

    review = MedicalReview.objects.waiting().filter(trigger="safety").first()
    before = Article.objects.get(pk=review.article_id).live.read_review_line()
    sign_off(
        review,
        by=fiona,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
    )
    page.reload()
    expect(page.locator("#progress")).to_have_text(f"1 of {TOUCHED} pages completed")
    after = Article.objects.get(pk=review.article_id).live.read_review_line()
    assert (after.last_reviewed, after.next_due) == (before.last_reviewed, before.next_due)
    assert MedicalReview.objects.waiting().count() == TOUCHED - 1
    page.goto("/desk/recall/")
    page.get_by_role("link", name="The regulator warns").wait_for()


def test_what_falls_due_is_planned_changed_and_opened_at_the_desk_without_scripts(
    library, fiona, ravi, morgan, open_page
):
    page = open_page(width=390, bypass_csp=True)
    log_in(page, "morgan", "/desk/radar/")
    page.get_by_role("link", name="Plan reviews of due pages").click()
    page.get_by_text("no page that matches is due").wait_for()
    page.get_by_label("Due by").fill(f"{timezone.localdate() + dt.timedelta(days=400)}")
    page.get_by_role("button", name="Update plan").click()
    assert_accessible(page)
    monday = get_monday(timezone.localdate())
    page.get_by_label("Reviewer: Ache 1", exact=True).select_option("Fiona Field")
    page.get_by_label("Week: Ache 1", exact=True).select_option(monday.isoformat())
    page.get_by_label("Plan: Ache 2", exact=True).uncheck()
    page.get_by_role("button", name="Update totals").first.click()
    page.get_by_text("2 rows are changed by you.").wait_for()
    count = TOUCHED + OTHERS - 1  # one was left out, and the change in review keeps none from it
    page.get_by_role("button", name=f"Plan {count - 1} reviews").first.click()
    page.get_by_text(f"{count - 1} reviews are planned.").wait_for()
    assert_accessible(page)
    assert MedicalReview.objects.waiting().count() == 1  # that of the library

    desk = open_page(width=390, bypass_csp=True)
    log_in(desk, "fiona", "/desk/")
    assert_accessible(desk)
    desk.get_by_role("button", name="Open review Ache 1").click()
    desk.get_by_role("heading", name="Ache 1").first.wait_for()
    assert MedicalReview.objects.waiting().filter(reviewer=fiona.reviewer).count() == 1
