"""Symptoms are found by lay words, in any order and spelling, and only as signed."""

import pytest

from symptoms.finder import name_lookup
from symptoms.models import OtherName
from tests import factories, html
from tests.symptoms.finder.finder_page import FINDER

pytestmark = pytest.mark.django_db


def test_typing_a_name_adds_the_symptom_and_the_address_says_so(publish, client):
    publish("ache")
    publish("dull-ache")
    answer = client.get(FINDER, {"q": "  ACHE "})
    assert (answer.status_code, answer["Location"]) == (302, "/finder/?s=ache")
    answer = client.get(FINDER, {"s": "ache", "q": "dull"})
    assert answer["Location"] == "/finder/?s=ache&s=dull-ache"
    assert client.get(FINDER, {"s": "ache", "q": "ache"})["Location"] == "/finder/?s=ache"


def test_the_beginning_of_a_mistyped_name_goes_on_as_it_does_in_the_search(publish, client):
    for slug in ("headache", "hearing-loss", "heartburn", "rash"):
        publish(slug)
    answer = client.get(FINDER, {"q": "haedac"})
    assert "Headache" in html.get_text(answer.text.partition("finder-matches")[2])


def test_adding_nothing_leads_back_to_what_was_chosen(publish, client):
    publish("ache")
    assert client.get(FINDER, {"s": "ache", "q": " "})["Location"] == "/finder/?s=ache"


def test_typing_what_may_mean_several_shows_them_to_choose_from(publish, client):
    publish("dull-ache")
    publish("sharp-ache")
    answer = client.get(FINDER, {"s": "dull-ache", "q": "ache"})
    assert answer.status_code == 200
    assert "/finder/?s=dull-ache&s=sharp-ache" in html.get_links(answer.text)
    assert "Dull ache chosen" in html.get_text(answer.text)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("oedema", ["Edema of the leg"]),
        ("leg oedemas", ["Edema of the leg"]),
        ("swollen leg", ["Edema of the leg"]),
        ("my leg is swollen", ["Edema of the leg"]),
        ("eye wont stop twitching", ["Eye twitching"]),
        ("twitch", ["Eye twitching"]),
        ("EYE", ["Eye twitching"]),
        ("déjà", ["Déjà vu"]),
        ("deja vu", ["Déjà vu"]),
        ("why does it", []),
        ("%", []),
        ("_", []),
    ],
)
def test_a_symptom_is_found_in_lay_words_in_any_order_and_spelling(
    typed, found, publish, client, ann, ravi
):
    leg = publish("edema", title="Edema of the leg")
    OtherName.objects.create(symptom=leg, name="Swollen leg")
    factories.sign_page(factories.edit_page(leg, by=ann, summary="New."), by=ravi, asked_by=ann)
    publish("eye", title="Eye twitching")
    publish("deja", title="Déjà vu")
    assert [match.title for match in name_lookup.find_matches(typed)] == found


def test_another_name_is_told_beside_the_symptom_that_it_finds(publish, client, ann, ravi):
    leg = publish("edema", title="Edema of the leg")
    OtherName.objects.create(symptom=leg, name="Stovepipe leg")
    OtherName.objects.create(symptom=leg, name="Stovepipe ankle")
    factories.edit_page(leg, by=ann, summary="New.")
    assert name_lookup.find_matches("stovepipe") == []
    factories.sign_page(leg, by=ravi, asked_by=ann)
    assert [(match.title, match.other_name) for match in name_lookup.find_matches("stovepipe")] == [
        ("Edema of the leg", "Stovepipe leg")
    ]


def test_what_is_only_half_a_match_is_never_taken_for_granted(publish, client):
    publish("vision", title="Sudden loss of vision")
    answer = client.get(FINDER, {"q": "vision of zebras"})
    assert answer.status_code == 200
    assert "/finder/?s=vision" in html.get_links(answer.text)
    assert "No symptom here has all of these words." in html.get_text(answer.text)
    assert "also called" not in html.get_text(answer.text)


def test_typing_what_nothing_fits_helps_on(publish, client):
    publish("ache")
    answer = client.get(FINDER, {"s": "ache", "q": "zzz"})
    text = html.get_text(answer.text)
    assert "We publish no symptom by that name." in text
    assert "says nothing about how serious it is" in text
    assert 'name="s" value="ache"' in answer.text


def test_a_draft_is_not_found_by_typing_nor_in_a_list(client, ann):
    factories.make_symptom(ann, slug="zqdraft", title="Zqdraft")
    assert client.get(FINDER, {"q": "zqdraft"}).status_code == 200
    assert "zqdraft" not in client.get(FINDER, {"system": "all"}).text.lower()


def test_who_may_think_of_dying_is_told_whom_to_call_in_the_finder_too(publish, client):
    publish("ache")
    assert 'href="tel:988"' in client.get(FINDER, {"q": "i want to die"}).text
    assert 'href="tel:988"' not in client.get(FINDER, {"q": "zzz"}).text
