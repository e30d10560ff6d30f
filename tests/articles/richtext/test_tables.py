"""Tables: one normal form whatever they come from, read cell by cell, and scrollable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.fields import clean_html
from articles.richtext.plaintext import extract_lines
from articles.richtext.tables import make_scrollable

PLAIN = (
    '<table><thead><tr><th scope="col">Dose</th><th scope="col">How often</th></tr></thead>'
    "<tbody><tr><td>5 mg</td><td>Twice a day</td></tr></tbody></table>"
)
EDITORS = (
    '<table style="min-width: 50px"><colgroup><col style="min-width: 25px"><col></colgroup><tbody>'
    '<tr><th colspan="1" rowspan="1"><p>Dose</p></th>'
    '<th colspan="1" rowspan="1"><p>How often</p></th></tr>'
    "<tr><td><p>5 mg</p></td><td><p>Twice a day</p></td></tr></tbody></table>"
)
WORDS = """<p class=MsoNormal>Before</p>
<table class=MsoTableGrid border=1 cellspacing=0
 style='border-collapse:collapse;mso-yfti-tbllook:1184'>
 <tr style='mso-yfti-irow:0'><td width=301 valign=top style='width:225pt'><p
 class=MsoNormal><b>Dose<o:p></o:p></b></p>
 </td> <td width=301 colspan=2><p class=MsoNormal>How often</p></td></tr>
 <tr><td><p class=MsoNormal>5 mg<o:p></o:p></p></td><td><p class=MsoListParagraph
 style='mso-list:l0 level1 lfo1'>
 <span style='mso-list:Ignore'>·<span>&nbsp;</span></span>Twice</p></td><td></td></tr>
