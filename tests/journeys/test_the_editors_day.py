"""Two mornings in the admin.

Ann mends what was sent back, and Morgan rolls the copyright year over.
"""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Article, CopyrightNotice
from reviews.signing.actions import request_changes, request_review
from tests import factories
from tests.journeys.conftest import log_in, read_until, wait_for_form, write_rich_text

pytestmark = pytest.mark.django_db(transaction=True)


def test_ann_finds_what_was_sent_back_sees_why_mends_it_and_asks_again(ann, ravi, open_page):
    for title in ("Jaw pain", "Facial spasms"):
        symptom = factories.make_symptom(ann, slug=title.lower().replace(" ", "-"), title=title)
    request_changes(
        request_review(symptom, by=ann), by=ravi, comment="Say that it is mostly harmless."
    )

    page = open_page()
    log_in(page, "ann", "/admin/")
    card = page.locator(".card-sent-back")
    assert card.get_by_role("link").inner_text().split()[:2] == ["1", "symptom"]
    assert "Say that it is mostly harmless." in page.locator("main, #content").first.inner_text()
    card.get_by_role("link").click()
    rows = page.locator("#result_list tbody tr")
    rows.first.wait_for()
    page.wait_for_load_state()
    expect(rows).to_have_count(1)
    assert "Changes requested" in rows.inner_text()
    page.get_by_role("link", name="Facial spasms").click()
    page.get_by_text("Say that it is mostly harmless.").wait_for()
    wait_for_form(page)
    write_rich_text(page, "body", "A muscle tightens by itself. It is mostly harmless.")
    page.get_by_role("button", name="Save and continue editing").first.click()
    page.get_by_text("Revision 2 of").wait_for()
    page.get_by_role("link", name="Request review").click()
    page.get_by_role("button", name="Request review").click()
    page.get_by_text("is asked to sign revision 2").wait_for()
    page.goto("/admin/")
    assert "No changes are requested from you." in page.locator(".card-sent-back").inner_text()
    assert "1" in page.locator(".card-waiting").inner_text()


def test_morgan_rolls_the_copyright_year_over(ann, ravi, morgan, open_page):
    year = timezone.localdate().year + 1
    for holder, write_page in [
        ("First House", factories.make_symptom),
        ("Second House", factories.make_article),
    ]:
        notice = CopyrightNotice.objects.create(holder=holder, year=year - 1)
        factories.sign_page(write_page(ann, notice=notice), by=ravi, asked_by=ann)
    lines = set(Article.objects.values_list("live__review_line", flat=True))
    visitor, page = open_page(width=390, height=800), open_page()
    visitor.goto("/symptoms/facial-spasms/")
    assert f"© {year - 1} First House" in visitor.locator("main").inner_text()

    log_in(page, "morgan", "/admin/")
    page.get_by_role("link", name="Copyright notices", exact=True).click()
    for holder in ("First House", "Second House"):
        page.locator("#result_list tr", has_text=holder).get_by_role("checkbox").check()
    page.locator("select[name=action]").select_option("roll_over")
    page.get_by_role("button", name="Go").click()
    page.get_by_label("New year").fill(str(year))
    page.get_by_role("button", name="Preview").click()
    for holder in ("First House", "Second House"):
        row = page.locator(".taking-part li", has_text=holder)
        assert f"© {year - 1} {holder}" in row.inner_text()
        assert f"© {year} {holder}" in row.inner_text()
    visitor.reload()
    assert f"© {year - 1} First House" in visitor.locator("main").inner_text()
    page.get_by_role("button", name="Update 2 notices").click()
    page.get_by_text(f"2 notices show {year} now. 2 published pages show it.").wait_for()

    read_until(visitor, "/symptoms/facial-spasms/", f"© {year} First House")
    assert f"{timezone.localdate():%-d %B %Y}" in visitor.locator("main").inner_text()
    assert set(Article.objects.values_list("live__review_line", flat=True)) == lines


def test_reviews_are_read_in_the_admin_on_a_telephone(ann, ravi, morgan, open_page):
    factories.sign_page(factories.make_symptom(ann), by=ravi, asked_by=ann)
    page = open_page(width=390)
    log_in(page, "morgan")
    page.goto("/admin/reviews/medicalreview/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    script = (
        "cell => [getComputedStyle(cell, '::before').content, cell.getBoundingClientRect().right]"
    )
    for name, label in (
        ("reviewer", "Reviewer: "),
        ("requested_by", "Requested by: "),
        ("outcome", "Outcome: "),
    ):
        content, right = page.locator(f"#result_list tbody .field-{name}").evaluate(script)
        assert (content, right <= 390) == (f'"{label}"', True)
