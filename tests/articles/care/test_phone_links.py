"""Numbers to call become links that dial them; what only looks like one stays as it is."""

import cProfile
import pstats
import re

import pytest

from articles.care.phone_links import link_phone_numbers
from articles.care.phone_numbers import EMERGENCY_NUMBERS, asks_to_call, find_numbers_to_call

DIAL = re.compile(r'<a class="dial" href="(?:tel|sms):(\d+)">(.*?)</a>')

TO_CALL = [
    "Call 911",
    "Call 911.",
    "CALL 911!",
    "“Call 911”",
    "Dial 911 now.",
    "Phone 911, then open the door.",
    "Ring 911 at once.",
    "Telephone 911.",
    "Contact 911.",
    "You can text 911.",
    "Calling 911 first saves time.",
    "Ask someone to call 911 for you.",
    "Do not wait to call 911.",
    "Once you have called 911, unlock the door.",
    "Call (911).",
    "Call: 911.",
    "Call 911 24 hours a day.",
    "Call 911 day or night.",
    "Call 911 in an emergency.",
    "Call 911/112.",
    "Call 112/911.",
    "Phone 112 or 911.",
    "Call 999 in London, 112 in Rome or 911 in Boston.",
    "Call 911 if he cannot speak.",
    "Call an ambulance on 911.",
    "Call for an ambulance: 911.",
    "Call the emergency services (911).",
    "Call the emergency number 911.",
    "Call your doctor or 911.",
    "Call Dr. Example or 911.",
    "Call your doctor if it is mild, or 911 if it is severe.",
    "If you feel faint, call your clinic, or 911 if you pass out.",
    "Call poison control at 1-800-222-1222 or 911.",
    "Call toll-free 911.",
    "Send a text message to 911.",
    "The number to call is 911.",
    "The number to call in an emergency is 911.",
    "The emergency number is 911.",
    "Know your emergency number (911).",
    "911 is the number to call.",
    "911 is the emergency number.",
    "911 should be called at once.",
    "In an emergency, 911.",
    "Emergency: 911",
    "A sudden change needs a 911 call.",
    "This needs 911 at once.",
    "Fever and a stiff neck call for 911.",
    "Call 9-1-1.",
    "Dial 9.1.1 now.",
    "Call 9 1 1.",
    "Call nine one one.",
    "Dial nine-one-one.",
    "Call <strong>911</strong> now.",
    "<strong>Call</strong> <em>911</em>!",
    "<strong>Call <em>911</em></strong> right away.",
    "Call&nbsp;911 now.",
    "Call<br>911",
    "Call\n911",
    "Wait &amp; call 911 &lt;now&gt;.",
    '<a href="/x/">Read this</a>, then call 911.',
]

NOT_TO_CALL = [
    "911 bpm",
    "A pulse of 911.",
    "Call 1-800-911-1234.",
    "1-800-911-1234",
    "Call 800 911 1234.",
    "Call (911) 555-1234.",
    "Call 911-555-0100.",
    "Call 555-0911.",
    "Call 0911.",
    "Call 9112.",
    "Call B911.",
    "Room 911",
    "Call room 911.",
    "Call the ward on extension 911.",
    "See page 911.",
    "Page 911",
    "911 people",
    "Call 911 people.",
    "Call for 911 patients.",
    "Call in 911 minutes.",
    "Call it off after 911 days.",
    "Call back after 911 hours.",
    "Call 911 times.",
    "Call at 911 or more.",
    "Call if your pulse is above 911.",
    "Call if the pulse is 50 or 911.",
    "Call if it is 50 or 911.",
    "Call if you weigh more than 911.",
    "Call us when you reach 911.",
    "Call your doctor at a reading of 911.",
    "Press 911 mg.",
    "Take 911 mg.",
    "Call 911 mg a dose.",
    "A dose of 911.",
    "911%",
    "Call 911% of them.",
    "911.5",
    "1,911",
    "Call 911,000.",
    "$911",
    "9/11",
    "It was 9/11/2001.",
    "911:30",
    "Flight 911",
    "Step 911",
    "The code is 911.",
    "Version 9.1.1",
    "Chapter 9-1-1",
    "The gene is called 911.",
    "Tell the 911 operator.",
    "The 911 attacks.",
    "In 911 patients who called.",
    "The hotline took 911 calls.",
    "The number of calls was 911.",
    "The number of people who call is 911.",
    "Call about invoice 911.",
    "Recall 911.",
    "Call at 911 Main Street.",
    "The ring finger 911.",
    "Nine one-day tests and one more; one is new.",
]
AS_IT_WAS = [
    '<a href="/x/">Call 911</a>',
    '<a href="tel:911">911</a>',
    '<a href="tel:911">Call <strong>911</strong></a>',
    '<img alt="Call 911">',
    "<textarea>Call 911</textarea>",
    "<button>Call 911</button>",
    "<title>Call 911</title>",
    '<script type="application/ld+json">{"text": "Call 911"}</script>',
    "<h2>Whom to call</h2><p>911 places.</p>",
    "<p>Whom will you call?</p><p>911</p>",
]


