"""A paste from Word becomes paragraphs, lists and headings, and one that is too long is refused."""

import pytest
from django.core.exceptions import ValidationError

from articles.fields import clean_html, refuse_too_long

WORD = """
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/></o:OfficeDocumentSettings></xml>
<![endif]-->
<style><!-- p.MsoNormal {mso-style-parent:"";} --></style>
<p class=MsoTitle style='mso-outline-level:1'><span lang=EN-GB>Facial spasms<o:p></o:p></span></p>
<h1 style='mso-list:none'>What it is</h1>
<p class=MsoNormal style='margin:0cm;mso-margin-top-alt:auto'><b><span
style='font-family:"Calibri"'>Call 911</span></b>
if <i>one side</i> of the face droops in <st1:place w:st="on"><st1:City
w:st="on">Oslo</st1:City></st1:place>
&amp; you cannot speak.<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst
style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>·<span
style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;
</span></span></span><![endif]>Tiredness<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>·<span>&nbsp;</span></span><![endif]>Too much coffee</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-list:Ignore'>1.<span>&nbsp;</span></span><![endif]>Rest</p>
<h4>See <a href="https://nhs.uk/" style='mso-x:y'>the NHS</a></h4>
"""
PLAIN = (
    "<h2>Facial spasms</h2><h2>What it is</h2>"
    "<p><strong>Call 911</strong> if <em>one side</em> of the face droops in Oslo "
    "&amp; you cannot speak.</p>"
    "<ul><li><p>Tiredness</p></li><li><p>Too much coffee</p></li></ul><ol><li><p>Rest</p></li></ol>"
    '<h3>See <a href="https://nhs.uk/">the NHS</a></h3>'
)


def test_a_paste_from_word_becomes_plain_text_with_its_lists_and_headings():
    assert clean_html(WORD) == PLAIN


def test_what_is_clean_stays_as_it_is():
    assert clean_html(PLAIN) == PLAIN


@pytest.mark.parametrize(
    "html", ["<p class=MsoNormal", "<o:p></p></span></o:p>", "mso-<![if !supportLists]>", "<p mso-"]
)
def test_broken_markup_from_word_is_no_error(html):
    clean_html(html)


def test_markup_from_word_smuggles_nothing_in():
    html = (
        '<p class=MsoNormal onclick="steal()">&lt;script&gt;x&lt;/script&gt;'
        '<a href="javascript:x">y</a></p>'
    )
    assert clean_html(html) == "<p>&lt;script&gt;x&lt;/script&gt;y</p>"


def test_a_text_beyond_every_page_is_refused_with_its_size():
    refuse_too_long("x" * 1_000_000)
    with pytest.raises(ValidationError) as refusal:
        refuse_too_long("x" * 1_234_567)
    assert (
        "This text has 1,234,567 characters, and a page can carry 1,000,000."
        in refusal.value.messages[0]
    )
