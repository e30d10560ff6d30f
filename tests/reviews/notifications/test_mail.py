"""Mails about reviews: each told once, whatever runs were missed, refused, killed or doubled."""

import datetime as dt
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reviews.models import Absence, Mail, MailItem, Reviewer
from reviews.planned_reviews.actions import PlanChoice, plan_reviews
from reviews.signing import comments
from reviews.signing.actions import (
    decline,
    recommend_withdrawal,
    request_changes,
    request_review,
    withdraw_page,
)
from tests import factories
from tests.database import run_concurrently
from tests.factories import publish_symptoms
from tests.servers import run_mail_server

ROOT = Path(__file__).resolve().parents[3]
START = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)  # a Monday
DUE = dt.date(2027, 3, 2)  # of a page signed on that day; a Tuesday


@pytest.fixture
def server(settings):
    with run_mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.SITE_URL = "https://example.org"
        yield server


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def people(clock, ann, ravi, fiona, morgan):
    """Everybody has an address, and a licence for longer than these stories."""
    for user in (ann, ravi, fiona, morgan):
        user.email = f"{user.username}@example.org"
        user.save()
    Reviewer.objects.update(licence_expires=dt.date(2040, 1, 1))


@pytest.fixture
def run(server, capsys):
    """Run the command, hand back what the server took in this run and keep what was said."""

    def run(*arguments, fails=False):
        before = len(server.messages)
        if fails:
            with pytest.raises(SystemExit) as left:
                call_command("send_review_mail", *arguments)
            assert left.value.code == 1
        else:
            call_command("send_review_mail", *arguments)
        out = capsys.readouterr()
        run.output = out.out + out.err
        return server.messages[before:]

    return run


def publish_page(ann, ravi, **more):
    page = factories.make_article(ann, **more)
    factories.sign_page(page, by=ravi, asked_by=ann)
    return page


def travel_to(clock, day: dt.date) -> None:
    clock.move_to(dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC))


def list_subjects(taken, who: str) -> list[str]:
    """What somebody got, without the receipts of signatures."""
    subjects = [str(letter["Subject"]) for to, letter in taken if to == f"{who}@example.org"]
    return [subject for subject in subjects if "signed in your name" not in subject.lower()]


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]


def test_a_new_request_goes_to_the_named_reviewer_alone_and_leads_to_the_text(ann, ravi, run):
    page = factories.make_symptom(ann, title="Facial <spasms> & co")
    review = request_review(
        page, by=ann, reviewer=ravi.reviewer, note="Mrs Jones of Leeds complained."
    )
    taken = run()
    assert list_subjects(taken, "ravi") == ["Countersign: Please review: Facial <spasms> & co"]
    assert not list_subjects(taken, "fiona")
    letter = next(letter for to, letter in taken if to.startswith("ravi"))
    text, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    link = f"https://example.org/desk/reviews/{review.uuid}/"
    assert link in text
    assert f'href="{link}"' in html
    assert "Facial <spasms> & co" in text
    assert "Facial &lt;spasms&gt; &amp; co" in html
    assert "You get this mail because you review for Countersign" in text
    assert "Mrs Jones of Leeds complained." in text  # the note is the editor's own
    assert "Mrs Jones of Leeds complained." in html
    assert "droops" not in text + html
    assert run() == run() == []


def test_a_request_open_to_any_goes_to_all_who_can_sign_it(ann, ravi, fiona, run):
    page = factories.make_article(ann)
    factories.edit_page(page, by=fiona, summary="Words of Fiona's.")
    request_review(page, by=ann)
    taken = run()
    assert list_subjects(taken, "ravi") == ["Countersign: Please review: Keeping a diary"]
    assert not list_subjects(taken, "fiona")