def test_there_are_forty_of_each():
    assert min(len(set(TO_CALL)), len(set(NOT_TO_CALL))) >= 40


@pytest.mark.parametrize("text", TO_CALL)
def test_a_number_that_somebody_is_told_to_call_can_be_dialled(text, settings):
    settings.POISON_LINE = ""
    before = f"<p>{text}</p>"
    after = link_phone_numbers(before)
    assert [number for number, _ in DIAL.findall(after)] == ["911"]
    assert DIAL.sub(r"\2", after) == before  # nothing else changes


@pytest.mark.parametrize("text", NOT_TO_CALL)
def test_other_numbers_stay_as_they_are(text):
    assert link_phone_numbers(f"<p>{text}</p>") == f"<p>{text}</p>"


@pytest.mark.parametrize("markup", AS_IT_WAS)
def test_links_fields_attributes_and_scripts_stay_as_they_are(markup):
    assert link_phone_numbers(markup) == markup


@pytest.mark.parametrize("number", ["112", "999", "000", "0112"])
def test_the_number_is_that_of_the_site(number, settings):
    settings.EMERGENCY_NUMBER = number
    assert link_phone_numbers(f"<p>Call {number}, not 911.</p>") == (
        f'<p>Call <a class="dial" href="tel:{number}">{number}</a>, not 911.</p>'
    )
    assert "dial" not in link_phone_numbers(f"<p>{number} bpm. Call if it is above {number}.</p>")


@pytest.mark.parametrize(
    "text",
    [
        "Call or text 988.",
        "Text or call 988.",
        "Call the Suicide and Crisis Lifeline at 988.",
        "Lifeline: 988",
    ],
)
def test_the_crisis_line_can_be_dialled_too(text):
    assert [number for number, _ in DIAL.findall(link_phone_numbers(f"<p>{text}</p>"))] == ["988"]


def test_a_crisis_line_of_many_digits_can_be_written_in_groups(settings):
    settings.CRISIS_LINE = "116 123"
    text = "<p>Call 116 123 or 116123, not 116 124.</p>"
    assert DIAL.findall(link_phone_numbers(text)) == [("116123", "116 123"), ("116123", "116123")]


def test_the_poison_line_and_a_number_for_texts_can_be_reached_too(settings):
    settings.CRISIS_TEXT = "741741"
    text = "<p>Call the poison line at 1-800-222-1222, or 1 800 222 1222.</p><p>Text 741741.</p>"
    assert re.findall(r'href="(.*?)"', link_phone_numbers(text)) == [
        "tel:18002221222",
        "tel:18002221222",
        "sms:741741",
    ]


def test_a_site_without_a_crisis_line_links_its_emergency_number(settings):
    settings.CRISIS_LINE = settings.CRISIS_TEXT = ""
    assert [
        number for number, _ in DIAL.findall(link_phone_numbers("<p>Call 988 or 911.</p>"))
    ] == ["911"]


def test_a_number_that_tags_divide_is_linked_piece_by_piece():
    after = link_phone_numbers("<p>Call 9<em>1</em>1.</p>")
    assert DIAL.sub(r"\2", after) == "<p>Call 9<em>1</em>1.</p>"
    assert len(DIAL.findall(after)) == 3


