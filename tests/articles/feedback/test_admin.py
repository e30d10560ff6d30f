"""The editors' queue of reader reports: listed, read beside the page, closed one by one or many."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from articles.feedback import actions
from articles.models import Article, ReaderReport, ReaderTally
from reviews.models import MedicalReview, ReportedReview
from reviews.signing.actions import request_review, withdraw_page
from tests import factories, html
from tests.html import read_form

pytestmark = pytest.mark.django_db
LIST = "/admin/articles/readerreport/"


@pytest.fixture
def page(ann, ravi):
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return Article.objects.get(pk=symptom.pk)


@pytest.fixture
def editor_client(client, ann):
    client.force_login(ann)
    return client


def address(report, what: str = "change") -> str:
    return reverse(f"admin:articles_readerreport_{what}", args=[report.pk])


def list_texts(response) -> str:
    return html.get_text(response.text)


def test_the_list_is_sifted_by_state_problem_and_page_and_open_ones_come_first(
    editor_client, ann, ravi, page
):
    article = factories.make_article(ann)
    factories.sign_page(article, by=ravi, asked_by=ann)
    with time_machine.travel(timezone.now() - dt.timedelta(days=3)):
        waits = factories.report_problem(page, "An old one that waits.")
    done = factories.report_problem(article, "Praise.", kind="other")
    actions.close_report(done, by=ann, outcome="Praise only.")
    text = list_texts(editor_client.get(LIST))
    assert text.index("An old one that waits.") < text.index("Praise.")
    assert "Dismissed Praise only. (Ann Archer)" in " ".join(text.split())
    for asked, shown, hidden in (
        ("state=open", waits, done),
        ("state=dismissed", done, waits),
        ("problem=other", done, waits),
        (f"page={page.pk}", waits, done),
    ):
        text = editor_client.get(f"{LIST}?{asked}").text
        assert shown.words in text, asked
        assert hidden.words not in text, asked
    assert (
        "There is no status “bogus”; every reader report is listed."
        in editor_client.get(f"{LIST}?state=bogus").text
    )


def test_the_list_and_a_report_take_a_fixed_number_of_queries(
    editor_client, ann, page, django_assert_max_num_queries
):
    def cost(path: str) -> int:
        with django_assert_max_num_queries(20) as queries:
            assert editor_client.get(path).status_code == 200
        return len(queries)

    report = factories.report_problem(page, "Number 0.")
    editor_client.get(LIST)
    before = cost(LIST), cost(address(report))
    for number in range(1, 3):
        factories.report_problem(page, f"Number {number}.")
        actions.record_answer(page.live.revision, helpful=True)
    assert (cost(LIST), cost(address(report))) == before


def test_a_report_stands_beside_the_text_that_was_read(editor_client, ann, ravi, page):
    report = factories.report_problem(page, "It is <b>not</b> red.\nIt is blue.")
    text = editor_client.get(address(report)).text
    assert "It is &lt;b&gt;not&lt;/b&gt; red.<br>It is blue." in text
    assert "as visitors read it now" in text
    assert "A muscle tightens by itself." in text
    factories.sign_page(
        factories.edit_page(page, by=ann, body="<p>A nerve fires.</p>"), by=ravi, asked_by=ann
    )
    text = list_texts(editor_client.get(address(report)))
    assert "Visitors read revision 2 now" in text
    assert "since the reader read it" in text
    assert "A muscle tightens by itself." in text
    assert "nerve" in text


def test_nothing_to_do_wants_a_word_and_closes_it(editor_client, ann, page):
    report = factories.report_problem(page)
    response = editor_client.post(
        address(report), read_form(editor_client.get(address(report))) | {"outcome": ""}
    )
    assert response.status_code == 422
    assert "why the report is dismissed" in response.text
    values = read_form(response) | {"outcome": "The link works again."}
    response = editor_client.post(address(report), values, follow=True)
    assert "The report is dismissed." in response.text
    report.refresh_from_db()
    assert (report.dealt_with_by, report.outcome) == (ann, "The link works again.")
    assert "Dismiss report" not in editor_client.get(address(report)).text
    assert "already" in editor_client.post(address(report), values).text


def test_many_are_closed_for_one_reason(editor_client, ann, page):
    reports = [factories.report_problem(page, f"Buy pills {number}.") for number in range(3)]
    values = {
        "action": "close",
        "_selected_action": [report.pk for report in reports[:2]],
        "index": 0,
    }
    refused = editor_client.post(LIST, values | {"outcome": ""}, follow=True).text
    assert "2 reports could not be dismissed. Say in a few words" in refused
    assert ReaderReport.objects.open().count() == 3
    assert (
        "2 reports dismissed."
        in editor_client.post(LIST, values | {"outcome": "Spam."}, follow=True).text
    )
    assert [report.words for report in ReaderReport.objects.open()] == ["Buy pills 2."]
    again = editor_client.post(LIST, values | {"outcome": "Spam."}, follow=True)
    assert "Nothing was dismissed: these reports are resolved already." in again.text


def test_no_word_of_a_reader_stays_in_the_log_of_the_admin(editor_client, page):
    report = factories.report_problem(page, "A word of mine.")
    editor_client.post(address(report), {"outcome": "Seen."})
    home = editor_client.get("/admin/").text
    assert "Report of" in home
    assert "A word of mine." not in home


def test_a_report_opens_a_review_of_the_text_that_visitors_read(
    editor_client, ann, page, client, ravi
):
    report = factories.report_problem(page, "Zebra words.")
    shown = editor_client.get(address(report))
    assert "The reviewer reads the text that visitors read." in shown.text
    values = {"reason": "Look at the link.", "reviewer": ravi.reviewer.pk}
    response = editor_client.post(address(report, "review"), values, follow=True)
    assert "Ravi Rao, MD is asked to review revision 1 because of the report." in list_texts(
        response
    )
    review = MedicalReview.objects.waiting().get()
    assert (review.trigger, review.note, review.reviewer) == (
        "reader",
        "Look at the link.",
        ravi.reviewer,
    )
    assert "A review was requested:" in list_texts(editor_client.get(address(report)))
    listed = " ".join(list_texts(editor_client.get(f"{LIST}?state=review-requested")).split())
    assert "Review requested A review was requested. (Ann Archer)" in listed
    assert "Zebra words." not in editor_client.get(f"{LIST}?state=dismissed").text
    client.force_login(ravi)
    desk = list_texts(client.get(f"/desk/reviews/{review.uuid}/"))
    assert "Look at the link." in desk
    assert "Zebra words." in desk


def test_a_review_that_is_open_takes_the_report_along_and_that_is_said(
    editor_client, ann, page, client, ravi
):
    factories.edit_page(page, by=ann, summary="Newer.")
    review = request_review(page, by=ann, trigger="change", note="Please look.")
    report = factories.report_problem(page, "Zebra words.")
    assert "This page is in review already:" in list_texts(editor_client.get(address(report)))
    response = editor_client.post(
        address(report, "review"), {"reason": "See the reader's point."}, follow=True
    )
    assert "This page was in review already. The report was added" in list_texts(response)
    assert MedicalReview.objects.waiting().get() == review
    row = ReportedReview.objects.get()
    assert (row.review, row.taken_along) == (review, True)
    client.force_login(ravi)
    desk = list_texts(client.get(f"/desk/reviews/{review.uuid}/"))
    assert "Zebra words." in desk
    assert "reading revision 1" in desk
    assert "Ann Archer adds: See the reader" in desk


def test_a_review_is_refused_in_words_and_nothing_is_lost(editor_client, page, morgan):
    report = factories.report_problem(page)
    response = editor_client.post(address(report, "review"), {"reason": ""})
    assert response.status_code == 422
    assert "Say in a few words what the reviewer should check." in response.text
    withdraw_page(page, reason="wrong", by=morgan)
    assert "Visitors cannot read this page now." in list_texts(editor_client.get(address(report)))
    values = {"reason": "Look at the link."}
    response = editor_client.post(address(report, "review"), values)
    assert "there is nothing to review" in response.text
    assert not MedicalReview.objects.waiting().exists()
    assert ReaderReport.objects.open().count() == 1


def test_whoever_may_only_look_is_shown_no_deed(client, charlie, page):
    charlie.is_staff = True
    charlie.save()
    charlie.user_permissions.add(Permission.objects.get(codename="view_readerreport"))
    report = factories.report_problem(page)
    client.force_login(charlie)
    text = client.get(address(report)).text
    assert report.words in text
    assert "Dismiss report" not in text
    assert "Request review" not in text
    assert "Only editors" in client.post(address(report), {"outcome": "Mine."}).text
    assert ReaderReport.objects.open().exists()


def test_the_panel_and_the_tallies_tell_what_readers_said(editor_client, page):
    actions.record_answer(page.live.revision, helpful=True)
    actions.record_answer(page.live.revision, helpful=False)
    factories.report_problem(page)
    with time_machine.travel(timezone.now() - dt.timedelta(days=500)):
        actions.record_answer(page.live.revision, helpful=True)
    panel = list_texts(editor_client.get(reverse("admin:symptoms_symptom_change", args=[page.pk])))
    assert "found it helpful in the last twelve months: 1 yes, 1 no." in panel
    assert "1 report to resolve" in panel
    assert ReaderTally.objects.count() == 2
    assert "Facial spasms" in editor_client.get("/admin/articles/readertally/").text


def test_the_home_leads_to_the_open_reports(editor_client, ann, page):
    assert "There are no open reader reports." in editor_client.get("/admin/").text
    factories.report_problem(page)
    assert (
        f'href="{LIST}?state=open"><strong>1</strong> report<' in editor_client.get("/admin/").text
    )
