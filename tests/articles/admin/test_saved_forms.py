"""A session that ends in the middle of a save: nothing typed is lost, and nobody else sees it."""

import time

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from articles.models import Article
from config.models import SignInSession
from symptoms.models import Symptom
from tests import factories
from tests.factories import PASSWORD, make_upload
from tests.html import read_form

pytestmark = pytest.mark.django_db
ADD = "/admin/symptoms/symptom/add/"


@pytest.fixture
def form(symptom):
    return f"/admin/symptoms/symptom/{symptom.pk}/change/"


@pytest.fixture
def browser(ann, form):
    """Ann's browser, strict about tokens, with the form open."""
    client = Client(enforce_csrf_checks=True)
    client.login(username="ann", password=PASSWORD)
    client.opened = read_form(client.get(form))
    return client


def end_session(browser):
    SignInSession.objects.all().delete()
    del browser.cookies[settings.SESSION_COOKIE_NAME]


def sign_in(browser, response, username="ann"):
    """Follow to the sign-in page and sign in there; gives the page to which that leads."""
    while response.status_code == 302:
        response = browser.get(response["Location"])
    values = read_form(response) | {"login": username, "password": PASSWORD}
    response = browser.post(response.request["PATH_INFO"], values)
    while response.status_code == 302:
        response = browser.get(response["Location"])
    return response


def test_what_was_typed_is_there_after_signing_in_and_saves(browser, form, symptom):
    end_session(browser)
    response = browser.post(
        form, browser.opened | {"summary": "Typed for an hour.", "references-0-title": "New title"}
    )
    assert response.status_code == 302
    response = sign_in(browser, response)
    assert "This is not saved yet." in response.text
    assert "Typed for an hour." in response.text
    assert "New title" in response.text
    assert Symptom.objects.get(pk=symptom.pk).summary != "Typed for an hour."
    assert symptom.revisions.count() == 1
    again = browser.get(form)  # a reload loses it no more than the first look
    assert "Typed for an hour." in again.text
    assert browser.post(form, read_form(again)).status_code == 302
    assert Symptom.objects.get(pk=symptom.pk).summary == "Typed for an hour."
    assert "This is not saved yet." not in browser.get(form).text


def test_a_new_page_is_held_too(browser, ann):
    browser.opened = read_form(browser.get(ADD)) | {
        "title": "Yawning",
        "slug": "yawning",
        "body": "<p>You yawn.</p>",
    }
    end_session(browser)
    response = sign_in(browser, browser.post(ADD, browser.opened))
    assert "This is not saved yet." in response.text
    assert not Symptom.objects.filter(slug="yawning").exists()
    assert browser.post(ADD, read_form(response)).status_code == 302
    assert Symptom.objects.get(slug="yawning").body == "<p>You yawn.</p>"


def test_it_can_be_thrown_away(browser, form, symptom):
    end_session(browser)
    sign_in(browser, browser.post(form, browser.opened | {"summary": "Typed for an hour."}))
    assert "Typed for an hour." not in browser.get(f"{form}?throw_away").text
    assert "Typed for an hour." not in browser.get(form).text


def test_after_an_hour_it_is_gone(browser, form, symptom):
    end_session(browser)
    response = browser.post(form, browser.opened | {"summary": "Typed for an hour."})
    with time_machine.travel(time.time() + 3601):
        assert "Typed for an hour." not in sign_in(browser, response).text


@pytest.mark.parametrize("who", ["charlie", "morgan", "ravi"])
def test_whoever_else_signs_in_there_sees_nothing_of_it(browser, form, who, request):
    request.getfixturevalue(who)
    end_session(browser)
    response = sign_in(
        browser, browser.post(form, browser.opened | {"summary": "Typed for an hour."}), who
    )
    assert "Typed for an hour." not in response.text


def test_another_browser_of_the_same_person_sees_nothing_of_it(browser, form):
    end_session(browser)
    browser.post(form, browser.opened | {"summary": "Typed for an hour."})
    other = Client()
    other.login(username="ann", password=PASSWORD)
    assert "Typed for an hour." not in other.get(form).text


def test_who_lost_the_right_meanwhile_gets_nothing(browser, form, ann):
    end_session(browser)
    response = browser.post(form, browser.opened | {"summary": "Typed for an hour."})
    ann.groups.clear()
    assert "Typed for an hour." not in sign_in(browser, response).text


def list_saved_forms() -> list:
    return [
        session for session in SignInSession.objects.all() if "held_form" in session.get_decoded()
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"csrfmiddlewaretoken": "forged"},
        {"ticket": ""},
        {"ticket": "forged:ticket"},
        {"body": "x" * (2 * 1024 * 1024)},
    ],
)
def test_what_is_forged_or_too_long_is_not_held(browser, form, change):
    end_session(browser)
    browser.post(form, browser.opened | change)
    assert list_saved_forms() == []
    browser.post(form, browser.opened)
    assert len(list_saved_forms()) == 1


def test_other_forms_are_not_held(browser, ann):
    cause = factories.make_cause(ann)
    page = f"/admin/symptoms/cause/{cause.pk}/change/"
    opened = read_form(browser.get(page)) | {"ticket": browser.opened["ticket"]}
    end_session(browser)
    assert browser.post(page, opened).status_code == 302
    assert list_saved_forms() == []


def test_a_conflict_met_meanwhile_is_shown_with_it(browser, form, symptom, morgan):
    end_session(browser)
    response = browser.post(form, browser.opened | {"summary": "Typed for an hour."})
    client = Client()
    client.force_login(morgan)
    client.post(form, read_form(client.get(form)) | {"body": "<p>Morgan was here.</p>"})
    response = sign_in(browser, response)
    assert "Morgan Mill saved this page after you opened it." in response.text
    assert "Typed for an hour." in response.text
    assert browser.post(form, read_form(response)).status_code == 302
    saved = Article.objects.get(pk=symptom.pk)
    assert (saved.summary, saved.body) == ("Typed for an hour.", "<p>Morgan was here.</p>")


def test_a_file_cannot_be_held_and_that_is_said(browser, form, symptom):
    row = {
        "figures-TOTAL_FORMS": "1",
        "figures-0-alt": "Two lines that meet.",
        "figures-0-upload": make_upload("eye.png"),
    }
    end_session(browser)
    response = sign_in(
        browser, browser.post(form, browser.opened | row | {"summary": "Typed for an hour."})
    )
    assert "A file cannot be kept meanwhile. Choose again: “eye.png”." in response.text
    assert "Typed for an hour." in response.text
    assert "Two lines that meet." in response.text
    again = read_form(response) | {"figures-0-upload": make_upload("eye.png")}
    assert browser.post(form, again).status_code == 302
    assert symptom.figures.get().alt == "Two lines that meet."
