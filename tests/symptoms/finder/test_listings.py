"""Symptoms to choose from stand under the body systems under which signed pages name them."""

import pytest

from reviews.signing.actions import withdraw_page
from tests import factories, html
from tests.symptoms.finder.finder_page import FINDER, ask_finder

pytestmark = pytest.mark.django_db


def test_symptoms_stand_under_the_body_systems_under_which_signed_pages_name_them(
    publish, client, ann, morgan
):
    eye, gone = publish("twitch"), publish("gone")
    draft = factories.make_symptom(ann, slug="draft", title="Draft")
    publish("ache", related=[eye, gone, draft], system="eyes")
    withdraw_page(gone, reason="wrong", by=morgan)
    answer = ask_finder(client, "ache", system="eyes")
    assert "/finder/?s=ache&s=twitch&system=eyes" in html.get_links(answer.text)
    for word in ("Gone", "Draft"):
        assert word not in html.get_text(answer.text)
    assert "/finder/?s=ache&system=skin#lists" not in html.get_links(
        answer.text
    )  # nobody names one there
    assert "/finder/?s=ache&system=eyes#lists" in html.get_links(answer.text)
    every = client.get(FINDER, {"system": "all"})
    assert {"/finder/?s=ache&system=all", "/finder/?s=twitch&system=all"} <= set(
        html.get_links(every.text)
    )


def test_a_body_system_whose_only_page_is_withdrawn_is_no_longer_offered(publish, client, morgan):
    page = publish("ache", related=[publish("twitch")], system="eyes")
    assert "Eye" in html.get_text(client.get(FINDER).text)
    withdraw_page(page, reason="wrong", by=morgan)
    assert "system=eyes" not in client.get(FINDER).text


@pytest.mark.parametrize("count", [3, 130])
def test_a_long_list_comes_by_letter_and_in_pages_at_a_fixed_cost(
    count, ann, ravi, client, django_assert_num_queries
):
    factories.publish_symptoms(count, by=ann, signer=ravi, title="Ache {:03}")
    client.get("/articles/")  # the foot of all pages
    with django_assert_num_queries(3):
        first = client.get(FINDER, {"system": "whole-body"})
    assert ("list 1 of 3" in html.get_text(first.text)) == (count == 130)
    assert first.text.count('<span class="hidden">Add </span>') == min(count, 60)
    if count == 130:
        assert "/finder/?system=whole-body&letter=a#lists" in html.get_links(first.text)
        last = client.get(FINDER, {"system": "whole-body", "letter": "a", "page": "3"})
        assert "/finder/?s=ache-130&system=whole-body&letter=a&page=3" in html.get_links(last.text)
