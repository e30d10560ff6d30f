"""The main job, whole: Ann drafts, Ravi signs, Charlie reads.

Then a typo is mended and countersigned.
"""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Article
from tests import factories
from tests.factories import PASSWORD
from tests.journeys.conftest import (
    SIGNATURE_BOXES,
    log_in,
    log_in_by_form,
    open_form,
    pass_reading_time,
    read_until,
    write_rich_text,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def companions(ann):
    """Three symptoms that Ann can relate hers to, one of them public later or never."""
    return [
        factories.make_symptom(ann, slug=slug, title=title)
        for slug, title in [
            ("jaw-pain", "Jaw pain"),
            ("eye-twitching", "Eye twitching"),
            ("anxiety", "Anxiety"),
        ]
    ]


def choose(page, container, words: str) -> None:
    """Pick from an autocomplete by typing, as an editor does."""
    container.locator(".select2-selection").first.click()
    page.locator(".select2-search__field").fill(words)
    page.locator(".select2-results__option", has_text=words).first.click()


def draft(page) -> None:
    open_form(page, "/admin/symptoms/symptom/add/")
    page.get_by_label("Title:", exact=True).fill("Facial spasms")
    page.get_by_label("Plural").check()
    page.get_by_label("Summary:").fill(
        "Facial spasms are movments of the face that you do not make on purpose."
    )
    write_rich_text(page, "emergency_text", "Call 911 if one side of your face droops.")
    write_rich_text(page, "body", "A muscle of your face tightens by itself.")
    page.get_by_label("Bones, Joints and Muscles").check()
    page.get_by_label("Copyright notice:").select_option(index=1)
    for number, title in enumerate(["Jaw pain", "Eye twitching", "Anxiety"]):
        page.get_by_text("Add another Related symptom", exact=True).click()
        row = page.locator(f"#related_symptoms-{number}")
        choose(page, row, title)
        row.locator("select[name$=-system]").select_option("neurological")
    for number, name in enumerate(["Tourette's syndrome", "Tiredness"]):
        page.get_by_text("Add another Cause", exact=True).click()
        row = page.locator(f"#symptom_causes-{number}")
        with page.expect_popup() as opened:
            row.locator(".add-related").first.click()
        popup = opened.value
        popup.get_by_label("Name:").fill(name)
        with popup.expect_event("close"):
            popup.get_by_role("button", name="Save", exact=True).click()
        row.locator("[contenteditable=true]").fill(f"{name} may tighten a muscle.")
    page.get_by_role("button", name="Save and continue editing").first.click()
    page.get_by_text("Visitors cannot see it yet").wait_for()


def ask(page) -> None:
    page.get_by_role("link", name="Request review").click()
    page.get_by_role("button", name="Request review").click()
    page.get_by_text("is asked to sign").wait_for()


def sign(page, title: str) -> None:
    page.goto("/desk/")
    page.get_by_role("link", name=title).click()
    page.get_by_role("button", name="Sign and publish").wait_for()
    for box in page.locator("#sign form").first.locator(SIGNATURE_BOXES).all():
        box.check()
    pass_reading_time()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign and publish").click()
    page.get_by_text("It is public now").wait_for()


def test_a_symptom_goes_from_ann_to_ravi_to_charlie(ann, ravi, companions, open_page):
    ann_page, ravi_page, charlie_page = open_page(), open_page(), open_page(width=390, height=800)
    log_in_by_form(ann_page, "ann", "/admin/")
    draft(ann_page)
    assert charlie_page.goto("/symptoms/facial-spasms/").status == 404
    ask(ann_page)

    log_in_by_form(ravi_page, "ravi", "/desk/")
    sign(ravi_page, "Facial spasms")

    assert charlie_page.goto("/symptoms/facial-spasms/").status == 200
    assert charlie_page.get_by_role("heading", level=1).inner_text() == "What are facial spasms?"
    text = charlie_page.locator("body").inner_text()
    today = timezone.localdate()
    for words in [
        "Call 911 if one side of your face droops.",
        "Ravi Rao",
        "MD, Neurology",
        f"{today:%-d %B %Y}",
        f"{today.replace(year=today.year + 1):%-d %B %Y}",
        "© 2026 Countersign Test",
        "filed under: Bones, Joints and Muscles",
        "Tourette's syndrome",
        "Tiredness",
        "Jaw pain",
        "Eye twitching",
        "Anxiety",
    ]:
        assert words in text, words
    assert text.index("Call 911") < text.index("tightens by itself")


def test_a_mended_typo_is_countersigned_and_moves_no_annual_date(ann, ravi, fiona, open_page):
    symptom = factories.make_symptom(
        ann, summary="Movments of the face.", body="<p>A muscle tightens by itslef.</p>"
    )
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    before = Article.objects.get(pk=symptom.pk).live.read_review_line()

    ann_page, fiona_page, charlie_page = open_page(), open_page(), open_page(width=390, height=800)
    log_in(ann_page, "ann")
    open_form(ann_page, f"/admin/symptoms/symptom/{symptom.pk}/change/")
    write_rich_text(ann_page, "body", "A muscle tightens by itself.")
    ann_page.get_by_role("button", name="Save and continue editing").first.click()
    ann_page.get_by_text("Visitors still read revision 1").wait_for()
    charlie_page.goto("/symptoms/facial-spasms/")
    assert "itslef" in charlie_page.locator("main").inner_text()
    ask(ann_page)

    log_in(fiona_page, "fiona", "/desk/")
    sign(fiona_page, "Facial spasms")

    read_until(
        charlie_page, "/symptoms/facial-spasms/", "Updated, countersigned by Fiona Field, MD"
    )
    text = charlie_page.locator("main").inner_text()
    assert "itself" in text
    assert "itslef" not in text
    after = Article.objects.get(pk=symptom.pk).live.read_review_line()
    assert (after.reviewed_by.name, after.last_reviewed, after.next_due) == (
        "Ravi Rao",
        before.last_reviewed,
        before.next_due,
    )
    assert after.next_due > timezone.localdate() + dt.timedelta(days=360)


def test_ravi_sends_a_page_back_and_ann_sees_why(ann, ravi, open_page):
    symptom = factories.make_symptom(ann)
    ann_page, ravi_page = open_page(), open_page()
    log_in(ann_page, "ann")
    open_form(ann_page, f"/admin/symptoms/symptom/{symptom.pk}/change/")
    ask(ann_page)

    log_in(ravi_page, "ravi", "/desk/")
    ravi_page.get_by_role("link", name="Facial spasms").click()
    ravi_page.get_by_label("Changes needed").fill("Say that a first seizure is an emergency.")
    ravi_page.get_by_role("button", name="Request changes").click()
    ravi_page.get_by_text("was not signed").wait_for()

    ann_page.reload()
    expect(ann_page.locator(".panel").first).to_contain_text(
        "Say that a first seizure is an emergency."
    )
    assert not Article.objects.get(pk=symptom.pk).live
