"""The seal and the fingerprint of a stored page: whose bytes they are, and of which build."""

import re
from pathlib import Path

import pytest

from articles.page_store import fingerprint, sealing

ROOT = Path(__file__).resolve().parents[3]
# What a public page is made by. Rooms for staff print no public page.
PUBLIC_CODE = (
    *("articles/public", "articles/templatetags", "articles/content", "articles/links"),
    *("articles/care", "articles/emergencies", "articles/images", "articles/richtext"),
    *("articles/feedback/views.py", "articles/display.py", "articles/quality/alerts.py"),
    *("symptoms/public", "symptoms/content", "symptoms/projections", "reviews/public"),
    *("reviews/templatetags", "config/public", "config/context_processors.py"),
)
SETTING = re.compile(r"\bsettings\.([A-Z][A-Z_]+)")
NOT_PRINTED = {
    "AUTH_USER_MODEL": "a model",
    "BUILD_TIME": "a part of Last-Modified, which a row has; the build is printed",
    "LINK_CHECK_PRIVATE_NETWORKS": "of checking links, which no page waits for",
    "PAGE_STORE": "whether pages are stored changes none",
    "ROOT_URLCONF": "a module, which is among the sources",
    "WHITENOISE_ROOT": "where files are",
}


def list_read_settings() -> dict[str, str]:
    """By name, a module that reads it."""
    found = {}
    for place in PUBLIC_CODE:
        path = ROOT / place
        for module in [path] if path.suffix else path.rglob("*.py"):
            if module.exists():
                found.update(dict.fromkeys(SETTING.findall(module.read_text()), str(module)))
    return found


def test_every_setting_that_public_pages_read_is_in_the_fingerprint():
    read = list_read_settings()
    assert {"BUILD", "SITE_NAME", "GRACE_DAYS", "CRISIS_LINE", "FINDER"} <= read.keys()
    printed = {name for name in read if name not in NOT_PRINTED}
    assert printed <= set(fingerprint.PRINTED_SETTINGS), read


@pytest.mark.parametrize("name", fingerprint.PRINTED_SETTINGS)
def test_another_value_of_one_is_another_fingerprint(name, settings):
    before = fingerprint.compute_fingerprint()
    setattr(settings, name, "another")
    assert fingerprint.compute_fingerprint() != before


def test_a_seal_is_of_these_fields_and_parts_alone(settings):
    mac = sealing.seal(["address", 1], b"ab", b"c")
    assert sealing.is_sealed(mac, ["address", 1], b"ab", b"c")
    for fields, parts in (
        (["address", 2], (b"ab", b"c")),
        (["address", "1"], (b"ab", b"c")),
        (["address", 1], (b"a", b"bc")),
        (["address", 1], (b"ab", b"c", b"")),
    ):
        assert not sealing.is_sealed(mac, fields, *parts)
    assert not sealing.is_sealed(b"", ["address", 1], b"ab", b"c")
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another"
    assert not sealing.is_sealed(mac, ["address", 1], b"ab", b"c")
    settings.SECRET_KEY_FALLBACKS = [old]
    assert sealing.is_sealed(mac, ["address", 1], b"ab", b"c")