</table><p class=MsoNormal>After</p>"""


def test_what_the_editor_writes_becomes_a_head_and_a_body():
    assert clean_html(EDITORS) == PLAIN


def test_what_is_plain_stays_as_it_is():
    assert clean_html(PLAIN) == PLAIN


def test_a_heading_in_a_row_heads_the_row():
    html = clean_html(
        "<table><tr><td></td><th>Dose</th></tr><tr><th>Adults</th><td>5 mg</td></tr></table>"
    )
    assert '<th scope="row">Adults</th><td>5 mg</td>' in html


def test_merged_cells_stay_merged_and_nothing_else_stays():
    html = clean_html(
        '<table onclick="x()"><tr>'
        '<th colspan="2" rowspan="999" style="color:red" class="a">A</th></tr>'
        '<tr><td colspan="1">B</td><td>C</td></tr></table>'
    )
    assert html == (
        '<table><thead><tr><th scope="col" colspan="2">A</th></tr></thead>'
        "<tbody><tr><td>B</td><td>C</td></tr></tbody></table>"
    )


def test_a_table_that_says_nothing_is_gone():
    assert clean_html("<table><tr><td><p></p></td><td>&nbsp;</td></tr></table>") == ""
    assert clean_html("<p>Text.</p><table><tr><th></th></tr></table>") == "<p>Text.</p>"


def test_a_caption_and_a_table_in_a_table_become_plain_text():
    nested = "<table><tr><td>In</td><td>it</td></tr></table>"
    html = clean_html(
        f"<table><caption>Doses</caption><tr><td>A{nested}</td><td>B</td></tr></table>"
    )
    assert html.startswith("<p><strong>Doses</strong></p><table><tbody><tr><td>A<br>In<br>it</td>")


def test_scripts_do_not_hide_in_a_cell():
    html = clean_html(
        "<table><tr><th><script>x()</script>"
        '<a href="javascript:x()" onclick="y()">A</a></th></tr></table>'
    )
    assert html == '<table><thead><tr><th scope="col">A</th></tr></thead></table>'


INSIDES = [
    "",
    "<p>a</p>",
    "b",
    "<p>c</p><p>d</p>",
    "<ul><li>e</li></ul>",
    "&amp;",
    "<table><tr><td>f",
    "&lt;td&gt;",
]
CELLS = st.sampled_from(INSIDES)
ROWS = st.lists(st.lists(st.tuples(st.sampled_from(["td", "th"]), CELLS), max_size=3), max_size=3)


@given(
    rows=ROWS, around=st.sampled_from(["{}", "<p>x</p>{}<p>y</p>", "<ul><li>{}</li></ul>", "{}{}"])
)
def test_cleaning_twice_changes_nothing_and_no_word_is_lost(rows, around):
    inside = "".join(
        "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for tag, cell in row) + "</tr>" for row in rows
    )
    once = clean_html(around.replace("{}", f"<table>{inside}</table>"))
    assert clean_html(once) == once
    spoken = " ".join(extract_lines(once, links=False))
    for row in rows:
        for _, cell in row:
            assert all(
                letter in spoken for letter in "abcdef" if f">{letter}" in cell or cell == letter
            )


def test_a_table_from_word_stays_a_table():
    html = clean_html(WORDS)
    head = '<tr><th scope="col">Dose</th><th scope="col" colspan="2">How often</th></tr>'
    assert html.startswith(f"<p>Before</p><table><thead>{head}</thead><tbody>")
    assert (
        "<td><ul><li><p>Twice</p></li></ul></td><td></td></tr></tbody></table><p>After</p>" in html
    )


def test_a_frame_around_a_text_from_word_is_no_table():
    lines = "<p class=MsoNormal>Take care.</p><p class=MsoNormal>Call.</p>"
    html = f"<table class=MsoTableGrid><tr><td>{lines}</td></tr></table>"
    assert clean_html(html) == "<p>Take care.</p><p>Call.</p>"
    column = "<table class=MsoTableGrid><tr><td>One</td></tr><tr><td>Two</td></tr></table>"
    assert clean_html(column) == "<p>One</p><p>Two</p>"


def test_a_difference_is_told_row_by_row_and_a_reading_cell_by_cell():
    html = f"<p>First</p>{PLAIN}<p>Last</p>"
    assert extract_lines(html) == [
        "First",
        "(a table begins)",
        "| # Dose | # How often |",
        "| 5 mg | Twice a day |",
        "Last",
    ]
    assert extract_lines(html, links=False) == [
        "First",
        "Dose",
        "How often",
        "5 mg",
        "Twice a day",
        "Last",
    ]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("<td>5 mg</td>", "<th>5 mg</th>"),
        ("<td>5 mg</td>", '<td colspan="2">5 mg</td>'),
        ("<td>5 mg</td>", "<td></td>"),
        ("<td>5 mg</td>", "<td>5</td><td>mg</td>"),
        ("<td>5 mg</td>", "<td><p>5</p><p>mg</p></td>"),
        ("<td>5 mg</td>", "<td><strong>5 mg</strong></td>"),
        ("</td></tr></tbody>", "</td></tr><tr><td>1</td></tr></tbody>"),
        ("</thead><tbody>", "</thead></table><table><tbody>"),
    ],
)
def test_nothing_in_a_table_changes_unseen(was, now):
    assert extract_lines(clean_html(PLAIN)) != extract_lines(clean_html(PLAIN.replace(was, now)))


def test_a_printed_table_scrolls_in_a_region_with_a_name():
    region = '<div class="scroll" role="region" aria-label="{}" tabindex="0">'
    assert (
        make_scrollable(f"<p>First</p>{PLAIN}")
        == f"<p>First</p>{region.format('Table: Dose, How often')}{PLAIN}</div>"
    )
    assert region.format("Table") in make_scrollable(
        "<table><tbody><tr><td>A</td></tr></tbody></table>"
    )
    odd = PLAIN.replace("Dose", '"&amp;&lt;').replace(">How often<", "><")
    assert region.format("Table: &quot;&amp;&lt;") in make_scrollable(odd)


def test_a_text_without_tables_is_printed_as_it_was_signed():
    assert make_scrollable("<p>1 &lt; 2</p>") == "<p>1 &lt; 2</p>"
