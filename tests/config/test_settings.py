"""Every setting that is read from the environment is told in docs/settings.md, and no other."""

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import settings as program

ROOT = Path(__file__).resolve().parents[2]
# What reads them: django-environ, and our own readers above the settings.
READ = re.compile(
    r"""(?:env(?:\.\w+)?|Env\(\)|_date|_days|_one_of|_origin|_contacts"""
    r"""|_phone_number|_chat_address|_line|_switch|_seconds|_moment)\(\s*"([A-Z][A-Z_]+)\""""
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
