"""Past grace: the page says so after its emergency advice, or goes, by the policy of its risk."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from articles.models import Article, PublicationEvent
from articles.public.page_cache import page_cache
from reviews import verification
from reviews.models import LedgerEntry, ReviewSchedule
from reviews.signing.actions import request_review, sign_off
from tests import factories

ROOT = Path(__file__).resolve().parents[3]
START = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
DUE, DUE_HIGH = dt.date(2027, 3, 2), dt.date(2026, 9, 2)
SAYS = "No clinician has read this whole page since"

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def page(clock, ann, ravi):
    page = factories.make_symptom(ann)
    factories.add_facts(page, ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    factories.change_reviewer(ravi, licence_expires=dt.date(2040, 1, 1))
    return page


@pytest.fixture
def high_risk_page(clock, ann, ravi):
    page = factories.make_symptom(ann, slug="chest-pain", title="Chest pain", risk="high")
    factories.sign_page(page, by=ravi, asked_by=ann)
    return page


@pytest.fixture
def withdrawal_policy(settings, morgan):
    settings.OVERDUE_POLICY = {"standard": "withdraw", "high": "banner"}
    settings.OVERDUE_POLICY_BY = "morgan"


def travel_to(clock, day: dt.date, time: dt.time = dt.time(9)) -> None:
    clock.move_to(dt.datetime.combine(day, time, tzinfo=dt.UTC))


def apply_policy(*arguments):
    call_command("apply_overdue_policy", *arguments)


@pytest.mark.parametrize("path", ["/symptoms/facial-spasms/", "/symptoms/facial-spasms/causes/"])
def test_a_page_past_grace_says_so_right_after_the_advice_and_before_all_else(
    client, clock, page, path
):
    travel_to(clock, DUE + dt.timedelta(days=60))
    assert SAYS not in client.get(path).text
    travel_to(clock, DUE + dt.timedelta(days=61))
    text = client.get(path).text
    heading, advice, says = (
        text.index("<h1>"),
        text.index("if one side of", text.index("<h1>")),
        text.index(SAYS),
    )
    assert heading < advice < says
    between = text[advice:says]
    assert "<h2" not in between
    assert "overview" not in between
    assert 'datetime="2026-03-02"' in text[says:]
    assert "Do not put off calling for help" in text


def test_grace_is_shorter_for_high_risk(client, clock, high_risk_page):
    travel_to(clock, DUE_HIGH + dt.timedelta(days=14))
    assert SAYS not in client.get("/symptoms/chest-pain/").text
    travel_to(clock, DUE_HIGH + dt.timedelta(days=15))
    assert SAYS in client.get("/symptoms/chest-pain/").text


def test_a_page_without_advice_says_it_before_the_text(client, clock, ann, ravi):
    factories.sign_page(factories.make_article(ann), by=ravi, asked_by=ann)
    travel_to(clock, DUE + dt.timedelta(days=61))
    text = client.get("/articles/keeping-a-diary/").text
    assert text.index(SAYS) < text.index("Write down when it began")
    assert "Do not put off" not in text


def test_the_banner_comes_and_goes_with_the_local_day(client, clock, page, settings, ann, ravi):
    settings.TIME_ZONE = "America/New_York"
    last = DUE + dt.timedelta(days=60)
    travel_to(clock, last + dt.timedelta(days=1), dt.time(3, 59))
    before = client.get("/symptoms/facial-spasms/")
    assert SAYS not in before.text
    travel_to(
        clock, last + dt.timedelta(days=1), dt.time(5, 0)
    )  # midnight in New York, in winter or summer time
    after = client.get("/symptoms/facial-spasms/", headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert SAYS in after.text
    factories.sign_page(page, by=ravi, asked_by=ann, trigger="annual")
    page_cache.clear()  # which asks again within a second
    assert SAYS not in client.get("/symptoms/facial-spasms/").text


def test_an_older_text_and_the_desk_do_not_carry_the_banner(client, clock, page, ann, ravi):
    factories.sign_page(
        factories.edit_page(page, by=ann, summary="Better."),
        by=ravi,
        asked_by=ann,
        trigger="change",
    )
    travel_to(clock, DUE + dt.timedelta(days=90))
    first = page.revisions.order_by("-number")[1].number
    assert SAYS not in client.get(f"/symptoms/facial-spasms/history/{first}/").text
    assert SAYS in client.get("/symptoms/facial-spasms/").text


def test_the_rows_that_are_past_grace_go_by_each_pages_risk(clock, page, high_risk_page):
    def late(day):
        return set(ReviewSchedule.objects.past_grace(day).values_list("article__slug", flat=True))

    assert late(DUE_HIGH + dt.timedelta(days=14)) == set()
    assert late(DUE_HIGH + dt.timedelta(days=15)) == {"chest-pain"}
    assert late(DUE + dt.timedelta(days=61)) == {"chest-pain", "facial-spasms"}


def test_by_default_nothing_is_withdrawn(clock, page, capsys):
    travel_to(clock, DUE + dt.timedelta(days=500))
    apply_policy()
    assert "No page is withdrawn for being late" in capsys.readouterr().out
    assert Article.objects.get(pk=page.pk).live


@pytest.mark.usefixtures("withdrawal_policy")
def test_a_page_past_grace_is_withdrawn_where_its_risk_says_so_once_and_for_the_reason(
    client, clock, page, high_risk_page, morgan, capsys
):
    travel_to(clock, DUE + dt.timedelta(days=60))
    apply_policy()
    assert Article.objects.get(pk=page.pk).live
    travel_to(clock, DUE + dt.timedelta(days=61))
    apply_policy("--dry-run")
    assert "Facial spasms, due 2 March 2027: would be withdrawn" in capsys.readouterr().out
    assert Article.objects.get(pk=page.pk).live
    for _ in range(3):
        apply_policy()
    out = capsys.readouterr().out
    assert out.count("Facial spasms, due 2 March 2027: withdrawn") == 1
    gone = client.get("/symptoms/facial-spasms/")
    assert gone.status_code == 410
    assert "Its annual review is overdue." in gone.text
    assert Article.objects.get(
        pk=high_risk_page.pk
    ).live  # long past grace, and its class says banner
    assert PublicationEvent.objects.get(kind="withdraw").by == morgan
    assert LedgerEntry.objects.filter(outcome="withdrawn").count() == 1
    assert list(verification.find_faults()) == []


@pytest.mark.usefixtures("withdrawal_policy")
def test_a_page_that_is_being_read_as_a_whole_is_left_alone_for_some_days_more(
    clock, page, ann, ravi, capsys
):
    travel_to(clock, DUE + dt.timedelta(days=61))
    review = request_review(page, by=ann, trigger="annual", reviewer=ravi.reviewer)
    apply_policy("--dry-run")
    apply_policy()
    out = capsys.readouterr().out
    assert "would be left alone: it is in review" in out
    assert "left alone: it is in review" in out
    travel_to(clock, DUE + dt.timedelta(days=74))
    apply_policy()
    assert Article.objects.get(pk=page.pk).live
    travel_to(clock, DUE + dt.timedelta(days=75))
    apply_policy()
    assert not Article.objects.get(pk=page.pk).live
    assert review.pk


@pytest.mark.usefixtures("withdrawal_policy")
def test_a_review_of_a_change_alone_holds_nothing_up(clock, page, ann, ravi):
    travel_to(clock, DUE + dt.timedelta(days=61))
    request_review(factories.edit_page(page, by=ann, summary="Better."), by=ann, trigger="change")
    apply_policy()
    assert not Article.objects.get(pk=page.pk).live


@pytest.mark.usefixtures("withdrawal_policy")
def test_a_page_signed_in_time_stays(clock, page, ann, ravi):
    travel_to(clock, DUE + dt.timedelta(days=61))
    review = request_review(page, by=ann, trigger="annual")
    sign_off(
        review,
        by=ravi,
        seen_digest=review.revision.digest,
        conflicts="None",
        authentication="password",
    )
    apply_policy()
    assert Article.objects.get(pk=page.pk).live


@pytest.mark.usefixtures("withdrawal_policy")
def test_somebody_who_may_withdraw_must_answer_for_it(clock, page, ann, morgan, settings):
    travel_to(clock, DUE + dt.timedelta(days=61))
    for by, message in [
        ("", "Set OVERDUE_POLICY_BY"),
        ("ann", "cannot withdraw pages"),
        ("nobody", "There is no account"),
    ]:
        with pytest.raises(CommandError, match=message):
            apply_policy("--by", by)
    User.objects.filter(pk=morgan.pk).update(is_active=False)
    with pytest.raises(CommandError, match="cannot withdraw pages"):
        apply_policy()
    assert Article.objects.get(pk=page.pk).live


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("GRACE_DAYS", "soon", "GRACE_DAYS is a number of days from 0 to 3650"),
        ("GRACE_DAYS_HIGH_RISK", "-1", "GRACE_DAYS_HIGH_RISK is a number of days"),
        (
            "OVERDUE_POLICY",
            "delete",
            "OVERDUE_POLICY is one of “banner” and “withdraw”, not “delete”.",
        ),
        ("SITE_URL", "example.org", "SITE_URL begins with https:// or http://"),
    ],
)
def test_a_wrong_setting_is_said_in_a_sentence_before_anything_starts(name, value, message):
    started = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=ROOT,
        env=os.environ | {name: value},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert started.returncode
    assert message in started.stderr
