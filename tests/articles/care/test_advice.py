"""Advice that sends people to emergency help: what counts as that, and how it is shown."""

import uuid

import pytest
from django.template import engines

from articles.care import advice as care_advice
from articles.care.emergency_help import find_emergency_help
from articles.care.site_numbers import get_crisis_ways
from articles.content.document import Advice, ArticleDocument, canonicalize, digest
from tests import html

HELP = {
    "<p>Rest. If it gets worse, call 911 right away.</p>": "gets worse, call 911 right away",
    "<p>Call <strong>911</strong>.</p>": "Call 911",
    "<p>Call<br>911.</p>": "Call 911",
    "<ul><li>Rest</li><li>Dial <em>112</em></li></ul>": "Dial 112",
    "<p>Ring 999 in England.</p>": "Ring 999 in England",
    "<p>Call 9-1-1.</p>": "Call 9-1-1",
    "<p>Call nine one one.</p>": "Call nine one one",
    "<p>Get an ambulance.</p>": "Get an ambulance",
    "<p>Send for the <strong>Paramedics</strong>.</p>": "Send for the Paramedics",
    "<p>Tell the emergency services.</p>": "Tell the emergency services",
    "<p>Call for emergency help.</p>": "Call for emergency help",
    "<p>Call the emergency number.</p>": "Call the emergency number",
    "<p>First responders know.</p>": "First responders know",
    "<p>Ask the 911 operator.</p>": "Ask the 911 operator",
    "<p>The EMTs know.</p>": "The EMTs know",
    "<p>Go to an emergency department.</p>": "Go to an emergency department",
    "<p>Rest.</p><p>Head to the nearest <em>ER</em>.</p>": "Head to the nearest ER",
    "<p>Do not drive yourself.</p>": "Do not drive yourself",
    '<p><a href="tel:911">Get help</a></p>': "tel:911",
    '<p><a href="tel:9-1-1">Get help</a></p>': "tel:911",
}
NO_HELP = [
    "<p>See a clinician.</p>",
    "<p>A pulse of 112 bpm.</p>",
    "<p>Call 1-800-911-1234.</p>",
    "<p>See page 911.</p>",
    "<p>You need no ambulance.</p>",
    "<p>You do not need an emergency department for this.</p>",
    "<p>Your 911 call will be recorded.</p>",
    "<p>Call NHS 111 for advice.</p>",
    "<p>Call room 911.</p>",
    "<p>This is no emergency.</p>",
    "<p>Name an emergency contact.</p>",
    "<p>An ambulatory test.</p>",
    "<p>In 999 people.</p>",
    "<p>Call or text 988.</p>",
    '<p><a href="tel:18009111234">Ask a nurse</a></p>',
    "",
]


@pytest.mark.parametrize(("text", "found"), HELP.items())
def test_words_that_send_somebody_to_emergency_help_are_found(text, found):
    assert find_emergency_help(text) == found


@pytest.mark.parametrize("text", NO_HELP)
def test_other_words_and_numbers_are_not_mistaken_for_it(text):
    assert find_emergency_help(text) == ""


def test_the_number_of_the_site_counts_whatever_it_is(settings):
    assert find_emergency_help("<p>Call 117.</p>") == ""
    settings.EMERGENCY_NUMBER = "117"
    assert find_emergency_help("<p>Call 117.</p>") == "Call 117"


@pytest.mark.parametrize("level", ["urgent", "routine"])
def test_lesser_advice_that_asks_for_more_is_shown_as_an_emergency(level):
    shown = care_advice.present_for_visitors(Advice(level=level, html="<p>Rest, or call 911.</p>"))
    assert (shown.level, shown.label) == ("emergency", "When to get help")
    assert 'href="tel:911"' in shown.html


@pytest.mark.parametrize("level", ["emergency", "urgent", "routine"])
def test_other_advice_keeps_its_level_and_heading(level):
    advice = Advice(level=level, html="<p>Rest.</p>")
    shown = care_advice.present_for_visitors(advice)
    assert (shown.level, shown.label, shown.html) == (level, advice.label, advice.html)


