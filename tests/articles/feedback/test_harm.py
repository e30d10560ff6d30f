"""Reports that a page could harm somebody: first in every list, decided in time, and remembered."""

import datetime as dt

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.feedback import actions
from articles.models import Article, HarmDecision, ReaderReport
from reviews.signing.reader_reports import open_review
from tests import factories
from tests.html import get_text, read_form

pytestmark = pytest.mark.django_db
OURS = {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "same-origin"}
LIST = "/admin/articles/readerreport/"
WORDS = "The second step says ten times the dose."


@pytest.fixture
def page(ann, ravi):
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return Article.objects.get(pk=symptom.pk)


def report_harm(page, *, hours_ago: int = 0) -> ReaderReport:
    with time_machine.travel(timezone.now() - dt.timedelta(hours=hours_ago)):
        return factories.report_problem(page, WORDS, kind="harm")


def send_report(client, page, **fields):
    path = f"/feedback/{page.live.revision.uuid}/problem/"
    values = read_form(client.get(path)) | {"kind": "other", "words": WORDS} | fields
    return client.post(path, values, **OURS)


def test_harm_is_the_first_answer_to_what_the_problem_is(client, page):
    response = client.get(f"/feedback/{page.live.revision.uuid}/problem/")
    text = get_text(response.text)
    assert text.index("This could harm somebody") < text.index("Something is wrong")
    thanks = send_report(client, page, kind="harm")  # at once: no address tells of it
    assert thanks.status_code == 200
    assert "managing editors are told of it at once" in get_text(thanks.text)
    assert ReaderReport.objects.get().is_harmful
    other = client.get(f"/feedback/{page.live.revision.uuid}/thanks/")
    assert "managing editors" not in other.text


def test_it_stands_first_on_the_home_the_list_and_the_radar(client, ann, morgan, page):
    client.force_login(ann)
    assert "Could harm somebody" not in client.get("/admin/").text
    report_harm(page, hours_ago=30)
    factories.report_problem(page, "A link is dead.")
    home = get_text(client.get("/admin/").text)
    assert "Could harm somebody 1 report, 1 late" in " ".join(home.split())
    assert home.index("Could harm somebody") < home.index("My unsigned work")
    text = get_text(client.get(LIST).text)
    assert text.index(WORDS[:20]) < text.index("A link is dead.")
    assert "Open, late" in text
    client.force_login(morgan)
    radar = " ".join(get_text(client.get("/desk/radar/").text).split())
    assert "1 open report: a page could harm somebody , 1 late." in radar
    assert f"{page.title} Reported by a reader" in radar
    assert WORDS[:20] not in radar  # a reader's words are shown in the admin alone


def test_the_list_of_harm_begins_with_what_is_to_be_decided_first(client, ann, page):
    for words, hours in (("Second.", 3), ("First.", 30), ("Third.", 1)):
        report = report_harm(page, hours_ago=hours)
        ReaderReport.objects.filter(pk=report.pk).update(words=words)
    client.force_login(ann)
    text = get_text(client.get(f"{LIST}?state=open&problem=harm").text)
    assert "Decide by" in text
    assert text.index("First.") < text.index("Second.") < text.index("Third.")


@pytest.mark.parametrize("path", ["/admin/", "/desk/radar/"])
def test_home_and_radar_cost_the_same_with_one_report_and_with_three(client, morgan, page, path):
    client.force_login(morgan)
    report_harm(page)
    client.get(path)
    with CaptureQueriesContext(connection) as one:
        client.get(path)
    for _ in range(2):
        report_harm(page, hours_ago=50)
    with CaptureQueriesContext(connection) as three:
        client.get(path)
    assert len(three) == len(one)


def test_what_was_decided_stays_when_the_report_is_deleted(client, ann, page):
    report = report_harm(page)
    client.force_login(ann)
    answer = client.get(f"{LIST}{report.pk}/change/")
    assert "Decide by" in answer.text
    actions.close_report(report, by=ann, outcome="The dose is right: see reference 2.")
    with time_machine.travel(timezone.now() + dt.timedelta(days=91)):
        call_command("purge_feedback")
    assert not ReaderReport.objects.exists()
    decision = HarmDecision.objects.get()
    assert decision.summary == "The dose is right: see reference 2."
    assert (decision.decided_by, decision.report_uuid) == (ann, report.uuid)
    assert decision.received_at == report.at
    text = get_text(client.get("/admin/articles/harmdecision/").text)
    assert "The dose is right" in text
    assert WORDS not in text


def test_a_review_because_of_it_is_the_decision(ann, page):
    report = report_harm(page)
    open_review(report, by=ann, reason="Check the dose in step 2.")
    assert HarmDecision.objects.get().summary == (
        "A review was requested. Check the dose in step 2."
    )


def test_other_reports_leave_no_decision_behind(ann, page):
    actions.close_report(factories.report_problem(page), by=ann, outcome="Mended.")
    assert not HarmDecision.objects.exists()


def test_one_that_nobody_decided_stays_open_without_the_words(ann, page, capsys):
    report_harm(page)
    factories.report_problem(page, "A link is dead.")
    with time_machine.travel(timezone.now() + dt.timedelta(days=91)):
        call_command("purge_feedback")
    out = capsys.readouterr().out
    assert "Deleted 1 reader report " in out
    assert "1 report that a page could harm somebody still open" in out
    report = ReaderReport.objects.get()
    assert (report.is_harmful, report.words) == (True, ReaderReport.DELETED_WORDS)
    actions.close_report(report, by=ann, outcome="The page was withdrawn then.")
    assert HarmDecision.objects.exists()


def test_charlie_sees_no_decision(client, charlie, ann, page):
    actions.close_report(report_harm(page), by=ann, outcome="A secret of the editors.")
    client.force_login(charlie)
    assert "secret" not in client.get("/admin/articles/harmdecision/", follow=True).text


@pytest.mark.parametrize("words", ["I want to die", "I took all my pills"])
def test_who_writes_in_a_crisis_is_answered_with_the_line_at_once(client, page, settings, words):
    response = send_report(client, page, words=words)
    assert response.status_code == 200
    assert response["Cache-Control"].startswith("max-age=0")
    text = response.text
    assert text.index(f"tel:{settings.CRISIS_LINE}") < text.index("has reached us")
    assert ReaderReport.objects.get().words == words


def test_the_line_stands_above_a_form_with_a_mistake_and_above_a_limit(client, page, settings):
    response = send_report(client, page, kind="", words="i want to kill myself")
    assert response.status_code == 422
    assert response.text.index(f"tel:{settings.CRISIS_LINE}") < response.text.index(
        '<form method="post"'
    )
    settings.FEEDBACK_AN_HOUR = 0
    response = send_report(client, page, words="my dad is not breathing")
    assert response.status_code == 429
    assert "Call <a" in response.text


def test_other_words_lead_to_the_thanks_as_before(client, page):
    response = send_report(client, page)
    assert response.status_code == 303
    assert "988" not in client.get(response["Location"]).text
