"""Imported reviews from a spreadsheet to the public page, in a real browser."""

import datetime as dt

import pytest
from django.utils import timezone

from articles.models import Article
from reviews import verification
from reviews.models import LedgerEntry
from tests import factories
from tests.factories import PASSWORD
from tests.journeys.conftest import find_violations, log_in

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


def make_csv_file(*rows: str) -> dict:
    text = "page;reviewer;post-nominals;specialty;reviewed on;evidence;due\n" + "\n".join(rows)
    return {"name": "reviews.csv", "mimeType": "text/csv", "buffer": text.encode("cp1252")}


def find_row(page: str, day: dt.date | str) -> str:
    return f"{page};Dr Béla Muster (fictional);MBBS;Neurology;{day};Log 4;"


def upload_file(page, file: dict) -> None:
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Preview").click()


@pytest.mark.parametrize("size", [{"width": 1280, "height": 900}, PHONE])
def test_from_the_sheet_to_the_public_page(ann, morgan, open_page, size):
    factories.make_symptom(ann)
    factories.make_article(ann)
    last_month = timezone.localdate() - dt.timedelta(days=31)
    page = open_page(bypass_csp=True, reduced_motion="reduce", **size)
    log_in(page, "morgan", "/admin/")
    page.get_by_role("link", name="Import reviews").click()
    found = find_violations(page, dark=True)
    upload_file(
        page,
        make_csv_file(
            find_row("Facial spasms", last_month),
            find_row("Keeping a diary", "03/05/2026"),
            find_row("Nowhere", last_month),
        ),
    )
    page.get_by_role("heading", name="1 review can be imported").wait_for()
    page.get_by_text("read as Windows-1252").wait_for()
    page.get_by_text("“03/05/2026” can be read as 5 March or as 3 May 2026.").wait_for()
    found += find_violations(page, dark=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Your password").fill("not this one")
    page.get_by_role("button", name="Attest and publish 1 page").click()
    page.get_by_text("This is not your password.").wait_for()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Attest and publish 1 page").click()
    page.get_by_role("heading", name="1 page published").wait_for()
    found += find_violations(page, dark=True)
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download these rows as CSV, to correct them").click()
    assert "Keeping a diary" in taken.value.path().read_text()
    page.goto("/symptoms/facial-spasms/")
    page.get_by_text("Dr Béla Muster (fictional), MBBS, Neurology").wait_for()
    page.get_by_text("Not yet reviewed here.").wait_for()
    assert "lastReviewed" not in page.content()
    found += find_violations(page, dark=True)
    assert not found, "\n".join(found)
    assert list(verification.find_faults()) == []


def test_a_long_sheet_goes_on_by_itself(ann, morgan, open_page, monkeypatch):
    for module in ("imported_reviews.actions", "admin.imported_reviews"):
        monkeypatch.setattr(f"reviews.{module}.MAX_PAGES", 2)
    for number in range(5):
        factories.make_article(ann, slug=f"page-{number}", title=f"Page {number}")
    page = open_page()
    log_in(page, "morgan", "/admin/reviews/ledgerentry/earlier/")
    last_month = timezone.localdate() - dt.timedelta(days=31)
    upload_file(
        page, make_csv_file(*(find_row(f"Page {number}", last_month) for number in range(5)))
    )
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Attest and publish 5 pages").click()
    page.get_by_role("heading", name="5 pages published").wait_for()
    assert LedgerEntry.objects.count() == Article.objects.public().count() == 5
