"""Ann finds last month's text in the history, reads it, compares it and restores it."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Article
from tests import factories
from tests.journeys.conftest import log_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_ann_restores_last_months_text_and_asks_for_it_to_be_signed(ann, ravi, open_page):
    with time_machine.travel(timezone.now() - dt.timedelta(days=30)):
        symptom = factories.make_symptom(ann, body="<p>Last month it said this.</p>")
        factories.sign_page(symptom, by=ravi, asked_by=ann)
    factories.edit_page(symptom, by=ann, body="<p>Today it says that.</p>")

    page = open_page()
    log_in(page, "ann")
    page.goto(f"/admin/symptoms/symptom/{symptom.pk}/change/")
    page.get_by_role("link", name="History").click()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Read revision 1").click()
    expect(opened.value.locator("main")).to_contain_text("Last month it said this.")
    page.get_by_role("link", name="Compare revision 1 with the latest, or restore").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("From revision 1 to 2")
    page.get_by_role("button", name="Restore the text of revision 1").click()
    page.get_by_text("The text of revision 1 is back as revision 3.").wait_for()

    panel = page.locator(".panel").first.inner_text()
    assert "revision 3 is newer and unsigned" in panel or "read revision 1" in panel
    assert (
        Article.objects.get(pk=symptom.pk).get_latest_revision().read().body
        == "<p>Last month it said this.</p>"
    )