def test_a_request_that_waits_is_told_again_weekly_and_ends_with_the_decision(
    ann, ravi, run, clock
):
    review = request_review(factories.make_article(ann), by=ann, reviewer=ravi.reviewer)
    run()
    for days, expected in [
        (6, []),
        (7, ["Countersign: Still waiting for your review: Keeping a diary"]),
        (13, []),
    ]:
        travel_to(clock, START.date() + dt.timedelta(days=days))
        assert list_subjects(run(), "ravi") == expected
    request_changes(review, by=ravi, comment="The dose of Mr Smith is wrong.")
    travel_to(clock, START.date() + dt.timedelta(days=21))
    taken = run()
    assert not list_subjects(taken, "ravi")
    assert list_subjects(taken, "ann") == ["Countersign: Changes requested: Keeping a diary"]
    assert not any("Smith" in str(letter) for _, letter in taken)
    assert not list_subjects(run(), "ann")


def test_a_request_that_the_page_moved_on_from_is_not_asked_of_anybody(ann, ravi, morgan, run):
    page = publish_page(ann, ravi)
    factories.edit_page(page, by=ann, summary="Better.")
    request_review(page, by=ann, reviewer=ravi.reviewer)
    withdraw_page(page, reason="wrong", by=morgan)
    assert not list_subjects(run(), "ravi")


def test_due_dates_are_told_30_7_and_0_days_before_and_weekly_when_late(ann, ravi, run, clock):
    publish_page(ann, ravi)
    sent_subjects = {}
    for days in range(-40, 23):
        travel_to(clock, DUE + dt.timedelta(days=days))
        for subject in list_subjects(run(), "ravi"):
            sent_subjects[days] = subject.removeprefix("Countersign: ")
    assert sent_subjects == {
        -30: "Due on 2 March: Keeping a diary",
        -7: "Due on 2 March: Keeping a diary",
        0: "Due today: Keeping a diary",
        7: "Overdue: Keeping a diary",
        14: "Overdue: Keeping a diary",
        21: "Overdue: Keeping a diary",
    }


def test_after_missed_runs_only_the_newest_stage_is_told(ann, ravi, run, clock):
    publish_page(ann, ravi)
    travel_to(clock, DUE - dt.timedelta(days=30))
    run()
    travel_to(clock, DUE + dt.timedelta(days=16))
    assert list_subjects(run(), "ravi") == ["Countersign: Overdue: Keeping a diary"]
    travel_to(clock, DUE + dt.timedelta(days=20))
    assert not list_subjects(run(), "ravi")
    travel_to(clock, DUE + dt.timedelta(days=21))
    assert len(list_subjects(run(), "ravi")) == 1


def test_a_clock_set_back_sends_nothing_twice(ann, ravi, run, clock):
    publish_page(ann, ravi)
    for days in (-7, 0, -20, -7, 0, 3, -30):
        travel_to(clock, DUE + dt.timedelta(days=days))
        taken = run()
        expected = 1 if days in (-7, 0) and MailItem.objects.filter(stage=days).count() == 1 else 0
        assert len(list_subjects(taken, "ravi")) <= expected
    assert Mail.objects.filter(kind="due").count() == 2
    assert (
        len(set(Mail.objects.filter(kind="digest").values_list("items__stage"))) == 1 + 1
    )  # two weeks, once each


def test_who_cannot_sign_is_not_reminded_and_the_digest_says_so(ann, ravi, run, clock):
    publish_page(ann, ravi)
    Reviewer.objects.filter(user=ravi).update(licence_expires=DUE - dt.timedelta(days=300))
    travel_to(clock, DUE)
    taken = run()
    assert not [subject for subject in list_subjects(taken, "ravi") if "Due" in subject]
    digest = next(letter for to, letter in taken if to.startswith("morgan"))
    assert (
        "last reviewed by Ravi Rao, MD, who cannot sign now"
        in digest.get_body(("plain",)).get_content()
    )


def test_whoever_wrote_since_is_not_reminded_of_a_page_they_may_not_sign(ann, ravi, run, clock):
    factories.edit_page(publish_page(ann, ravi), by=ravi, summary="My words.")
    travel_to(clock, DUE)
    assert not list_subjects(run(), "ravi")


def test_a_page_that_is_in_review_is_not_reminded_of(ann, ravi, fiona, run, clock):
    page = publish_page(ann, ravi)
    travel_to(clock, DUE)
    request_review(page, by=ann, reviewer=fiona.reviewer)
    taken = run()
    assert not list_subjects(taken, "ravi")
    assert list_subjects(taken, "fiona") == ["Countersign: Please review: Keeping a diary"]


