"""Sessions end after a while, their owner sees and ends them, and is told of changes."""

import datetime as dt
import importlib

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client

from config.auth import notices
from config.auth.sessions import describe_device
from config.models import SignInSession
from tests.config.auth.test_accounts import ImmediateThread
from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]
NOON = dt.datetime(2026, 7, 5, 12, 0, tzinfo=dt.UTC)
LIST = "/accounts/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) AppleWebKit/605.1 Version/19.0 Safari/604.1"
STAFF_PAGES = ["/admin/", LIST, "/accounts/password/reset/key/1-x/", "/accounts/login/"]


@pytest.fixture
def noon(settings):
    settings.SESSION_IDLE_MINUTES, settings.SESSION_HOURS = 60, 3
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def sign_in(user: User, agent: str = FIREFOX) -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR="203.0.113.77")
    sent = {"login": user.username, "password": PASSWORD}
    assert client.post("/accounts/login/", sent).status_code == 302
    return client


def is_signed_in(client: Client) -> bool:
    return client.get("/accounts/start/")["Location"] == "/admin/"


def test_who_does_nothing_for_an_hour_is_signed_out_and_who_works_is_not(ann, noon):
    busy, idle = sign_in(ann), sign_in(ann)
    for _ in range(3):
        noon.shift(30 * 60)
        assert is_signed_in(busy)
    assert not is_signed_in(idle)


def test_a_clock_that_was_ahead_makes_no_session_last_longer(ann, noon):
    before = sign_in(ann)
    noon.shift(2 * 60)
    assert is_signed_in(before)
    noon.shift(30 * 60)
    assert is_signed_in(before)
    ahead = sign_in(ann)
    noon.shift(-30 * 60)
    assert not is_signed_in(ahead)
    assert is_signed_in(before)
    noon.shift(59 * 60)
    assert is_signed_in(before)
    noon.shift(61 * 60)
    assert not is_signed_in(before)


def test_a_clock_that_is_set_right_by_seconds_ends_no_session(ann, noon):
    client = sign_in(ann)
    noon.shift(-60)
    assert is_signed_in(client)


def test_a_night_in_which_clocks_change_is_as_long_for_sessions_as_any_other(ann, settings):
    settings.SESSION_IDLE_MINUTES, settings.SESSION_HOURS = 60, 24
    settings.TIME_ZONE = "Europe/London"
    for night in (dt.datetime(2026, 3, 29, 0, 30), dt.datetime(2026, 10, 25, 0, 30)):
        with time_machine.travel(night.replace(tzinfo=dt.UTC), tick=False) as clock:
            client = sign_in(ann)
            clock.shift(59 * 60)
            assert is_signed_in(client)
            clock.shift(61 * 60)
            assert not is_signed_in(client)


def test_after_some_hours_everybody_signs_in_again(ann, noon):
    client = sign_in(ann)
    for minutes in range(0, 175, 25):
        assert is_signed_in(client), minutes
        noon.shift(25 * 60)
    noon.shift(5 * 60)
    assert not is_signed_in(client)


def test_a_new_password_keeps_the_session_and_not_its_beginning(ann, noon):
    client = sign_in(ann)
    noon.shift(55 * 60)
    new = "another-horse-battery"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/accounts/password/change/", form).status_code == 302
    assert SignInSession.objects.get(user=ann).started_at == NOON


def test_when_somebody_was_seen_is_written_once_a_minute(ann, noon, django_assert_num_queries):
    client = sign_in(ann)
    noon.shift(59)
    client.get("/accounts/inactive/")
    is_signed_in(client)
    assert SignInSession.objects.get().seen_at == NOON
    noon.shift(1)
    is_signed_in(client)
    assert SignInSession.objects.get().seen_at == NOON + dt.timedelta(seconds=60)


def test_each_sees_their_own_sessions_and_ends_them(ann, morgan, noon):
    here, there, third = sign_in(ann), sign_in(ann, SAFARI), sign_in(ann)
    other = sign_in(morgan)
    page = here.get(LIST)
    assert page.text.count("signed in 5 July 2026, 12:00") == 3
    assert "Safari on iPhone or iPad" in page.text
    for client in (here, there, third, other):
        assert client.cookies["sessionid"].value not in page.text
    handle = SignInSession.objects.get(device="Safari on iPhone or iPad").handle
    for stranger in (other, Client()):
        stranger.post(LIST, {"session": handle})
        assert is_signed_in(there)
    assert "1 session has ended." in here.post(LIST, {"session": handle}, follow=True).text
    assert [is_signed_in(client) for client in (here, there, third)] == [True, False, True]
    assert "had ended already" in here.post(LIST, {"session": handle}, follow=True).text
    here.post(LIST, {})
    assert [is_signed_in(client) for client in (here, third, other)] == [True, False, True]


