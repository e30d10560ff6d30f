"""Taking a review, giving it back, reassigning; who may decide; reports of danger."""

import datetime as dt
import uuid
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from articles.models import ReaderReport
from reviews import verification
from reviews.alerts import get_open_alerts
from reviews.desk.danger import MAX_REPORTS
from reviews.models import Comment, HandOver, LedgerEntry, MedicalReview, Reviewer
from reviews.signing import assignment, comments, disputes
from reviews.signing.actions import (
    CannotDecide,
    decline,
    recommend_withdrawal,
    request_changes,
    request_review,
)
from tests import factories
from tests.database import disable_triggers, run_concurrently, sql
from tests.html import get_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(ann) -> MedicalReview:
    return request_review(factories.make_symptom(ann), by=ann)


def get_path(review, name: str = "") -> str:
    return f"/desk/reviews/{review.uuid}/{name}"


def test_ravi_takes_a_review_from_the_queue_and_gives_it_back_with_a_word(
    review, client, ravi, fiona
):
    client.force_login(ravi)
    assert "I take this" in client.get("/desk/").text
    page = client.post(get_path(review, "take/"), follow=True)
    assert "This review is yours now." in page.text
    assert MedicalReview.objects.get().reviewer == ravi.reviewer
    assert "Taken by Ravi Rao" in get_text(page.text)
    refused = client.post(get_path(review, "give-back/"), {"word": " "})
    assert refused.status_code == 422
    client.post(get_path(review, "give-back/"), {"word": "Not my field."})
    assert MedicalReview.objects.get().reviewer is None
    client.force_login(fiona)
    text = get_text(client.get("/desk/").text)
    assert "Given back by Ravi Rao" in text
    assert "Not my field." in text
    assert [row.to for row in HandOver.objects.order_by("pk")] == [ravi.reviewer, None]


def test_who_comes_second_reads_who_has_it(review, client, ravi, fiona):
    assignment.take(review, by=fiona)
    client.force_login(ravi)
    page = client.post(get_path(review, "take/"), follow=True)
    assert "Fiona Field, MD has it, since" in page.text
    assert "I take this" not in page.text
    assert MedicalReview.objects.get().reviewer == fiona.reviewer
    assert assignment.take(review, by=fiona) is None  # a second click


def test_a_review_that_cannot_be_signed_is_not_taken(review, ann, ravi, client):
    factories.edit_page(review.article.symptom, by=ravi, summary="Ravi's.")
    with pytest.raises(assignment.CannotAssign, match="wrote some of this page"):
        assignment.take(review, by=ravi)
    client.force_login(ravi)
    assert "I take this" not in client.get("/desk/").text


def test_a_managing_editor_reassigns_one_or_many_and_reads_along(
    review, client, ann, ravi, fiona, morgan
):
    page = factories.make_article(ann)
    factories.edit_page(page, by=fiona, summary="Words of Fiona's.")
    other = request_review(page, by=ann, reviewer=ravi.reviewer)
    client.force_login(morgan)
    chosen = {"action": "reassign", "_selected_action": [review.pk, other.pk]}
    path = "/admin/reviews/medicalreview/"
    sent = chosen | {"to": fiona.reviewer.pk, "word": "Ravi is ill."}
    seen = client.post(path, chosen).context["seen"]
    done = client.post(path, sent | {"seen": seen}, follow=True)
    assert "1 review reassigned to Fiona Field, MD." in done.text
    assert "wrote some of this page and cannot sign it" in done.text
    review.refresh_from_db()
    assert review.reviewer == fiona.reviewer
    again = client.post(path, sent | {"seen": seen})
    assert again.status_code == 409  # what was seen is not so any more
    page = client.get(get_path(review, "read-along/"))
    text = get_text(page.text)
    assert "This is what Fiona Field, MD reads." in text
    assert "Ravi is ill." in text
    for field in ('name="password"', 'name="comment"', 'name="word"', 'name="danger"'):
        assert field not in page.text
    client.force_login(ann)
    assert client.get(get_path(review, "read-along/")).status_code == 403
    assert client.post(path, sent | {"seen": seen}).status_code in (302, 403)


def test_who_is_reassigned_while_signing_reads_who_has_it_now(review, client, ravi, fiona, morgan):
    assignment.take(review, by=ravi)
    assignment.reassign(review, to=fiona.reviewer, by=morgan, word="Sorry.")
    client.force_login(ravi)
    page = client.post(get_path(review, "sign/"), {"digest": review.revision.digest})
    assert page.status_code == 409
    assert "assigned to Fiona Field, MD" in page.text
    assert not LedgerEntry.objects.exists()
    with pytest.raises(assignment.CannotAssign, match="Only managing editors"):
        assignment.reassign(review, to=None, by=ravi)


@pytest.mark.parametrize("trouble", ["lapsed", "unverified"])
def test_without_a_licence_nothing_is_decided_and_danger_is_reported(
    review, client, ann, ravi, fiona, trouble
):
    assignment.take(review, by=ravi)
    if trouble == "lapsed":
        yesterday = timezone.localdate() - dt.timedelta(days=1)
        Reviewer.objects.filter(user=ravi).update(licence_expires=yesterday)
    else:
        Reviewer.objects.filter(user=ravi).update(verified_at=None, verified_by=None)
    for decide in (request_changes, decline, recommend_withdrawal):
        with pytest.raises(CannotDecide):
            decide(review, by=ravi, comment="No.")
    with pytest.raises(comments.CannotComment):
        comments.pin(review, part="Overview", text="No.", by=ravi)
    with pytest.raises(assignment.CannotAssign):
        assignment.hand_over(review, to=fiona.reviewer, by=ravi)
    client.force_login(ravi)
    page = client.get(get_path(review))
    for name in ("send-back/", "decline/", "comment/", "hand-over/", "/sign/"):
        assert f'{name}"' not in page.text
    assert not Comment.objects.exists()
    sent = {"review": review.uuid, "danger": "Step two kills.", "key": uuid.uuid4()}
    for _ in range(2):
        client.post("/desk/danger/", sent)
    report = ReaderReport.objects.get()
    assert (report.reported_by, report.revision_id) == (ravi, review.revision_id)
    client.post(get_path(review, "give-back/"), {"word": "No licence now."})
    assert MedicalReview.objects.get().reviewer is None


