"""Receipts of signatures, mails about failed attempts, and what a request says."""

import datetime as dt
import re
from html.parser import HTMLParser
from itertools import chain

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reviews.models import FailedAttempt, LedgerEntry, Mail, SignatureReceipt
from reviews.notifications import outbox
from reviews.notifications.collectors import COLLECTORS
from reviews.notifications.emails import build_message
from reviews.notifications.pending import MailRecipients
from reviews.notifications.requests import collect_requests
from reviews.signing.actions import request_review, sign_off
from reviews.signing.attempts import purge_attempts, record_attempt
from reviews.signing.changes import confirm_all
from tests import factories
from tests.database import expect_refusal
from tests.servers import run_mail_server

pytestmark = pytest.mark.django_db
SIGN_IN = "0b0b3c1e-1111-4222-8333-944455556666"


@pytest.fixture
def server(settings):
    with run_mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.SITE_URL = "https://example.org"
        yield server


@pytest.fixture(autouse=True)
def addresses(ann, ravi, fiona, morgan):
    for user in (ann, ravi, fiona, morgan):
        user.email = f"{user.username}@example.org"
        user.save()


def sign(page, ann, ravi, **more) -> LedgerEntry:
    review = request_review(page, by=ann)
    return sign_off(
        review,
        by=ravi,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
        answers=confirm_all(review),
        **more,
    )


def run(server, *, fails=False) -> list:
    """What the server took of a run, without mails to others than Ravi and Morgan."""
    before = len(server.messages)
    if fails:
        with pytest.raises(SystemExit):
            call_command("send_review_mail")
    else:
        call_command("send_review_mail")
    return server.messages[before:]


def list_receipts(taken) -> list:
    return [letter for to, letter in taken if "signed in your name" in letter["Subject"].lower()]


class WordReader(HTMLParser):
    """The words of a mail in HTML as somebody reads them, and where its links lead."""

    def __init__(self, html: str):
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.hidden = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in ("title", "style", "h1")
        self.links += [value for name, value in attrs if name == "href"]

    def handle_endtag(self, tag):
        self.hidden -= tag in ("title", "style", "h1")

    def handle_data(self, data):
        if not self.hidden:
            self.words += data.split()


def read_bodies(message) -> tuple[list[str], set[str], list[str], set[str]]:
    """The words and links of the text and of the HTML of a mail, without the name of the site."""
    text = message.body if hasattr(message, "body") else message.get_body(("plain",)).get_content()
    html = WordReader(
        message.alternatives[0][0]
        if hasattr(message, "alternatives")
        else message.get_body(("html",)).get_content()
    )
    links = set(re.findall(r"https?://\S+", text))
    words = [word.strip(",:") for word in re.sub(r"https?://\S+", "", text).split()]
    drop = {"-", "--", "Countersign", ""}
    html_words = [word.strip(",:") for word in html.words]
    return (
        [word for word in words if word not in drop],
        links,
        [word for word in html_words if word not in drop],
        set(html.links),
    )


def test_a_signature_is_told_with_page_digest_time_meaning_and_a_way_to_say_no(ann, ravi, server):
    entry = sign(factories.make_symptom(ann), ann, ravi, sign_in=SIGN_IN)
    (letter,) = list_receipts(run(server))
    assert letter["To"] == "ravi@example.org"
    assert letter["Subject"] == "Countersign: Signed in your name: Facial spasms"
    text = letter.get_body(("plain",)).get_content()
    signed_at = timezone.localtime(entry.at)
    for words in (
        "Facial spasms",
        entry.revision.digest,
        f"{signed_at:%-d %B %Y at %H:%M:%S}",
        entry.review.meaning,
        "This was not me",
        f"https://example.org/desk/reviews/{entry.review.uuid}/not-me/",
    ):
        assert words in text
    assert "droops" not in str(letter)
    assert not list_receipts(run(server))


def test_a_signature_without_a_receipt_cannot_be(ann, ravi):
    """For every caller: it is written with the signature, or neither is."""
    page = factories.make_symptom(ann)
    with transaction.atomic():
        sign(page, ann, ravi)
        assert SignatureReceipt.objects.count() == Mail.objects.filter(kind="receipt").count() == 1
        transaction.set_rollback(True)
    assert LedgerEntry.objects.count() == SignatureReceipt.objects.count() == 0
    assert not Mail.objects.exists()


def test_receipts_are_sent_beside_other_mails_and_no_run_rewrites_or_drops_them(ann, ravi, server):
    entry = sign(factories.make_symptom(ann), ann, ravi)
    request_review(factories.make_article(ann), by=ann, reviewer=ravi.reviewer)
    server.refused = {"ravi@example.org"}
    run(server, fails=True)
    for _ in range(2):
        run(server, fails=True)
    mail = Mail.objects.get(kind="receipt")
    assert mail.dropped_at is None
    assert entry.revision.digest in str(mail.content)
    assert "refused" in mail.state
    server.refused = set()
    assert len(list_receipts(run(server))) == 1


def test_each_signature_is_listed_whole_and_one_sign_in_is_one_mail(ann, ravi, server):
    entries = [
        sign(factories.make_article(ann, slug=f"a{n}", title=f"Page {n}"), ann, ravi, sign_in=key)
        for n, key in enumerate((SIGN_IN, SIGN_IN, None, None))
    ]
    letters = list_receipts(run(server))
    assert [letter["Subject"].removeprefix("Countersign: ") for letter in letters] == [
        "2 texts were signed in your name",
        "Signed in your name: Page 2",
        "Signed in your name: Page 3",
    ]
    text = letters[0].get_body(("plain",)).get_content()
    assert all(entry.revision.digest in text for entry in entries[:2])
    later = sign(factories.make_symptom(ann), ann, ravi, sign_in=SIGN_IN)
    (letter,) = list_receipts(run(server))  # the first mail has gone: this is another
    assert later.revision.digest in letter.get_body(("plain",)).get_content()


