"""HTML from elsewhere keeps its structure and loses what hides or runs, and says so."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles.characters import find_refused
from articles.fields import CleanedHtml, clean_html, clean_rich_text
from articles.imports.addresses import normalize_url, relink

BASE = "https://example.org/health/pain.html"


def clean(html: str, base: str = "") -> CleanedHtml:
    return clean_rich_text(html, base=base, drops_unprintable=True)


def get_clean_html(html: str, base: str = "") -> str:
    return clean(html, base).html


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<div>One</div><div>Two</div>", "<p>One</p><p>Two</p>"),
        ("<h1>A</h1><h2>B</h2><h4>C</h4>text", "<h2>A</h2><h3>B</h3><h3>C</h3><p>text</p>"),
        ("<section><h3>A</h3><h4>B</h4></section>", "<h2>A</h2><h3>B</h3>"),
        (
            "<dl><dt>Ague<dd>Fever<ul><li>high</ul></dl>",
            "<p><strong>Ague</strong></p><p>Fever</p><ul><li>high</li></ul>",
        ),
        ("<div>a<br><br>b<br>c</div>", "<p>a</p><p>b<br>c</p>"),
        (
            "<b><p>a</p><p>b <i>c</i></p></b>",
            "<p><strong>a</strong></p><p><strong>b <em>c</em></strong></p>",
        ),
        (
            "<ul>loose<li>a<ul><li>b</ul></ul>",
            "<ul><li>loose</li><li>a<ul><li>b</li></ul></li></ul>",
        ),
        ("<div><li>stray</div>", "<p>stray</p>"),
        ("<pre>a\nb</pre>", "<p>a<br>b</p>"),
        ("<q>Stop</q> he said", "<p>“Stop” he said</p>"),
        ("<p></p><p> &nbsp; </p><ul><li></li></ul><div>x</div>", "<p>x</p>"),
        ("<table><tr><td>layout</table>", "<p>layout</p>"),
        ("<blockquote><div>a</div></blockquote>", "<blockquote><p>a</p></blockquote>"),
        ("<font color=red>a</font> <span>b</span>", "<p>a b</p>"),
    ],
)
def test_structure_is_kept(html, kept):
    assert clean(html).html == kept
    assert not clean(html).dropped


def test_a_table_keeps_its_cells_and_what_they_span():
    html = get_clean_html(
        "<div><table><tr><th>A<th>B<tr><td colspan=2><div>1</div><div>2</div></table></div>"
    )
    assert '<td colspan="2"><p>1</p><p>2</p></td>' in html
    assert '<th scope="col">A</th>' in html


@pytest.mark.parametrize(
    "html",
    [
        "10<sup>9</sup>/l",
        "10<sup>-3</sup>",
        "H<sub>2</sub>O",
        "1<sup>st</sup>",
        "T<sub>max</sub>",
        "B<sub>12a</sub>",
        "pain<sup>1,2</sup>",
        "pain<sup>[3]</sup>",
    ],
)
def test_a_raised_number_never_runs_into_the_one_before_it(html):
    assert get_clean_html(f"<div>{html}</div>") == f"<p>{html}</p>"


def test_what_hides_or_runs_is_dropped_and_told():
    cleaned = clean(
        "<p>Rest<script>spy()</script><style>p{}</style></p><iframe src='https://tv.example/1'></iframe>"
        "<form><label>Name</label><input name=q><button>Send</button></form>"
        "<img src='/liver.png' alt='The liver'><img src='t.gif' width=1 height=1><p>now</p>"
    )
    assert cleaned.html == "<p>Rest</p><p>now</p>"
    assert set(cleaned.dropped) == {
        "1 script",
        "1 frame (https://tv.example/1)",
        "3 × control of a form",
        "1 image that counts visitors",
        "1 image: “The liver” (/liver.png)",
    }


def test_the_words_of_a_page_within_a_form_stay():
    assert (
        get_clean_html("<form action=/x><p>All the text of an old page</p></form>")
        == "<p>All the text of an old page</p>"
    )


def test_a_dose_that_was_struck_out_is_not_read_as_one_that_holds():
    cleaned = clean("<p>Take <s>10</s> <del>20</del> 5 mg</p>")
    assert cleaned.html == "<p>Take 5 mg</p>"
    assert cleaned.dropped == ("2 × passage that was struck out",)


def test_links_are_led_from_where_the_text_stood():
    html = (
        '<p><a href="../rest.html#night">a</a> <a href="?q=1">b</a> <a href="//x.org/y">c</a></p>'
    )
    assert get_clean_html(html, BASE) == (
        '<p><a href="https://example.org/rest.html#night">a</a> '
        '<a href="https://example.org/health/pain.html?q=1">b</a> <a href="https://x.org/y">c</a></p>'
    )


def test_without_a_base_relative_links_are_ours_and_stay():
    html = '<p><a href="/symptoms/pain/">a</a> <a href="#causes">b</a></p>'
    assert clean(html).html == html


def test_links_that_cannot_be_kept_leave_their_words():
    cleaned = clean(
        '<p><a href="javascript:x()">a</a> <a href="#top">b</a> <a href="">c</a> '
        '<a href="ftp://x.org/y">d</a>'
        '<a href="http://[">e</a><a href="https://x.org/"><img src=a.png></a> '
        '<a name="f">f</a></p>',
        BASE,
    )
    assert cleaned.html == "<p>a b c de f</p>"
    assert "1 link that runs a script" in cleaned.dropped
    assert "1 link within the page" in cleaned.dropped
    assert "2 × link that leads nowhere" in cleaned.dropped
    assert "1 link of a kind that pages do not carry (ftp:)" in cleaned.dropped
    assert "1 link without words" in cleaned.dropped


def test_what_word_adds_becomes_a_list():
    html = (
        "<p class=MsoListParagraph style='mso-list:l0'>"
        "<span style='mso-list:Ignore'>1.</span>Rest</p>"
    )
    assert get_clean_html(html) == "<ol><li><p>Rest</p></li></ol>"


@pytest.mark.parametrize("piece", ["&#", "&a", "&#x", "<a ", "<!--", "<![", "<a href='", "</"])
@pytest.mark.parametrize("word", ["", " mso-"])
def test_malformed_text_without_end_is_read_all_the_same(piece, word):
    html = clean(piece * 20_000 + word).html
    assert clean(html).html == html


def test_what_cannot_be_printed_is_dropped_and_told():
    cleaned = clean("<p>a\x00b\x07&#127;</p>")
    assert cleaned == type(cleaned)("<p>ab</p>", ("3 × character that cannot be printed",))


@pytest.mark.parametrize(
    ("html", "read"),
    [
        ("a & b", "a &amp; b"),
        ("caf&eacute; &#8211; &#x2d;", "café – -"),
        ("1 &lt; 2 &#60; 3", "1 &lt; 2 &lt; 3"),
        ("&copy 2024 &xothing; &#; &#xZ;", "© 2024 &amp;xothing; &amp;#; &amp;#xZ;"),
        (
            '<a href="https://x.org/?a=1&copy=2&amp;b=3">x</a>',
            '<a href="https://x.org/?a=1&amp;copy=2&amp;b=3">x</a>',
        ),
    ],
)
def test_characters_are_read_however_they_are_written(html, read):
    assert get_clean_html(f"<p>{html}</p>") == f"<p>{read}</p>"


def test_a_comment_is_never_seen():
    assert clean("<p>a</p><!-- <script>x</script> <a href='x'>y</a>").dropped == ()


def test_elements_nested_without_end_become_plain_paragraphs():
    cleaned = clean("<div>" * 100_000 + "words")
    assert cleaned.html == "<p>words</p>"
    assert "nested" in cleaned.dropped[0]


def test_text_that_a_page_may_carry_is_left_alone():
    html = '<h3>A</h3>bare <em>words</em>\n<p>\t<a href="https://x.org/">x</a></p>'
    assert clean(html, BASE).html == html


TAGS = (
    "p",
    "div",
    "h1",
    "h4",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "td",
    "th",
    "caption",
    "blockquote",
    "dl",
    "dt",
    "dd",
    "b",
    "strong",
    "i",
    "a",
    "sup",
    "sub",
    "br",
    "img",
    "pre",
    "form",
    "button",
    "script",
    "span",
    "q",
    "s",
    "iframe",
)
ATTRIBUTES = (
    "",
    ' href="x.html"',
    ' href="https://x.org/?a=1&b"',
    " href=#q",
    " colspan=2",
    ' style="mso-list:l0"',
)
PIECES = st.one_of(
    st.builds("<{}{}>".format, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES)),
    st.sampled_from([f"</{tag}>" for tag in TAGS]),
    st.sampled_from(
        [
            "&amp;",
            "&nbsp;",
            "&lt;b",
            "&#127;",
            "&not",
            "<!-- ",
            "-->",
            "mso-",
            "1",
            " ",
            "\n",
            "\x00",
            "é",
            "<",
            '"',
        ]
    ),
    st.text(max_size=4).filter(lambda text: find_refused(text) is None),
)
RANDOM_HTML = st.lists(PIECES, max_size=25).map("".join)


@settings(max_examples=300, deadline=None)
@given(html=RANDOM_HTML, base=st.sampled_from(["", BASE]))
@example(html="<ul><li></li></ul>", base="")
@example(html="<![<p>mso-", base="")
@example(html="<table><tr><td>mso-<td>a<tr><th>b</table>", base="")
@example(html="<a href=x><b><p>mso-</a>", base=BASE)
def test_cleaning_twice_changes_nothing(html, base):
    once = clean(html, base)
    assert clean(once.html, base) == type(once)(once.html)
    assert clean_html(once.html) == once.html


@settings(max_examples=100, deadline=None)
@given(
    words=st.lists(st.text("abcxyz0123456789", min_size=1, max_size=6), min_size=1, max_size=8),
    tags=st.data(),
)
def test_no_word_is_lost_or_run_into_the_next_block(words, tags):
    block = st.sampled_from(["p", "div", "h1", "h3", "li", "section", "blockquote", "dd", "td"])
    html = ""
    for word in words:
        tag = tags.draw(block)
        html += f"<{tag}>{word}</{tag}>"
    html = f"<table><tr>{html}</tr></table>" if "<td>" in html else html
    text = get_clean_html(html)
    places = [text.find(f">{word}<") for word in words]
    assert -1 not in places


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("https://www.Example.org/a/", "example.org/a"),
        ("http://example.org/a#b", "example.org/a"),
        ("https://example.org:443/a?q=1", "example.org/a?q=1"),
        ("mailto:a@example.org", ""),
        ("/a/", ""),
        ("http://[", ""),
    ],
)
def test_an_address_is_told_by_what_matters(url, bare):
    assert normalize_url(url) == bare


def test_links_lead_to_pages_we_have():
    html = '<p><a href="http://www.example.org/scars.html/#new">a</a> <a href="https://example.org/other">b</a></p>'
    led, number = relink(html, {"example.org/scars.html": "/articles/scars/"}.get)
    assert number == 1
    assert '<a href="/articles/scars/">a</a> <a href="https://example.org/other">b</a>' in led
    assert clean_html(led) == led


@pytest.mark.parametrize("digits", ["9" * 400, "9" * 5000, "9" * 400 + ".5"])
@pytest.mark.parametrize(
    "style",
    ["color:rgb({},1,1)", "margin-left:{}px", "margin-left:-{}pt", "text-indent:{}em", "width:{}%"],
)
def test_a_measure_without_end_is_a_long_one(style, digits):
    for marked in (
        f'<p style="{style}">Words.</p>',
        f'<p class="MsoListParagraph" style="{style}">',
    ):
        cleaned = clean_rich_text(marked.format(digits) + "<p>After.</p>")
        assert "After." in cleaned.html
