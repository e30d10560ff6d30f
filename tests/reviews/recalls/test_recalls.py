"""Recalls: signed pages found by their words, read again at once, and no annual date moves."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article, PublicationEvent
from reviews import verification
from reviews.models import MedicalReview, Recall
from reviews.models.review import REREAD_STATEMENT
from reviews.recalls import actions
from reviews.recalls.actions import CannotRecall, count_by_state, get_recalled_pages, open_recall
from reviews.recalls.search import find_pages
from reviews.signing import ledger
from reviews.signing.actions import (
    CannotRequestReview,
    cancel_request,
    request_changes,
    request_review,
    sign_off,
    withdraw_page,
)
from tests import factories
from tests.html import read_form

pytestmark = pytest.mark.django_db
RECALL = "/desk/recall/"
WHY = "The regulator warns of a new interaction."


def publish(ann, signer, title="Facial spasms", **fields):
    page = factories.make_symptom(ann, slug=title.lower().replace(" ", "-"), title=title, **fields)
    factories.sign_page(page, by=signer, asked_by=ann)
    return page


def search_pages(part: str, words: str) -> list[str]:
    return [row.title for row in find_pages(part, words)]


def get_review_line(page):
    return Article.objects.get(pk=page.pk).live.read_review_line()


def sign(review, by):
    return sign_off(
        review,
        by=by,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
    )


def test_signed_pages_are_found_by_words_cause_code_reference_and_reviewer(ann, ravi, fiona):
    page = factories.make_symptom(
        ann, body="<p>Take <strong>Ibuprofen</strong> après CO<sub>2</sub>.</p>"
    )
    factories.add_facts(page, ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    publish(ann, fiona, "Yawning", body="<p>You yawn.</p>")
    for part, words in [
        ("words", "ibuprofen"),
        ("words", "IBUPROFEN APRES"),
        ("words", "co2"),
        ("words", "spasms ibuprofen droops"),
        ("cause", "cause 0 of facial"),
        ("code", "r25.3"),
        ("code", "R253"),
        ("code", "ICD-10-CM fasciculation"),
        ("reviewer", "ravi"),
    ]:
        assert search_pages(part, words) == ["Facial spasms"], (part, words)
    assert search_pages("reference", "medlineplus.gov/muscle") == ["Facial spasms", "Yawning"]
    for part, words in [
        ("words", "aspirin"),
        ("cause", "ibuprofen"),
        ("code", "Z99"),
        ("reviewer", "ann"),
        ("words", " "),
    ]:
        assert search_pages(part, words) == [], (part, words)
    place = next(find_pages("code", "r253")).excerpt
    assert (place.before, place.match, place.after) == ("ICD-10-CM ", "R25.3", " Fasciculation")


def test_the_place_that_matched_is_shown_in_the_words_of_the_page(ann, ravi):
    publish(ann, ravi, body="<p>It hurts. Fièvre comes next.</p>")
    place = next(find_pages("words", "fievre")).excerpt
    assert (place.label, place.before, place.match, place.after) == (
        "Overview",
        "It hurts. ",
        "Fièvre",
        " comes next.",
    )


def test_only_what_visitors_read_is_searched(ann, ravi, morgan):
    page = publish(ann, ravi)
    factories.edit_page(page, by=ann, body="<p>Only in the draft.</p>")
    factories.make_symptom(ann, slug="draft", title="Draft", body="<p>Only in the draft.</p>")
    withdraw_page(
        publish(ann, ravi, "Gone", body="<p>A muscle tightens by itself.</p>"),
        reason="wrong",
        by=morgan,
    )
    assert search_pages("words", "only in the draft") == []
    assert search_pages("words", "muscle tightens") == ["Facial spasms"]


def test_a_text_that_did_not_change_is_read_again_and_no_annual_date_moves(
    ann, ravi, fiona, morgan, client, time_machine
):
    time_machine.move_to("2026-01-10T12:00Z")
    page = publish(ann, ravi)
    before = get_review_line(page)
    time_machine.move_to("2026-03-01T12:00Z")
    review = request_review(page, by=morgan, trigger="safety", note=WHY)
    assert review.is_reread
    assert review.meaning == REREAD_STATEMENT
    entry = sign(review, fiona)
    after = get_review_line(page)
    assert Article.objects.get(pk=page.pk).live.kind == PublicationEvent.EventKind.RESIGN
    assert (after.reviewed_by, after.last_reviewed, after.next_due) == (
        before.reviewed_by,
        before.last_reviewed,
        before.next_due,
    )
    assert [(update.by.name, update.on, update.again) for update in after.updates] == [
        ("Fiona Field", dt.date(2026, 3, 1), True)
    ]
    assert ledger.read_record(entry).meaning == REREAD_STATEMENT
    assert "does not move the annual review" in ledger.read_record(entry).next_due_rule
    assert list(verification.find_faults()) == []
    assert "Read again and countersigned by" in client.get("/symptoms/facial-spasms/").text
    history = client.get("/symptoms/facial-spasms/history/").text
    assert "Read again: revision 1" in history
    assert "The same text, signed again." in history


def test_a_changed_text_says_of_news_what_a_change_says(ann, ravi, morgan):
    page = publish(ann, ravi)
    factories.edit_page(page, by=ann, body="<p>New.</p>")
    review = request_review(page, by=morgan, trigger="guideline")
    assert not review.is_reread
    assert "what changed" in review.meaning
    sign(review, ravi)
    assert get_review_line(page).updates[-1].again is False


def test_a_withdrawn_text_cannot_come_back_as_read_again(ann, ravi, morgan):
    page = publish(ann, ravi)
    withdraw_page(page, reason="safety", by=morgan)
    with pytest.raises(CannotRequestReview, match="annual review"):
        request_review(page, by=morgan, trigger="safety", note="Safe now.")


def test_a_recall_opens_a_review_of_each_page_with_its_reason(ann, ravi, fiona, morgan):
    pages = [publish(ann, ravi, title) for title in ("Facial spasms", "Tics")]
    recall = open_recall(
        [page.pk for page in pages],
        trigger="safety",
        reason=WHY,
        by=morgan,
        reviewer=fiona.reviewer,
    )
    opened = MedicalReview.objects.waiting()
    assert {(r.trigger, r.note, r.reviewer, r.requested_by) for r in opened} == {
        ("safety", f"Recall: {WHY}", fiona.reviewer, morgan)
    }
    assert [row.taken_along for row in recall.rows.all()] == [False, False]


def test_a_page_in_review_is_taken_along_and_told_apart(ann, ravi, morgan, morgan_client):
    first, second = publish(ann, ravi, "First"), publish(ann, ravi, "Second")
    waiting = request_review(first, by=ann)
    recall = open_recall([first.pk, second.pk], trigger="guideline", reason=WHY, by=morgan)
    assert {(row.review_id == waiting.pk, row.taken_along) for row in recall.rows.all()} == {
        (True, True),
        (False, False),
    }
    assert MedicalReview.objects.waiting().count() == 2
    assert "was in review already" in morgan_client.get(f"{RECALL}{recall.uuid}/").text


def test_a_recall_is_not_stopped_by_a_check(ann, ravi, morgan):
    page = publish(ann, ravi)
    factories.edit_page(page, by=ann, body="")
    open_recall([page.pk], trigger="safety", reason=WHY, by=morgan)
    review = MedicalReview.objects.waiting().get()
    assert "no overview" in review.overridden
    assert WHY in review.override


def test_a_recall_opens_all_or_none(ann, ravi, fiona, morgan):
    first, second = publish(ann, ravi, "First"), publish(ann, ravi, "Second")
    factories.edit_page(second, by=fiona, body="<p>Fiona wrote this.</p>")
    with pytest.raises(
        CannotRecall, match=r"because of “Second”\. Fiona Field, MD wrote some of this page"
    ):
        open_recall(
            [first.pk, second.pk], trigger="safety", reason=WHY, by=morgan, reviewer=fiona.reviewer
        )
    assert not MedicalReview.objects.waiting().exists()
    assert not Recall.objects.exists()


def test_what_a_recall_cannot_do_is_told(ann, ravi, morgan):
    page = publish(ann, ravi)
    asked = {"trigger": "safety", "reason": WHY, "by": morgan}
    for keys, changed, message in [
        ([], {}, "Select at least one page"),
        ([page.pk], {"reason": " "}, "Say why"),
        ([page.pk], {"trigger": "annual"}, "Choose the reason for the recall"),
        ([page.pk, 9999], {}, "One of these pages is not public any more"),
        (list(range(501)), {}, "At most 500"),
        ([page.pk], {"by": ann}, "Only managing editors"),
    ]:
        with pytest.raises(CannotRecall, match=message):
            open_recall(keys, **asked | changed)
    assert not Recall.objects.exists()


def test_progress_follows_each_page_to_its_newest_review(ann, ravi, morgan):
    pages = {
        name: publish(ann, ravi, name)
        for name in ("Signed", "Back", "Mended", "Gone", "Open", "Taken")
    }
    recall = open_recall(
        [page.pk for page in pages.values()], trigger="safety", reason=WHY, by=morgan
    )
    review = {r.article.title: r for r in MedicalReview.objects.waiting()}
    sign(review["Signed"], ravi)
    request_changes(review["Back"], by=ravi, comment="Say more.")
    request_changes(review["Mended"], by=ravi, comment="Say more.")
    factories.edit_page(pages["Mended"], by=ann, body="<p>More.</p>")
    factories.sign_page(pages["Mended"], by=ravi, asked_by=ann)
    withdraw_page(pages["Gone"], reason="safety", by=morgan)
    cancel_request(review["Taken"], by=ann)
    assert {step.title: step.state_label for step in get_recalled_pages(recall)} == {
        "Signed": "Signed",
        "Mended": "Signed",
        "Back": "Changes requested",
        "Gone": "Withdrawn",
        "Open": "Waiting",
        "Taken": "Closed without a signature",
    }
    assert dict(count_by_state(get_recalled_pages(recall)))["Signed"] == 2


def test_pages_are_searched_picked_and_recalled_at_the_desk(morgan_client, ann, ravi):
    keep, drop = publish(ann, ravi, "Keep"), publish(ann, ravi, "Drop")
    shown = morgan_client.get(RECALL, {"q": "muscle", "part": "words"})
    values = read_form(shown)
    assert sorted(map(int, values["page"])) == sorted([keep.pk, drop.pk])
    values |= {"page": [str(keep.pk)], "trigger": "guideline", "reason": WHY}
    address = f"{RECALL}?q=muscle&part=words"
    done = morgan_client.post(address, values, follow=True)
    assert "The reviews are requested." in done.text
    assert WHY in done.text
    assert [r.article_id for r in MedicalReview.objects.waiting()] == [keep.pk]
    again = morgan_client.post(address, values)  # a double click
    assert again["Location"] == f"{RECALL}{Recall.objects.get().uuid}/"
    assert Recall.objects.count() == 1


def test_a_refused_recall_keeps_what_was_picked_and_typed(morgan_client, ann, ravi):
    page = publish(ann, ravi)
    publish(ann, ravi, "Other")
    address = f"{RECALL}?q=muscle&part=words"
    values = read_form(morgan_client.get(address)) | {
        "page": [str(page.pk)],
        "reason": "",
        "trigger": "safety",
    }
    refused = morgan_client.post(address, values)
    assert refused.status_code == 422
    assert read_form(refused)["page"] == [str(page.pk)]
    assert (
        morgan_client.post(
            address, values | {"reason": WHY, "page": ["0", "x", "9" * 30]}
        ).status_code
        == 409
    )


def test_a_search_that_finds_more_than_a_recall_takes_says_so(
    morgan_client, ann, ravi, monkeypatch
):
    publish(ann, ravi, "First")
    publish(ann, ravi, "Second")
    address = f"{RECALL}?q=muscle&part=words"
    assert "by title: recall them in parts" not in morgan_client.get(address).text
    monkeypatch.setattr(actions, "MAX_PAGES", 1)
    shown = morgan_client.get(address)
    assert "More than 1 pages match." in shown.text
    assert re.findall(r'<label for="page-\d+">(\w+)', shown.text) == ["First"]


def test_a_search_that_finds_nothing_and_no_recall_at_all_read_well(morgan_client):
    assert "No page has been recalled." in morgan_client.get(RECALL).text
    assert (
        "No public page matches." in morgan_client.get(RECALL, {"q": "zzz", "part": "words"}).text
    )
    assert "Enter at least one word." in morgan_client.get(RECALL, {"q": "´", "part": "words"}).text
    assert "Select a valid choice" in morgan_client.get(RECALL, {"q": "x", "part": "nonsense"}).text


def test_search_and_progress_take_a_fixed_number_of_queries(morgan_client, ann, ravi, morgan):
    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            morgan_client.get(address)
        return len(queries)

    def both(titles) -> tuple[int, int]:
        pages = [publish(ann, ravi, title) for title in titles]
        found = cost(f"{RECALL}?q=muscle&part=words")
        recall = open_recall([page.pk for page in pages], trigger="safety", reason=WHY, by=morgan)
        return found, cost(f"{RECALL}{recall.uuid}/")

    assert both(["One"]) == both(["Two", "Three", "Four"])


def test_the_reviewer_of_a_page_that_was_in_review_reads_why_it_was_recalled(
    ann, ravi, fiona, morgan, client
):
    page = publish(ann, ravi)
    review = request_review(factories.edit_page(page, by=ann, summary="Newer."), by=ann)
    open_recall([page.pk], trigger="safety", reason=WHY, by=morgan)
    client.force_login(fiona)
    assert WHY in client.get(f"/desk/reviews/{review.uuid}/").text


def test_what_a_recall_had_signed_stays_signed_whatever_is_asked_for_later(
    ann, ravi, fiona, morgan
):
    page = publish(ann, ravi)
    recall = open_recall([page.pk], trigger="guideline", reason=WHY, by=morgan)
    sign(recall.rows.get().review, fiona)
    request_review(page, by=ann, reviewer=ravi.reviewer)
    assert [step.state_label for step in get_recalled_pages(recall)] == ["Signed"]
