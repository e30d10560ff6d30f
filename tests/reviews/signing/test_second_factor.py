"""The second factor: enrolled, required at log-in and signing, used once, throttled, encrypted."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache

from reviews.models import LedgerEntry
from reviews.signing import ledger
from reviews.signing.actions import request_review
from reviews.signing.changes import confirm_all
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(ann, ravi):
    return request_review(factories.make_symptom(ann), by=ann, reviewer=ravi.reviewer)


@pytest.fixture
def secret(ravi) -> str:
    secret = generate_totp_secret()
    TOTP.activate(ravi, secret)
    return secret


def compute_code(secret: str, *, later: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def sign(client, review, **changed):
    values = {
        "digest": review.revision.digest,
        "statement": "on",
        "conflicts": "None",
        "password": PASSWORD,
        "read_elsewhere": "elsewhere",
    }
    values |= {f"check_{name}": answer for name, answer in confirm_all(review).items()}
    return client.post(f"/desk/reviews/{review.uuid}/sign/", values | changed)


def log_in(client):
    return client.post("/accounts/login/", {"login": "ravi", "password": PASSWORD})


def log_in_and_confirm(client):
    """What allauth asks before it shows or changes a second factor: the password once more."""
    log_in(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def test_without_a_second_factor_none_is_asked_for(ravi_client, review):
    assert "Authenticator code" not in ravi_client.get(f"/desk/reviews/{review.uuid}/").text
    sign(ravi_client, review)
    assert ledger.read_record(LedgerEntry.objects.get()).authentication == "password"


def test_a_signature_with_a_code_says_so(ravi_client, review, secret):
    assert "Authenticator code" in ravi_client.get(f"/desk/reviews/{review.uuid}/").text
    assert sign(ravi_client, review, code=compute_code(secret)).status_code == 302
    assert ledger.read_record(LedgerEntry.objects.get()).authentication == "password+totp"


@pytest.mark.parametrize(
    ("code", "message"), [("", "Enter the code"), ("000000000", "This code is wrong.")]
)
def test_a_signature_without_the_right_code_is_not_taken(
    ravi_client, review, secret, code, message
):
    page = sign(ravi_client, review, code=code)
    assert page.status_code == 422
    assert message in page.text
    assert not LedgerEntry.objects.exists()


def test_a_code_is_good_once_whichever_process_is_asked(ravi_client, review, secret, ann, ravi):
    code = compute_code(secret)
    sign(ravi_client, review, code=code)
    again = request_review(
        factories.make_symptom(ann, slug="b", title="B"), by=ann, reviewer=ravi.reviewer
    )
    cache.clear()  # as another process, that remembers nothing
    page = sign(ravi_client, again, code=f" {code[:3]} {code[3:]} ")
    assert "This code was used already." in page.text
    assert LedgerEntry.objects.count() == 1
    assert sign(ravi_client, again, code=compute_code(secret, later=1)).status_code == 302


def test_a_code_is_not_spent_on_a_form_that_lacks_something_else(ravi_client, review, secret):
    code = compute_code(secret)
    assert sign(ravi_client, review, code=code, conflicts="").status_code == 422
    assert sign(ravi_client, review, code=code).status_code == 302


def test_guessing_codes_is_throttled_though_the_password_is_right(ravi_client, review, secret):
    for number in range(10):
        sign(ravi_client, review, code=f"{number}")
    page = sign(ravi_client, review, code=compute_code(secret))
    assert "Too many" in page.text
    assert not LedgerEntry.objects.exists()


def test_a_recovery_code_signs_once_and_the_record_says_so(ravi_client, review, secret, ravi, ann):
    code = RecoveryCodes.activate(ravi).get_unused_codes()[0]
    assert sign(ravi_client, review, code=code).status_code == 302
    assert ledger.read_record(LedgerEntry.objects.get()).authentication == "password+recovery code"
    again = request_review(
        factories.make_symptom(ann, slug="b", title="B"), by=ann, reviewer=ravi.reviewer
    )
    assert sign(ravi_client, again, code=code).status_code == 422


def test_log_in_asks_for_the_code_before_it_lets_anybody_in(client, ravi, secret):
    assert log_in(client)["Location"] == "/accounts/second-factor/code/"
    assert client.get("/desk/").status_code == 302
    page = client.get("/accounts/second-factor/code/")
    assert "Enter your code" in page.text
    assert "css/desk.css" in page.text
    assert (
        "This code is wrong."
        in client.post("/accounts/second-factor/code/", {"code": "12345"}).text
    )
    client.post("/accounts/second-factor/code/", {"code": compute_code(secret)})
    assert client.get("/desk/").status_code == 200


def test_a_code_that_signed_somebody_in_signs_no_page(client, ravi, review, secret):
    code = compute_code(secret)
    log_in(client)
    client.post("/accounts/second-factor/code/", {"code": code})
    cache.clear()
    assert "This code was used already." in sign(client, review, code=code).text


def test_somebody_enrols_gets_recovery_codes_and_can_remove_it_all(client, ravi):
    log_in_and_confirm(client)
    page = client.get("/accounts/second-factor/add/")
    assert "data:image/svg+xml;base64," in page.text
    secret = client.session["mfa.totp.secret"]
    assert secret in page.text
    code = compute_code(secret)
    page = client.post("/accounts/second-factor/add/", {"code": code}, follow=True)
    assert "Recovery codes" in page.text
    kept = client.get("/accounts/second-factor/recovery/file/").text.split()
    assert len(kept) == 10
    assert all(one in page.text for one in kept)
    assert "10 of 10 are left" in client.get("/accounts/second-factor/").text
    assert "stop working" in client.get("/accounts/second-factor/recovery/new/").text
    client.post("/accounts/second-factor/recovery/new/")
    assert client.get("/accounts/second-factor/recovery/file/").text.split() != kept
    assert "your password alone" in client.get("/accounts/second-factor/remove/").text
    client.post("/accounts/second-factor/remove/")
    assert not Authenticator.objects.exists()


def test_the_code_that_enrolled_proves_nothing_else(
    client, ravi, review, django_capture_on_commit_callbacks
):
    log_in_and_confirm(client)
    client.get("/accounts/second-factor/add/")
    code = compute_code(client.session["mfa.totp.secret"])
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/second-factor/add/", {"code": code})
    cache.clear()
    assert "This code was used already." in sign(client, review, code=code).text


def test_secrets_are_encrypted_at_rest(secret, settings, client, ravi):
    row = Authenticator.objects.get()
    assert secret not in str(row.data)
    settings.SECOND_FACTOR_KEYS = ["a key of its own"]
    assert row.wrap().validate_code(compute_code(secret))  # the older key still opens it


def test_a_secret_of_a_lost_key_opens_nothing_and_breaks_nothing(
    client, ravi, secret, settings, caplog
):
    settings.SECRET_KEY = "another"
    log_in(client)
    page = client.post("/accounts/second-factor/code/", {"code": compute_code(secret)})
    assert page.status_code == 200
    assert "This code is wrong." in page.text
    assert "SECOND_FACTOR_KEYS" in caplog.text


def test_a_superuser_takes_the_second_factor_of_somebody_away(client, admin_user, secret):
    client.force_login(admin_user)
    row = Authenticator.objects.get()
    page = client.get(f"/admin/mfa/authenticator/{row.pk}/change/")
    assert page.status_code == 200
    assert row.data["secret"] not in page.text
    client.post(f"/admin/mfa/authenticator/{row.pk}/delete/", {"post": "yes"})
    assert not Authenticator.objects.exists()
