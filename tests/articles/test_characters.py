"""Characters are mended, removed or refused, and kept where a script needs them."""

import re
import unicodedata
from html import unescape
from itertools import chain

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles import characters
from articles.fields import clean_html, clean_rich_text

NONCHARACTERS = (*map(chr, range(0xFDD0, 0xFDF0)), *(chr(n * 0x10000 + 0xFFFE) for n in range(17)))
NONCHARACTERS += tuple(chr(plane * 0x10000 + 0xFFFF) for plane in range(17))
REFUSED = [
    *chain(map(chr, range(0x09)), "\x0b\x0c", map(chr, range(0x0E, 0x20)), "\x7f"),
    *("\x81", "\x8d", "\x8f", "\x90", "\x9d", "\ud800", "\udfff"),
    *NONCHARACTERS,
    *("\ufffd", "\ufffc", "\ufff9", "\ufffa", "\ufffb"),
    *map(chr, chain(range(0x202A, 0x202F), range(0x2066, 0x2070))),
    *("\u200f", "\u061c", "\u3164", "\uffa0", "\u115f", "\u1160", "\u2800", "\ue000", "\U000f0000"),
]
REMOVED = [
    *("\u00ad", "\u034f", "\u180e", "\u17b4", "\u17b5", "\u200b", "\u200c", "\u200d", "\u200e"),
    *("\u2060", "\u2061", "\u2062", "\u2063", "\u2064", "\u2065", "\ufeff", "\ufe00", "\ufe0f"),
    *("\U000e0041", "\U000e0001", "\U000e007f", "\U000e0100", "\u180b", "\U0001d173", "\ufff0"),
]


def get_codes(signs: list[str]) -> list[str]:
    return [f"U+{ord(sign):04X}" for sign in signs]


@pytest.mark.parametrize("sign", REFUSED, ids=get_codes(REFUSED))
def test_a_character_that_changes_what_is_read_is_refused_with_its_place(sign):
    with pytest.raises(ValidationError) as refusal:
        characters.refuse(f"Take 5{sign}0 mg")
    [message] = refusal.value.messages
    assert message.startswith(f"Character 7 is U+{ord(sign):04X}, which ")
    assert message.endswith("at ▯ in “Take 5▯0 mg”. Delete it and type the text again there.")


@pytest.mark.parametrize("sign", REMOVED, ids=get_codes(REMOVED))
def test_a_character_that_nobody_sees_is_removed_and_counted(sign):
    mended = characters.mend_and_count(f"Take 5{sign}0 mg")
    assert mended.text == "Take 50 mg"
    assert mended.removed == {f"invisible character U+{ord(sign):04X}": 1}
    characters.refuse(f"Take 5{sign}0 mg")


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("Crohn\x92s \x93quoted\x94 \x96 \x80", "Crohn’s “quoted” – €"),
        ("e\u0301 \u212b \u2126 \u212a", "é Å Ω K"),
        ("10\u2079 m\u00b2 \ufb01 \u00bd \u2460", "10⁹ m² ﬁ ½ ①"),
        ("one\u2028two\u2029three", "one two three"),
        ("5\u00a0mg 5\u202fmg\t\r\n", "5\u00a0mg 5\u202fmg\t\r\n"),
        ("a\u200d\u200cb", "ab"),
        ("5\ufe0f mg", "5 mg"),
        ("Auf\u200clage", "Auflage"),
        ("٥\u200c٠", "٥٠"),
        ("می\u200c\u200cخواهم", "می\u200cخواهم"),
        ("می\u200b\u200cخواهم", "می\u200cخواهم"),
        ("\U0001f3f4\U000e0041\U000e007f", "\U0001f3f4"),
    ],
)
def test_a_text_is_mended(text, mended):
    assert characters.mend(text) == mended
    characters.refuse(text)


