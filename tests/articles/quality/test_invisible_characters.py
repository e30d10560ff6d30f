"""A sign without a shape, and that no script needs, blocks a signature; its place is named."""

import pytest

from articles.content.document import ArticleDocument
from articles.quality.invisible_characters import check_invisible_characters


def list_messages(**fields) -> list[str]:
    values = dict.fromkeys(("language", "headline", "summary", "written_by", "body"), "")
    values |= {"uuid": "7b2a7f0e-0000-4000-8000-000000000000", "title": "Dose"}
    return [
        problem.message
        for problem in check_invisible_characters(None, ArticleDocument(**values | fields))
    ]


def test_the_sign_is_named_with_its_part_and_its_place():
    assert list_messages(body="<p>Take 5\u200b0 mg. Then \u202e05\u202c mg.</p>") == [
        "Overview: “Take 5▯0 mg. Then \u202e05\u202c mg.” has an invisible character, at ▯: "
        "U+200B, zero width space.",
        "Overview: “Take 5\u200b0 mg. Then ▯05\u202c mg.” has an invisible character, at ▯: "
        "U+202E, right-to-left override.",
        "Overview: “Take 5\u200b0 mg. Then \u202e05▯ mg.” has an invisible character, at ▯: "
        "U+202C, pop directional formatting.",
    ]


@pytest.mark.parametrize("field", ["title", "headline", "summary", "written_by"])
def test_names_and_titles_are_looked_at_too(field):
    assert len(list_messages(**{field: "Pa\u200bin"})) == 1


@pytest.mark.parametrize(
    "text",
    [
        *(
            "5\u200b0 mg",
            "5\u200c0 mg",
            "5\u200d0 mg",
            "5\u20600 mg",
            "5\ufeff0 mg",
            "5\u00ad0 mg",
            "5\u200e0 mg",
        ),
        *(
            "\u202e05\u202c mg",
            "\u2066 5\u2069",
            "pa\u200bin",
            "5\u034f0",
            "5\u180e0",
            "pa\u200din",
            "5\u061c0",
        ),
        *("Crohn\x92s", "5\x960 mg", "5\ufffe0", "5\uffff0", "5\ufdd00", "hyper\u00adtension"),
        *("5\ufe000", "5\ufffd0", "5\u20620", "x\U000e0041", "10\u200f-20", "a\u3164b", "\ue000"),
        *("x" + "\u0301" * 31, "Auf\u200clage", "5\ufff9x\ufffay\ufffb0", "٥\u200c٠"),
    ],
)
def test_an_unseen_sign_blocks(text):
    assert list_messages(summary=text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "5 mg",
            "5\u00a0mg",
            "5\u2009mg",
            "5\u202fmg",
            "Crohn’s",
            "10⁹/L",
            "naïve",
            "e\u0301clair",
        ),
        *(
            "می\u200cخواهم",
            "क्\u200dष",
            "👩\u200d⚕️",
            "❤️",
            "C++\u200e עברית",
            "שלום\u200f!",
            "🏴\U000e0067\U000e007f",
        ),
    ],
)
def test_what_a_script_or_an_emoji_needs_does_not(text):
    assert list_messages(summary=text) == []
