"""What robots may read, and whom to tell of a security hole."""

import datetime as dt
import subprocess
import sys

import pytest
from django.conf import settings as django_settings

pytestmark = pytest.mark.django_db
SECURITY = "/.well-known/security.txt"


def read_fields(response) -> dict[str, str]:
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    return dict(line.split(": ", 1) for line in response.text.splitlines() if line)


def test_robots_are_kept_out_of_the_rooms_of_staff_and_out_of_questions(client, settings):
    settings.SITE_URL = "https://example.org"
    page = client.get("/robots.txt")
    assert page["Content-Type"] == "text/plain; charset=utf-8"
    assert page.text.split("\n") == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /desk/",
        "Disallow: /accounts/",
        "Disallow: /search/",
        "Disallow: /finder/",
        "",
        "Sitemap: https://example.org/sitemap.xml",
        "",
    ]


def test_without_a_contact_nobody_is_promised_an_answer(client):
    assert client.get(SECURITY).status_code == 404


def test_whoever_finds_a_hole_is_told_whom_to_write_to(client, settings):
    settings.SECURITY_CONTACT = [
        "mailto:security@example.org",
        "https://example.org/report?a=1&b=2",
    ]
    settings.SECURITY_POLICY, settings.SITE_URL = (
        "https://example.org/policy",
        "https://example.org",
    )
    text = client.get(SECURITY).text
    assert text.startswith(
        "Contact: mailto:security@example.org\nContact: https://example.org/report?a=1&b=2\n"
    )
    values = read_fields(client.get(SECURITY))
    assert values["Policy"] == "https://example.org/policy"
    assert values["Canonical"] == f"https://example.org{SECURITY}"
    expires = dt.datetime.fromisoformat(values["Expires"])
    assert dt.timedelta(days=30) < expires - dt.datetime.now(dt.UTC) < dt.timedelta(days=365)


def test_what_was_not_set_is_not_told(client, settings):
    settings.SECURITY_CONTACT = ["mailto:security@example.org"]
    assert read_fields(client.get(SECURITY)).keys() == {"Contact", "Expires", "Preferred-Languages"}


def test_a_contact_that_is_no_address_is_refused_at_the_start():
    asked = [sys.executable, "-c", "import config.settings"]
    environment = {"SECRET_KEY": "x", "SECURITY_CONTACT": "security@example.org", "PATH": ""}
    done = subprocess.run(
        asked, cwd=django_settings.BASE_DIR, env=environment, capture_output=True, text=True
    )
    assert done.returncode
    assert "SECURITY_CONTACT holds addresses such as mailto:security@example.org" in done.stderr
