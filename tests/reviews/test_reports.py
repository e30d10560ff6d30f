"""A reader's report reaches a clinician: the deed, what stays of it, and what the digest tells."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from articles.feedback import deeds
from articles.models import Article, ReaderReport
from reviews import actions, reports, verification
from reviews.actions import sign_off
from reviews.digest import _lines
from reviews.models import ReportedReview
from reviews.models.review import AGAIN_READ
from reviews.notes import People
from tests import stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(ann, ravi):
    article = stories.write_article(ann)
    stories.sign(article, by=ravi, asked_by=ann)
    return Article.objects.get(pk=article.pk)


def test_a_report_may_be_read_against_a_text_that_did_not_change_and_moves_no_date(page, ann, ravi):
    due = page.live.read_review_line().next_due
    row = reports.open_review(stories.report(page), by=ann, reason="Look at the link.")
    assert row.review.meaning == AGAIN_READ
    sign_off(row.review, by=ravi, seen_digest=row.review.revision.digest, conflicts="None")
    line = Article.objects.get(pk=page.pk).live.read_review_line()
    assert (line.next_due, line.updates[-1].again) == (due, True)
    assert list(verification.faults()) == []


def test_a_changed_text_is_asked_for_with_its_change(page, ann):
    stories.edit(page, by=ann, summary="Newer.")
    row = reports.open_review(stories.report(page), by=ann, reason="The change answers it.")
    assert (row.review.revision.number, row.review.again) == (2, False)


def test_only_editors_open_a_review(page, ravi, charlie):
    report = stories.report(page)
    for person in (ravi, charlie):
        with pytest.raises(reports.CannotReport, match="Only editors"):
            reports.open_review(report, by=person, reason="Look.")
    assert ReaderReport.objects.open().exists()


def test_a_report_that_was_dealt_with_opens_nothing(page, ann):
    report = stories.report(page)
    deeds.deal_with(report, by=ann, outcome="Mended.")
    with pytest.raises(deeds.CannotDealWith, match="already"):
        reports.open_review(report, by=ann, reason="Look.")
    assert not page.medical_reviews.waiting().exists()


@pytest.mark.parametrize("reason", ["", " ", "a\x00b"])
def test_a_reason_is_words(page, ann, reason):
    with pytest.raises(reports.CannotReport):
        reports.open_review(stories.report(page), by=ann, reason=reason)


def test_what_a_check_blocks_is_not_asked_for_and_the_report_stays_open(page, ann):
    page.notice = None
    page.save()
    with pytest.raises(actions.CannotRequestReview, match="copyright notice"):
        reports.open_review(stories.report(page), by=ann, reason="Look.")
    assert ReaderReport.objects.open().exists()


def test_the_readers_words_go_and_the_editors_stay(client, page, ann, ravi):
    with time_machine.travel(timezone.now() - dt.timedelta(days=91)):
        report = stories.report(page, "Zebra words.")
    row = reports.open_review(report, by=ann, reason="Look at the link.")
    deeds.purge()
    row = ReportedReview.objects.get(pk=row.pk)
    assert (row.report, row.reason) == (None, "Look at the link.")
    client.force_login(ravi)
    text = client.get(f"/desk/reviews/{row.review.uuid}/").text
    assert "Zebra words." not in text
    assert "Their words were deleted" in text


def test_the_digest_counts_reports_and_tells_no_word_of_them(page, morgan):
    stories.report(page, "Zebra words.")
    stories.report(page, "More zebra words.")
    told = [line for line in _lines(People(timezone.localdate())) if line.heading == "Reader reports (2)"]
    assert [(line.title, line.path) for line in told] == [
        ("What readers reported", "/admin/articles/readerreport/?state=open")
    ]
    assert "ebra" not in repr(told)
