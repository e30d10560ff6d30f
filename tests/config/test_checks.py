"""What ``check --deploy`` says of settings that a site in public must not have."""

import datetime as dt
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from articles.models import ScheduledRun
from articles.scheduled_runs import SCHEDULES, record_failure, record_run
from config import checks

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "SITE_URL": "https://example.org",
    "ALLOWED_HOSTS": ["example.org"],
    "BEHIND_PROXY": True,
    "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "COUNTERSIGN_DEMO": False,
    "EVIDENCE_KEY": "a key",
}
OURS = [
    checks.check_site_url,
    checks.check_hosts,
    checks.check_proxies,
    checks.check_mail,
    checks.check_demonstration,
    checks.check_cache,
    checks.check_evidence_key,
    checks.check_copies,
    checks.check_replica,
    checks.check_images,
]
REDIS = {"shared": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}
MEMCACHED = {"shared": {"BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache"}}


def find_ids() -> list[str]:
    found = []
    for check in OURS:
        found += [warning.id for warning in check(None)]
    return found


@pytest.fixture
def good(settings):
    for name, value in GOOD.items():
        setattr(settings, name, value)
    return settings


def test_a_site_that_is_set_up_is_not_warned(good):
    assert find_ids() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SITE_URL", "", "W001"),
        ("ALLOWED_HOSTS", ["*"], "W004"),
        ("ALLOWED_HOSTS", ["example.org", ".example.org"], "W004"),
        ("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"], "W005"),
        ("ALLAUTH_TRUSTED_PROXY_COUNT", 0, "W006"),
        ("BEHIND_PROXY", False, "W007"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "W008"),
        ("EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend", "W008"),
        ("COUNTERSIGN_DEMO", True, "W009"),
        ("CACHES", REDIS, "W010"),
        ("CACHES", MEMCACHED, "W010"),
        ("EVIDENCE_KEY", "", "W011"),
    ],
)
def test_each_setting_that_is_wrong_is_named(good, name, value, expected):
    setattr(good, name, value)
    assert find_ids() == [f"countersign.{expected}"]


CDN = {
    "CDN_MAX_AGE": 60,
    "CDN_PURGE_URL": "https://cdn.example.org/purge",
    "CDN_PURGE_TOKEN": "a token",
    "PAGE_STORE": True,
}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("CDN_MAX_AGE", 60, []),
        ("CDN_PURGE_URL", "", ["W013"]),
        ("PAGE_STORE", False, ["W014"]),
        ("CDN_PURGE_TOKEN", "", ["W015"]),
        ("CDN_MAX_AGE", 0, ["W015"]),
    ],
)
def test_settings_of_a_cdn_that_do_not_belong_together_are_named(good, name, value, expected):
    for each, right in CDN.items():
        setattr(good, each, right)
    setattr(good, name, value)
    assert find_ids() == [f"countersign.{id}" for id in expected]


def test_a_replica_that_is_the_primary_is_named(good):
    here = {"NAME": "site", "HOST": "", "PORT": "", "OPTIONS": {"host": "/run/postgresql"}}
    good.DATABASES = {"default": here, "replica": here}
    assert find_ids() == ["countersign.W016"]
    there = here | {"OPTIONS": {"host": "replica.example.org"}}
    good.DATABASES = {"default": here, "replica": there}
    assert find_ids() == []


@pytest.mark.parametrize(
    "environment",
    [
        {"REPLICA_URL": "postgresql://user@replica/site", "DATABASE_URL": "sqlite:///here.sqlite3"},
        {"REPLICA_URL": "sqlite:///copy", "DATABASE_URL": "postgresql://user@primary/site"},
    ],
)
def test_a_replica_of_sqlite_stops_the_start(environment):
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode
    assert "REPLICA_URL is a replica of the PostgreSQL" in done.stderr


@pytest.mark.django_db
def test_a_cron_that_does_not_run_is_seen():
    (warning,) = checks.check_cron(None)
    assert warning.id == "countersign.W012"
    assert "send_review_mail never ran; backup never ran" in warning.msg
    call_command("purge_feedback", stdout=io.StringIO())
    for schedule in SCHEDULES:
        if not schedule.optional and schedule.name != "purge_feedback":
            record_run(schedule.name)
    assert checks.check_cron(None) == []
    late = timezone.now() - dt.timedelta(hours=27)
    ScheduledRun.objects.filter(name="send_review_mail").update(finished_at=late)
    (warning,) = checks.check_cron(None)
    assert warning.msg.startswith("send_review_mail ran last on ")
    record_failure("send_review_mail")
    (warning,) = checks.check_cron(None)
    assert warning.msg.startswith("send_review_mail failed on ")


def test_the_command_has_all_of_them():
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "countersign.W005" in done.stderr
    assert "countersign.W008" in done.stderr