@pytest.mark.parametrize(
    "text",
    [
        *("می\u200cخواهم", "ه\u200d.", "क्\u200dष", "ශ්\u200dරී", "র\u200d্য", "ന\u200d"),
        *("👩\u200d⚕️", "❤️\u200d🔥", "👨🏽\u200d🚀", "1️⃣", "☎︎", "©️", "🏳️\u200d🌈"),
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        *("C++\u200e עברית", "שלום\u200f!", "10\u200f-20 עברית", "ﷲ\u061c 5"),
        *("葛\U000e0100", "\u115f\u1161", "រឿង\u200bនេះ", "ᠠ\u180bᠠ\u180eᠠ", "⠁\u2800⠃"),
    ],
)
def test_what_a_script_or_an_emoji_needs_is_kept(text):
    assert characters.mend(text) == unicodedata.normalize("NFC", text)
    characters.refuse(text)


def test_a_letter_with_very_many_marks_is_refused_and_not_sorted():
    crowded = "x" + "\u0301\u0316" * 200_000
    with pytest.raises(ValidationError, match="Character 32 is U"):
        characters.refuse(crowded)
    assert characters.mend(crowded) == crowded


SPECIAL = "".join(REFUSED + REMOVED) + "aé5 \u0301\u0316\u0338میخक्ष👩⚕🏴葛\x92\u2028ש<>&"


@settings(max_examples=500, deadline=None)
@given(st.text(st.one_of(st.sampled_from(SPECIAL), st.characters()), max_size=12))
@example("a\u2064\u0301")
@example("\u0645\u200c\u200b5")
def test_a_mended_text_stays_as_it_is(text):
    mended = characters.mend(text)
    assert characters.mend(mended) == mended
    assert unicodedata.is_normalized("NFC", mended)
    kept = characters.remove_bad(text)
    characters.refuse(kept)


@settings(max_examples=500, deadline=None)
@given(st.text(st.one_of(st.sampled_from(SPECIAL), st.characters()), max_size=12))
@example("<b>\u0338x</b>")
@example("a<i>\u200d</i>b")
def test_rich_text_is_mended_once(text):
    try:
        html = clean_html(f"<p>{text} <strong>{text}</strong></p>")
    except ValidationError:
        return
    assert clean_html(html) == html
    assert not list(characters.find_unkept(unescape(re.sub("<[^<>]*>", "", html))))
    assert unicodedata.is_normalized("NFC", html)


@pytest.mark.parametrize(
    ("html", "cleaned", "dropped"),
    [
        ("<p>Take 5&#x200b;0 mg</p>", "<p>Take 50 mg</p>", ("1 invisible character U+200B",)),
        ("<p>hy&shy;phen&shy;s</p>", "<p>hyphens</p>", ("2 × invisible character U+00AD",)),
        ("<p>Crohn&#146;s &#x93;q&#148; \x96</p>", "<p>Crohn’s “q” –</p>", ()),
        ("<p>می<strong>\u200cخواهم</strong></p>", "<p>می<strong>\u200cخواهم</strong></p>", ()),
        ("<p>می\u200c</p><p>5</p>", "<p>می\u200c</p><p>5</p>", ()),
        ("<p>a &lt; b&nbsp;&amp; e&#x301;</p>", "<p>a &lt; b&nbsp;&amp; é</p>", ()),
        ("<p>&#x200b;</p>", "", ("1 invisible character U+200B",)),
        (
            '<p><a href="https://example.org/\u200b">x</a></p>',
            '<p><a href="https://example.org/">x</a></p>',
            ("1 invisible character U+200B",),
        ),
    ],
)
def test_the_characters_of_rich_text_are_looked_at_after_parsing(html, cleaned, dropped):
    found = clean_rich_text(html)
    assert (found.html, found.dropped) == (cleaned, dropped)


@pytest.mark.parametrize(
    ("html", "place"),
    [
        ("<p>Then <em>&#x202e;05&#x202c;</em> mg</p>", "Character 6 is U+202E"),
        ("<p>Head&#xfffe;ache</p>", "Character 5 is U+FFFE"),
        ("<p>Head&#0;ache</p>", "Character 8 is U+0000"),
        ("<p>Head\ufffdache</p>", "Character 5 is U+FFFD"),
    ],
)
def test_rich_text_is_refused_with_the_place_in_its_words(html, place):
    with pytest.raises(ValidationError, match=rf"{place.replace('+', '.')}, which .* in “"):
        clean_rich_text(html)


def test_words_that_were_left_out_refuse_nothing():
    assert clean_html("<p>kept</p><style>\u202e</style>") == "<p>kept</p>"