def test_every_call_in_a_text_is_linked():
    text = (
        "<p>Call 911.</p><ul><li>If alone, <em>dial 911</em></li><li>911 people did</li></ul>"
        "<p>Call 988.</p>"
    )
    assert [number for number, _ in DIAL.findall(link_phone_numbers(text))] == ["911", "911", "988"]


def test_linking_twice_is_linking_once():
    once = link_phone_numbers("<p>Call <strong>911</strong> or text 988.</p>")
    assert link_phone_numbers(once) == once


def test_what_names_no_number_costs_one_look():
    text = "<p>It hurts a lot and then it stops, in 91 of 100 people.</p>" * 5_000
    profile = cProfile.Profile()
    assert profile.runcall(link_phone_numbers, text) is text
    assert pstats.Stats(profile).total_calls < 100


def test_twice_the_text_takes_about_twice_the_work():
    counts = []
    for size in (1, 2):
        profile = cProfile.Profile()
        profile.runcall(
            link_phone_numbers,
            "<p>It hurts.</p><p>Call your doctor, or 911 if you faint.</p>" * 500 * size,
        )
        counts.append(pstats.Stats(profile).total_calls)
    assert counts[1] < counts[0] * 2.5


@pytest.mark.parametrize(
    "text", ["call " * 5_000 + "911", "call, " + "the " * 5_000 + "911", "911 " * 3_000]
)
def test_a_text_made_to_be_slow_is_not(text):
    profile = cProfile.Profile()
    profile.runcall(link_phone_numbers, f"<p>{text}</p>")
    assert pstats.Stats(profile).total_calls < 2_000_000


def test_the_numbers_of_other_places_are_told_from_each_other():
    calls = find_numbers_to_call("Call 911, 112 or 999; 000 people.", EMERGENCY_NUMBERS)
    assert [(call.number, call.start, call.end) for call in calls] == [
        ("911", 5, 8),
        ("112", 10, 13),
        ("999", 17, 20),
    ]
    assert asks_to_call("112", "Call 911 or 112.")
    assert not asks_to_call("112", "Call 911.")
    assert not asks_to_call("", "Call 911.")


BY_TEXT = [
    "Text 911",
    "In many places you can text 911.",
    "If you cannot speak, stay on the line or send a text message to 911.",
    "If you must not be heard, send a text to 911.",
    "If you cannot call, send an SMS to 911.",
    "If you cannot call, text 911.",
    "If you can’t call, texting 911 may work.",
    "Text the number 911.",
    "Send your address in a text message to 911.",
    "Contact 911 by text.",
    "If it is too loud to call, text <strong>911</strong>.",
    "Text 9-1-1.",
    "Text nine one one.",
]

BY_CALL = [
    "Call 911.",
    "Call or text 911.",
    "Call, or text, 911.",
    "Call/text 911.",
    "Text or call 911.",
    "Do not text, call 911.",
    "Call 911, do not text.",
    "If no answer comes to your text, call 911.",
    "Put down the text you are reading and dial 911.",
    "Call instead of texting 911.",
    "The emergency number is 911.",
]


def test_a_number_to_text_begins_a_message_and_no_call():
    for html in BY_TEXT:
        linked = link_phone_numbers(f"<p>{html}</p>")
        assert 'href="sms:911"' in linked, html
        assert "tel:" not in linked, html
    for html in BY_CALL:
        linked = link_phone_numbers(f"<p>{html}</p>")
        assert 'href="tel:911"' in linked, html
        assert "sms:" not in linked, html


def test_of_two_numbers_each_is_reached_as_its_words_say():
    linked = link_phone_numbers("<p>Call 911, or text 911 or 988 from where you hide.</p>")
    assert re.findall("(tel|sms):(\\d+)", linked) == [
        ("tel", "911"),
        ("sms", "911"),
        ("sms", "988"),
    ]


def test_where_somebody_cannot_call_the_number_is_no_link_that_calls():
    for words in ("If you cannot call 911, text 911.", "If it is not safe to call 911, text 911."):
        linked = link_phone_numbers(f"<p>{words}</p>")
        assert "tel:" not in linked, words
        assert linked.count("sms:911") == 1, words
