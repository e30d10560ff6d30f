"""The editors' queue of what readers report: found, read beside the page, dealt with, one by one or together."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from articles.feedback import deeds
from articles.models import Article, ReaderReport, ReaderTally
from reviews.actions import request_review, withdraw_page
from reviews.models import MedicalReview, ReportedReview
from tests import html, stories
from tests.forms import filled

pytestmark = pytest.mark.django_db
LIST = "/admin/articles/readerreport/"


@pytest.fixture
def page(ann, ravi):
    symptom = stories.write_symptom(ann)
    stories.sign(symptom, by=ravi, asked_by=ann)
    return Article.objects.get(pk=symptom.pk)


@pytest.fixture
def editor(client, ann):
    client.force_login(ann)
    return client


def address(report, what: str = "change") -> str:
    return reverse(f"admin:articles_readerreport_{what}", args=[report.pk])


def texts(response) -> str:
    return html.text(response.text)


def test_the_list_is_sifted_by_state_problem_and_page_and_open_ones_come_first(editor, ann, ravi, page):
    article = stories.write_article(ann)
    stories.sign(article, by=ravi, asked_by=ann)
    with time_machine.travel(timezone.now() - dt.timedelta(days=3)):
        waits = stories.report(page, "An old one that waits.")
    done = stories.report(article, "Praise.", kind="other")
    deeds.deal_with(done, by=ann, outcome="Praise only.")
    text = texts(editor.get(LIST))
    assert text.index("An old one that waits.") < text.index("Praise.")
    assert "Praise only. (Ann Archer)" in text
    for asked, shown, hidden in (
        ("state=open", waits, done),
        ("state=dealt-with", done, waits),
        ("problem=other", done, waits),
        (f"page={page.pk}", waits, done),
    ):
        text = editor.get(f"{LIST}?{asked}").text
        assert shown.words in text, asked
        assert hidden.words not in text, asked
    assert "There is no state “bogus”; every report is listed." in editor.get(f"{LIST}?state=bogus").text


def test_the_list_and_a_report_take_a_fixed_number_of_queries(editor, ann, page, django_assert_max_num_queries):
    def cost(path: str) -> int:
        with django_assert_max_num_queries(20) as queries:
            assert editor.get(path).status_code == 200
        return len(queries)

    report = stories.report(page, "Number 0.")
    editor.get(LIST)
    before = cost(LIST), cost(address(report))
    for number in range(1, 3):
        stories.report(page, f"Number {number}.")
        deeds.answer(page.live.revision, helpful=True)
    assert (cost(LIST), cost(address(report))) == before


def test_a_report_stands_beside_the_text_that_was_read(editor, ann, ravi, page):
    report = stories.report(page, "It is <b>not</b> red.\nIt is blue.")
    text = editor.get(address(report)).text
    assert "It is &lt;b&gt;not&lt;/b&gt; red.<br>It is blue." in text
    assert "as visitors read it now" in text
    assert "A muscle tightens by itself." in text
    stories.sign(stories.edit(page, by=ann, body="<p>A nerve fires.</p>"), by=ravi, asked_by=ann)
    text = texts(editor.get(address(report)))
    assert "Visitors read revision 2 now" in text
    assert "since the reader read it" in text
    assert "A muscle tightens by itself." in text
    assert "nerve" in text


def test_nothing_to_do_wants_a_word_and_closes_it(editor, ann, page):
    report = stories.report(page)
    response = editor.post(address(report), filled(editor.get(address(report))) | {"outcome": ""})
    assert response.status_code == 422
    assert "why nothing has to be done" in response.text
    values = filled(response) | {"outcome": "The link works again."}
    response = editor.post(address(report), values, follow=True)
    assert "The report is closed." in response.text
    report.refresh_from_db()
    assert (report.dealt_with_by, report.outcome) == (ann, "The link works again.")
    assert "Close the report" not in editor.get(address(report)).text
    assert "already" in editor.post(address(report), values).text


def test_many_are_closed_for_one_reason(editor, ann, page):
    reports = [stories.report(page, f"Buy pills {number}.") for number in range(3)]
    values = {"action": "close", "_selected_action": [report.pk for report in reports[:2]], "index": 0}
    assert "Say in a few words" in editor.post(LIST, values | {"outcome": ""}, follow=True).text
    assert ReaderReport.objects.open().count() == 3
    assert "2 reports closed." in editor.post(LIST, values | {"outcome": "Spam."}, follow=True).text
    assert [report.words for report in ReaderReport.objects.open()] == ["Buy pills 2."]


def test_no_word_of_a_reader_stays_in_the_log_of_the_admin(editor, page):
    report = stories.report(page, "A word of mine.")
    editor.post(address(report), {"outcome": "Seen."})
    home = editor.get("/admin/").text
    assert "Report of" in home
    assert "A word of mine." not in home


def test_a_report_opens_a_review_of_the_text_that_visitors_read(editor, ann, page, client, ravi):
    report = stories.report(page, "Zebra words.")
    shown = editor.get(address(report))
    assert "The reviewer reads the text that visitors read." in shown.text
    values = {"reason": "Look at the link.", "reviewer": ravi.reviewer.pk}
    response = editor.post(address(report, "review"), values, follow=True)
    assert "Ravi Rao, MD is asked to read revision 1 because of the report." in texts(response)
    review = MedicalReview.objects.waiting().get()
    assert (review.trigger, review.note, review.reviewer) == ("reader", "Look at the link.", ravi.reviewer)
    assert "It opened a review:" in texts(editor.get(address(report)))
    client.force_login(ravi)
    desk = texts(client.get(f"/desk/reviews/{review.uuid}/"))
    assert "Look at the link." in desk
    assert "Zebra words." in desk


def test_a_review_that_is_open_takes_the_report_along_and_that_is_said(editor, ann, page, client, ravi):
    stories.edit(page, by=ann, summary="Newer.")
    review = request_review(page, by=ann, trigger="change", note="Please look.")
    report = stories.report(page, "Zebra words.")
    assert "This page is in review already:" in texts(editor.get(address(report)))
    response = editor.post(address(report, "review"), {"reason": "See the reader's point."}, follow=True)
    assert "This page was in review already. The report was added" in texts(response)
    assert MedicalReview.objects.waiting().get() == review
    row = ReportedReview.objects.get()
    assert (row.review, row.taken_along) == (review, True)
    client.force_login(ravi)
    desk = texts(client.get(f"/desk/reviews/{review.uuid}/"))
    assert "Zebra words." in desk
    assert "reading revision 1" in desk
    assert "Ann Archer adds: See the reader" in desk


def test_a_review_is_refused_in_words_and_nothing_is_lost(editor, page, morgan):
    report = stories.report(page)
    response = editor.post(address(report, "review"), {"reason": ""})
    assert response.status_code == 422
    assert "Say in a few words what the reviewer should look at." in response.text
    withdraw_page(page, reason="wrong", by=morgan)
    assert "Visitors cannot read this page now." in texts(editor.get(address(report)))
    values = {"reason": "Look at the link."}
    response = editor.post(address(report, "review"), values)
    assert "there is nothing to read again" in response.text
    assert not MedicalReview.objects.waiting().exists()
    assert ReaderReport.objects.open().count() == 1


def test_whoever_may_only_look_is_shown_no_deed(client, charlie, page):
    charlie.is_staff = True
    charlie.save()
    charlie.user_permissions.add(Permission.objects.get(codename="view_readerreport"))
    report = stories.report(page)
    client.force_login(charlie)
    text = client.get(address(report)).text
    assert report.words in text
    assert "Close the report" not in text
    assert "Open a review" not in text
    assert "Only editors" in client.post(address(report), {"outcome": "Mine."}).text
    assert ReaderReport.objects.open().exists()


def test_the_panel_and_the_tallies_tell_what_readers_said(editor, page):
    deeds.answer(page.live.revision, helpful=True)
    deeds.answer(page.live.revision, helpful=False)
    stories.report(page)
    with time_machine.travel(timezone.now() - dt.timedelta(days=500)):
        deeds.answer(page.live.revision, helpful=True)
    panel = texts(editor.get(reverse("admin:symptoms_symptom_change", args=[page.pk])))
    assert "found it helpful in the last twelve months: 1 yes, 1 no." in panel
    assert "1 report to deal with" in panel
    assert ReaderTally.objects.count() == 2
    assert "Facial spasms" in editor.get("/admin/articles/readertally/").text


def test_the_home_leads_to_the_open_reports(editor, ann, page):
    assert "No reader has reported anything that waits." in editor.get("/admin/").text
    stories.report(page)
    assert f'href="{LIST}?state=open"><strong>1</strong> report<' in editor.get("/admin/").text
