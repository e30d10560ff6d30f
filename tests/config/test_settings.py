"""Every setting that is read from the environment is told in docs/settings.md, and no other."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import settings as program

ROOT = Path(__file__).resolve().parents[2]
# What reads them: django-environ, and our own readers above the settings.
READ = re.compile(
    r"""(?:env(?:\.\w+)?|Env\(\)|_date|_days|_one_of|_origin|_contacts"""
    r"""|_phone_number|_chat_address|_line|_switch|_seconds|_moment|_number|_token)\(\s*"([A-Z][A-Z_]+)\""""
)
DOCUMENTED = re.compile(r"^\| `([A-Z][A-Z_]+)` \|", re.MULTILINE)
PLACES = ("articles", "symptoms", "reviews", "config")


def list_settings() -> set[str]:
    names = set()
    for place in PLACES:
        for module in (ROOT / place).rglob("*.py"):
            names.update(READ.findall(module.read_text()))
    return names


def test_every_setting_is_told():
    documented = DOCUMENTED.findall((ROOT / "docs" / "settings.md").read_text())
    assert set(documented) == list_settings()
    assert len(documented) == len(set(documented))


def test_each_has_a_default_and_a_meaning():
    for row in re.findall(
        r"^\| `[A-Z].*", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE
    ):
        _, name, default, meaning, _ = (cell.strip() for cell in row.split("|"))
        assert default, name
        assert len(meaning) > 15, name


def test_the_search_finds_every_way_of_reading():
    """One of each: a change of how settings are read must not blind the test above."""
    assert {
        "SECRET_KEY",
        "DEBUG",
        "GRACE_DAYS",
        "OVERDUE_POLICY",
        "SITE_URL",
        "SECURITY_CONTACT",
    } <= list_settings()
    assert {"DATABASE_URL", "CACHE_URL", "EMAIL_URL", "DEMO_PASSWORD", "BUILD"} <= list_settings()


@pytest.mark.parametrize("value", ["-1", "301", "60s", "1e2", "¹", "6" * 40, "none"])
def test_a_wrong_number_of_seconds_stops_the_start_and_says_which_setting(monkeypatch, value):
    monkeypatch.setenv("PUBLIC_OUTAGE_SECONDS", value)
    with pytest.raises(ImproperlyConfigured, match=r"PUBLIC_OUTAGE_SECONDS is .* from 0 to 300"):
        program._seconds("PUBLIC_OUTAGE_SECONDS", 60, most=300)


def test_seconds_have_bounds_that_are_allowed(monkeypatch):
    for value, expected in (("0", 0), (" 300 ", 300), ("60", 60)):
        monkeypatch.setenv("PUBLIC_OUTAGE_SECONDS", value)
        assert program._seconds("PUBLIC_OUTAGE_SECONDS", 60, most=300) == expected


def test_the_moment_of_the_build_is_the_same_on_each_machine_of_any_zone(monkeypatch):
    for value in ("2026-11-30T14:05:00Z", "2026-11-30 14:05", "2026-11-30T15:05+01:00"):
        monkeypatch.setenv("BUILD_TIME", value)
        assert program._moment("BUILD_TIME") == 1796047500
    monkeypatch.setenv("BUILD_TIME", "")
    assert program._moment("BUILD_TIME") is None
    monkeypatch.setenv("BUILD_TIME", "yesterday")
    with pytest.raises(ImproperlyConfigured, match="BUILD_TIME is a moment such as"):
        program._moment("BUILD_TIME")


@pytest.mark.parametrize("value", ["enabled", "On!", "2", "ja", "nein", "tru", "off off"])
@pytest.mark.parametrize("name", ["HTTPS", "BEHIND_PROXY", "DEBUG", "COUNTERSIGN_DEMO", "FINDER"])
def test_a_switch_that_says_neither_on_nor_off_stops_the_start(name, value):
    done = start_with({name: value})
    assert done.returncode != 0
    assert f"{name} is “on” or “off”, not “{value.lower()}”." in done.stderr


@pytest.mark.parametrize(
    "name",
    [
        *("FEEDBACK_AN_HOUR", "TRUSTED_PROXIES", "REVIEW_MONTHS", "HSTS_SECONDS", "IMPORT_MOST"),
        *("PAGE_STORE_MAX_ROWS", "HARM_REPORT_HOURS", "IMPORT_LARGEST_MB"),
    ],
)
def test_a_number_that_is_none_stops_the_start(name):
    done = start_with({name: "ten"})
    assert done.returncode != 0
    assert f"{name} is a whole number from" in done.stderr


def test_numbers_have_bounds(monkeypatch):
    for value in ("-1", "1e3", "²", "٣", "11", "9" * 30, "1.5", "1_0"):
        monkeypatch.setenv("TRUSTED_PROXIES", value)
        with pytest.raises(ImproperlyConfigured, match="from 0 to 10, such as 2, not"):
            program._number("TRUSTED_PROXIES", 2, most=10)
    for value, expected in (("", 2), (" 0 ", 0), ("10", 10)):
        monkeypatch.setenv("TRUSTED_PROXIES", value)
        assert program._number("TRUSTED_PROXIES", 2, most=10) == expected


def test_no_setting_is_read_by_what_takes_any_word_for_off():
    text = Path(program.__file__).read_text()
    assert "env.bool" not in text
    assert "env.int" not in text


def start_with(environment: dict[str, str]):
    """A process that reads the settings in an environment."""
    return subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        env=os.environ | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