def test_who_has_no_address_or_a_closed_account_is_not_forgotten(ann, ravi, server, capsys):
    ravi.email = ""
    ravi.save()
    sign(factories.make_symptom(ann), ann, ravi)
    assert not list_receipts(run(server))
    assert "No mail for ravi: the account has no email address." in capsys.readouterr().out
    ravi.email, ravi.is_active = "new@example.org", False
    ravi.save()
    (letter,) = list_receipts(run(server))
    assert letter["To"] == "new@example.org"


def test_a_mail_server_that_says_nothing_leaves_a_receipt_unknown_and_listed(
    ann, ravi, server, capsys
):
    sign(factories.make_symptom(ann), ann, ravi)
    mail = Mail.objects.get(kind="receipt")
    server.hang_up = "after"
    run(server, fails=True)
    assert f"--resend {mail.pk}" in capsys.readouterr().err
    mail.refresh_from_db()
    assert mail.state.startswith("unknown")
    server.hang_up = ""
    assert not list_receipts(run(server))  # nobody gets it twice: a person settles it


def test_receipts_stay_as_they_are(ann, ravi):
    sign(factories.make_symptom(ann), ann, ravi)
    with expect_refusal("added and never changed"):
        SignatureReceipt.objects.update(sign_in=SIGN_IN)


def test_failed_attempts_are_told_to_the_person_and_managing_editors_once_an_hour(
    ann, ravi, morgan, client, server
):
    review = request_review(factories.make_symptom(ann), by=ann)
    client.force_login(ravi)
    start = timezone.now()

    def fail(minutes: int) -> None:
        with time_machine.travel(start + dt.timedelta(minutes=minutes), tick=False):
            data = {"password": f"wrong {minutes}", "digest": review.revision.digest}
            client.post(f"/desk/reviews/{review.uuid}/sign/", data)

    def collect(minutes: int) -> dict[str, str]:
        with time_machine.travel(start + dt.timedelta(minutes=minutes), tick=False):
            taken = [each for each in run(server) if "attempt" in each[1]["Subject"].lower()]
        return {to: letter.get_body(("plain",)).get_content() for to, letter in taken}

    fail(0)
    fail(1)
    found = collect(2)
    assert set(found) == {"ravi@example.org", "morgan@example.org"}
    assert "2 failed attempts to sign in your name" in found["ravi@example.org"]
    assert "2 failed attempts to sign in the name of Ravi Rao" in found["morgan@example.org"]
    assert "2 wrong passwords" in found["ravi@example.org"]
    assert "wrong 0" not in str(found)
    fail(20)
    assert collect(30) == {}
    fail(61)
    found = collect(63)
    assert "2 failed attempts" in found["ravi@example.org"]
    assert collect(200) == {}


def test_attempts_are_rows_that_go_after_90_days(ravi):
    with time_machine.travel(timezone.now() - dt.timedelta(days=91)):
        record_attempt(ravi, FailedAttempt.WrongSecret.CODE)
    record_attempt(ravi, FailedAttempt.WrongSecret.PASSWORD)
    assert purge_attempts() == 1
    assert FailedAttempt.objects.get().secret == "password"


def build_all() -> list[Mail]:
    recipients = MailRecipients(timezone.localdate())
    notes = chain.from_iterable(collect(recipients) for collect in COLLECTORS)
    mails, _skipped = outbox.write(notes)
    return [*mails, *outbox.list_queued()[0]]


def test_text_and_html_of_every_mail_say_the_same_and_have_one_button(ann, ravi, fiona, settings):
    settings.SITE_URL = "https://example.org"
    page = factories.make_symptom(ann, title="Facial <spasms> & co")
    sign(page, ann, ravi, sign_in=SIGN_IN)
    factories.report_problem(page, "It nearly killed me.", kind="harm")
    factories.edit_page(page, by=ann, body="<p>A muscle relaxes.</p>")
    request_review(
        page, by=ann, trigger="annual", reviewer=ravi.reviewer, note="Mrs Jones.\n-- \nLook <well>."
    )
    request_review(factories.make_article(ann), by=ann, note="A new one.")
    record_attempt(ravi, FailedAttempt.WrongSecret.CODE)
    mails = build_all()
    assert {mail.kind for mail in mails} >= {"receipt", "request", "attempt", "digest", "harm"}
    for mail in mails:
        message = build_message(mail)
        words, links, html_words, html_links = read_bodies(message)
        assert words == html_words, mail
        assert links == html_links, mail
        assert message.alternatives[0][0].count("display:inline-block") <= 1
        assert "relaxes" not in str(message.message())
    requests = [mail for mail in mails if mail.kind == "request" and mail.recipient == ravi]
    text = build_message(requests[0]).body
    for words in (
        "What: Annual review, requested by Ann Archer on",
        "Why: The whole page is reviewed every year.",
        "Due: ",
        "To read: about 1 minute",
        "Note of the editor:\n  Mrs Jones.\n  -- \n  Look <well>.",
        "Open your desk:\nhttps://example.org/desk/",
    ):
        assert words in text
    assert "no date is set" in text  # of the page that nobody has signed


def test_what_is_asked_is_looked_up_in_a_fixed_number_of_queries(ann, ravi):
    counts = []
    for number in (1, 3):
        for place in range(number):
            slug = f"p{number}{place}"
            request_review(factories.make_article(ann, slug=slug, title=slug), by=ann)
        recipients = MailRecipients(timezone.localdate())
        with CaptureQueriesContext(connection) as asked:
            assert list(collect_requests(recipients))
        counts.append(len(asked))
    assert counts[0] == counts[1]
