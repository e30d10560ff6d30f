"""“This was not me”: what a press ends, raises and leaves; by a scanner, twice, a year later."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail as django_mail
from django.utils import timezone

from articles.models import Article, ReaderReport
from config.auth.accounts import ResetPasswordForm
from reviews.models import LedgerEntry, Reviewer, SignatureDispute
from reviews.signing import disputes
from reviews.signing.actions import CannotSign, request_review, sign_off, withdraw_page
from reviews.signing.changes import confirm_all
from reviews.signing.eligibility import get_qualified_reviewers
from tests import factories
from tests.database import disable_triggers, expect_refusal, sql
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
SIGN_IN = "0b0b3c1e-1111-4222-8333-944455556666"
OTHER = "0b0b3c1e-1111-4222-8333-944455557777"


def sign(page, ann, by, sign_in=SIGN_IN) -> LedgerEntry:
    review = request_review(page, by=ann)
    return sign_off(
        review,
        by=by,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
        answers=confirm_all(review),
        sign_in=sign_in,
    )


def get_path(entry) -> str:
    return f"/desk/reviews/{entry.review.uuid}/not-me/"


@pytest.fixture
def entries(ann, ravi) -> list[LedgerEntry]:
    """Two signatures of one sign-in, and one of another."""
    return [
        sign(factories.make_article(ann, slug=f"a{n}", title=f"Page {n}"), ann, ravi, key)
        for n, key in enumerate((SIGN_IN, SIGN_IN, OTHER))
    ]


@pytest.fixture
def ravi_client(client, ravi):
    client.force_login(ravi)
    return client


def test_a_press_ends_sessions_and_signing_raises_alerts_and_withdraws_nothing(
    entries, ann, ravi, morgan, ravi_client, client, settings, django_capture_on_commit_callbacks
):
    settings.SITE_URL = "https://example.org"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    User.objects.filter(pk=morgan.pk).update(email="morgan@example.org")
    page = ravi_client.get(get_path(entries[0]))
    assert "Page 0" in page.text
    assert "Page 1" in page.text
    assert "Page 2" not in page.text
    with django_capture_on_commit_callbacks(execute=True):
        page = ravi_client.post(get_path(entries[0]))
    assert "All sessions of your account have ended" in page.text
    assert page.text.count("A safety alert is raised.") == 2
    reports = ReaderReport.objects.open().harmful().order_by("pk")
    assert [(report.article_id, report.reported_by) for report in reports] == [
        (entry.article_id, ravi) for entry in entries[:2]
    ]
    assert Article.objects.filter(live__isnull=False).count() == 3
    ravi.refresh_from_db()
    assert not ravi.has_usable_password()
    assert ravi_client.get("/desk/").status_code == 302
    assert not get_qualified_reviewers().filter(user=ravi).exists()
    (letter,) = [one for one in django_mail.outbox if one.to == ["morgan@example.org"]]
    assert "Ravi Rao says that 2 signatures in their name were not theirs" in letter.subject
    for words in ("Page 0", "Page 1", "Its sessions and its password have ended"):
        assert words in letter.body


def test_other_sessions_of_the_account_end_too(entries, ravi, client):
    attacker = type(client)()
    attacker.force_login(ravi)
    assert attacker.get("/desk/").status_code == 200
    client.force_login(ravi)
    client.post(get_path(entries[0]))
    assert attacker.get("/desk/").status_code == 302
    assert not attacker.login(username="ravi", password=PASSWORD)


def test_nothing_can_be_signed_or_decided_afterwards_in_the_database_too(
    entries, ann, ravi, morgan
):
    page = factories.make_symptom(ann)
    review = request_review(page, by=ann)
    disputes.dispute(entries[0], by=ravi)
    with pytest.raises(CannotSign, match="was not yours"):
        sign_off(
            review,
            by=ravi,
            seen_digest=review.revision.digest,
            conflicts="None",
            authentication="password",
        )
    with expect_refusal("only a verified reviewer signs"):
        sql(
            "INSERT INTO reviews_signature (sequence, review_id, article_id, revision_id, outcome, "
            "by_id, at, record, previous_hash, hash) "
            "SELECT 9, %s, article_id, %s, outcome, by_id, at, record, hash, "
            "substr(hash, 2) || substr(hash, 1, 1) FROM reviews_signature WHERE sequence = 3",
            review.pk,
            review.revision_id,
        )


def test_a_scanner_that_opens_the_link_changes_nothing(entries, client, ravi):
    for signed_in in (False, True):
        if signed_in:
            client.force_login(ravi)
        for method in (client.get, client.head):
            method(get_path(entries[0]))
    assert not SignatureDispute.objects.exists()
    assert not ReaderReport.objects.exists()
    client.logout()
    assert client.post(get_path(entries[0])).status_code == 302  # a POST without a sign-in
    assert not SignatureDispute.objects.exists()


def test_pressed_twice_says_so(entries, client, ravi):
    client.force_login(ravi)
    client.post(get_path(entries[0]))
    page = client.post(get_path(entries[0]))  # a double click: the first ended the session
    assert "was reported" in page.text
    ravi.refresh_from_db()
    client.force_login(ravi)
    for send in (client.get, client.post):
        page = send(get_path(entries[1]))
        assert "You reported" in page.text
        assert "Nothing was done now" in page.text
    assert SignatureDispute.objects.count() == ReaderReport.objects.count() == 2


def test_a_year_later_it_does_what_it_can_and_says_what(entries, client, ann, ravi, fiona, morgan):
    later = timezone.now() + dt.timedelta(days=365)
    withdraw_page(entries[0].article, reason="wrong", by=morgan)
    page = Article.objects.get(pk=entries[1].article_id)
    factories.edit_page(page, by=ann, summary="Better.")
    Reviewer.objects.update(licence_expires=later.date() + dt.timedelta(days=9))
    with time_machine.travel(later, tick=False):
        factories.sign_page(page, by=fiona, asked_by=ann)
        client.force_login(ravi)
        text = client.post(get_path(entries[0])).text
    assert "there is nothing to raise an alert on" in text
    assert "Fiona Field has signed the page since" in text
    assert "A safety alert is raised all the same." in text
    assert ReaderReport.objects.get().article_id == page.pk
    assert SignatureDispute.objects.count() == 2


def test_an_unknown_sign_in_covers_what_is_as_little_known_within_a_day(ann, ravi):
    start = timezone.now()
    entries = []
    for hours in (0, 5, 40):
        with time_machine.travel(start + dt.timedelta(hours=hours), tick=False):
            title = f"After {hours}"
            page = factories.make_article(ann, slug=f"b{hours}", title=title)
            entries.append(sign(page, ann, ravi, None))
    with disable_triggers():
        sql("DELETE FROM reviews_signaturereceipt WHERE entry_id = %s", entries[1].pk)
    entry = LedgerEntry.objects.get(pk=entries[0].pk)
    assert [page.title for page in disputes.list_pages(entry)] == ["After 0", "After 5"]


def test_only_the_signer_can_say_it(entries, client, fiona, ravi, morgan):
    for other in (fiona, morgan):
        client.force_login(other)
        assert client.get(get_path(entries[0])).status_code == 403
        assert client.post(get_path(entries[0])).status_code == 403
        with pytest.raises(disputes.CannotDispute):
            disputes.dispute(entries[0], by=other)
    with expect_refusal("disputed by the person in whose name"):
        SignatureDispute.objects.create(
            entry=entries[0], reviewer=fiona.reviewer, at=timezone.now()
        )


def test_somebody_else_restores_it_after_a_new_password_and_says_how(
    entries, ann, ravi, morgan, client
):
    disputes.dispute(entries[0], by=ravi)
    client.force_login(morgan)
    chosen = {"action": "restore_signing", "_selected_action": ravi.reviewer.pk}
    path = "/admin/reviews/reviewer/"
    assert "have not set a new password yet" in client.post(path, chosen).text
    ravi.refresh_from_db()
    ravi.set_password("another-long-word")
    ravi.save()
    page = client.post(path, chosen)
    seen = page.context["seen"]
    refused = client.post(path, chosen | {"seen": seen, "identity_check": ""})
    assert "Say how you made sure" in refused.text
    client.post(path, chosen | {"seen": seen, "identity_check": "Called her desk; knew the voice."})
    dispute = SignatureDispute.objects.first()
    assert dispute.restored_by == morgan
    assert get_qualified_reviewers().filter(user=ravi).exists()
    sign(factories.make_symptom(ann), ann, User.objects.get(pk=ravi.pk))
    with expect_refusal("stays as it was reported"):
        SignatureDispute.objects.update(identity_check="Other.")
    assert disputes.dispute(entries[0], by=ravi) == []


def test_a_forgotten_password_can_be_set_anew(entries, ravi, client, settings):
    settings.SITE_URL = "https://example.org"
    User.objects.filter(pk=ravi.pk).update(email="ravi@example.org")
    disputes.dispute(entries[0], by=User.objects.get(pk=ravi.pk))
    client.post("/accounts/password/reset/", {"email": "ravi@example.org"})
    form = ResetPasswordForm({"email": "ravi@example.org"})
    assert form.is_valid()
    assert [user.pk for user in form.users] == [ravi.pk]
