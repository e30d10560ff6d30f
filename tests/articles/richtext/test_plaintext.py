"""Plain text made from rich text: no number changes, and lists keep their numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.care.phone_links import link_phone_numbers
from articles.care.phone_numbers import asks_to_call
from articles.quality.numbers import find_doubtful_numbers
from articles.richtext.anchors import add_anchors
from articles.richtext.numbering import format_number
from articles.richtext.plaintext import extract_lines, extract_text
from articles.richtext.raised import keep_figures_apart

RAISED = [
    ("150 x 10<sup>9</sup>/L", "150 x 10⁹/L"),
    ("H<sub>2</sub>O", "H₂O"),
    ("10<sup>-3</sup> mg", "10⁻³ mg"),
    ("10<sup>−3</sup> mg", "10⁻³ mg"),
    ("1<sup>1</sup>/<sub>2</sub> tablets", "1¹/₂ tablets"),
    ("Ca<sup>2+</sup>", "Ca²⁺"),
    ("10<sup>n</sup>", "10ⁿ"),
    ("x<sup>ab</sup>", "x^(ab)"),
    ("10<sup>2.5</sup> mg", "10^(2.5) mg"),
    ("10<sup>2a</sup>", "10^(2a)"),
    ("37<sup>o</sup>C", "37^(o)C"),
    ("10<sup>.</sup>5", "10^(.)5"),
    ("5<sub>2c</sub>", "5(2c)"),
    ("T<sub>max</sub>, HbA<sub>1c</sub>", "Tmax, HbA1c"),
    ("the 1<sup>st</sup> and 2<sup>nd</sup> day", "the 1st and 2nd day"),
    ("shown<sup>[3]</sup> before", "shown[3] before"),
    ("Brand<sup>®</sup>", "Brand®"),
    ("10<sup>3<sup>2</sup></sup>", "10³⁽²⁾"),
    ("<strong>10</strong><sup><em>9</em></sup>", "10⁹"),
    ("10<sup> 9 </sup>cells", "10 ⁹ cells"),
    ("10<sup></sup>5", "105"),
    ("10<sup>9", "10⁹"),
]


@pytest.mark.parametrize(("html", "text"), RAISED)
def test_raised_and_lowered_figures_read_as_such(html, text):
    assert extract_text(f"<p>{html}</p>") == text


@pytest.mark.parametrize(("html", "text"), RAISED)
def test_lines_have_the_same_figures_as_texts(html, text):
    (line,) = extract_lines(f"<p>{html}</p>", links=False)
    assert line.replace("**", "").replace("_", "") == text


@given(st.integers(1, 999), st.text("0123456789abx+-. ", min_size=1, max_size=5))
def test_no_figure_runs_into_another(number, raised):
    for tag in ("sup", "sub"):
        text = extract_text(f"<p>{number}<{tag}>{raised}</{tag}> mg</p>")
        after = text.removeprefix(str(number))
        assert not after[0].isdecimal()
        assert not (after[0] in ".," and after[1:2].isdecimal())


@pytest.mark.parametrize("text", ["109/L", "10-3 mg", "50050 mg"])
def test_numbers_that_lost_their_shape_are_still_found(text):
    assert list(find_doubtful_numbers(f"150 x {text}" if "L" in text else text))


@pytest.mark.parametrize("html", ["150 x 10<sup>9</sup>/L", "10<sup>-3</sup> mg"])
def test_a_raised_figure_is_no_doubtful_number(html):
    assert list(find_doubtful_numbers(extract_text(f"<p>{html}</p>"))) == []


def test_the_mark_of_a_footnote_hides_no_emergency_number(settings):
    settings.EMERGENCY_NUMBER = "911"
    html = "<p>Call 911<sup>1</sup> now.</p>"
    assert asks_to_call("911", extract_text(html))
    assert '<a class="dial" href="tel:911">911</a><sup>' in link_phone_numbers(html)


LISTS = (
    '<ol start="4"><li><p>Rinse</p><p>Well</p><ol type="a"><li>Warm</li><li>Cold</li></ol></li>'
    "<li>Dry<ol><li>Air</li></ol></li></ol><p>Then</p>"
    '<ol start="6" type="I"><li>Rest</li></ol><ol><li>Eat</li></ol>'
)


def test_lists_keep_their_numbers_in_texts():
    assert extract_text(LISTS).splitlines() == [
        *("4. Rinse", "Well", "a. Warm", "b. Cold", "5. Dry", "Air", "Then", "VI. Rest", "Eat"),
    ]


def test_lists_keep_their_numbers_in_lines():
    assert extract_lines(LISTS, links=False) == [
        *("4. Rinse", "… Well", "4. a. Warm", "4. b. Cold", "5. Dry", "5. 1. Air", "Then"),
        *("VI. Rest", "1. Eat"),
    ]


def test_a_plain_list_reads_as_it_always_did():
    html = "<ol><li>One</li><li><p>Two</p></li></ol><ul><li>Three</li></ul>"
    assert extract_text(html).splitlines() == ["One", "Two", "Three"]
    assert extract_lines(html) == ["1. One", "1. Two", "• Three"]


def test_a_number_that_no_list_can_have_counts_from_one():
    html = '<ol start="99999" type="x"><li>One</li></ol>'
    assert extract_lines(html, links=False) == ["1. One"]
    assert extract_lines(html)[0] == "1. [start: 99999] [type: x]"


@pytest.mark.parametrize(
    ("number", "style", "text"),
    [
        (4, "", "4"),
        (1, "a", "a"),
        (27, "a", "aa"),
        (703, "A", "AAA"),
        (4, "i", "iv"),
        (1999, "I", "MCMXCIX"),
        (4000, "i", "4000"),
    ],
)
def test_numbers_are_those_that_browsers_show(number, style, text):
    assert format_number(number, style) == text


def test_a_heading_with_a_raised_figure_is_listed_as_it_reads():
    found = add_anchors("<h2>Above 10<sup>9</sup>/L &amp; more</h2>")
    assert found.contents == [("above-109l-more", "Above 10⁹/L & more")]


@pytest.mark.parametrize(
    ("html", "sign"),
    [
        ("10<sup>9</sup>/L", "^"),
        ("10<sup>-3</sup>", "^"),
        ("<strong>10</strong><sup><em>9</em></sup>", "^"),
        ("1<sup>1</sup>/<sub>2</sub>", "&nbsp;"),
        ("10<sub>2</sub>", "_"),
        ("1<sup>st</sup>", None),
        ("H<sub>2</sub>O", None),
        ("m<sup>2</sup>", None),
    ],
)
def test_a_raised_figure_is_copied_apart_from_the_figure_before_it(html, sign):
    shown = keep_figures_apart(f"<p>{html}</p>")
    hidden = f'<span class="hidden" aria-hidden="true">{sign}</span>' if sign else ""
    assert shown.replace(hidden, "") == f"<p>{html}</p>"
    assert shown.count("hidden") == (2 if sign else 0)
