"""The inputs that once came out wrong, and stored texts, which nobody may change."""

import json
import lzma
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles.fields import clean_html, clean_rich_text
from articles.richtext.reader.cleaning import NOT_CARRIED

STRUCK = "1 passage that was struck out"
GOOGLE = (
    '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-0"><p dir="ltr">'
    '<span style="font-weight:400;">Plain words, </span><span style="font-weight:700;">one bold '
    'word</span><span style="font-weight:400;">, plain again.</span></p><ul><li dir="ltr"><p>plain '
    "item</p></li></ul></b>"
)
LEVELS = "".join(
    f'<p class=MsoListParagraph style="mso-list:l0 level{level} lfo1"><span '
    f'style="mso-list:Ignore">{marker}<span> </span></span>{words}</p>'
    for level, marker, words in [
        (1, "1.", "First"),
        (2, "a.", "Sub one"),
        (2, "b.", "Sub two"),
        (1, "2.", "Second"),
    ]
)
CASES = {
    "01-tracked-word": (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><body><p class=MsoNormal>Give '
        '<del cite="mailto:A">500</del><ins cite="mailto:A">50</ins> mg once.</p></body></html>',
        "<p>Give 50 mg once.</p>",
        (STRUCK,),
    ),
    "02-raised": (
        "<p>Fewer than 150 x 10<sup>9</sup>/L; H<sub>2</sub>O; 10<sup>-3</sup> mg; take "
        "1<sup>1</sup>/<sub>2</sub> tablets.</p>",
        "<p>Fewer than 150 x 10<sup>9</sup>/L; H<sub>2</sub>O; 10<sup>-3</sup> mg; take 1½ "
        "tablets.</p>",
        (),
    ),
    "03-googledocs": (
        GOOGLE,
        "<p>Plain words, <strong>one bold word</strong>, plain again.</p>"
        "<ul><li><p>plain item</p></li></ul>",
        (),
    ),
    "04-list-start": (
        '<p>Then go on:</p><ol start="4"><li>four</li><li>five</li></ol>',
        '<p>Then go on:</p><ol start="4"><li>four</li><li>five</li></ol>',
        (),
    ),
    "04b-word-levels": (
        f"<html><body>{LEVELS}</body></html>",
        '<ol><li><p>First</p><ol type="a"><li><p>Sub one</p></li><li><p>Sub two</p></li></ol></li>'
        "<li><p>Second</p></li></ol>",
        (),
    ),
    "18-hidden-html": (
        '<p style="display:none">none words</p><p hidden>hidden words</p><p>seen words</p>',
        "<p>seen words</p>",
        ("2 × passage that was hidden",),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_once_came_out_wrong_comes_out_right(case):
    html, kept, dropped = CASES[case]
    assert clean_rich_text(html).html == kept
    assert clean_rich_text(html).dropped == dropped


GOLDEN = Path(__file__).resolve().parents[3] / "fixtures" / "golden"
BUILDS = ["database.sqlite3.xz", "build_596e206/database.sqlite3.xz"]
RICH_TEXT = re.compile(r"<(?:p|ul|ol|h2|h3|table)>")


def iter_texts(value: object) -> Iterator[str]:
    """Each text in a value, also in JSON that it holds as text."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and value[:1] in ("{", "["):
            try:
                waiting.append(json.loads(value))
            except ValueError:
                yield value
        elif isinstance(value, str):
            yield value


def read_rich_texts(database: Path, path: Path) -> set[str]:
    """The rich texts of all pages and revisions of a database."""
    path.write_bytes(lzma.decompress(database.read_bytes()))
    connection = sqlite3.connect(path)
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' "
        "AND (name LIKE 'articles_%' OR name LIKE 'symptoms_%')"
    )
    found = set()
    for (table,) in tables.fetchall():
        for row in connection.execute(f'SELECT * FROM "{table}"'):
            for text in iter_texts(list(row)):
                if RICH_TEXT.match(text) and "<html" not in text and "<div" not in text:
                    found.add(text)
    connection.close()
    return found


@pytest.mark.parametrize("build", BUILDS)
def test_no_text_that_was_stored_changes(build, tmp_path):
    texts = read_rich_texts(GOLDEN / build, tmp_path / "db.sqlite3")
    assert len(texts) > 100
    assert [text for text in texts if clean_html(text) != text] == []


TAGS = (
    *("p", "div", "h1", "h2", "h4", "ul", "ol", "li", "table", "tr", "td", "th", "thead", "tfoot"),
    *("caption", "blockquote", "dl", "dt", "dd", "b", "i", "em", "a", "sup", "sub", "br", "pre"),
    *("span", "q", "del", "s", "ins", "font", "template", "section", "svg", "o:p", "dir"),
)
ATTRIBUTES = (
    *("", ' href="x.html"', " href=#q", ' href="#_ftn1"', ' href="#ftnt1" id=ftnt_ref1'),
    *(' href="#cmnt_ref1"', " colspan=2", ' style="mso-list:l0 level1 lfo1"', " hidden"),
    *(' style="mso-list:l0 level2 lfo1"', ' style="mso-list:Ignore"', ' style="display:none"'),
    *(' style="font-weight:bold"', ' style="font-weight:normal"', " start=4", " type=a"),
    *(' style="vertical-align:super"', ' style="text-decoration:line-through"', " value=7"),
    *(" class=MsoListParagraph", " class=MsoTitle", " class=ListContainerWrapper", " class=x"),
    *(" reversed", " role=heading", ' style="white-space:pre"', ' style="color:white"'),
    *(' style="list-style-type:lower-roman"', " role=presentation", " class=frac", " class=den"),
)
WORDS = (
    *("1", "2", "a", "iv.", "c)", "word", "/", "⁄", " ", "\n", "&nbsp;", "&amp;", "<", '"', "·"),
    *("<!-- ", "-->", "<![if !supportLists]>", "<![endif]>", "<style>.x{display:none}</style>"),
)
PIECES = st.one_of(
    st.builds("<{}{}>".format, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES)),
    st.sampled_from([f"</{tag}>" for tag in TAGS]),
    st.sampled_from(WORDS),
)


@settings(max_examples=500, deadline=None)
@given(html=st.lists(PIECES, max_size=30).map("".join))
@example(html='<ol type=a><li><ol><li><a href=#q>"</a></ol><sup><a href=#q>1</a></sup>')
def test_whatever_is_pasted_is_clean_after_one_reading(html):
    once = clean_rich_text(html)
    assert f"1 {NOT_CARRIED}" not in once.dropped
    assert clean_rich_text(once.html) == type(once)(once.html)
