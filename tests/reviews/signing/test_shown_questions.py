"""What was asked is shown with a signature; and parts are counted alike wherever they are."""

import re

import pytest

from articles.public.page_cache import page_cache
from reviews.desk import queue
from reviews.models import LedgerEntry, MedicalReview
from reviews.signing import checklist, ledger, statements
from reviews.signing.actions import request_review, sign_off
from reviews.signing.changes import confirm_all
from symptoms.models import RelatedSymptom, SymptomCause
from tests import factories
from tests.html import get_text

pytestmark = pytest.mark.django_db
COUNT = re.compile(r"([\d,]+) parts? changed")


def sign(review, by, **answers):
    return sign_off(
        review,
        by=by,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
        answers=confirm_all(review) | answers,
    )


@pytest.fixture
def page(ann, ravi):
    page = factories.make_complete_symptom(ann)
    sign(request_review(page, by=ann), ravi)
    return page


def change_sentence(page, ann):
    factories.edit_page(page, by=ann, summary="Other.")


def remove_warning(page, ann):
    factories.edit_page(page, by=ann, treatment="", body="<p>Other.</p>")


def remove_card(page, ann):
    page.care_cards.all().delete()
    factories.edit_page(page, by=ann, advice="", advice_level="")


def move_rows(page, ann):
    causes = list(SymptomCause.objects.filter(symptom=page).order_by("position"))
    for place, row in enumerate(reversed(causes)):
        SymptomCause.objects.filter(pk=row.pk).update(position=place + 100)
    RelatedSymptom.objects.filter(symptom=page).delete()
    factories.edit_page(page, by=ann)


def change_list_items(page, ann):
    body = "<ul><li><p>One.</p></li><li><p>Two.</p></li><li><p>Three.</p></li></ul>"
    factories.edit_page(page, by=ann, body=body, complications=body)


def change_markup(page, ann):
    factories.edit_page(page, by=ann, body=page.body.replace("One.", "<em>One</em>."))


CHANGES = [
    change_sentence, remove_warning, remove_card, move_rows, change_list_items, change_markup,
]  # fmt: skip


def test_card_desk_and_panel_count_the_same_parts(client, page, ann, ravi, morgan):
    numbers = []
    for change in CHANGES:
        change(page, ann)
        page.refresh_from_db()
        why = "This is a test of counts."
        review = request_review(page, by=morgan, reviewer=ravi.reviewer, override=why)
        (task,) = queue.build_queue(ravi.reviewer)["mine"].object_list
        client.force_login(ravi)
        desk = get_text(client.get(f"/desk/reviews/{review.uuid}/").text)
        client.force_login(ann)
        panel = get_text(client.get(f"/admin/symptoms/symptom/{page.pk}/change/").text)
        found = {COUNT.search(text)[1] for text in (task.change_summary, desk, panel)}
        assert len(found) == 1, (change, found, task.change_summary)
        numbers += found
        sign(review, ravi)
    assert len(set(numbers)) > 1


def test_the_history_says_in_words_what_was_asked_and_over_what(client, page, ann, fiona):
    factories.edit_page(page, by=ann, body="<p>A muscle pulls.</p>")
    sign(request_review(page, by=ann), fiona, language="not mine")
    page_cache.clear()
    text = " ".join(get_text(client.get("/symptoms/facial-spasms/history/").text).split())
    assert "The signer was asked about what changed:" in text
    assert f"Confirmed: {checklist.CHANGED_TEXT.full_statement} Asked of: Overview." in text
    assert f"Not judged: {checklist.CHANGED_LANGUAGE.full_statement}" in text
    assert "The signer was asked about the whole page:" in text
    assert f"Confirmed: {checklist.ADVICE.full_statement}" in text
    profile = get_text(client.get("/reviewers/fiona-field/").text)
    assert checklist.CHANGED_TEXT.full_statement in profile


def test_the_editors_timeline_says_it_too(client, page, ann):
    client.force_login(ann)
    text = get_text(client.get(f"/admin/symptoms/symptom/{page.pk}/revisions/").text)
    assert "What the signer was asked" in text
    assert checklist.ADVICE.full_statement in text


def make_older_record(page, ann, ravi, *, trigger: str) -> ledger.LedgerRecord:
    """A record as builds before this one wrote it, with the names of the lines alone."""
    factories.sign_page(page, by=ravi, asked_by=ann, trigger=trigger)
    entry = LedgerEntry.objects.first()
    record = ledger.read_record(entry)
    return record.model_copy(update={"checklist": {"advice": True, "language": True}})


def test_of_older_signatures_over_a_change_it_is_said_that_the_whole_page_was_asked(
    page, ann, ravi
):
    factories.edit_page(page, by=ann, summary="Other.")
    changed = make_older_record(page, ann, ravi, trigger="change")
    assert statements.describe_asked(changed) == (
        "The checklist was asked about the whole page, although this signature was for a change."
    )
    assert list(statements.build_lines(changed)) == []
    whole = make_older_record(page, ann, ravi, trigger="annual")
    assert statements.describe_asked(whole) == ""
    again = make_older_record(page, ann, ravi, trigger="safety")
    assert statements.describe_asked(again) == ""


def test_an_empty_field_of_what_was_asked_is_not_in_a_record(page, ann, ravi):
    factories.edit_page(page, by=ann, summary="Other.")
    entry = factories.sign_page(page, by=ravi, asked_by=ann)
    for name in ("asked", "earlier_readings", "reading_time_hash"):
        assert f'"{name}' not in entry.record
    assert MedicalReview.objects.waiting().count() == 0


def test_a_safety_review_of_an_unchanged_text_asks_about_the_reason(page, ann, ravi):
    review = request_review(page, by=ann, trigger="safety", note="A regulator warns.")
    assert next(iter(confirm_all(review))) == "reason"
    record = ledger.read_record(sign(review, ravi))
    assert record.asked_over == "page"
    factories.edit_page(page, by=ann, summary="Other.")
    changed = request_review(page, by=ann, trigger="safety", note="A regulator warns.")
    assert set(confirm_all(changed)) == {"text", "language", "reason"}
