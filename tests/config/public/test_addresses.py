"""Addresses as people type and paste them, and requests that are refused: pages of our own."""

import pytest

from articles.publishing.actions import change_slug
from reviews.signing.actions import withdraw_page
from tests import factories, html

pytestmark = pytest.mark.django_db
PAGE = "/symptoms/facial-spasms/"


@pytest.fixture
def spasms(ann, ravi):
    symptom = factories.make_symptom(ann)
    factories.add_facts(symptom, ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return symptom


TYPED = {
    "/Symptoms/Facial_Spasms/": PAGE,
    "/symptoms/facial_spasms/": PAGE,
    "/SYMPTOMS/FACIAL-SPASMS": PAGE,
    "/Symptoms/Facial_Spasms/?from=leaflet&x=A_b": f"{PAGE}?from=leaflet&x=A_b",
    "/symptoms/Facial_Spasms/Causes/": f"{PAGE}causes/",
    "/symptoms/Facial_Spasms/history/": f"{PAGE}history/",
    "/Causes/Cause_0_of_Facial_Spasms/": "/causes/cause-0-of-facial-spasms/",
    "/Reviewers/Ravi_Rao/": "/reviewers/ravi-rao/",
    "/Topics/": "/topics/",
    "/Topics/Bones_Joints_and_Muscles/": "/topics/bones-joints-and-muscles/",
}


def test_capitals_and_underscores_lead_on_in_one_step(spasms, client):
    for typed, meant in TYPED.items():
        moved = client.get(typed, follow=typed.endswith("FACIAL-SPASMS"))
        if moved.status_code == 200:
            assert moved.redirect_chain[-1] == (meant, 301), typed
            continue
        assert (moved.status_code, moved["Location"]) == (301, meant), typed
        assert client.get(meant).status_code == 200, typed
        assert "max-age=0" in moved["Cache-Control"], typed


def test_nothing_else_leads_anywhere(spasms, ann, client):
    factories.make_symptom(ann, slug="a-draft", title="A draft")
    for typed in (
        "/Symptoms/No_Such_Page/",
        "/Symptoms/A_Draft/",
        "/\\evil.example/Facial_Spasms/",
        "/Search/?q=Facial_spasms",
        "/Finder/?s=Facial_Spasms",
        "/Admin/",
        "/Desk/",
        "/Feeds/Reviewed.atom",
    ):
        answer = client.get(typed)
        assert (answer.status_code, answer.get("Location")) == (404, None), typed
        assert "911" in answer.text, typed


def test_an_old_address_in_capitals_leads_to_the_page_without_a_circle(spasms, morgan, client):
    change_slug(spasms, slug="twitching-face", by=morgan)
    moved = client.get("/Symptoms/Facial_Spasms/", follow=True)
    assert moved.redirect_chain == [(PAGE, 301), ("/symptoms/twitching-face/", 301)]
    assert moved.status_code == 200


def test_an_address_with_an_underscore_of_its_own_is_served(ann, ravi, client):
    page = factories.make_symptom(ann, slug="Facial_Spasms")
    factories.sign_page(page, by=ravi, asked_by=ann)
    assert client.get("/symptoms/Facial_Spasms/").status_code == 200
    assert client.get("/symptoms/facial_spasms/").status_code == 404


def test_a_withdrawn_page_says_so_in_any_spelling(spasms, morgan, client):
    withdraw_page(spasms, reason="wrong", by=morgan)
    assert client.get("/Symptoms/Facial_Spasms/", follow=True).status_code == 410


READ_ONLY = ("/", "/symptoms/", PAGE, f"{PAGE}history/", "/topics/", "/reviewers/")


def test_another_method_gets_405_and_a_page_of_ours(spasms, client):
    client.handler.enforce_csrf_checks = True
    for address in (*READ_ONLY, "/search/", "/finder/"):
        for method in (client.post, client.put, client.delete):
            answer = method(address)
            tried = (method.__name__, address)
            assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD"), tried
            assert "This page can only be read" in answer.text, tried
            assert "911" in answer.text, tried
            assert "Set-Cookie" not in answer, tried


def test_a_form_of_staff_still_asks_for_its_token(ann, client):
    client.handler.enforce_csrf_checks = True
    assert client.post("/accounts/login/", {"login": "ann"}).status_code == 403


@pytest.mark.parametrize("address", ["/search/?q=", "/symptoms/", "/nowhere/?"])
def test_an_address_that_is_too_long_gets_a_page_of_ours_and_no_query(
    address, client, django_assert_num_queries
):
    with django_assert_num_queries(0):
        answer = client.get(address + "a" * 4_001)
    assert answer.status_code == 414
    assert "This address is too long" in answer.text
    assert "911" in answer.text
    assert html.find_empty_sections(answer.text) == []
    if address.startswith("/search/"):
        assert "no-store" in answer["Cache-Control"]


def test_lists_of_staff_may_have_long_addresses(ann, client):
    client.force_login(ann)
    answer = client.get("/admin/symptoms/symptom/?q=" + "a" * 4_001)
    assert answer.status_code != 414


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/favicon.ico", ("image/vnd.microsoft.icon", "image/x-icon")),
        ("/apple-touch-icon.png", ("image/png",)),
    ],
)
def test_browsers_find_the_icons_that_they_look_for(path, media_type, client):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] in media_type
    assert "Set-Cookie" not in answer