def test_many_pages_due_on_one_day_are_one_mail_with_a_list(ann, ravi, run, clock):
    publish_symptoms(120, by=ann, signer=ravi)
    travel_to(clock, DUE)
    taken = run()
    assert list_subjects(taken, "ravi") == ["Countersign: 120 pages that you reviewed last are due"]
    text = (
        next(letter for to, letter in taken if to.startswith("ravi"))
        .get_body(("plain",))
        .get_content()
    )
    assert text.count("https://example.org/symptoms/ache-") == 100
    assert "and 20 more." in text
    assert MailItem.objects.filter(stage=0, subject__startswith="due").count() == 120
    assert not list_subjects(run(), "ravi")


def test_the_number_of_queries_does_not_grow_with_the_pages(ann, ravi, run, clock):
    run()  # the first run of a command is recorded in a row of its own
    counts = []
    for count in (1, 3):
        clock.move_to(START)
        publish_symptoms(
            count, by=ann, signer=ravi, title=f"Ache {count} {{}}", causes=0, related=0
        )
        for number in range(count):
            request_review(
                factories.make_article(ann, slug=f"{count}-{number}", title="Draft"), by=ann
            )
        travel_to(clock, DUE + dt.timedelta(days=7 * count))
        now = timezone.now()  # a mail costs three queries: let the receipts be gone
        Mail.objects.filter(kind="receipt").update(attempted_at=now, accepted_at=now)
        with CaptureQueriesContext(connection) as asked:
            taken = run()
        assert len(taken) == 4
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_licence_about_to_lapse_is_told_60_and_14_days_before_and_once_lapsed(ravi, run, clock):
    end = dt.date(2026, 9, 1)
    Reviewer.objects.filter(user=ravi).update(licence_expires=end)
    sent_subjects = []
    for days in (-61, -60, -59, -14, -1, 0, 1, 2, 30):
        travel_to(clock, end + dt.timedelta(days=days))
        sent_subjects += [(days, subject) for subject in list_subjects(run(), "ravi")]
    assert sent_subjects == [
        (-60, "Countersign: Your licence lapses on 1 September 2026"),
        (-14, "Countersign: Your licence lapses on 1 September 2026"),
        (1, "Countersign: Your licence lapsed on 1 September 2026"),
    ]


def test_managing_editors_get_one_digest_a_week(ann, ravi, run, clock):
    publish_page(ann, ravi)
    late = factories.make_symptom(ann, risk="high")  # due after 6 months, past grace 14 days later
    factories.sign_page(late, by=ravi, asked_by=ann)
    sent_back = factories.make_article(ann, slug="back", title="Sent back")
    request_changes(request_review(sent_back, by=ann), by=ravi, comment="No.")
    factories.make_article(ann, slug="draft", title="A draft")
    digests = []
    for days in range(16):
        travel_to(clock, dt.date(2027, 2, 1) + dt.timedelta(days=days))
        digests += [letter for to, letter in run() if to.startswith("morgan")]
    assert [str(letter["Subject"]) for letter in digests] == [
        f"Countersign: Reviews in the week of {day} February 2027" for day in (1, 8, 15)
    ]
    text = digests[0].get_body(("plain",)).get_content()
    for heading in (
        "Overdue, past grace period (1)",
        "Due within 30 days (1)",
        "Changes requested (1)",
        "Never published (2)",
    ):
        assert heading in text
    assert f"https://example.org/admin/symptoms/symptom/{late.pk}/change/" in text


