"""Advice that sends people to emergency help: what counts as that, and how it is shown."""

import pytest

from articles.care import advice as care_advice
from articles.care.emergency_help import find_emergency_help
from articles.content.document import Advice, canonicalize, digest

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