def test_of_a_device_its_family_is_kept_and_no_address(ann, noon):
    sign_in(ann)
    (row,) = SignInSession.objects.all()
    assert row.device == "Firefox on Linux"
    assert "203.0.113" not in repr(row.get_decoded())
    assert "140.0" not in repr(row.get_decoded())
    assert describe_device("curl/8.5") == describe_device("") == "another browser"
    assert len(describe_device("x" * 9999 + SAFARI)) < 60


def test_whoever_was_signed_in_before_the_upgrade_stays_so(ann, noon):
    client = sign_in(ann)
    row = SignInSession.objects.get()
    Session.objects.create(
        session_key=row.session_key, session_data=row.session_data, expire_date=row.expire_date
    )
    SignInSession.objects.all().delete()
    migration = importlib.import_module("config.migrations.0015_sessions")
    with connection.cursor() as cursor:
        cursor.execute(migration.COPY)
    noon.shift(59 * 60)
    assert is_signed_in(client)
    assert SignInSession.objects.get().user == ann
    noon.shift(60 * 60)
    assert not is_signed_in(client)


@pytest.mark.parametrize("address", STAFF_PAGES)
def test_no_page_for_those_who_work_here_is_stored_anywhere(ann, client, address):
    client.force_login(ann)
    for asked in (client.get(address), client.post(address), Client().get(address)):
        assert "no-store" in asked["Cache-Control"]


def test_every_answer_gives_up_what_no_page_uses_and_is_embedded_nowhere(client):
    for address in ("/", "/accounts/login/", "/nowhere/", "/search/?q=x"):
        answer = client.get(address)
        assert "camera=(), " in answer["Permissions-Policy"]
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert client.get("/images/x.png")["Cross-Origin-Resource-Policy"] == "cross-origin"


# Mails about changes


@pytest.fixture
def letters(monkeypatch, settings, django_capture_on_commit_callbacks):
    """What was sent after each step."""
    settings.SITE_URL = "https://example.org"
    monkeypatch.setattr(notices, "Thread", ImmediateThread)

    def after(step) -> list:
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            step()
        return mail.outbox

    return after


@pytest.fixture
def mailed(ann):
    ann.email = "ann@example.org"
    ann.save()
    return User.objects.get(pk=ann.pk)


def test_a_changed_password_is_told_to_its_owner_whoever_changed_it(mailed, letters):
    def change():
        mailed.set_password("another-horse-battery")
        mailed.save()

    (letter,) = letters(change)
    assert letter.to == ["ann@example.org"]
    assert letter.subject == "Countersign: your password was changed"
    assert "https://example.org/accounts/password/reset/" in letter.body
    assert "another-horse" not in letter.body
    chief = User.objects.create_superuser("chief", "chief@example.org", "correct-horse-battery")
    client = Client()
    client.force_login(chief)
    form = {"password1": "third-horse-battery", "password2": "third-horse-battery"}
    form |= {"usable_password": "true"}
    path = f"/admin/auth/user/{mailed.pk}/password/"
    (letter,) = letters(lambda: client.post(path, form))
    assert letter.to == ["ann@example.org"]


def test_what_changes_no_password_is_no_letter(mailed, letters):
    def change():
        mailed.last_name = "Meyer"
        mailed.save()
        mailed.check_password(PASSWORD)
        User.objects.create_user("new", "new@example.org", "correct-horse-battery")

    assert letters(change) == []
    mailed.email = ""
    mailed.save()
    mailed.set_password("x")
    assert letters(mailed.save) == []


def test_a_second_factor_that_comes_or_goes_is_told(mailed, letters):
    types = Authenticator.Type
    made = []

    def add(kind):
        made.append(Authenticator.objects.create(user=mailed, type=kind, data={}))

    (letter,) = letters(lambda: add(types.TOTP))
    assert letter.subject == "Countersign: two-step sign-in was turned on"
    (letter,) = letters(lambda: add(types.RECOVERY_CODES))
    assert "recovery codes were made" in letter.subject
    assert letters(made[0].save) == []
    (letter,) = letters(made[0].delete)
    assert letter.subject == "Countersign: two-step sign-in was turned off"
    (letter,) = letters(Authenticator.objects.all().delete)
    assert "recovery codes were removed" in letter.subject
