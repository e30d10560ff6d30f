"""Signing in, and the way back in for those who forgot their password."""

import re

import pytest
from django.core import mail

from config.auth import accounts
from tests import html
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "another-horse-battery"
RESET = "/accounts/password/reset/"
SENT = "/accounts/password/reset/done/"
PAGES = [
    "/accounts/login/",
    RESET,
    SENT,
    "/accounts/password/reset/key/done/",
    "/accounts/password/reset/key/1-x/",
]
PAGES += ["/accounts/inactive/", "/accounts/signup/"]
INSIDE = ["/accounts/password/change/", "/accounts/logout/", "/accounts/reauthenticate/"]


class ImmediateThread:
    """A thread that has done its work when it has started."""

    def __init__(self, target, args):
        self.start = lambda: target(*args)


@pytest.fixture(autouse=True)
def send_mail_at_once(monkeypatch, settings):
    settings.SITE_URL = "http://testserver"
    monkeypatch.setattr(accounts, "Thread", ImmediateThread)


@pytest.fixture
def ann(ann):
    ann.email = "Ann@Example.org"
    ann.save()
    return ann


def ask(client, address="ann@example.org"):
    return client.post(RESET, {"email": address})


def find_link(message) -> str:
    return re.search(r"http://testserver(/\S+)", message.body)[1]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_of_the_entrance_is_in_our_look_and_names_our_site(address, settings, client):
    settings.SITE_NAME, settings.COUNTERSIGN_DEMO = "Our Reference", True
    page = client.get(address, follow=True)
    assert page.status_code == 200
    assert 'class="brand" href="/">Our Reference<' in page.text
    assert "Demonstration." in page.text
    assert "css/desk.css" in page.text
    assert "testserver" not in page.text
    assert "placeholder" not in page.text
    assert html.find_empty_sections(page.text) == []


@pytest.mark.parametrize("address", INSIDE)
def test_every_page_behind_the_entrance_is_in_our_look_and_names_our_site(
    address, settings, ann, client
):
    settings.SITE_NAME = "Our Reference"
    client.force_login(ann)
    page = client.get(address, follow=True)
    assert page.status_code == 200
    assert 'class="brand" href="/">Our Reference<' in page.text
    assert "placeholder" not in page.text


def test_an_account_without_a_password_can_choose_one(ann, client):
    ann.set_unusable_password()
    ann.save()
    client.force_login(ann)
    page = client.get("/accounts/password/change/", follow=True)
    assert "Choose a password" in page.text
    assert "placeholder" not in page.text


@pytest.mark.parametrize("address", ["login/", "password/change/", "reauthenticate/"])
def test_the_way_to_a_new_password_stands_below_the_button(address, ann, client):
    if address != "login/":
        client.force_login(ann)
    text = client.get(f"/accounts/{address}").text
    assert text.index("</button>") < text.index("Forgot your password?")
    assert text.count("Forgot your password?") == 1


@pytest.mark.parametrize("address", ["email/", "confirm-email/", "login/code/", ""])
def test_pages_that_nobody_here_needs_do_not_exist(address, ann, client):
    client.force_login(ann)
    assert client.get(f"/accounts/{address}").status_code == 404


def test_somebody_who_forgot_the_password_chooses_a_new_one_and_signs_in(ann, settings, client):
    settings.DEFAULT_FROM_EMAIL = "desk@example.org"
    assert ask(client)["Location"] == SENT
    (message,) = mail.outbox
    assert (message.to, message.from_email) == (["ann@example.org"], "desk@example.org")
    assert message.subject == "Countersign: a link for a new password"
    assert message.body.startswith("Hello Ann,")
    assert "Countersign" in message.body
    form = client.get(find_link(message), follow=True)
    assert "Choose a new password" in form.text
    here = form.redirect_chain[-1][0]
    done = client.post(here, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}, follow=True)
    assert "You have a new password" in done.text
    assert not client.login(username="ann", password=PASSWORD)
    assert client.login(username="ann", password=NEW_PASSWORD)
    client.logout()
    assert "This link does not work" in client.get(find_link(message), follow=True).text


@pytest.mark.parametrize("host", ["evil.example", "testserver", "example.org.evil.example"])
def test_a_mailed_address_begins_with_site_url_whatever_host_was_asked(ann, settings, client, host):
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://example.org", ["*"]
    assert client.post(RESET, {"email": "ann@example.org"}, HTTP_HOST=host)["Location"] == SENT
    (message,) = mail.outbox
    links = re.findall(r"\w+://\S+", message.body)
    assert len(links) == 1
    assert links[0].startswith("https://example.org/accounts/password/reset/key/")
    assert "evil" not in message.body + message.subject
    path = links[0].removeprefix("https://example.org")
    assert "Choose a new password" in client.get(path, follow=True).text


@pytest.mark.parametrize("allowed", [["*"], [".evil.example"], ["testserver"]])
@pytest.mark.parametrize("host", ["a.evil.example", "testserver"])
def test_without_site_url_no_mail_takes_the_host_of_a_request(
    ann, settings, client, caplog, allowed, host
):
    settings.SITE_URL, settings.ALLOWED_HOSTS = "", [*allowed, host]
    assert client.post(RESET, {"email": "ann@example.org"}, HTTP_HOST=host)["Location"] == SENT
    assert mail.outbox == []
    assert "set SITE_URL" in caplog.text


def test_a_bad_new_password_is_refused_in_place(ann, client):
    ask(client)
    here = client.get(find_link(mail.outbox[0]), follow=True).redirect_chain[-1][0]
    page = client.post(here, {"password1": "12345678", "password2": "12345679"})
    assert page.status_code == 200
    assert "There is a problem." in page.text


def test_an_unknown_address_is_told_the_same_and_gets_no_mail(ann, client):
    known, unknown = ask(client), ask(client, "nobody@example.org")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.to for message in mail.outbox] == [["ann@example.org"]]


def test_a_closed_account_gets_no_mail(ann, client):
    ann.is_active = False
    ann.save()
    assert ask(client)["Location"] == SENT
    assert mail.outbox == []


def test_an_address_of_earlier_days_opens_nothing(ann, client):
    ask(client)
    ann.email = "new@example.org"
    ann.save()
    mail.outbox.clear()
    ask(client)
    assert mail.outbox == []
    ask(client, "new@example.org")
    assert [message.to for message in mail.outbox] == [["new@example.org"]]


def test_a_mail_server_that_is_down_changes_nothing_for_the_person_and_is_logged(
    ann, settings, client, caplog
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert ask(client)["Location"] == SENT
    assert "A mail could not be sent" in caplog.text


def test_mail_is_posted_behind_the_answer(monkeypatch, ann, client):
    started = []

    class Later(ImmediateThread):
        def __init__(self, target, args):
            self.start = lambda: started.append(target)

    monkeypatch.setattr(accounts, "Thread", Later)
    assert ask(client)["Location"] == SENT
    assert started == [accounts.send_and_log_failure]


def test_too_many_requests_get_a_page_in_our_look(ann, client):
    for _ in range(5):
        ask(client)
    page = ask(client)
    assert page.status_code == 429
    assert "Too many attempts" in page.text
    assert "911" in page.text


def test_a_changed_password_says_so_and_leads_back_to_work(ann, client):
    client.force_login(ann)
    form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    page = client.post("/accounts/password/change/", form, follow=True)
    assert page.redirect_chain[-1][0] == "/admin/"
    assert "Your password is changed." in page.text
