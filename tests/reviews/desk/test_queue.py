"""The queue: its order, its words, and its fixed number of queries at any length."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reviews.desk import queue
from reviews.desk.queue import TaskPriority, format_due_date
from reviews.models import Absence, ReviewSchedule
from reviews.signing import assignment, comments
from reviews.signing.actions import request_changes, request_review
from tests import factories
from tests.database import disable_triggers, sql
from tests.factories import make_complete_symptom
from tests.html import get_text

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 10)


def make_due(page, days: int) -> None:
    """Have a signed page fall due so many days from today."""
    with disable_triggers():
        sql(
            "UPDATE reviews_standing SET next_due = %s WHERE article_id = %s",
            timezone.localdate() + dt.timedelta(days=days),
            page.pk,
        )


@pytest.mark.parametrize(
    ("trigger", "days", "expected"),
    [
        ("safety", None, TaskPriority.SAFETY),
        ("guideline", -1, TaskPriority.GUIDELINE),
        ("annual", -1, TaskPriority.OVERDUE),
        ("annual", 0, TaskPriority.SOON),
        ("annual", 30, TaskPriority.SOON),
        ("annual", 31, TaskPriority.REST),
        ("first", None, TaskPriority.NEW),
        ("change", None, TaskPriority.REST),
        ("change", -40, TaskPriority.REST),
    ],
)
def test_what_matters_comes_first(trigger, days, expected):
    date = None if days is None else TODAY + dt.timedelta(days=days)
    assert queue.get_priority(trigger, date, TODAY) == expected


@pytest.mark.parametrize(
    ("days", "due_text"),
    [
        (-12, "12 days late"),
        (-1, "1 day late"),
        (0, "due today"),
        (1, "due tomorrow"),
        (9, "due in 9 days"),
    ],
)
def test_a_due_date_is_said_in_words(days, due_text):
    assert format_due_date(TODAY + dt.timedelta(days=days), TODAY) == due_text


def test_the_queue_is_ordered_by_what_matters_and_the_older_first(ravi_client, ann, ravi, fiona):
    pages = {
        name: factories.make_symptom(ann, slug=name, title=name.title())
        for name in ("late", "soon", "alarm")
    }
    for page in pages.values():
        factories.sign_page(page, by=fiona, asked_by=ann)
    make_due(pages["late"], -12)
    make_due(pages["soon"], 9)
    first, second = (
        factories.make_symptom(ann, slug=name, title=name.title()) for name in ("older", "newer")
    )
    request_review(first, by=ann, reviewer=ravi.reviewer)
    request_review(second, by=ann, reviewer=ravi.reviewer)
    for name in ("soon", "late"):
        request_review(pages[name], by=ann, reviewer=ravi.reviewer, trigger="annual")
    factories.edit_page(pages["alarm"], by=ann, body="<p>Stop taking it.</p>")
    request_review(pages["alarm"], by=ann, reviewer=ravi.reviewer, trigger="safety")
    shown = queue.build_queue(ravi.reviewer)["mine"].object_list
    assert [task.title for task in shown] == ["Alarm", "Late", "Soon", "Older", "Newer"]
    assert [task.due_text for task in shown] == ["", "12 days late", "due in 9 days", "", ""]
    text = ravi_client.get("/desk/").text
    assert "Overdue: 12 days late" in text
    assert "Safety alert" in text


def test_a_card_says_what_changed(ravi_client, ann, ravi, fiona):
    page = make_complete_symptom(ann)
    factories.sign_page(page, by=fiona, asked_by=ann)
    factories.edit_page(
        page, by=ann, body="<p>New.</p>", treatment="<p>New.</p>", complications="", summary="New."
    )
    request_review(page, by=ann, reviewer=ravi.reviewer)
    (task,) = queue.build_queue(ravi.reviewer)["mine"].object_list
    assert "since Fiona Field signed it on" in task.change_summary
    assert task.change_summary.endswith("Summary, Overview, Treatment and 1 more part.")
    assert "Never signed" not in task.change_summary


def test_a_care_card_that_is_gone_is_named_first(ravi_client, ann, ravi, fiona):
    page = make_complete_symptom(ann)
    factories.sign_page(page, by=fiona, asked_by=ann)
    page.care_cards.filter(level="urgent").delete()
    page = type(page).objects.get(pk=page.pk)
    factories.edit_page(
        page, by=ann, title="Spasm", body="<p>New.</p>", treatment="<p>New.</p>", summary="New."
    )
    review = request_review(page, by=ann, reviewer=ravi.reviewer)
    (task,) = queue.build_queue(ravi.reviewer)["mine"].object_list
    assert ": Urgent card: removed, " in task.change_summary
    shown = ravi_client.get(f"/desk/reviews/{review.uuid}/").text
    assert "Urgent card: removed" in shown


def test_a_card_of_a_page_that_did_not_change_says_so(ann, ravi, fiona):
    page = factories.make_symptom(ann)
    factories.sign_page(page, by=fiona, asked_by=ann)
    request_review(page, by=ann, trigger="annual")
    (task,) = queue.build_queue(ravi.reviewer)["open"].object_list
    assert task.change_summary.startswith("Nothing has changed since Fiona Field signed it")


def test_a_card_tells_that_comments_were_answered_and_who_handed_it_over(
    ravi_client, ann, ravi, fiona
):
    page = factories.make_symptom(ann)
    review = request_review(page, by=ann)
    pinned = [
        comments.pin(review, part="Overview", text=text, by=ravi) for text in ("Why?", "How?")
    ]
    request_changes(review, by=ravi, comment="")
    again = request_review(page, by=ann, reviewer=fiona.reviewer)
    assignment.hand_over(again, to=ravi.reviewer, by=fiona, word="I am away.")
    comments.answer(pinned[0], text="Because.", by=ann)
    text = get_text(ravi_client.get("/desk/").text)
    assert "1 of 2 comments answered" in text
    assert "Reassigned to Ravi Rao, MD by Fiona Field, " in text
    assert "I am away." in text


def test_the_desk_at_45_open_reviews_shows_a_page_at_a_fixed_number_of_queries(
    ravi_client, ann, ravi, fiona
):
    factories.publish_symptoms(45, by=ann, signer=fiona, related=1)
    pages = list(ReviewSchedule.objects.values_list("article", flat=True))

    def queries():
        with CaptureQueriesContext(connection) as counted:
            text = ravi_client.get("/desk/").text
        return len(counted), text

    for key in pages[:1]:
        request_review(
            factories.Article.objects.get(pk=key), by=ann, reviewer=ravi.reviewer, trigger="annual"
        )
    one, _ = queries()
    for key in pages[1:3]:
        request_review(
            factories.Article.objects.get(pk=key), by=ann, reviewer=ravi.reviewer, trigger="annual"
        )
    assert queries()[0] == one
    for key in pages[3:]:
        request_review(
            factories.Article.objects.get(pk=key), by=ann, reviewer=ravi.reviewer, trigger="annual"
        )
    many, text = queries()
    assert many == one
    assert text.count('<li class="card') == queue.TASKS_PER_PAGE
    assert "Next (25 more)" in text
    assert ravi_client.get("/desk/?page=3").text.count('<li class="card') == 5


def test_an_absence_is_shown_to_oneself_and_beside_the_name_and_takes_no_right(
    ravi_client, ann, ravi, client
):
    today = timezone.localdate()
    last = today + dt.timedelta(days=4)
    page = ravi_client.post("/desk/away/", {"first_day": today, "last_day": last}, follow=True)
    assert "You are away" in page.text
    symptom = factories.make_symptom(ann)
    client.force_login(ann)
    asked = client.get(f"/admin/symptoms/symptom/{symptom.pk}/ask/").text
    assert f"Ravi Rao, MD (away until {last:%-d %B})" in asked
    assert factories.sign_page(symptom, by=ravi, asked_by=ann)
    client.force_login(ravi)
    absence = Absence.objects.get()
    assert "You are away" not in client.post(f"/desk/away/{absence.pk}/back/", follow=True).text
    assert not Absence.objects.filter(first_day__lte=today, last_day__gte=today).exists()


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        (3, 1, "The last day is before the first."),
        (-9, -3, "These days are over."),
        (0, 900, "more than a year"),
    ],
)
def test_days_that_cannot_be_are_refused(ravi_client, first, last, message):
    today = timezone.localdate()
    days = {
        "first_day": today + dt.timedelta(days=first),
        "last_day": today + dt.timedelta(days=last),
    }
    page = ravi_client.post("/desk/away/", days)
    assert page.status_code == 422
    assert message in page.text
    assert (
        '<div class="trouble" role="alert" tabindex="-1" autofocus>' in page.text
    )  # low on a long page: it is led to


def test_nobody_ends_the_absence_of_somebody_else(ravi_client, fiona):
    today = timezone.localdate()
    absence = assignment.record_absence(fiona.reviewer, first_day=today, last_day=today)
    assert ravi_client.post(f"/desk/away/{absence.pk}/back/").status_code == 404
    assert Absence.objects.filter(first_day__lte=today, last_day__gte=today).count() == 1
