"""Reviews planned by a proposal: shown, changed by row, and planned whole or not at all."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article
from reviews.models import Absence, MedicalReview, PlannedReview, Reviewer
from reviews.planned_reviews import capacity
from reviews.planned_reviews.actions import CannotPlan, PlanChoice, plan_reviews
from reviews.scheduling import proposal as scheduling_proposal
from reviews.scheduling import rows as scheduling_rows
from reviews.scheduling import views as scheduling_views
from reviews.scheduling.edits import RowChoice
from reviews.signing.actions import (
    decline,
    recommend_withdrawal,
    request_changes,
    request_review,
)
from reviews.signing.eligibility import get_barred_users, get_barred_users_by_page
from tests import factories
from tests.factories import make_reviewer, make_user
from tests.html import read_form

pytestmark = pytest.mark.django_db
PLAN = "/desk/radar/plan/?until=2027-12-31"
TODAY = dt.date(2026, 11, 25)  # a Wednesday
MONDAY = dt.date(2026, 11, 23)


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


def build(pages=None) -> scheduling_proposal.PlanProposal:
    return scheduling_proposal.build_proposal(
        Article.objects.active() if pages is None else pages, timezone.localdate()
    )


def get_reasons(proposal) -> dict[str, int]:
    return {group.reason: group.count for group in proposal.left_out}


def test_a_proposal_is_shown_and_planned_without_a_request(morgan_client, ann, ravi, fiona, morgan):
    pages = publish(ann, ravi, 6)
    shown = morgan_client.get(PLAN)
    assert "6 reviews to plan" in shown.text
    assert not PlannedReview.objects.exists()
    done = morgan_client.post(PLAN, read_form(shown) | {"do": "apply"}, follow=True)
    assert "6 reviews are planned." in done.text
    planned = PlannedReview.objects.pending()
    assert {row.article_id for row in planned} == {page.pk for page in pages}
    assert {row.planned_by for row in planned} == {morgan}
    assert sorted(row.reviewer.name for row in planned) == ["Fiona Field"] * 3 + ["Ravi Rao"] * 3
    assert len({row.week for row in planned}) >= 3
    assert not MedicalReview.objects.waiting().exists()
    assert get_reasons(build()) == {scheduling_proposal.PLANNED: 6}


def test_own_words_absence_and_a_licence_keep_pages_from_a_reviewer(
    morgan_client, ann, ravi, fiona, morgan
):
    sam = make_user("sam", "Sam", "Stone", group="Reviewers")
    make_reviewer(sam, verified_by=morgan, licence_expires=TODAY + dt.timedelta(days=20))
    pages = publish(ann, ravi, 8)
    factories.edit_page(pages[0], by=fiona, body="<p>Fiona wrote this.</p>")
    Absence.objects.create(reviewer=ravi.reviewer, first_day=TODAY, last_day=dt.date(2027, 1, 10))
    proposal = build()
    assert len(proposal.plan.rows) == 8
    for row in proposal.plan.rows:
        assert row.week + dt.timedelta(days=6) <= proposal.pages[row.page].next_due
        assert (row.page, row.reviewer) != (pages[0].pk, fiona.reviewer.pk)
        if row.reviewer == ravi.reviewer.pk:
            assert row.week >= dt.date(2027, 1, 11)
        if row.reviewer == sam.reviewer.pk:
            assert row.week < dt.date(2026, 12, 14)


def test_what_would_be_withdrawn_is_proposed_first_and_too_little_capacity_is_told(
    morgan_client, ann, ravi, settings, time_machine
):
    """High risk is withdrawn 14 days after its due date here; everything was due last week."""
    settings.OVERDUE_POLICY = {"standard": "banner", "high": "withdraw"}
    time_machine.move_to("2026-08-18T12:00Z")
    publish(ann, ravi, 4)
    grave = publish(ann, ravi, 3, risk="high")
    time_machine.move_to("2026-11-25T12:00Z")
    morgan_client.force_login(Reviewer.objects.get().verified_by)
    Reviewer.objects.update(weekly_capacity=1, capacity_unit="pages")
    proposal = build()
    first = [row.page for row in proposal.plan.rows if row.week <= MONDAY + dt.timedelta(weeks=1)]
    assert len(first) == 2
    assert set(first) < {page.pk for page in grave}
    rows, _ = scheduling_rows.build_rows(proposal, {})
    shortage = scheduling_rows.find_shortages(proposal, rows)[0]
    # Two weeks end before 2 December is over: this one and no other.
    assert (shortage.week, len(shortage.pages), shortage.withdrawn) == (MONDAY, 2, 2)
    text = " ".join(morgan_client.get(PLAN).text.split())
    assert "There is too little capacity" in text
    assert "2 would be withdrawn" in text
    assert "after 2 December it is withdrawn" in text


def test_a_row_that_somebody_moves_is_no_lack_of_capacity(ann, ravi, fiona):
    (page,) = publish(ann, ravi, 1, review_months=1)
    publish(ann, ravi, 1, review_months=12)
    reader = fiona.reviewer
    Reviewer.objects.filter(pk=reader.pk).update(weekly_capacity=0)
    proposal = build()
    moved = RowChoice(reader.pk, dt.date(2027, 3, 1), True)
    rows, _ = scheduling_rows.build_rows(proposal, {page.pk: moved})
    row = next(row for row in rows if row.page.key == page.pk)
    assert row.warning.startswith("Not read before its grace ends")
    assert row.reason == "Chosen by you. Their capacity is 0."
    assert scheduling_rows.find_shortages(proposal, rows) == []


def test_rows_are_changed_left_out_and_carried_from_page_to_page(
    morgan_client, ann, ravi, fiona, monkeypatch
):
    monkeypatch.setattr(scheduling_views, "ROWS_PER_PAGE", 2)
    pages = publish(ann, ravi, 4)
    first = read_form(morgan_client.get(PLAN))
    one, two = first["row"]
    later = "2027-01-04"
    changed = first | {f"who-{one}": fiona.reviewer.pk, f"week-{one}": later, "page": "2"}
    del changed[f"mark-{two}"]
    second = morgan_client.post(PLAN, changed)
    assert second.status_code == 200
    assert "2 rows are changed by you." in " ".join(second.text.split())
    assert "3 reviews to plan" in " ".join(second.text.split())
    form = read_form(second)
    assert set(form["row"]).isdisjoint({one, two})
    assert not PlannedReview.objects.exists()
    opened_again = morgan_client.get(PLAN)  # the tab was closed
    assert read_form(opened_again)[f"week-{one}"] == [later]
    morgan_client.post(PLAN, form | {"do": "apply"})
    assert "changed by you" not in morgan_client.get(PLAN).text
    planned = {row.article_id: row for row in PlannedReview.objects.all()}
    assert planned.keys() == {page.pk for page in pages} - {int(two)}
    assert (planned[int(one)].reviewer, str(planned[int(one)].week)) == (fiona.reviewer, later)


def test_part_of_a_plan_is_applied_by_the_page(morgan_client, ann, ravi, monkeypatch):
    monkeypatch.setattr(scheduling_views, "ROWS_PER_PAGE", 2)
    publish(ann, ravi, 3)
    form = read_form(morgan_client.get(PLAN))
    morgan_client.post(PLAN, form | {"do": "apply-shown"})
    assert {str(row.article_id) for row in PlannedReview.objects.all()} == set(form["row"])
    empty = read_form(morgan_client.get(PLAN))
    del empty[f"mark-{empty['row'][0]}"]
    refused = morgan_client.post(PLAN, empty | {"do": "apply"})
    assert refused.status_code == 422
    assert "every row is left out" in refused.text


def test_a_row_that_cannot_be_planned_so_says_why_and_keeps_what_was_chosen(
    morgan_client, ann, ravi, fiona
):
    page = publish(ann, ravi, 1)[0]
    factories.edit_page(page, by=fiona, body="<p>Fiona wrote this.</p>")
    Absence.objects.create(
        reviewer=ravi.reviewer, first_day=dt.date(2026, 12, 7), last_day=dt.date(2026, 12, 13)
    )
    form = read_form(morgan_client.get(PLAN)) | {"do": "apply"}
    key = form["row"][0]
    for field, value, reason in [
        (f"who-{key}", fiona.reviewer.pk, "Fiona Field, MD wrote some of this page"),
        (f"who-{key}", 999_999, "This reviewer cannot sign now."),
        (f"who-{key}", "x", "Choose a reviewer and a week"),
        (f"week-{key}", "2026-12-07", "Ravi Rao, MD is not available in that week."),
        (f"week-{key}", "2026-11-16", "This week is over."),
        (f"week-{key}", "2026-99-99", "Choose a reviewer and a week"),
    ]:
        refused = morgan_client.post(PLAN, form | {field: value})
        assert refused.status_code == 422
        assert reason in refused.text, value
        kept = read_form(refused)
        if str(value)[:2] in ("20", str(fiona.reviewer.pk)):
            assert str(value) in ("2026-99-99", *kept[field]), value
    assert not PlannedReview.objects.exists()


def test_what_is_needed_to_plan_is_left_out_with_the_reason(
    morgan_client, ann, ravi, fiona, morgan
):
    """A change that is in review, or was sent back, does not keep the published text from it."""
    waiting, changed, sent_back, mended, declined, unfit = publish(ann, ravi, 6)
    request_review(waiting, by=ann, trigger="annual")
    for page in (changed, mended):
        factories.edit_page(page, by=ann, body="<p>It was changed.</p>")
    request_review(changed, by=ann)
    request_changes(request_review(mended, by=ann), by=fiona, comment="Not yet.")
    request_changes(request_review(sent_back, by=ann), by=fiona, comment="Not so.")
    decline(request_review(declined, by=ann), by=fiona, comment="Not my field.")
    recommend_withdrawal(request_review(unfit, by=ann), by=fiona, comment="Dangerous.")
    factories.make_symptom(ann, slug="draft", title="Draft")
    proposal = build()
    assert get_reasons(proposal) == {
        scheduling_proposal.IN_REVIEW: 1,
        scheduling_proposal.SENT_BACK: 1,
        scheduling_proposal.UNFIT: 1,
        scheduling_proposal.UNDATED: 1,
    }
    readers = {row.page: row.reviewer for row in proposal.plan.rows}
    assert readers.keys() == {changed.pk, mended.pk, declined.pk}
    assert readers[declined.pk] == ravi.reviewer.pk
    assert scheduling_proposal.CHANGE_IN_REVIEW in morgan_client.get(PLAN).text
    shown = morgan_client.get("/desk/radar/plan/?state=never").text
    assert "Never published, or withdrawn" in shown
    assert "none of these pages can be planned now" in shown


def test_a_check_that_would_stop_a_review_is_named_on_its_row(
    morgan_client, ann, ravi, morgan, settings
):
    page = factories.make_symptom(ann, advice_level="routine", review_months=3)
    factories.sign_despite_checks(page, by=ravi, manager=morgan)
    blocked = "A check blocks it until it is mended: The non-urgent card sends people"
    assert blocked not in " ".join(morgan_client.get(PLAN).text.split())
    settings.UNCHANGED_REVIEWS_UNTIL = TODAY - dt.timedelta(days=1)
    assert blocked in " ".join(morgan_client.get(PLAN).text.split())


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


def change_capacity(ann, ravi, pages):
    Reviewer.objects.filter(user=ravi).update(weekly_capacity=7)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (change_pages, "other pages are due, or some of these were signed"),
        (change_words, "somebody changed one of these pages"),
        (change_readers, "is away on other days"),
        (change_capacity, "has another licence or capacity"),
    ],
)
def test_a_plan_is_refused_whole_where_anything_changed_and_keeps_the_changes_that_fit(
    morgan_client, ann, ravi, fiona, change, expected
):
    pages = publish(ann, fiona, 3)
    form = read_form(morgan_client.get(PLAN))
    edited = f"week-{pages[2].pk}"
    form |= {f"who-{pages[2].pk}": fiona.reviewer.pk, edited: "2027-01-25", "do": "apply"}
    change(ann, ravi, pages)
    refused = morgan_client.post(PLAN, form)
    assert refused.status_code == 409
    assert "Nothing was done: what you saw changed meanwhile (" in refused.text
    assert expected in refused.text
    assert read_form(refused)[edited] == ["2027-01-25"]
    assert not PlannedReview.objects.exists()
    morgan_client.post(PLAN, read_form(refused) | {"do": "apply"})
    assert PlannedReview.objects.get(article=pages[2]).week == dt.date(2027, 1, 25)


def test_a_plan_of_yesterday_is_refused(morgan_client, ann, ravi, time_machine):
    publish(ann, ravi, 1)
    shown = read_form(morgan_client.get(PLAN)) | {"do": "apply"}
    time_machine.move_to("2026-11-26T12:00Z")
    morgan_client.force_login(Reviewer.objects.get().verified_by)
    assert "a day has passed" in morgan_client.post(PLAN, shown).text


def test_what_changed_since_a_plan_was_made_is_found_under_the_locks(ann, ravi, fiona):
    factories.publish_symptoms(3, by=ann, signer=ravi, related=0)
    pages = Article.objects.active()
    proposal = scheduling_proposal.build_proposal(pages, timezone.localdate())
    assert scheduling_proposal.find_changes(proposal, pages) == []
    Reviewer.objects.filter(pk=fiona.reviewer.pk).update(weekly_capacity=7)
    (change,) = scheduling_proposal.find_changes(proposal, pages)
    assert change.startswith("a reviewer was added or removed")


def test_a_double_click_plans_once(morgan_client, ann, ravi):
    publish(ann, ravi, 2)
    form = read_form(morgan_client.get(PLAN)) | {"do": "apply"}
    morgan_client.post(PLAN, form)
    assert morgan_client.post(PLAN, form).status_code == 409
    assert PlannedReview.objects.count() == 2


def test_only_managing_editors_plan_and_only_for_weeks_to_come(ann, ravi, morgan):
    page = publish(ann, ravi, 1)[0]
    for by, week, reason in [
        (ann, MONDAY, "Only managing editors"),
        (morgan, MONDAY - dt.timedelta(weeks=1), "16 November"),
        (morgan, TODAY, "25 November"),
    ]:
        with pytest.raises(CannotPlan, match=reason):
            plan_reviews([PlanChoice(page.pk, ravi.reviewer.pk, week)], by=by)
    assert not PlannedReview.objects.exists()


def test_a_plan_takes_a_fixed_number_of_queries(morgan_client, ann, ravi, fiona):
    def count_queries(action) -> int:
        with CaptureQueriesContext(connection) as queries:
            action()
        return len(queries)

    def apply() -> None:
        form = read_form(morgan_client.get(PLAN)) | {"do": "apply"}
        costs.append(count_queries(lambda: morgan_client.post(PLAN, form)))

    costs: list[int] = []
    publish(ann, ravi, 1)
    apply()
    publish(ann, ravi, 1)
    one = count_queries(lambda: morgan_client.get(PLAN))
    apply()
    publish(ann, ravi, 3)
    assert count_queries(lambda: morgan_client.get(PLAN)) == one
    apply()
    assert costs[-1] == costs[-2]


def test_only_so_many_are_proposed_at_once_the_first_needed_first(ann, ravi, monkeypatch):
    publish(ann, ravi, 1, review_months=6)
    first = publish(ann, ravi, 2)
    monkeypatch.setattr(scheduling_proposal, "MAX_PAGES", 2)
    proposal = build()
    assert ({row.page for row in proposal.plan.rows}, proposal.remaining) == (
        {page.pk for page in first},
        1,
    )


def test_what_waits_and_what_is_planned_takes_room(ann, ravi, morgan):
    pages = publish(ann, ravi, 3)
    Reviewer.objects.update(weekly_capacity=1, capacity_unit="pages")
    request_review(pages[0], by=ann, reviewer=ravi.reviewer)
    week = MONDAY + dt.timedelta(weeks=1)
    plan_reviews([PlanChoice(pages[1].pk, ravi.reviewer.pk, week)], by=morgan)
    available = build().availability[ravi.reviewer.pk]
    assert (available.used[:3], available.load) == ((1.0, 1.0, 0.0), 2)


def test_what_was_signed_meanwhile_can_be_planned_again_when_it_is_due(
    ann, ravi, fiona, morgan, time_machine
):
    page = publish(ann, ravi, 1)[0]
    plan_reviews([PlanChoice(page.pk, ravi.reviewer.pk, MONDAY)], by=morgan)
    time_machine.move_to("2026-11-26T12:00Z")
    factories.sign_page(page, by=fiona, asked_by=ann)
    assert not get_reasons(build())
    plan_reviews([PlanChoice(page.pk, fiona.reviewer.pk, MONDAY)], by=morgan)
    assert PlannedReview.objects.pending().get().reviewer == fiona.reviewer


def test_own_words_in_bulk_are_those_of_each_page(ann, ravi, fiona):
    first, second = publish(ann, ravi, 2)
    factories.edit_page(second, by=fiona, body="<p>Fiona wrote this.</p>")
    third = factories.make_symptom(fiona, slug="third", title="Third")
    found = get_barred_users_by_page([first.pk, second.pk, third.pk])
    assert [found.get(page.pk, set()) for page in (first, second, third)] == [
        get_barred_users(page) for page in (first, second, third)
    ]


def test_absences_and_licences_leave_the_days_that_are_left(ravi):
    Absence.objects.create(
        reviewer=ravi.reviewer, first_day=dt.date(2026, 12, 1), last_day=dt.date(2026, 12, 2)
    )
    away = capacity.get_absences(TODAY, TODAY + dt.timedelta(days=60))[ravi.reviewer.pk]
    lapses = dt.date(2026, 12, 18)
    counts = capacity.count_working_days(TODAY, 5, licence_expires=lapses, absences=away)
    assert counts == (3, 3, 5, 0, 0)


def test_a_reviewer_who_lost_the_right_to_sign_gets_nothing(ann, ravi, fiona):
    publish(ann, ravi, 2)
    fiona.groups.clear()
    assert {row.reviewer for row in build().plan.rows} == {ravi.reviewer.pk}