def test_danger_is_reported_from_the_queue_by_title_or_address(ann, ravi, client, settings):
    settings.SITE_URL = "https://example.org"
    page = factories.make_symptom(ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    client.force_login(ravi)
    for name in ("facial spasms", page.path, f"https://example.org{page.path}"):
        client.post("/desk/danger/", {"page": name, "danger": "It says 911 too late."})
    assert ReaderReport.objects.filter(article=page.pk).count() == 3
    for name in ("no such page", "https://other.example/symptoms/facial-spasms/", ""):
        refused = client.post("/desk/danger/", {"page": name, "danger": "Typed for long."})
        assert refused.status_code == 422
        assert "Typed for long." in refused.text
    text = get_text(client.get("/desk/").text)
    assert text.index("Safety alerts and reports of harm") < text.index("Waiting for you")
    assert "Reported at the desk" in text


def test_who_is_signed_out_gets_back_what_they_typed_of_a_danger(client, review):
    page = client.post("/desk/danger/", {"review": review.uuid, "danger": "Step two kills."})
    assert page.status_code == 403
    assert "Step two kills." in page.text
    assert client.get("/desk/danger/").status_code == 302


def test_danger_is_bounded_and_for_the_desk_alone(review, client, ravi, charlie):
    client.force_login(ravi)
    for number in range(MAX_REPORTS + 1):
        sent = client.post("/desk/danger/", {"review": review.uuid, "danger": f"No. {number}"})
    assert sent.status_code == 422
    assert "Call a managing editor" in sent.text
    assert ReaderReport.objects.count() == MAX_REPORTS
    client.force_login(charlie)
    assert client.post("/desk/danger/", {"danger": "x"}).status_code == 403


def test_alerts_come_first_everywhere_in_a_fixed_number_of_queries(
    ann, ravi, morgan, client, django_assert_num_queries
):
    pages = [factories.make_article(ann, slug=f"p{n}", title=f"P {n}") for n in range(3)]
    for page in pages:
        factories.sign_page(page, by=ravi, asked_by=ann)
    with django_assert_num_queries(4):
        assert get_open_alerts().count == 0
    factories.report_problem(pages[0], "It harmed me.", kind="harm")
    for page in pages[1:]:
        factories.report_problem(page, "Words of a reader.", kind="harm")
    ReaderReport.objects.filter(article=pages[2]).update(reported_by=ravi)
    with django_assert_num_queries(4):
        alerts = get_open_alerts()
    assert [alert.title for alert in alerts.lines] == ["P 2", "P 0", "P 1"]
    review = request_review(pages[1], by=ann, trigger="annual", reviewer=ravi.reviewer)
    client.force_login(ravi)
    text = get_text(client.get("/desk/").text)
    assert "It harmed me." not in text
    assert "Safety alert" in text[text.index("Waiting for you") :]
    client.force_login(morgan)
    text = get_text(client.get("/admin/").text)
    assert text.index("P 2") < text.index("My unsigned work")
    assert review.article_id == pages[1].pk


def test_an_empty_desk_without_an_address_says_both(ravi, client):
    client.force_login(ravi)
    text = get_text(client.get("/desk/").text)
    assert "Nothing is waiting for your signature." in text
    assert "You get no mail: your account has no email address." in text
    assert "reports of harm" not in text
    User.objects.filter(pk=ravi.pk).update(email="ravi@example.org")
    assert "goes to ravi@example.org" in get_text(client.get("/desk/").text)


@pytest.mark.django_db(transaction=True)
def test_two_who_take_a_review_at_once_one_gets_it(review, ravi, fiona):
    def take(user) -> str:
        try:
            assignment.take(MedicalReview.objects.get(pk=review.pk), by=user)
        except assignment.CannotAssign as refusal:
            return str(refusal)
        return "taken"

    results = run_concurrently(partial(take, ravi), partial(take, fiona))
    assert sorted(result == "taken" for result in results) == [False, True]
    (refusal,) = [result for result in results if result != "taken"]
    assert str(MedicalReview.objects.get().reviewer) in refusal
    assert HandOver.objects.count() == 1


def test_the_chain_knows_who_had_a_review_and_who_disputes(review, ann, ravi, fiona, morgan):
    assignment.take(review, by=ravi)
    assignment.give_back(review, by=ravi, word="Not my field.")
    assignment.reassign(review, to=fiona.reviewer, by=morgan, word="Please.")
    entry = factories.sign_page(factories.make_article(ann), by=ravi, asked_by=ann)
    disputes.dispute(entry, by=ravi)
    ravi.refresh_from_db()
    ravi.set_password("another-long-word")
    ravi.save()
    disputes.restore_right_to_sign(ravi.reviewer, by=morgan, identity_check="I know her.")
    assert list(verification.find_faults(no_progress=True)) == []
    with disable_triggers():
        sql(
            "UPDATE reviews_signaturedispute SET restored_at = NULL, restored_by_id = NULL, "
            "identity_check = ''"
        )
        assert [fault for fault in verification.find_faults(no_progress=True) if "dispute" in fault]