def test_the_digest_begins_with_what_could_harm_and_has_what_nobody_took_up(
    ann, ravi, fiona, morgan, run, clock
):
    first = publish_page(ann, ravi, slug="first", title="First")
    second = publish_page(ann, ravi, slug="second", title="Second")
    third = publish_page(ann, ravi, slug="third", title="Third")
    travel_to(clock, dt.date(2026, 3, 9))
    recommend_withdrawal(request_review(first, by=ann), by=fiona, comment="Dangerous.")
    decline(request_review(second, by=ann), by=fiona, comment="Not my field.")
    plan_reviews([PlanChoice(third.pk, fiona.reviewer.pk, dt.date(2026, 3, 9))], by=morgan)
    request_review(second, by=ann)
    Absence.objects.create(
        reviewer=ravi.reviewer, first_day=dt.date(2026, 3, 16), last_day=dt.date(2026, 3, 20)
    )
    travel_to(clock, dt.date(2026, 3, 16))
    digest = next(letter for to, letter in run() if to.startswith("morgan"))
    text = digest.get_body(("plain",)).get_content()
    positions = [
        text.index(part)
        for part in (
            "Withdrawal recommended (1)",
            "Planned reviews that need attention (1)",
            "The week of 9 March is over.",
            "In review, unassigned (1)",
            "Reviewers (2)",
            "Away from 16 March to 20 March 2026",
        )
    ]
    assert "Declined" not in text  # it was requested again
    assert positions[:4] == sorted(positions[:4])


def test_planned_reviews_come_as_one_mail_a_week_to_their_reviewer(
    ann, ravi, fiona, morgan, run, clock
):
    pages = [
        publish_page(ann, ravi, slug=f"page-{number}", title=f"Page {number}")
        for number in range(3)
    ]
    travel_to(clock, dt.date(2026, 3, 9))
    week = dt.date(2026, 3, 16)
    plan_reviews([PlanChoice(page.pk, fiona.reviewer.pk, week) for page in pages[:2]], by=morgan)
    sent = []
    for days in range(21):
        travel_to(clock, dt.date(2026, 3, 9) + dt.timedelta(days=days))
        sent += [(days, subject) for subject in list_subjects(run(), "fiona")]
        if days == 9:
            plan_reviews([PlanChoice(pages[2].pk, fiona.reviewer.pk, week)], by=morgan)
    assert sent == [
        (7, "Countersign: 2 planned reviews wait for you"),
        (10, "Countersign: Planned for you this week: Page 2"),
        (14, "Countersign: 3 planned reviews wait for you"),
    ]


def test_the_digest_comes_also_where_there_is_nothing_to_tell(run):
    ((to, letter),) = run()
    assert to == "morgan@example.org"
    assert "Nothing is late" in letter.get_body(("plain",)).get_content()


def test_people_without_an_address_or_with_a_closed_account_are_skipped_and_said_so(
    ann, ravi, fiona, run
):
    User.objects.filter(pk=fiona.pk).update(email="")
    request_review(factories.make_article(ann), by=ann, reviewer=ravi.reviewer)
    request_review(
        factories.make_article(ann, slug="b", title="B"), by=ann, reviewer=fiona.reviewer
    )
    User.objects.filter(pk=ravi.pk).update(is_active=False)
    taken = run()
    assert not list_subjects(taken, "ravi") + list_subjects(taken, "fiona")
    assert "No mail for fiona: the account has no email address." in run.output
    assert "No mail for ravi: the account is closed." in run.output
    User.objects.filter(pk=fiona.pk).update(email="fiona@example.org")
    assert list_subjects(run(), "fiona") == ["Countersign: Please review: B"]


def test_a_refused_mail_goes_with_the_next_run(ann, ravi, fiona, server, run):
    request_review(factories.make_article(ann), by=ann)
    server.refused = {"ravi@example.org"}
    taken = run(fails=True)
    assert list_subjects(taken, "fiona")
    assert not list_subjects(taken, "ravi")
    assert "550 no such mailbox here" in run.output
    server.refused = set()
    assert [to for to, _ in run()] == ["ravi@example.org"]
    assert run() == []


def test_a_refused_mail_is_written_anew_with_what_holds_then(ann, ravi, server, run, clock):
    publish_page(ann, ravi)
    server.refused = {"ravi@example.org"}
    for days in (-7, -3, 0, 1):
        travel_to(clock, DUE + dt.timedelta(days=days))
        run(fails=True)
    server.refused = set()
    assert list_subjects(run(), "ravi") == ["Countersign: Overdue: Keeping a diary"]
    assert Mail.objects.filter(kind="due").count() == 1


