"""Reviews because of reader reports: what is recorded, what stays, and what the digest has."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from articles.feedback import actions as feedback_actions
from articles.models import Article, ReaderReport
from reviews import verification
from reviews.models import ReportedReview
from reviews.models.review import REREAD_STATEMENT
from reviews.notifications.digest import _collect_lines
from reviews.notifications.pending import MailRecipients
from reviews.signing import actions, reader_reports
from reviews.signing.actions import sign_off
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(ann, ravi):
    article = factories.make_article(ann)
    factories.sign_page(article, by=ravi, asked_by=ann)
    return Article.objects.get(pk=article.pk)


def test_a_report_may_be_read_against_a_text_that_did_not_change_and_moves_no_date(page, ann, ravi):
    due = page.live.read_review_line().next_due
    row = reader_reports.open_review(
        factories.report_problem(page), by=ann, reason="Look at the link."
    )
    assert row.review.meaning == REREAD_STATEMENT
    sign_off(
        row.review,
        by=ravi,
        seen_digest=row.review.revision.digest,
        conflicts="None",
        authentication="password",
    )
    line = Article.objects.get(pk=page.pk).live.read_review_line()
    assert (line.next_due, line.updates[-1].again) == (due, True)
    assert list(verification.find_faults()) == []


def test_a_changed_text_is_asked_for_with_its_change(page, ann):
    factories.edit_page(page, by=ann, summary="Newer.")
    row = reader_reports.open_review(
        factories.report_problem(page), by=ann, reason="The change answers it."
    )
    assert (row.review.revision.number, row.review.is_reread) == (2, False)


def test_only_editors_open_a_review(page, ravi, charlie):
    report = factories.report_problem(page)
    for person in (ravi, charlie):
        with pytest.raises(reader_reports.CannotOpenReview, match="Only editors"):
            reader_reports.open_review(report, by=person, reason="Look.")
    assert ReaderReport.objects.open().exists()


def test_a_report_that_was_dealt_with_opens_nothing(page, ann):
    report = factories.report_problem(page)
    feedback_actions.close_report(report, by=ann, outcome="Mended.")
    with pytest.raises(feedback_actions.CannotCloseReport, match="already"):
        reader_reports.open_review(report, by=ann, reason="Look.")
    assert not page.medical_reviews.waiting().exists()


@pytest.mark.parametrize("reason", ["", " ", "a\x00b"])
def test_a_reason_is_words(page, ann, reason):
    with pytest.raises(reader_reports.CannotOpenReview):
        reader_reports.open_review(factories.report_problem(page), by=ann, reason=reason)


def test_what_a_check_blocks_is_not_asked_for_and_the_report_stays_open(page, ann):
    page.notice = None
    page.save()
    with pytest.raises(actions.CannotRequestReview, match="copyright notice"):
        reader_reports.open_review(factories.report_problem(page), by=ann, reason="Look.")
    assert ReaderReport.objects.open().exists()


def test_the_readers_words_go_and_the_editors_stay(client, page, ann, ravi):
    with time_machine.travel(timezone.now() - dt.timedelta(days=91)):
        report = factories.report_problem(page, "Zebra words.")
    row = reader_reports.open_review(report, by=ann, reason="Look at the link.")
    feedback_actions.purge_reports()
    row = ReportedReview.objects.get(pk=row.pk)
    assert (row.report, row.reason) == (None, "Look at the link.")
    client.force_login(ravi)
    text = client.get(f"/desk/reviews/{row.review.uuid}/").text
    assert "Zebra words." not in text
    assert "Their words were deleted" in text


def test_the_digest_counts_reports_and_tells_no_word_of_them(page, morgan):
    factories.report_problem(page, "Zebra words.")
    factories.report_problem(page, "More zebra words.")
    lines = [
        line
        for line in _collect_lines(MailRecipients(timezone.localdate()))
        if line.heading == "Reader reports (2)"
    ]
    assert [(line.title, line.path) for line in lines] == [
        ("What readers reported", "/admin/articles/readerreport/?state=open")
    ]
    assert "ebra" not in repr(lines)
