"""One emergency card of all chosen symptoms: whom to call once, signs by symptom as signed."""

import re

import pytest

from tests import factories, html
from tests.symptoms.finder.finder_page import ask_finder, list_headings

pytestmark = pytest.mark.django_db

RED_CARD = re.compile(r'<(section|details|div) class="advice emergency[^"]*".*?</\1>', re.S)
NUMBER = 'href="tel:911"'


def read_red_cards(answer) -> list[str]:
    """The red cards of a page, as HTML."""
    main = answer.text.partition("<main")[2]
    return [card.group(0) for card in RED_CARD.finditer(main)]


def test_the_red_cards_of_all_symptoms_are_one_and_the_number_stands_in_it_once(publish, client):
    publish("droop", advice="<ul><li>One side of the face droops</li></ul>")
    publish("speech", advice="<ul><li>Words come out wrong</li></ul>")
    answer = ask_finder(client, "droop", "speech")
    (card,) = read_red_cards(answer)
    assert card.count(NUMBER) == 1
    assert card.index(NUMBER) < card.index("One side of the face droops")
    text = html.get_text(card)
    assert text.index("Droop") < text.index("One side") < text.index("Speech")
    assert text.index("Speech") < text.index("Words come out wrong")


def test_pages_with_headings_of_their_own_keep_them_below_the_number(publish, client):
    go = "Go to an emergency department now"
    publish("cut", advice_heading=go, advice="<p>It gapes.</p>")
    publish("droop", advice="<p>One side droops.</p>")
    answer = ask_finder(client, "cut", "droop")
    (card,) = read_red_cards(answer)
    assert list_headings(answer, "h2")[0] == f"Call 911 now · {go}"
    assert card.index(NUMBER) < card.index(go)
    assert list_headings(answer)[:2] == ["Droop: Call 911 now", f"Cut: {go}"]


def test_it_stands_before_all_else_and_no_other_number_with_it(publish, client):
    publish("droop", ("Stroke", "life-threatening", ""), advice="<p>One side droops.</p>")
    answer = ask_finder(client, "droop")
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    assert main.count(NUMBER) == 1
    assert main.index('class="advice emergency"') < main.index('id="choose"')


def test_no_sentence_of_a_signed_text_is_altered_and_its_own_number_can_be_tapped(publish, client):
    signed = "<p>If it is <strong>sudden</strong>, call 911. Do not drive yourself.</p>"
    publish("droop", advice=signed)
    (card,) = read_red_cards(ask_finder(client, "droop"))
    assert "If it is sudden , call 911 . Do not drive yourself." in html.get_text(card)
    assert "call <a" in card


def test_an_emergency_symptom_that_was_chosen_heads_the_card(publish, client):
    stiff = publish("stiff-neck", advice_level="urgent", advice="<p>Go today.</p>")
    publish("ache", serious=[stiff], advice="<p>It is the worst ever.</p>")
    answer = ask_finder(client, "stiff-neck", "ache")
    (card,) = read_red_cards(answer)
    assert list_headings(answer, "h2")[0] == "Call 911 now"
    assert card.count(NUMBER) == 1
    text = html.get_text(card)
    assert text.index("You chose Stiff neck") < text.index("It is the worst ever.")


def test_emergency_symptoms_are_in_a_red_card_even_where_no_page_has_one(publish, client):
    stiff = publish("stiff-neck")
    publish("ache", serious=[stiff], advice_level="routine", advice="<p>If it lasts.</p>")
    answer = ask_finder(client, "ache")
    (card,) = read_red_cards(answer)
    assert "Get emergency help if you also have" in card
    assert card.count(NUMBER) == 1


def test_without_a_red_card_the_gravest_is_open_below_the_number(publish, client):
    publish("ache", advice_level="routine", advice="<p>If it lasts.</p>")
    publish("cramp", advice_level="urgent", advice="<p>If it spreads.</p>")
    answer = ask_finder(client, "ache", "cramp")
    assert read_red_cards(answer) == []
    text = html.get_text(answer.text.partition("<main")[2])
    assert text.index("If you think that a life is in danger, call 911") < text.index(
        "If it spreads."
    )
    assert '<section class="advice urgent">' in answer.text
    assert '<details class="advice routine">' in answer.text


def test_pages_that_say_nothing_leave_the_number_and_say_so(ann, ravi, morgan, client):
    ache = factories.make_symptom(ann, slug="ache", title="Ache", advice="", advice_level="")
    factories.sign_despite_checks(ache, by=ravi, manager=morgan)
    text = html.get_text(ask_finder(client, "ache").text)
    assert text.index("a life is in danger, call 911") < text.index("does not say when to call")


def test_another_country_s_number_is_read_in_headings(publish, client, settings):
    settings.EMERGENCY_NUMBER = "112"
    publish("droop", advice="<p>One side droops.</p>")
    (card,) = read_red_cards(ask_finder(client, "droop"))
    assert card.count('href="tel:112"') == 1
    assert "911" not in card