def test_an_emergency_keeps_its_own_heading():
    assert care_advice.present_for_visitors(
        Advice(level="emergency", html="<p>Call 911.</p>")
    ).label == ("Call for emergency help")


def test_at_the_desk_it_is_as_it_was_chosen_and_no_number_can_be_dialled():
    advice = Advice(level="routine", html="<p>Call 911.</p>")
    shown = care_advice.present_as_signed(advice)
    assert (shown.level, shown.label, shown.html) == (
        "routine",
        "When to see a clinician",
        "<p>Call 911.</p>",
    )


def test_what_is_signed_stays_as_it_is():
    advice = Advice(level="routine", html="<p>Call 911.</p>")
    before = digest(canonicalize(advice))
    care_advice.present_for_visitors(advice)
    assert digest(canonicalize(advice)) == before
    assert canonicalize(advice) == b'{"html":"<p>Call 911.</p>","level":"routine"}'


def make_page(*cards: Advice, **more) -> ArticleDocument:
    gravest, *further = [*cards, None]
    return ArticleDocument(
        uuid=uuid.UUID(int=1),
        language="en",
        title="Cough",
        headline="Cough",
        summary="",
        written_by="Ann",
        body="",
        advice=gravest,
        further_advice=tuple(further[:-1]),
        **more,
    )


NOW = Advice(level="emergency", html="<p>Call 911.</p>", heading="Call 911 now")
TODAY = Advice(level="urgent", html="<p>Go today.</p>")
BURIED = Advice(level="routine", html="<p>Rest, or call 911.</p>")


def list_shown(document: ArticleDocument, *, for_visitors: bool) -> list[tuple[str, str]]:
    cards = care_advice.present_cards(document, for_visitors=for_visitors)
    return [(card.level, card.label) for card in cards]


def test_what_is_shown_as_an_emergency_comes_before_lesser_cards():
    document = make_page(TODAY, BURIED)
    assert list_shown(document, for_visitors=True) == [
        ("emergency", "When to get help"),
        ("urgent", "Get medical help today"),
    ]
    assert list_shown(document, for_visitors=False) == [
        ("urgent", "Get medical help today"),
        ("routine", "When to see a clinician"),
    ]


def test_a_card_that_was_signed_as_an_emergency_comes_before_one_that_is_shown_so():
    assert list_shown(make_page(NOW, TODAY, BURIED), for_visitors=True) == [
        ("emergency", "Call 911 now"),
        ("emergency", "When to get help"),
        ("urgent", "Get medical help today"),
    ]


def render_cards(document: ArticleDocument, **context) -> str:
    template = '{% load pages %}{% include "articles/_advice.html" %}'
    return engines["django"].from_string(template).render({"document": document, **context})


def test_every_card_is_printed_the_gravest_first_and_then_what_holds_for_all():
    shown = render_cards(make_page(NOW, TODAY, same_for_everyone=True), public=True)
    words = ["Call 911 now", "Get medical help today", "the same for babies and children"]
    text = " ".join(html.get_text(shown).split())
    places = [text.index(word) for word in words]
    assert places == sorted(places)
    assert "babies" not in render_cards(make_page(NOW))
    assert "<section" not in render_cards(make_page())


def test_the_crisis_line_stands_under_the_emergency_card_and_before_lesser_ones():
    publisher = {"crisis_ways": get_crisis_ways()}
    context = {"public": True, "publisher": publisher}
    shown = render_cards(make_page(NOW, TODAY, shows_crisis_line=True), **context)
    assert shown.index("advice emergency") < shown.index('href="tel:988"') < shown.index("Go today")
    for cards in ((TODAY,), ()):
        shown = render_cards(make_page(*cards, shows_crisis_line=True), **context)
        assert shown.count('href="tel:988"') == 1
    assert shown.count("<section") == 0
    assert 'href="sms:988"' in shown
    at_desk = render_cards(make_page(NOW, shows_crisis_line=True), publisher=publisher)
    assert "988" in at_desk
    assert "tel:" not in at_desk
    assert "crisis line of the site" in render_cards(make_page(NOW, shows_crisis_line=True))