def test_a_refused_mail_of_which_nothing_holds_any_more_is_dropped(ann, ravi, fiona, server, run):
    review = request_review(factories.make_article(ann), by=ann, reviewer=ravi.reviewer)
    server.refused = {"ravi@example.org"}
    run(fails=True)
    server.refused = set()
    request_changes(review, by=ravi, comment="No.")
    assert not list_subjects(run(), "ravi")
    assert Mail.objects.get(recipient=ravi).state == "no longer needed"


def test_a_mail_server_that_goes_away_half_way_loses_nothing(ann, ravi, fiona, server, run):
    request_review(factories.make_article(ann), by=ann)
    server.down_after = 1
    assert len(run(fails=True)) == 1
    assert "Nothing is lost" in run.output
    assert Mail.objects.filter(attempted_at__isnull=False).count() == 1
    server.is_down, server.down_after = False, None
    taken = run()
    everybody = [to for to, _ in server.messages]
    assert sorted(everybody) == ["fiona@example.org", "morgan@example.org", "ravi@example.org"]
    assert len(taken) == 2
    assert run() == []


def test_a_mail_server_that_is_not_there_is_said_and_nothing_is_attempted(
    ann, ravi, run, settings, server
):
    request_review(factories.make_article(ann), by=ann, reviewer=ravi.reviewer)
    settings.EMAIL_PORT = 1
    assert run(fails=True) == []
    assert "The mail server does not answer" in run.output
    assert not Mail.objects.filter(attempted_at__isnull=False).exists()
    settings.EMAIL_PORT = server.port
    assert len(run()) == 2


@pytest.mark.parametrize("hang_up", ["before", "after"])
def test_an_answer_that_was_lost_leaves_the_mail_unknown_and_unsent_until_somebody_says(
    ann, ravi, server, run, clock, morgan, hang_up
):
    """Wherever the connection broke: before or after the text went over."""
    User.objects.filter(pk=morgan.pk).update(email="")
    request_review(factories.make_article(ann), by=ann, reviewer=ravi.reviewer)
    server.hang_up = hang_up
    run(fails=True)
    assert "went away before it answered" in run.output
    server.hang_up = ""
    assert run() == []
    mail = Mail.objects.unconfirmed().get()
    assert f"Unknown: Mail {mail.pk}: Please review: Keeping a diary to ravi" in run.output
    with pytest.raises(CommandError, match="may still be on its way"):
        run("--resend", str(mail.pk))
    clock.shift(dt.timedelta(minutes=11))
    assert list_subjects(run("--resend", str(mail.pk)), "ravi") == [
        "Countersign: Please review: Keeping a diary"
    ]
    with pytest.raises(CommandError, match="is not unknown"):
        run("--resend", str(mail.pk))
    with pytest.raises(CommandError, match="There is no mail 999999"):
        run("--resend", "999999")


