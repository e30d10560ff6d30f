"""Every setting that is read from the environment is told in docs/settings.md, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What reads them: django-environ, and our own readers above the settings.
READ = re.compile(
    r"""(?:env(?:\.\w+)?|Env\(\)|_date|_days|_one_of|_origin|_contacts"""
    r"""|_phone_number|_chat_address|_line|_switch)\(\s*"([A-Z][A-Z_]+)\""""
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
