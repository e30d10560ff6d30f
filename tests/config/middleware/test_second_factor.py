"""A second factor that the site requires: who has none is led to enrolment, and comes back."""

import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import UnsentForm
from config import settings as config_settings
from reviews.models import LedgerEntry
from reviews.signing.actions import CannotSign, request_review, sign_off
from tests import factories
from tests.factories import PASSWORD, sign_in
from tests.html import read_form

pytestmark = pytest.mark.django_db
ENROL = "/accounts/second-factor/add/"
WORDS = "Words that took ten minutes."


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def review(symptom, ann, ravi):
    return request_review(symptom, by=ann, reviewer=ravi.reviewer)


def compute_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def enrol(client, page):
    """Go on from the redirect to enrolment; gives the page with the recovery codes."""
    assert page["Location"] == ENROL
    page = client.get(ENROL, follow=True)
    assert "This site requires two-step sign-in" in page.text
    page = client.post("/accounts/reauthenticate/", read_form(page) | {"password": PASSWORD})
    client.get(ENROL)
    code = compute_code(client.session["mfa.totp.secret"])
    return client.post(ENROL, {"code": code}, follow=True)


def test_reviewers_managing_editors_and_superusers_are_led_there_and_editors_are_not(
    required, client, ann, ravi, morgan, admin_user
):
    for user, paths in (
        (ravi, ("/desk/", "/desk/radar/")),
        (morgan, ("/desk/radar/", "/admin/", "/admin/symptoms/symptom/add/")),
        (admin_user, ("/admin/",)),
    ):
        client.force_login(user)
        for path in paths:
            assert client.get(path)["Location"] == ENROL, (user, path)
            assert client.post(path)["Location"] == ENROL, (user, path)
        assert client.get("/accounts/password/change/").status_code == 200
        assert client.get("/symptoms/").status_code == 200
    client.force_login(ann)
    assert client.get("/admin/").status_code == 200
    assert Client().get("/admin/").status_code == 302


def test_where_none_is_required_nobody_is_led_anywhere(client, ravi, morgan):
    for user, path in ((ravi, "/desk/"), (morgan, "/admin/")):
        client.force_login(user)
        assert client.get(path).status_code == 200


def test_after_enrolment_a_reviewer_comes_back_with_what_was_typed(client, settings, review, ravi):
    sign_in(client, ravi)
    path = f"/desk/reviews/{review.uuid}/"
    opened = read_form(client.get(path))
    settings.SECOND_FACTOR_REQUIRED = True
    sent = {"comment": WORDS, "unsent": opened["unsent"][0], "password": PASSWORD}
    page = enrol(client, client.post(f"{path}send-back/", sent))
    assert "Recovery codes" in page.text
    assert f'href="{path}send-back/"' in page.text
    page = client.get(f"{path}send-back/", follow=True)
    assert page.request["PATH_INFO"] == path
    assert WORDS in page.text
    assert "Authenticator code" in page.text
    assert not LedgerEntry.objects.exists()
    assert "go on" not in client.get("/accounts/second-factor/recovery/").text


def test_after_enrolment_a_managing_editor_finds_the_form_of_a_page_as_it_was(
    client, settings, symptom, morgan
):
    sign_in(client, morgan)
    path = f"/admin/symptoms/symptom/{symptom.pk}/change/"
    opened = read_form(client.get(path))
    settings.SECOND_FACTOR_REQUIRED = True
    page = enrol(client, client.post(path, opened | {"summary": WORDS}))
    assert f'href="{path}"' in page.text
    page = client.get(path)
    assert "This is not saved yet." in page.text
    assert WORDS in page.text
    assert not UnsentForm.objects.exists()


def test_signing_without_it_is_refused_in_the_action_too(required, review, ravi):
    sent = {"by": ravi, "seen_digest": review.revision.digest, "conflicts": "None"}
    with pytest.raises(CannotSign, match="This site requires two-step sign-in"):
        sign_off(review, authentication="password", **sent)
    TOTP.activate(ravi, generate_totp_secret())
    with pytest.raises(CannotSign, match="This site requires two-step sign-in"):
        sign_off(review, authentication="password", **sent)
    sign_off(review, authentication="password+totp", **sent)


def test_who_has_one_enters_and_it_costs_one_query(settings, client, ravi):
    TOTP.activate(ravi, generate_totp_secret())
    client.force_login(ravi)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/desk/").status_code == 200
        return len(queries)

    free = count()
    settings.SECOND_FACTOR_REQUIRED = True
    assert count() <= free + 1


def test_what_is_being_typed_is_saved_all_the_same(client, settings, review, ravi):
    sign_in(client, ravi)
    opened = read_form(client.get(f"/desk/reviews/{review.uuid}/"))
    settings.SECOND_FACTOR_REQUIRED = True
    sent = {"comment": WORDS, "unsent": opened["unsent"][0]}
    assert client.post("/desk/unsent/save/", sent).status_code == 200
    assert factories.get_person("ravi") == UnsentForm.objects.get().user


def test_the_setting_is_on_or_off_and_nothing_else(monkeypatch):
    for text, value in (("", False), ("on", True), ("True", True), ("0", False), ("off ", False)):
        monkeypatch.setenv("SECOND_FACTOR_REQUIRED", text)
        assert config_settings._switch("SECOND_FACTOR_REQUIRED") is value
    monkeypatch.setenv("SECOND_FACTOR_REQUIRED", "ture")
    with pytest.raises(ImproperlyConfigured, match="“on” or “off”, not “ture”"):
        config_settings._switch("SECOND_FACTOR_REQUIRED")