def test_a_mail_that_another_run_takes_at_this_moment_is_not_sent_again(
    ann, ravi, server, run, settings
):
    """It was open when the operator's command read it, and is claimed a moment later."""
    request_review(factories.make_article(ann), by=ann, reviewer=ravi.reviewer)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1  # nobody answers, so that it stays open
    run(fails=True)
    settings.EMAIL_PORT = port
    mail = Mail.objects.open().first()

    def claim(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.startswith("SELECT"):
            Mail.objects.filter(pk=mail.pk).update(attempted_at=timezone.now())
        return result

    with connection.execute_wrapper(claim), pytest.raises(CommandError, match="is not unknown"):
        run("--resend", str(mail.pk))
    assert server.messages == []


def test_a_mail_that_arrived_after_all_is_unknown_no_more(ann, ravi, server, run):
    request_review(factories.make_article(ann), by=ann, reviewer=ravi.reviewer)
    server.hang_up = "after"
    run(fails=True)
    server.hang_up = ""
    run()
    mail = Mail.objects.unconfirmed().get()
    run("--arrived", str(mail.pk))
    assert "Unknown" not in run.output
    assert run() == []


def test_without_an_address_of_the_site_nothing_is_sent(run, settings):
    settings.SITE_URL = ""
    with pytest.raises(CommandError, match="Set SITE_URL"):
        run()


def test_managing_editors_read_the_mails_in_the_admin_and_editors_do_not(
    client, ann, ravi, morgan, run
):
    request_review(factories.make_article(ann), by=ann, reviewer=ravi.reviewer)
    run()
    client.force_login(morgan)
    listed = client.get("/admin/reviews/mail/").text
    assert "Please review: Keeping a diary" in listed
    assert "accepted by the mail server" in listed
    mail = Mail.objects.get(recipient=ravi)
    assert "New: Keeping a diary" in client.get(f"/admin/reviews/mail/{mail.pk}/change/").text
    for state, count in (("accepted", 2), ("open", 0), ("unknown", 0)):
        assert f"{count} review email" in client.get(f"/admin/reviews/mail/?state={state}").text
    assert (
        client.post(f"/admin/reviews/mail/{mail.pk}/change/", {"subject": "x"}).status_code == 403
    )
    assert client.get("/admin/reviews/mail/add/").status_code == 403
    client.force_login(ann)
    assert client.get("/admin/reviews/mail/").status_code == 403


# Sends mails and is killed by the system when it is about to record that the server took one.
KILLED = """
import os, signal, sys
from django.conf import settings

database, port = sys.argv[1:]
settings.DATABASES["default"]["NAME"] = database
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT, settings.SITE_URL = "127.0.0.1", int(port), "https://example.org"
import django
django.setup()
from django.core.management import call_command
from django.db import connection

def killed(execute, sql, params, many, context):
    if sql.startswith('UPDATE "reviews_mail" SET "accepted_at"'):
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)

with connection.execute_wrapper(killed):
    call_command("send_review_mail")
"""


def test_a_kill_between_acceptance_and_recording_is_unknown_and_not_sent_again(
    transactional_db, ann, ravi, morgan, server, run, tmp_path, clock
):
    User.objects.filter(pk=morgan.pk).update(email="")
    request_review(factories.make_article(ann), by=ann, reviewer=ravi.reviewer)
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    died = subprocess.run(
        [sys.executable, script, connection.settings_dict["NAME"], str(server.port)],
        env=os.environ | {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert len(server.messages) == 1
    assert run() == []
    assert "Unknown: Mail" in run.output
    mail = Mail.objects.get()
    assert (mail.accepted_at, mail.refused_at) == (None, None)
    assert mail.attempted_at


def test_two_runs_at_once_send_each_mail_once(transactional_db, ann, ravi, fiona, server):
    for number in range(4):
        request_review(factories.make_article(ann, slug=f"p{number}", title=f"P {number}"), by=ann)
    outcomes = run_concurrently(*[partial(call_command, "send_review_mail")] * 3)
    assert not [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert sorted(to for to, _ in server.messages) == [
        "fiona@example.org",
        "morgan@example.org",
        "ravi@example.org",
    ]
    assert Mail.objects.filter(accepted_at__isnull=False).count() == Mail.objects.count() == 3


def test_three_runs_in_a_row_and_a_missed_week(ann, ravi, run, clock):
    publish_page(ann, ravi)
    travel_to(clock, DUE - dt.timedelta(days=7))
    first = run()
    assert list_subjects(first, "ravi")
    assert list_subjects(first, "morgan")
    assert run() == run() == []
    travel_to(clock, DUE + dt.timedelta(days=8))
    later = run()
    assert len(list_subjects(later, "ravi")) == len(list_subjects(later, "morgan")) == 1
    assert run() == []
    assert timezone.localdate() == DUE + dt.timedelta(days=8)


def test_an_answer_to_a_comment_goes_to_who_pinned_it_once_and_without_its_words(ann, ravi, run):
    review = request_review(
        factories.make_symptom(ann, title="Facial spasms"), by=ann, reviewer=ravi.reviewer
    )
    part = next(iter(comments.get_parts(review.revision.read())))
    pinned = comments.pin(review, part=part, text="Say since when.", by=ravi)
    run()
    comments.answer(pinned, text="Since Tuesday.", by=ann)
    taken = run()
    assert list_subjects(taken, "ravi") == ["Countersign: Answered: Facial spasms"]
    text = taken[0][1].get_body(("plain",)).get_content()
    assert f"https://example.org/desk/reviews/{review.uuid}/" in text
    assert "Since Tuesday" not in text
    assert run() == []
