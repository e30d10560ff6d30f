"""A report that a page could harm somebody is mailed at once, and daily once it is late."""

import datetime as dt

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from articles.feedback import actions
from articles.models import ReaderReport
from reviews.models import Mail
from tests import factories
from tests.servers import run_mail_server

pytestmark = pytest.mark.django_db
WORDS = "My name is Jones and step two nearly killed me."


@pytest.fixture
def server(settings):
    with run_mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.SITE_URL = "https://example.org"
        yield server


@pytest.fixture
def page(ann, ravi, morgan):
    for user in (ann, morgan):
        user.email = f"{user.username}@example.org"
        user.save()
    page = factories.make_article(ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    return page


@pytest.fixture
def report(django_capture_on_commit_callbacks):
    """Report a page as a visitor does, in a transaction that ends."""

    def report(page, kind="harm"):
        with django_capture_on_commit_callbacks(execute=True):
            return factories.report_problem(page, WORDS, kind=kind)

    return report


def list_harm_mails(server) -> list[str]:
    subjects = [(to, str(letter["Subject"])) for to, letter in server.messages]
    return [f"{to}: {subject}" for to, subject in subjects if "harm" in subject]


def test_managing_editors_are_mailed_at_once_without_a_word_of_the_reader(server, page, report):
    found = report(page)
    assert list_harm_mails(server) == [
        "morgan@example.org: Countersign: A reader reports that this could harm somebody: "
        "Keeping a diary"
    ]
    letter = server.messages[0][1]
    text = letter.get_body(("plain",)).get_content()
    assert f"https://example.org/admin/articles/readerreport/{found.pk}/change/" in text
    assert "Jones" not in str(letter)
    call_command("send_review_mail")
    assert len(list_harm_mails(server)) == 1


def test_other_reports_wait_in_the_list(server, page, report):
    report(page, kind="wrong")
    assert not Mail.objects.exclude(kind=Mail.MailKind.RECEIPT).exists()


def test_many_in_a_row_are_gathered(server, page, report):
    for _ in range(3):
        report(page)
    assert len(list_harm_mails(server)) == 1
    call_command("send_review_mail")
    assert list_harm_mails(server)[1:] == [
        "morgan@example.org: Countersign: 2 reports that pages could harm somebody"
    ]


def test_who_lets_it_lie_is_mailed_each_day_until_it_is_decided(server, page, report, ann):
    found = report(page)
    now = timezone.now()
    for hours in (20, 25, 26, 49):
        with time_machine.travel(now + dt.timedelta(hours=hours)):
            call_command("send_review_mail")
    late = [subject for subject in list_harm_mails(server) if "Late" in subject]
    assert len(late) == 2
    actions.close_report(found, by=ann, outcome="The page is right.")
    with time_machine.travel(now + dt.timedelta(hours=80)):
        call_command("send_review_mail")
    assert len(list_harm_mails(server)) == 3


def test_a_mail_server_that_is_down_costs_the_reader_nothing_and_the_next_run_sends_it(
    server, page, report, settings
):
    port = settings.EMAIL_PORT
    settings.EMAIL_PORT = 9
    report(page)
    assert ReaderReport.objects.count() == 1
    assert not list_harm_mails(server)
    settings.EMAIL_PORT = port
    call_command("send_review_mail")
    assert len(list_harm_mails(server)) == 1


def test_without_the_address_of_the_site_nothing_is_mailed(server, page, report, settings):
    settings.SITE_URL = ""
    report(page)
    assert not Mail.objects.exclude(kind=Mail.MailKind.RECEIPT).exists()


def test_other_mails_that_are_open_stay_as_they_are(server, page, report, settings):
    review_mail = Mail.objects.create(
        kind=Mail.MailKind.DECIDED,
        recipient=page.writer,
        address="ann@example.org",
        subject="Approved",
        content=[],
        made_at=timezone.now(),
    )
    report(page)
    review_mail.refresh_from_db()
    assert review_mail.dropped_at is None
    assert review_mail.attempted_at is None
