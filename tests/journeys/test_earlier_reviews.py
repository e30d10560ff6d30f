"""A managing editor brings a sheet of earlier reviews: from the file to the public page, in a real browser."""

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from articles.models import Article
from reviews import verification
from reviews.models import Signature
from tests import stories
from tests.conftest import PASSWORD
from tests.journeys.conftest import log_in

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


def sheet(*rows: str) -> dict:
    text = "page;reviewer;post-nominals;specialty;reviewed on;evidence;due\n" + "\n".join(rows)
    return {"name": "reviews.csv", "mimeType": "text/csv", "buffer": text.encode("cp1252")}


def row(page: str, day: dt.date | str) -> str:
    return f"{page};Dr Béla Muster (fictional);MBBS;Neurology;{day};Log 4;"


def complaints(page) -> list[str]:
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        rules = Axe().run(page).response["violations"]
        found += [f"{page.url} ({scheme}): {rule['id']} at {rule['nodes'][0]['target']}" for rule in rules]
    return found


def look(page, file: dict) -> None:
    page.get_by_label("The sheet").set_input_files(file)
    page.get_by_role("button", name="Look at what it says").click()


@pytest.mark.parametrize("size", [{"width": 1280, "height": 900}, PHONE])
def test_from_the_sheet_to_the_public_page(ann, morgan, sit_down, size):
    stories.write_symptom(ann)
    stories.write_article(ann)
    last_month = timezone.localdate() - dt.timedelta(days=31)
    page = sit_down(bypass_csp=True, reduced_motion="reduce", **size)
    log_in(page, "morgan", "/admin/")
    page.get_by_role("link", name="Reviews from a previous system").click()
    found = complaints(page)
    look(
        page, sheet(row("Facial spasms", last_month), row("Keeping a diary", "03/05/2026"), row("Nowhere", last_month))
    )
    page.get_by_role("heading", name="1 earlier review can be recorded").wait_for()
    page.get_by_text("read as Windows-1252").wait_for()
    page.get_by_text("“03/05/2026” can be read as 5 March or as 3 May 2026.").wait_for()
    found += complaints(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Your password, again").fill("not this one")
    page.get_by_role("button", name="Attest and publish 1 page").click()
    page.get_by_text("This is not your password.").wait_for()
    page.get_by_label("Your password, again").fill(PASSWORD)
    page.get_by_role("button", name="Attest and publish 1 page").click()
    page.get_by_role("heading", name="1 page published").wait_for()
    found += complaints(page)
    with page.expect_download() as taken:
        page.get_by_role("button", name="Take these rows as CSV, to mend").click()
    assert "Keeping a diary" in taken.value.path().read_text()
    page.goto("/symptoms/facial-spasms/")
    page.get_by_text("Dr Béla Muster (fictional), MBBS, Neurology").wait_for()
    page.get_by_text("Not yet reviewed here.").wait_for()
    assert "lastReviewed" not in page.content()
    found += complaints(page)
    assert not found, "\n".join(found)
    assert list(verification.faults()) == []


def test_a_long_sheet_goes_on_by_itself(ann, morgan, sit_down, monkeypatch):
    for module in ("attesting", "admin_earlier"):
        monkeypatch.setattr(f"reviews.{module}.MOST", 2)
    for number in range(5):
        stories.write_article(ann, slug=f"page-{number}", title=f"Page {number}")
    page = sit_down()
    log_in(page, "morgan", "/admin/reviews/signature/earlier/")
    last_month = timezone.localdate() - dt.timedelta(days=31)
    look(page, sheet(*(row(f"Page {number}", last_month) for number in range(5))))
    page.get_by_label("Your password, again").fill(PASSWORD)
    page.get_by_role("button", name="Attest and publish 5 pages").click()
    page.get_by_role("heading", name="5 pages published").wait_for()
    assert Signature.objects.count() == Article.objects.public().count() == 5
