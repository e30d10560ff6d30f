"""A CDN in front of the site: a real Varnish with the file that we ship, and what it is sent."""

import datetime as dt
import os
import time
from contextlib import contextmanager

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from articles.models import ChangedSubject, CopyPurge
from articles.page_store import changes, purging
from reviews.alerts import get_open_alerts
from reviews.notifications import harm
from reviews.signing.actions import withdraw_page
from tests import factories, servers

PAGE = "/symptoms/facial-spasms/"
TOKEN = "only-for-this-test"
NEEDS_VARNISH = pytest.mark.skipif(
    not os.path.exists(servers.VARNISH), reason="varnish is not here"
)


@pytest.fixture
def page(transactional_db, ann, ravi):
    page = factories.make_symptom(ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    factories.sign_page(factories.make_article(ann), by=ravi, asked_by=ann)
    return page


@contextmanager
def serve():
    database = servers.get_database_url(connection)
    with (
        servers.run_gunicorn(database, CDN_MAX_AGE="60") as site,
        servers.run_varnish(site.port, TOKEN) as cdn,
    ):
        yield site, cdn


@pytest.fixture
def key_of_the_servers(settings):
    """The key by which the servers of these tests make the keys of subjects."""
    forget_keys()
    settings.SECRET_KEY = "only-for-this-server"
    yield
    forget_keys()


def forget_keys() -> None:
    purging.copies.get_key.cache_clear()
    purging.copies._get_secret.cache_clear()


@pytest.fixture
def configured(settings):
    settings.CDN_PURGE_URL = "http://127.0.0.1:9/cdn/purge"  # nobody answers there
    settings.CDN_PURGE_TOKEN = TOKEN
    settings.CDN_MAX_AGE = 60


@pytest.fixture
def hasty(monkeypatch):
    monkeypatch.setattr(purging, "SETTLING_SECONDS", 1.5)


@NEEDS_VARNISH
@pytest.mark.both_engines
def test_a_withdrawn_page_is_gone_from_the_cdn_once_its_purge_is_sent(
    page, morgan, settings, configured, hasty, key_of_the_servers
):
    with serve() as (site, cdn):
        purging.confirm(changes.get_newest()[0])
        other = "/articles/keeping-a-diary/"
        for address in (PAGE, other):
            assert cdn.get(address) == 200
        time.sleep(1.1)
        kept = cdn.ask(PAGE)[1]
        assert int(kept["Age"]) >= 1
        assert not any(name in kept for name in ("Surrogate-Key", "CDN-Cache-Control", "xkey"))
        withdraw_page(page, by=morgan, reason="safety")
        time.sleep(1.1)
        assert site.get(PAGE) == 410
        assert cdn.get(PAGE) == 200  # nobody told it yet: here the purge is lost
        with pytest.raises(CommandError, match="confirms no purge: it does not answer"):
            call_command("purge_cdn")
        assert cdn.get(PAGE) == 200
        settings.CDN_PURGE_URL = f"http://127.0.0.1:{cdn.port}/cdn/purge"
        settings.CDN_PURGE_TOKEN = "wrong"
        with pytest.raises(CommandError, match="it answers 403"):
            call_command("purge_cdn")
        assert cdn.get(PAGE) == 200
        settings.CDN_PURGE_TOKEN = TOKEN
        call_command("purge_cdn")
        assert cdn.get(PAGE) == 410
        assert int(cdn.ask(other)[1]["Age"]) >= 2  # which named nothing of it, and stayed
        assert purging.read_confirmed() == changes.get_newest()[0]


@NEEDS_VARNISH
@pytest.mark.sqlite
def test_the_cdn_keeps_nothing_of_the_staff_and_nothing_that_was_asked(page):
    with serve() as (_, cdn):
        for address in ("/search/?q=spasms", "/finder/", "/accounts/login/", "/feedback/"):
            for _ in range(2):
                headers = cdn.ask(address)[1]
                assert headers["Age"] in (None, "0"), address


@pytest.fixture
def sent(monkeypatch):
    """What would go to the CDN: the wire itself is tried above."""
    keys: list[list[str]] = []
    monkeypatch.setattr(purging, "send_purge", lambda asked: keys.append(asked))
    return keys


def test_every_change_is_purged_at_once_and_again_when_nothing_old_can_follow(
    db, configured, sent, hasty
):
    changes.announce(["one"])
    purging.confirm(changes.get_newest()[0])
    purger = purging.CopyPurger()
    purger.run_once()
    assert sent == []
    changes.announce(["two"])
    purger.run_once()
    assert sent == [purging.copies.get_keys(["two"])]
    assert purging.read_confirmed() < changes.get_newest()[0]  # it may come in once more
    purger.run_once()
    assert len(sent) == 1
    time.sleep(1.6)
    changes.announce(["three"])
    purger.run_once()
    expected = [["two"], ["three"], ["two"]]
    assert sent == [purging.copies.get_keys(names) for names in expected]
    purger.finish()
    assert sent[-1] == purging.copies.get_keys(["three"])
    assert purging.read_confirmed() == changes.get_newest()[0]


def test_a_sender_that_was_killed_sends_again_what_was_not_confirmed(db, configured, sent, hasty):
    changes.announce(["one"])
    purging.confirm(changes.get_newest()[0])
    changes.announce(["two"])
    purging.CopyPurger().run_once()  # and is killed before it is confirmed
    purging.CopyPurger().finish()
    assert sent == [purging.copies.get_keys(["two"])] * 3


def test_the_first_run_and_numbers_of_another_database_purge_everything(
    db, configured, sent, hasty
):
    changes.announce(["one"])
    purging.CopyPurger().finish()
    purging.confirm(10**6)
    purging.CopyPurger().run_once()
    assert sent == [purging.copies.get_keys(["everything"])] * 3


def make_late(minutes: int) -> None:
    """Everything that was announced so far is older."""
    moment = timezone.now() - dt.timedelta(minutes=minutes)
    ChangedSubject.objects.update(at=moment)


@pytest.fixture
def withdrawn(page, morgan, configured, settings):
    settings.SITE_URL = "https://example.org"
    purging.confirm(changes.get_newest()[0])
    return lambda: withdraw_page(page, by=morgan, reason="safety")


def withdraw_ago(withdraw, minutes: int) -> None:
    CopyPurge.objects.update(changed_at=timezone.now() - dt.timedelta(minutes=minutes + 5))
    with time_machine.travel(timezone.now() - dt.timedelta(minutes=minutes)):
        withdraw()


def test_a_withdrawal_whose_purge_is_unconfirmed_for_five_minutes_alarms_managers(
    withdrawn, morgan, morgan_client
):
    User.objects.filter(pk=morgan.pk).update(email="morgan@example.org")
    make_late(60)
    withdraw_ago(withdrawn, 6)
    harm.mail_copies_at_once()
    assert [letter.subject.partition(": ")[2] for letter in mail.outbox] == [
        "Withdrawn, and copies may still be read: Facial spasms"
    ]
    assert mail.outbox[0].to == ["morgan@example.org"]
    harm.mail_copies_at_once()
    assert len(mail.outbox) == 1
    assert get_open_alerts().copy_count == 1
    home = morgan_client.get("/admin/").content.decode()
    assert "Copies may still be read" in home
    purging.confirm(changes.get_newest()[0])
    assert get_open_alerts().copy_count == 0
    assert "Copies may still be read" not in morgan_client.get("/admin/").content.decode()


def test_nobody_is_alarmed_of_one_that_is_younger_confirmed_or_without_a_cdn(
    withdrawn, morgan, settings
):
    make_late(60)
    withdraw_ago(withdrawn, 4)
    assert purging.find_withdrawals_with_copies() == []
    make_late(6)
    settings.CDN_PURGE_URL = ""
    assert get_open_alerts().copy_count == 0
    harm.mail_copies_at_once()
    assert mail.outbox == []


def test_a_site_whose_sender_never_ran_alarms_too(withdrawn):
    make_late(60)
    withdraw_ago(withdrawn, 6)
    CopyPurge.objects.all().delete()
    assert len(purging.find_withdrawals_with_copies()) == 1


def test_other_changes_that_are_unconfirmed_alarm_nobody(withdrawn, ann, ravi):
    changes.announce(["topics"])
    make_late(6)
    assert purging.find_withdrawals_with_copies() == []
