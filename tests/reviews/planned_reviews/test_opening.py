"""A planned review is opened by its reviewer, over the published text, or says why it cannot be."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article
from articles.publishing import merging
from reviews.models import Absence, MedicalReview, PlannedReview, Reviewer
from reviews.planned_reviews.actions import (
    CannotOpen,
    PlanChoice,
    change_planned,
    open_planned,
    plan_reviews,
)
from reviews.planned_reviews.states import describe_rows
from reviews.signing.actions import (
    CannotRequestReview,
    cancel_request,
    recommend_withdrawal,
    request_changes,
    request_review,
    withdraw_page,
)
from tests import factories
from tests.html import read_form

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 23)
NEXT = dt.date(2026, 11, 30)
PLANNED = "/desk/radar/planned/"


@pytest.fixture(autouse=True)
def fixed_day(time_machine):
    time_machine.move_to("2026-11-25T12:00Z")


@pytest.fixture
def page(ann, ravi):
    page = factories.make_symptom(ann, review_months=3)
    factories.sign_page(page, by=ravi, asked_by=ann)
    return Article.objects.get(pk=page.pk)


def plan(page, reader, by, week=MONDAY) -> PlannedReview:
    plan_reviews([PlanChoice(page.pk, reader.reviewer.pk, week)], by=by)
    return PlannedReview.objects.with_page().get(article=page, removed_at=None, review=None)


def describe(planned):
    row = PlannedReview.objects.with_page().get(pk=planned.pk)
    return describe_rows([row], timezone.localdate())[row.pk]


def test_opening_requests_the_published_text_by_the_planner_and_never_a_draft(
    page, ann, fiona, morgan
):
    planned = plan(page, fiona, morgan)
    published = page.live.revision
    factories.edit_page(page, by=ann, body="<p>A draft that nobody sent.</p>")
    review = open_planned(planned, by=fiona)
    assert (review.revision, review.requested_by, review.reviewer, review.trigger) == (
        published,
        morgan,
        fiona.reviewer,
        "annual",
    )
    assert review.note.startswith("Planned for the week of 23 November.")
    assert open_planned(planned, by=fiona) == review  # twice is once
    assert not PlannedReview.objects.pending().exists()
    factories.sign_off(
        review,
        by=fiona,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
    )
    page.refresh_from_db()
    assert page.live.revision == published
    assert page.get_latest_revision().number > published.number


def test_a_published_text_is_only_that_of_a_public_page(page, ann, morgan):
    withdraw_page(page, reason="wrong", by=morgan)
    with pytest.raises(CannotRequestReview, match="no text is published"):
        request_review(page, by=ann, of_published=True)


def test_a_change_of_a_planned_page_goes_on_and_the_row_waits_for_it(
    page, ann, ravi, fiona, morgan
):
    planned = plan(page, fiona, morgan)
    factories.edit_page(page, by=ann, body="<p>It was changed.</p>")
    change = request_review(page, by=ann, reviewer=ravi.reviewer)
    state = describe(planned)
    assert (state.name, state.needs_attention) == ("waits", False)
    with pytest.raises(CannotOpen, match="A change is in review"):
        open_planned(planned, by=fiona)
    factories.sign_off(
        change,
        by=ravi,
        seen_digest=change.revision.digest,
        conflicts="None",
        authentication="password",
    )
    assert describe(planned).name == "ready"
    assert open_planned(planned, by=fiona).revision == change.revision


def test_each_state_has_its_words_and_says_whether_it_can_be_opened(
    page, ann, ravi, fiona, morgan, olga, time_machine
):
    planned = plan(page, fiona, morgan)

    def expect(change, name, text, can_open=False):
        change()
        state = describe(planned)
        assert (state.name, state.can_open) == (name, can_open), state
        assert text in state.text
        if not can_open:
            with pytest.raises(CannotOpen, match=text):
                open_planned(PlannedReview.objects.get(pk=planned.pk), by=fiona)
        transaction.savepoint_rollback(savepoint)

    def set_reader(**fields):
        return lambda: Reviewer.objects.filter(user=fiona).update(**fields)

    def close_account():
        type(fiona).objects.filter(pk=fiona.pk).update(is_active=False)

    def be_away():
        Absence.objects.create(
            reviewer=fiona.reviewer, first_day=MONDAY, last_day=MONDAY + dt.timedelta(days=6)
        )

    def write():
        factories.edit_page(page, by=fiona, body="<p>Fiona wrote this.</p>")

    def recommend():
        review = request_review(page, by=ann, reviewer=ravi.reviewer)
        recommend_withdrawal(review, by=ravi, comment="It harms.")

    def sign():
        time_machine.move_to("2026-11-26T12:00Z")
        factories.sign_page(page, by=ravi, asked_by=ann)

    yesterday = MONDAY - dt.timedelta(days=1)
    for case in [
        (set_reader(licence_expires=yesterday), "lapsed", "lapsed on 22 November 2026"),
        (set_reader(verified_by=None, verified_at=None), "lapsed", "are not verified"),
        (fiona.groups.clear, "lapsed", "has no right to sign any more"),
        (close_account, "lapsed", "is closed"),
        (be_away, "away", "is away in that week", True),
        (write, "barred", "wrote some of the page"),
        (recommend, "unfit", "recommends withdrawing this page", True),
        (sign, "signed", "Ravi Rao signed the whole page on 26 November"),
        (lambda: withdraw_page(page, reason="wrong", by=morgan), "withdrawn", "is withdrawn"),
        (lambda: request_review(page, by=ann, trigger="annual"), "in-review", "open already"),
        (morgan.groups.clear, "planner", "who planned it, cannot request reviews any more"),
        (lambda: time_machine.move_to("2026-12-02T12:00Z"), "late", "is over", True),
    ]:
        time_machine.move_to("2026-11-25T13:00Z")
        savepoint = transaction.savepoint()
        expect(*case)


def test_a_merged_or_discarded_page_ends_its_plan(page, ann, fiona, morgan):
    other = factories.make_symptom(ann, slug="other", title="Other")
    planned = plan(page, fiona, morgan)
    merging.retire_page(
        Article.objects.get(pk=page.pk), Article.objects.get(pk=other.pk), by=morgan
    )
    state = describe(planned)
    assert (state.name, state.text, state.is_over) == (
        "merged",
        "It was merged into “Other”.",
        True,
    )


def test_a_check_that_stops_it_is_kept_for_the_managing_editors(
    ann, ravi, fiona, morgan, settings, client
):
    settings.UNCHANGED_REVIEWS_UNTIL = MONDAY - dt.timedelta(days=1)
    page = factories.make_symptom(ann, advice_level="routine", review_months=3)
    factories.sign_despite_checks(page, by=ravi, manager=morgan)
    planned = plan(page, fiona, morgan)
    client.force_login(fiona)
    shown = client.get("/desk/")
    assert "Planned for you this week" in shown.text
    refused = client.post(f"/desk/planned/{planned.uuid}/open/", follow=True)
    assert "was not opened. The non-urgent card sends people" in refused.text
    assert "The managing editors see it in their plan." in refused.text
    assert not MedicalReview.objects.waiting().exists()
    client.force_login(morgan)
    assert "It could not be opened on 25 November: The non-urgent" in client.get(PLANNED).text


def test_a_reviewer_opens_a_planned_review_at_the_desk(client, page, ravi, fiona, morgan):
    planned = plan(page, fiona, morgan)
    address = f"/desk/planned/{planned.uuid}/open/"
    assert client.post(address).status_code == 302  # to the log-in
    client.force_login(ravi)
    refused = client.post(address, follow=True)
    assert "This review is planned for Fiona Field, MD, and only they can open it." in refused.text
    client.force_login(fiona)
    assert client.get(address).status_code == 405
    opened = client.post(address, follow=True)
    review = MedicalReview.objects.waiting().get()
    assert opened.redirect_chain == [(f"/desk/reviews/{review.uuid}/", 302)]
    assert "Planned for you" not in client.get("/desk/").text


def test_the_desk_shows_this_week_and_later_weeks_in_fixed_queries(
    client, ann, ravi, fiona, morgan
):
    def count_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/desk/")
        return len(queries)

    def publish(number: int, week: dt.date) -> None:
        page = factories.make_symptom(ann, slug=f"page-{number}", title=f"Page {number}")
        factories.sign_page(page, by=ravi, asked_by=ann)
        plan(page, fiona, morgan, week)

    client.force_login(fiona)
    publish(0, MONDAY)
    publish(1, NEXT)
    one = count_queries()
    publish(2, MONDAY)
    publish(3, NEXT)
    assert count_queries() == one
    shown = " ".join(client.get("/desk/").text.split())
    assert "2 reviews. About 2 minutes to read." in shown
    assert "2 reviews in later weeks" in shown


def test_rows_of_the_plan_are_changed_and_removed_and_nothing_typed_is_lost(
    morgan_client, ann, ravi, fiona, morgan, olga
):
    pages = []
    for number in range(3):
        page = factories.make_symptom(ann, slug=f"page-{number}", title=f"Page {number}")
        factories.sign_page(page, by=ravi, asked_by=ann)
        pages.append(page)
        plan(page, fiona, morgan)
    first, second, third = PlannedReview.objects.order_by("pk")
    PlannedReview.objects.update(planned_by=olga)
    form = read_form(morgan_client.get(PLANNED)) | {"do": "save"}
    form |= {f"who-{first.pk}": ravi.reviewer.pk, f"week-{first.pk}": "2026-11-30"}
    done = morgan_client.post(PLANNED, form | {f"mark-{second.pk}": "on"}, follow=True)
    assert "1 changed, 1 removed from the plan." in done.text
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.reviewer, first.week, first.planned_by) == (ravi.reviewer, NEXT, morgan)
    assert second.removed_by == morgan
    assert PlannedReview.objects.get(pk=third.pk).planned_by == olga  # untouched
    # Opened by somebody while the form was open: nothing is done, and what was chosen stays.
    form = read_form(morgan_client.get(PLANNED)) | {"do": "save"}
    form |= {f"week-{first.pk}": "2026-12-07", f"mark-{third.pk}": "on"}
    open_planned(third, by=fiona)
    refused = morgan_client.post(PLANNED, form)
    assert refused.status_code == 409
    assert "opened or removed meanwhile" in refused.text
    assert read_form(refused)[f"week-{first.pk}"] == ["2026-12-07"]
    assert PlannedReview.objects.get(pk=first.pk).week == NEXT
    factories.edit_page(pages[0], by=fiona, body="<p>Fiona wrote this.</p>")
    refused = morgan_client.post(
        PLANNED, form | {f"who-{first.pk}": fiona.reviewer.pk, f"week-{first.pk}": "2026-12-07"}
    )
    assert refused.status_code == 409


def test_an_opened_review_that_is_cancelled_or_sent_back_leaves_the_plan(page, fiona, morgan):
    cancel_request(open_planned(plan(page, fiona, morgan), by=fiona), by=morgan)
    again = open_planned(plan(page, fiona, morgan), by=fiona)
    request_changes(again, by=fiona, comment="Say more.")
    assert PlannedReview.objects.filter(review__isnull=False).count() == 2
    assert not PlannedReview.objects.pending().exists()


@pytest.mark.both_engines
def test_a_page_is_planned_once_at_a_time(page, ravi, fiona, morgan):
    planned = plan(page, fiona, morgan)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlannedReview.objects.create(
            article=page,
            reviewer=ravi.reviewer,
            week=MONDAY,
            planned_by=morgan,
            planned_at=timezone.now(),
        )
    assert change_planned({planned.pk: (ravi.reviewer.pk, NEXT)}, [], by=morgan) == (1, 0)
