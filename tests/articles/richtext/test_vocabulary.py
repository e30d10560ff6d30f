"""What a page may carry: raised and lowered words, and how a list is numbered."""

import nh3
import pytest
from django.template import engines

from articles.fields import EXTENSIONS, LIST_TYPES
from articles.richtext.plaintext import extract_lines
from articles.richtext.vocabulary import (
    ALLOWED_ATTRIBUTES,
    ALLOWED_TAGS,
    NUMBERING_STYLES,
    is_allowed,
    tidy_attribute,
)


def sanitize(html: str) -> str:
    return nh3.clean(
        html,
        tags=ALLOWED_TAGS,
        attributes={"*": set(), **ALLOWED_ATTRIBUTES},
        attribute_filter=tidy_attribute,
        link_rel=None,
    )


@pytest.mark.parametrize(
    ("written", "saved"),
    [
        ('start="4"', ' start="4"'),
        ('start="04"', ' start="4"'),
        ('start=" +7th"', ' start="7"'),
        ('start="9999"', ' start="9999"'),
        ('start="1"', ""),
        ('start="0"', ""),
        ('start="-3"', ""),
        ('start="10000"', ""),
        ('start="99999999999999999999"', ""),
        ('start="٤"', ""),
        ('start="x"', ""),
        ("start", ""),
        ('type="a"', ' type="a"'),
        ('type="I"', ' type="I"'),
        ('type="1"', ""),
        ('type="disc"', ""),
        ('reversed title="x" style="counter-reset: x"', ""),
        ('start="3" type="A" class="x"', ' start="3" type="A"'),
    ],
)
def test_a_list_keeps_a_number_to_begin_with_and_a_style(written, saved):
    html = f"<ol{saved}><li>a</li></ol>"
    assert sanitize(f"<ol {written}><li>a</li></ol>") == html
    assert sanitize(html) == html


def test_other_elements_have_no_number_and_no_style():
    assert sanitize('<ul start="4" type="a"><li>a</li></ul>') == "<ul><li>a</li></ul>"
    assert sanitize('<p>10<sup title="x">9</sup></p>') == "<p>10<sup>9</sup></p>"


@pytest.mark.parametrize("tag", sorted(ALLOWED_TAGS))
def test_no_element_may_carry_what_nobody_sees(tag):
    for name in ("title", "lang", "dir", "class", "style", "id", "hidden", "data-x", "aria-label"):
        assert not is_allowed(tag, name, "x")


def test_the_box_offers_the_styles_that_a_page_can_carry_and_no_other():
    offered = {kind["type"] for kind in LIST_TYPES}
    assert len(offered) == len(NUMBERING_STYLES) + 1  # figures have no attribute
    assert "disc" not in offered
    assert EXTENSIONS.keys() >= {"Superscript", "Subscript"}


def show_on_staff_page(html: str) -> str:
    template = "{% load pages %}{% dialled %}{{ html|safe }}{% enddialled %}"
    return engines["django"].from_string(template).render({"html": html})


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("5&nbsp;mg", '5&nbsp;<mark class="sign">[no-break space]</mark>mg'),
        ("5\u202fmg", '5\u202f<mark class="sign">[narrow no-break space]</mark>mg'),
        (
            "<strong>5</strong>&nbsp;mg",
            '<strong>5</strong>&nbsp;<mark class="sign">[no-break space]</mark>mg',
        ),
        ("p\u0430ra x", 'p\u0430ra<mark class="sign">[cyrillic small letter a]</mark> x'),
        ("1\u041e mg", '1\u041e<mark class="sign">[cyrillic capital letter o]</mark> mg'),
        ("A\u0391 mg", 'A\u0391<mark class="sign">[greek capital letter alpha]</mark> mg'),
        ("co\u00adld", 'co\u00ad<mark class="sign">[soft hyphen]</mark>ld'),
        ("می\u200cخواهم", 'می\u200c<mark class="sign">[zero width non-joiner]</mark>خواهم'),
        ("cafe\u0301", 'cafe\u0301<mark class="sign">[combining acute accent]</mark>'),
        ("５ mg", '５<mark class="sign">[fullwidth digit five]</mark> mg'),
        *(
            (text, text)
            for text in (
                "5 µg and 5 μg of β-blocker, TNFα, NFκB, IFNγ",
                "Crohn’s “café” – 10⁹/L, H₂O, ½, naïve, Ménière",
                "слово, λόγος, 目まい 🩺, a &amp; b",
                "a&nbsp;word",
                '<a href="/x/?q=5&nbsp;mg" title="5&nbsp;mg">x</a>',
            )
        ),
    ],
)
def test_staff_see_what_is_unusual_by_its_name_and_nothing_else(html, shown):
    assert show_on_staff_page(f"<p>{html}</p>") == f"<p>{shown}</p>"


def test_visitors_and_evidence_see_the_text_alone():
    template = engines["django"].from_string(
        "{% load pages %}{% dialled %}5&nbsp;mg{% enddialled %}"
    )
    assert template.render({"public": True}) == "5&nbsp;mg"
    assert template.render({"state": "evidence"}) == "5&nbsp;mg"


def test_a_raised_figure_is_said_in_lines():
    assert extract_lines("<p>10<sup>9</sup></p>") == ["10⁹"]
