"""Annual reviews given out by a plan: shown, then opened whole or not at all."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article
from reviews.models import Absence, MedicalReview, Reviewer
from reviews.scheduling import capacity
from reviews.scheduling import proposal as scheduling_proposal
from reviews.signing.actions import request_changes, request_review
from reviews.signing.eligibility import get_barred_users, get_barred_users_by_page
from tests import factories
from tests.factories import make_reviewer, make_user
from tests.html import read_form

pytestmark = pytest.mark.django_db
PLAN = "/desk/radar/plan/?until=2027-12-31"
TODAY = dt.date(2026, 11, 25)  # a Wednesday


@pytest.fixture(autouse=True)
def fixed_day(time_machine):
    time_machine.move_to("2026-11-25T12:00Z")


def publish(ann, signer, count: int, **fields) -> list[Article]:
    pages = []
    for number in range(count):
        slug = f"page-{Article.objects.count()}"
        page = factories.make_symptom(
            ann, slug=slug, title=f"Page {number}", **{"review_months": 3} | fields
        )
        factories.sign_page(page, by=signer, asked_by=ann)
        pages.append(page)
    return pages


def test_a_plan_is_shown_and_opens_its_reviews(morgan_client, ann, ravi, fiona, morgan):
    pages = publish(ann, ravi, 6)
    shown = morgan_client.get(PLAN)
    assert "6 reviews to assign" in shown.text
    assert not MedicalReview.objects.waiting().exists()
    done = morgan_client.post(PLAN, read_form(shown), follow=True)
    assert "6 reviews are assigned, each to its reviewer and week." in done.text
    opened = MedicalReview.objects.waiting()
    assert {review.article_id for review in opened} == {page.pk for page in pages}
    assert {(review.trigger, review.requested_by) for review in opened} == {("annual", morgan)}
    assert (
        sorted(review.reviewer.name for review in opened) == ["Fiona Field"] * 3 + ["Ravi Rao"] * 3
    )
    weeks = [
        re.fullmatch(r"Please read it in the week of (.+)\.", review.note)[1] for review in opened
    ]
    assert len(set(weeks)) >= 3


def test_own_words_absence_and_a_licence_keep_pages_from_a_reviewer(
    morgan_client, ann, ravi, fiona, morgan
):
    sam = make_user("sam", "Sam", "Stone", group="Reviewers")
    make_reviewer(sam, verified_by=morgan, licence_expires=TODAY + dt.timedelta(days=20))
    pages = publish(ann, ravi, 8)
    factories.edit_page(pages[0], by=fiona, body="<p>Fiona wrote this.</p>")
    Absence.objects.create(reviewer=ravi.reviewer, first_day=TODAY, last_day=dt.date(2027, 1, 10))
    proposal = scheduling_proposal.build_proposal(Article.objects.all(), timezone.localdate())
    assert len(proposal.plan.planned_reviews) == 8
    for slot in proposal.plan.planned_reviews:
        assert slot.week + dt.timedelta(days=6) <= proposal.pages[slot.page].next_due
        assert (slot.page, slot.reviewer) != (pages[0].pk, fiona.reviewer.pk)
        if slot.reviewer == ravi.reviewer.pk:
            assert slot.week >= dt.date(2027, 1, 11)
        if slot.reviewer == sam.reviewer.pk:
            assert slot.week < dt.date(2026, 12, 14)


def test_forty_pages_of_one_day_come_out_even_and_in_time(ann, ravi, fiona, morgan):
    publish(ann, ravi, 40)
    Absence.objects.create(
        reviewer=fiona.reviewer, first_day=dt.date(2026, 12, 7), last_day=dt.date(2026, 12, 27)
    )
    proposal = scheduling_proposal.build_proposal(Article.objects.all(), TODAY)
    opened = scheduling_proposal.open_reviews(proposal, by=morgan)
    assert len(opened) == 40
    loads = [
        sum(review.reviewer_id == key for review in opened) / reader.weeks
        for key, reader in proposal.availability.items()
    ]
    mean = 40 / sum(reader.weeks for reader in proposal.availability.values())
    assert max(loads) <= 1.25 * mean


def test_pages_that_cannot_be_planned_are_told_with_the_reason(morgan_client, ann, ravi):
    waiting, blocked = publish(ann, ravi, 2)
    request_review(waiting, by=ann)
    factories.edit_page(blocked, by=ann, body="")
    text = morgan_client.get(PLAN).text
    assert "In review already." in text
    assert "A check blocks it: The page has no overview." in text
    assert "none of these pages can be planned now" in text
    factories.make_symptom(ann, slug="draft", title="Draft")
    assert (
        "Never published, or withdrawn" in morgan_client.get("/desk/radar/plan/?state=never").text
    )


def test_a_page_that_a_younger_check_blocks_is_left_out_and_stops_no_other(
    morgan_client, ann, ravi, fiona, morgan, settings
):
    settings.UNCHANGED_REVIEWS_UNTIL = TODAY - dt.timedelta(days=1)
    page, other = (
        publish(ann, ravi, 1)[0],
        factories.make_symptom(ann, advice_level="routine", review_months=3),
    )
    factories.sign_despite_checks(other, by=ravi, manager=morgan)
    shown = morgan_client.get(PLAN)
    assert "A check blocks it: The non-urgent card sends people" in shown.text
    morgan_client.post(PLAN, read_form(shown), follow=True)
    assert [review.article_id for review in MedicalReview.objects.waiting()] == [page.pk]


def test_until_a_day_an_unchanged_page_is_planned_with_what_a_younger_check_found(
    morgan_client, ann, ravi, fiona, morgan
):
    other = factories.make_symptom(ann, advice_level="routine", review_months=3)
    factories.sign_despite_checks(other, by=ravi, manager=morgan)
    shown = morgan_client.get(PLAN)
    assert "In the plan, though checks block them" in shown.text
    assert "though a check blocks it: The non-urgent card sends" in shown.text
    morgan_client.post(PLAN, read_form(shown), follow=True)
    review = MedicalReview.objects.waiting().get()
    assert "sends people to emergency help" in review.overridden


def test_nothing_to_plan_reads_well(morgan_client):
    assert "no page that matches is due." in morgan_client.get(PLAN).text


def change_pages(ann, ravi, pages):
    request_review(pages[0], by=ann)


def change_words(ann, ravi, pages):
    factories.edit_page(pages[0], by=ravi, body="<p>Ravi wrote this.</p>")


def change_readers(ann, ravi, pages):
    Absence.objects.create(
        reviewer=ravi.reviewer, first_day=TODAY, last_day=TODAY + dt.timedelta(days=30)
    )


def change_licence(ann, ravi, pages):
    Reviewer.objects.filter(user=ravi).update(licence_expires=TODAY + dt.timedelta(days=10))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (change_pages, "other pages are due, or some of these were signed"),
        (change_words, "somebody changed one of these pages"),
        (change_readers, "is away on other days"),
        (change_licence, "has another licence"),
    ],
)
def test_a_plan_is_refused_whole_where_anything_changed_since_it_was_shown(
    morgan_client, ann, ravi, fiona, change, expected
):
    pages = publish(ann, fiona, 3)
    shown = morgan_client.get(PLAN)
    change(ann, ravi, pages)
    before = MedicalReview.objects.count()
    refused = morgan_client.post(PLAN, read_form(shown))
    assert refused.status_code == 409
    assert "Nothing was done: what you saw changed meanwhile (" in refused.text
    assert expected in refused.text
    assert MedicalReview.objects.count() == before


def test_a_plan_of_yesterday_is_refused(morgan_client, ann, ravi, time_machine):
    publish(ann, ravi, 1)
    shown = morgan_client.get(PLAN)
    time_machine.move_to("2026-11-26T12:00Z")
    morgan_client.force_login(Reviewer.objects.get().verified_by)
    assert "a day has passed" in morgan_client.post(PLAN, read_form(shown)).text


def test_a_double_click_gives_out_once(morgan_client, ann, ravi):
    publish(ann, ravi, 2)
    form = read_form(morgan_client.get(PLAN))
    morgan_client.post(PLAN, form)
    assert morgan_client.post(PLAN, form).status_code == 409
    assert MedicalReview.objects.waiting().count() == 2


def test_one_page_that_is_refused_takes_the_whole_plan_back(ann, ravi, charlie, morgan):
    publish(ann, ravi, 3)
    proposal = scheduling_proposal.build_proposal(Article.objects.all(), TODAY)
    with pytest.raises(scheduling_proposal.CannotPlan, match="Only editors can request a review"):
        scheduling_proposal.open_reviews(proposal, by=charlie)
    assert not MedicalReview.objects.waiting().exists()


def test_a_plan_takes_a_fixed_number_of_queries(ann, ravi, fiona):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            scheduling_proposal.build_proposal(Article.objects.all(), TODAY)
        return len(queries)

    publish(ann, ravi, 1)
    one = cost()
    publish(ann, ravi, 2)
    assert cost() == one


def test_only_so_many_are_planned_at_once_the_first_due_first(ann, ravi, monkeypatch):
    publish(ann, ravi, 1, review_months=6)
    first = publish(ann, ravi, 2)
    monkeypatch.setattr(scheduling_proposal, "MAX_PAGES", 2)
    proposal = scheduling_proposal.build_proposal(Article.objects.all(), TODAY)
    assert ({slot.page for slot in proposal.plan.planned_reviews}, proposal.remaining) == (
        {page.pk for page in first},
        1,
    )


def test_own_words_in_bulk_are_those_of_each_page(ann, ravi, fiona):
    first, second = publish(ann, ravi, 2)
    factories.edit_page(second, by=fiona, body="<p>Fiona wrote this.</p>")
    third = factories.make_symptom(fiona, slug="third", title="Third")
    found = get_barred_users_by_page([first.pk, second.pk, third.pk])
    assert [found.get(page.pk, set()) for page in (first, second, third)] == [
        get_barred_users(page) for page in (first, second, third)
    ]


def test_the_note_says_the_week_and_the_day_where_that_is_sooner():
    week = dt.date(2027, 1, 4)
    assert (
        scheduling_proposal.format_note(week, dt.date(2027, 2, 1))
        == "Please read it in the week of 4 January."
    )
    assert scheduling_proposal.format_note(week, dt.date(2027, 1, 6)).endswith(
        "Its review is due on 6 January."
    )
    assert scheduling_proposal.format_note(dt.date(2026, 11, 23), dt.date(2026, 11, 1)).endswith(
        "It has been overdue since 1 November."
    )


def test_absences_and_licences_leave_the_days_that_are_left(ravi):
    Absence.objects.create(
        reviewer=ravi.reviewer, first_day=dt.date(2026, 12, 1), last_day=dt.date(2026, 12, 2)
    )
    away = capacity.get_absences(TODAY, TODAY + dt.timedelta(days=60))[ravi.reviewer.pk]
    lapses = dt.date(2026, 12, 18)
    assert capacity.count_working_days(TODAY, 5, licence_expires=lapses, absences=away) == (
        3,
        3,
        5,
        0,
        0,
    )


def test_a_page_that_was_sent_back_is_not_planned_before_its_editors_answered(ann, ravi, fiona):
    page = factories.make_symptom(ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    factories.edit_page(page, by=ann, summary="Worse.")
    request_changes(request_review(page, by=ann), by=fiona, comment="Not yet.")
    proposal = scheduling_proposal.build_proposal(
        Article.objects.filter(pk=page.pk), timezone.localdate()
    )
    assert not proposal.plan.planned_reviews
    assert [why for _, why in proposal.left_out] == [
        "Changes were requested, and no review has been requested since."
    ]
