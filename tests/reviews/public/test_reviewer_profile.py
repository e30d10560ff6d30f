"""A reviewer's page: there once they have signed, with their words, without their licence."""

import pytest
from django.urls import reverse

from articles.page_store import following
from articles.public.page_cache import page_cache
from reviews.models import Reviewer
from reviews.models.review import WHOLE_PAGE_STATEMENT
from reviews.signing.actions import request_review, withdraw_page
from tests import factories, html
from tests.database import expect_refusal

pytestmark = pytest.mark.django_db

RAVI = "/reviewers/ravi-rao/"


@pytest.fixture
def spasms(ann, ravi):
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    return symptom


def test_who_never_signed_and_who_is_unknown_have_no_page(ravi, client):
    assert client.get(RAVI).status_code == 404
    assert client.get("/reviewers/nobody/").status_code == 404


def test_the_page_tells_credentials_as_signed_and_what_was_signed(spasms, ann, fiona, client):
    Reviewer.objects.filter(slug="ravi-rao").update(
        name="Ravi Renamed", post_nominals="Sir", specialty="Everything"
    )
    factories.edit_page(spasms, by=ann, title="A draft title")
    factories.sign_page(
        factories.edit_page(spasms, by=ann, title="Face spasms"),
        by=fiona,
        asked_by=ann,
        trigger="change",
    )
    page = client.get(RAVI)
    for expected in (
        "Ravi Rao",
        "MD",
        "Neurology",
        "Nowhere",
        "First review",
        "a later version has been signed since",
        "what the signature says",
        WHOLE_PAGE_STATEMENT,
        "Conflicts of interest stated: None",
    ):
        assert expected in page.text, expected
    assert "/symptoms/facial-spasms/" in html.get_links(page.text)
    assert not [
        word for word in ("Renamed", "Everything", "LIC-ravi", "draft") if word in page.text
    ]
    assert "Change" in client.get("/reviewers/fiona-field/").text
    assert html.find_empty_sections(page.text) == []
    assert "Set-Cookie" not in page
    assert client.post(RAVI).status_code == 405


def test_words_about_themselves_show_within_a_second_and_are_escaped(
    spasms, ravi, client, monkeypatch
):
    monkeypatch.setattr(following, "MAX_STALENESS", -1)  # a second later
    assert client.get(RAVI).status_code == 200
    factories.change_reviewer(ravi, biography="<script>x</script>", disclosures="Shares in Acme.")
    text = client.get(RAVI).text
    assert "Shares in Acme." in text
    assert "&lt;script&gt;" in text
    assert html.find_empty_sections(text) == []


def test_a_reader_who_has_the_page_is_told_so(spasms, client):
    etag = client.get(RAVI)["ETag"]
    assert client.get(RAVI, headers={"if-none-match": etag}).status_code == 304


def test_withdrawn_pages_leave_the_list_but_the_signer_stays(spasms, morgan, client):
    withdraw_page(spasms, reason="wrong", by=morgan)
    page = client.get(RAVI)
    assert page.status_code == 200
    assert "Facial spasms" not in page.text
    assert "None of the pages that Ravi Rao signed is public now." in page.text
    assert html.find_empty_sections(page.text) == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_profile_costs_a_fixed_number_of_queries(
    count, ann, ravi, client, django_assert_num_queries
):
    for number in range(count):
        factories.sign_page(
            factories.make_symptom(ann, slug=f"ache-{number}"), by=ravi, asked_by=ann
        )
    with django_assert_num_queries(7):
        assert client.get(RAVI).text.count("First review") == count


def test_many_signatures_come_in_lists(ann, ravi, client, monkeypatch):
    monkeypatch.setattr("reviews.public.reviewer_profile._signatures.per_page", 2)
    for number in range(3):
        factories.sign_page(
            factories.make_symptom(ann, slug=f"ache-{number}"), by=ravi, asked_by=ann
        )
    assert f"{RAVI}2/" in html.get_links(client.get(RAVI).text)
    assert "/symptoms/ache-0/" in html.get_links(client.get(f"{RAVI}2/").text)
    for number in (0, 3, 10**30):
        assert client.get(f"{RAVI}{number}/").status_code == 404


def test_review_lines_lead_to_their_signers(spasms, ann, fiona, client):
    factories.sign_page(
        factories.edit_page(spasms, by=ann, summary="Better."),
        by=fiona,
        asked_by=ann,
        trigger="change",
    )
    page_cache.clear()
    links = html.get_links(client.get("/symptoms/facial-spasms/").text)
    assert {RAVI, "/reviewers/fiona-field/"} <= set(links)


def test_at_the_desk_no_line_leads_to_a_page_that_may_not_be_there(ann, ravi, client):
    review = request_review(factories.make_symptom(ann), by=ann)
    client.force_login(ravi)
    assert RAVI not in html.get_links(client.get(f"/desk/reviews/{review.uuid}/").text)


def test_the_address_of_somebody_who_signed_stays(spasms, fiona, morgan, client):
    with expect_refusal("so it stays"):
        Reviewer.objects.filter(slug="ravi-rao").update(slug="elsewhere")
    assert Reviewer.objects.filter(slug="fiona-field").update(slug="fiona") == 1
    client.force_login(morgan)
    for slug, editable in (("ravi-rao", False), ("fiona", True)):
        form = client.get(
            reverse("admin:reviews_reviewer_change", args=[Reviewer.objects.get(slug=slug).pk])
        )
        assert ('name="slug"' in form.text) is editable
