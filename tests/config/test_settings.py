"""Every setting that is read from the environment is told in docs/settings.md, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What reads them: django-environ, and our own readers above the settings.
READ = re.compile(r"""(?:env(?:\.\w+)?|Env\(\)|_days|_one_of|_origin|_contacts)\(\s*"([A-Z][A-Z_]+)\"""")
TOLD = re.compile(r"^\| `([A-Z][A-Z_]+)` \|", re.MULTILINE)
PLACES = ("articles", "symptoms", "reviews", "config")


def read() -> set[str]:
    modules = (path for place in PLACES for path in (ROOT / place).rglob("*.py"))
    return {name for module in modules for name in READ.findall(module.read_text())}


def test_every_setting_is_told():
    told = TOLD.findall((ROOT / "docs" / "settings.md").read_text())
    assert set(told) == read()
    assert len(told) == len(set(told))


def test_each_has_a_default_and_a_meaning():
    for row in re.findall(r"^\| `[A-Z].*", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE):
        _, name, default, meaning, _ = (cell.strip() for cell in row.split("|"))
        assert default, name
        assert len(meaning) > 15, name


def test_the_search_finds_every_way_of_reading():
    """One of each: a change of how settings are read must not blind the test above."""
    assert {"SECRET_KEY", "DEBUG", "GRACE_DAYS", "OVERDUE_POLICY", "SITE_URL", "SECURITY_CONTACT"} <= read()
    assert {"DATABASE_URL", "CACHE_URL", "EMAIL_URL", "DEMO_PASSWORD", "BUILD"} <= read()
